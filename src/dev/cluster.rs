//! Three members in this process, formed as any cluster is: the first begins it, the others join with a token.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use futures::future::{join_all, select_all};
use sentinel_api_types::Secret;
use sentinel_api_types::join_token::JoinTokenCreate;
use serde::{Deserialize, Serialize};

use super::sample;
use crate::durable;
use crate::server::{
    self, ArchiveArgs, ByteSize, InitArgs, KekArgs, SNAPSHOT_EVERY, ScheduleArgs, Server, ServerArgs, TlsArgs,
};

/// Ports of the first member; the others follow in steps of ten.
const FIRST: u16 = 4_000;
const MEMBERS: u16 = 3;
const FILE: &str = "login.json";
/// Where the members are, kept beside kept data: they know each other by these addresses.
const PLACES_FILE: &str = "places.json";

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
#[derive(Serialize, Deserialize)]
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
        let places = places(data_dir)?;
        let first = InitArgs {
            data_dir: member_dir(data_dir, 1),
            admin: login.email.clone(),
            admin_password: Some(login.password.clone()),
            org: "Default".into(),
            kek: KekArgs::default(),
        };
        if !first.data_dir.join(sentinel_pki::FILE).exists() {
            server::init(first).await?;
        }
        let urls: Vec<String> = places.iter().map(|place| format!("http://{}", place.http)).collect();
        let mut servers = Vec::new();
        for (place, member_id) in places.iter().zip(1..) {
            let dir = member_dir(data_dir, member_id);
            let joins = member_id > 1 && !dir.join(sentinel_pki::FILE).exists();
            let join = if joins { Some(ticket(&urls[..servers.len()], &login).await?) } else { None };
            let args = ServerArgs {
                data_dir: dir,
                peer: place.peer,
                peer_advertise: None,
                http: place.http,
                grpc: place.grpc,
                tls: TlsArgs::default(),
                api_url: None,
                join,
                kek: KekArgs::default(),
                archives: ArchiveArgs::default(),
                schedule: ScheduleArgs::none(),
                heartbeat_interval: Duration::from_secs(2),
                min_free: ByteSize(64 << 20),
                project_bundle_bytes: ByteSize(1 << 30),
                snapshot_every: SNAPSHOT_EVERY,
                offline_after: Duration::from_secs(20),
                allow_checks_to: Vec::new(),
            };
            servers.push(server::start(args).await.with_context(|| format!("member {member_id}"))?);
        }
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

fn member_dir(data_dir: &Path, member: u64) -> PathBuf {
    data_dir.join(format!("member-{member}"))
}

/// What one more member joins with.
async fn ticket(urls: &[String], login: &Login) -> anyhow::Result<Secret> {
    let client = sample::sign_in(urls, login).await?;
    let made = client.create_join_token(&JoinTokenCreate::default()).await?;
    Ok(made.token)
}

/// Where the members are: as before, if there was a before.
fn places(data_dir: &Path) -> anyhow::Result<Vec<Place>> {
    let path = data_dir.join(PLACES_FILE);
    if path.exists() {
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        return serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()));
    }
    let places = free_places()?;
    durable::replace(&path, &serde_json::to_vec_pretty(&places)?, 0o600)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(places)
}

/// The well-known ports, or free ones when any of them is taken.
fn free_places() -> anyhow::Result<Vec<Place>> {
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
    durable::replace(&path, &text, 0o600).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(login)
}
