//! Sandboxes, and the simulators that may stand in them.

use std::collections::BTreeMap;

use sentinel_machine::commands::enrolment_token_create::EnrolmentTokenCreate;
use sentinel_machine::commands::environment_create::EnvironmentCreate;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::node_register::NodeRegister;
use sentinel_machine::commands::node_update::{EnvironmentChange, NodeUpdate};
use sentinel_machine::commands::project_create::ProjectCreate;
use sentinel_machine::commands::project_update::ProjectUpdate;
use sentinel_machine::commands::simulator_set::SimulatorSet;
use sentinel_machine::commands::simulator_stop::SimulatorStop;
use sentinel_machine::{Rejection, simulator};
use sentinel_model::audit::Actor;
use sentinel_model::node::Node;
use sentinel_model::project::Project;
use sentinel_model::simulator::{SimulatorSettings, SimulatorState};
use sentinel_model::{EnrolmentTokenId, EnvironmentId, MemberId, NodeId, ProjectId, Time};
use uuid::Uuid;

use crate::ids::*;
use crate::samples;
use crate::samples::sandboxes::{simulator as set, stop};
use crate::stage::{Stage, by};

const PLAY: ProjectId = ProjectId(Uuid::from_u128(0x23));
const LEADER: Actor = Actor::Member(MemberId(1));
const SIM_TOKEN: EnrolmentTokenId = EnrolmentTokenId(Uuid::from_u128(0x59));

fn sandbox(id: u128, slug: &str) -> ProjectCreate {
    let project_id = ProjectId(Uuid::from_u128(id));
    ProjectCreate { project_id, slug: slug.into(), sandbox: true, ..samples::project() }
}

/// The shop with its nodes, and a sandbox beside it.
fn stage() -> Stage {
    let mut stage = Stage::furnished();
    stage.done(sandbox(0x23, "play"));
    stage
}

fn play() -> SimulatorSet {
    SimulatorSet { project_id: PLAY, ..set() }
}

fn halt(done: bool) -> SimulatorStop {
    SimulatorStop { project_id: PLAY, ..stop(done) }
}

fn sim_token() -> EnrolmentTokenCreate {
    EnrolmentTokenCreate {
        token_id: SIM_TOKEN,
        project_id: PLAY,
        token_digest: digest(0x59),
        simulated: true,
        ..samples::token()
    }
}

fn node_of(key: u8) -> NodeId {
    NodeId(Uuid::from_u128(0x500 + u128::from(key)))
}

fn sim_node(number: u8, key: u8) -> NodeRegister {
    NodeRegister {
        node_id: node_of(key),
        token_digest: digest(0x59),
        name: format!("sim-{number:03}"),
        key_digest: digest(key),
        ..samples::node(1)
    }
}

/// A simulator that runs, with one node.
fn running() -> Stage {
    let mut stage = stage();
    stage.done(play());
    stage.actor = LEADER;
    stage.done(sim_token());
    stage.actor = Actor::Anonymous;
    stage.done(sim_node(1, 0xa1));
    stage.actor = by();
    stage
}

fn wrong(text: &str) -> Rejection {
    Rejection::WrongState(text.into())
}

#[test]
fn a_simulator_stands_in_a_sandbox_only() {
    let mut stage = stage();
    stage.refuses([(set().into(), simulator::no_sandbox())]);
    stage.done(play());
    let made = simulator::find(&stage.tables, PLAY).unwrap().unwrap();
    assert_eq!(made.settings, SimulatorSettings { nodes: 20, ..SimulatorSettings::default() });
    assert_eq!((made.state, made.started_at), (SimulatorState::Running, stage.now));
    assert_eq!(made.expires_at, stage.now.plus_ms(3_600_000));
    let changes = stage.audit().pop().unwrap().changes;
    assert_eq!((changes["changed"].as_str(), changes["started"].as_str()), ("nodes, lasts_minutes", "true"));
}

