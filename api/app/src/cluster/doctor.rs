//! Whether the cluster is well, from what one member knows of it: the only place that decides what somebody should look at. The
//! API, the command line and the web page show what is found here.

mod ending;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use sentinel_api_types::finding::{Finding, Severity, Topic};
use sentinel_api_types::timestamp;
use sentinel_machine::commands::backup_note;
use sentinel_machine::{ArchiveFacts, ClusterStatus, Concern, MemberFacts, MemberStatus};
use sentinel_model::certificate::Certificate;
use sentinel_model::cluster::Cluster;
use sentinel_model::{MemberId, Time};

/// Clocks further apart than this are worth a word.
const SKEW_MS: u64 = 1_000;
/// Two hours apart, members find each other's certificates not good any more: half of that is grave.
const SKEW_GRAVE_MS: u64 = 60 * 60 * 1_000;
/// A disk that needs longer than this for one write makes everybody wait.
const SLOW_US: u64 = 500_000;
/// Room is worth a word when there is less than so many times what a member needs to take writes.
const ROOM_TIMES: u64 = 4;
/// Entries that a member may lack without a word: what is on its way under load.
const BEHIND: u64 = 10_000;
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// A member renews its own certificate at half of its 30 days: with fewer days left, that does not work.
const CERTIFICATE_DAYS: u64 = 10;
/// People replace the certificate for clients.
const SERVING_DAYS: u64 = 14;
/// The CA lasts ten years, and another one takes preparation.
const CA_DAYS: u64 = 90;
/// Days without a backup that are worth a word.
const BACKUP_DAYS: u64 = 2;

/// What is looked at.
pub(super) struct Seen<'a> {
    /// What the answering member knows of all.
    pub(super) status: &'a ClusterStatus,
    /// The cluster's row; `None` before it is formed.
    pub(super) cluster: Option<&'a Cluster>,
    /// What the answering member says of itself, now.
    pub(super) own: &'a [Concern],
    /// Events of drift that last, and those of them with an alarm.
    pub(super) drift: (u64, u64),
    /// Certificates of projects that end soon or have ended, in the order in which they do, with the slug of the project.
    pub(super) ending: &'a [(String, Certificate)],
    /// Internal CAs of projects that end soon, with the slugs of the projects and their ends.
    pub(super) ending_cas: &'a [(String, Time)],
    /// The time here.
    pub(super) now: Time,
}

/// All that is found, the gravest first. Each topic has one finding at least: what is well is told as well.
pub(super) fn examine(seen: &Seen<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for look in
        [writes, quorum, members, clocks, disks, archives, certificates, versions, backup, drift, notes]
    {
        found.extend(look(seen));
    }
    found.sort_by_key(|finding| Reverse(finding.severity));
    found
}

impl Seen<'_> {
    fn voters(&self) -> Vec<&MemberStatus> {
        self.status.members.iter().filter(|member| member.voter).collect()
    }

    /// Those that answer, the answering member among them: of the others, what was known has passed.
    fn present(&self) -> impl Iterator<Item = &MemberStatus> {
        self.status.members.iter().filter(|member| member.silent_since.is_none())
    }

    fn with_facts(&self) -> impl Iterator<Item = (MemberId, &MemberFacts)> {
        self.present().filter_map(|member| Some((member.id, member.facts.as_ref()?)))
    }
}

fn finding(topic: Topic, severity: Severity, text: impl Into<String>) -> Finding {
    Finding { topic, severity, member: None, text: text.into(), advice: None }
}

fn advised(mut finding: Finding, advice: impl Into<String>) -> Finding {
    finding.advice = Some(advice.into());
    finding
}

fn of(mut finding: Finding, member: MemberId) -> Finding {
    finding.member = Some(member);
    finding
}

/// What was found, or else that all is well.
fn or_well(found: Vec<Finding>, topic: Topic, well: impl FnOnce() -> String) -> Vec<Finding> {
    if found.is_empty() { vec![finding(topic, Severity::Ok, well())] } else { found }
}

