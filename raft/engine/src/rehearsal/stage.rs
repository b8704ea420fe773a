//! The stage: tables in memory, a leader and its nodes, and a time that goes on as far as nothing happens.

use std::collections::HashMap;

use sentinel_machine::commands::baseline_catch_up::BaselineCatchUp;
use sentinel_machine::commands::nodes_report::{NodeReport, NodesReport};
use sentinel_machine::commands::rollout_advance::{RolloutAdvance, Transition};
use sentinel_machine::commands::rollout_release::RolloutRelease;
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::{
    Command, Envelope, Outcome, Read, Rejection, Scan, Table, TableError, Write, apply, baseline, freeze,
    query, tables, waiting,
};
use sentinel_model::audit::Actor;
use sentinel_model::canary::Analysis;
use sentinel_model::check::{Checks, Probe};
use sentinel_model::health::NodeSample;
use sentinel_model::node::Node;
use sentinel_model::rollout::{Rollout, RolloutState, Step};
use sentinel_model::{MemberId, NodeId, RequestId, RolloutId, Time};
use uuid::Uuid;

use super::course::{Course, End, Log, left};
use super::fleet::Fleet;
use super::{Halt, Play, ROLLOUT};
use crate::lead::{self, Ears, MOVES_MAX, Notes, Observed};
use crate::nodes::{Listening, SilenceQueue};

/// Who acts when the leader does.
const MEMBER: Actor = Actor::Member(MemberId(0));
/// The pace of a leader, in milliseconds: of its rounds while something is under way, and the slowest that a large fleet makes it.
const BUSY_MS: u64 = 500;
const SLOWEST_MS: u64 = 5_000;
/// What a look takes, in thousandths of a millisecond for each node, and how much longer than that a leader waits.
const LOOK_US: u64 = 10;
const SHARE: u64 = 4;
/// Where nothing has happened for long, nothing will within a small part of that: one part in so many.
const QUIET_SHARE: u64 = 20;
/// And then a leader looks at least so often, in milliseconds; where traffic is compared, as often as it makes blocks of it.
const QUIET_MS: u64 = 60_000;
/// Facts that are learned within so long go together, in milliseconds.
const GATHER_MS: u64 = 50;
/// Facts in one command.
const BATCH: usize = 500;

pub(super) struct Stage<'a> {
    play: &'a Play,
    state: Watched,
    index: u64,
    now: Time,
    fleet: Fleet,
    silent: Vec<NodeReport>,
    silence: SilenceQueue,
    listening: Listening,
    notes: HashMap<RolloutId, Notes>,
    log: Log,
    /// Since when nothing has happened.
    quiet: Time,
    nodes_read: u64,
}

/// Tables that keep what was written.
struct Watched {
    tables: MemoryTables,
    nodes: Vec<Vec<u8>>,
    rollout: bool,
    analysis: bool,
}

impl Read for Watched {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, TableError> {
        self.tables.get(table, key)
    }

    fn scan(&self, scan: Scan<'_>) -> Result<Vec<tables::Pair>, TableError> {
        self.tables.scan(scan)
    }
}

impl Write for Watched {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), TableError> {
        let ours = || key.starts_with(ROLLOUT.as_bytes());
        match table {
            Table::Nodes => self.nodes.push(key.to_vec()),
            Table::Rollouts | Table::RolloutSteps if ours() => self.rollout = true,
            Table::RolloutAnalyses if ours() => self.analysis = true,
            // Nobody reads them here.
            Table::Audit | Table::AuditByOrg | Table::AuditByProject => return Ok(()),
            _ => {}
        }
        self.tables.put(table, key, value)
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), TableError> {
        self.tables.delete(table, key)
    }
}

/// What the leader hears.
struct Heard<'a> {
    fleet: &'a Fleet,
    now: Time,
}

impl Ears for Heard<'_> {
    fn sample(&self, node: NodeId) -> Option<NodeSample> {
        self.fleet.sample(node, self.now)
    }

    /// Every check passes, each time.
    fn observe(&self, at: Observed<'_>, _private: bool, from: Time) -> Checks {
        let mut checks = Checks::begin(at.rollout_id, at.step, from, at.asked);
        for asked in at.asked {
            let interval_ms = u64::from(asked.interval_s) * 1_000;
            let times = self.now.since(from) / interval_ms.max(1) + 1;
            let kept = times.min(u64::from(asked.passes) + 1);
            for time in times - kept..times {
                let at = from.plus_ms(time * interval_ms);
                checks.take(asked, Probe { at, status: Some(asked.status[0]), latency_ms: 1, error: None });
            }
        }
        checks
    }

    fn now(&self) -> Time {
        self.now
    }
}

