//! When to tell why a step waits: at once when the cause changes, now and then when only its numbers do, so that a rollout
//! which waits for an hour does not fill the log.

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_model::Time;
use sentinel_model::rollout::Rollout;

/// Details of an unchanged cause are told again after this time, in milliseconds.
pub(super) const RETELL_MS: u64 = 30_000;

/// Why a step waits now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    /// `kind: details`.
    pub reason: String,
    /// A gate is broken, not merely undecided.
    pub broken: bool,
    /// A person must let it go on.
    pub for_person: bool,
}

impl Wait {
    /// Something is undecided.
    pub fn undecided(reason: String) -> Self {
        Wait { reason, broken: false, for_person: false }
    }
}

/// The transition that makes the rollout's hold say what is, if it does not already.
pub(super) fn tell(rollout: &Rollout, wait: Option<Wait>, now: Time) -> Option<Transition> {
    match (&rollout.hold, wait) {
        (None, None) => None,
        (Some(_), None) => Some(Transition::Hold { reason: None, broken: false }),
        (None, Some(wait)) => Some(wait.into()),
        (Some(told), Some(wait)) => {
            let other_cause = (told.broken, told.for_person) != (wait.broken, wait.for_person)
                || cause(&told.reason) != cause(&wait.reason);
            let other_words = told.reason != wait.reason && now.since(rollout.updated_at) > RETELL_MS;
            (other_cause || other_words).then(|| wait.into())
        }
    }
}

impl From<Wait> for Transition {
    fn from(wait: Wait) -> Self {
        match wait.for_person {
            true => Transition::AwaitPerson { reason: wait.reason },
            false => Transition::Hold { reason: Some(wait.reason), broken: wait.broken },
        }
    }
}

/// The words before the details, without numbers.
fn cause(reason: &str) -> Vec<&str> {
    let kind = reason.split_once(": ").map_or(reason, |(kind, _)| kind);
    kind.split_whitespace().filter(|word| !word.chars().all(|c| c.is_ascii_digit() || c == '.')).collect()
}

#[cfg(test)]
mod tests {
    use sentinel_model::rollout::Hold;

    use super::*;
    use crate::fixture;

    fn wait(reason: &str, broken: bool) -> Option<Wait> {
        Some(Wait { reason: reason.into(), broken, for_person: false })
    }

    fn held(reason: &str, broken: bool) -> Rollout {
        let mut rollout = fixture::rollout();
        rollout.updated_at = Time(100_000);
        rollout.hold = Some(Hold {
            reason: reason.into(),
            broken,
            frozen: false,
            for_person: false,
            since: Time(0),
            waits_since: None,
        });
        rollout
    }

    #[test]
    fn a_new_cause_is_told_at_once() {
        let rollout = held("no fresh heartbeat: edge-1", false);
        assert!(
            tell(&rollout, wait("too few requests so far: edge-1 3 of 9", false), Time(100_001)).is_some()
        );
        assert!(tell(&rollout, wait("no fresh heartbeat: edge-1", true), Time(100_001)).is_some());
    }

    #[test]
    fn changed_numbers_are_told_now_and_then() {
        let rollout = held("too few requests so far: edge-1 3 of 9", false);
        let news = || wait("too few requests so far: edge-1 4 of 9", false);
        assert_eq!(tell(&rollout, news(), Time(130_000)), None);
        assert!(tell(&rollout, news(), Time(130_001)).is_some());
    }

    #[test]
    fn numbers_before_the_details_do_not_make_another_cause() {
        let rollout = held("waits for 12 nodes to prove it: edge-1", false);
        assert_eq!(
            tell(&rollout, wait("waits for 11 nodes to prove it: edge-2", false), Time(100_500)),
            None
        );
    }

    #[test]
    fn an_unchanged_wait_is_never_told_again() {
        let rollout = held("no fresh heartbeat: edge-1", false);
        assert_eq!(tell(&rollout, wait("no fresh heartbeat: edge-1", false), Time(9_999_999)), None);
    }

    #[test]
    fn a_hold_that_is_no_longer_true_is_cleared() {
        let rollout = held("no fresh heartbeat: edge-1", true);
        assert_eq!(
            tell(&rollout, None, Time(100_001)),
            Some(Transition::Hold { reason: None, broken: false })
        );
        assert_eq!(tell(&fixture::rollout(), None, Time(1)), None);
    }
}
