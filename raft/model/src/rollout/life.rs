//! The life of a rollout as data: every state, and everything that leads from one to another.
//!
//! The state machine asks this table at each change and refuses what it does not know, so a way that is not here does not exist,
//! whoever asks for it and over which transport. `docs/rollouts.md` shows the same table.
//!
//! A rollout that may not begin yet waits for people ([`Phase::PendingApproval`]), for a time ([`Phase::Scheduled`]; also for the
//! end of a freeze), or for nodes that another rollout has ([`Phase::Pending`]). One that waits for nothing runs.

use super::RolloutState;

/// A [state](RolloutState) without what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Waits for approvals.
    PendingApproval,
    /// Waits for its time, or for the end of a freeze.
    Scheduled,
    /// Waits for nodes that another rollout has.
    Pending,
    /// Steps go on.
    Running,
    /// Held by a person.
    Paused,
    /// Nodes go back.
    RollingBack,
    /// Every step passed.
    Completed,
    /// Stopped by failure.
    Failed,
    /// Stopped by a person, or never begun.
    Cancelled,
    /// Every reachable node is back.
    RolledBack,
}

/// What makes a rollout change its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Deed {
    /// Somebody asks for it.
    Create,
    /// The last approval that it needed.
    Approve,
    /// Somebody refuses it.
    Reject,
    /// Nobody decided in time.
    Expire,
    /// Its time or its turn has come, and nothing is frozen.
    Begin,
    /// Somebody holds it, or the cluster goes on from an earlier state.
    Pause,
    /// Somebody lets it go on.
    Resume,
    /// Somebody stops it; or its time is no longer to be relied on, because the cluster goes on from an earlier state.
    Cancel,
    /// Another rollout takes its nodes, because whoever asked for that one said so.
    Supersede,
    /// Somebody takes it back.
    RollBack,
    /// A step fails.
    FailStep,
    /// The last step completes.
    CompleteStep,
    /// Every node has come to rest on the way back.
    FinishRollback,
}

/// One way through life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Where it was; `None` before it was there.
    pub from: Option<Phase>,
    /// What happens.
    pub deed: Deed,
    /// Where it is then.
    pub to: Phase,
    /// When it goes this way, in words.
    pub when: &'static str,
}

const fn way(from: Option<Phase>, deed: Deed, to: Phase, when: &'static str) -> Way {
    Way { from, deed, to, when }
}

/// Every way. What is not here is refused.
pub const WAYS: &[Way] = {
    use Deed::{
        Approve, Begin, Cancel, CompleteStep, Create, Expire, FailStep, FinishRollback, Pause, Reject,
        Resume, RollBack, Supersede,
    };
    use Phase::{
        Cancelled, Completed, Failed, Paused, Pending, PendingApproval, RolledBack, RollingBack, Running,
        Scheduled,
    };
    &[
        way(None, Create, Running, "no approval is needed, no time is given, and nothing is frozen"),
        way(None, Create, PendingApproval, "a rule of the project asks for approvals"),
        way(None, Create, Scheduled, "it has a time, and needs no approval"),
        way(None, Create, Pending, "another rollout has nodes of it, and it queues"),
        way(
            Some(PendingApproval),
            Approve,
            Running,
            "the last approval; its time has come, and nothing is frozen",
        ),
        way(Some(PendingApproval), Approve, Scheduled, "the last approval, before its time or in a freeze"),
        way(
            Some(PendingApproval),
            Approve,
            Pending,
            "the last approval; another rollout has nodes of it, and it queues",
        ),
        way(Some(PendingApproval), Approve, Failed, "the last approval, and its plan is stale"),
        way(Some(PendingApproval), Reject, Cancelled, "one rejection is final"),
        way(Some(PendingApproval), Expire, Cancelled, "nobody decided in time"),
        way(Some(PendingApproval), Cancel, Cancelled, ""),
        way(Some(Scheduled), Begin, Running, "its time has come, and nothing is frozen"),
        way(Some(Scheduled), Begin, Pending, "another rollout has nodes of it, and it queues"),
        way(Some(Scheduled), Begin, Failed, "its plan is stale"),
        way(Some(Scheduled), Begin, PendingApproval, "approvals are missing by now"),
        way(Some(Scheduled), Cancel, Cancelled, ""),
        way(Some(Pending), Begin, Running, "every node of it is free, and nothing is frozen"),
        way(Some(Pending), Begin, Pending, "yet another rollout has nodes of it"),
        way(Some(Pending), Begin, Failed, "its plan is stale"),
        way(Some(Pending), Begin, PendingApproval, "approvals are missing by now"),
        way(Some(Pending), Cancel, Cancelled, ""),
        way(Some(Pending), Supersede, Cancelled, "by a rollout that takes its nodes"),
        way(Some(Running), Pause, Paused, ""),
        way(Some(Running), CompleteStep, Completed, "that was the last step"),
        way(Some(Running), FailStep, RollingBack, "`auto_rollback`"),
        way(Some(Running), FailStep, Failed, "without `auto_rollback`"),
        way(Some(Running), Cancel, Cancelled, ""),
        way(Some(Running), Supersede, Cancelled, "by a rollout that takes its nodes"),
        way(Some(Running), RollBack, RollingBack, ""),
        way(Some(Paused), Resume, Running, "nothing is frozen"),
        way(Some(Paused), Cancel, Cancelled, ""),
        way(Some(Paused), Supersede, Cancelled, "by a rollout that takes its nodes"),
        way(Some(Paused), RollBack, RollingBack, ""),
        way(Some(RollingBack), FinishRollback, RolledBack, ""),
        way(Some(RollingBack), Cancel, Cancelled, ""),
        way(Some(Failed), RollBack, RollingBack, ""),
        way(Some(Completed), RollBack, RollingBack, "blue-green, and its nodes are as it left them"),
        way(Some(Cancelled), RollBack, RollingBack, "blue-green, and the traffic has not gone back"),
        way(Some(RolledBack), RollBack, RollingBack, "blue-green, and the traffic has not gone back"),
    ]
};