fn writes(seen: &Seen<'_>) -> Vec<Finding> {
    let status = seen.status;
    let found = status.unready.as_ref().map(|reason| {
        let found = finding(Topic::Writes, Severity::Critical, format!("no write can commit now: {reason}"));
        advised(
            found,
            "see what is critical about members and disks; a majority of the voters has to run and reach each other",
        )
    });
    or_well(found.into_iter().collect(), Topic::Writes, || match status.leader {
        Some(leader) => format!("writes commit: member-{leader} leads in term {}", status.term),
        None => "writes are not refused".to_owned(),
    })
}

fn quorum(seen: &Seen<'_>) -> Vec<Finding> {
    let voters = seen.voters();
    let count = voters.len();
    let answer = voters.iter().filter(|member| member.silent_since.is_none()).count();
    let needed = count / 2 + 1;
    let mut found = Vec::new();
    if answer < count {
        let (severity, consequence) = match answer.checked_sub(needed) {
            None => (Severity::Critical, "too few to write".to_owned()),
            Some(0) => (Severity::Warning, "one more loss stops writes".to_owned()),
            Some(spare) => (Severity::Warning, format!("{spare} more may be lost")),
        };
        let text = format!("{answer} of {count} voters answer: {consequence}");
        let advice = match severity {
            Severity::Critical => {
                "bring members back; if a majority is lost for ever, see `sentinel-cp cluster recover --help`"
            }
            _ => {
                "bring the members back that do not answer, or replace them: let a new one join, then remove the old one"
            }
        };
        found.push(advised(finding(Topic::Quorum, severity, text), advice));
    }
    if count > 1 && count.is_multiple_of(2) {
        let text = format!("{count} voters survive no more failures than {}", count - 1);
        let advice =
            "let one more member join, or remove one: an odd number bears as many losses with fewer members";
        found.push(advised(finding(Topic::Quorum, Severity::Warning, text), advice));
    }
    if count == 1 && seen.cluster.is_some_and(|cluster| cluster.epoch_began.is_some()) {
        let text = "one voter since the cluster was restored or recovered: without it nothing can be written";
        let advice = "let two members join: `sentinel-cp cluster token create`";
        found.push(advised(finding(Topic::Quorum, Severity::Warning, text), advice));
    }
    or_well(found, Topic::Quorum, || match count {
        1 => "one voter, and it answers; without it nothing can be written (three members bear one loss)"
            .to_owned(),
        _ => format!("all {count} voters answer; {} may be lost", count - needed),
    })
}

fn members(seen: &Seen<'_>) -> Vec<Finding> {
    let (status, asked) = (seen.status, seen.status.member_id);
    let mut found = Vec::new();
    for member in &status.members {
        if member.disowns {
            let text = format!(
                "member-{} answers, and says that member-{asked} is none of the cluster: it was removed, or the others went on without it",
                member.id
            );
            let advice = format!(
                "ask another member (`--server`); if member-{asked} is not in its list, stop it, empty its data directory, and let it join with a new token"
            );
            found.push(of(advised(finding(Topic::Members, Severity::Critical, text), advice), member.id));
        } else if let Some(since) = member.silent_since {
            let text =
                format!("member-{} does not answer member-{asked} since {}", member.id, timestamp(since));
            let advice = format!(
                "see whether it runs, and whether member-{asked} reaches {}; if it is gone for ever: `sentinel-cp cluster remove {}`",
                member.peer_address, member.id
            );
            found.push(of(advised(finding(Topic::Members, Severity::Warning, text), advice), member.id));
        } else if let Some(behind) = member.matched.and_then(|matched| status.committed.checked_sub(matched))
            && behind > BEHIND
        {
            let text = format!("member-{} lacks {behind} entries of the log: it catches up", member.id);
            let advice =
                "if it goes on for minutes, look at that member's log, its disk and the network to it";
            found.push(of(advised(finding(Topic::Members, Severity::Warning, text), advice), member.id));
        }
    }
    or_well(found, Topic::Members, || match status.members.len() {
        0 | 1 => "there are no other members to reach".to_owned(),
        count => format!("member-{asked} reaches all {} others, and none is far behind", count - 1),
    })
}

