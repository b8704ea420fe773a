#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::net::TcpListener as Blocking;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

fn check(url: &str) -> HttpCheck {
    HttpCheck {
        name: "one".into(),
        url: url.into(),
        method: check::Method::Get,
        status: [200, 299],
        body_contains: None,
        headers: BTreeMap::from([("accept".into(), "text/plain".into())]),
        timeout_ms: 2_000,
        interval_s: 1,
        passes: 1,
        failures: 1,
    }
}

/// Answers each connection with these bytes, and tells what was asked.
async fn answers(answer: String) -> (u16, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut asked = vec![0; 4_096];
            let length = connection.read(&mut asked).await.unwrap_or(0);
            let _ = tell.send(String::from_utf8_lossy(&asked[..length]).into_owned());
            let _ = connection.write_all(answer.as_bytes()).await;
        }
    });
    (port, told)
}

fn http(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn refusal(outbound: &Outbound, address: &str, private: bool) -> Option<&'static str> {
    outbound.guard.going(private).refusal(address.parse().unwrap())
}

fn loopback() -> Outbound {
    Outbound::allowing(vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()])
}

#[test]
fn requests_go_to_public_addresses_and_to_private_ones_when_the_project_says_so() {
    let refusal = |address: &str, private| refusal(&Outbound::default(), address, private);
    for public in
        ["1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "2606:4700::1111"]
    {
        assert_eq!((refusal(public, false), refusal(public, true)), (None, None), "{public}");
    }
    for private in
        ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd12::1", "fc00::1"]
    {
        assert_eq!((refusal(private, false), refusal(private, true)), (Some("a private"), None), "{private}");
    }
    for (never, kind) in [
        ("127.0.0.1", "a loopback"),
        ("127.255.255.254", "a loopback"),
        ("::1", "a loopback"),
        ("0.0.0.0", "an unspecified"),
        ("0.1.2.3", "an unspecified"),
        ("::", "an unspecified"),
        ("169.254.0.1", "a link-local"),
        ("fe80::1", "a link-local"),
        ("169.254.169.254", "a metadata"),
        ("100.100.100.200", "a metadata"),
        ("168.63.129.16", "a metadata"),
        ("192.0.0.192", "a metadata"),
        ("fd00:ec2::254", "a metadata"),
        ("fd20:ce::254", "a metadata"),
        ("224.0.0.1", "a multicast"),
        ("ff02::1", "a multicast"),
        ("255.255.255.255", "a reserved"),
        ("240.0.0.1", "a reserved"),
        ("192.0.2.1", "a reserved"),
        ("198.18.0.1", "a reserved"),
        ("fec0::1", "a reserved"),
        ("::ffff:127.0.0.1", "a translated"),
        ("::ffff:8.8.8.8", "a translated"),
        ("::ffff:169.254.169.254", "a translated"),
        ("::127.0.0.1", "a translated"),
        ("64:ff9b::7f00:1", "a translated"),
        ("2002:7f00:1::", "a translated"),
        ("2001:0:1::1", "a translated"),
    ] {
        assert_eq!((refusal(never, false), refusal(never, true)), (Some(kind), Some(kind)), "{never}");
    }
    let refusal = |address: &str, private| self::refusal(&loopback(), address, private);
    assert_eq!(refusal("127.9.9.9", false), None);
    assert_eq!(refusal("169.254.169.254", true), Some("a metadata"));
}

#[test]
fn ranges_are_read_and_anything_else_is_refused() {
    let range = |text: &str| text.parse::<Range>();
    assert!(range("10.1.0.0/16").unwrap().holds("10.1.255.255".parse().unwrap()));
    assert!(!range("10.1.0.0/16").unwrap().holds("10.2.0.0".parse().unwrap()));
    assert!(range("0.0.0.0/0").unwrap().holds("255.255.255.255".parse().unwrap()));
    assert!(range("::/0").unwrap().holds("ffff::".parse().unwrap()));
    assert!(!range("::/0").unwrap().holds("10.0.0.1".parse().unwrap()));
    for wrong in ["10.0.0.0", "10.0.0.0/33", "::1/129", "host/8", "10.0.0.0/-1"] {
        assert!(range(wrong).is_err(), "{wrong}");
    }
}

/// However the URL spells it, nothing is connected to.
#[tokio::test]
async fn no_spelling_of_a_refused_address_is_connected_to() {
    let listener = Blocking::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    for host in [
        "127.0.0.1",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0.0.0.0",
        "0",
        "[::]",
    ] {
        for private in [false, true] {
            let answer = Outbound::default().ask(&check(&format!("http://{host}:{port}/")), private).await;
            let error = answer.error.unwrap();
            assert_eq!(answer.status, None, "{host}");
            assert!(error.contains("is not found, or checks do not go there"), "{host}: {error}");
        }
    }
    assert!(listener.accept().is_err(), "somebody came");
}

/// Else whoever can start a rollout learns name by name what there is in the network around the cluster.
#[tokio::test]
async fn a_name_that_is_not_found_looks_like_one_that_is_refused() {
    let names: Names = Arc::new(|host| match host {
        "inner" => Ok(vec!["10.0.0.7:0".parse().unwrap()]),
        "metadata" => Ok(vec!["169.254.169.254:0".parse().unwrap()]),
        "empty" => Ok(Vec::new()),
        _ => Err(std::io::Error::other("no such name")),
    });
    let outbound = Outbound::asking(Vec::new(), names);
    for host in ["inner", "metadata", "empty", "nowhere", "10.0.0.7", "127.0.0.1"] {
        let answer = outbound.ask(&check(&format!("http://{host}:9/")), false).await;
        let said = answer.error.unwrap().replace(host, "HOST");
        let wanted =
            "'HOST' is not found, or checks do not go there; the log of the member that leads says why";
        assert_eq!(said, wanted, "{host}");
    }
}

/// What is connected to was looked at, though the name means something else a moment later; and no client is made anew.
#[tokio::test]
async fn each_connection_goes_to_an_address_that_was_looked_at() {
    let (port, mut asked) = answers(http("200 OK", "")).await;
    let inner = Blocking::bind("127.0.0.2:0").unwrap();
    inner.set_nonblocking(true).unwrap();
    let looks = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&looks);
    let names: Names = Arc::new(move |_| {
        let look = counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let turns: &[&str] = if look == 0 { &["127.0.0.2:0", "127.0.0.1:0"] } else { &["127.0.0.2:0"] };
        Ok(turns.iter().map(|place| place.parse().unwrap()).collect())
    });
    let outbound = Outbound::asking(vec!["127.0.0.1/32".parse().unwrap()], names);
    let ask = async |port: u16| outbound.ask(&check(&format!("http://turns:{port}/")), false).await;
    assert_eq!(ask(port).await.error, None);
    assert!(asked.recv().await.is_some());
    let first = std::ptr::from_ref(outbound.clients[0].get().unwrap());
    let refused = ask(inner.local_addr().unwrap().port()).await;
    assert!(refused.error.unwrap().contains("checks do not go there"));
    assert!(inner.accept().is_err(), "somebody came");
    assert_eq!(looks.load(std::sync::atomic::Ordering::Relaxed), 2, "once for each connection");
    assert!(std::ptr::eq(first, outbound.clients[0].get().unwrap()) && outbound.clients[1].get().is_none());
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (inner, mut asked) = answers(http("200 OK", "secret")).await;
    let location = format!(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{inner}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    let (outer, _told) = answers(location).await;
    let answer = loopback().ask(&check(&format!("http://127.0.0.1:{outer}/")), false).await;
    assert_eq!((answer.status, answer.error.as_deref()), (Some(302), Some("302 instead of 200-299")));
    assert!(asked.try_recv().is_err(), "nobody asked there");
}

#[tokio::test]
async fn a_check_passes_by_status_and_body_and_says_otherwise_why_not() {
    let (port, mut asked) = answers(http("200 OK", "all is well")).await;
    let url = format!("http://localhost:{port}/health?deep=1");
    let answer = loopback().ask(&check(&url), false).await;
    assert_eq!((answer.status, answer.error), (Some(200), None));
    let request = asked.recv().await.unwrap().to_lowercase();
    assert!(request.starts_with("get /health?deep=1 http/1.1\r\n"), "{request}");
    assert!(
        request.contains("accept: text/plain\r\n") && request.contains("user-agent: sentinel-cp/"),
        "{request}"
    );
    let with = |body: &str| HttpCheck { body_contains: Some(body.into()), ..check(&url) };
    assert_eq!(loopback().ask(&with("is well"), false).await.error, None);
    let missing = loopback().ask(&with("is ill"), false).await;
    assert_eq!(missing.error.as_deref(), Some("the body does not contain what it must"));

    let (port, _told) = answers(http("503 Service Unavailable", "")).await;
    let broken = loopback().ask(&check(&format!("http://127.0.0.1:{port}/")), false).await;
    assert_eq!((broken.status, broken.error.as_deref()), (Some(503), Some("503 instead of 200-299")));
    let closed = Blocking::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = loopback().ask(&check(&format!("http://{closed}/")), false).await;
    assert!(nobody.status.is_none() && nobody.error.is_some());
}

#[tokio::test]
async fn an_answer_that_does_not_come_or_has_no_end_is_not_waited_for() {
    let silent = Blocking::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let answer = loopback().ask(&HttpCheck { timeout_ms: 200, ..check(&url) }, false).await;
    assert_eq!(answer.status, None);
    assert!(answer.error.unwrap().starts_with("no answer"));

    let endless = format!("HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n{}", "x".repeat(200_000));
    let (port, _told) = answers(endless).await;
    let much = HttpCheck { body_contains: Some("y".into()), ..check(&format!("http://127.0.0.1:{port}/")) };
    let answer = loopback().ask(&much, false).await;
    assert_eq!(answer.error.as_deref(), Some("the body does not contain what it must"), "no more is read");
}
