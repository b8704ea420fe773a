//! Rollouts that want the same nodes: who stands in whose way, who waits in which order, and who gives way.
//!
//! A rollout that queues has a place, the entry of the log at which it joined. It begins when nobody has any of its nodes and nobody
//! with an earlier place waits for one: so no two wait for each other, and a late one never overtakes one that wants the same node
//! for longer. It names the one rollout that it waits for, and the end of that one has it looked at again; nobody goes through the
//! queue in between.

use std::collections::BTreeMap;

use sentinel_model::bundle::Bundle;
use sentinel_model::node::Node;
use sentinel_model::rollout::{Deed, Hold, OnConflict, Phase, Queued, Rollout, RolloutState};
use sentinel_model::{NodeId, ProjectId, RolloutId};

use crate::apply::{Context, Stop};
use crate::planted::planted;
use crate::query;
use crate::rollout;
use crate::tables::{Read, Scan, Table, TableError, key};

/// A rollout that stands between another one and its nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contender {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// It waits for these nodes itself, and does so for longer; otherwise it has them.
    pub waits: bool,
    /// How many nodes of the other one.
    pub nodes: u32,
    /// The first of them, by its place in the plan.
    pub node: String,
}

impl std::fmt::Display for Contender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verb = if self.waits { "waits for" } else { "has" };
        write!(f, "{} {verb} node '{}'", self.rollout_id, self.node)?;
        match self.nodes {
            0 | 1 => Ok(()),
            more => write!(f, " and {} more", more - 1),
        }
    }
}

/// Whoever has one of these nodes of one project, then whoever waits for one at a place before this one (`None`: at any), in the order
/// of the queue.
pub fn contenders<'n>(
    read: &(impl Read + ?Sized),
    nodes: impl IntoIterator<Item = &'n Node>,
    before: Option<u64>,
) -> Result<Vec<Contender>, TableError> {
    let mut found: BTreeMap<(bool, u64, RolloutId), Contender> = BTreeMap::new();
    let mut stands = |waits: bool, place: u64, rollout_id: RolloutId, node: &Node| {
        let contender = found.entry((waits, place, rollout_id)).or_insert_with(|| Contender {
            rollout_id,
            waits,
            nodes: 0,
            node: node.name.clone(),
        });
        contender.nodes += 1;
    };
    let mut nobody_waits = None;
    for node in nodes {
        if let Some(owner) = node.owner {
            stands(false, 0, owner, node);
        }
        // Of one project, and most have no queue: then there is nothing to look for at each node.
        let nobody_waits = match nobody_waits {
            Some(known) => known,
            None => *nobody_waits.insert(of_project(read, node.project_id)?.is_empty()),
        };
        if nobody_waits {
            continue;
        }
        for (place, rollout_id) in waiting(read, Table::NodeQueue, node.id.as_bytes())? {
            if planted!(QueueJumped) {
                continue;
            }
            if before.is_none_or(|before| place < before) {
                stands(true, place, rollout_id, node);
            }
        }
    }
    Ok(found.into_values().collect())
}

/// The first rollout that waits for this node.
pub fn first_for(read: &(impl Read + ?Sized), node: NodeId) -> Result<Option<RolloutId>, TableError> {
    Ok(waiting(read, Table::NodeQueue, node.as_bytes())?.first().map(|(_, rollout_id)| *rollout_id))
}

