//! A register as it ought to behave: it holds a value, counts its changes, and can be written, changed on a condition, and read.

/// What a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Set the value.
    Write(u64),
    /// Set the value if it is the one expected; `None` is a register that was never set.
    Swap {
        /// Expected.
        from: Option<u64>,
        /// New.
        to: u64,
    },
    /// Tell the value.
    Read,
}

/// What a client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The value is set.
    Written,
    /// The condition held, and the value is set; or it did not, and nothing changed.
    Swapped(bool),
    /// The value, and where the register tells it, how often it was changed.
    Value {
        /// `None` when it was never set.
        value: Option<u64>,
        /// Changes so far. A retry that is applied twice counts twice.
        changes: Option<u64>,
    },
}

/// What a register is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct State {
    /// Its value.
    pub value: Option<u64>,
    /// How often it was changed.
    pub changes: u64,
}

impl State {
    /// The state after `action`, or nothing when `answer` cannot be the answer to it here. Without an answer any is possible.
    pub fn after(self, action: Action, answer: Option<Answer>) -> Option<State> {
        let set = |value| State { value: Some(value), changes: self.changes + 1 };
        match (action, answer) {
            (Action::Write(value), None | Some(Answer::Written)) => Some(set(value)),
            (Action::Swap { from, to }, None) => Some(if self.value == from { set(to) } else { self }),
            (Action::Swap { from, to }, Some(Answer::Swapped(done))) => {
                let holds = self.value == from;
                (holds == done).then(|| if done { set(to) } else { self })
            }
            (Action::Read, None) => Some(self),
            (Action::Read, Some(Answer::Value { value, changes })) => {
                let same = value == self.value && changes.is_none_or(|changes| changes == self.changes);
                same.then_some(self)
            }
            _ => None,
        }
    }
}
