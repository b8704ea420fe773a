//! One of each command, fixed for ever: their bytes are in `tests/golden`.

pub mod acme;
pub mod bundles;
pub mod certificates;
pub mod config;
pub mod drift;
pub mod groups;
pub mod internal_ca;
pub mod sandboxes;
pub mod secrets;
pub mod templates;

use std::collections::BTreeMap;

pub use bundles::bundle;
use sentinel_machine::Command;
use sentinel_machine::commands::api_key_create::ApiKeyCreate;
use sentinel_machine::commands::api_key_delete::ApiKeyDelete;
use sentinel_machine::commands::api_key_revoke::ApiKeyRevoke;
use sentinel_machine::commands::backup_note::BackupNote;
use sentinel_machine::commands::backup_take::BackupTake;
use sentinel_machine::commands::baseline_catch_up::BaselineCatchUp;
use sentinel_machine::commands::bundle_assign::BundleAssign;
use sentinel_machine::commands::bundle_revoke::BundleRevoke;
use sentinel_machine::commands::cluster_init::{ClusterInit, Founding};
use sentinel_machine::commands::cluster_level_raise::ClusterLevelRaise;
use sentinel_machine::commands::cluster_member_admit::ClusterMemberAdmit;
use sentinel_machine::commands::cluster_member_move::ClusterMemberMove;
use sentinel_machine::commands::cluster_member_remove::ClusterMemberRemove;
use sentinel_machine::commands::enrolment_token_create::EnrolmentTokenCreate;
use sentinel_machine::commands::enrolment_token_revoke::EnrolmentTokenRevoke;
use sentinel_machine::commands::epoch_begin::{self, EpochBegin, Founder};
use sentinel_machine::commands::freeze_window_create::FreezeWindowCreate;
use sentinel_machine::commands::freeze_window_delete::FreezeWindowDelete;
use sentinel_machine::commands::join_token_create::JoinTokenCreate;
use sentinel_machine::commands::join_token_revoke::JoinTokenRevoke;
use sentinel_machine::commands::leadership_hand_over::LeadershipHandOver;
use sentinel_machine::commands::membership_remove::MembershipRemove;
use sentinel_machine::commands::membership_set::MembershipSet;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::node_events_append::NodeEventsAppend;
use sentinel_machine::commands::node_group_delete::NodeGroupDelete;
use sentinel_machine::commands::node_register::NodeRegister;
use sentinel_machine::commands::node_update::{
    EnvironmentChange, NodeUpdate, Pin, SlotChange, VersionChange,
};
use sentinel_machine::commands::nodes_report::{NodeFact, NodeReport, NodesReport};
use sentinel_machine::commands::org_create::OrgCreate;
use sentinel_machine::commands::project_create::ProjectCreate;
use sentinel_machine::commands::project_update::{DriftChange, ProjectUpdate};
use sentinel_machine::commands::reseal::{Reseal, Resealed};
use sentinel_machine::commands::rollout_advance::{RolloutAdvance, Transition};
use sentinel_machine::commands::rollout_approve::RolloutApprove;
use sentinel_machine::commands::rollout_break_glass::RolloutBreakGlass;
use sentinel_machine::commands::rollout_cancel::RolloutCancel;
use sentinel_machine::commands::rollout_check::RolloutCheck;
use sentinel_machine::commands::rollout_create::{ByRule, RolloutCreate};
use sentinel_machine::commands::rollout_observe::RolloutObserve;
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::commands::rollout_reject::RolloutReject;
use sentinel_machine::commands::rollout_release::RolloutRelease;
use sentinel_machine::commands::rollout_resume::RolloutResume;
use sentinel_machine::commands::rollout_rollback::RolloutRollback;
use sentinel_machine::commands::session_create::SessionCreate;
use sentinel_machine::commands::session_delete::SessionDelete;
use sentinel_machine::commands::user_create::UserCreate;
use sentinel_machine::commands::user_set_password::{SetBy, UserSetPassword};
use sentinel_machine::sealed::Sealing;
use sentinel_model::api_key::Scope;
use sentinel_model::blue_green::BlueGreen;
use sentinel_model::bundle::RiskLevel;
use sentinel_model::canary::{Canary, Verdict};
use sentinel_model::cluster::{BackupRecord, ClusterCa, EpochReason, MemberPlace};
use sentinel_model::drift::Remediation;
use sentinel_model::governance::ApprovalRule;
use sentinel_model::node::{ActivationStage, NodeEvent, NodeEventType, NodeStatus, Severity, Slot};
use sentinel_model::org::SigningKey;
use sentinel_model::rollout::{Batch, Gates, OnConflict, RolloutSpec, Target};
use sentinel_model::secret::{PasswordHash, Sealed};
use sentinel_model::user::Role;
use sentinel_model::{BundleId, Epoch, Generation, MemberId, NodeId, Time};

