//! From kill -9 of the leader to the first write that another member acknowledges.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sentinel_kit::{Api, Cluster};
use serde::Serialize;

use crate::cluster::{leader, ready};
use crate::commits::event;
use crate::fleet::{self, Node};
use crate::load::{Sample, Summary};

const MEMBERS: usize = 3;
/// Nodes for one kill: each may send few events at once, and attempts in vain may count.
const NODES: usize = 40;
/// Between two attempts that were refused.
const AGAIN: Duration = Duration::from_millis(5);
/// Longest wait for one attempt, so that one that went to the dead leader does not hide the new one.
const ATTEMPT: Duration = Duration::from_millis(500);
/// No failover is as long.
const GIVE_UP: Duration = Duration::from_secs(60);

/// What came out.
#[derive(Serialize)]
pub struct Failover {
    /// How often the leader was killed, and how long until a write was acknowledged.
    pub time: Summary,
}

/// Kills the leader `kills` times; each time the dead one is back and ready before the next.
pub async fn measure(binary: &str, kills: u32) -> Result<Failover> {
    eprintln!("failover: starting three members");
    let mut cluster = Cluster::start(binary, MEMBERS, &[]).await;
    let nodes = fleet::enrol(&cluster, kills as usize * NODES).await?;
    let admin = cluster.admin(0).await;
    let mut sample = Sample::default();
    for (kill, nodes) in nodes.chunks(NODES).enumerate() {
        let leads = leader(&cluster, &admin).await?;
        let asked = cluster.url((leads + 1 + kill % (MEMBERS - 1)) % MEMBERS);
        let writer = Writer::new(&asked)?;
        // The connection is open, and the member takes writes.
        writer.write(&nodes[0]).await.context("before the kill")?;
        let begun = Instant::now();
        cluster.kill9(leads);
        for node in nodes.iter().cycle() {
            match writer.write(node).await {
                Ok(()) => break,
                Err(error) => anyhow::ensure!(begun.elapsed() < GIVE_UP, "no write after a kill: {error:#}"),
            }
            tokio::time::sleep(AGAIN).await;
        }
        sample.push(begun.elapsed());
        eprintln!(
            "failover: kill {} of {kills}: {:.0} ms",
            kill + 1,
            begun.elapsed().as_secs_f64() * 1_000.0
        );
        cluster.launch(leads);
        ready(&Api::new(&cluster.url(leads))).await?;
    }
    Ok(Failover { time: sample.summary() })
}

struct Writer {
    http: reqwest::Client,
    url: String,
}

impl Writer {
    fn new(url: &str) -> Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(ATTEMPT).build()?;
        Ok(Self { http, url: url.to_owned() })
    }

    async fn write(&self, node: &Node) -> Result<()> {
        let request = self.http.post(format!("{}/api/v1/nodes/{}/events", self.url, node.id));
        let request = request.header("content-type", "application/json").body(event());
        let answer = request.header("x-zentinel-node-key", &node.key).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        anyhow::ensure!(status.is_success(), "{status} {text}");
        Ok(())
    }
}
