//! A cluster of one, its leader and its nodes, on simulated time.

use std::collections::{BTreeMap, HashMap};

use sentinel_engine::nodes::SilenceQueue;
use sentinel_engine::rollout::{RolloutView, decide};
use sentinel_machine::commands::bundle_assign::BundleAssign;
use sentinel_machine::commands::bundle_create::BundleCreate;
use sentinel_machine::commands::cluster_init::ClusterInit;
use sentinel_machine::commands::enrolment_token_create::EnrolmentTokenCreate;
use sentinel_machine::commands::nodes_report::{NodeReport, NodesReport};
use sentinel_machine::commands::project_create::ProjectCreate;
use sentinel_machine::commands::rollout_advance::RolloutAdvance;
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::{Command, Envelope, Outcome, Rejection, apply, freeze, query, tables};
use sentinel_model::audit::Actor;
use sentinel_model::bundle::{Bundle, BundleState, RiskLevel};
use sentinel_model::health::NodeSample;
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::org::SigningKey;
use sentinel_model::rollout::{Rollout, RolloutNode, Step};
use sentinel_model::secret::{PasswordHash, Sealed};
use sentinel_model::{
    BundleId, ClusterId, EnrolmentTokenId, MemberId, NodeId, OrgId, ProjectId, RequestId, RolloutId,
    Sha256Digest, Time, UserId,
};
use uuid::Uuid;

use crate::agent::Agent;
use crate::fleet::{Hearing, enrolment};
use crate::ledger::Ledger;

pub const TICK_MS: u64 = 5_000;
pub const FRESH_MS: u64 = 15_000;
pub const OFFLINE_AFTER_MS: u64 = 20_000;

pub const PROJECT: ProjectId = ProjectId(Uuid::from_u128(0x11));
pub const OLD: BundleId = BundleId(Uuid::from_u128(0x21));
pub const NEW: BundleId = BundleId(Uuid::from_u128(0x22));
pub const ROLLOUT: RolloutId = RolloutId(Uuid::from_u128(0x31));

/// State, nodes, and the leader's memory of them.
pub struct World {
    pub tables: MemoryTables,
    index: u64,
    pub now: Time,
    pub leader_since: Time,
    pub agents: BTreeMap<NodeId, Agent>,
    pub samples: HashMap<NodeId, NodeSample>,
    silence: SilenceQueue,
    /// Checks every step of the rollout against what must always hold.
    pub ledger: Ledger,
    /// Decisions that were carried out.
    pub decisions: usize,
}

pub fn node_id(number: u8) -> NodeId {
    NodeId(Uuid::from_u128(0x1000 + u128::from(number)))
}

impl World {
    /// A project with an old and a new bundle, and no nodes.
    pub fn new() -> Self {
        let mut world = World {
            tables: MemoryTables::default(),
            index: 0,
            now: Time(1_000_000),
            leader_since: Time(0),
            agents: BTreeMap::new(),
            samples: HashMap::new(),
            silence: SilenceQueue::default(),
            ledger: Ledger::default(),
            decisions: 0,
        };
        let org_id = OrgId(Uuid::from_u128(1));
        let signing_key =
            SigningKey { key_id: "sk_1".into(), public_key: [1; 32], sealed_seed: Sealed(vec![1]) };
        world.must(ClusterInit {
            cluster_id: ClusterId(Uuid::from_u128(2)),
            level: 1,
            org_id,
            org_name: "Acme".into(),
            org_slug: "acme".into(),
            signing_key,
            user_id: UserId(Uuid::from_u128(3)),
            email: "ada@example.com".into(),
            password_hash: PasswordHash("hash".into()),
            founding: None,
        });
        world.must(ProjectCreate {
            project_id: PROJECT,
            org_id,
            name: "Shop".into(),
            slug: "shop".into(),
            description: String::new(),
            sealed_marker_key: Sealed(vec![2]),
            sandbox: false,
        });
        world.must(EnrolmentTokenCreate {
            token_id: EnrolmentTokenId(Uuid::from_u128(4)),
            project_id: PROJECT,
            name: "token".into(),
            prefix: "enr_abcd".into(),
            token_digest: Sha256Digest([4; 32]),
            uses: None,
            expires_at: None,
            environment_id: None,
            simulated: false,
        });
        for (bundle_id, version) in [(OLD, "1"), (NEW, "2")] {
            world.must(BundleCreate {
                bundle_id,
                project_id: PROJECT,
                version: version.into(),
                digest: Sha256Digest([5; 32]),
                size_bytes: 1,
                manifest_digest: Sha256Digest([6; 32]),
                signature: vec![7; 64],
                signing_key_id: "sk_1".into(),
                risk_level: RiskLevel::Low,
                risk_reasons: vec![],
                warnings: vec![],
                created_by: "ada@example.com".into(),
                outline: None,
                config_revision: None,
                secrets: Vec::new(),
                certificates: Vec::new(),
            });
        }
        world
    }

