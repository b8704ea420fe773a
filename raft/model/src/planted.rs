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
    /// A step passes whose nodes were all deleted.
    NobodyLeft,
    /// Some changes leave no audit entry.
    NoAudit,
    /// A request that comes again is applied again.
    AppliedTwice,
    /// A member that was removed is listened to.
    RemovedComesBack,
    /// A step gives the bundle to the nodes of the next one as well.
    WaveTooWide,
    /// A freeze does not hold what is resumed.
    FreezeIgnoredOnResume,
    /// The last step gives the baseline to nodes that joined, in the middle of a freeze.
    BaselineInFreeze,
    /// Who approves again counts again.
    ApprovedTwice,
    /// Who asks for a rollout may approve it.
    AuthorApproves,
    /// Who has lost the role still counts.
    RoleKept,
    /// Risk is what was made of a bundle when it was uploaded.
    RiskOfUpload,
    /// What nobody has proven stays assigned at the end.
    LeftBehind,
    /// The way back ends before it has begun.
    WayBackSkipped,
    /// A rollout that begins takes nodes from others.
    OwnerNotAsked,
    /// A freeze holds a rollout, and nobody is told.
    HoldNotTold,
    /// A rollout to some nodes makes the baseline of all.
    BaselineOfSome,
    /// A direct assignment takes nodes that a rollout moves.
    AssignedPastOwner,
    /// Nodes that are lost are counted in each step, and not in each failure domain.
    DomainsIgnored,
    /// Nobody reads the share of failed nodes at which a rollout fails.
    ThresholdIgnored,
    /// Nodes that have not proven the bundle are given traffic.
    TrafficUnproven,
    /// A freeze that comes again every week does not hold.
    WeeklyIgnored,
    /// Traffic that is taken back stays where it is.
    TrafficStays,
    /// Who comes later is served first.
    QueueJumped,
    /// The end of a rollout is not told to those that wait for it.
    NobodyCalled,
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