use crate::checks::{checks, http_check};
mod canary;
mod environments;
mod freezes;

pub use canary::analysis;
pub use environments::{change, environment, environments, place_in, rule, rule_change, rule_note};
pub use freezes::{freeze_window, recurrence};

use crate::ids::*;

pub fn signing_key(byte: u8) -> SigningKey {
    SigningKey {
        key_id: format!("sk_{byte}"),
        public_key: [byte; 32],
        sealed_seed: Sealed(vec![byte, 0xff, 0]),
    }
}

pub fn cluster_init() -> ClusterInit {
    ClusterInit {
        cluster_id: CLUSTER,
        level: 1,
        org_id: ACME,
        org_name: "Acme".into(),
        org_slug: "acme".into(),
        signing_key: signing_key(1),
        user_id: ADA,
        email: "ada@example.com".into(),
        password_hash: PasswordHash("$argon2id$ada".into()),
        founding: None,
    }
}

pub fn founding() -> Founding {
    Founding {
        ca: ClusterCa { certificate: vec![0x30, 1], sealed_key: Sealed(vec![7, 7]) },
        member_id: MemberId(1),
        place: place(1),
        key_digest: digest(0xa1),
    }
}

pub fn place(member: u8) -> MemberPlace {
    MemberPlace {
        peer_address: format!("10.0.0.{member}:4002"),
        api_url: format!("http://10.0.0.{member}:4000"),
    }
}

pub fn join_token() -> JoinTokenCreate {
    JoinTokenCreate { token_id: JOIN, secret_digest: digest(0x55), uses: 2, expires_at: Time(9_000_000) }
}

pub fn admit(member: u8) -> ClusterMemberAdmit {
    ClusterMemberAdmit {
        member_id: MemberId(member.into()),
        secret_digest: digest(0x55),
        key_digest: digest(0xa0 + member),
        place: place(member),
        level: 1,
    }
}

pub fn raise(from: u16, to: u16, known_by: &[u64]) -> ClusterLevelRaise {
    ClusterLevelRaise { from, to, known_by: known_by.iter().copied().map(MemberId).collect() }
}

pub fn backup() -> BackupNote {
    BackupNote {
        backup: BackupRecord {
            taken_at: Time(1_000_000),
            size_bytes: 4_096,
            place: "s3://bucket/prefix/a.scpbackup".into(),
            index: 12,
            verified_at: Some(Time(1_000_500)),
        },
    }
}

/// The next epoch, founded by a member that was there or by the next new one.
pub fn epoch(epoch: u64, founder: u8, reason: EpochReason) -> EpochBegin {
    let founder = Founder {
        member_id: MemberId(founder.into()),
        place: place(founder),
        key_digest: digest(0xb0 + founder),
    };
    EpochBegin { epoch: Epoch(epoch), reason, founder, raises_to: Some(epoch_begin::LEVEL) }
}

pub fn org() -> OrgCreate {
    OrgCreate {
        org_id: GLOBEX,
        name: "Globex".into(),
        slug: "globex".into(),
        signing_key: signing_key(2),
        admin: ADA,
    }
}

pub fn project() -> ProjectCreate {
    ProjectCreate {
        project_id: SHOP,
        org_id: ACME,
        name: "Shop".into(),
        slug: "shop".into(),
        description: "The web shop".into(),
        sealed_marker_key: Sealed(vec![9, 8, 7]),
        sandbox: false,
    }
}