fn clocks(seen: &Seen<'_>) -> Vec<Finding> {
    let asked = seen.status.member_id;
    let mut found = Vec::new();
    let mut widest = 0;
    for member in seen.present() {
        let skew = member.skew_ms.unwrap_or(0);
        let apart = skew.unsigned_abs();
        widest = widest.max(apart);
        if apart <= SKEW_MS {
            continue;
        }
        let seconds = f64::from(u32::try_from(apart).unwrap_or(u32::MAX)) / 1_000.0;
        let way = if skew > 0 { "ahead of" } else { "behind" };
        let text = format!("the clock of member-{} is {seconds:.1} s {way} this member's", member.id);
        let severity = if apart > SKEW_GRAVE_MS { Severity::Critical } else { Severity::Warning };
        let advice = format!(
            "see whether NTP runs there (`chronyc tracking`, `timedatectl`); if this is said of all others, it is the clock of member-{asked} \
             that is wrong. Two hours apart, members refuse each other's certificates"
        );
        found.push(of(advised(finding(Topic::Clocks, severity, text), advice), member.id));
    }
    or_well(found, Topic::Clocks, || match seen.status.members.len() {
        0 | 1 => "there is one clock".to_owned(),
        _ => format!("clocks are at most {widest} ms apart"),
    })
}

fn disks(seen: &Seen<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut longest = None;
    for member in seen.present() {
        let id = member.id;
        let mut add = |severity, text: String, advice: &str| {
            found.push(of(advised(finding(Topic::Disks, severity, text), advice), id));
        };
        if let Some(disk) = member.disk {
            longest = longest.max(Some(disk.max_us));
            let ms = disk.max_us / 1_000;
            if disk.sick {
                let text = format!(
                    "the disk of member-{id} hangs or is full, so it does not lead: its longest write of the last minute took {ms} ms"
                );
                add(
                    Severity::Critical,
                    text,
                    "make room on it, or replace it; the member goes on by itself then",
                );
                continue;
            }
            if disk.max_us > SLOW_US {
                let text =
                    format!("the disk of member-{id} needed up to {ms} ms for one write of the last minute");
                add(
                    Severity::Warning,
                    text,
                    "see what else uses it: every write waits for a majority of such disks",
                );
            }
        }
        if let Some((free, least)) = member.facts.as_ref().and_then(|facts| facts.room)
            && free < least.saturating_mul(ROOM_TIMES)
        {
            let text = format!(
                "{} MiB are free on the disk of member-{id}; below {} MiB it takes no writes",
                free >> 20,
                least >> 20
            );
            add(Severity::Warning, text, "make room in the file system of its data directory");
        }
    }
    or_well(found, Topic::Disks, || match longest {
        Some(0) => "no disk had to write in the last minute, and all have room".to_owned(),
        Some(us) => {
            format!(
                "no disk needed more than {}.{} ms for a write, and all have room",
                us / 1_000,
                us % 1_000 / 100
            )
        }
        None => "nothing is known of the disks yet".to_owned(),
    })
}

