//! Three members in this process.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use futures::future::{join_all, select_all};
use serde::{Deserialize, Serialize};

use crate::server::{self, Server, ServerArgs, TlsArgs};

/// Ports of the first member; the others follow in steps of ten.
const FIRST: u16 = 4_000;
const MEMBERS: u16 = 3;
const FILE: &str = "login.json";

/// How to sign in. Kept beside kept data, readable by its owner only.
#[derive(Clone, Serialize, Deserialize)]
pub struct Login {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
}

/// See the module.
pub struct Cluster {
    /// Base URLs, member by member.
    pub urls: Vec<String>,
    /// The administrator.
    pub login: Login,
    servers: Vec<Server>,
}

/// Addresses of one member.
struct Place {
    http: SocketAddr,
    grpc: SocketAddr,
    peer: SocketAddr,
}

impl Cluster {
    /// Starts the members over what the directory holds.
    pub async fn start(data_dir: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(data_dir).with_context(|| format!("cannot create {}", data_dir.display()))?;
        let login = login(data_dir)?;
        let places = places()?;
        let spec = |(place, id): (&Place, u64)| format!("{id}={}=http://{}", place.peer, place.http).parse();
        let members = places
            .iter()
            .zip(1..)
            .map(spec)
            .collect::<Result<Vec<_>, String>>()
            .map_err(anyhow::Error::msg)?;
        let mut servers = Vec::new();
        for (place, member_id) in places.iter().zip(1..) {
            let args = ServerArgs {
                member_id,
                members: members.clone(),
                http: place.http,
                grpc: place.grpc,
                tls: TlsArgs::default(),
                data_dir: data_dir.join(format!("member-{member_id}")),
                kek_file: data_dir.join("kek"),
                heartbeat_interval: Duration::from_secs(2),
                offline_after: Duration::from_secs(20),
                bootstrap_admin: Some(login.email.clone()),
                bootstrap_password: Some(login.password.clone()),
            };
            servers.push(server::start(args).await.with_context(|| format!("member {member_id}"))?);
        }
        let urls = places.iter().map(|place| format!("http://{}", place.http)).collect();
        Ok(Self { urls, login, servers })
    }

    /// Resolves when a member cannot go on, with the cause.
    pub async fn failed(&self) -> String {
        select_all(self.servers.iter().map(|server| Box::pin(server.failed()))).await.0
    }

    /// Stops the members, all at once: nobody has to take leadership over.
    pub async fn stop(self) {
        join_all(self.servers.into_iter().map(Server::shutdown)).await;
    }
}

/// The well-known ports, or free ones when any of them is taken.
fn places() -> anyhow::Result<Vec<Place>> {
    let loopback = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
    let known: Vec<Place> = (0..MEMBERS)
        .map(|member| {
            let port = FIRST + member * 10;
            Place { http: loopback(port), grpc: loopback(port + 1), peer: loopback(port + 2) }
        })
        .collect();
    let free = |address: &SocketAddr| TcpListener::bind(address).is_ok();
    if known.iter().all(|place| [place.http, place.grpc, place.peer].iter().all(free)) {
        return Ok(known);
    }
    // All held until the last is found, so that none is found twice.
    let held = (0..MEMBERS * 3).map(|_| TcpListener::bind(loopback(0))).collect::<Result<Vec<_>, _>>()?;
    let found = held.iter().map(TcpListener::local_addr).collect::<Result<Vec<_>, _>>()?;
    Ok(found.chunks(3).map(|three| Place { http: three[0], grpc: three[1], peer: three[2] }).collect())
}

fn login(data_dir: &Path) -> anyhow::Result<Login> {
    let path = data_dir.join(FILE);
    if path.exists() {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        return serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()));
    }
    let login = Login { email: "admin@localhost".into(), password: hex::encode(rand::random::<[u8; 9]>()) };
    let text = serde_json::to_vec_pretty(&login)?;
    crate::agent::durable::replace(&path, &text, 0o600)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(login)
}
