//! What somebody should look at while everything still works.

use sentinel_machine::ClusterStatus;

/// Clocks further apart than this are worth a word.
const SKEW_MS: u64 = 1_000;

/// In words, the gravest first. Empty: all is well.
pub(super) fn concerns(status: &ClusterStatus) -> Vec<String> {
    let voters: Vec<_> = status.members.iter().filter(|member| member.voter).collect();
    let answer = voters.iter().filter(|member| member.silent_since.is_none()).count();
    let needed = voters.len() / 2 + 1;
    let mut found = Vec::new();
    if answer < voters.len() {
        let consequence = match answer.checked_sub(needed) {
            None => "too few to write".to_owned(),
            Some(0) => "one more loss stops writes".to_owned(),
            Some(spare) => format!("{spare} more may be lost"),
        };
        found.push(format!("{answer} of {} voters answer: {consequence}", voters.len()));
    }
    if voters.len() > 1 && voters.len().is_multiple_of(2) {
        found.push(format!("{} voters survive no more failures than {}", voters.len(), voters.len() - 1));
    }
    for member in &status.members {
        if member.silent_since.is_none()
            && let Some(disk) = member.disk.filter(|disk| disk.sick)
        {
            found.push(format!(
                "the disk of member-{} hangs or is full, so it does not lead: its longest write of the last minute took {} ms",
                member.id,
                disk.max_us / 1_000
            ));
        }
        let skew = member.skew_ms.unwrap_or(0);
        if skew.unsigned_abs() > SKEW_MS {
            let seconds = f64::from(u32::try_from(skew.unsigned_abs()).unwrap_or(u32::MAX)) / 1_000.0;
            let way = if skew > 0 { "ahead of" } else { "behind" };
            found.push(format!("the clock of member-{} is {seconds:.1} s {way} this member's", member.id));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use sentinel_machine::{DiskStatus, MemberStatus};
    use sentinel_model::{MemberId, Time};

    use super::*;

    fn of(silent: &[bool]) -> ClusterStatus {
        let member = |(at, silent): (usize, &bool)| MemberStatus {
            id: MemberId(at as u64 + 1),
            voter: true,
            silent_since: silent.then_some(Time(1)),
            ..MemberStatus::default()
        };
        ClusterStatus { members: silent.iter().enumerate().map(member).collect(), ..ClusterStatus::default() }
    }

    #[test]
    fn how_many_more_may_be_lost_is_said() {
        assert!(concerns(&of(&[false, false, false])).is_empty());
        let said = |silent: &[bool]| concerns(&of(silent)).remove(0);
        assert_eq!(said(&[true, false, false]), "2 of 3 voters answer: one more loss stops writes");
        assert_eq!(said(&[true, true, false]), "1 of 3 voters answer: too few to write");
        assert_eq!(said(&[true, false, false, false, false]), "4 of 5 voters answer: 1 more may be lost");
        assert_eq!(said(&[false, false]), "2 voters survive no more failures than 1");
    }

    #[test]
    fn a_disk_that_is_sick_is_named_while_its_member_answers() {
        let mut status = of(&[false]);
        let sick = DiskStatus { last_us: 900, max_us: 3_100_000, sick: true };
        status.members[0].disk = Some(sick);
        let said = concerns(&status).remove(0);
        assert!(
            said.starts_with("the disk of member-1 hangs or is full") && said.ends_with("3100 ms"),
            "{said}"
        );
        status.members[0].disk = Some(DiskStatus { sick: false, ..sick });
        assert!(concerns(&status).is_empty());
    }

    #[test]
    fn clocks_that_are_apart_are_named() {
        let mut status = of(&[false]);
        status.members[0].skew_ms = Some(-7_230);
        assert_eq!(concerns(&status), ["the clock of member-1 is 7.2 s behind this member's"]);
        status.members[0].skew_ms = Some(900);
        assert!(concerns(&status).is_empty());
    }
}
