//! What the leader does: judges silence, looks at every rollout that is under way or due, and proposes what the engine decides.

use std::collections::HashMap;

use sentinel_engine::canary::observe;
use sentinel_engine::nodes::SilenceQueue;
use sentinel_engine::rollout::{RolloutView, decide};
use sentinel_machine::commands::baseline_catch_up::BaselineCatchUp;
use sentinel_machine::commands::nodes_report::NodesReport;
use sentinel_machine::commands::rollout_observe::RolloutObserve;
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::{Command, Rejection, baseline, freeze, query, tables, waiting};
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::canary::Analysis;
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::rollout::{Rollout, RolloutNode, RolloutState};
use sentinel_model::{NodeId, RolloutId};

use super::{MEMBER, Realm};
use crate::fleet::Hearing;
use crate::watch::must;
use crate::world::{FRESH_MS, PROJECT};

impl Realm {
    pub(super) fn judge_silence(&mut self) {
        let (leader_since, now) = (self.leader_since, self.now);
        let hearing = Hearing { agents: &self.agents, samples: &self.samples, leader_since, now };
        let (due, reports) = hearing.judge(&self.tables, &mut self.silence);
        if !reports.is_empty() {
            self.must(NodesReport { reports });
        }
        let hearing = Hearing { agents: &self.agents, samples: &self.samples, leader_since, now };
        hearing.go_on(&self.tables, &mut self.silence, due);
    }

    /// Another member leads: it has heard nobody so far.
    pub(super) fn change_leader(&mut self) {
        self.leader_since = self.now;
        self.samples.clear();
        self.notes.clear();
        self.watch.another_leads();
        self.silence = SilenceQueue::default();
        for node in query::nodes_of(&self.tables, PROJECT).unwrap() {
            if node.status == NodeStatus::Online {
                self.silence.heard(node.id, self.now);
            }
        }
    }

    /// Decides until there is nothing more to decide.
    pub(super) fn lead(&mut self) {
        self.watch.hear(&self.samples);
        let mut under_way: Vec<RolloutId> =
            query::active_rollouts(&self.tables).unwrap().into_iter().map(|rollout| rollout.id).collect();
        under_way.extend(waiting::due(&self.tables, self.now, 64).unwrap());
        for id in under_way {
            let mut decisions = 0;
            while let Some(decision) = self.decide(None, id) {
                let late = decision.clone();
                self.must(decision);
                decisions += 1;
                assert!(decisions < 32, "a round of decisions on {id} has no end");
                if let Command::RolloutAdvance(_) = late {
                    let outcome = self.propose(MEMBER, late);
                    let stale = matches!(outcome, Err(Rejection::Stale { .. }));
                    must("I25", stale, || format!("a decision on {id} is carried out again: {outcome:?}"));
                }
            }
        }
        for project in baseline::due(&self.tables, self.now, 64).unwrap() {
            self.must(BaselineCatchUp { project_id: project, environment_id: None });
        }
    }

    /// The next decision on a rollout: on the state as it is, or as some leader saw it last.
    fn decide(&mut self, seen: Option<&MemoryTables>, id: RolloutId) -> Option<Command> {
        let tables = seen.unwrap_or(&self.tables);
        let rollout: Rollout = tables::load(tables, id.as_bytes()).unwrap()?;
        let steps = query::rollout_steps(tables, id).unwrap();
        let members = match rollout.state.phase().is_waiting() {
            true => Vec::new(),
            false => query::rollout_nodes(tables, id).unwrap(),
        };
        let load = |member: &RolloutNode| tables::load::<Node>(tables, member.node_id.as_bytes()).unwrap();
        let nodes: HashMap<NodeId, Node> =
            members.iter().filter_map(load).map(|node| (node.id, node)).collect();
        let bundle: Bundle = tables::load(tables, rollout.spec.bundle_id.as_bytes()).unwrap().unwrap();
        let analysis: Option<Analysis> = tables::load(tables, id.as_bytes()).unwrap();
        let going = rollout.state == RolloutState::Running;
        let mut samples = self.samples.clone();
        if going && seen.is_none() && rollout.shift.is_some() {
            self.notes.entry(id).or_default().split.since_shift(&steps, &members, &mut samples);
        }
        let frozen = freeze::holding(tables, &rollout, self.now).unwrap();
        let view = RolloutView {
            rollout: &rollout,
            steps: &steps,
            members: &members,
            nodes: &nodes,
            samples: &samples,
            analysis: analysis.as_ref(),
            checks: None,
            bundle_revoked: bundle.state == BundleState::Revoked,
            frozen: frozen.as_ref().map(|frozen| frozen.words.as_str()),
            fresh_ms: FRESH_MS,
            leader_since: self.leader_since,
        };
        if let Some(canary) = rollout.spec.canary.as_ref().filter(|_| going && seen.is_none()) {
            let block = self.notes.entry(id).or_default().tally.take_in(&view, self.now);
            if let Some(block) = block {
                let analysis = observe(&rollout, canary, analysis.as_ref(), &block, self.now);
                return Some(RolloutObserve { analysis }.into());
            }
        }
        let decision = decide(&view, self.now);
        assert_eq!(decide(&view, self.now), decision, "another leader decides the same");
        decision.map(Command::from)
    }

    /// A leader falls asleep, or wakes up and carries out what it decides on what it saw last.
    pub(super) fn sleep_or_wake(&mut self) {
        let Some(seen) = self.asleep.take() else {
            self.asleep = Some(self.tables.clone());
            return;
        };
        for id in self.rollouts.clone() {
            let Some(late) = self.decide(Some(&seen), id) else { continue };
            let Command::RolloutAdvance(advance) = late else { continue };
            let current = tables::load::<Rollout>(&self.tables, id.as_bytes()).unwrap().unwrap().revision;
            if advance.revision == current {
                // Nothing has happened to the rollout: then it is no late decision.
                continue;
            }
            let (revision, outcome) = (advance.revision, self.propose(MEMBER, advance));
            let stale = matches!(outcome, Err(Rejection::Stale { .. }));
            must("I25", stale, || {
                format!("a decision on revision {revision} of {id} at {current}: {outcome:?}")
            });
        }
    }
}
