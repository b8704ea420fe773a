//! The cluster as one member sees it.

use std::process::ExitCode;

use sentinel_api_types::cluster::{Cluster, ClusterMember, EpochReason};

use crate::ctl::connection::Connection;
use crate::ctl::failure;
use crate::ctl::output::Table;
use crate::ctl::words::at;

/// Shows it.
pub async fn run(connection: &Connection) -> anyhow::Result<ExitCode> {
    let cluster = connection.client.cluster().await?;
    connection.output.print(&cluster, table)?;
    Ok(ExitCode::from(if cluster.unready.is_none() { failure::OK } else { failure::FAILED }))
}

fn table(cluster: &Cluster) -> Table {
    let mut table = Table::new(&["member", "role", "answers", "api", "peer", "on disk", "disk takes"]);
    for member in &cluster.members {
        let matched = member.matched.map_or_else(String::new, |index| index.to_string());
        let answers = match member.silent_since {
            Some(since) => format!("NOT since {}", at(since)),
            None if member.joining => "not yet".to_owned(),
            None => "yes".to_owned(),
        };
        let (api, peer) = (member.api_url.clone(), member.peer_address.clone());
        table.row([member.name.clone(), role(member), answers, api, peer, matched, disk(member)]);
    }
    let formed =
        cluster.formed_at.map_or_else(|| "not formed".to_owned(), |time| format!("formed {}", at(time)));
    table.note(format!(
        "version {}, term {}, committed {}, applied {}, snapshot {}; {formed}",
        cluster.version, cluster.term, cluster.committed, cluster.applied, cluster.snapshot
    ));
    if let Some(began) = &cluster.epoch_began {
        let reason = match began.reason {
            EpochReason::Restore => "a restore",
            EpochReason::Recovery => "a recovery",
        };
        table.note(format!(
            "epoch {}, begun by {reason} at member-{}, {}",
            cluster.epoch,
            began.founder,
            at(began.at)
        ));
    }
    table.note(match &cluster.backup {
        Some(backup) => format!("newest backup: {}, {}", at(backup.taken_at), backup.place),
        None => "no backup is known: make one with `sentinel-cp cluster backup create FILE`".to_owned(),
    });
    for concern in cluster.findings.iter().filter(|finding| finding.is_concern()) {
        table.note(format!("look: {}", concern.text));
    }
    match &cluster.unready {
        Some(reason) => table.note(format!("NOT READY for writes: {reason}")),
        None => table.note("ready"),
    }
    table
}

/// How long writes take on its disk: the last, and the longest of the last minute.
fn disk(member: &ClusterMember) -> String {
    let Some(disk) = member.disk else { return String::new() };
    let ms = |us: u64| format!("{}.{} ms", us / 1_000, us % 1_000 / 100);
    let sick = if disk.well { "" } else { "SICK: " };
    format!("{sick}{}, at most {}", ms(disk.last_us), ms(disk.max_us))
}

fn role(member: &ClusterMember) -> String {
    let role = match (member.leader, member.voter, member.joining) {
        (true, _, _) => "leader",
        (_, true, _) => "voter",
        (_, _, true) => "joining",
        _ => "learner",
    };
    if member.answering { format!("{role}, answering") } else { role.to_owned() }
}