pub fn user() -> UserCreate {
    UserCreate {
        user_id: BOB,
        email: "bob@example.com".into(),
        name: "Bob".into(),
        password_hash: PasswordHash("$argon2id$bob".into()),
        org_id: ACME,
        role: Role::Operator,
    }
}

pub fn set_password(by: Option<SetBy>) -> UserSetPassword {
    UserSetPassword { user_id: BOB, password_hash: PasswordHash("$argon2id$new".into()), by }
}

pub fn session() -> SessionCreate {
    SessionCreate {
        session_id: SESSION,
        token_digest: digest(0x41),
        user_id: BOB,
        expires_at: Time(9_000_000),
    }
}

pub fn api_key() -> ApiKeyCreate {
    ApiKeyCreate {
        api_key_id: KEY,
        org_id: ACME,
        project_id: Some(SHOP),
        user_id: ADA,
        name: "ci".into(),
        prefix: "scp_abcd".into(),
        key_digest: digest(0x31),
        scopes: vec![Scope::BundlesWrite, Scope::RolloutsRead],
        expires_at: Some(Time(9_000_000)),
    }
}

pub fn token() -> EnrolmentTokenCreate {
    EnrolmentTokenCreate {
        token_id: TOKEN,
        project_id: SHOP,
        name: "rack 1".into(),
        prefix: "enr_abcd".into(),
        token_digest: digest(0x51),
        uses: Some(9),
        expires_at: Some(Time(9_000_000)),
        environment_id: None,
        simulated: false,
    }
}

pub fn node(number: u8) -> NodeRegister {
    NodeRegister {
        node_id: edge(number),
        token_digest: digest(0x51),
        name: format!("edge-{number}"),
        labels: BTreeMap::from([("zone".into(), "eu".into())]),
        capabilities: vec!["kdl".into()],
        agent_version: "0.1.0".into(),
        proxy_version: "0.6.45".into(),
        hostname: "host".into(),
        ip: "127.0.0.1".into(),
        key_digest: digest(0x70 + number),
    }
}

/// A change of a node that changes nothing yet.
pub fn update(number: u8) -> NodeUpdate {
    NodeUpdate::of(edge(number))
}

pub fn weigh(number: u8, percent: u8) -> NodeUpdate {
    NodeUpdate { weight: Some(percent), ..update(number) }
}

pub fn pin(number: u8, pin: Pin) -> NodeUpdate {
    NodeUpdate { pin: Some(pin), ..update(number) }
}

fn updates() -> Vec<Command> {
    let labels = BTreeMap::from([("slot".into(), "green".into())]);
    vec![
        weigh(1, 50).into(),
        pin(1, Pin::Clear).into(),
        NodeUpdate { labels: Some(labels), weight: Some(0), pin: Some(Pin::To(NEW)), ..update(1) }.into(),
        NodeUpdate { slot: Some(SlotChange::To(Slot::Green)), ..update(1) }.into(),
        NodeUpdate { slot: Some(SlotChange::Clear), ..update(1) }.into(),
        NodeUpdate {
            min_version: Some(VersionChange::To("1.4.0".into())),
            max_version: Some(VersionChange::Clear),
            ..update(1)
        }
        .into(),
        place_in(1, DEV).into(),
        NodeUpdate { environment: Some(EnvironmentChange::Clear), ..update(1) }.into(),
    ]
}

pub fn assign(bundle_id: BundleId, numbers: &[u8]) -> BundleAssign {
    BundleAssign { bundle_id, node_ids: numbers.iter().map(|number| edge(*number)).collect() }
}

pub fn spec() -> RolloutSpec {
    RolloutSpec {
        bundle_id: NEW,
        target: Target::All,
        batch: Batch::Size(2),
        max_unavailable: 0,
        step_deadline_s: 600,
        gates: Gates { max_error_percent: Some(2.5), max_latency_ms: Some(250.0), ..Gates::default() },
        auto_rollback: true,
        canary: None,
        blue_green: None,
        on_conflict: OnConflict::Refuse,
        failure_domain: None,
        rollback_threshold: None,
        checks: Vec::new(),
        environment_id: None,
        by_hand: false,
    }
}

