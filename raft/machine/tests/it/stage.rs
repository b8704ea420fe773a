//! A state to act on. Every action checks what holds for every command: one audit entry, none for what nodes report, or no
//! trace at all; and indexes that agree with their rows.

use std::collections::BTreeMap;

use sentinel_machine::commands::nodes_report::{NodeFact, NodeReport, NodesReport};
use sentinel_machine::commands::rollout_advance::{RolloutAdvance, Transition};
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::tables::{self, Row};
use sentinel_machine::{Command, Envelope, Event, Read, Rejection, Reply, Scan, Table, apply};
use sentinel_model::audit::{Actor, AuditEntry};
use sentinel_model::node::{ActivationStage, Node, NodeStatus};
use sentinel_model::rollout::{Rollout, RolloutNode, Step};
use sentinel_model::{NodeId, RequestId, RolloutId, Time};
use uuid::Uuid;

use crate::ids::*;
use crate::integrity;
use crate::samples;

/// Tables, and the log that made them.
#[derive(Clone)]
pub struct Stage {
    pub tables: MemoryTables,
    pub index: u64,
    pub now: Time,
    pub events: Vec<Event>,
    /// Who acts.
    pub actor: Actor,
}

/// What nodes report about themselves, and what is measured, changes state and is nobody's deed. Every other command is.
pub const REPORTS: [&str; 6] = [
    "NodesReport",
    "NodeEventsAppend",
    "RolloutObserve",
    "RolloutCheck",
    "NodeRuntimeConfigKeep",
    "InternalCrlRenew",
];

pub fn by() -> Actor {
    Actor::User(ADA)
}

impl Stage {
    /// Before anything.
    pub fn empty() -> Self {
        Self {
            tables: MemoryTables::default(),
            index: 0,
            now: Time(1_000_000),
            events: Vec::new(),
            actor: by(),
        }
    }

    /// Two orgs with a project each; the shop has two bundles and four nodes that are online and have proven the old one.
    pub fn furnished() -> Self {
        let mut stage = Self::empty();
        for command in samples::furniture() {
            stage.done(command);
        }
        for number in 1..=4 {
            stage.done(samples::node(number));
            stage.report(edge(number), NodeFact::Status(NodeStatus::Online));
        }
        stage.done(samples::assign(OLD, &[1, 2, 3, 4]));
        for number in 1..=4 {
            stage.prove(number);
        }
        stage
    }

    /// The same at the highest level.
    pub fn raised(mut self) -> Self {
        for level in 1..Command::LEVEL {
            self.done(samples::raise(level, level + 1, &[1]));
        }
        self
    }

    /// A rollout of the new bundle over the four nodes, in steps of two.
    pub fn rolling() -> Self {
        let mut stage = Self::furnished();
        stage.done(samples::rollout());
        stage
    }

    pub fn envelope(&self, command: impl Into<Command>) -> Envelope {
        Envelope {
            time: self.now,
            actor: self.actor,
            request_id: RequestId(Uuid::from_u128(0xffff_0000 + u128::from(self.index) + 1)),
            command: command.into(),
        }
    }

    /// Applies a command that goes through: one audit entry at this index and an event of the same name, or, when it is about
    /// what nodes report, no entry.
    pub fn done(&mut self, command: impl Into<Command>) -> Reply {
        self.done_beside(command, 0)
    }

    /// The same, where so many other objects have an entry of their own.
    pub fn done_beside(&mut self, command: impl Into<Command>, beside: usize) -> Reply {
        let envelope = self.envelope(command);
        let name = envelope.command.name();
        let audits = self.audit().len();
        self.index += 1;
        let step = apply(&mut self.tables, self.index, &envelope).unwrap();
        let reply = step.outcome.unwrap_or_else(|rejection| panic!("{name}: {rejection}"));
        let audit = self.audit();
        let expected = usize::from(!REPORTS.contains(&name)) + beside;
        assert_eq!(audit.len(), audits + expected, "{name} writes {expected} audit entries");
        if expected > 0 {
            let entry = audit.last().unwrap();
            assert_eq!((entry.log_index, entry.actor), (self.index, envelope.actor), "{name}");
            assert_eq!((entry.seq, entry.request_id), (audit.len() as u64, envelope.request_id), "{name}");
            let same = step.events.iter().filter(|event| event.kind == entry.action).count();
            assert_eq!(same, 1, "{name} tells of itself once: {:?}", step.events);
        }
        for (place, event) in step.events.iter().enumerate() {
            assert_eq!((event.index, event.place as usize), (self.index, place), "{name}");
        }
        integrity::check(&self.tables);
        self.events = step.events;
        reply
    }

