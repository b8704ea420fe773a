//! Failure domains: nodes that are likely to be lost together, by the value of a label.
//!
//! Every step takes from all domains evenly, as large as they are, and leaves one node of each alone: a bundle that breaks every node
//! of a step takes no domain away. Only a domain of one node cannot be left so; the plan says where that is.

use std::collections::BTreeMap;

use sentinel_model::NodeId;
use sentinel_model::node::Node;
use sentinel_model::rollout::RolloutSpec;

/// What a step takes of one domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Value of the label; `None`: the nodes without it.
    pub domain: Option<String>,
    /// Nodes in the step.
    pub nodes: usize,
    /// Nodes of the domain in the whole plan.
    pub of: usize,
}

impl Share {
    /// The step takes all of the domain.
    pub fn whole(&self) -> bool {
        self.nodes == self.of
    }
}

/// A node, and the place of its domain among the domains.
struct Placed<'a> {
    node: &'a Node,
    domain: usize,
}

/// Nodes in an order that is spread evenly over their domains, and how large these are.
pub(super) struct Spread<'a> {
    nodes: Vec<Placed<'a>>,
    sizes: Vec<usize>,
}

impl<'a> Spread<'a> {
    /// Within a domain, nodes keep the order in which they come. The j-th of n nodes stands at (2j+1)/2n of the way, so of every
    /// stretch of the order each domain has its part.
    pub fn over(spec: &RolloutSpec, nodes: &[&'a Node]) -> Self {
        let mut places: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        for node in nodes {
            places.entry(spec.domain_of(node)).or_default();
        }
        for (place, domain) in places.values_mut().enumerate() {
            *domain = place;
        }
        let mut sizes = vec![0usize; places.len()];
        let mut spread: Vec<(usize, Placed<'a>)> = Vec::with_capacity(nodes.len());
        for node in nodes {
            let domain = places[&spec.domain_of(node)];
            spread.push((sizes[domain], Placed { node, domain }));
            sizes[domain] += 1;
        }
        // Exact: both sides of a/b < c/d times both denominators. Ties go by domain.
        spread.sort_by(|(a, x), (b, y)| {
            let (left, right) = ((2 * a + 1) * sizes[y.domain], (2 * b + 1) * sizes[x.domain]);
            left.cmp(&right).then(x.domain.cmp(&y.domain))
        });
        Self { nodes: spread.into_iter().map(|(_, placed)| placed).collect(), sizes }
    }

    /// Cuts the order into steps. `up_to` says how many nodes the steps up to this one may have together, given how many those
    /// before it have; `None`: it is the last, and takes what is left. A node that would make a step take all of its domain is left
    /// for the next one, where there is one.
    pub fn cut(self, up_to: impl Fn(usize, usize) -> Option<usize>) -> Vec<Vec<NodeId>> {
        let Self { nodes, sizes } = self;
        let total = nodes.len();
        let (mut steps, mut taken) = (Vec::new(), 0);
        let mut rest = nodes.into_iter();
        let mut late: Vec<Placed<'a>> = Vec::new();
        let mut counts = vec![0usize; sizes.len()];
        for index in 0.. {
            if taken == total {
                break;
            }
            let room = up_to(index, taken);
            let most = room.unwrap_or(total).saturating_sub(taken);
            let (mut step, mut left): (Vec<Placed<'a>>, Vec<Placed<'a>>) = (Vec::new(), Vec::new());
            let mut waiting = std::mem::take(&mut late).into_iter();
            while step.len() < most {
                let Some(placed) = waiting.next().or_else(|| rest.next()) else { break };
                let (count, size) = (&mut counts[placed.domain], sizes[placed.domain]);
                if room.is_some() && size > 1 && *count + 1 == size {
                    left.push(placed);
                } else {
                    *count += 1;
                    step.push(placed);
                }
            }
            left.extend(waiting);
            late = left;
            step.iter().for_each(|placed| counts[placed.domain] = 0);
            taken += step.len();
            if !step.is_empty() {
                steps.push(step.into_iter().map(|placed| placed.node.id).collect());
            }
        }
        steps
    }
}

/// What each step takes of which domain, by domain.
pub(super) fn shares(spec: &RolloutSpec, moved: &[&Node], steps: &[Vec<NodeId>]) -> Vec<Vec<Share>> {
    if spec.failure_domain.is_none() {
        return Vec::new();
    }
    let domains: BTreeMap<NodeId, Option<&str>> =
        moved.iter().map(|node| (node.id, spec.domain_of(node))).collect();
    let mut sizes: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    domains.values().for_each(|domain| *sizes.entry(*domain).or_default() += 1);
    let of_step = |step: &Vec<NodeId>| {
        let mut counts: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        step.iter().for_each(|id| *counts.entry(domains.get(id).copied().flatten()).or_default() += 1);
        let share = |(domain, nodes): (Option<&str>, usize)| Share {
            domain: domain.map(str::to_owned),
            nodes,
            of: sizes.get(&domain).copied().unwrap_or_default(),
        };
        counts.into_iter().map(share).collect()
    };
    steps.iter().map(of_step).collect()
}

#[cfg(test)]
mod tests;
