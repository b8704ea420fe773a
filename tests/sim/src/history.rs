//! What clients asked and were told, and whether one order of it exists that a single register would have given.
//!
//! The search is that of Wing and Gong with Lowe's memory: take any operation that began before the first open one ended, see whether
//! the register would have answered like this, go on with the rest.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What was asked of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Put this value where there is none.
    Claim(u64),
    /// What is there?
    Read,
}

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The value was put.
    Claimed,
    /// Something else is there already.
    Taken,
    /// This is there.
    Value(Option<u64>),
    /// It is not known whether it happened, ever.
    Unknown,
    /// It did not happen.
    Failed,
}

/// One operation on one register.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Who.
    pub client: u64,
    /// What.
    pub asked: Asked,
    /// When, in microseconds or any other unit that orders.
    pub began: u64,
    /// Until when; for ever when it was never answered.
    pub ended: u64,
    /// The answer.
    pub told: Told,
}

/// Operations by register. Clones share.
#[derive(Clone, Default)]
pub struct History(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    clock: u64,
    registers: BTreeMap<String, Vec<Operation>>,
}

/// An operation that is under way.
pub struct Open {
    register: String,
    place: usize,
}

impl History {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An operation begins.
    pub fn begin(&self, client: u64, register: &str, asked: Asked) -> Open {
        let mut state = self.lock();
        state.clock += 1;
        let began = state.clock;
        let operations = state.registers.entry(register.to_owned()).or_default();
        operations.push(Operation { client, asked, began, ended: u64::MAX, told: Told::Unknown });
        Open { register: register.to_owned(), place: operations.len() - 1 }
    }

    /// It ends.
    pub fn end(&self, open: &Open, told: Told) {
        let mut state = self.lock();
        state.clock += 1;
        let now = state.clock;
        let operation = state.registers.get_mut(&open.register).and_then(|all| all.get_mut(open.place));
        if let Some(operation) = operation {
            operation.told = told;
            operation.ended = if told == Told::Unknown { u64::MAX } else { now };
        }
    }

    /// How many operations were answered.
    pub fn answered(&self) -> usize {
        let state = self.lock();
        let all = state.registers.values().flatten();
        all.filter(|operation| !matches!(operation.told, Told::Unknown | Told::Failed)).count()
    }

    /// The last answer of a register.
    pub fn last(&self, register: &str) -> Option<Told> {
        self.lock().registers.get(register).and_then(|all| all.last()).map(|operation| operation.told)
    }

    /// Everything.
    pub fn all(&self) -> Vec<(String, Operation)> {
        let state = self.lock();
        let all = state.registers.iter();
        all.flat_map(|(name, operations)| operations.iter().map(|one| (name.clone(), *one))).collect()
    }

    /// All registers that were asked for.
    pub fn registers(&self) -> Vec<String> {
        self.lock().registers.keys().cloned().collect()
    }

    /// The registers whose answers no single register would have given.
    pub fn impossible(&self) -> Vec<(String, Vec<Operation>)> {
        let registers = self.lock().registers.clone();
        registers.into_iter().filter(|(_, operations)| !linearizable(operations)).collect()
    }
}

/// The register's next value if it answers like this, `None` if it would not.
fn step(value: Option<u64>, asked: Asked, told: Told) -> Option<Option<u64>> {
    match (asked, told) {
        (Asked::Claim(new), Told::Claimed) => value.is_none().then_some(Some(new)),
        (Asked::Claim(_), Told::Taken) => value.is_some().then_some(value),
        (Asked::Claim(new), Told::Unknown) => Some(value.or(Some(new))),
        (Asked::Read, Told::Value(read)) => (read == value).then_some(value),
        (Asked::Read, Told::Unknown) => Some(value),
        _ => None,
    }
}

/// Whether one order explains all answers.
pub fn linearizable(operations: &[Operation]) -> bool {
    let mut operations: Vec<Operation> = operations.to_vec();
    // What did not happen says nothing, and neither does a read without an answer.
    operations.retain(|operation| {
        operation.told != Told::Failed && (operation.told, operation.asked) != (Told::Unknown, Asked::Read)
    });
    operations.sort_by_key(|operation| operation.began);
    let mut seen = HashSet::new();
    search(&operations, &mut vec![false; operations.len()], None, &mut seen)
}

fn search(
    operations: &[Operation],
    done: &mut Vec<bool>,
    value: Option<u64>,
    seen: &mut HashSet<(Vec<bool>, Option<u64>)>,
) -> bool {
    let open = |done: &[bool]| (0..operations.len()).filter(|at| !done[*at]).collect::<Vec<_>>();
    let left = open(done);
    // What was never answered need not have happened.
    if left.iter().all(|at| operations[*at].told == Told::Unknown) {
        return true;
    }
    if !seen.insert((done.clone(), value)) {
        return false;
    }
    let first_end = left.iter().map(|at| operations[*at].ended).min().unwrap_or(u64::MAX);
    for at in left {
        let operation = operations[at];
        if operation.began > first_end {
            break;
        }
        if let Some(next) = step(value, operation.asked, operation.told) {
            done[at] = true;
            if search(operations, done, next, seen) {
                return true;
            }
            done[at] = false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(asked: Asked, told: Told, began: u64, ended: u64) -> Operation {
        Operation { client: 0, asked, told, began, ended }
    }

    #[test]
    fn a_read_that_began_after_a_claim_was_acknowledged_must_see_it() {
        let claimed = operation(Asked::Claim(1), Told::Claimed, 1, 2);
        assert!(!linearizable(&[claimed, operation(Asked::Read, Told::Value(None), 3, 4)]));
        assert!(linearizable(&[claimed, operation(Asked::Read, Told::Value(Some(1)), 3, 4)]));
        let beside = operation(Asked::Claim(1), Told::Claimed, 1, 5);
        assert!(linearizable(&[beside, operation(Asked::Read, Told::Value(None), 3, 4)]));
    }

    #[test]
    fn two_claims_are_never_both_granted_and_an_unknown_one_may_be_either() {
        let first = operation(Asked::Claim(1), Told::Claimed, 1, 4);
        assert!(!linearizable(&[first, operation(Asked::Claim(2), Told::Claimed, 2, 3)]));
        let unknown = operation(Asked::Claim(2), Told::Unknown, 1, u64::MAX);
        assert!(linearizable(&[unknown, operation(Asked::Claim(1), Told::Claimed, 5, 6)]));
        assert!(linearizable(&[unknown, operation(Asked::Claim(1), Told::Taken, 5, 6)]));
        assert!(linearizable(&[unknown, operation(Asked::Read, Told::Value(Some(2)), 5, 6)]));
        let twice = [
            unknown,
            operation(Asked::Read, Told::Value(Some(2)), 5, 6),
            operation(Asked::Read, Told::Value(None), 7, 8),
        ];
        assert!(!linearizable(&twice), "what was seen does not go away");
    }
}
