//! A large simulated fleet while the leader is killed: whether any node is shown offline that is not, how long until every node was
//! heard again by a member that lives, and what memory members need.
//!
//! The nodes are those of `sentinel-cp sim`: real HTTP, in one process, spread over the members, each of which it falls back from to
//! the others. They beat every ten seconds, as by default; a node counts as offline after thirty, a quarter of the default, so that a
//! gap would show.

use std::collections::HashMap;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use jiff::Timestamp;
use sentinel_kit::process::Process;
use sentinel_kit::{Api, Cluster};
use serde::Serialize;
use serde_json::Value;

use crate::cluster::{leader, pids, ready};
use crate::fleet::PROJECT;
use crate::procfs::resident_mib;

const MEMBERS: usize = 3;
const OFFLINE_AFTER: &str = "30s";
/// Between two looks at the whole fleet.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Every node beats several times before the kill.
const SETTLE: Duration = Duration::from_secs(25);
/// For so long after the kill the fleet is watched: longer than a node may be silent.
const WATCH: Duration = Duration::from_secs(45);
/// No fleet takes as long to join.
const JOINED_WITHIN: Duration = Duration::from_secs(300);

/// What came out.
#[derive(Serialize)]
pub struct Crowd {
    /// Simulated nodes.
    pub nodes: u32,
    /// Until all of them had joined, in seconds.
    pub joined_in_s: f64,
    /// Most nodes that a living member showed as offline at a time, or that were offline for a moment between two looks.
    pub shown_offline: u64,
    /// From the kill until each node was heard by a living member, in seconds.
    pub heard_within_s: f64,
    /// From the kill until another member led, in seconds.
    pub led_within_s: f64,
    /// Highest resident memory of the members, in MiB; the killed one as it was before.
    pub peak_mib: Vec<f64>,
}

/// Lets the fleet join, kills the leader, watches.
pub async fn measure(binary: &str, nodes: u32) -> Result<Crowd> {
    eprintln!("crowd: {nodes} simulated nodes join three members");
    let mut cluster = Cluster::start(binary, MEMBERS, &["--offline-after", OFFLINE_AFTER]).await;
    let admin = cluster.admin(0).await;
    cluster.project(&admin, PROJECT).await?;
    let token = cluster.enrolment_token(&admin, PROJECT).await?;
    let begun = Instant::now();
    let _fleet = simulate(binary, &cluster, &token, nodes);
    online(&admin, nodes, JOINED_WITHIN).await?;
    let joined_in_s = begun.elapsed().as_secs_f64();
    tokio::time::sleep(SETTLE).await;

    let leads = leader(&cluster, &admin).await?;
    let before: Vec<f64> = peaks(&cluster)?;
    let (killed, killed_at) = (Instant::now(), Timestamp::now());
    cluster.kill9(leads);
    let living: Vec<Api> =
        (0..MEMBERS).filter(|member| *member != leads).map(|member| admin.at(&cluster.url(member))).collect();
    let (mut shown_offline, mut led_within_s, mut heard_within_s) = (0, None, None);
    while killed.elapsed() < WATCH {
        if led_within_s.is_none() && leads_among(&living).await {
            led_within_s = Some(killed.elapsed().as_secs_f64());
        }
        for api in &living {
            let stats = api.get(&format!("/api/v1/projects/{PROJECT}/nodes/stats?consistency=stale")).await?;
            shown_offline = shown_offline.max(stats["by_status"]["offline"].as_u64().context("by_status")?);
        }
        if heard_within_s.is_none() && unheard(&living[0], killed_at).await? == 0 {
            heard_within_s = Some(killed.elapsed().as_secs_f64());
            eprintln!("crowd: every node was heard again after {:.1} s", killed.elapsed().as_secs_f64());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    // A node that was offline between two looks has changed its status twice since.
    let changed =
        every_node(&living[0]).await?.values().filter(|node| since(node, "status_since") > killed_at).count();
    shown_offline = shown_offline.max(changed as u64);
    let mut peak_mib = before;
    cluster.launch(leads);
    ready(&Api::new(&cluster.url(leads))).await?;
    for (member, peak) in peaks(&cluster)?.into_iter().enumerate() {
        peak_mib[member] = peak_mib[member].max(peak);
    }
    Ok(Crowd {
        nodes,
        joined_in_s,
        shown_offline,
        heard_within_s: heard_within_s.context("not every node was heard again while it was watched")?,
        led_within_s: led_within_s.context("no other member led while it was watched")?,
        peak_mib,
    })
}

fn simulate(binary: &str, cluster: &Cluster, token: &str, nodes: u32) -> Process {
    let mut command = Command::new(binary);
    command.args(["sim", "--project", PROJECT, "--nodes", &nodes.to_string()]);
    for url in cluster.urls() {
        command.args(["--server", &url]);
    }
    command.env("SENTINEL_CP_ENROLMENT_TOKEN", token);
    Process::start("sim", &mut command, &cluster.path().join("sim.log"))
}

fn peaks(cluster: &Cluster) -> Result<Vec<f64>> {
    pids(cluster)?.into_iter().map(|pid| Ok(resident_mib(pid)?.1)).collect()
}

/// Waits until every node is online.
pub async fn online(api: &Api, nodes: u32, within: Duration) -> Result<()> {
    let begun = Instant::now();
    loop {
        let stats = api.get(&format!("/api/v1/projects/{PROJECT}/nodes/stats")).await?;
        if stats["by_status"]["online"] == nodes {
            return Ok(());
        }
        anyhow::ensure!(begun.elapsed() < within, "not all of {nodes} nodes have joined: {stats}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn leads_among(living: &[Api]) -> bool {
    for api in living {
        if let Ok(status) = api.get("/api/v1/cluster?consistency=stale").await
            && status["leader"].is_u64()
            && status["leader"] == status["member_id"]
        {
            return true;
        }
    }
    false
}

/// Nodes that no living member has heard since.
async fn unheard(api: &Api, since_when: Timestamp) -> Result<usize> {
    Ok(every_node(api).await?.values().filter(|node| since(node, "last_seen_at") <= since_when).count())
}

fn since(node: &Value, field: &str) -> Timestamp {
    node[field].as_str().and_then(|at| at.parse().ok()).unwrap_or(Timestamp::MIN)
}

/// All nodes, by id, a page after the other.
pub async fn every_node(api: &Api) -> Result<HashMap<String, Value>> {
    let (mut nodes, mut cursor) = (HashMap::new(), String::new());
    loop {
        let mut page =
            api.get(&format!("/api/v1/projects/{PROJECT}/nodes?limit=200&consistency=stale{cursor}")).await?;
        for node in page["nodes"].as_array_mut().context("nodes")? {
            let id = node["id"].as_str().context("id")?.to_owned();
            nodes.insert(id, node.take());
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(nodes),
        }
    }
}
