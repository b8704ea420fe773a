//! What would be a way around an environment: to leave it for a moment, and to complete a bundle there that its nodes have failed.

use sentinel_machine::commands::freeze_window_create::FreezeWindowCreate;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::node_update::{EnvironmentChange, NodeUpdate};
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::{Command, promotion};
use sentinel_model::MemberId;
use sentinel_model::audit::Actor;
use sentinel_model::rollout::{Rollout, RolloutSpec, RolloutState};

use crate::crew::{self, EVE, HOUR, as_user, forbidden, refused_for};
use crate::environments::{decide, id, placed, to};
use crate::ids::*;
use crate::samples::{self, place_in};

/// Out of production, the bundle, and in again: past its freeze, its approvals and its place in the order.
#[test]
fn only_an_administrator_takes_a_node_out_of_an_environment_that_something_holds() {
    let mut stage = placed();
    let leave = |number: u8| -> Command {
        NodeUpdate { environment: Some(EnvironmentChange::Clear), ..samples::update(number) }.into()
    };
    let operator = Actor::User(EVE);
    let held = |number: u8, name: &str, why: &str| {
        forbidden(&format!(
            "node 'edge-{number}' is in the environment '{name}', which {why}: only an administrator, in person, takes it out of there"
        ))
    };
    let order = held(3, "Production", "comes behind another one");
    assert_eq!(refused_for(&mut stage, operator, leave(3)), order);
    assert_eq!(refused_for(&mut stage, Actor::ApiKey(KEY), leave(3)), order);
    as_user(&mut stage.clone(), EVE, leave(1));
    let (from, until) = (stage.now, stage.now.plus_ms(HOUR));
    stage.done(FreezeWindowCreate { environment_id: Some(DEV), ..crew::window(1, from, until) });
    assert_eq!(refused_for(&mut stage, operator, leave(1)), held(1, "Development", "is frozen"));
    stage.done(leave(1));
    stage.done(leave(3));
}

/// Deleted and enrolled again, a node would be in no environment, and take what was completed in none.
#[test]
fn only_an_administrator_deletes_a_node_of_an_environment_that_something_holds() {
    let mut stage = placed();
    let delete = |number: u8| -> Command { NodeDelete { node_id: edge(number) }.into() };
    let held = forbidden(
        "node 'edge-3' is in the environment 'Production', which comes behind another one: only an administrator, in person, takes it \
         out of there",
    );
    for actor in [Actor::User(EVE), Actor::ApiKey(KEY), Actor::Member(MemberId(1))] {
        assert_eq!(refused_for(&mut stage, actor, delete(3)), held);
    }
    as_user(&mut stage.clone(), EVE, delete(1));
    stage.done(delete(3));
}

/// Nodes that may be lost are tolerated, and make nothing of a bundle that they have failed.
#[test]
fn a_bundle_that_nodes_of_an_environment_have_failed_is_not_completed_there() {
    let mut stage = placed();
    let spec = RolloutSpec { max_unavailable: 1, ..to(1, NEW, DEV, &[]).spec };
    stage.done(place_in(2, DEV));
    stage.done(RolloutCreate { spec, ..to(1, NEW, DEV, &[1, 2]) });
    decide(&mut stage, id(1), Transition::StartStep);
    stage.prove(1);
    stage.fail(2);
    decide(&mut stage, id(1), Transition::VerifyStep);
    decide(&mut stage, id(1), Transition::CompleteStep);
    let state = stage.get::<Rollout>(id(1).as_bytes()).unwrap().state;
    assert_eq!(state, RolloutState::Completed);
    assert_eq!(promotion::find(&stage.tables, DEV, NEW).unwrap(), None);
    let said = stage.audit().pop().unwrap().changes;
    assert!(
        said["detail"].contains("not completed in 'Development': node 'edge-2' has failed it"),
        "{said:?}"
    );
}
