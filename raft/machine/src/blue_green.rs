//! Traffic between two slots: who may have it, how it is shifted, and how it goes back.

use std::collections::BTreeMap;

use sentinel_model::NodeId;
use sentinel_model::blue_green::{Before, Replaced, Shift, weights};
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::node::{Node, NodeStatus, Slot};
use sentinel_model::project::Project;
use sentinel_model::rollout::{Rollout, RolloutNode, RolloutNodeState};

use crate::apply::{Context, Stop};
use crate::baseline;
use crate::commands::node_register::tell;
use crate::outcome::Rejection;
use crate::query;
use crate::rollout;
use crate::tables::{Read, TableError};

/// The slot that is to get the bundle, if one has all of the traffic and the other, all of whose nodes here get the bundle, none;
/// or why it is not so.
pub(crate) fn standby<'a>(
    moved: impl IntoIterator<Item = &'a Node>,
    live: impl IntoIterator<Item = &'a Node>,
) -> Result<Slot, String> {
    let mut standby = None;
    for node in moved {
        let slot = node.slot.ok_or_else(|| format!("node '{}' is in no slot", node.name))?;
        if *standby.get_or_insert(slot) != slot {
            return Err(format!("node '{}' is in the slot {}, as others are not", node.name, slot.as_str()));
        }
        if node.weight > 0 {
            return Err(format!("node '{}' has traffic: its weight is {} %", node.name, node.weight));
        }
    }
    let standby = standby.ok_or("no node gets the bundle")?;
    let mut any = false;
    for node in live {
        any = true;
        if node.slot != Some(standby.other()) {
            return Err(format!("node '{}' is not in the slot {}", node.name, standby.other().as_str()));
        }
        if node.weight == 0 {
            return Err(format!("node '{}' has no traffic: its weight is 0 %", node.name));
        }
    }
    if any { Ok(standby) } else { Err(format!("no node of the slot {} is in it", standby.other().as_str())) }
}

/// The nodes of each step that gives the bundle, and those that keep theirs, if there are any: what people agree to.
pub(crate) fn plan(read: &dyn Read, rollout: &Rollout) -> Result<Vec<Vec<NodeId>>, TableError> {
    let giving = query::rollout_steps(read, rollout.id)?.into_iter().filter(|step| step.traffic.is_none());
    let steps = giving.map(|step| step.node_ids).collect();
    let kept = query::rollout_nodes(read, rollout.id)?.into_iter().filter(kept).map(|member| member.node_id);
    Ok(with_live(steps, kept.collect()))
}

/// The same, from what is asked for.
pub(crate) fn with_live(mut steps: Vec<Vec<NodeId>>, mut live: Vec<NodeId>) -> Vec<Vec<NodeId>> {
    if !live.is_empty() {
        live.sort_unstable();
        steps.push(live);
    }
    steps
}

/// The node keeps what it runs.
pub(crate) fn kept(member: &RolloutNode) -> bool {
    member.state == RolloutNodeState::Kept
}

/// Gives the standby slot its share of the traffic. Of its nodes, only those get some that have proven the bundle. Says what
/// was done, in words.
pub(crate) fn shift(context: &mut Context<'_>, moved: &mut Rollout, share: u8) -> Result<String, Stop> {
    let mut shift = of(moved)?;
    let (mut ready, mut late, mut live) = (Vec::new(), Vec::new(), Vec::new());
    for mut member in query::rollout_nodes(context.tables(), moved.id)? {
        let Some(node) = context.load::<Node>(member.node_id.as_bytes())? else { continue };
        if member.before.is_none() {
            member.before = Some(Before { weight: node.weight, generation: node.generation });
            context.store(&member)?;
        }
        if kept(&member) {
            live.push(node);
        } else if member.proven_by(&node) && !node.failed_current() {
            ready.push(node);
        } else {
            late.push(node);
        }
    }
    if ready.is_empty() {
        let message = format!("no node of the slot {} runs the bundle", shift.standby.as_str());
        return Err(Rejection::WrongState(message).into());
    }
    let (to_ready, to_live) = weights(share, ready.len(), live.len());
    for (nodes, weight) in [(&mut ready, to_ready), (&mut live, to_live), (&mut late, 0)] {
        for node in nodes {
            weigh(context, node, weight)?;
        }
    }
    shift.share = share;
    let words = format!("traffic: {} (weight of a node {to_ready} % and {to_live} %)", shift.words());
    moved.shift = Some(shift);
    Ok(words)
}

