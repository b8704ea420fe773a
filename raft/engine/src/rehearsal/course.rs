//! What came of a rehearsal, and how it is written down while it is played.

use std::collections::{BTreeMap, HashMap};

use sentinel_machine::Event;
use sentinel_model::canary::Analysis;
use sentinel_model::node::{AssignmentCause, Node, NodeStatus};
use sentinel_model::rollout::{Rollout, RolloutSpec, RolloutState, Step, StepState};
use sentinel_model::{NodeId, RolloutId, Time};

use super::{Halt, ROLLOUT};

/// Most decisions that a course tells one by one.
pub const TIMELINE_MAX: usize = 500;

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The rollout came to its end; which one, its state says.
    Ended,
    /// It would not even be created; why, in words.
    Refused(String),
    /// It goes on beyond what is rehearsed; why it was left there, in words.
    Unfinished(String),
}

/// What a rollout waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaitKind {
    /// Its time.
    Schedule,
    /// Nodes that another rollout has.
    Queue,
    /// The end of a freeze.
    Freeze,
    /// Nodes that switch.
    Switching,
    /// Evidence that what has switched is well.
    Observing,
    /// A gate that is broken.
    Gate,
    /// Nodes that go back.
    WayBack,
}

impl WaitKind {
    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            WaitKind::Schedule => "schedule",
            WaitKind::Queue => "queue",
            WaitKind::Freeze => "freeze",
            WaitKind::Switching => "switching",
            WaitKind::Observing => "observing",
            WaitKind::Gate => "gate",
            WaitKind::WayBack => "way_back",
        }
    }
}

/// A time that was spent on one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The step that is under way or next.
    pub step: u32,
    /// On what.
    pub kind: WaitKind,
    /// Since when.
    pub from: Time,
    /// Until when.
    pub to: Time,
    /// In the words that the rollout had for it last.
    pub reason: Option<String>,
}

/// Something that was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: Time,
    /// As the audit log names it.
    pub action: String,
    /// The step that it was about, from one, as the audit log counts.
    pub step: Option<u32>,
    /// As the audit log has it.
    pub detail: String,
    /// Whose; another rollout than the one that is rehearsed has to do with it when it meets that.
    pub rollout: RolloutId,
}

/// A step as it was played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayedStep {
    /// Its end in the state machine.
    pub step: Step,
    /// When all of its nodes had proven the bundle.
    pub verified_at: Option<Time>,
    /// What it waited for, in order.
    pub waits: Vec<Wait>,
}

/// Nodes that `max_unavailable` counts together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The step, where these count; else `None`.
    pub step: Option<u32>,
    /// The value of the failure domain; `None` also for nodes without the label.
    pub domain: Option<String>,
    /// How many there are.
    pub of: u32,
    /// Most that had failed or were not heard of at the same time.
    pub away: u32,
    /// Most that were switching at the same time.
    pub switching: u32,
}

/// The worst moments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peak {
    /// Most nodes that had failed or were not heard of at the same time, of all steps that had begun.
    pub away: u32,
    /// Most nodes that were switching at the same time.
    pub switching: u32,
    /// The same for each group.
    pub groups: Vec<Group>,
}

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// How it ended.
    pub end: End,
    /// The rollout at the end; `None` when it was refused.
    pub rollout: Option<Rollout>,
    /// When it began.
    pub begins: Time,
    /// When it ended, or was left.
    pub ends: Time,
    /// In order.
    pub steps: Vec<PlayedStep>,
    /// What was waited for before the first step and on the way back.
    pub waits: Vec<Wait>,
    /// Nodes that failed, in the order of their ids.
    pub failed: Vec<NodeId>,
    /// The worst moments.
    pub peak: Peak,
    /// The last comparison of each step of a canary.
    pub analyses: BTreeMap<u32, Analysis>,
    /// What was decided, in order.
    pub timeline: Vec<Deed>,
    /// Decisions beyond those.
    pub more: u64,
    /// What stopped it first.
    pub stopped: Option<Deed>,
    /// Requests in a second of each node of the plan that would be there to answer them.
    pub rates: HashMap<NodeId, f64>,
    /// Looks of the leader.
    pub looks: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Well,
    Switching,
    Away,
    Failed,
}