/// The rollouts of a project that wait for nodes, in the order in which they are served.
pub fn of_project(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Vec<RolloutId>, TableError> {
    let waiting = waiting(read, Table::RolloutQueue, project.as_bytes())?;
    Ok(waiting.into_iter().map(|(_, rollout_id)| rollout_id).collect())
}

/// At most as many as may wait in one project.
fn waiting(
    read: &(impl Read + ?Sized),
    table: Table,
    prefix: &[u8],
) -> Result<Vec<(u64, RolloutId)>, TableError> {
    let decoded = |(key, value): (Vec<u8>, Vec<u8>)| {
        let place = key.get(prefix.len()..).and_then(|place| place.try_into().ok()).map(u64::from_be_bytes);
        let rollout_id = query::id_at_end(&value).map(RolloutId);
        place.zip(rollout_id).ok_or_else(|| TableError::new(table, "a place in the queue does not decode"))
    };
    read.scan(Scan::all(table, prefix))?.into_iter().map(decoded).collect()
}

/// What came of a rollout that wanted its nodes.
pub(crate) enum Claim {
    /// They are its own from now on.
    Taken,
    /// It waits for this one.
    Behind(Contender),
    /// It cannot have them; why, in words.
    Refused(String),
}

/// Takes the nodes for a rollout that is to begin, or does what it asked for when others stand in its way. It writes nodes, the
/// queue and those that give way; the rollout itself is its caller's to write.
pub(crate) fn claim(
    context: &mut Context<'_>,
    claiming: &mut Rollout,
    nodes: &[Node],
) -> Result<Claim, Stop> {
    let before = claiming.queued.map(|queued| queued.place);
    let mut contenders = contenders(context.tables(), nodes, before)?;
    if planted!(OwnerNotAsked) {
        contenders.clear();
    }
    if !contenders.is_empty() {
        match claiming.spec.on_conflict {
            OnConflict::Refuse => return Ok(Claim::Refused(in_the_way(&contenders[0]))),
            OnConflict::Queue => return Ok(Claim::Behind(contenders.swap_remove(0))),
            OnConflict::Supersede => {
                for contender in &contenders {
                    if let Some(refusal) = refusal(context, contender)? {
                        return Ok(Claim::Refused(refusal));
                    }
                }
                for contender in &contenders {
                    supersede(context, claiming, contender)?;
                }
            }
        }
    }
    for node in nodes {
        // Whoever gave way has changed it.
        let Some(mut node) = context.load::<Node>(node.id.as_bytes())? else { continue };
        node.owner = Some(claiming.id);
        context.store(&node)?;
    }
    leave(context, claiming, nodes.iter().map(|node| node.id))?;
    Ok(Claim::Taken)
}

fn in_the_way(contender: &Contender) -> String {
    let Contender { rollout_id, node, .. } = contender;
    match contender.waits {
        false => format!("node '{node}' belongs to the rollout {rollout_id}"),
        true => format!("node '{node}' is waited for by the rollout {rollout_id}"),
    }
}

/// Why a rollout cannot be superseded. One that is being taken back is left to that: half of its nodes are on neither bundle for good
/// reason.
fn refusal(context: &Context<'_>, contender: &Contender) -> Result<Option<String>, Stop> {
    let old = rollout::require(context, contender.rollout_id)?;
    let words = in_the_way(contender);
    if old.state.phase() == Phase::RollingBack {
        return Ok(Some(format!("{words} and is being taken back")));
    }
    // Whoever takes its nodes from it would leave the traffic between two slots.
    let moves_traffic = old.shift.as_ref().is_some_and(|shift| shift.share > 0);
    Ok(moves_traffic.then(|| format!("{words}, which is moving traffic")))
}

/// Stops a rollout where it is, so that another one can have its nodes. What it has proven stays; what it has not goes back, as when
/// somebody cancels it: whoever may start a rollout may do that.
fn supersede(context: &mut Context<'_>, by: &Rollout, contender: &Contender) -> Result<(), Stop> {
    let mut old = rollout::require(context, contender.rollout_id)?;
    let version = context.load::<Bundle>(by.spec.bundle_id.as_bytes())?.map(|bundle| bundle.version);
    let reason = format!("superseded by the rollout {} of {}", by.id, version.unwrap_or_default());
    rollout::abandon_step(context, &old, &reason)?;
    let taken_back = rollout::take_back_unproven(context, &old)?;
    old.superseded_by = Some(by.id);
    let state = RolloutState::Cancelled { by: by.created_by.clone(), reason };
    rollout::end(context, &mut old, Deed::Supersede, state)?;
    let id = old.id.to_string();
    let subject = rollout::subject(context, &old, &id)?;
    let changes = [
        ("by", by.created_by.clone()),
        ("superseded_by", by.id.to_string()),
        ("taken_back", taken_back.to_string()),
    ];
    context.record_beside("rollout.superseded", subject, changes)?;
    Ok(())
}

/// Puts a rollout at the end of the queue, or leaves it at its place, behind another one. Its caller writes it.
pub(crate) fn wait_behind(
    context: &mut Context<'_>,
    waiting: &mut Rollout,
    nodes: &[NodeId],
    contender: &Contender,
) -> Result<(), Stop> {
    let place = match waiting.queued {
        Some(queued) => queued.place,
        None => {
            let place = context.index.to_be_bytes();
            let write = context.write();
            write.put(
                Table::RolloutQueue,
                &key(&[waiting.project_id.as_bytes(), &place]),
                waiting.id.as_bytes(),
            )?;
            for node in nodes {
                write.put(Table::NodeQueue, &key(&[node.as_bytes(), &place]), waiting.id.as_bytes())?;
            }
            context.index
        }
    };
    waiting.queued = Some(Queued { place, behind: Some(contender.rollout_id) });
    waiting.governance.frozen_until = None;
    let reason = rollout::clip(&format!("waits for its nodes: the rollout {contender}"));
    let since = waiting.hold.as_ref().filter(|hold| hold.reason == reason).map(|hold| hold.since);
    let since = since.unwrap_or(context.time);
    waiting.hold =
        Some(Hold { reason, broken: false, frozen: false, for_person: false, since, waits_since: None });
    Ok(())
}

/// Takes a rollout out of the queue, if it is in it. Its caller writes it.
pub(crate) fn leave(
    context: &mut Context<'_>,
    leaving: &mut Rollout,
    nodes: impl IntoIterator<Item = NodeId>,
) -> Result<(), TableError> {
    let Some(Queued { place, .. }) = leaving.queued.take() else { return Ok(()) };
    let place = place.to_be_bytes();
    let write = context.write();
    write.delete(Table::RolloutQueue, &key(&[leaving.project_id.as_bytes(), &place]))?;
    for node in nodes {
        write.delete(Table::NodeQueue, &key(&[node.as_bytes(), &place]))?;
    }
    Ok(())
}

/// Has those looked at that wait for this rollout, which does not stand in their way any more.
pub(crate) fn call(context: &mut Context<'_>, ended: &Rollout) -> Result<(), Stop> {
    if planted!(NobodyCalled) {
        return Ok(());
    }
    for id in of_project(context.tables(), ended.project_id)? {
        let mut next = rollout::require(context, id)?;
        let Some(queued) = next.queued.filter(|queued| queued.behind == Some(ended.id)) else { continue };
        next.queued = Some(Queued { behind: None, ..queued });
        rollout::save(context, &mut next)?;
        let id = id.to_string();
        let subject = rollout::subject(context, &next, &id)?;
        let data = BTreeMap::from([("waited_for".to_owned(), ended.id.to_string())]);
        context.event("rollout.called", subject, data);
    }
    Ok(())
}