#[test]
fn a_change_leaves_what_it_does_not_name_and_what_the_fleet_is() {
    let mut stage = running();
    let ends = simulator::find(&stage.tables, PLAY).unwrap().unwrap().expires_at;
    let worse = SimulatorSet { nodes: None, lasts_min: None, failure_percent: Some(30), ..play() };
    stage.now = Time(stage.now.0 + 1_000);
    stage.done(worse.clone());
    let changed = simulator::find(&stage.tables, PLAY).unwrap().unwrap();
    assert_eq!((changed.settings.nodes, changed.settings.failure_percent), (20, 30));
    assert_eq!(changed.expires_at, ends);
    let labels = BTreeMap::from([("zone".into(), vec!["x".into()])]);
    let stays = |field: &str| {
        sentinel_model::InvalidValue::new(field, "stays what it is while the simulator runs; stop it first")
            .into()
    };
    let beyond = sentinel_model::InvalidValue::new("nodes", "must be 1 to 100, not 101").into();
    stage.refuses([
        (SimulatorSet { labels: Some(labels), ..play() }.into(), stays("labels")),
        (SimulatorSet { seed: Some(9), ..play() }.into(), stays("seed")),
        (SimulatorSet { nodes: Some(101), ..play() }.into(), beyond),
    ]);
    let day = stage.refused(SimulatorSet { lasts_min: Some(1_441), ..play() });
    assert!(day.to_string().starts_with("lasts_minutes: must be 1 to 1440"), "{day}");
}

#[test]
fn all_simulators_together_have_a_bound() {
    let mut stage = stage();
    for (id, slug) in [(0x24, "play-2"), (0x25, "play-3"), (0x26, "play-4")] {
        stage.done(sandbox(id, slug));
        let project_id = ProjectId(Uuid::from_u128(id));
        let asked = SimulatorSet { project_id, nodes: Some(90), ..set() };
        stage.done(asked);
    }
    let refused = stage.refused(SimulatorSet { nodes: Some(31), ..play() });
    assert!(matches!(&refused, Rejection::Limit(text) if text.contains("30 are left")), "{refused}");
    stage.done(SimulatorSet { nodes: Some(30), ..play() });
    let project_id = ProjectId(Uuid::from_u128(0x24));
    assert!(matches!(
        stage.refused(SimulatorSet { project_id, nodes: Some(91), ..set() }),
        Rejection::Limit(_)
    ));
    stage.done(SimulatorSet { project_id, nodes: Some(89), ..set() });
}

#[test]
fn only_the_leader_makes_tokens_with_which_simulated_nodes_join_and_only_while_it_runs() {
    let mut stage = running();
    let not_yours = Rejection::Forbidden("only the cluster itself does this for a simulator".into());
    let stands = wrong("the simulator of this project does not run");
    let other = || EnrolmentTokenCreate {
        token_id: EnrolmentTokenId(Uuid::from_u128(0x5a)),
        token_digest: digest(0x5a),
        ..sim_token()
    };
    stage.refuses([(other().into(), not_yours)]);
    stage.actor = LEADER;
    stage.refuses([(EnrolmentTokenCreate { project_id: SHOP, ..other() }.into(), stands.clone())]);
    stage.done(halt(false));
    stage.refuses([(other().into(), stands.clone()), (sim_node(2, 0xa2).into(), stands)]);
}

#[test]
fn who_plays_a_node_from_now_on_has_another_key_and_the_node_is_the_same() {
    let mut stage = running();
    let before: Vec<Node> = simulator::nodes(&stage.tables, PLAY).unwrap();
    assert_eq!(before.len(), 1);
    assert!(before[0].simulated);
    stage.actor = Actor::Anonymous;
    stage.done(sim_node(1, 0xb1));
    let after: Vec<Node> = simulator::nodes(&stage.tables, PLAY).unwrap();
    assert_eq!(after, [Node { key_digest: digest(0xb1), ..before[0].clone() }]);
    assert_eq!(
        stage.audit().pop().unwrap().resource_id,
        before[0].id.to_string(),
        "that of the node there is"
    );
    // A real node keeps its name and its key.
    let token = EnrolmentTokenCreate {
        token_id: EnrolmentTokenId(Uuid::from_u128(0x5b)),
        token_digest: digest(0x5b),
        simulated: false,
        ..sim_token()
    };
    stage.actor = by();
    stage.done(token);
    let real = NodeRegister { token_digest: digest(0x5b), ..sim_node(9, 0xc1) };
    stage.done(real.clone());
    assert!(matches!(stage.refused(sim_node(9, 0xc2)), Rejection::Taken { .. }));
    let again = NodeRegister { node_id: NodeId(Uuid::from_u128(0x999)), key_digest: digest(0xc3), ..real };
    assert!(matches!(stage.refused(again), Rejection::Taken { .. }));
    assert_eq!(simulator::nodes(&stage.tables, PLAY).unwrap().len(), 1);
}

