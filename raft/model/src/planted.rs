//! Bugs that can be put back, one at a time, to see whether the tests find them. Only what is built with the feature `planted` has them,
//! and only a thread that asks for one.

use std::cell::Cell;

/// A bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// The log answers before it has synced.
    AnswerBeforeSync,
    /// A linearizable read asks no majority.
    ReadWithoutIndex,
    /// A decision of an older leader is taken, whatever it was made on.
    UnfencedDecision,
    /// A snapshot does not say who the members are.
    SnapshotWithoutMembers,
    /// A bundle is named when its bytes are on one disk.
    BlobNamedTooEarly,
    /// A write that is sent again gets another key.
    RetryWithoutKey,
    /// A gate takes missing data for good data.
    GateWithoutData,
    /// A new leader takes the step under way for done.
    StepSkipped,
    /// Some changes leave no audit entry.
    NoAudit,
    /// A request that comes again is applied again.
    AppliedTwice,
    /// A member that was removed is listened to.
    RemovedComesBack,
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// This thread has this bug from now on.
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

/// Whether this thread has it.
pub fn has(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}
