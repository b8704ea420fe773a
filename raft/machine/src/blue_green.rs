//! Traffic between two slots: who may have it, how it is shifted, and how it goes back.

use std::collections::{BTreeMap, BTreeSet};

use sentinel_model::blue_green::{Before, Replaced, Shift, Weights, weights};
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::node::{Node, NodeStatus, Slot, WEIGHT_FULL};
use sentinel_model::project::Project;
use sentinel_model::rollout::{Rollout, RolloutNode, RolloutNodeState, RolloutState};
use sentinel_model::{BundleId, NodeId};

use crate::apply::{Context, Stop};
use crate::baseline::{self, Ground};
use crate::commands::node_register::tell;
use crate::outcome::Rejection;
use crate::planted::planted;
use crate::promotion;
use crate::query;
use crate::rollout;
use crate::tables::{Read, TableError};

/// Most nodes that words name.
const NAMED_MAX: usize = 20;

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
    for member in query::rollout_nodes(context.tables(), moved.id)? {
        let Some(node) = context.load::<Node>(member.node_id.as_bytes())? else { continue };
        let now = Before { weight: node.weight, generation: node.generation, given: None };
        let before = member.before.unwrap_or(now);
        let place = if kept(&member) {
            &mut live
        } else if (member.proven_by(&node) && !node.failed_current()) || planted!(TrafficUnproven) {
            &mut ready
        } else {
            &mut late
        };
        place.push((member, node, before));
    }
    if ready.is_empty() {
        let message = format!("no node of the slot {} runs the bundle", shift.standby.as_str());
        return Err(Rejection::WrongState(message).into());
    }
    let away = live.iter().filter(|(_, node, _)| node.status != NodeStatus::Online).count();
    if share >= WEIGHT_FULL && away > usize::try_from(moved.spec.max_unavailable).unwrap_or(usize::MAX) {
        let slot = shift.standby.other().as_str();
        let message = format!(
            "{away} of {} nodes of the slot {slot} are away: traffic could not come back",
            live.len()
        );
        return Err(Rejection::WrongState(message).into());
    }
    let had: Vec<u8> = live.iter().map(|(_, _, before)| before.weight).collect();
    let to = weights(share, ready.len(), &had);
    shift.share = share;
    let words = shifted(&shift, &to, ready.len());
    let to_ready = ready.into_iter().map(|row| (row, to.standby));
    let to_late = late.into_iter().map(|row| (row, 0));
    let to_live = live.into_iter().zip(to.live);
    for ((mut member, mut node, before), weight) in to_ready.chain(to_late).chain(to_live) {
        member.before = Some(Before { given: Some(weight), ..before });
        context.store(&member)?;
        weigh(context, &mut node, weight)?;
    }
    moved.shift = Some(shift);
    Ok(words)
}

/// The share in words, and what really comes of it when that is another one.
fn shifted(shift: &Shift, to: &Weights, ready: usize) -> String {
    let (least, most) = (to.live.iter().min().unwrap_or(&0), to.live.iter().max().unwrap_or(&0));
    let live = if least == most { format!("{most} %") } else { format!("{least} to {most} %") };
    let real = to.share(ready);
    let real = if real == shift.share { String::new() } else { format!("; that comes to {real} %") };
    format!("traffic: {} (weight of a node {} % and {live}{real})", shift.words(), to.standby)
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
        // What is not its own is not weighed, so it does not get the traffic either.
        if let Some(before) = member.before.filter(|_| node.owner == Some(moved.id)) {
            there |= kept(&member) && node.status == NodeStatus::Online;
            nodes.push((node, before));
        }
    }
    if !there {
        let live = shift.standby.other().as_str();
        return Ok(Some(format!("traffic stays: no node of the slot {live} is online to take it")));
    }
    let mut changed = Vec::new();
    for (node, before) in &mut nodes {
        if before.given.is_some_and(|given| given != node.weight) {
            changed.push(format!("{} ({} %)", node.name, node.weight));
        }
        if !planted!(TrafficStays) {
            weigh(context, node, before.weight)?;
        }
    }
    shift.share = 0;
    let mut words = format!("traffic is back: {}", shift.words());
    if !changed.is_empty() {
        let more = changed.len().saturating_sub(NAMED_MAX);
        changed.truncate(NAMED_MAX);
        words.push_str(&format!("; weights that were changed since are gone: {}", changed.join(", ")));
        if more > 0 {
            words.push_str(&format!(" and {more} more"));
        }
    }
    moved.shift = Some(shift);
    Ok(Some(words))
}