impl<'a> Stage<'a> {
    pub fn new(copy: MemoryTables, play: &'a Play) -> Result<Self, TableError> {
        let begins = play.begins.max(query::log_time(&copy)?);
        let nodes = query::nodes_of(&copy, play.create.project_id)?;
        let (fleet, silent) = Fleet::of(&nodes, play.create.spec.bundle_id, begins, play.assumed);
        let listening = Listening {
            leader_since: Time::default(),
            offline_after_ms: play.judging.offline_after_ms,
            fresh_ms: play.judging.fresh_ms,
            unheard_within_ms: play.assumed.heartbeat_ms,
        };
        let mut silence = SilenceQueue::default();
        fleet.speaking().for_each(|node| silence.heard(node, begins));
        let by_id = nodes.into_iter().map(|node| (node.id, node)).collect();
        let log = Log::new(begins, &play.create.spec, &play.create.steps, &by_id);
        let state = Watched { tables: copy, nodes: Vec::new(), rollout: false, analysis: false };
        Ok(Self {
            play,
            state,
            index: play.applied,
            now: begins,
            fleet,
            silent,
            silence,
            listening,
            notes: HashMap::new(),
            log,
            quiet: begins,
            nodes_read: 0,
        })
    }

    /// From the command that creates it to its end.
    pub fn play(mut self, halt: &mut dyn FnMut() -> Option<Halt>) -> Result<Course, TableError> {
        for reports in std::mem::take(&mut self.silent).chunks(BATCH) {
            self.must(NodesReport { reports: reports.to_vec() })?;
        }
        if let Err(rejection) = self.propose(self.play.actor, self.play.create.clone().into())? {
            return self.end(End::Refused(rejection.to_string()));
        }
        loop {
            let looked = self.round()?;
            if self.rollout()?.is_none_or(|rollout| rollout.state.is_final()) {
                return self.end(End::Ended);
            }
            let span = span(self.now.since(self.play.begins));
            if self.now.since(self.play.begins) >= self.play.bounds.simulated_ms {
                return self.end(End::Unfinished(format!("a rehearsal ends after {span}")));
            }
            if self.nodes_read > self.play.bounds.nodes_read {
                return self
                    .end(End::Unfinished(format!("it is too much work to rehearse further than {span}")));
            }
            if let Some(halt) = halt() {
                return self.end(End::Unfinished(left(halt, &span)));
            }
            let Some(next) = self.next_look(looked)? else {
                let why = self.stuck()?;
                return self.end(End::Unfinished(why));
            };
            self.live_until(next)?;
        }
    }

    fn end(self, end: End) -> Result<Course, TableError> {
        let rollout = self.rollout()?;
        let steps = query::rollout_steps(&self.state, ROLLOUT)?;
        let planned = self.play.create.steps.iter().flatten();
        let rates = planned.map(|id| (*id, self.fleet.rate(*id))).collect();
        Ok(self.log.close_at(end, rollout, steps, rates, self.now))
    }

    fn rollout(&self) -> Result<Option<Rollout>, TableError> {
        tables::load(&self.state, ROLLOUT.as_bytes())
    }

    /// One round of the leader, as [`crate::lead`] has it; how many nodes it read, and nothing when nothing is under way.
    fn round(&mut self) -> Result<Option<u64>, TableError> {
        let heard = Heard { fleet: &self.fleet, now: self.now };
        let reports = lead::judge_silence(&self.state, &heard, &mut self.silence, self.listening, self.now)?;
        if !reports.is_empty() {
            self.must(NodesReport { reports })?;
        }
        for project_id in baseline::due(&self.state, self.now, lead::DUE_MAX)? {
            self.must(BaselineCatchUp { project_id, environment_id: None })?;
        }
        for (project_id, environment) in baseline::environments_due(&self.state, self.now, lead::DUE_MAX)? {
            self.must(BaselineCatchUp { project_id, environment_id: Some(environment) })?;
        }
        let mut read = None;
        for id in lead::under_way(&self.state, self.now)? {
            let nodes =
                tables::load::<Rollout>(&self.state, id.as_bytes())?.map_or(0, |one| u64::from(one.nodes));
            for _ in 0..MOVES_MAX {
                self.log.looks += 1;
                self.nodes_read += nodes.max(1);
                *read.get_or_insert(0) += nodes;
                let heard = Heard { fleet: &self.fleet, now: self.now };
                let notes = self.notes.entry(id).or_default();
                let decision = lead::look(&self.state, id, &heard, self.listening, self.now, notes)?;
                let Some(decision) = decision else { break };
                // What is merely told is nothing that happens.
                let told = matches!(&decision, Command::RolloutCheck(_) | Command::RolloutObserve(_));
                let waits = matches!(
                    &decision,
                    Command::RolloutAdvance(RolloutAdvance {
                        transition: Transition::AwaitPerson { .. },
                        ..
                    })
                );
                match self.propose(MEMBER, decision)? {
                    Ok(_) if waits => self.let_begin(id)?,
                    Ok(_) if told => {}
                    Ok(_) | Err(Rejection::Stale { .. }) => self.quiet = self.now,
                    Err(_) => break,
                }
            }
        }
        Ok(read)
    }

