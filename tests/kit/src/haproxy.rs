//! The real HAProxy in front of nodes, which asks their agents how much traffic they shall get.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::ports;
use crate::process::Process;
use crate::wait::until;

/// A node behind it.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its name there.
    pub name: String,
    /// Where its proxy serves.
    pub address: String,
    /// Port of its agent's agent-check, on loopback.
    pub agent_check: u16,
}

/// See the module.
pub struct Haproxy {
    port: u16,
    stats: u16,
    process: Process,
}

impl Haproxy {
    /// Starts it before these nodes, and waits until it answers.
    pub async fn start(dir: &Path, servers: &[Server]) -> Self {
        let (port, stats) = (ports::free(), ports::free());
        let file = dir.join("haproxy.cfg");
        std::fs::write(&file, config(port, stats, servers)).expect("its configuration is written");
        let mut command = Command::new(binary());
        command.arg("-db").arg("-f").arg(&file);
        let process = Process::start("haproxy", &mut command, &dir.join("haproxy.log"));
        let haproxy = Self { port, stats, process };
        until("haproxy answers", 20, || async { haproxy.weights().await.ok().map(drop) }).await;
        haproxy
    }

    /// Where it serves.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The weight at which each node gets traffic now, of 100; `None` for a node that gets none, because it is drained or down.
    ///
    /// # Errors
    /// It does not say.
    pub async fn weights(&self) -> Result<BTreeMap<String, Option<u32>>> {
        let text = reqwest::get(format!("http://127.0.0.1:{}/;csv", self.stats)).await?.text().await?;
        let mut lines = text.lines();
        let names: Vec<&str> =
            lines.next().context("a header")?.trim_start_matches("# ").split(',').collect();
        let column = |name: &str| names.iter().position(|found| *found == name).context("a column");
        let (proxy, server, status, weight) =
            (column("pxname")?, column("svname")?, column("status")?, column("weight")?);
        let mut weights = BTreeMap::new();
        for line in lines {
            let cells: Vec<&str> = line.split(',').collect();
            if cells.get(proxy) != Some(&"edges") || cells.get(server) == Some(&"BACKEND") {
                continue;
            }
            let up = cells.get(status).is_some_and(|status| status.starts_with("UP"));
            let name = (*cells.get(server).context("a name")?).to_owned();
            let weight = cells.get(weight).context("a weight")?.parse::<u32>()?;
            weights.insert(name, up.then_some(weight).filter(|weight| *weight > 0));
        }
        Ok(weights)
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        self.process.log()
    }
}

/// The program; a missing one fails the test with the command that installs it.
fn binary() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian has it where only root looks.
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    let found = folders.map(|folder: PathBuf| folder.join("haproxy")).find(|file| file.is_file());
    found.expect("there is no haproxy here: apt-get install -y haproxy")
}

fn config(port: u16, stats: u16, servers: &[Server]) -> String {
    let mut text = format!(
        "global
    maxconn 1000
defaults
    mode http
    timeout connect 2s
    timeout client 20s
    timeout server 20s
    timeout check 1s
listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /
frontend public
    bind 127.0.0.1:{port}
    default_backend edges
backend edges
    balance roundrobin
    default-server weight 100 check inter 500ms agent-check agent-addr 127.0.0.1 agent-inter 200ms
"
    );
    for Server { name, address, agent_check } in servers {
        text.push_str(&format!("    server {name} {address} agent-port {agent_check}\n"));
    }
    text
}
