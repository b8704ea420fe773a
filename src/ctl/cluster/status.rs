//! The cluster as one member sees it.

use std::process::ExitCode;

use sentinel_api_types::cluster::{Cluster, ClusterLevel, ClusterMember, EpochReason};

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
    let mut table = Table::new(&[
        "member",
        "role",
        "answers",
        "version",
        "api",
        "peer",
        "on disk",
        "disk takes",
        "archives",
    ]);
    for member in &cluster.members {
        let matched = member.matched.map_or_else(String::new, |index| index.to_string());
        let answers = match member.silent_since {
            Some(since) => format!("NOT since {}", at(since)),
            None if member.joining => "not yet".to_owned(),
            None => "yes".to_owned(),
        };
        let (api, peer) = (member.api_url.clone(), member.peer_address.clone());
        let (name, role) = (member.name.clone(), role(member));
        let columns =
            [name, role, answers, version(member), api, peer, matched, disk(member), archives(member)];
        table.row(columns);
    }
    let formed =
        cluster.formed_at.map_or_else(|| "not formed".to_owned(), |time| format!("formed {}", at(time)));
    table.note(format!(
        "version {}, term {}, committed {}, applied {}, snapshot {}; {formed}",
        cluster.version, cluster.term, cluster.committed, cluster.applied, cluster.snapshot
    ));
    table.note(level(&cluster.level));
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

/// What the log may hold, and what it could.
fn level(level: &ClusterLevel) -> String {
    let mut said = format!("level {}", level.now);
    if let Some(to) = level.raise_to {
        said += &format!(": can be raised to {to} with `sentinel-cp cluster upgrade`");
    } else if !level.held_back.is_empty() {
        said += &format!(", held back: {}", level.held_back.join("; "));
    }
    said
}

/// What its binary is, and the level that this one knows.
fn version(member: &ClusterMember) -> String {
    let Some(level) = member.level else { return String::new() };
    format!("{} (level {level})", member.version.as_deref().unwrap_or("older"))
}

/// How long writes take on its disk: the last, and the longest of the last minute.
fn disk(member: &ClusterMember) -> String {
    let Some(disk) = member.disk else { return String::new() };
    let ms = |us: u64| format!("{}.{} ms", us / 1_000, us % 1_000 / 100);
    let sick = if disk.well { "" } else { "SICK: " };
    // The last one may have been longer ago than the minute.
    if disk.max_us < disk.last_us {
        return format!("{sick}{}", ms(disk.last_us));
    }
    format!("{sick}{}, at most {}", ms(disk.last_us), ms(disk.max_us))
}

/// The archives of bundles that it has, and when it had last read all of them.
fn archives(member: &ClusterMember) -> String {
    let Some(archives) = member.archives else { return String::new() };
    let mut said = archives.count.to_string();
    if let Some(checked) = archives.checked_at {
        said += &format!(", read {}", at(checked));
    }
    for (count, what) in [(archives.missing, "MISSING"), (archives.damaged, "DAMAGED")] {
        if count > 0 {
            said += &format!(", {count} {what}");
        }
    }
    said
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_says_what_could_be_done_about_it() {
        let now = ClusterLevel { now: 1, known: 1, raise_to: None, held_back: Vec::new() };
        assert_eq!(level(&now), "level 1");
        let ready = ClusterLevel { known: 2, raise_to: Some(2), ..now.clone() };
        assert_eq!(level(&ready), "level 1: can be raised to 2 with `sentinel-cp cluster upgrade`");
        let held_back = vec!["member-3 does not answer".to_owned()];
        assert_eq!(level(&ClusterLevel { held_back, ..now }), "level 1, held back: member-3 does not answer");
    }
}