/// The words of [`give_back`], if they say that the traffic stays where it is.
pub(crate) fn stays<'a>(moved: &Rollout, words: Option<&'a str>) -> Option<&'a str> {
    words.filter(|_| moved.shift.as_ref().is_some_and(|shift| shift.share > 0))
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
    for environment in promotion::take_back(context, moved)? {
        baseline::catch_up(context, &mut Ground::Environment(environment), moved)?;
    }
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
            context.store(&project)?;
            baseline::catch_up(context, &mut Ground::Project(project), moved)?;
        }
        None => {
            project.baseline = None;
            baseline::owe(context, &mut Ground::Project(project), None)?;
        }
    }
    Ok(())
}

/// A rollout that has ended takes its nodes again, to give the traffic back: all of them, and only if those that are to get it are as
/// it left them. One that has completed asks this of all: the bundle goes back as well.
pub(crate) fn own_again(context: &mut Context<'_>, back: &Rollout) -> Result<(), Stop> {
    let shift = of(back)?;
    let refuse = |message: String| Err(Stop::from(Rejection::WrongState(message)));
    let (mut there, mut runs) = (false, BTreeSet::new());
    for member in query::rollout_nodes(context.tables(), back.id)? {
        let Some(mut node) = context.load::<Node>(member.node_id.as_bytes())? else { continue };
        let name = &node.name;
        if let Some(owner) = node.owner {
            return refuse(format!("node '{name}' belongs to the rollout {owner} by now; cancel that first"));
        }
        let as_left = match member.before {
            Some(before) if kept(&member) => {
                node.generation == before.generation || node.still_given(before.generation)
            }
            _ => {
                back.state != RolloutState::Completed
                    || rollout::holds_ours(&node, back)
                    || !member.state.moved()
            }
        };
        if !as_left {
            return refuse(format!(
                "node '{name}' was given something else since; roll out the earlier bundle instead"
            ));
        }
        let slot = if kept(&member) { shift.standby.other() } else { shift.standby };
        if node.slot != Some(slot) {
            let slot = slot.as_str();
            return refuse(format!(
                "node '{name}' is not in the slot {slot} any more; put it there again: sentinel-cp node update {name} --slot {slot}"
            ));
        }
        if kept(&member) {
            there |= node.status == NodeStatus::Online;
            runs.extend(node.effective.map(|fact| fact.bundle_id));
            runs.extend(node.assignment.as_ref().map(|assignment| assignment.bundle_id));
        }
        node.owner = Some(back.id);
        context.store(&node)?;
    }
    let live = shift.standby.other().as_str();
    for bundle in runs {
        require_fit(context, bundle, live)?;
    }
    // The bundle of one that has failed goes back without the traffic as well.
    if !there && !matches!(back.state, RolloutState::Failed { .. }) {
        return refuse(format!("no node of the slot {live} is online to take the traffic"));
    }
    Ok(())
}

/// Traffic does not go back to what was found unfit since.
fn require_fit(context: &Context<'_>, bundle: BundleId, slot: &str) -> Result<(), Stop> {
    match context.load::<Bundle>(bundle.as_bytes())? {
        Some(bundle) if bundle.state == BundleState::Compiled => Ok(()),
        gone => {
            let version = gone.map_or_else(|| bundle.to_string(), |bundle| bundle.version);
            let message = format!(
                "bundle '{version}', which the slot {slot} runs, has been revoked; traffic does not go back to it"
            );
            Err(Rejection::WrongState(message).into())
        }
    }
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