/// Whether there is such a way.
pub fn leads(from: Option<Phase>, deed: Deed, to: Phase) -> bool {
    WAYS.iter().any(|way| way.from == from && way.deed == deed && way.to == to)
}

impl Phase {
    /// Every one.
    pub const ALL: [Phase; 10] = [
        Phase::PendingApproval,
        Phase::Scheduled,
        Phase::Pending,
        Phase::Running,
        Phase::Paused,
        Phase::RollingBack,
        Phase::Completed,
        Phase::Failed,
        Phase::Cancelled,
        Phase::RolledBack,
    ];

    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::PendingApproval => "pending_approval",
            Phase::Scheduled => "scheduled",
            Phase::Pending => "pending",
            Phase::Running => "running",
            Phase::Paused => "paused",
            Phase::RollingBack => "rolling_back",
            Phase::Completed => "completed",
            Phase::Failed => "failed",
            Phase::Cancelled => "cancelled",
            Phase::RolledBack => "rolled_back",
        }
    }

    /// True when nothing will happen any more by itself. People can still ask for the way back.
    pub fn is_final(self) -> bool {
        matches!(self, Phase::Completed | Phase::Failed | Phase::Cancelled | Phase::RolledBack)
    }

    /// True before it has begun: it owns no node yet.
    pub fn is_waiting(self) -> bool {
        matches!(self, Phase::PendingApproval | Phase::Scheduled | Phase::Pending)
    }
}

impl Deed {
    /// What is done to the rollout, as refusals word it: "Rollout cannot be … in current state".
    pub fn participle(self) -> &'static str {
        match self {
            Deed::Create => "created",
            Deed::Approve => "approved",
            Deed::Reject => "rejected",
            Deed::Expire => "expired",
            Deed::Begin => "begun",
            Deed::Pause => "paused",
            Deed::Resume => "resumed",
            Deed::Cancel => "cancelled",
            Deed::Supersede => "superseded",
            Deed::RollBack | Deed::FinishRollback => "rolled back",
            Deed::FailStep | Deed::CompleteStep => "advanced",
        }
    }

    /// In words, as the documentation has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Deed::Create => "create",
            Deed::Approve => "approve",
            Deed::Reject => "reject",
            Deed::Expire => "approval expires",
            Deed::Begin => "begin",
            Deed::Pause => "pause",
            Deed::Resume => "resume",
            Deed::Cancel => "cancel",
            Deed::Supersede => "supersede",
            Deed::RollBack => "roll back",
            Deed::FailStep => "a step fails",
            Deed::CompleteStep => "a step completes",
            Deed::FinishRollback => "the way back ends",
        }
    }
}

impl RolloutState {
    /// The state without what it carries.
    pub fn phase(&self) -> Phase {
        match self {
            RolloutState::PendingApproval => Phase::PendingApproval,
            RolloutState::Scheduled => Phase::Scheduled,
            RolloutState::Pending => Phase::Pending,
            RolloutState::Running => Phase::Running,
            RolloutState::Paused { .. } => Phase::Paused,
            RolloutState::RollingBack { .. } => Phase::RollingBack,
            RolloutState::Completed => Phase::Completed,
            RolloutState::Failed { .. } => Phase::Failed,
            RolloutState::Cancelled { .. } => Phase::Cancelled,
            RolloutState::RolledBack { .. } => Phase::RolledBack,
        }
    }
}

/// The table, as the documentation shows it.
pub fn table() -> String {
    let mut text = String::from("| from | what happens | to | when |\n|---|---|---|---|\n");
    for Way { from, deed, to, when } in WAYS {
        let from = from.map_or_else(|| "–".to_owned(), |from| format!("`{}`", from.as_str()));
        text.push_str(&format!("| {from} | {} | `{}` | {when} |\n", deed.as_str(), to.as_str()));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_way_is_told_once_and_every_state_can_be_reached() {
        let mut ways = BTreeSet::new();
        assert!(WAYS.iter().all(|way| ways.insert((way.from, way.deed, way.to))));
        let mut reached: BTreeSet<Option<Phase>> = BTreeSet::from([None]);
        for _ in Phase::ALL {
            reached.extend(
                WAYS.iter()
                    .filter(|way| reached.contains(&way.from))
                    .map(|way| Some(way.to))
                    .collect::<Vec<_>>(),
            );
        }
        assert!(Phase::ALL.iter().all(|phase| reached.contains(&Some(*phase))), "{reached:?}");
    }

    #[test]
    fn what_is_not_at_its_end_can_be_cancelled_and_from_there_leads_only_the_way_back() {
        for phase in Phase::ALL {
            assert_eq!(leads(Some(phase), Deed::Cancel, Phase::Cancelled), !phase.is_final(), "{phase:?}");
            let ways: Vec<&Way> = WAYS.iter().filter(|way| way.from == Some(phase)).collect();
            let back = |way: &&Way| way.deed == Deed::RollBack && way.to == Phase::RollingBack;
            assert_eq!(ways.len() == 1 && ways.iter().all(back), phase.is_final(), "{phase:?}");
        }
    }

    #[test]
    fn nothing_waits_once_it_has_begun() {
        for way in WAYS.iter().filter(|way| way.to.is_waiting()) {
            assert!(way.from.is_none_or(Phase::is_waiting), "{way:?}");
        }
    }
}
