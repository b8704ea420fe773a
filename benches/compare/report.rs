//! What is printed: one table for people. `--json` has the same numbers and more of them.

use std::fmt::{Display, Formatter, Result};

use serde::Serialize;

use crate::commits::{Commits, Cost};
use crate::crowd::Crowd;
use crate::failover::Failover;
use crate::heartbeats::Heartbeats;
use crate::load::Summary;
use crate::machine::Machine;
use crate::restart::Restart;
use crate::rollout::Rollout;

/// One run.
#[derive(Serialize)]
pub struct Report {
    /// What it was on.
    pub machine: Machine,
    /// How sure an acknowledgement is.
    pub durability: &'static str,
    /// Whether connections are encrypted.
    pub tls: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commits: Option<Commits>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeats: Option<Heartbeats>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failover: Option<Failover>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart: Option<Restart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crowd: Option<Crowd>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Rollout>,
}

impl Report {
    /// Nothing measured yet.
    pub fn new(machine: Machine) -> Self {
        Self {
            machine,
            durability: "an acknowledged write is on the disks of a majority, behind fdatasync",
            tls: "mutual between our members; none between those of etcd, and none to clients",
            commits: None,
            heartbeats: None,
            failover: None,
            restart: None,
            crowd: None,
            rollout: None,
        }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Machine { cores, processor, memory_gib, disk, fdatasync, load_before } = &self.machine;
        writeln!(
            f,
            "machine     {cores} cores ({processor}), {memory_gib:.1} GiB; load before the run {load_before}"
        )?;
        writeln!(
            f,
            "disk        {disk}; 256 bytes written and synced: {:.0}/s, p50 {:.2} ms, p99 {:.2} ms",
            fdatasync.per_second, fdatasync.p50_ms, fdatasync.p99_ms
        )?;
        writeln!(f, "durability  {}", self.durability)?;
        writeln!(f, "TLS         {}", self.tls)?;
        writeln!(
            f,
            "processes   all members, etcd and the clients share this machine; everything is on loopback"
        )?;
        for part in [
            self.commits.as_ref().map(|part| part as &dyn Display),
            self.heartbeats.as_ref().map(|part| part as &dyn Display),
            self.failover.as_ref().map(|part| part as &dyn Display),
            self.restart.as_ref().map(|part| part as &dyn Display),
            self.crowd.as_ref().map(|part| part as &dyn Display),
            self.rollout.as_ref().map(|part| part as &dyn Display),
        ]
        .into_iter()
        .flatten()
        {
            write!(f, "\n{part}")?;
        }
        Ok(())
    }
}

impl Display for Commits {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(
            f,
            "COMMITS: three members each; ours: POST of a node event of 256 bytes, REST; {}: v3 put of 256",
            self.etcd_version
        )?;
        writeln!(
            f,
            "bytes under a new key, gRPC. Clients spread over the members, the first at the leader. ratio: ours / etcd."
        )?;
        writeln!(
            f,
            "cpu: processor time of the three members + of the clients for one write, in microseconds."
        )?;
        writeln!(
            f,
            "{:>7} | {:>8} {:>15} {:>11} | {:>8} {:>15} {:>11} | {:>6} {:>6}",
            "clients", "ours/s", "p50/p99 ms", "cpu", "etcd/s", "p50/p99 ms", "cpu", "rate", "p50"
        )?;
        for row in &self.rows {
            let side = |Cost { load, members_us, clients_us }: &Cost| {
                let cpu = format!("{members_us:.0}+{clients_us:.0}");
                format!("{:>8.0} {:>15} {cpu:>11}", load.per_second, quantiles(load))
            };
            let (ours, etcd) = (side(&row.ours), side(&row.etcd));
            writeln!(
                f,
                "{:>7} | {ours} | {etcd} | {:>6.2} {:>6.2}",
                row.clients, row.rate_ratio, row.p50_ratio
            )?;
        }
        Ok(())
    }
}