fn archives(seen: &Seen<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut told: Vec<ArchiveFacts> = Vec::new();
    for (id, facts) in seen.with_facts() {
        let Some(facts) = facts.archives else { continue };
        told.push(facts);
        let mut add = |severity, text: String, advice: &str| {
            found.push(of(advised(finding(Topic::Archives, severity, text), advice), id));
        };
        if facts.lost > 0 {
            let text = format!(
                "member-{id} lacks the archives of {}, and no member has them that answers it",
                bundles(facts.lost)
            );
            let advice = "bring the members back that have them: nodes go on with what they run, and cannot be given these bundles";
            add(Severity::Critical, text, advice);
        }
        let unkept = facts.missing.saturating_sub(facts.lost);
        if unkept > 0 {
            let text = format!("member-{id} lacks the archives of {} and cannot keep them", bundles(unkept));
            add(Severity::Warning, text, "make room on its disk, or see its log");
        }
        if facts.damaged > 0 {
            let text =
                format!("the archives of {} were damaged on the disk of member-{id}", bundles(facts.damaged));
            let advice = "look at that disk. Good copies come from other members; the damaged ones, blobs/*/*.corrupt, may be removed, and go by \
                          themselves after a week";
            add(Severity::Warning, text, advice);
        }
    }
    or_well(found, Topic::Archives, || {
        let count = told.iter().map(|facts| facts.count).max();
        let checked: Option<Vec<Time>> = told.iter().map(|facts| facts.checked_at).collect();
        match (count, checked.and_then(|checked| checked.into_iter().min())) {
            (None, _) => "no member has told of the archives of bundles yet".to_owned(),
            (Some(count), None) => {
                format!("no member lacks an archive ({count}); not all have read theirs since their start")
            }
            (Some(count), Some(first)) => {
                format!(
                    "no member lacks an archive ({count}), and all have read theirs since {}",
                    timestamp(first)
                )
            }
        }
    })
}

fn bundles(count: u64) -> String {
    if count == 1 { "1 bundle".to_owned() } else { format!("{count} bundles") }
}

fn certificates(seen: &Seen<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut first: Option<Time> = None;
    let mut ca: Option<(MemberId, Time)> = None;
    for (id, facts) in seen.with_facts() {
        let mut look = |what: String, until: Option<Time>, days, advice: &str| {
            let Some(until) = until else { return };
            first = Some(first.map_or(until, |known| known.min(until)));
            if let Some((severity, text)) = horizon(&what, until, seen.now, days) {
                found.push(of(advised(finding(Topic::Certificates, severity, text), advice), id));
            }
        };
        look(
            format!("member-{id}'s certificate for other members"),
            facts.certificate_until,
            CERTIFICATE_DAYS,
            "it renews it by itself; see in its log why it does not, and restart it",
        );
        look(
            format!("member-{id}'s certificate for clients"),
            facts.serving_until,
            SERVING_DAYS,
            "put a new one into the files of --tls-cert and --tls-key; no restart is needed",
        );
        // All have the same, or will: the one that ends first is told of.
        if let Some(until) = facts.ca_until
            && ca.is_none_or(|(_, known)| until < known)
        {
            ca = Some((id, until));
        }
    }
    if let Some((_, until)) = ca
        && let Some((severity, text)) = horizon("the CA of the cluster", until, seen.now, CA_DAYS)
    {
        let advice = "when it ends, members refuse each other: plan a new cluster from a backup before that";
        found.push(advised(finding(Topic::Certificates, severity, text), advice));
    }
    found.extend(ending::ending(seen));
    or_well(found, Topic::Certificates, || match first {
        Some(first) => format!("all certificates are good, the first one until {}", timestamp(first)),
        None => "no member has told of its certificates yet".to_owned(),
    })
}

/// What to say about something that ends then; nothing while more than so many days are left.
fn horizon(what: &str, until: Time, now: Time, near_days: u64) -> Option<(Severity, String)> {
    let then = timestamp(until);
    if now > until {
        return Some((Severity::Critical, format!("{what} has run out: it is refused since {then}")));
    }
    let days = until.since(now) / DAY_MS;
    let when = match days {
        0 => "within a day".to_owned(),
        1 => "in 1 day".to_owned(),
        _ => format!("in {days} days"),
    };
    (days < near_days).then(|| (Severity::Warning, format!("{what} runs out {when}, at {then}")))
}

