//! How a realm begins: people, keys, bundles, a fleet that runs the old bundle.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use sentinel_engine::nodes::SilenceQueue;
use sentinel_machine::commands::api_key_create::ApiKeyCreate;
use sentinel_machine::commands::bundle_assign::BundleAssign;
use sentinel_machine::commands::bundle_create::BundleCreate;
use sentinel_machine::commands::cluster_init::ClusterInit;
use sentinel_machine::commands::enrolment_token_create::EnrolmentTokenCreate;
use sentinel_machine::commands::node_update::{NodeUpdate, SlotChange};
use sentinel_machine::commands::project_create::ProjectCreate;
use sentinel_machine::commands::user_create::UserCreate;
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::{Command, Read, Scan, Table};
use sentinel_model::api_key::Scope;
use sentinel_model::bundle::RiskLevel;
use sentinel_model::node::Slot;
use sentinel_model::org::SigningKey;
use sentinel_model::risk::{Endpoint, Mark, Outline};
use sentinel_model::secret::{PasswordHash, Sealed};
use sentinel_model::user::Role;
use sentinel_model::{
    ApiKeyId, BundleId, ClusterId, EnrolmentTokenId, NodeId, OrgId, Sha256Digest, Time, UserId,
};
use uuid::Uuid;

use super::Realm;
use crate::agent::{Agent, OnBack, OnNew};
use crate::fleet::enrolment;
use crate::watch::{Touched, Watch};
use crate::world::{NEW, OLD, PROJECT, node_id};

pub const ORG: OrgId = OrgId(Uuid::from_u128(1));
/// An administrator, three operators, and one who only looks.
pub const ADA: UserId = UserId(Uuid::from_u128(0x51));
pub const OPERATORS: [UserId; 3] =
    [UserId(Uuid::from_u128(0x52)), UserId(Uuid::from_u128(0x53)), UserId(Uuid::from_u128(0x54))];
pub const READER: UserId = UserId(Uuid::from_u128(0x55));
/// An operator's key.
pub const KEY: ApiKeyId = ApiKeyId(Uuid::from_u128(0x61));
/// As dangerous as it gets to come from, and to; and to the third one it is half as bad.
pub const OTHER: BundleId = BundleId(Uuid::from_u128(0x23));
pub const BUNDLES: [BundleId; 3] = [NEW, OTHER, OLD];

/// What the outlines below come to, told once more in the plainest way.
pub fn truth(from: BundleId, to: BundleId) -> RiskLevel {
    match (from, to) {
        (from, to) if from == to => RiskLevel::Low,
        (OLD, OTHER) => RiskLevel::Medium,
        (OTHER, OLD) => RiskLevel::Low,
        _ => RiskLevel::High,
    }
}

fn outline(bundle: BundleId) -> Outline {
    let part = |byte| Mark([byte; 16]);
    let upstreams = if bundle == OTHER { 1..2 } else { 1..3 };
    Outline {
        waf: (bundle != NEW).then(|| part(9)),
        upstreams: upstreams.map(|name| (part(name), Endpoint { whole: part(8), tls: None })).collect(),
        ..Outline::default()
    }
}