pub fn rollout() -> RolloutCreate {
    RolloutCreate {
        rollout_id: ROLLOUT,
        project_id: SHOP,
        spec: spec(),
        steps: vec![vec![edge(1), edge(2)], vec![edge(3), edge(4)]],
        live: Vec::new(),
        created_by: "ada@example.com".into(),
        scheduled_at: None,
        override_freeze_reason: None,
        skip_order_reason: None,
        rule: None,
        template_id: None,
    }
}

pub fn project_update() -> ProjectUpdate {
    let rule = |risk_at_least, approvals| ApprovalRule { risk_at_least, approvals };
    let rules = vec![rule(None, 1), rule(Some(RiskLevel::High), 2)];
    ProjectUpdate {
        project_id: SHOP,
        name: Some("Store".into()),
        description: None,
        approval_rules: Some(rules),
        approval_expires_h: Some(24),
        checks_private: None,
        drift: None,
        sandbox: None,
    }
}

/// What two orgs, their projects, tokens and bundles need; the lab's node is called as the shop's first.
pub fn furniture() -> Vec<Command> {
    let lab = ProjectCreate { project_id: LAB, org_id: GLOBEX, slug: "lab".into(), ..project() };
    let lab_token = EnrolmentTokenCreate {
        token_id: LAB_TOKEN,
        project_id: LAB,
        token_digest: digest(0x52),
        uses: None,
        expires_at: None,
        ..token()
    };
    let stranger =
        NodeRegister { node_id: STRANGER, token_digest: digest(0x52), key_digest: digest(0x7f), ..node(1) };
    vec![
        cluster_init().into(),
        org().into(),
        project().into(),
        lab.into(),
        user().into(),
        token().into(),
        lab_token.into(),
        bundle(OLD, SHOP, "1.0").into(),
        bundle(NEW, SHOP, "2.0").into(),
        bundle(FOREIGN, LAB, "1.0").into(),
        stranger.into(),
    ]
}

fn facts() -> NodesReport {
    let (bundle_id, generation) = (NEW, Generation(7));
    let facts = [
        NodeFact::Offered { bundle_id, generation },
        NodeFact::Accepted { bundle_id, generation },
        NodeFact::Effective { bundle_id, generation },
        NodeFact::Failed {
            bundle_id,
            generation,
            stage: ActivationStage::Prove,
            message: "no answer".into(),
        },
        NodeFact::Status(NodeStatus::Offline),
        NodeFact::Versions { agent: "0.1.0".into(), proxy: "0.6.45".into() },
    ];
    NodesReport { reports: facts.map(|fact| NodeReport { node_id: edge(1), fact }).into() }
}

pub fn node_event(message: &str) -> NodeEvent {
    NodeEvent {
        event_type: NodeEventType::ConfigReload,
        severity: Severity::Warn,
        message: message.into(),
        at: Time(1),
    }
}

fn transitions() -> Vec<Command> {
    [
        Transition::StartStep,
        Transition::VerifyStep,
        Transition::CompleteStep,
        Transition::Hold { reason: Some("no fresh heartbeat: edge-1".into()), broken: true },
        Transition::Hold { reason: None, broken: false },
        Transition::FailStep { reason: "1 node failed".into(), step: None },
        Transition::RestoreNodes { node_ids: vec![edge(1), edge(2)] },
        Transition::FinishRollback { exceptions: vec!["edge-1 is offline".into()] },
        Transition::Frozen { reason: "frozen until 2026-12-03T00:00:00Z by window 'x'".into() },
        Transition::Begin,
        Transition::Expire,
        Transition::AwaitPerson { reason: "step 2 of 2 may begin, and waits for a person to say so".into() },
    ]
    .map(|transition| RolloutAdvance { rollout_id: ROLLOUT, revision: 3, transition }.into())
    .into()
}