    /// Applies a command that is refused, and leaves no trace but the memory of the request.
    pub fn refused(&mut self, command: impl Into<Command>) -> Rejection {
        let envelope = self.envelope(command);
        let name = envelope.command.name();
        let before = state(&self.tables);
        self.index += 1;
        let step = apply(&mut self.tables, self.index, &envelope).unwrap();
        let Err(rejection) = step.outcome else { panic!("{name} went through: {:?}", envelope.command) };
        assert_eq!(state(&self.tables), before, "{name} left a trace");
        assert_eq!(step.events, [], "{name}");
        integrity::check(&self.tables);
        rejection
    }

    /// Checks one refusal after another, each on the same state.
    pub fn refuses<const N: usize>(&self, cases: [(Command, Rejection); N]) {
        for (command, expected) in cases {
            let told = format!("{command:?}");
            assert_eq!(self.clone().refused(command), expected, "{told}");
        }
    }

    /// Checks refusals of values, by the field that is named.
    pub fn refuses_fields<const N: usize>(&self, cases: [(&str, Command); N]) {
        for (field, command) in cases {
            let told = format!("{command:?}");
            match self.clone().refused(command) {
                Rejection::Invalid(invalid) => assert_eq!(invalid.field, field, "{told}"),
                other => panic!("{told}: {other:?}"),
            }
        }
    }

    pub fn audit(&self) -> Vec<AuditEntry> {
        tables::rows(&self.tables, Scan::all(Table::Audit, &[])).unwrap()
    }

    pub fn get<R: Row>(&self, key: &[u8]) -> Option<R> {
        tables::load(&self.tables, key).unwrap()
    }

    pub fn node(&self, number: u8) -> Node {
        self.get(edge(number).as_bytes()).unwrap()
    }

    pub fn rollout(&self) -> Rollout {
        self.get(ROLLOUT.as_bytes()).unwrap()
    }

    pub fn step(&self, index: u32) -> Step {
        self.get(&tables::key(&[ROLLOUT.as_bytes(), &index.to_be_bytes()])).unwrap()
    }

    pub fn member(&self, number: u8) -> RolloutNode {
        self.member_of(ROLLOUT, number)
    }

    pub fn member_of(&self, rollout: RolloutId, number: u8) -> RolloutNode {
        self.get(&tables::key(&[rollout.as_bytes(), edge(number).as_bytes()])).unwrap()
    }

    pub fn report(&mut self, node_id: NodeId, fact: NodeFact) -> Reply {
        self.done(NodesReport { reports: vec![NodeReport { node_id, fact }] })
    }

    /// The node proves what it is assigned.
    pub fn prove(&mut self, number: u8) {
        let assignment = self.node(number).assignment.unwrap();
        let (bundle_id, generation) = (assignment.bundle_id, assignment.generation);
        self.report(edge(number), NodeFact::Effective { bundle_id, generation });
    }

    /// The node fails at what it is assigned.
    pub fn fail(&mut self, number: u8) {
        let assignment = self.node(number).assignment.unwrap();
        let (bundle_id, generation) = (assignment.bundle_id, assignment.generation);
        let (stage, message) = (ActivationStage::Test, "the proxy refuses it".to_owned());
        self.report(edge(number), NodeFact::Failed { bundle_id, generation, stage, message });
    }

    /// A decision on the rollout as it is now.
    pub fn advance(&self, transition: Transition) -> RolloutAdvance {
        RolloutAdvance { rollout_id: ROLLOUT, revision: self.rollout().revision, transition }
    }

    pub fn decide(&mut self, transition: Transition) {
        let advance = self.advance(transition);
        self.done(advance);
    }

    /// Starts the current step; its nodes prove it; it is verified.
    pub fn verify_step(&mut self, nodes: &[u8]) {
        self.decide(Transition::StartStep);
        for number in nodes {
            self.prove(*number);
        }
        self.decide(Transition::VerifyStep);
    }

    /// The same, and it completes.
    pub fn complete_step(&mut self, nodes: &[u8]) {
        self.verify_step(nodes);
        self.decide(Transition::CompleteStep);
    }
}

/// Everything but the memory of requests and the log's clock.
pub fn state(tables: &MemoryTables) -> BTreeMap<(Table, Vec<u8>), Vec<u8>> {
    let mut state = BTreeMap::new();
    for table in Table::ALL {
        for (key, value) in tables.scan(Scan::all(*table, &[])).unwrap() {
            let memory = matches!(table, Table::Requests | Table::RequestsByIndex);
            let clock = *table == Table::Machine && key == b"time";
            if !memory && !clock {
                state.insert((*table, key), value);
            }
        }
    }
    state
}