impl Display for Heartbeats {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Heartbeats { clients, nodes, body_bytes, member, bare, ratio } = self;
        writeln!(
            f,
            "HEARTBEATS: one member alone; {clients} connections, {nodes} nodes, {body_bytes} bytes of JSON"
        )?;
        writeln!(f, "{:>12} | {:>10} {:>15}", "", "per second", "p50/p99 ms")?;
        for (name, side) in [("one member", member), ("bare route", bare)] {
            writeln!(f, "{name:>12} | {:>10.0} {:>15}", side.per_second, quantiles(side))?;
        }
        writeln!(f, "{:>12} | {ratio:>10.2}", "ratio")
    }
}

impl Display for Failover {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Summary { count, p50_ms, p99_ms, max_ms, .. } = self.time;
        writeln!(
            f,
            "FAILOVER: three members; kill -9 of the leader until another member acknowledges a write"
        )?;
        writeln!(f, "{count} kills: p50 {p50_ms:.0} ms, p99 {p99_ms:.0} ms, longest {max_ms:.0} ms")
    }
}

impl Display for Restart {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(
            f,
            "RESTART: a follower of three members, {} nodes and {} bundles in the state (built in {:.0} s); from the start of",
            self.nodes, self.bundles, self.built_in_s
        )?;
        writeln!(f, "the process until it is ready and has counted the nodes in a read of the newest state")?;
        for (how, start) in [("SIGTERM", &self.after_stop), ("kill -9", &self.after_kill)] {
            writeln!(
                f,
                "after {how}: p50 {:.2} s, longest {:.2} s of {}",
                start.p50_ms / 1_000.0,
                start.max_ms / 1_000.0,
                start.count
            )?;
        }
        writeln!(
            f,
            "resident memory of the members: {} MiB, at its highest {} MiB; of the restarted one {:.0} MiB",
            list(&self.resident_mib),
            list(&self.peak_mib),
            self.restarted_mib
        )?;
        writeln!(f, "data directory: {:.0} MiB", self.disk_mib)
    }
}

impl Display for Crowd {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Crowd { nodes, joined_in_s, shown_offline, heard_within_s, led_within_s, peak_mib } = self;
        writeln!(
            f,
            "CROWD: {nodes} simulated nodes in one process over three members (joined in {joined_in_s:.0} s); kill -9 of the leader"
        )?;
        writeln!(f, "another member leads after {led_within_s:.1} s; nodes shown offline: {shown_offline}")?;
        writeln!(f, "every node heard again by a living member after {heard_within_s:.1} s")?;
        writeln!(f, "resident memory of the members at its highest: {} MiB", list(peak_mib))
    }
}

impl Display for Rollout {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Rollout { nodes, took_s, last_batch, all_batches, members_cpu_s, nodes_cpu_s, peak_mib } = self;
        writeln!(
            f,
            "ROLLOUT: {nodes} simulated nodes in one process over three members, ten batches; each member restarted once on the way"
        )?;
        writeln!(
            f,
            "all done in {took_s:.1} s; from the start of a batch until a member knows that a node of it runs the bundle:"
        )?;
        for (which, Summary { count, p50_ms, p99_ms, max_ms, .. }) in
            [("last batch", last_batch), ("all batches", all_batches)]
        {
            writeln!(
                f,
                "{which}: p50 {p50_ms:.0} ms, p99 {p99_ms:.0} ms, longest {max_ms:.0} ms of {count} nodes"
            )?;
        }
        writeln!(
            f,
            "processor time: members {} s, the last leader first; the simulated nodes {nodes_cpu_s:.0} s. Memory of the members at its highest: {} MiB",
            list(members_cpu_s),
            list(peak_mib)
        )
    }
}

fn list(mib: &[f64]) -> String {
    mib.iter().map(|mib| format!("{mib:.0}")).collect::<Vec<_>>().join(", ")
}

fn quantiles(load: &Summary) -> String {
    format!("{:.2}/{:.2}", load.p50_ms, load.p99_ms)
}
