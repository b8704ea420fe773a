//! A real certificate authority that speaks ACME, for tests: pebble, with a name server by which every name is this machine. A fifth of the
//! requests are refused for their nonce, as busy authorities do.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::certificate::Certificate;
use crate::ports;
use crate::process::Process;
use crate::wait::until;

/// See the module.
pub struct Pebble {
    port: u16,
    certificate: Certificate,
    process: Process,
    _names: Process,
}

impl Pebble {
    /// Starts it, and waits until it answers. It looks for proofs at this port of loopback.
    pub async fn start(dir: &Path, proofs: u16) -> Self {
        let (port, management, names) = (ports::free(), ports::free(), ports::free());
        let certificate = Certificate::of(&["localhost"]);
        let file = |name: &str, text: &str| {
            let file = dir.join(name);
            std::fs::write(&file, text).expect("a file of pebble is written");
            file
        };
        let (shown, key) =
            (file("pebble.pem", &certificate.certificate_pem), file("pebble.key", &certificate.key_pem));
        let config = json!({"pebble": {
            "listenAddress": format!("127.0.0.1:{port}"),
            "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": shown,
            "privateKey": key,
            "httpPort": proofs,
            "tlsPort": ports::free(),
            "ocspResponderURL": "",
            "externalAccountBindingRequired": false,
        }});
        let config = file("pebble.json", &config.to_string());
        let mut command = Command::new(program("pebble-challtestsrv"));
        command.args([
            "-dns01",
            &format!("127.0.0.1:{names}"),
            "-http01",
            "",
            "-https01",
            "",
            "-tlsalpn01",
            "",
        ]);
        command.args(["-management", &format!("127.0.0.1:{}", ports::free()), "-defaultIPv6", ""]);
        let name_server = Process::start("pebble-challtestsrv", &mut command, &dir.join("names.log"));
        let mut command = Command::new(program("pebble"));
        command.arg("-config").arg(config).arg("-dnsserver").arg(format!("127.0.0.1:{names}"));
        command.env("PEBBLE_WFE_NONCEREJECT", "20").env("PEBBLE_VA_NOSLEEP", "1");
        let process = Process::start("pebble", &mut command, &dir.join("pebble.log"));
        let pebble = Self { port, certificate, process, _names: name_server };
        until("pebble listens", 20, || async {
            TcpStream::connect(("127.0.0.1", port)).await.ok().map(drop)
        })
        .await;
        pebble
    }

    /// Its directory.
    pub fn directory(&self) -> String {
        format!("https://localhost:{}/dir", self.port)
    }

    /// Who vouches for the directory, in PEM.
    pub fn authority(&self) -> &str {
        &self.certificate.certificate_pem
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        self.process.log()
    }
}

/// The program; a missing one fails the test with the command that installs it.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("there is no {name} here: apt-get install -y pebble"))
}

/// What stands before members: hands each connection to the next one of them that takes it. It can hold connections back for a while.
pub struct Front {
    port: u16,
    held: watch::Sender<bool>,
    waiting: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Front {
    /// Before these addresses, at a port of loopback.
    pub async fn start(port: u16, members: Vec<String>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
        let (held, waiting) = (watch::Sender::new(false), Arc::new(AtomicUsize::new(0)));
        let members: Vec<SocketAddr> =
            members.iter().map(|address| address.parse().expect("the address of a member")).collect();
        let task = {
            let (held, waiting) = (held.subscribe(), Arc::clone(&waiting));
            tokio::spawn(async move {
                let mut next = 0;
                while let Ok((from, _)) = listener.accept().await {
                    let mut order = members.clone();
                    order.rotate_left(next % members.len());
                    next += 1;
                    tokio::spawn(hand_on(from, order, held.clone(), Arc::clone(&waiting)));
                }
            })
        };
        Self { port, held, waiting, task }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Holds connections back from now on, or lets all of them go.
    pub fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }

    /// How many connections it has held back so far.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn hand_on(
    mut from: TcpStream,
    members: Vec<SocketAddr>,
    mut held: watch::Receiver<bool>,
    waiting: Arc<AtomicUsize>,
) {
    if *held.borrow() {
        waiting.fetch_add(1, Ordering::Relaxed);
    }
    if held.wait_for(|held| !*held).await.is_err() {
        return;
    }
    for member in members {
        let connected = tokio::time::timeout(Duration::from_secs(1), TcpStream::connect(member)).await;
        if let Ok(Ok(mut to)) = connected {
            let _ = copy_bidirectional(&mut from, &mut to).await;
            return;
        }
    }
}