    /// Whoever is asked says yes at once.
    fn let_begin(&mut self, id: RolloutId) -> Result<(), TableError> {
        let Some(rollout) = tables::load::<Rollout>(&self.state, id.as_bytes())? else { return Ok(()) };
        let release =
            RolloutRelease { rollout_id: id, by: "the rehearsal".to_owned(), step: rollout.current_step };
        self.quiet = self.now;
        self.must(release)
    }

    /// When the leader looks again; nothing when nothing will ever happen.
    fn next_look(&self, looked: Option<u64>) -> Result<Option<Time>, TableError> {
        let begun = query::active_rollouts(&self.state)?;
        let going: Vec<&Rollout> =
            begun.iter().filter(|one| !matches!(one.state, RolloutState::Paused { .. })).collect();
        // What waits for its time, and what a freeze holds, is not looked at in vain in between.
        let held = |one: &&Rollout| one.hold.as_ref().is_some_and(|hold| hold.frozen);
        if going.iter().all(held) {
            let mut next: Vec<Time> = self.fleet.next().into_iter().collect();
            for one in going {
                let thaw = freeze::holding(&self.state, one, self.now)?.map(|frozen| frozen.until);
                next.push(thaw.unwrap_or_default().max(self.now.plus_ms(BUSY_MS)));
            }
            for one in waiting::of_project(&self.state, self.play.create.project_id)? {
                let at = waiting::look_at(&one).filter(|at| *at < Time(i64::MAX));
                next.extend(at.map(|at| at.max(self.now.plus_ms(BUSY_MS))));
            }
            let end = self.play.begins.plus_ms(self.play.bounds.simulated_ms);
            return Ok(next.into_iter().min().map(|next| next.min(end.max(self.now.plus_ms(BUSY_MS)))));
        }
        let takes_ms = looked.unwrap_or(0) * LOOK_US * SHARE / 1_000;
        let busy = BUSY_MS.max(takes_ms.min(SLOWEST_MS));
        let compares = begun.iter().any(|one| one.spec.canary.is_some() || one.spec.blue_green.is_some());
        let most = if compares { SLOWEST_MS } else { QUIET_MS };
        let quiet = (self.now.since(self.quiet) / QUIET_SHARE).min(most);
        Ok(Some(self.now.plus_ms(busy.max(quiet))))
    }

    /// Nodes do what they do until then. What they report has the leader look again at its usual pace.
    fn live_until(&mut self, next: Time) -> Result<(), TableError> {
        let mut until = next;
        while let Some(at) = self.fleet.next().filter(|at| at.plus_ms(GATHER_MS) <= until) {
            self.now = self.now.max(at.plus_ms(GATHER_MS));
            let mut reports = Vec::new();
            for (id, generation) in self.fleet.take_due(self.now) {
                if let Some(node) = tables::load::<Node>(&self.state, id.as_bytes())? {
                    reports.extend(self.fleet.end(&node, generation, self.now));
                }
            }
            for reports in reports.chunks(BATCH) {
                self.must(NodesReport { reports: reports.to_vec() })?;
            }
            if !reports.is_empty() {
                self.quiet = self.now;
                until = until.min(self.now.plus_ms(BUSY_MS));
            }
        }
        self.now = until;
        Ok(())
    }

    /// Why nothing goes on.
    fn stuck(&self) -> Result<String, TableError> {
        let waits = self.rollout()?.and_then(|rollout| rollout.hold).map(|hold| hold.reason);
        Ok(match waits {
            Some(reason) => format!("nothing goes on until somebody does something: {reason}"),
            None => "nothing goes on until somebody does something".to_owned(),
        })
    }

    fn must(&mut self, command: impl Into<Command>) -> Result<(), TableError> {
        // What a member would merely tell in its log.
        self.propose(MEMBER, command.into()).map(drop)
    }

    /// Applies a command, and has nodes and the log learn what came of it.
    fn propose(&mut self, actor: Actor, command: Command) -> Result<Outcome, TableError> {
        self.index += 1;
        let request_id = RequestId(Uuid::from_u64_pair(u64::MAX, self.index));
        let envelope = Envelope { time: self.now, actor, request_id, command };
        let step = apply(&mut self.state, self.index, &envelope)?;
        self.log.events(step.events);
        let mut written = std::mem::take(&mut self.state.nodes);
        written.dedup();
        for key in written {
            if let Some(node) = tables::load::<Node>(&self.state, &key)? {
                self.fleet.saw(&node, self.now);
                self.log.node(&node);
            }
        }
        if std::mem::take(&mut self.state.rollout)
            && let Some(rollout) = self.rollout()?
        {
            let key = tables::key(&[ROLLOUT.as_bytes(), &rollout.current_step.to_be_bytes()]);
            let step: Option<Step> = tables::load(&self.state, &key)?;
            self.log.rollout(&rollout, step.as_ref(), self.now);
        }
        if std::mem::take(&mut self.state.analysis)
            && let Some(analysis) = tables::load::<Analysis>(&self.state, ROLLOUT.as_bytes())?
        {
            self.log.analysis(analysis);
        }
        Ok(step.outcome)
    }
}

/// In words, to the second, or the day where it is days.
fn span(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
