//! How long a member takes to start, and what memory it has, with many nodes and bundles in the state.
//!
//! The state is made through the public API on three members, and every node has sent a heartbeat. Then a follower is ended and
//! started, in two ways: with SIGTERM, after which the state on disk is whole, and with kill -9, after which the log is
//! replayed. The clock runs from the start of the process until the member says that it is ready and has counted the nodes in a
//! read of the newest state.

use std::time::Instant;

use anyhow::Result;
use sentinel_kit::{Api, Cluster};
use serde::Serialize;

use crate::bundles;
use crate::cluster::{leader, pids, ready};
use crate::fleet::{self, Node};
use crate::heartbeats::beat;
use crate::load::{Sample, Summary};
use crate::procfs::{pid_with, resident_mib};
use crate::wire::{self, Wire};

const MEMBERS: usize = 3;
const TIMES: usize = 5;

/// What came out.
#[derive(Serialize)]
pub struct Restart {
    /// Nodes in the state.
    pub nodes: u32,
    /// Bundles in the state.
    pub bundles: u32,
    /// Until the state was there, in seconds.
    pub built_in_s: f64,
    /// Start after SIGTERM.
    pub after_stop: Summary,
    /// Start after kill -9.
    pub after_kill: Summary,
    /// Resident memory of the members when the state was there and every node had sent a heartbeat, in MiB.
    pub resident_mib: Vec<f64>,
    /// The same at its highest.
    pub peak_mib: Vec<f64>,
    /// Resident memory of the member after its last start, in MiB.
    pub restarted_mib: f64,
    /// Bytes of data directory of one member, in MiB.
    pub disk_mib: f64,
}

/// Builds the state and restarts a follower.
pub async fn measure(binary: &str, nodes: u32, bundles: u32) -> Result<Restart> {
    eprintln!("restart: building a state of {nodes} nodes and {bundles} bundles");
    let begun = Instant::now();
    let mut cluster = Cluster::start(binary, MEMBERS, &[]).await;
    let fleet = fleet::enrol(&cluster, nodes as usize).await?;
    bundles::create(&cluster, bundles).await?;
    let built_in_s = begun.elapsed().as_secs_f64();
    for index in 0..MEMBERS {
        let share = fleet.iter().skip(index).step_by(MEMBERS);
        beats(&cluster.url(index), share).await?;
    }
    let admin = cluster.admin(0).await;
    check(&admin, nodes).await?;
    let memory: Vec<(f64, f64)> = pids(&cluster)?.into_iter().map(resident_mib).collect::<Result<_>>()?;
    let follower = (leader(&cluster, &admin).await? + 1) % MEMBERS;
    let api = Api::new(&cluster.url(follower));
    let restarted = admin.at(&cluster.url(follower));
    let mut samples = [Sample::default(), Sample::default()];
    for (kind, sample) in samples.iter_mut().enumerate() {
        for time in 1..=TIMES {
            if kind == 0 {
                cluster.stop(follower);
            } else {
                cluster.kill9(follower);
            }
            let started = Instant::now();
            cluster.launch(follower);
            ready(&api).await?;
            // Ready means that it follows; that it has the state, only a read of the newest state shows.
            check(&restarted, nodes).await?;
            sample.push(started.elapsed());
            let (how, took) = (["SIGTERM", "kill -9"][kind], started.elapsed().as_secs_f64());
            eprintln!("restart: after {how}, {time} of {TIMES}: {took:.2} s");
        }
    }
    let [after_stop, after_kill] = samples.map(|mut sample| sample.summary());
    Ok(Restart {
        nodes,
        bundles,
        built_in_s,
        after_stop,
        after_kill,
        resident_mib: memory.iter().map(|(now, _)| *now).collect(),
        peak_mib: memory.iter().map(|(_, peak)| *peak).collect(),
        restarted_mib: resident_mib(pid_with(&cluster.data_dir(follower))?)?.0,
        disk_mib: size(&cluster.data_dir(follower))? as f64 / 1_048_576.0,
    })
}

async fn beats(url: &str, nodes: impl Iterator<Item = &Node>) -> Result<()> {
    let authority = url.trim_start_matches("http://");
    let (mut wire, beat) = (Wire::connect(authority).await?, beat());
    for node in nodes {
        let key = format!("x-zentinel-node-key: {}\r\n", node.key);
        wire.ask(&wire::post(authority, &format!("/api/v1/nodes/{}/heartbeat", node.id), &key, &beat))
            .await?;
    }
    Ok(())
}

/// The state is what it should be: a fast start of an empty member would be worth nothing.
async fn check(api: &Api, nodes: u32) -> Result<()> {
    let stats = api.get(&format!("/api/v1/projects/{}/nodes/stats", fleet::PROJECT)).await?;
    anyhow::ensure!(stats["total"] == nodes, "{nodes} nodes are expected: {stats}");
    Ok(())
}

fn size(dir: &std::path::Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        bytes += if kind.is_dir() { size(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}
