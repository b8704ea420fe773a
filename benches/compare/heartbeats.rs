//! Heartbeats of one member beside a bare axum route that parses the same JSON into the same type and answers with as few bytes as
//! it can. Each is a process of its own; the clients are the same, and take their share of the machine on both sides.

use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::routing::post;
use axum::{Json, Router};
use sentinel_api_types::agent::HeartbeatRequest;
use sentinel_kit::process::Process;
use sentinel_kit::{Cluster, WorkDir, ports, until_ok};
use serde::Serialize;
use serde_json::{Value, json};

use crate::fleet;
use crate::load::{self, Client, Sample, Summary};
use crate::wire::{self, Wire};

const CLIENTS: usize = 64;
const NODES: usize = 1_000;

/// What came out.
#[derive(Serialize)]
pub struct Heartbeats {
    /// Connections, each with one request at a time.
    pub clients: usize,
    /// Nodes that they speak as.
    pub nodes: usize,
    /// Bytes of JSON in a heartbeat.
    pub body_bytes: usize,
    /// One member.
    pub member: Summary,
    /// The bare route.
    pub bare: Summary,
    /// The member's rate over that of the bare route.
    pub ratio: f64,
}

/// Measures both.
pub async fn measure(binary: &str, turn: Duration) -> Result<Heartbeats> {
    eprintln!("heartbeats: starting one member and a bare route");
    let port = ports::free();
    let dir = WorkDir::new("bare");
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--serve-bare", &port.to_string()]);
    let _bare = Process::start("bare", &mut command, &dir.join("bare.log"));
    let cluster = Cluster::start(binary, 1, &[]).await;
    let nodes = fleet::enrol(&cluster, NODES).await?;
    let beat = beat();
    let requests = |authority: &str| -> Arc<Vec<Vec<u8>>> {
        let request = |node: &fleet::Node| {
            let key = format!("x-zentinel-node-key: {}\r\n", node.key);
            wire::post(authority, &format!("/api/v1/nodes/{}/heartbeat", node.id), &key, &beat)
        };
        Arc::new(nodes.iter().map(request).collect())
    };
    let url = cluster.url(0);
    let sides = [url.trim_start_matches("http://").to_owned(), format!("127.0.0.1:{port}")];
    let requests = sides.clone().map(|authority| requests(&authority));
    let mut samples = [Sample::default(), Sample::default()];
    // Everything that is new about the nodes is told, and written to the log, before anything is measured.
    drop(load::run(clients(&sides[0], &requests[0]).await?, Duration::from_secs(2)).await?);
    for side in [1, 0, 0, 1] {
        eprintln!("heartbeats: {}", ["one member", "bare route"][side]);
        samples[side].add(load::run(clients(&sides[side], &requests[side]).await?, turn).await?);
    }
    let [member, bare] = samples.map(|mut sample| sample.summary());
    let ratio = member.per_second / bare.per_second;
    Ok(Heartbeats { clients: CLIENTS, nodes: NODES, body_bytes: beat.len(), member, bare, ratio })
}

/// What an agent sends in a quiet hour, before anything was assigned to its node.
pub fn beat() -> String {
    json!({
        "health": {"status": "healthy"},
        "metrics": {"proxy_cpu_percent": 12.5, "proxy_memory_bytes": 45_000_000.0},
        "traffic": {
            "generation": 0, "window_ms": 60_000, "requests": 1_200, "errors": 3,
            "p50_ms": 4.2, "p95_ms": 11.0, "p99_ms": 31.5,
        },
        "version": "1.0.0",
        "proxy_version": "0.6.45",
    })
    .to_string()
}

async fn clients(authority: &str, requests: &Arc<Vec<Vec<u8>>>) -> Result<Vec<Beating>> {
    let mut clients = Vec::new();
    for number in 0..CLIENTS {
        let connect = || Wire::connect(authority);
        let wire = until_ok("a connection", 10, connect).await;
        clients.push(Beating { wire, requests: Arc::clone(requests), next: number * NODES / CLIENTS });
    }
    Ok(clients)
}

/// One connection, that speaks as one node after the other.
pub struct Beating {
    wire: Wire,
    requests: Arc<Vec<Vec<u8>>>,
    next: usize,
}

impl Client for Beating {
    async fn call(&mut self) -> Result<()> {
        self.next = (self.next + 1) % self.requests.len();
        self.wire.ask(&self.requests[self.next]).await
    }
}

/// The bare route. The key is not looked at, nothing is remembered.
pub async fn serve_bare(port: u16) -> Result<()> {
    async fn hear(Json(request): Json<HeartbeatRequest>) -> Json<Value> {
        Json(json!({"status": "ok", "healthy": request.health.is_some()}))
    }
    let router = Router::new().route("/api/v1/nodes/{id}/heartbeat", post(hear));
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    axum::serve(listener, router).await.context("the bare route ended")
}
