//! A real member that serves clients over TLS.

mod member;

use std::process::Command;

use hyper_util::rt::TokioIo;
use nix::sys::signal::Signal;
use sentinel_api_types::PageQuery;
use sentinel_api_types::enrolment::EnrolmentTokenCreate;
use sentinel_api_types::join_token::JoinTokenCreate;
use sentinel_api_types::project::ProjectCreate;
use sentinel_api_types::session::{SessionCreate, SessionKind};
use sentinel_client::{Client, Credential, StreamItem, Trust};
use sentinel_grpc::proto::GetClusterRequest;
use sentinel_grpc::proto::cluster_service_client::ClusterServiceClient;
use sentinel_kit::cluster::{ADMIN_EMAIL, ADMIN_PASSWORD};
use sentinel_kit::process::Process;
use sentinel_kit::{WorkDir, ports, until, until_ok};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tonic::Code;
use tonic::transport::Endpoint;

use crate::BINARY;
use member::{Member, server};

const LOCAL: &str = "127.0.0.1";

async fn project(client: &Client, slug: &str) {
    let orgs = client.orgs(&PageQuery::default()).await.unwrap();
    let request = ProjectCreate {
        name: slug.to_owned(),
        slug: Some(slug.to_owned()),
        description: None,
        sandbox: false,
    };
    client.create_project(&orgs.orgs[0].slug, &request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_signs_in_over_https_when_it_knows_the_ca_and_remembers_it() {
    let member = Member::start(LOCAL).await;
    let (url, ca_file) = (member.url(), member.ca_file());
    let login = |url: &str, more: &[&str]| {
        let line = ["login", "--server", url, "--email", ADMIN_EMAIL, "--password-stdin"];
        member.ctl(&[&line[..], more].concat(), ADMIN_PASSWORD)
    };
    let refused = login(&url, &[]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("a CA that is not trusted here") && said.contains("--ca-file FILE"), "{said}");

    let plain = login(&url.replace("https", "http"), &[]);
    let said = String::from_utf8(plain.stderr).unwrap();
    assert!(said.contains("write https:// in place of http://"), "{said}");

    let wrong = "00".repeat(32);
    let refused = login(&url, &["--ca-fingerprint", &wrong]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains(&wrong) && said.contains("openssl x509"), "{said}");

    for more in [["--ca-file", ca_file.to_str().unwrap()], ["--ca-fingerprint", &member.ca_fingerprint()]] {
        let signed_in = login(&url, &more);
        assert!(signed_in.status.success(), "{signed_in:?}");
        // Without any flag: the login knows.
        let status = member.ctl(&["cluster", "status"], "");
        assert!(status.status.success(), "{status:?}");
        let out = member.ctl(&["logout"], "");
        assert!(out.status.success(), "{out:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_serve_with_certificates_of_the_clusters_own_ca_when_asked() {
    let dir = WorkDir::new("tls-cluster");
    let (http, grpc) = (ports::free(), ports::free());
    let mut first = server(&dir, LOCAL, http, grpc);
    first.args(["--tls-cluster", "--tls-name", "cp.example.com"]);
    let _first = Process::start("first", &mut first, &dir.join("first.log"));
    let printed = Command::new(BINARY).args(["cluster", "ca", "--data-dir"]).arg(dir.join("data")).output();
    let ca = String::from_utf8(printed.unwrap().stdout).unwrap();
    let trust = Trust::ca(ca).unwrap();
    let client_of = |http: u16| {
        Client::trusting([format!("https://127.0.0.1:{http}")], Credential::Anonymous, &trust).unwrap()
    };
    let sign_in = SessionCreate {
        email: ADMIN_EMAIL.to_owned(),
        password: ADMIN_PASSWORD.into(),
        kind: SessionKind::Token,
    };
    let session = until_ok("the administrator signs in", 60, || async {
        client_of(http).create_session(&sign_in).await
    })
    .await;
    let bearer = Credential::Bearer(session.token.unwrap());
    let admin = client_of(http).with_credential(bearer.clone());

    // One that joins has nothing to show until it knows the CA, and then what the same clients trust.
    let request = JoinTokenCreate { uses: Some(1), ttl_s: None };
    let token = admin.create_join_token(&request).await.unwrap().token;
    let (http, grpc) = (ports::free(), ports::free());
    let mut second = Command::new(BINARY);
    second
        .current_dir(dir.path())
        .args(["server", "--data-dir", "second", "--tls-cluster", "--join", token.expose()])
        .args(["--peer", &format!("127.0.0.1:{}", ports::free())])
        .args(["--http", &format!("127.0.0.1:{http}"), "--grpc", &format!("127.0.0.1:{grpc}")]);
    let _second = Process::start("second", &mut second, &dir.join("second.log"));
    let joined = client_of(http).with_credential(bearer);
    let cluster = until("both members answer over TLS", 60, || async {
        let cluster = joined.cluster().await.ok()?;
        (cluster.members.iter().filter(|member| member.voter).count() == 2).then_some(cluster)
    })
    .await;
    assert!(cluster.members.iter().all(|member| member.api_url.starts_with("https://")), "{cluster:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn grpc_is_served_over_tls_with_the_same_certificate() {
    let member = Member::start(LOCAL).await;
    let endpoint = Endpoint::from_shared(format!("http://127.0.0.1:{}", member.grpc)).unwrap();
    let plain = ClusterServiceClient::connect(endpoint.clone()).await;
    let refused =
        async { plain.map_err(drop)?.get_cluster(GetClusterRequest::default()).await.map_err(drop) };
    assert!(refused.await.is_err(), "plain text is not spoken");
    let connected = member.connect(member.grpc, b"h2").await.unwrap();
    let mut connected = Some(TokioIo::new(connected));
    let once = tower::service_fn(move |_| {
        let stream = connected.take().ok_or_else(|| std::io::Error::other("one connection is enough"));
        async move { stream }
    });
    let channel = endpoint.connect_with_connector(once).await.unwrap();
    let mut cluster = ClusterServiceClient::new(channel);
    let anonymous = cluster.get_cluster(GetClusterRequest::default()).await.unwrap_err();
    assert_eq!(anonymous.code(), Code::Unauthenticated, "{anonymous}");
    let mut request = tonic::Request::new(GetClusterRequest::default());
    let bearer = format!("Bearer {}", member.token().await.unwrap().expose());
    request.metadata_mut().insert("authorization", bearer.parse().unwrap());
    let status = cluster.get_cluster(request).await.unwrap().into_inner();
    assert_eq!(status.members.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_enrol_over_https_with_the_ca_in_a_file_or_its_fingerprint() {
    let member = Member::start(LOCAL).await;
    let client = member.sign_in().await.unwrap();
    project(&client, "shop").await;
    let request =
        EnrolmentTokenCreate { name: "fleet".to_owned(), uses: None, expires_at: None, environment: None };
    let token = client.create_enrolment_token("shop", &request).await.unwrap().token;
    let sim = |name: &str, more: &[&str]| {
        let mut command = Command::new(BINARY);
        command
            .args(["sim", "--server", &member.url(), "--project", "shop", "--nodes", "2", "--prefix", name])
            .args(["--enrolment-token", token.expose()])
            .args(more);
        Process::start(name, &mut command, &member.dir.join(&format!("{name}.log")))
    };
    let ca_file = member.ca_file();
    let _by_file = sim("file", &["--ca-file", ca_file.to_str().unwrap()]);
    let _by_pin = sim("pin", &["--ca-fingerprint", &member.ca_fingerprint()]);
    let stranger = sim("stranger", &[]);
    until("the nodes are online", 60, || async {
        let stats = client.node_stats("shop").await.ok()?;
        (stats.by_status.online == 4).then_some(())
    })
    .await;
    until("the stranger says what it needs", 60, || async {
        stranger.log().contains("--ca-file FILE").then_some(())
    })
    .await;
    assert_eq!(client.node_stats("shop").await.unwrap().total, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_replaced_without_a_restart_and_a_broken_one_is_refused() {
    let member = Member::start(LOCAL).await;
    let client = member.sign_in().await.unwrap();
    let mut events = client.events(None, None).await.unwrap();

    // Replaced on disk: the next connection shows it, the open stream goes on.
    let second = member.issue();
    assert_ne!(member.shown().await, second.own);
    member.write(&second.chain, &second.key);
    until("the new certificate is shown", 30, || async {
        (member.shown().await == second.own).then_some(())
    })
    .await;
    project(&client, "after").await;
    let seen = async {
        loop {
            match events.next().await.unwrap().expect("the stream goes on") {
                StreamItem::Event(event) if event.kind == "project.created" => return,
                _ => {}
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), seen).await.expect("the event arrives");

    // A key of another certificate: refused, told, and the second one goes on.
    let third = member.issue();
    member.write(&third.chain, &second.key);
    let concern = until("the refusal is a concern", 30, || async {
        let findings = client.cluster().await.ok()?.findings;
        findings.into_iter().map(|finding| finding.text).find(|text| text.contains("is refused"))
    })
    .await;
    assert!(concern.contains("not the one of the first certificate"), "{concern}");
    assert!(member.process.log().contains("the new certificate is refused"), "{}", member.process.log());
    assert_eq!(member.shown().await, second.own);

    // The pair is whole, and the member is asked to look at once.
    member.write(&third.chain, &third.key);
    member.process.signal(Signal::SIGHUP);
    until("the third certificate is shown", 30, || async {
        (member.shown().await == third.own).then_some(())
    })
    .await;
    until("it is no concern any more", 30, || async {
        let findings = client.cluster().await.ok()?.findings;
        (!findings.iter().any(|finding| finding.text.contains("is refused"))).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_never_finish_what_they_begin_keep_nobody_waiting() {
    let member = Member::start(LOCAL).await;
    let mut slow = Vec::new();
    // More than may be under way at a time.
    for begun in 0..600 {
        let mut stream = TcpStream::connect((LOCAL, member.http)).await.unwrap();
        if begun % 2 == 0 {
            stream.write_all(b"\x16\x03\x01\x02\x00\x01").await.unwrap();
        }
        slow.push(stream);
    }
    let client = member.sign_in().await.unwrap();
    assert!(client.cluster().await.unwrap().unready.is_none());
    drop(slow);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_loopback_a_member_serves_over_tls_only() {
    let dir = WorkDir::new("plain");
    let refused = server(&dir, "0.0.0.0", ports::free(), ports::free()).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && said.contains("--tls-cert"), "{said}");
    assert!(!dir.join("data/FORMAT").exists(), "nothing is written");

    let member = Member::start("0.0.0.0").await;
    let http = reqwest::Client::builder().no_proxy();
    let ca = reqwest::Certificate::from_pem(&std::fs::read(member.ca_file()).unwrap()).unwrap();
    let http = http.tls_certs_only([ca]).build().unwrap();
    let get = async |path: &str| http.get(format!("{}{path}", member.url())).send().await;
    for path in ["/health", "/ready"] {
        assert_eq!(until_ok(path, 30, || async { get(path).await?.error_for_status() }).await.status(), 200);
    }
    let answer = get("/metrics").await.unwrap();
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    let metrics = answer.text().await.unwrap();
    let horizon = metrics.lines().find_map(|line| line.strip_prefix("tls_certificate_not_after_seconds "));
    assert!(horizon.is_some_and(|end| end.parse::<f64>().unwrap() > 1.8e9), "{metrics}");
    let anonymous = Client::trusting([member.url()], Credential::Anonymous, &member.trust()).unwrap();
    assert_eq!(anonymous.cluster().await.unwrap_err().status(), Some(401));
}
