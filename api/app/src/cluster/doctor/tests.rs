#![allow(clippy::unwrap_used)]

use sentinel_machine::{ArchiveFacts, Build, DiskStatus};
use sentinel_model::certificate::{CertificateVersion, Facts};
use sentinel_model::cluster::{BackupRecord, EpochBeginning, EpochReason};
use sentinel_model::{CertificateId, ClusterId, Epoch, ProjectId, Sha256Digest};
use uuid::Uuid;

use super::*;

const NOW: Time = Time(1_800_000_000_000);

/// Members that are well, seen by the first.
fn well(count: u64) -> ClusterStatus {
    let facts = MemberFacts {
        room: Some((8 << 30, 64 << 20)),
        certificate_until: Some(days(20)),
        ca_until: Some(days(3_000)),
        serving_until: Some(days(60)),
        concerns: Vec::new(),
        archives: Some(ArchiveFacts {
            count: 12,
            bytes: 40_000,
            checked_at: Some(days(-1)),
            ..ArchiveFacts::default()
        }),
        keys: vec!["a1".into()],
    };
    let member = |id| MemberStatus {
        id: MemberId(id),
        peer_address: format!("cp-{id}:4002"),
        voter: true,
        matched: Some(100),
        skew_ms: (id > 1).then_some(3),
        disk: Some(DiskStatus { last_us: 900, max_us: 2_500, sick: false }),
        facts: Some(facts.clone()),
        build: Some(Build::this()),
        ..MemberStatus::default()
    };
    ClusterStatus {
        member_id: MemberId(1),
        leader: Some(MemberId(1)),
        term: 2,
        committed: 100,
        members: (1..=count).map(member).collect(),
        ..ClusterStatus::default()
    }
}

fn days(days: i64) -> Time {
    Time(NOW.0 + days * DAY_MS as i64)
}

fn cluster(backup: Option<BackupRecord>) -> Cluster {
    Cluster {
        id: ClusterId(Uuid::from_u128(1)),
        level: 2,
        created_at: days(-100),
        ca: None,
        epoch: Epoch::FIRST,
        epoch_began: None,
        backup,
    }
}

fn backed_up(taken_at: Time, verified_at: Option<Time>) -> Cluster {
    cluster(Some(BackupRecord {
        taken_at,
        size_bytes: 1,
        place: "s3://vault/b".into(),
        index: 9,
        verified_at,
    }))
}

fn found(status: &ClusterStatus) -> Vec<Finding> {
    let cluster = backed_up(days(-1), Some(days(-1)));
    examine(&Seen {
        status,
        cluster: Some(&cluster),
        own: &[],
        drift: (0, 0),
        ending: &[],
        ending_cas: &[],
        now: NOW,
    })
}

/// What is no good, each with its severity.
fn concerns(status: &ClusterStatus) -> Vec<(Severity, String)> {
    let found = found(status).into_iter().filter(Finding::is_concern);
    found.map(|finding| (finding.severity, finding.text)).collect()
}

fn warned(text: &str) -> Vec<(Severity, String)> {
    vec![(Severity::Warning, text.to_owned())]
}

#[test]
fn of_a_cluster_that_is_well_every_topic_says_so_once() {
    for count in [1, 3, 5] {
        let found = found(&well(count));
        assert!(found.iter().all(|finding| finding.severity == Severity::Ok), "{found:#?}");
        assert_eq!(found.len(), 11);
        let mut topics: Vec<Topic> = found.iter().map(|finding| finding.topic).collect();
        topics.dedup();
        assert_eq!(topics.len(), 11, "{topics:?}");
        assert!(found.iter().all(|finding| finding.advice.is_none()), "there is nothing to do");
    }
}

#[test]
fn what_is_gravest_comes_first_and_every_concern_says_what_to_do() {
    let mut status = well(4);
    status.unready = Some("no leader is known here".into());
    status.members[1].silent_since = Some(NOW);
    status.members[2].disk = Some(DiskStatus { last_us: 1, max_us: 600_000, sick: false });
    let found = found(&status);
    assert!(found.is_sorted_by_key(|finding| Reverse(finding.severity)), "{found:#?}");
    assert_eq!(found[0].text, "no write can commit now: no leader is known here");
    assert!(found.iter().all(|finding| finding.is_concern() == finding.advice.is_some()), "{found:#?}");
}