/// Writes a course down.
pub(super) struct Log {
    begins: Time,
    /// Group and standing of each node that has been given the bundle.
    nodes: HashMap<NodeId, (usize, Standing)>,
    groups: Vec<(Group, u32, u32)>,
    away: u32,
    switching: u32,
    peak: (u32, u32),
    /// In which group each node counts.
    places: HashMap<NodeId, usize>,
    failed: std::collections::BTreeSet<NodeId>,
    waiting: Option<Wait>,
    waits: Vec<Wait>,
    verified: BTreeMap<u32, Time>,
    analyses: BTreeMap<u32, Analysis>,
    timeline: Vec<Deed>,
    more: u64,
    stopped: Option<Deed>,
    pub looks: u64,
}

impl Log {
    pub fn new(
        begins: Time,
        spec: &RolloutSpec,
        steps: &[Vec<NodeId>],
        nodes: &HashMap<NodeId, Node>,
    ) -> Self {
        let mut groups: Vec<(Group, u32, u32)> = Vec::new();
        let mut places = HashMap::new();
        let mut by_domain: BTreeMap<Option<String>, usize> = BTreeMap::new();
        for (index, step) in (0u32..).zip(steps) {
            let own = groups.len();
            if spec.failure_domain.is_none() {
                groups.push((Group { step: Some(index), ..Group::default() }, 0, 0));
            }
            for id in step {
                let domain = nodes.get(id).and_then(|node| spec.domain_of(node)).map(str::to_owned);
                let place = match spec.failure_domain {
                    None => own,
                    Some(_) => *by_domain.entry(domain.clone()).or_insert_with(|| {
                        groups.push((Group { domain, ..Group::default() }, 0, 0));
                        groups.len() - 1
                    }),
                };
                groups[place].0.of += 1;
                places.insert(*id, place);
            }
        }
        Self {
            begins,
            nodes: HashMap::new(),
            groups,
            away: 0,
            switching: 0,
            peak: (0, 0),
            places,
            failed: Default::default(),
            waiting: None,
            waits: Vec::new(),
            verified: BTreeMap::new(),
            analyses: BTreeMap::new(),
            timeline: Vec::new(),
            more: 0,
            stopped: None,
            looks: 0,
        }
    }

    /// A node's row was written.
    pub fn node(&mut self, node: &Node) {
        let Some(place) = self.places.get(&node.id).copied() else { return };
        let (_, before) = self.nodes.get(&node.id).copied().unwrap_or((place, Standing::Well));
        let standing = standing(node);
        if standing == Standing::Failed {
            self.failed.insert(node.id);
        }
        self.nodes.insert(node.id, (place, standing));
        let count = |standing: Standing| match standing {
            Standing::Well => (0, 0),
            Standing::Switching => (0, 1),
            Standing::Away | Standing::Failed => (1, 0),
        };
        let ((away, switching), (was_away, was_switching)) = (count(standing), count(before));
        let group = &mut self.groups[place];
        group.1 = group.1 + away - was_away;
        group.2 = group.2 + switching - was_switching;
        self.away = self.away + away - was_away;
        self.switching = self.switching + switching - was_switching;
        group.0.away = group.0.away.max(group.1);
        group.0.switching = group.0.switching.max(group.2);
        self.peak = (self.peak.0.max(self.away), self.peak.1.max(self.switching));
    }

    /// The rollout's row was written.
    pub fn rollout(&mut self, rollout: &Rollout, step: Option<&Step>, now: Time) {
        if matches!(step.map(|step| &step.state), Some(StepState::Verifying { .. })) {
            self.verified.entry(rollout.current_step).or_insert(now);
        }
        let kind = waits_for(rollout, step);
        let reason = rollout.hold.as_ref().map(|hold| hold.reason.clone());
        let same = self
            .waiting
            .as_ref()
            .is_some_and(|wait| Some(wait.kind) == kind && wait.step == rollout.current_step);
        if same {
            if let Some(wait) = self.waiting.as_mut() {
                wait.reason = reason.or(wait.reason.take());
            }
            return;
        }
        self.close(now);
        self.waiting = kind.map(|kind| Wait { step: rollout.current_step, kind, from: now, to: now, reason });
    }

    fn close(&mut self, now: Time) {
        self.waits
            .extend(self.waiting.take().filter(|wait| wait.from < now).map(|wait| Wait { to: now, ..wait }));
    }

