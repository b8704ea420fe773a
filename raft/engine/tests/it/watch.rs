//! An independent oracle. It sees what every entry of the log changed in the tables, and what nodes have said; it remembers on its own
//! what people asked for and agreed to; and it stops the test, by the name of the invariant, when something happens that must never
//! happen. It shares no code with the engine, and asks the state machine nothing.

mod fleet;
mod line;
mod mirror;
mod people;
mod traffic;
mod waves;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sentinel_model::audit::AuditEntry;
use sentinel_model::bundle::RiskLevel;
use sentinel_model::health::NodeSample;
use sentinel_model::node::AssignmentCause;
use sentinel_model::rollout::{Phase, Rollout, RolloutNode, RolloutNodeState, StepState};
use sentinel_model::{BundleId, NodeId, RolloutId, Sha256Digest, Time, UserId};

use mirror::Mirror;
pub use mirror::Touched;
use traffic::Share;

/// A step that goes on says why it waits within this time.
const QUIET_MS: u64 = 45_000;

/// Stops the test unless it holds.
pub fn must(invariant: &str, holds: bool, words: impl FnOnce() -> String) {
    assert!(holds, "{invariant} is broken: {}", words());
}

/// How dangerous each change of bundles really is.
pub type Truth = fn(BundleId, BundleId) -> RiskLevel;

/// What somebody asked for, as the oracle saw it.
#[derive(Clone, Debug)]
struct Asked {
    author: Option<UserId>,
    what: String,
    digest: Option<Sha256Digest>,
    agreed: BTreeSet<UserId>,
}

/// See the module.
pub struct Watch {
    /// Before the newest entry, and after it.
    then: Mirror,
    now: Mirror,
    last: Vec<Touched>,
    truth: Truth,
    asked: BTreeMap<RolloutId, Asked>,
    started: BTreeMap<RolloutId, Vec<u32>>,
    completed: BTreeMap<RolloutId, Vec<u32>>,
    /// What each node was told to run when its step began, and what it ran.
    before: BTreeMap<(RolloutId, NodeId), Vec<BundleId>>,
    /// The bundle of the last rollout to all nodes that completed.
    baseline: Option<BundleId>,
    /// Nodes that somebody has decided about: a rollout moved them or was to, or they were pinned.
    decided: BTreeSet<NodeId>,
    progress: BTreeMap<RolloutId, (String, Time)>,
    shares: BTreeMap<RolloutId, Share>,
    /// What nodes weighed before a rollout gave its first share of traffic.
    weighed: BTreeMap<(RolloutId, NodeId), u8>,
    /// What nodes that joined were given before a rollout completed.
    replaced: BTreeMap<RolloutId, Option<BundleId>>,
    /// Who stands in line for nodes, in which order; after the newest entry, and before it.
    line: BTreeMap<RolloutId, u64>,
    stood: BTreeMap<RolloutId, u64>,
}

/// One entry of the log, as it shows in the tables.
struct Entry<'a> {
    old: &'a Mirror,
    new: &'a Mirror,
    audit: Option<&'a AuditEntry>,
    at: Time,
    samples: &'a HashMap<NodeId, NodeSample>,
    /// The leader's time, by which samples are fresh.
    heard: Time,
}

impl Entry<'_> {
    /// Rollouts that this entry changed or made.
    fn changed(&self) -> impl Iterator<Item = (Option<&Rollout>, &Rollout)> {
        let pairs = self.new.rollouts.values().map(|new| (self.old.rollouts.get(&new.id), new));
        pairs.filter(|(old, new)| *old != Some(*new))
    }

    fn phases(&self, id: RolloutId) -> (Option<Phase>, Option<Phase>) {
        let phase = |mirror: &Mirror| mirror.rollouts.get(&id).map(|rollout| rollout.state.phase());
        (phase(self.old), phase(self.new))
    }

    /// The freeze that held when the entry came.
    fn frozen(&self) -> bool {
        self.old.windows.values().any(|window| match &window.recurrence {
            None => window.from <= self.at && self.at < window.until,
            Some(again) => again.occurrences.iter().any(|one| one.from <= self.at && self.at < one.until),
        })
    }

    fn begins(&self, id: RolloutId) -> bool {
        let (old, new) = self.phases(id);
        new == Some(Phase::Running) && old.is_none_or(Phase::is_waiting)
    }
}

impl Watch {
    pub fn new(truth: Truth) -> Self {
        Self {
            then: Mirror::default(),
            now: Mirror::default(),
            last: Vec::new(),
            truth,
            asked: BTreeMap::new(),
            started: BTreeMap::new(),
            completed: BTreeMap::new(),
            before: BTreeMap::new(),
            baseline: None,
            decided: BTreeSet::new(),
            progress: BTreeMap::new(),
            shares: BTreeMap::new(),
            weighed: BTreeMap::new(),
            replaced: BTreeMap::new(),
            line: BTreeMap::new(),
            stood: BTreeMap::new(),
        }
    }

    /// Takes note of how things are before anything is watched.
    pub fn begin(&mut self, touched: &[Touched]) {
        self.then.take(touched);
        self.now.take(touched);
    }

    /// Takes in what an entry changed, and checks it.
    pub fn entry(&mut self, touched: Vec<Touched>, samples: &HashMap<NodeId, NodeSample>, heard: Time) {
        let last = std::mem::take(&mut self.last);
        let (mut old, mut new) = (std::mem::take(&mut self.then), std::mem::take(&mut self.now));
        old.take(&last);
        if new.take(&touched) {
            let audit = new.audit.as_ref().filter(|entry| old.audit.as_ref() != Some(*entry));
            let entry = Entry { old: &old, new: &new, audit, at: new.time, samples, heard };
            self.check(&entry);
        }
        (self.then, self.now, self.last) = (old, new, touched);
    }

