//! What the leader does: judges silence, looks at every rollout that is under way or due, and proposes what the engine decides.

use std::collections::HashMap;

use sentinel_engine::lead::{self, Ears, Notes, Observed};
use sentinel_engine::nodes::{Listening, SilenceQueue};
use sentinel_machine::commands::baseline_catch_up::BaselineCatchUp;
use sentinel_machine::commands::nodes_report::NodesReport;
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::{Command, Rejection, baseline, query, tables};
use sentinel_model::check::Checks;
use sentinel_model::health::NodeSample;
use sentinel_model::node::NodeStatus;
use sentinel_model::rollout::Rollout;
use sentinel_model::{NodeId, RolloutId, Time};

use super::{MEMBER, Realm};
use crate::fleet::Hearing;
use crate::watch::must;
use crate::world::{FRESH_MS, OFFLINE_AFTER_MS, PROJECT};

/// What was heard, in the time of the realm. Nobody asks for checks here.
struct Spoken<'a> {
    samples: &'a HashMap<NodeId, NodeSample>,
    now: Time,
}

impl Ears for Spoken<'_> {
    fn sample(&self, node: NodeId) -> Option<NodeSample> {
        self.samples.get(&node).cloned()
    }

    fn observe(&self, at: Observed<'_>, _private: bool, _from: Time) -> Checks {
        Checks::begin(at.rollout_id, at.step, self.now, at.asked)
    }

    fn now(&self) -> Time {
        self.now
    }
}

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
        for id in lead::under_way(&self.tables, self.now).unwrap() {
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

    /// The next decision on a rollout: on the state as it is, or as some leader saw it last, who has no notes of it any more.
    fn decide(&mut self, seen: Option<&MemoryTables>, id: RolloutId) -> Option<Command> {
        let listening = Listening {
            leader_since: self.leader_since,
            offline_after_ms: OFFLINE_AFTER_MS,
            fresh_ms: FRESH_MS,
            unheard_within_ms: 0,
        };
        let mut forgotten = Notes::default();
        let notes = match seen {
            None => self.notes.entry(id).or_default(),
            Some(_) => &mut forgotten,
        };
        let (tables, ears) = (seen.unwrap_or(&self.tables), Spoken { samples: &self.samples, now: self.now });
        let decision = lead::look(tables, id, &ears, listening, self.now, notes).unwrap();
        // Traffic since a shift is counted from what was heard before: a second look at the same moment has heard nothing more.
        let shifts =
            tables::load::<Rollout>(tables, id.as_bytes()).unwrap().is_some_and(|one| one.shift.is_some());
        if let (false, Some(Command::RolloutAdvance(_)) | None) = (shifts, &decision) {
            let again = lead::look(tables, id, &ears, listening, self.now, notes).unwrap();
            assert_eq!(again, decision, "another leader decides the same");
        }
        decision
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
