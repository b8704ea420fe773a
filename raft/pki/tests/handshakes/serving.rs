//! Under tonic: who calls is in each request, and whoever says nothing keeps nobody else waiting.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt as _;
use sentinel_model::MemberId;
use sentinel_pki::grpc::{Acceptor, Connector, Limits, Peer};
use sentinel_pki::{IdentityHandle, MemberName, join_client_config};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::cluster::{NOW, ca, clock, member, name};

const DEADLINE: Duration = Duration::from_secs(20);

/// Who called, in order.
type Calls = Arc<Mutex<Vec<Option<MemberName>>>>;

async fn acceptor(handle: &IdentityHandle, limits: Limits) -> Acceptor {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    Acceptor::new(listener, handle.server_config(), limits)
}

async fn health(acceptor: Acceptor) -> (String, Calls) {
    let address = format!("http://{}", acceptor.local_addr().unwrap());
    let calls = Calls::default();
    let seen = Arc::clone(&calls);
    let note = move |request: Request<()>| {
        let peer = request.extensions().get::<Peer>().ok_or_else(|| Status::internal("no peer"))?;
        seen.lock().unwrap().push(peer.member);
        Ok(request)
    };
    let service = InterceptedService::new(tonic_health::server::health_reporter().1, note);
    tokio::spawn(Server::builder().add_service(service).serve_with_incoming(acceptor));
    (address, calls)
}

async fn call(channel: Channel) -> Result<(), Status> {
    let request = HealthCheckRequest { service: String::new() };
    HealthClient::new(channel).check(request).await.map(drop)
}

async fn dial(address: &str, connector: Connector) -> Result<Channel, tonic::transport::Error> {
    Endpoint::from_shared(address.to_owned()).unwrap().connect_with_connector(connector).await
}

#[tokio::test]
async fn a_call_knows_which_member_makes_it() {
    let ca = ca();
    let (one, two) = (member(&ca, 1), member(&ca, 2));
    let (address, calls) = health(acceptor(&one, Limits::default()).await).await;
    let joiner = Connector::new(join_client_config(ca.fingerprint(), &clock(NOW)));
    for connector in [Connector::new(two.client_config(MemberId(1))), joiner] {
        call(dial(&address, connector).await.unwrap()).await.unwrap();
    }
    assert_eq!(*calls.lock().unwrap(), [Some(name(2)), None]);
    let wrong = dial(&address, Connector::new(two.client_config(MemberId(3)))).await.unwrap_err();
    assert!(format!("{wrong:?}").contains("member 3 was called"), "{wrong:?}");
}

#[tokio::test]
async fn a_forged_member_is_refused_and_the_server_goes_on() {
    let (ca, forged) = (ca(), ca());
    let (one, two) = (member(&ca, 1), member(&ca, 2));
    let (address, calls) = health(acceptor(&one, Limits::default()).await).await;
    // It trusts the real CA, to get as far as showing its own certificate.
    let both = vec![forged.certificate().clone(), ca.certificate().clone()];
    let forger = member(&forged, 2);
    forger.swap(forger.identity().trusting(both).unwrap()).unwrap();
    let refused = async {
        let channel = dial(&address, Connector::new(forger.client_config(MemberId(1)))).await;
        call(channel.map_err(|error| Status::unavailable(error.to_string()))?).await
    };
    assert!(refused.await.is_err());
    call(dial(&address, Connector::new(two.client_config(MemberId(1)))).await.unwrap()).await.unwrap();
    assert_eq!(*calls.lock().unwrap(), [Some(name(2))]);
}

#[tokio::test]
async fn a_silent_client_keeps_nobody_waiting() {
    let ca = ca();
    let (one, two) = (member(&ca, 1), member(&ca, 2));
    // As long as the test may take: nobody is helped by a timeout.
    let limits = Limits { handshakes: 4, handshake: DEADLINE * 2, ..Limits::default() };
    let (address, _) = health(acceptor(&one, limits).await).await;
    let mut silent = Vec::new();
    // More than may shake hands at a time.
    for _ in 0..3 * limits.handshakes {
        silent.push(TcpStream::connect(address.trim_start_matches("http://")).await.unwrap());
    }
    let served = async {
        for _ in 0..3 {
            call(dial(&address, Connector::new(two.client_config(MemberId(1)))).await.unwrap())
                .await
                .unwrap();
        }
    };
    tokio::time::timeout(DEADLINE, served).await.expect("served beside the silent ones");
    // The oldest ones had to go.
    let end = tokio::time::timeout(DEADLINE, silent[0].read_u8()).await.expect("closed");
    assert!(end.is_err());
}

#[tokio::test]
async fn a_silent_client_is_given_up() {
    let ca = ca();
    let limits = Limits { handshakes: 4, handshake: Duration::from_millis(50), ..Limits::default() };
    let mut acceptor = acceptor(&member(&ca, 1), limits).await;
    let mut silent = TcpStream::connect(acceptor.local_addr().unwrap()).await.unwrap();
    let given_up = async {
        tokio::select! {
            connection = acceptor.next() => panic!("{connection:?}"),
            end = silent.read_u8() => end.unwrap_err(),
        }
    };
    tokio::time::timeout(DEADLINE, given_up).await.expect("closed");
}

#[tokio::test]
async fn clients_without_a_certificate_do_not_use_up_what_members_need() {
    let ca = ca();
    let (one, two) = (member(&ca, 1), member(&ca, 2));
    let limits = Limits { nameless: 1, ..Limits::default() };
    let (address, _) = health(acceptor(&one, limits).await).await;
    let joiner = || Connector::new(join_client_config(ca.fingerprint(), &clock(NOW)));
    let first = dial(&address, joiner()).await.unwrap();
    call(first.clone()).await.unwrap();
    let second = async {
        let channel = dial(&address, joiner()).await;
        call(channel.map_err(|error| Status::unavailable(error.to_string()))?).await
    };
    assert!(second.await.is_err());
    for _ in 0..3 {
        call(dial(&address, Connector::new(two.client_config(MemberId(1)))).await.unwrap()).await.unwrap();
    }
    // When the first one goes, there is a place again.
    drop(first);
    let third = async {
        loop {
            let Ok(channel) = dial(&address, joiner()).await else { continue };
            if call(channel).await.is_ok() {
                break;
            }
        }
    };
    tokio::time::timeout(DEADLINE, third).await.expect("a place");
}

#[tokio::test]
async fn handshakes_run_beside_each_other() {
    let ca = ca();
    let (one, two) = (member(&ca, 1), member(&ca, 2));
    let mut acceptor = acceptor(&one, Limits::default()).await;
    let address = format!("http://{}", acceptor.local_addr().unwrap());
    let dials = (0..20).map(|_| dial(&address, Connector::new(two.client_config(MemberId(1)))));
    let all = async {
        let taken = async {
            let mut taken = Vec::new();
            while taken.len() < 20 {
                let connection = acceptor.next().await.unwrap().unwrap();
                assert_eq!(connection.peer().member, Some(name(2)));
                taken.push(connection);
            }
        };
        let (channels, ()) = tokio::join!(futures::future::join_all(dials), taken);
        assert!(channels.iter().all(Result::is_ok));
    };
    tokio::time::timeout(DEADLINE, all).await.expect("in time");
}

#[tokio::test]
async fn an_address_without_a_port_is_said_to_be_one() {
    let ca = ca();
    let connector = Connector::new(member(&ca, 2).client_config(MemberId(1)));
    let error = dial("http://127.0.0.1", connector).await.unwrap_err();
    assert!(format!("{error:?}").contains("host and port"), "{error:?}");
}
