//! A rollout to a large simulated fleet, in batches of a tenth, while every member is restarted once: how long it takes from the start of
//! a batch until a member knows that a node of it runs the bundle, and what the leader needs for that.
//!
//! The nodes are those of `sentinel-cp sim`: real HTTP, in one process, each with a poll that waits. An activation takes no time here, so
//! that what is measured is the control plane: the step's commit, the answer to the poll, the archive's verdict, the heartbeat with the
//! proof, and the commit of what was proven. Nothing may be skipped or done twice: the run fails if it was.

use std::collections::HashMap;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use sentinel_kit::process::Process;
use sentinel_kit::{Api, Cluster};
use serde::Serialize;
use serde_json::{Value, json};

use crate::bundles::config;
use crate::cluster::{leader, pids, ready};
use crate::crowd::{every_node, online};
use crate::fleet::PROJECT;
use crate::load::{Sample, Summary};
use crate::procfs::{cpu_seconds, pid_with, resident_mib};

const MEMBERS: usize = 3;
const STEPS: u64 = 10;
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// No fleet takes as long.
const WITHIN: Duration = Duration::from_secs(600);
/// A member is restarted when these steps are under way; the leader last.
const RESTART_AT: [u64; MEMBERS] = [2, 4, 6];

/// What came out.
#[derive(Serialize)]
pub struct Rollout {
    /// Simulated nodes.
    pub nodes: u32,
    /// From the start of the rollout to its end, in seconds.
    pub took_s: f64,
    /// From the start of the last batch until a member knew that a node of it runs the bundle.
    pub last_batch: Summary,
    /// The same, of all batches; members were restarted in three of them.
    pub all_batches: Summary,
    /// Processor time of the members, in seconds, the one that led at the end first.
    pub members_cpu_s: Vec<f64>,
    /// Processor time of the simulated nodes, in seconds.
    pub nodes_cpu_s: f64,
    /// Highest resident memory of the members, in MiB, in the same order.
    pub peak_mib: Vec<f64>,
}

/// Lets the fleet join, rolls out, restarts, checks.
pub async fn measure(binary: &str, nodes: u32) -> Result<Rollout> {
    eprintln!("rollout: {nodes} simulated nodes join three members");
    let mut cluster = Cluster::start(binary, MEMBERS, &[]).await;
    let admin = cluster.admin(0).await;
    cluster.project(&admin, PROJECT).await?;
    let token = cluster.enrolment_token(&admin, PROJECT).await?;
    let fleet = simulate(binary, &cluster, &token, nodes);
    online(&admin, nodes, WITHIN).await?;
    let first = bundle(&admin, 1).await?;
    let rollout = start(&admin, &first, 100).await?;
    state(&admin, &rollout, |found| found["state"] == "completed").await?;

    let second = bundle(&admin, 2).await?;
    let sim = fleet.pid().context("the simulation has ended")?;
    let (sim_before, before) = (cpu_seconds(sim)?, usage(&cluster)?);
    let begun = Instant::now();
    let rollout = start(&admin, &second, 10).await?;
    let mut usages: Vec<Usage> = before.iter().map(|usage| Usage { cpu_s: -usage.cpu_s, ..*usage }).collect();
    let leads = leader(&cluster, &admin).await?;
    for (turn, at) in RESTART_AT.into_iter().enumerate() {
        // The followers, and then whoever led at the beginning.
        let member = (leads + 1 + turn) % MEMBERS;
        let living = admin.at(&cluster.url((member + 1) % MEMBERS));
        state(&living, &rollout, |found| found["current_step"].as_u64() >= Some(at)).await?;
        usages[member].add(look(&cluster, member)?);
        cluster.stop(member);
        cluster.launch(member);
        ready(&Api::new(&cluster.url(member))).await?;
        eprintln!("rollout: member {} was restarted at {:.1} s", member + 1, begun.elapsed().as_secs_f64());
    }
    state(&admin, &rollout, |found| found["state"] == "completed").await?;
    let took_s = begun.elapsed().as_secs_f64();
    let nodes_cpu_s = cpu_seconds(sim)? - sim_before;
    for (member, usage) in usage(&cluster)?.into_iter().enumerate() {
        usages[member].add(usage);
    }
    let leads = leader(&cluster, &admin).await?;
    usages.rotate_left(leads);
    let (last_batch, all_batches) = check(&admin, &rollout, &second, nodes).await?;
    Ok(Rollout {
        nodes,
        took_s,
        last_batch,
        all_batches,
        members_cpu_s: usages.iter().map(|usage| usage.cpu_s).collect(),
        nodes_cpu_s,
        peak_mib: usages.iter().map(|usage| usage.peak_mib).collect(),
    })
}

#[derive(Clone, Copy)]
struct Usage {
    cpu_s: f64,
    peak_mib: f64,
}

impl Usage {
    fn add(&mut self, more: Usage) {
        self.cpu_s += more.cpu_s;
        self.peak_mib = self.peak_mib.max(more.peak_mib);
    }
}

