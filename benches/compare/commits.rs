//! Durable writes: three members of ours beside three of etcd, on the same disk, in turns.
//!
//! Of our API the write with the least work around it is a node's event: no audit entry, no compilation, a message of 256 bytes. It
//! goes through HTTP, the node's key, the checks of the use case, the log on a majority, apply on the member that was asked, and
//! back. etcd is asked for a put of 256 bytes under a new key. Clients keep a connection each and are spread over the members,
//! the first at the leader, on both sides.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use sentinel_kit::Cluster;
use serde::Serialize;
use serde_json::json;

use crate::cluster::{leader, pids};
use crate::etcd::{self, Etcd};
use crate::fleet::{self, Node};
use crate::load::{self, Client, Sample, Summary};
use crate::procfs::{cpu_seconds, cpu_seconds_of};

/// Bytes of a value.
pub const VALUE: usize = 256;
const CLIENTS: [usize; 4] = [1, 16, 64, 256];
const MEMBERS: usize = 3;
/// A node may tell a member of events so often at once; after that it is told to wait.
const BUDGET: usize = 20;
/// More than either side has reached; decides how many nodes are needed for the budget to last.
const RATE_EXPECTED: usize = 8_000;
/// Which side has which turn: each is first once, since disks behind a quota are fast at first.
const TURNS: [Side; 4] = [Side::Etcd, Side::Ours, Side::Ours, Side::Etcd];

#[derive(Clone, Copy)]
enum Side {
    Ours,
    Etcd,
}

/// What came out.
#[derive(Serialize)]
pub struct Commits {
    /// The etcd that was measured against.
    pub etcd_version: String,
    /// One row for each number of clients.
    pub rows: Vec<Row>,
}

/// Both sides under the same load.
#[derive(Serialize)]
pub struct Row {
    /// How many ask at once.
    pub clients: usize,
    /// Our members.
    pub ours: Cost,
    /// etcd's.
    pub etcd: Cost,
    /// Our rate over etcd's.
    pub rate_ratio: f64,
    /// Our median over etcd's.
    pub p50_ratio: f64,
}

/// One side.
#[derive(Serialize)]
pub struct Cost {
    /// Rate and latency.
    pub load: Summary,
    /// Processor time of the three members for one write, in microseconds.
    pub members_us: f64,
    /// Processor time of the clients for one write, in microseconds.
    pub clients_us: f64,
}

/// One side while it is measured.
#[derive(Default)]
struct Tally {
    sample: Sample,
    members_s: f64,
    clients_s: f64,
}

impl Tally {
    async fn turn<C: Client>(&mut self, clients: Vec<C>, length: Duration, members: &[u32]) -> Result<()> {
        let before = (cpu_seconds_of(members)?, cpu_seconds(std::process::id())?);
        self.sample.add(load::run(clients, length).await?);
        self.members_s += cpu_seconds_of(members)? - before.0;
        self.clients_s += cpu_seconds(std::process::id())? - before.1;
        Ok(())
    }

    fn cost(mut self) -> Cost {
        let each = |seconds: f64| seconds * 1e6 / self.sample.len().max(1) as f64;
        let (members_us, clients_us) = (each(self.members_s), each(self.clients_s));
        Cost { load: self.sample.summary(), members_us, clients_us }
    }
}

/// Measures all rows.
pub async fn measure(binary: &str, turn: Duration) -> Result<Commits> {
    let etcd_version = etcd::version()?;
    eprintln!("commits: starting three members of ours and of etcd");
    let etcd = Etcd::start().await?;
    let cluster = Cluster::start(binary, MEMBERS, &[]).await;
    let writes = turn.as_secs() as usize * CLIENTS.len() * TURNS.len() / 2 * RATE_EXPECTED;
    let nodes = fleet::enrol(&cluster, writes / (BUDGET * MEMBERS)).await?;
    let ours = Ours::new(&cluster, nodes).await?;
    let members = (pids(&cluster)?, etcd.pids());
    let mut rows = Vec::new();
    for clients in CLIENTS {
        eprintln!("commits: {clients} clients");
        let mut tallies = (Tally::default(), Tally::default());
        for (number, side) in TURNS.iter().enumerate() {
            match side {
                Side::Ours => tallies.0.turn(ours.clients(clients)?, turn, &members.0).await,
                Side::Etcd => {
                    let with = etcd.clients(clients, &format!("{clients}/{number}")).await?;
                    tallies.1.turn(with, turn, &members.1).await
                }
            }
            .with_context(|| format!("{clients} clients"))?;
        }
        let (ours, etcd) = (tallies.0.cost(), tallies.1.cost());
        rows.push(Row {
            clients,
            rate_ratio: ours.load.per_second / etcd.load.per_second,
            p50_ratio: ours.load.p50_ms / etcd.load.p50_ms,
            ours,
            etcd,
        });
    }
    Ok(Commits { etcd_version, rows })
}

/// Our cluster as clients see it.
pub struct Ours {
    /// Base URLs, the leader's first.
    urls: Vec<String>,
    nodes: Arc<Vec<Node>>,
    /// For each member which node tells it something next.
    next: Vec<Arc<AtomicUsize>>,
}

impl Ours {
    /// Finds the leader.
    pub async fn new(cluster: &Cluster, nodes: Arc<Vec<Node>>) -> Result<Self> {
        let admin = cluster.admin(0).await;
        let mut urls = cluster.urls();
        urls.swap(0, leader(cluster, &admin).await?);
        let next = urls.iter().map(|_| Arc::default()).collect();
        Ok(Self { urls, nodes, next })
    }

    /// Clients spread over the members, the first at the leader.
    pub fn clients(&self, count: usize) -> Result<Vec<OurClient>> {
        (0..count).map(|number| self.client(number % self.urls.len())).collect()
    }

    fn client(&self, member: usize) -> Result<OurClient> {
        Ok(OurClient {
            http: reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?,
            url: self.urls[member].clone(),
            nodes: Arc::clone(&self.nodes),
            next: Arc::clone(&self.next[member]),
            body: event().into(),
        })
    }
}

/// A node's event with a message of [`VALUE`] bytes.
pub fn event() -> String {
    json!({"event_type": "info", "severity": "info", "message": "v".repeat(VALUE)}).to_string()
}

/// One client with its own connection, that speaks as one node after the other.
pub struct OurClient {
    http: reqwest::Client,
    url: String,
    nodes: Arc<Vec<Node>>,
    next: Arc<AtomicUsize>,
    body: Arc<str>,
}

impl Client for OurClient {
    async fn call(&mut self) -> Result<()> {
        let node = &self.nodes[self.next.fetch_add(1, Ordering::Relaxed) % self.nodes.len()];
        let request = self.http.post(format!("{}/api/v1/nodes/{}/events", self.url, node.id));
        let request = request.header("content-type", "application/json");
        let answer =
            request.header("x-zentinel-node-key", &node.key).body(self.body.to_string()).send().await?;
        let status = answer.status();
        // Read to its end, or the connection is not used again.
        let text = answer.text().await?;
        anyhow::ensure!(status.is_success(), "{status} {text}");
        Ok(())
    }
}
