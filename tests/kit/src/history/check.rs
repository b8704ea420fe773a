//! Is there an order of a register's operations that explains every answer, each operation taking effect at one moment between its
//! call and its answer? Wing and Gong's search, with Lowe's memory of what was tried.
//!
//! The search takes one operation after the other: one that was called before any of those that remain has returned may be next. A set
//! of operations already taken, with the state that they lead to, is tried once.

use std::collections::HashSet;
use std::time::Duration;

use super::{Operation, State};

/// Steps after which the search gives up; a few seconds. Each unknown operation may double the orders, so a history that has many of
/// them is refused by giving up, and accepted much sooner.
const STEPS_MAX: u64 = 100_000;
/// Operations that are named around the place where no order goes on.
const NAMED: usize = 12;

/// What the search came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is such an order.
    Accepted,
    /// There is none. The text names the operations at which the longest order ends.
    Refused(String),
    /// The search was given up.
    Undecided,
}

/// Operations taken, one bit each.
type Taken = Vec<u64>;

/// One operation that was taken, and how to go back.
struct Step {
    /// Which of the choices it was.
    choice: usize,
    before: State,
}

/// Searches for an order of `operations` that begins with `state`.
pub fn check(operations: &[Operation], state: State) -> Verdict {
    let mut operations = operations.to_vec();
    operations.sort_by_key(|operation| operation.called);
    Search::new(&operations, state).run()
}

struct Search<'a> {
    operations: &'a [Operation],
    state: State,
    taken: Taken,
    /// Answered operations that remain.
    remain: usize,
    path: Vec<Step>,
    tried: HashSet<(Taken, State)>,
    /// The longest order so far: what was taken, and where it led.
    best: (usize, Taken, State),
}

impl<'a> Search<'a> {
    fn new(operations: &'a [Operation], state: State) -> Self {
        let taken = vec![0; operations.len().div_ceil(64)];
        let remain = operations.iter().filter(|operation| operation.answer.is_some()).count();
        let best = (remain, taken.clone(), state);
        Self { operations, state, taken, remain, path: Vec::new(), tried: HashSet::new(), best }
    }

    fn run(mut self) -> Verdict {
        let (mut from, mut steps) = (0, 0);
        // What nobody was told need not have happened, so it may remain.
        while self.remain > 0 {
            steps += 1;
            if steps > STEPS_MAX {
                return Verdict::Undecided;
            }
            if let Some((choice, after)) = self.next(from) {
                self.take(choice, after);
                from = 0;
            } else if let Some(step) = self.path.pop() {
                self.put_back(&step);
                from = step.choice + 1;
            } else {
                return Verdict::Refused(self.explain());
            }
        }
        Verdict::Accepted
    }

    /// The first choice from `from` on that leads to something that was not tried. The choices are the answered operations, then
    /// the unknown ones: those are mostly not needed.
    fn next(&mut self, from: usize) -> Option<(usize, State)> {
        let (deadline, count) = (self.deadline(), self.operations.len());
        let mut choice = from;
        while choice < 2 * count {
            let (index, operation) = self.at(choice);
            if operation.called > deadline {
                // So are all that come after it.
                choice = if choice < count { count } else { 2 * count };
                continue;
            }
            choice += 1;
            if operation.answer.is_some() != (choice <= count) || self.is_taken(index) {
                continue;
            }
            let Some(after) = self.state.after(operation.action, operation.answer) else { continue };
            self.flip(index);
            let new = self.tried.insert((self.taken.clone(), after));
            self.flip(index);
            if new {
                return Some((choice - 1, after));
            }
        }
        None
    }

    fn at(&self, choice: usize) -> (usize, &'a Operation) {
        let index = choice % self.operations.len();
        (index, &self.operations[index])
    }

    /// When the first of those that remain returned: whatever was called after that comes later.
    fn deadline(&self) -> Duration {
        let mut deadline = Duration::MAX;
        for (index, operation) in self.operations.iter().enumerate() {
            if operation.called > deadline {
                break;
            }
            if operation.answer.is_some() && !self.is_taken(index) {
                deadline = deadline.min(operation.returned);
            }
        }
        deadline
    }

    fn take(&mut self, choice: usize, after: State) {
        let (index, operation) = self.at(choice);
        self.path.push(Step { choice, before: self.state });
        self.flip(index);
        self.state = after;
        self.remain -= usize::from(operation.answer.is_some());
        if self.remain < self.best.0 {
            self.best = (self.remain, self.taken.clone(), self.state);
        }
    }

    fn put_back(&mut self, step: &Step) {
        let (index, operation) = self.at(step.choice);
        self.flip(index);
        self.state = step.before;
        self.remain += usize::from(operation.answer.is_some());
    }

    fn is_taken(&self, index: usize) -> bool {
        self.taken[index / 64] & (1 << (index % 64)) != 0
    }

    fn flip(&mut self, index: usize) {
        self.taken[index / 64] ^= 1 << (index % 64);
    }

    fn explain(&mut self) -> String {
        let (remain, taken, state) = self.best.clone();
        self.taken = taken;
        let deadline = self.deadline();
        let rest = self.operations.iter().enumerate();
        let rest = rest.filter(|(index, operation)| !self.is_taken(*index) && operation.called <= deadline);
        let lines = rest.take(NAMED).map(|(_, operation)| format!("\n  {}", describe(operation)));
        format!(
            "{remain} answers remain without an explanation. The longest order ends with {state:?}, and none of these \
             can be next:{}",
            lines.collect::<String>()
        )
    }
}

fn describe(operation: &Operation) -> String {
    let Operation { client, action, answer, called, returned } = operation;
    match answer {
        Some(answer) => format!("{client}: {action:?} -> {answer:?} from {called:?} to {returned:?}"),
        None => format!("{client}: {action:?}, unknown, from {called:?}"),
    }
}