fn look(cluster: &Cluster, member: usize) -> Result<Usage> {
    let pid = pid_with(&cluster.data_dir(member))?;
    Ok(Usage { cpu_s: cpu_seconds(pid)?, peak_mib: resident_mib(pid)?.1 })
}

fn usage(cluster: &Cluster) -> Result<Vec<Usage>> {
    ensure!(pids(cluster)?.len() == MEMBERS);
    (0..MEMBERS).map(|member| look(cluster, member)).collect()
}

fn simulate(binary: &str, cluster: &Cluster, token: &str, nodes: u32) -> Process {
    let mut command = Command::new(binary);
    let nodes = nodes.to_string();
    command.args(["sim", "--project", PROJECT, "--nodes", &nodes, "--max-waiting", &nodes]);
    command.args(["--activation", "1ms..2ms"]);
    for url in cluster.urls() {
        command.args(["--server", &url]);
    }
    command.env("SENTINEL_CP_ENROLMENT_TOKEN", token);
    Process::start("sim", &mut command, &cluster.path().join("sim.log"))
}

async fn bundle(api: &Api, number: u32) -> Result<String> {
    let version = format!("{number}.0.0");
    let body = json!({"version": version, "config_source": config(number)});
    let made = api.post(&format!("/api/v1/projects/{PROJECT}/bundles"), &body).await?;
    Ok(made["id"].as_str().context("a bundle id")?.to_owned())
}

async fn start(api: &Api, bundle: &str, percent: u8) -> Result<String> {
    let body = json!({
        "bundle_id": bundle, "target_selector": {"type": "all"}, "batch_percentage": percent,
        "progress_deadline_seconds": 300,
    });
    let made = api.post(&format!("/api/v1/projects/{PROJECT}/rollouts"), &body).await?;
    Ok(made["rollout"]["id"].as_str().context("a rollout id")?.to_owned())
}

/// Waits until the rollout is so; the list says it without its ten thousand nodes.
async fn state(api: &Api, rollout: &str, is: impl Fn(&Value) -> bool) -> Result<()> {
    let begun = Instant::now();
    loop {
        let path = format!("/api/v1/projects/{PROJECT}/rollouts?limit=5&consistency=stale");
        // Not while a member restarts; another look follows.
        if let Ok(list) = api.get(&path).await {
            let found = list["rollouts"].as_array().context("rollouts")?;
            if let Some(found) = found.iter().find(|found| found["id"] == rollout) {
                let ended =
                    ["failed", "rolled_back", "cancelled"].contains(&found["state"].as_str().unwrap_or(""));
                ensure!(!ended, "the rollout did not complete: {found}");
                if is(found) {
                    return Ok(());
                }
            }
        }
        ensure!(begun.elapsed() < WITHIN, "the rollout takes longer than {} s", WITHIN.as_secs());
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// That each step was begun once, after the one before, and that each node was given the bundle once and runs it.
async fn check(api: &Api, rollout: &str, bundle: &str, nodes: u32) -> Result<(Summary, Summary)> {
    let found = api.get(&format!("/api/v1/projects/{PROJECT}/rollouts/{rollout}")).await?;
    let steps = found["steps"].as_array().context("steps")?;
    ensure!(steps.len() as u64 == STEPS, "{} steps", steps.len());
    let log =
        api.get(&format!("/api/v1/projects/{PROJECT}/audit?action=rollout.step_started&limit=200")).await?;
    let begun = log["entries"].as_array().context("entries")?;
    let begun = begun.iter().filter(|entry| entry["resource_id"] == rollout).count() as u64;
    ensure!(begun == STEPS, "a step was begun {begun} times in {STEPS} steps");
    let every = every_node(api).await?;
    ensure!(every.len() == nodes as usize, "{} nodes", every.len());
    let (mut all, mut last, mut seen, mut ended) =
        (Sample::default(), Sample::default(), HashMap::new(), None);
    for step in steps {
        let started = time(&step["started_at"])?;
        ensure!(ended.is_none_or(|ended| ended <= started), "a step began before the one before had ended");
        ended = Some(time(&step["completed_at"])?);
        last = Sample::default();
        for id in step["node_ids"].as_array().context("node_ids")? {
            let id = id.as_str().context("id")?;
            ensure!(seen.insert(id.to_owned(), ()).is_none(), "a node is in two steps");
            let node = every.get(id).context("a node of a step is gone")?;
            let generations = (&node["desired"]["generation"], &node["effective"]["generation"]);
            ensure!(generations == (&json!(2), &json!(2)), "a node was moved twice or not at all: {node}");
            ensure!(node["effective"]["bundle_id"] == bundle, "a node runs something else: {node}");
            let took = time(&node["effective"]["at"])?.duration_since(started);
            let took = Duration::try_from(took).context("a node ran the bundle before its batch began")?;
            all.push(took);
            last.push(took);
        }
    }
    ensure!(seen.len() == nodes as usize, "{} nodes in the steps", seen.len());
    Ok((last.summary(), all.summary()))
}

fn time(value: &Value) -> Result<Timestamp> {
    value.as_str().context("a time")?.parse().context("a time")
}