    pub fn analysis(&mut self, analysis: Analysis) {
        self.analyses.insert(analysis.step, analysis);
    }

    /// What a command has told.
    pub fn events(&mut self, events: Vec<Event>) {
        for event in events {
            let Ok(rollout) = event.resource_id.parse::<RolloutId>() else { continue };
            // Each look of a canary is one: what it came to is told elsewhere.
            if !event.kind.starts_with("rollout.")
                || ["rollout.observed", "rollout.checked"].contains(&&*event.kind)
            {
                continue;
            }
            let said = |field: &str| event.data.get(field).cloned();
            let deed = Deed {
                at: event.at,
                step: said("step").and_then(|step| step.parse().ok()),
                detail: said("detail").or_else(|| said("reason")).unwrap_or_default(),
                action: event.kind,
                rollout,
            };
            let stops =
                ["rollout.step_failed", "rollout.superseded", "rollout.cancelled"].contains(&&*deed.action);
            if rollout == ROLLOUT && stops && self.stopped.is_none() {
                self.stopped = Some(deed.clone());
            }
            if self.timeline.len() < TIMELINE_MAX {
                self.timeline.push(deed);
            } else {
                self.more += 1;
            }
        }
    }

    pub fn close_at(
        mut self,
        end: End,
        rollout: Option<Rollout>,
        steps: Vec<Step>,
        rates: HashMap<NodeId, f64>,
        now: Time,
    ) -> Course {
        self.close(now);
        let inside = |wait: &Wait| {
            let before = matches!(wait.kind, WaitKind::Schedule | WaitKind::Queue | WaitKind::WayBack);
            !before
        };
        let (of_steps, waits): (Vec<Wait>, Vec<Wait>) = self.waits.into_iter().partition(inside);
        let played = |step: Step| PlayedStep {
            verified_at: self.verified.get(&step.index).copied(),
            waits: of_steps.iter().filter(|wait| wait.step == step.index).cloned().collect(),
            step,
        };
        let groups = self.groups.into_iter().map(|(group, _, _)| group).collect();
        Course {
            end,
            rollout,
            begins: self.begins,
            ends: now,
            steps: steps.into_iter().map(played).collect(),
            waits,
            failed: self.failed.into_iter().collect(),
            peak: Peak { away: self.peak.0, switching: self.peak.1, groups },
            analyses: self.analyses,
            timeline: self.timeline,
            more: self.more,
            stopped: self.stopped,
            rates,
            looks: self.looks,
        }
    }
}

/// Where a node is that the rollout has given something to.
fn standing(node: &Node) -> Standing {
    let ours = |cause: AssignmentCause| matches!(cause, AssignmentCause::Rollout(id) | AssignmentCause::Rollback(id) if id == ROLLOUT);
    if !node.assignment.as_ref().is_some_and(|given| ours(given.cause)) {
        Standing::Well
    } else if node.failed_current() {
        Standing::Failed
    } else if node.status != NodeStatus::Online {
        Standing::Away
    } else if node.converged() {
        Standing::Well
    } else {
        Standing::Switching
    }
}

fn waits_for(rollout: &Rollout, step: Option<&Step>) -> Option<WaitKind> {
    let frozen = rollout.hold.as_ref().is_some_and(|hold| hold.frozen);
    let broken = rollout.hold.as_ref().is_some_and(|hold| hold.broken);
    match rollout.state {
        RolloutState::Scheduled | RolloutState::Pending | RolloutState::Running if frozen => {
            Some(WaitKind::Freeze)
        }
        RolloutState::Scheduled => Some(WaitKind::Schedule),
        RolloutState::Pending => Some(WaitKind::Queue),
        RolloutState::Running if broken => Some(WaitKind::Gate),
        RolloutState::Running => match step?.state {
            StepState::Running { .. } => Some(WaitKind::Switching),
            StepState::Pending | StepState::Verifying { .. } => Some(WaitKind::Observing),
            StepState::Completed | StepState::Failed { .. } => None,
        },
        RolloutState::RollingBack { .. } => Some(WaitKind::WayBack),
        _ => None,
    }
}

/// Why it was left.
pub(super) fn left(halt: Halt, played: &str) -> String {
    match halt {
        Halt::TimeOut => format!("it took too long to rehearse further than {played}"),
        Halt::Left => "nobody waits for it any more".to_owned(),
    }
}
