//! A project with people, rules, freezes and several rollouts, on simulated time; the oracle watches every entry of its log.

mod deed;
mod founding;
mod leader;
mod story;

use std::collections::{BTreeMap, HashMap};

use sentinel_engine::lead::Notes;
use sentinel_engine::nodes::SilenceQueue;
use sentinel_machine::commands::nodes_report::{NodeReport, NodesReport};
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::{Command, Envelope, Outcome, Read, Scan, Table, TableError, Write, apply, tables};
use sentinel_model::audit::Actor;
use sentinel_model::health::NodeSample;
use sentinel_model::node::Node;
use sentinel_model::{FreezeWindowId, MemberId, NodeId, RequestId, RolloutId, Time, UserId};
use uuid::Uuid;

pub use deed::{Ask, Deed};
pub use founding::{ADA, ORG, OTHER};
pub use story::{Story, any_story, ask, story_of, story_over_domains};

use crate::agent::Agent;
use crate::watch::{Touched, Watch};
use crate::world::{NEW, TICK_MS};

/// Who acts when the leader does.
const MEMBER: Actor = Actor::Member(MemberId(1));

/// State, nodes, and the leader's memory of them.
pub struct Realm {
    pub tables: MemoryTables,
    index: u64,
    pub now: Time,
    leader_since: Time,
    agents: BTreeMap<NodeId, Agent>,
    samples: HashMap<NodeId, NodeSample>,
    notes: HashMap<RolloutId, Notes>,
    silence: SilenceQueue,
    pub watch: Watch,
    rollouts: Vec<RolloutId>,
    windows: Vec<FreezeWindowId>,
    /// What a leader saw that has slept since.
    asleep: Option<MemoryTables>,
}

/// Writes to the tables, and keeps what was written.
struct Recorder<'a> {
    tables: &'a mut MemoryTables,
    touched: Vec<Touched>,
}

impl Read for Recorder<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, TableError> {
        self.tables.get(table, key)
    }

    fn scan(&self, scan: Scan<'_>) -> Result<Vec<tables::Pair>, TableError> {
        self.tables.scan(scan)
    }
}

impl Write for Recorder<'_> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), TableError> {
        self.touched.push(Touched { table, key: key.to_vec(), value: Some(value.to_vec()) });
        self.tables.put(table, key, value)
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), TableError> {
        self.touched.push(Touched { table, key: key.to_vec(), value: None });
        self.tables.delete(table, key)
    }
}

impl Realm {
    /// Applies a command, through its bytes, and has the oracle look at what it did.
    pub fn propose(&mut self, actor: Actor, command: impl Into<Command>) -> Outcome {
        self.index += 1;
        let envelope = Envelope {
            time: self.now,
            actor,
            request_id: RequestId(Uuid::from_u128(0xffff_0000 + u128::from(self.index))),
            command: command.into(),
        };
        let envelope = Envelope::decode(&envelope.encode().unwrap()).unwrap();
        let mut recorder = Recorder { tables: &mut self.tables, touched: Vec::new() };
        let step = apply(&mut recorder, self.index, &envelope).unwrap();
        let touched = recorder.touched;
        self.watch.entry(touched, &self.samples, self.now);
        step.outcome
    }

    /// Applies a command of the leader that must go through.
    fn must(&mut self, command: impl Into<Command>) {
        let command = command.into();
        let name = command.name();
        if let Err(rejection) = self.propose(MEMBER, command) {
            panic!("{name}: {rejection}");
        }
    }

    fn by(&mut self, user: UserId, command: impl Into<Command>) -> Outcome {
        self.propose(Actor::User(user), command)
    }

    /// Five seconds: nodes speak, the leader listens and decides.
    pub fn tick(&mut self) {
        self.now = self.now.plus_ms(TICK_MS);
        self.hear();
        self.judge_silence();
        self.lead();
        self.watch.i24_what_waits_says_why(self.now);
    }

    fn hear(&mut self) {
        let mut reports = Vec::new();
        for (id, agent) in &mut self.agents {
            let Some(node) = tables::load::<Node>(&self.tables, id.as_bytes()).unwrap() else { continue };
            let facts = agent.tick(&node, NEW, self.now);
            reports.extend(facts.into_iter().map(|fact| NodeReport { node_id: *id, fact }));
            if let Some(sample) = agent.heartbeat(NEW, self.now) {
                self.silence.heard(*id, self.now);
                self.samples.insert(*id, sample);
            }
        }
        if !reports.is_empty() {
            self.must(NodesReport { reports });
        }
    }
}
