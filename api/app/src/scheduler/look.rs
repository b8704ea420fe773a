//! One look at one rollout: everything that the engine decides on, read from one state.

use std::collections::HashMap;

use sentinel_engine::nodes::Listening;
use sentinel_engine::rollout::{RolloutView, decide as engine_decides};
use sentinel_machine::commands::rollout_advance::RolloutAdvance;
use sentinel_machine::{Read, TableError, freeze, query, tables};
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::node::Node;
use sentinel_model::rollout::Rollout;
use sentinel_model::{NodeId, RolloutId};

use super::log_clock::Moment;
use crate::app::App;

/// What a rollout does next, if it is time for anything. Reads every node of it.
pub(super) fn decide(
    app: &App,
    read: &(dyn Read + Send + Sync),
    rollout: RolloutId,
    listening: Listening,
    moment: Moment,
) -> Result<Option<RolloutAdvance>, TableError> {
    let Some(rollout) = tables::load::<Rollout>(read, rollout.as_bytes())? else { return Ok(None) };
    // The time of the log: that is what the state machine holds against a freeze.
    let frozen = freeze::holding(read, &rollout, moment.now)?;
    let steps = query::rollout_steps(read, rollout.id)?;
    // One that has not begun has given nothing to any node.
    let members = match rollout.state.phase().is_waiting() {
        true => Vec::new(),
        false => query::rollout_nodes(read, rollout.id)?,
    };
    let mut nodes: HashMap<NodeId, Node> = HashMap::with_capacity(members.len());
    let mut samples = HashMap::with_capacity(members.len());
    for member in &members {
        if let Some(node) = tables::load::<Node>(read, member.node_id.as_bytes())? {
            nodes.insert(node.id, node);
        }
        if let Some(sample) = app.liveness().get(member.node_id) {
            samples.insert(member.node_id, sample.moved(moment.ahead_ms));
        }
    }
    let bundle: Option<Bundle> = tables::load(read, rollout.spec.bundle_id.as_bytes())?;
    let view = RolloutView {
        rollout: &rollout,
        steps: &steps,
        members: &members,
        nodes: &nodes,
        samples: &samples,
        bundle_revoked: bundle.is_none_or(|bundle| bundle.state == BundleState::Revoked),
        frozen: frozen.as_ref().map(|frozen| frozen.words.as_str()),
        fresh_ms: listening.fresh_for(None),
        leader_since: listening.leader_since,
    };
    // The time last: nothing that was read is from the future.
    Ok(engine_decides(&view, app.now().plus_ms(moment.ahead_ms)))
}