fn founding() -> Vec<Command> {
    let hash = || PasswordHash("hash".into());
    let mut commands: Vec<Command> = vec![
        ClusterInit {
            cluster_id: ClusterId(Uuid::from_u128(2)),
            level: Command::LEVEL,
            org_id: ORG,
            org_name: "Acme".into(),
            org_slug: "acme".into(),
            signing_key: SigningKey {
                key_id: "sk_1".into(),
                public_key: [1; 32],
                sealed_seed: Sealed(vec![1]),
            },
            user_id: ADA,
            email: "ada@example.com".into(),
            password_hash: hash(),
            founding: None,
        }
        .into(),
        ProjectCreate {
            project_id: PROJECT,
            org_id: ORG,
            name: "Shop".into(),
            slug: "shop".into(),
            description: String::new(),
            sealed_marker_key: Sealed(vec![2]),
            sandbox: false,
        }
        .into(),
        EnrolmentTokenCreate {
            token_id: EnrolmentTokenId(Uuid::from_u128(4)),
            project_id: PROJECT,
            name: "token".into(),
            prefix: "enr_abcd".into(),
            token_digest: Sha256Digest([4; 32]),
            uses: None,
            expires_at: None,
            environment_id: None,
            simulated: false,
        }
        .into(),
    ];
    for (user_id, role) in
        OPERATORS.map(|user| (user, Role::Operator)).into_iter().chain([(READER, Role::Reader)])
    {
        let email = format!("{}@example.com", user_id);
        let (name, password_hash) = ("Somebody".into(), hash());
        commands.push(UserCreate { user_id, email, name, password_hash, org_id: ORG, role }.into());
    }
    commands.push(
        ApiKeyCreate {
            api_key_id: KEY,
            org_id: ORG,
            project_id: None,
            user_id: OPERATORS[0],
            name: "ci".into(),
            prefix: "key_abcd".into(),
            key_digest: Sha256Digest([3; 32]),
            scopes: vec![Scope::RolloutsWrite],
            expires_at: None,
        }
        .into(),
    );
    for (bundle_id, version) in [(OLD, "1"), (NEW, "2"), (OTHER, "3")] {
        commands.push(
            BundleCreate {
                bundle_id,
                project_id: PROJECT,
                version: version.into(),
                digest: Sha256Digest([5; 32]),
                size_bytes: 1,
                manifest_digest: Sha256Digest([version.as_bytes()[0]; 32]),
                signature: vec![7; 64],
                signing_key_id: "sk_1".into(),
                // What was made of it when it was uploaded is of no account.
                risk_level: RiskLevel::Low,
                risk_reasons: vec![],
                warnings: vec![],
                created_by: "ada@example.com".into(),
                outline: Some(outline(bundle_id)),
                config_revision: None,
                secrets: Vec::new(),
                certificates: Vec::new(),
            }
            .into(),
        );
    }
    commands
}

impl Realm {
    fn empty() -> Self {
        Realm {
            tables: MemoryTables::default(),
            index: 0,
            now: Time(1_000_000),
            leader_since: Time(0),
            agents: BTreeMap::new(),
            samples: HashMap::new(),
            notes: HashMap::new(),
            silence: SilenceQueue::default(),
            watch: Watch::new(truth),
            rollouts: Vec::new(),
            windows: Vec::new(),
            asleep: None,
        }
    }

    /// The people and the bundles. They are the same in every story, and made once.
    pub fn founded() -> Self {
        static FOUNDED: OnceLock<(MemoryTables, u64)> = OnceLock::new();
        let (tables, index) = FOUNDED.get_or_init(|| {
            let mut realm = Realm::empty();
            founding().into_iter().for_each(|command| realm.must(command));
            (realm.tables, realm.index)
        });
        let mut realm = Realm::empty();
        (realm.tables, realm.index) = (tables.clone(), *index);
        for table in Table::ALL {
            let rows = realm.tables.scan(Scan::all(*table, &[])).unwrap();
            let touched: Vec<Touched> = rows
                .into_iter()
                .map(|(key, value)| Touched { table: *table, key, value: Some(value) })
                .collect();
            realm.watch.begin(&touched);
        }
        realm
    }

    /// Enrols a node in one of two zones; `runs_old`: it has proven the old bundle by the next ticks.
    pub fn enrol(&mut self, number: u8, on_new: OnNew, runs_old: bool) -> NodeId {
        let node_id = node_id(number);
        self.must(enrolment(number, BTreeMap::from([("zone".to_owned(), zone(number))])));
        if runs_old {
            self.must(BundleAssign { bundle_id: OLD, node_ids: vec![node_id] });
        }
        self.agents.insert(node_id, Agent::new(node_id, on_new, OnBack::Good(0)));
        node_id
    }

    /// Puts nodes into slots by turns, the first one into blue: blue has all of the traffic.
    pub fn slots(&mut self) {
        let numbers: Vec<NodeId> = self.agents.keys().copied().collect();
        for (place, node_id) in numbers.into_iter().enumerate() {
            let (slot, weight) = if place.is_multiple_of(2) { (Slot::Blue, 100) } else { (Slot::Green, 0) };
            let (weight, slot) = (Some(weight), Some(SlotChange::To(slot)));
            self.by(ADA, NodeUpdate { weight, slot, ..NodeUpdate::of(node_id) }).unwrap();
        }
    }

    /// It does not speak any more.
    pub fn hush(&mut self, node: NodeId) {
        if let Some(agent) = self.agents.get_mut(&node) {
            agent.silent = true;
        }
    }

    /// What it does with a bundle that it has had before.
    pub fn on_back(&mut self, node: NodeId, on_back: OnBack) {
        if let Some(agent) = self.agents.get_mut(&node) {
            agent.on_back = on_back;
        }
    }
}

pub fn zone(number: u8) -> String {
    (if number.is_multiple_of(2) { "eu" } else { "us" }).to_owned()
}