#[test]
fn how_many_more_may_be_lost_is_said() {
    let said = |count: u64, silent: usize| {
        let mut status = well(count);
        let gone = status.members.iter_mut().rev().take(silent);
        gone.for_each(|member| member.silent_since = Some(NOW));
        let found = found(&status).into_iter().find(|finding| finding.topic == Topic::Quorum).unwrap();
        (found.severity, found.text)
    };
    let one_more = "2 of 3 voters answer: one more loss stops writes";
    assert_eq!(said(3, 1), (Severity::Warning, one_more.to_owned()));
    assert_eq!(said(3, 2), (Severity::Critical, "1 of 3 voters answer: too few to write".to_owned()));
    assert_eq!(said(5, 1), (Severity::Warning, "4 of 5 voters answer: 1 more may be lost".to_owned()));
    assert_eq!(said(2, 0), (Severity::Warning, "2 voters survive no more failures than 1".to_owned()));
    assert_eq!(said(3, 0), (Severity::Ok, "all 3 voters answer; 1 may be lost".to_owned()));
}

#[test]
fn a_member_that_is_not_reached_is_a_finding_and_nothing_else_is_said_of_it() {
    let mut status = well(3);
    let gone = &mut status.members[2];
    gone.silent_since = Some(days(-1));
    gone.skew_ms = Some(100_000);
    gone.disk = Some(DiskStatus { last_us: 1, max_us: 9_000_000, sick: true });
    gone.build.as_mut().unwrap().version = Some("0.0.1".into());
    gone.facts.as_mut().unwrap().certificate_until = Some(days(-1));
    let found: Vec<_> = found(&status).into_iter().filter(Finding::is_concern).collect();
    assert_eq!(found.iter().map(|found| found.topic).collect::<Vec<_>>(), [Topic::Quorum, Topic::Members]);
    assert_eq!(found[1].member, Some(MemberId(3)));
    assert!(found[1].text.starts_with("member-3 does not answer member-1 since 2027-01-14"), "{found:?}");
    assert!(found[1].advice.as_ref().unwrap().contains("cp-3:4002"), "{found:?}");
}

#[test]
fn a_member_that_lacks_much_of_the_log_is_named() {
    let mut status = well(3);
    status.committed = 20_000;
    status.members.iter_mut().for_each(|member| member.matched = Some(19_000));
    assert!(concerns(&status).is_empty());
    status.members[1].matched = Some(9_999);
    assert_eq!(concerns(&status), warned("member-2 lacks 10001 entries of the log: it catches up"));
}

#[test]
fn clocks_that_are_apart_are_named_and_those_that_are_far_apart_are_grave() {
    let mut status = well(3);
    status.members[1].skew_ms = Some(1_000);
    assert!(concerns(&status).is_empty());
    status.members[1].skew_ms = Some(-7_230);
    assert_eq!(concerns(&status), warned("the clock of member-2 is 7.2 s behind this member's"));
    status.members[1].skew_ms = Some(3_600_001);
    assert_eq!(concerns(&status)[0].0, Severity::Critical);
    assert!(concerns(&status)[0].1.ends_with("ahead of this member's"));
}

#[test]
fn disks_that_are_sick_slow_or_nearly_full_are_named() {
    let mut status = well(3);
    let sick = DiskStatus { last_us: 900, max_us: 3_100_000, sick: true };
    status.members[2].disk = Some(sick);
    let said = concerns(&status).remove(0);
    assert_eq!(said.0, Severity::Critical);
    assert!(said.1.starts_with("the disk of member-3 hangs or is full") && said.1.ends_with("3100 ms"));
    status.members[2].disk = Some(DiskStatus { sick: false, ..sick });
    let slow = "the disk of member-3 needed up to 3100 ms for one write of the last minute";
    assert_eq!(concerns(&status), warned(slow));
    let mut status = well(3);
    status.members[0].facts.as_mut().unwrap().room = Some((256 << 20, 64 << 20));
    assert!(concerns(&status).is_empty());
    status.members[0].facts.as_mut().unwrap().room = Some((255 << 20, 64 << 20));
    let full = "255 MiB are free on the disk of member-1; below 64 MiB it takes no writes";
    assert_eq!(concerns(&status), warned(full));
}

#[test]
fn archives_that_are_missing_or_were_damaged_are_named_with_their_member() {
    let said = |change: fn(&mut ArchiveFacts)| {
        let mut status = well(3);
        change(status.members[1].facts.as_mut().unwrap().archives.as_mut().unwrap());
        concerns(&status)
    };
    let lost = said(|archives| (archives.missing, archives.lost) = (1, 1));
    let text = "member-2 lacks the archives of 1 bundle, and no member has them that answers it";
    assert_eq!(lost, [(Severity::Critical, text.to_owned())]);
    let unkept = said(|archives| archives.missing = 2);
    assert_eq!(unkept, warned("member-2 lacks the archives of 2 bundles and cannot keep them"));
    let damaged = said(|archives| archives.damaged = 3);
    assert_eq!(damaged, warned("the archives of 3 bundles were damaged on the disk of member-2"));
    assert_eq!(said(|archives| (archives.missing, archives.lost, archives.damaged) = (3, 1, 1)).len(), 3);
}

