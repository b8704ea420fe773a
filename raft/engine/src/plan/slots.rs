//! The plan of a blue-green rollout: the slot without traffic gets the bundle, the one with all of it keeps what it runs.
//!
//! Weights say which is which. Where they do not, nothing is guessed: traffic would go where nobody expects it.

use sentinel_machine::commands::rollout_create::NODES_MAX;
use sentinel_model::blue_green::{SHARE_OFF_MAX, weights};
use sentinel_model::node::{Node, Slot};
use sentinel_model::rollout::{OnConflict, RolloutSpec};

use super::{Excluded, Owned, Plan, PlanError, kept_out, named, owned, step_size};

/// Plans over the selected nodes, which are sorted.
///
/// A node without traffic that is pinned to another bundle, or does not take its version, takes no part. One with traffic keeps what it runs in any case, so its pin
/// does not matter. A node that runs the bundle already gets it again: what counts is that its slot gets the traffic.
pub(super) fn plan(spec: &RolloutSpec, selected: &[&Node], version: &str) -> Result<Plan, PlanError> {
    let (mut taken, mut excluded) = (Vec::new(), Vec::new());
    for node in selected {
        match kept_out(node, spec.bundle_id, version).filter(|_| node.weight == 0) {
            Some(reason) => {
                excluded.push(Excluded { node_id: node.id, name: node.name.clone(), reason });
            }
            None => taken.push(*node),
        }
    }
    if taken.is_empty() {
        return Err(PlanError::AllExcluded(excluded));
    }
    let conflicts: Vec<Owned> = taken.iter().filter_map(|node| owned(node)).collect();
    if !conflicts.is_empty() && spec.on_conflict == OnConflict::Refuse {
        return Err(PlanError::Conflict(conflicts));
    }
    if taken.len() > NODES_MAX {
        return Err(PlanError::TooMany(taken.len()));
    }
    let (standby, live) = split(&taken).map_err(PlanError::Slots)?;
    near_enough(spec, &standby, &live).map_err(PlanError::Slots)?;
    let chunks = standby.chunks(step_size(spec.batch, standby.len()));
    Ok(Plan {
        steps: chunks.map(|step| step.iter().map(|node| node.id).collect()).collect(),
        live: live.iter().map(|node| node.id).collect(),
        excluded,
        conflicts,
        domains: Vec::new(),
    })
}

/// The nodes of the slot without traffic, and those of the slot with it; or what to do so that there are such.
fn split<'a>(nodes: &[&'a Node]) -> Result<(Vec<&'a Node>, Vec<&'a Node>), String> {
    let stray: Vec<&Node> = nodes.iter().copied().filter(|node| node.slot.is_none()).collect();
    if !stray.is_empty() {
        return Err(format!(
            "blue-green moves traffic between the slots blue and green, and these nodes are in none: {}; put each into one: \
             sentinel-cp node update {} --slot blue",
            names(&stray),
            stray[0].name
        ));
    }
    let of = |slot: Slot| nodes.iter().copied().filter(move |node| node.slot == Some(slot));
    for slot in Slot::ALL {
        if of(slot).next().is_none() {
            let (slot, first) = (slot.as_str(), &nodes[0].name);
            return Err(format!(
                "blue-green takes nodes in both slots, and none of the selected ones is in {slot}; put some into it: \
                 sentinel-cp node update {first} --slot {slot}"
            ));
        }
    }
    let with = |slot: Slot| -> Vec<&'a Node> { of(slot).filter(|node| node.weight > 0).collect() };
    let without = |slot: Slot| -> Vec<&'a Node> { of(slot).filter(|node| node.weight == 0).collect() };
    for live in Slot::ALL {
        let standby = live.other();
        if without(live).is_empty() && with(standby).is_empty() {
            return Ok((without(standby), with(live)));
        }
    }
    Err(undecided(&Slot::ALL.map(|slot| (slot, with(slot), without(slot)))))
}

/// Weights are whole percents: where one slot is many times as large as the other, the least of a node is a large share of the traffic.
fn near_enough(spec: &RolloutSpec, standby: &[&Node], live: &[&Node]) -> Result<(), String> {
    let had: Vec<u8> = live.iter().map(|node| node.weight).collect();
    let real = |share: u8| weights(share, standby.len(), &had).share(standby.len());
    let near = |share: &u8| real(*share).abs_diff(*share) <= SHARE_OFF_MAX;
    let mut asked = spec.blue_green.iter().flat_map(|asked| &asked.traffic_steps);
    let Some(share) = asked.find(|share| !near(share)) else { return Ok(()) };
    let next = (*share..100).find(near).map(|share| format!("{share},")).unwrap_or_default();
    Err(format!(
        "{share} % of the traffic would be {} %: weights are whole percents, and one slot is many times as large as the other (nodes \
         without traffic: {}; with it: {}, their weights together {} %); leave this share out, as in --traffic-steps {next}100",
        real(*share),
        standby.len(),
        live.len(),
        had.iter().copied().map(u32::from).sum::<u32>()
    ))
}

/// Which nodes are not as they should be. The slot with more traffic is taken for the one that shall keep it.
fn undecided(slots: &[(Slot, Vec<&Node>, Vec<&Node>); 2]) -> String {
    let said = slots.iter().map(|(slot, with, without)| {
        let part = |nodes: &[&Node], what: &str| {
            (!nodes.is_empty()).then(|| format!("{} {what} ({})", slot.as_str(), names(nodes)))
        };
        let parts: Vec<String> =
            [part(with, "has traffic"), part(without, "has none")].into_iter().flatten().collect();
        parts.join(", ")
    });
    let said = said.collect::<Vec<_>>().join("; ");
    let mixed = || slots.iter().filter(|(_, with, without)| !with.is_empty() && !without.is_empty());
    let advice = match (slots.iter().all(|(_, with, _)| with.is_empty()), mixed().next()) {
        (true, _) => format!(
            "give each node of the slot that serves its weight: sentinel-cp node update {} --weight 100",
            slots[0].2[0].name
        ),
        (false, Some((_, with, without))) => {
            let (node, weight) = if with.len() >= without.len() { (without[0], 100) } else { (with[0], 0) };
            format!("make the nodes of a slot alike: sentinel-cp node update {} --weight {weight}", node.name)
        }
        (false, None) => {
            let (_, with, _) = &slots[1];
            format!(
                "take it from each node of the slot that shall get the bundle: sentinel-cp node update {} --weight 0",
                with[0].name
            )
        }
    };
    format!("one slot must have all of the traffic and the other none: {said}; {advice}")
}

fn names(nodes: &[&Node]) -> String {
    named(nodes.iter().map(|node| node.name.clone()))
}

#[cfg(test)]
mod tests;