    fn check(&mut self, entry: &Entry<'_>) {
        self.take_note(entry);
        self.i16_a_node_is_given_a_bundle_only_by_its_wave(entry);
        self.i17_what_is_unavailable_or_in_flight_stays_within_the_maximum(entry);
        self.i17_no_wave_takes_all_of_a_failure_domain(entry);
        self.i17_somebody_is_there_to_serve(entry);
        self.i18_no_wave_goes_on_without_evidence(entry);
        self.i18_no_wave_goes_on_beyond_the_threshold(entry);
        self.i18_traffic_goes_to_what_is_proven(entry);
        self.i19_nothing_goes_forward_in_a_freeze_without_an_override(entry);
        self.i20_enough_others_agreed_to_exactly_this(entry);
        self.i21_nothing_could_still_move_after_the_end(entry);
        self.i22_everyone_is_back_or_named(entry);
        self.i22_traffic_is_back(entry);
        self.i23_exactly_one_rollout_owns_a_node(entry);
        self.i23_who_waits_longest_is_served_first(entry);
        self.i25_no_step_is_repeated_or_skipped(entry);
        self.i26_who_joins_gets_the_last_completed_bundle(entry);
        self.i27_every_change_of_a_node_has_a_known_cause(entry);
    }

    fn take_note(&mut self, entry: &Entry<'_>) {
        for (id, new) in &entry.new.rollouts {
            if !entry.old.rollouts.contains_key(id) {
                let digest = new.governance.approval.as_ref().map(|approval| approval.digest);
                let author = entry.audit.and_then(|audit| entry.old.person_behind(audit.actor));
                let what = entry.new.plan_of(*id);
                self.asked.insert(*id, Asked { author, what, digest, agreed: BTreeSet::new() });
            }
            let steps = entry.new.steps_of(*id).zip(entry.old.steps_of(*id));
            for (now, then) in steps {
                if then.state == StepState::Pending && matches!(now.state, StepState::Running { .. }) {
                    self.started.entry(*id).or_default().push(now.index);
                    self.remember(entry, *id, now.index);
                }
                if then.state != StepState::Completed && now.state == StepState::Completed {
                    self.completed.entry(*id).or_default().push(now.index);
                }
            }
        }
        let decided =
            |node: &&sentinel_model::node::Node| node.owner.is_some() || node.pinned_bundle_id.is_some();
        self.decided.extend(entry.new.nodes.values().filter(decided).map(|node| node.id));
        self.people_agree(entry);
        self.baseline_of(entry);
        self.weights_before(entry);
        self.stood.clone_from(&self.line);
        self.stand_in_line(entry);
    }

    fn remember(&mut self, entry: &Entry<'_>, id: RolloutId, step: u32) {
        let given = |member: &&RolloutNode| member.step == step && member.state != RolloutNodeState::Kept;
        for member in entry.new.members_of(id).filter(given) {
            let Some(node) = entry.old.nodes.get(&member.node_id) else { continue };
            let told = node.assignment.as_ref().map(|assignment| assignment.bundle_id);
            let ran = node.effective.map(|fact| fact.bundle_id);
            let mut before: Vec<BundleId> = told.into_iter().chain(ran).collect();
            // What another rollout has left half done, nobody has judged: what was there before that counts as well.
            if let Some(AssignmentCause::Rollout(left)) = node.assignment.as_ref().map(|told| told.cause)
                && entry.old.rollouts.get(&left).is_some_and(|left| left.superseded_by.is_some())
            {
                before.extend(self.before.get(&(left, node.id)).into_iter().flatten());
            }
            self.before.insert((id, node.id), before);
        }
    }

    /// I24: what waits says for what, at any time. Call it when the leader has decided.
    pub fn i24_what_waits_says_why(&mut self, now: Time) {
        for (id, rollout) in &self.now.rollouts {
            let step = self.now.steps.get(&(*id, rollout.current_step)).map(|step| step.state.as_str());
            let progress = format!("{} {} {step:?}", rollout.state.as_str(), rollout.current_step);
            let known = self.progress.entry(*id).or_insert_with(|| (progress.clone(), now));
            if known.0 != progress {
                *known = (progress, now);
            }
            let waited_ms = now.since(known.1);
            let told = match rollout.state.phase() {
                Phase::PendingApproval => {
                    rollout.governance.approval.as_ref().is_some_and(|approval| approval.expires_at > now)
                }
                Phase::Scheduled => {
                    rollout.governance.scheduled_at.is_some_and(|at| at > now) || rollout.hold.is_some()
                }
                Phase::Running => waited_ms <= QUIET_MS || rollout.hold.is_some(),
                Phase::Pending => self.says_whom_it_waits_for(rollout),
                // By whom, and why, is part of these states.
                Phase::Paused | Phase::RollingBack => true,
                Phase::Completed | Phase::Failed | Phase::Cancelled | Phase::RolledBack => true,
            };
            must("I24", told, || {
                format!("the rollout {id} waits and does not say why: {:?} {:?}", rollout.state, rollout.hold)
            });
        }
    }

    /// I24: nothing is left over when the world has been well for long enough.
    pub fn i24_every_rollout_has_ended(&self) {
        for (id, rollout) in &self.now.rollouts {
            must("I24", rollout.state.is_final(), || {
                format!("the rollout {id} never ends: {:?} {:?}", rollout.state, rollout.hold)
            });
        }
    }

    /// Whether every rollout is at its end.
    pub fn all_ended(&self) -> bool {
        self.now.rollouts.values().all(|rollout| rollout.state.is_final())
    }
}