/// Gives every node the weight that it had before, at once: the nodes that had the traffic run still what they ran. When none of
/// them is there to take it, the traffic stays where it is: a bad bundle answers more than nobody does. Says what was done, in
/// words; nothing when none was shifted.
pub(crate) fn give_back(context: &mut Context<'_>, moved: &mut Rollout) -> Result<Option<String>, Stop> {
    let Some(mut shift) = moved.shift.clone().filter(|shift| shift.share > 0) else { return Ok(None) };
    let mut nodes = Vec::new();
    let mut there = false;
    for member in query::rollout_nodes(context.tables(), moved.id)? {
        let Some(node) = context.load::<Node>(member.node_id.as_bytes())? else { continue };
        there |= kept(&member) && node.status == NodeStatus::Online;
        if let Some(before) = member.before.filter(|_| node.owner == Some(moved.id)) {
            nodes.push((node, before.weight));
        }
    }
    if !there {
        let live = shift.standby.other().as_str();
        return Ok(Some(format!("traffic stays: no node of the slot {live} is online to take it")));
    }
    for (node, weight) in &mut nodes {
        weigh(context, node, *weight)?;
    }
    shift.share = 0;
    let words = format!("traffic is back: {}", shift.words());
    moved.shift = Some(shift);
    Ok(Some(words))
}

/// Takes note of what nodes that join are given until now, for it is about to be replaced.
pub(crate) fn note_baseline(context: &Context<'_>, moved: &mut Rollout) -> Result<(), Stop> {
    let project = context.require::<Project>(moved.project_id.as_bytes(), "Project")?;
    if let Some(shift) = &mut moved.shift {
        shift.replaced = Some(Replaced { bundle_id: project.baseline });
    }
    Ok(())
}

/// Nodes that join are given again what they were before it completed, and those that joined since as well.
pub(crate) fn give_back_baseline(context: &mut Context<'_>, moved: &mut Rollout) -> Result<(), Stop> {
    let Some(replaced) = moved.shift.as_mut().and_then(|shift| shift.replaced.take()) else { return Ok(()) };
    let mut project = context.require::<Project>(moved.project_id.as_bytes(), "Project")?;
    if project.baseline != Some(moved.spec.bundle_id) {
        return Ok(());
    }
    let earlier = match replaced.bundle_id {
        Some(id) => context.load::<Bundle>(id.as_bytes())?,
        None => None,
    };
    match earlier.filter(|bundle| bundle.state == BundleState::Compiled) {
        Some(bundle) => {
            project.baseline = Some(bundle.id);
            baseline::catch_up(context, &mut project, moved)?;
        }
        None => {
            project.baseline = None;
            baseline::owe(context, &mut project, None)?;
        }
    }
    Ok(())
}

/// A completed rollout takes its nodes again, to give the traffic back: all of them, and only if they are as it left them.
pub(crate) fn own_again(context: &mut Context<'_>, back: &Rollout) -> Result<(), Stop> {
    let shift = of(back)?;
    let mut there = false;
    for member in query::rollout_nodes(context.tables(), back.id)? {
        let Some(mut node) = context.load::<Node>(member.node_id.as_bytes())? else { continue };
        if let Some(owner) = node.owner {
            let message =
                format!("node '{}' belongs to the rollout {owner} by now; cancel that first", node.name);
            return Err(Rejection::WrongState(message).into());
        }
        let as_left = match member.before {
            Some(before) if kept(&member) => node.generation == before.generation,
            _ => rollout::holds_ours(&node, back) || !member.state.moved(),
        };
        if !as_left {
            let message = format!(
                "node '{}' was given something else since; roll out the earlier bundle instead",
                node.name
            );
            return Err(Rejection::WrongState(message).into());
        }
        there |= kept(&member) && node.status == NodeStatus::Online;
        node.owner = Some(back.id);
        context.store(&node)?;
    }
    if !there {
        let live = shift.standby.other().as_str();
        let message = format!("no node of the slot {live} is online to take the traffic");
        return Err(Rejection::WrongState(message).into());
    }
    Ok(())
}

fn of(rollout: &Rollout) -> Result<Shift, Stop> {
    let none = || Rejection::WrongState("Rollout is not blue-green".into());
    rollout.shift.clone().ok_or_else(|| none().into())
}

/// Gives the node a weight and tells its agent, if that is another one.
fn weigh(context: &mut Context<'_>, node: &mut Node, percent: u8) -> Result<(), TableError> {
    let before = node.weight;
    if before == percent {
        return Ok(());
    }
    node.weigh(percent);
    context.store(node)?;
    let data = BTreeMap::from([
        ("weight_before".to_owned(), before.to_string()),
        ("weight".to_owned(), percent.to_string()),
    ]);
    tell(context, node, "node.weighed", data);
    Ok(())
}