#[test]
fn what_is_well_about_archives_says_since_when_it_is_known() {
    let said = |status: &ClusterStatus| {
        found(status).into_iter().find(|found| found.topic == Topic::Archives).unwrap().text
    };
    let mut status = well(3);
    let day_before = timestamp(days(-1)).to_string();
    assert_eq!(
        said(&status),
        format!("no member lacks an archive (12), and all have read theirs since {day_before}")
    );
    status.members[2].facts.as_mut().unwrap().archives.as_mut().unwrap().checked_at = None;
    assert!(said(&status).ends_with("not all have read theirs since their start"));
    status.members.iter_mut().for_each(|member| member.facts.as_mut().unwrap().archives = None);
    assert_eq!(said(&status), "no member has told of the archives of bundles yet");
}

#[test]
fn certificates_become_a_concern_while_there_is_time_to_act() {
    type Set = fn(&mut MemberFacts, Time);
    let kinds: [(Set, i64, &str); 3] = [
        (|facts, end| facts.certificate_until = Some(end), 10, "member-2's certificate for other members"),
        (|facts, end| facts.serving_until = Some(end), 14, "member-2's certificate for clients"),
        (|facts, end| facts.ca_until = Some(end), 90, "the CA of the cluster"),
    ];
    for (set, near, what) in kinds {
        let said = |end: Time| {
            let mut status = well(3);
            set(status.members[1].facts.as_mut().unwrap(), end);
            concerns(&status)
        };
        assert!(said(days(near)).is_empty(), "{what}");
        let soon = said(days(near - 1)).remove(0);
        assert_eq!(soon.0, Severity::Warning);
        assert!(soon.1.starts_with(&format!("{what} runs out in {} days, at 20", near - 1)), "{soon:?}");
        assert!(said(days(1))[0].1.contains("runs out in 1 day, at"));
        assert!(said(NOW)[0].1.contains("runs out within a day, at"));
        let over = said(days(-1)).remove(0);
        assert_eq!(over.0, Severity::Critical);
        assert!(over.1.starts_with(&format!("{what} has run out: it is refused since 20")), "{over:?}");
    }
}

#[test]
fn different_versions_are_named_also_those_that_do_not_say_theirs() {
    let mut status = well(3);
    status.members[2].build.as_mut().unwrap().version = Some("9.9.9".into());
    let here = env!("CARGO_PKG_VERSION");
    let text = format!("members run different versions: {here} at member-1, member-2; 9.9.9 at member-3");
    assert_eq!(concerns(&status), warned(&text));
    status.members[2].build = Some(Build { level: 1, version: None });
    assert!(concerns(&status)[0].1.ends_with("an older version at member-3"));
    status.members[2].build = None;
    assert!(concerns(&status).is_empty(), "it was not heard yet");
}

/// One that is being brought back is no concern yet.
#[test]
fn drift_is_a_concern_when_it_needs_somebody() {
    let said = |drift_now| {
        let status = well(1);
        let found = drift(&Seen {
            status: &status,
            cluster: None,
            own: &[],
            drift: drift_now,
            ending: &[],
            ending_cas: &[],
            now: NOW,
        });
        found.into_iter().map(|finding| (finding.severity, finding.text)).collect::<Vec<_>>()
    };
    for calm in [(0, 0), (7, 0)] {
        assert_eq!(said(calm)[0].0, Severity::Ok);
    }
    let words = "2 nodes run something else than what they were assigned, and nothing more is done about it by itself";
    assert_eq!(said((7, 2)), warned(words));
}

#[test]
fn a_backup_that_is_missing_old_or_unread_is_a_concern() {
    let said = |cluster: Option<&Cluster>, now: Time| {
        let found = backup(&Seen {
            status: &well(1),
            cluster,
            own: &[],
            drift: (0, 0),
            ending: &[],
            ending_cas: &[],
            now,
        });
        found.into_iter().map(|finding| (finding.severity, finding.text)).collect::<Vec<_>>()
    };
    let none = cluster(None);
    assert_eq!(said(None, NOW)[0].0, Severity::Ok);
    assert_eq!(said(Some(&none), days(-99))[0].0, Severity::Ok, "a cluster of a day");
    assert_eq!(said(Some(&none), NOW), warned("no backup was ever made"));
    let read = backed_up(days(-1), Some(days(-1)));
    assert_eq!(said(Some(&read), NOW)[0].0, Severity::Ok);
    assert_eq!(said(Some(&read), days(3)), warned("the newest backup is 4 days old: s3://vault/b"));
    let unread = backed_up(days(-1), None);
    let text = "nobody has told of having read the newest backup: s3://vault/b";
    assert_eq!(said(Some(&unread), NOW), warned(text));
    assert_eq!(said(Some(&unread), days(3)).len(), 2);
    let before = Cluster { level: 1, ..none };
    let text =
        "the cluster takes no note of backups at level 1, so nobody can tell here how old the newest is";
    assert_eq!(said(Some(&before), NOW), warned(text));
}