/// Fewer nodes and then more again, or stopped and started: no way out of the order of environments.
#[test]
fn a_simulated_node_comes_back_into_the_environment_that_its_place_was_in() {
    const LAB: EnvironmentId = EnvironmentId(Uuid::from_u128(0x61));
    const FIELD: EnvironmentId = EnvironmentId(Uuid::from_u128(0x62));
    let mut stage = running();
    for (id, slug) in [(LAB, "lab"), (FIELD, "field")] {
        stage.done(EnvironmentCreate { project_id: PLAY, ..samples::environment(id, slug) });
    }
    let only = |stage: &Stage| simulator::nodes(&stage.tables, PLAY).unwrap().remove(0);
    let place = |environment| NodeUpdate { environment: Some(environment), ..NodeUpdate::of(node_of(0xa1)) };
    stage.done(place(EnvironmentChange::To(FIELD)));
    stage.actor = LEADER;
    stage.done(NodeDelete { node_id: node_of(0xa1) });
    stage.actor = Actor::Anonymous;
    stage.done(NodeRegister { name: "sim-001.2".into(), ..sim_node(1, 0xa2) });
    assert_eq!(only(&stage).environment_id, Some(FIELD));
    // Through the end of the simulator as well.
    stage.actor = by();
    stage.done(halt(false));
    stage.actor = LEADER;
    stage.done(NodeDelete { node_id: node_of(0xa2) });
    stage.done(halt(true));
    stage.actor = by();
    stage.done(play());
    stage.actor = Actor::Anonymous;
    stage.done(sim_node(1, 0xa1));
    assert_eq!(only(&stage).environment_id, Some(FIELD));
    // Whoever takes it out takes it out for good.
    stage.actor = by();
    stage.done(place(EnvironmentChange::Clear));
    stage.done(NodeDelete { node_id: node_of(0xa1) });
    stage.actor = Actor::Anonymous;
    stage.done(sim_node(1, 0xa2));
    assert_eq!(only(&stage).environment_id, None);
}

#[test]
fn a_simulator_is_gone_when_its_nodes_are_and_not_before() {
    let mut stage = running();
    let node = simulator::nodes(&stage.tables, PLAY).unwrap()[0].id;
    stage.refuses([(
        halt(true).into(),
        Rejection::Forbidden("only the cluster itself does this for a simulator".into()),
    )]);
    stage.done(halt(false));
    stage.refuses([
        (halt(false).into(), wrong("the simulator is stopping already")),
        (play().into(), wrong("the simulator is stopping; start it when its nodes are gone, in a moment")),
    ]);
    stage.actor = LEADER;
    stage.refuses([(halt(true).into(), wrong("the simulator has not stopped: 1 of its nodes are left"))]);
    stage.done(NodeDelete { node_id: node });
    stage.done(halt(true));
    assert!(simulator::all(&stage.tables).unwrap().is_empty());
    stage.refuses([(halt(false).into(), Rejection::not_found("Simulator"))]);
    stage.actor = by();
    stage.done(play());
}

#[test]
fn a_project_with_real_nodes_becomes_no_sandbox_and_one_with_simulated_nodes_stays_one() {
    let mut stage = running();
    let change = |project_id, sandbox| ProjectUpdate {
        project_id,
        name: None,
        description: None,
        approval_rules: None,
        approval_expires_h: None,
        checks_private: None,
        drift: None,
        sandbox: Some(sandbox),
    };
    let real = "the project has 4 real nodes, so it does not become a sandbox; create another project with --sandbox";
    let busy = "the project has a simulator; stop it first, and wait until its nodes are gone";
    stage.refuses([(change(SHOP, true).into(), wrong(real)), (change(PLAY, false).into(), wrong(busy))]);
    stage.done(change(SHOP, false));
    stage.done(ProjectCreate { sandbox: false, ..sandbox(0x27, "empty") });
    let empty = ProjectId(Uuid::from_u128(0x27));
    stage.done(change(empty, true));
    assert!(stage.get::<Project>(empty.as_bytes()).unwrap().sandbox);
    stage.done(change(empty, false));
    assert!(!stage.get::<Project>(empty.as_bytes()).unwrap().sandbox);
}