fn rollouts() -> Vec<Command> {
    let by_label = Target::Labels(BTreeMap::from([("zone".into(), "eu".into())]));
    let one_by_one = Target::Nodes(vec![NodeId(NOBODY), edge(1)]);
    let plain = Gates::default();
    [
        spec(),
        RolloutSpec { target: by_label, batch: Batch::Percent(25), gates: plain, ..spec() },
        RolloutSpec { target: one_by_one, auto_rollback: false, ..spec() },
        RolloutSpec { canary: Some(Canary { bake_s: 30, ..Canary::default() }), ..spec() },
        RolloutSpec { on_conflict: OnConflict::Queue, ..spec() },
        RolloutSpec { on_conflict: OnConflict::Supersede, ..spec() },
        RolloutSpec { failure_domain: Some("zone".into()), ..spec() },
        RolloutSpec { rollback_threshold: Some(20), ..spec() },
        RolloutSpec { by_hand: true, ..spec() },
        RolloutSpec { target: Target::Groups(vec![GROUP]), ..spec() },
    ]
    .map(|spec| RolloutCreate { spec, ..rollout() })
    .into_iter()
    .chain([RolloutCreate {
        scheduled_at: Some(Time(9_000_000)),
        override_freeze_reason: Some("the site is down".into()),
        ..rollout()
    }])
    .chain([RolloutCreate {
        spec: RolloutSpec { blue_green: Some(BlueGreen { bake_s: 30, ..BlueGreen::default() }), ..spec() },
        steps: vec![vec![edge(3), edge(4)]],
        live: vec![edge(1), edge(2)],
        ..rollout()
    }])
    .chain([RolloutCreate { spec: RolloutSpec { checks: vec![http_check()], ..spec() }, ..rollout() }])
    .chain([
        RolloutCreate { spec: RolloutSpec { environment_id: Some(STAGING), ..spec() }, ..rollout() },
        RolloutCreate { skip_order_reason: Some("the site is down".into()), ..rollout() },
        RolloutCreate { rule: Some(ByRule { rule_id: RULE, promoted_at: Time(8_000_000) }), ..rollout() },
        RolloutCreate { template_id: Some(TEMPLATE), ..rollout() },
    ])
    .map(Command::from)
    .collect()
}

/// The key of a marker route, under another key.
pub fn reseal() -> Reseal {
    let (at, row) = (Sealing::Projects, SHOP.as_bytes().to_vec());
    let value = Resealed { at, row, from: Sealed(vec![9, 8, 7]), to: Sealed(vec![9; 3]) };
    Reseal { key_id: "a1b2".into(), values: vec![value] }
}