#[test]
fn what_members_say_of_themselves_is_passed_on_with_their_name() {
    let mut status = well(3);
    let concern = |words: &str, grave| Concern { words: words.into(), grave };
    status.members[0].facts.as_mut().unwrap().concerns = vec![concern("as it was a second ago", false)];
    status.members[1].facts.as_mut().unwrap().concerns = vec![concern("the state was damaged", true)];
    let own = [concern("a backup failed", false)];
    let found = notes(&Seen {
        status: &status,
        cluster: None,
        own: &own,
        drift: (0, 0),
        ending: &[],
        ending_cas: &[],
        now: NOW,
    });
    let said: Vec<_> = found.iter().map(|finding| (finding.severity, finding.text.as_str())).collect();
    let expected = [
        (Severity::Warning, "a backup failed"),
        (Severity::Critical, "member-2 says: the state was damaged"),
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_member_that_was_removed_learns_it_and_is_not_told_to_remove_the_others() {
    let mut status = well(3);
    for other in &mut status.members[1..] {
        (other.silent_since, other.disowns) = (Some(days(0)), true);
    }
    let about: Vec<Finding> =
        found(&status).into_iter().filter(|found| found.topic == Topic::Members).collect();
    assert_eq!(about.len(), 2);
    for finding in about {
        assert_eq!(finding.severity, Severity::Critical);
        assert!(finding.text.contains("member-1 is none of the cluster: it was removed"), "{}", finding.text);
        let advice = finding.advice.unwrap();
        assert!(
            advice.contains("empty its data directory") && !advice.contains("cluster remove"),
            "{advice}"
        );
    }
}

#[test]
fn a_single_voter_is_well_unless_the_cluster_was_larger() {
    let said = |cluster: Cluster| {
        quorum(&Seen {
            status: &well(1),
            cluster: Some(&cluster),
            own: &[],
            drift: (0, 0),
            ending: &[],
            ending_cas: &[],
            now: NOW,
        })[0]
            .severity
    };
    assert_eq!(said(cluster(None)), Severity::Ok);
    let began = EpochBeginning { at: NOW, reason: EpochReason::Recovery, founder: MemberId(1) };
    assert_eq!(said(Cluster { epoch_began: Some(began), ..cluster(None) }), Severity::Warning);
}

#[test]
fn disks_that_had_nothing_to_write_are_not_said_to_be_fast() {
    let mut status = well(1);
    status.members[0].disk = Some(DiskStatus { last_us: 900, max_us: 0, sick: false });
    let disks = found(&status).into_iter().find(|found| found.topic == Topic::Disks).unwrap();
    assert_eq!(disks.text, "no disk had to write in the last minute, and all have room");
}

#[test]
fn certificates_of_projects_are_told_of_before_they_run_out() {
    let ends = |slug: &str, end: Time| {
        let facts = Facts {
            names: vec!["shop.example".into()],
            issuer: "CN=Test CA".into(),
            fingerprint: Sha256Digest([1; 32]),
            key_type: "Ed25519".into(),
            not_before: days(-80),
            not_after: end,
        };
        let version = CertificateVersion { number: 1, at: days(-80), by: "ada".into(), bytes: 1, facts };
        let certificate = Certificate {
            id: CertificateId(Uuid::from_u128(1)),
            project_id: ProjectId(Uuid::from_u128(2)),
            slug: slug.into(),
            description: String::new(),
            versions: vec![version],
            acme: None,
            created_by: "ada".into(),
            created_at: days(-80),
            updated_at: days(-80),
        };
        ("shop".to_owned(), certificate)
    };
    let status = well(1);
    let told = |ending: &[(String, Certificate)]| {
        let seen = Seen {
            status: &status,
            cluster: None,
            own: &[],
            drift: (0, 0),
            ending,
            ending_cas: &[],
            now: NOW,
        };
        let found = certificates(&seen).into_iter();
        found.map(|finding| (finding.severity, finding.text)).collect::<Vec<_>>()
    };
    assert_eq!(told(&[]).len(), 1);
    let found = told(&[ends("old", days(-1)), ends("web", Time(days(5).0 + 1))]);
    assert!(found.iter().all(|(severity, _)| *severity == Severity::Warning), "{found:?}");
    assert!(found[0].1.starts_with("the certificate old of the project shop has run out"), "{found:?}");
    assert!(
        found[1].1.starts_with("the certificate web of the project shop runs out in 5 days"),
        "{found:?}"
    );
    let many: Vec<_> = (0..12).map(|number| ends(&format!("web-{number}"), days(3))).collect();
    let found = told(&many);
    assert_eq!(
        (found.len(), found[10].1.as_str()),
        (11, "2 more certificates of projects run out soon, or have run out")
    );
}