fn versions(seen: &Seen<'_>) -> Vec<Finding> {
    let mut by_version: BTreeMap<&str, Vec<MemberId>> = BTreeMap::new();
    for member in seen.present() {
        let told = match &member.build {
            // It has answered, and said nothing of its version: those before this one did so.
            Some(build) => build.version.as_deref().unwrap_or("an older version"),
            None => continue,
        };
        by_version.entry(told).or_default().push(member.id);
    }
    let found = (by_version.len() > 1).then(|| {
        let runs = by_version.iter().map(|(version, ids)| {
            let names: Vec<String> = ids.iter().map(|id| format!("member-{id}")).collect();
            format!("{version} at {}", names.join(", "))
        });
        let text = format!("members run different versions: {}", runs.collect::<Vec<_>>().join("; "));
        advised(
            finding(Topic::Versions, Severity::Warning, text),
            "finish the upgrade: one member after the other",
        )
    });
    or_well(found.into_iter().collect(), Topic::Versions, || {
        let version = by_version.keys().next().copied().unwrap_or(env!("CARGO_PKG_VERSION"));
        format!("all members that answer run {version}")
    })
}

fn backup(seen: &Seen<'_>) -> Vec<Finding> {
    let Some(cluster) = seen.cluster else {
        return vec![finding(
            Topic::Backup,
            Severity::Ok,
            "the cluster is not formed yet: nothing to back up",
        )];
    };
    let old = |then: Time| seen.now.since(then) / DAY_MS >= BACKUP_DAYS;
    let make =
        "make one with `sentinel-cp cluster backup create FILE`, or let members make them: --backup-to";
    if cluster.level < backup_note::LEVEL {
        let text = format!(
            "the cluster takes no note of backups at level {}, so nobody can tell here how old the newest is",
            cluster.level
        );
        let advice = "upgrade every member, then raise the level: `sentinel-cp cluster upgrade`";
        return vec![advised(finding(Topic::Backup, Severity::Warning, text), advice)];
    }
    let mut found = Vec::new();
    let mut warn = |text: String, advice: String| {
        found.push(advised(finding(Topic::Backup, Severity::Warning, text), advice));
    };
    match &cluster.backup {
        None if old(cluster.created_at) => warn("no backup was ever made".to_owned(), make.to_owned()),
        None => {}
        Some(newest) => {
            if old(newest.taken_at) {
                let days = seen.now.since(newest.taken_at) / DAY_MS;
                warn(format!("the newest backup is {days} days old: {}", newest.place), make.to_owned());
            }
            if newest.verified_at.is_none() {
                let advice = format!(
                    "read it with `sentinel-cp cluster backup verify {} --note`; those that members make (--backup-to) are read by them",
                    newest.place
                );
                warn(format!("nobody has told of having read the newest backup: {}", newest.place), advice);
            }
        }
    }
    or_well(found, Topic::Backup, || match &cluster.backup {
        Some(newest) => format!("the newest backup is of {} and was read", timestamp(newest.taken_at)),
        None => format!("none yet, in the first {BACKUP_DAYS} days of the cluster"),
    })
}

fn drift(seen: &Seen<'_>) -> Vec<Finding> {
    let (open, alarms) = seen.drift;
    let found = (alarms > 0).then(|| {
        let text = format!(
            "{alarms} nodes run something else than what they were assigned, and nothing more is done about it by itself"
        );
        let advice = "look at each with `sentinel-cp drift list --status alarm --project PROJECT`, and find out who changes it";
        advised(finding(Topic::Drift, Severity::Warning, text), advice)
    });
    or_well(found.into_iter().collect(), Topic::Drift, || match open {
        0 => "no node is known to run something else than what it was assigned".to_owned(),
        open => format!("{open} nodes drift, none of them needs somebody yet"),
    })
}

fn notes(seen: &Seen<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut note = |id: MemberId, concern: &Concern| {
        let severity = if concern.grave { Severity::Critical } else { Severity::Warning };
        let text = if id == seen.status.member_id {
            concern.words.clone()
        } else {
            format!("member-{id} says: {}", concern.words)
        };
        found.push(of(finding(Topic::Notes, severity, text), id));
    };
    seen.own.iter().for_each(|concern| note(seen.status.member_id, concern));
    for (id, facts) in seen.with_facts().filter(|(id, _)| *id != seen.status.member_id) {
        facts.concerns.iter().for_each(|concern| note(id, concern));
    }
    or_well(found, Topic::Notes, || "no member complains of anything else".to_owned())
}