/// Every command, in the order of their kinds: one sample each, more where one does not show every form.
pub fn all() -> Vec<Vec<Command>> {
    let by = || "ada@example.com".to_owned();
    let event = NodeEventsAppend { node_id: edge(1), events: vec![node_event("reloaded")] };
    vec![
        vec![cluster_init().into(), ClusterInit { founding: Some(founding()), ..cluster_init() }.into()],
        vec![join_token().into()],
        vec![JoinTokenRevoke { token_id: JOIN }.into()],
        vec![admit(2).into()],
        vec![ClusterMemberMove { member_id: MemberId(2), place: place(9) }.into()],
        vec![ClusterMemberRemove { member_id: MemberId(2) }.into()],
        [None, Some(MemberId(2))].map(|to| LeadershipHandOver { to }.into()).to_vec(),
        vec![raise(1, 2, &[1, 3]).into()],
        vec![org().into()],
        vec![project().into(), ProjectCreate { sandbox: true, ..project() }.into()],
        vec![
            project_update().into(),
            ProjectUpdate {
                name: None,
                description: Some("new".into()),
                approval_rules: None,
                approval_expires_h: None,
                ..project_update()
            }
            .into(),
            ProjectUpdate { checks_private: Some(true), ..project_update() }.into(),
            ProjectUpdate {
                drift: Some(DriftChange { remediation: Some(Remediation::Reassert), delay_s: Some(30) }),
                ..project_update()
            }
            .into(),
            ProjectUpdate { sandbox: Some(false), ..project_update() }.into(),
        ],
        vec![user().into()],
        [None, Some(SetBy::Owner(digest(0x41))), Some(SetBy::Admin(ACME))]
            .map(|by| set_password(by).into())
            .to_vec(),
        vec![
            MembershipSet { org_id: GLOBEX, user_id: BOB, role: Role::Reader, must_exist: false }.into(),
            MembershipSet { org_id: ACME, user_id: BOB, role: Role::Admin, must_exist: true }.into(),
        ],
        vec![MembershipRemove { org_id: ACME, user_id: BOB }.into()],
        vec![session().into()],
        vec![SessionDelete { token_digest: digest(0x41) }.into()],
        vec![api_key().into(), ApiKeyCreate { project_id: None, expires_at: None, ..api_key() }.into()],
        vec![ApiKeyRevoke { api_key_id: KEY }.into()],
        vec![ApiKeyDelete { api_key_id: KEY }.into()],
        bundles::all(),
        vec![BundleRevoke { bundle_id: NEW }.into()],
        vec![assign(NEW, &[1, 2]).into()],
        vec![
            token().into(),
            EnrolmentTokenCreate { environment_id: Some(PROD), ..token() }.into(),
            EnrolmentTokenCreate { simulated: true, ..token() }.into(),
        ],
        vec![EnrolmentTokenRevoke { token_id: TOKEN }.into()],
        vec![node(1).into()],
        vec![NodeDelete { node_id: edge(1) }.into()],
        vec![facts().into(), drift::measured().into()],
        vec![event.into()],
        updates(),
        vec![groups::group().into()],
        vec![groups::regroup().into()],
        vec![NodeGroupDelete { project_id: SHOP, group_id: GROUP }.into()],
        rollouts(),
        vec![RolloutPause { rollout_id: ROLLOUT, by: by() }.into()],
        vec![RolloutResume { rollout_id: ROLLOUT, by: by() }.into()],
        vec![RolloutCancel { rollout_id: ROLLOUT, by: by() }.into()],
        vec![RolloutRollback { rollout_id: ROLLOUT, by: by(), reason: "latency".into() }.into()],
        transitions(),
        vec![RolloutApprove { rollout_id: ROLLOUT, digest: digest(0x91), by: by() }.into()],
        vec![RolloutReject { rollout_id: ROLLOUT, by: by(), comment: "not on a Friday".into() }.into()],
        vec![RolloutBreakGlass { rollout_id: ROLLOUT, by: by(), reason: "the site is down".into() }.into()],
        vec![RolloutObserve { analysis: analysis(1, Verdict::Gathering) }.into()],
        vec![
            freeze_window().into(),
            FreezeWindowCreate { recurrence: Some(recurrence()), ..freeze_window() }.into(),
            FreezeWindowCreate { environment_id: Some(PROD), ..freeze_window() }.into(),
        ],
        vec![FreezeWindowDelete { project_id: SHOP, window_id: WINDOW }.into()],
        [None, Some(PROD)].map(|id| BaselineCatchUp { project_id: SHOP, environment_id: id }.into()).to_vec(),
        vec![drift::runtime_config(1, "system { worker-threads 2; }").into()],
        drift::advances(),
        drift::resolutions(),
        vec![RolloutRelease { rollout_id: ROLLOUT, by: by(), step: 1 }.into()],
        vec![RolloutCheck { checks: checks() }.into()],
        vec![
            backup().into(),
            BackupNote { backup: BackupRecord { verified_at: None, ..backup().backup } }.into(),
        ],
        [EpochReason::Restore, EpochReason::Recovery].map(|reason| epoch(2, 2, reason).into()).to_vec(),
        vec![BackupTake { member_id: MemberId(1), index: 12 }.into()],
    ]
    .into_iter()
    .chain(environments::all())
    .chain(templates::all())
    .chain(sandboxes::all())
    .chain(config::all())
    .chain(secrets::all())
    .chain(certificates::all())
    .chain(acme::all())
    .chain(internal_ca::all())
    .chain([vec![reseal().into()]])
    .collect()
}