    /// Enrols a node; `runs_old`: it has proven the old bundle by the next ticks.
    pub fn enrol(&mut self, number: u8, agent: Agent, runs_old: bool) {
        let node_id = node_id(number);
        self.must(enrolment(number, BTreeMap::new()));
        if runs_old {
            self.must(BundleAssign { bundle_id: OLD, node_ids: vec![node_id] });
        }
        self.agents.insert(node_id, agent);
    }

    /// Applies a command that must go through.
    pub fn must(&mut self, command: impl Into<Command>) {
        let command = command.into();
        let name = command.name();
        if let Err(rejection) = self.propose(command) {
            panic!("{name}: {rejection}");
        }
    }

    /// Applies a command, through its bytes, and checks what must always hold.
    pub fn propose(&mut self, command: impl Into<Command>) -> Outcome {
        self.index += 1;
        let envelope = Envelope {
            time: self.now,
            actor: Actor::Member(MemberId(1)),
            request_id: RequestId(Uuid::from_u128(0xffff_0000 + u128::from(self.index))),
            command: command.into(),
        };
        let envelope = Envelope::decode(&envelope.encode().unwrap()).unwrap();
        let before = self.tables.clone();
        let step = apply(&mut self.tables, self.index, &envelope).unwrap();
        if step.outcome.is_ok() {
            self.ledger.check(&before, &self.tables, &envelope.command, &self.samples, self.now);
        }
        step.outcome
    }

    /// Five seconds: nodes speak, the leader listens and decides.
    pub fn tick(&mut self) {
        self.listen();
        self.schedule();
    }

    /// Five seconds without a decision.
    pub fn listen(&mut self) {
        self.now = self.now.plus_ms(TICK_MS);
        self.hear();
        self.judge_silence();
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

    fn judge_silence(&mut self) {
        let (leader_since, now) = (self.leader_since, self.now);
        let hearing = Hearing { agents: &self.agents, samples: &self.samples, leader_since, now };
        let (due, reports) = hearing.judge(&self.tables, &mut self.silence);
        if !reports.is_empty() {
            self.must(NodesReport { reports });
        }
        let hearing = Hearing { agents: &self.agents, samples: &self.samples, leader_since, now };
        hearing.go_on(&self.tables, &mut self.silence, due);
    }

    /// Decides until there is nothing more to decide. A second scheduler decides the same, and comes too late.
    pub fn schedule(&mut self) {
        for _ in 0..32 {
            let Some(decision) = self.decide(&self.tables) else { return };
            assert_eq!(self.decide(&self.tables), Some(decision.clone()), "another leader decides the same");
            self.must(decision.clone());
            self.decisions += 1;
            let late = self.propose(decision.clone());
            assert!(matches!(late, Err(Rejection::Stale { .. })), "{late:?}");
        }
        panic!("a round of decisions has no end");
    }

    /// The decision on some state, with what this leader has heard.
    pub fn decide(&self, tables: &MemoryTables) -> Option<RolloutAdvance> {
        let rollout: Rollout = tables::load(tables, ROLLOUT.as_bytes()).unwrap()?;
        let steps = query::rollout_steps(tables, ROLLOUT).unwrap();
        let members = query::rollout_nodes(tables, ROLLOUT).unwrap();
        let load = |member: &RolloutNode| tables::load::<Node>(tables, member.node_id.as_bytes()).unwrap();
        let nodes: HashMap<NodeId, Node> =
            members.iter().filter_map(load).map(|node| (node.id, node)).collect();
        let bundle: Bundle = tables::load(tables, rollout.spec.bundle_id.as_bytes()).unwrap().unwrap();
        let frozen = freeze::holding(tables, &rollout, self.now).unwrap();
        let view = RolloutView {
            rollout: &rollout,
            steps: &steps,
            members: &members,
            nodes: &nodes,
            samples: &self.samples,
            analysis: None,
            checks: None,
            bundle_revoked: bundle.state == BundleState::Revoked,
            frozen: frozen.as_ref().map(|frozen| frozen.words.as_str()),
            fresh_ms: FRESH_MS,
            leader_since: self.leader_since,
        };
        decide(&view, self.now)
    }

    /// Another member leads: it has heard nobody so far.
    pub fn change_leader(&mut self) {
        self.leader_since = self.now;
        self.samples.clear();
        self.silence = SilenceQueue::default();
        for node in query::nodes_of(&self.tables, PROJECT).unwrap() {
            if node.status == NodeStatus::Online {
                self.silence.heard(node.id, self.now);
            }
        }
    }

    pub fn node(&self, id: NodeId) -> Option<Node> {
        tables::load(&self.tables, id.as_bytes()).unwrap()
    }

    pub fn rollout(&self) -> Rollout {
        tables::load(&self.tables, ROLLOUT.as_bytes()).unwrap().unwrap()
    }

    pub fn steps(&self) -> Vec<Step> {
        query::rollout_steps(&self.tables, ROLLOUT).unwrap()
    }

    /// Ticks until the rollout is at its end.
    pub fn run(&mut self, ticks: usize) -> Rollout {
        for _ in 0..ticks {
            if self.rollout().state.is_final() {
                break;
            }
            self.tick();
        }
        self.rollout()
    }
}
