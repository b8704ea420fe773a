//! Facts that members learned about nodes, many at a time. Facts about nodes that are gone, and facts that change nothing,
//! are dropped; what contradicts the node's assignments, or what is known to be newer, is not believed.

use std::collections::BTreeMap;

use sentinel_model::drift::Measurement;
use sentinel_model::node::{
    ActivationFailure, ActivationStage, Assignment, FAILURE_TEXT_MAX, Fact, Given, Node, NodeStatus,
};
use sentinel_model::{BundleId, DriftEventId, Generation, InvalidValue, NodeId, Time};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::commands::node_register::tell;
use crate::drift;
use crate::outcome::Reply;
use crate::rollout;

/// Most facts in one command.
pub const REPORTS_MAX: usize = 1_000;
/// Longest version kept, in characters.
pub const VERSION_TEXT_MAX: usize = 128;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodesReport {
    /// In the order in which they were learned.
    pub reports: Vec<NodeReport>,
}

/// One fact about one node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeReport {
    /// The node.
    pub node_id: NodeId,
    /// What was learned.
    pub fact: NodeFact,
}

/// What can be learned about a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeFact {
    /// A member answered its poll with this assignment.
    Offered {
        /// The bundle.
        bundle_id: BundleId,
        /// The assignment.
        generation: Generation,
    },
    /// The agent verified and staged it.
    Accepted {
        /// The bundle.
        bundle_id: BundleId,
        /// The assignment.
        generation: Generation,
    },
    /// The proxy has proven to run it.
    Effective {
        /// The bundle.
        bundle_id: BundleId,
        /// The assignment.
        generation: Generation,
    },
    /// It did not become effective, and the agent went back.
    Failed {
        /// The bundle.
        bundle_id: BundleId,
        /// The assignment.
        generation: Generation,
        /// How far it came.
        stage: ActivationStage,
        /// Why.
        message: String,
    },
    /// Heartbeats began or ceased.
    Status(NodeStatus),
    /// The agent has measured what really runs. Only from cluster level 4 on.
    Measured {
        /// The name of the event of drift that this begins, if it does.
        event_id: DriftEventId,
        /// What it found.
        found: Box<Measurement>,
    },
    /// What runs there.
    Versions {
        /// Of the agent.
        agent: String,
        /// Of the proxy.
        proxy: String,
    },
}

impl Apply for NodesReport {
    const AUDITED: bool = false;

    fn level_of_content(&self) -> u16 {
        let measured = |report: &NodeReport| matches!(report.fact, NodeFact::Measured { .. });
        if self.reports.iter().any(measured) { drift::LEVEL } else { 1 }
    }

    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        if self.reports.is_empty() || self.reports.len() > REPORTS_MAX {
            return Err(InvalidValue::new("reports", format!("1 to {REPORTS_MAX} facts")).into());
        }
        let mut changed = 0;
        for report in &self.reports {
            let Some(mut node) = context.load::<Node>(report.node_id.as_bytes())? else { continue };
            if let NodeFact::Measured { event_id, found } = &report.fact {
                changed += u64::from(drift::measure(context, &node, *event_id, found)?);
                continue;
            }
            let Some(word) = report.fact.change(&mut node, context.time) else { continue };
            context.store(&node)?;
            if matches!(report.fact, NodeFact::Effective { .. } | NodeFact::Failed { .. }) {
                rollout::settle(context, &node)?;
            }
            changed += 1;
            tell(context, &node, word, report.fact.data());
        }
        Ok(Reply::Count(changed))
    }
}

impl NodeFact {
    /// True when it would change what is known of the node: it is new, and it is believed. A member that proposes only news
    /// does not fill the log with what a node keeps saying and nobody believes.
    pub fn is_news(&self, node: &Node) -> bool {
        self.change(&mut node.clone(), node.status_since).is_some()
    }

    /// Changes the node; `None` when there is nothing new in it, or it is not believed.
    fn change(&self, node: &mut Node, at: Time) -> Option<&'static str> {
        match self {
            NodeFact::Offered { bundle_id, generation } => {
                let believed = believable(node, *bundle_id, *generation);
                let fact = Fact { bundle_id: *bundle_id, generation: *generation, at };
                (believed && advance(&mut node.offered, fact)).then_some("node.offered")
            }
            NodeFact::Accepted { bundle_id, generation } => {
                let believed = believable(node, *bundle_id, *generation);
                let fact = Fact { bundle_id: *bundle_id, generation: *generation, at };
                (believed && advance(&mut node.accepted, fact)).then_some("node.accepted")
            }
            NodeFact::Effective { bundle_id, generation } => {
                let same = node
                    .effective
                    .is_some_and(|now| now.generation == *generation && now.bundle_id == *bundle_id);
                let disproven =
                    node.failure.as_ref().is_some_and(|failure| failure.generation <= *generation);
                let believed = believable(node, *bundle_id, *generation) && !overtaken(node, *generation);
                if (same && !disproven) || !believed {
                    return None;
                }
                node.effective = Some(Fact { bundle_id: *bundle_id, generation: *generation, at });
                if disproven {
                    node.failure = None;
                }
                Some("node.effective")
            }
            NodeFact::Failed { bundle_id, generation, stage, message } => {
                let known = node.failure.as_ref().is_some_and(|failure| failure.generation >= *generation);
                if known || !believable(node, *bundle_id, *generation) {
                    return None;
                }
                node.failure = Some(ActivationFailure {
                    bundle_id: *bundle_id,
                    generation: *generation,
                    stage: *stage,
                    message: message.chars().take(FAILURE_TEXT_MAX).collect(),
                    at,
                });
                Some("node.failed")
            }
            NodeFact::Status(status) => {
                if node.status == *status {
                    return None;
                }
                node.status = *status;
                node.status_since = at;
                Some(match status {
                    NodeStatus::Online => "node.online",
                    NodeStatus::Offline => "node.offline",
                    NodeStatus::Unknown => "node.unknown",
                })
            }
            // It is no field of the node: see `drift`.
            NodeFact::Measured { .. } => None,
            NodeFact::Versions { agent, proxy } => {
                // Cut first: compared at full length, an overlong version would be news for ever.
                let cut = |text: &String| text.chars().take(VERSION_TEXT_MAX).collect::<String>();
                let (agent, proxy) = (cut(agent), cut(proxy));
                if node.agent_version == agent && node.proxy_version == proxy {
                    return None;
                }
                (node.agent_version, node.proxy_version) = (agent, proxy);
                Some("node.updated")
            }
        }
    }

    fn data(&self) -> BTreeMap<String, String> {
        let (generation, more) = match self {
            NodeFact::Offered { generation, .. }
            | NodeFact::Accepted { generation, .. }
            | NodeFact::Effective { generation, .. } => (*generation, None),
            NodeFact::Failed { generation, stage, .. } => {
                (*generation, Some(("stage", stage.as_str().to_owned())))
            }
            NodeFact::Status(_) | NodeFact::Versions { .. } | NodeFact::Measured { .. } => return BTreeMap::new(),
        };
        let mut data = BTreeMap::from([("generation".to_owned(), generation.to_string())]);
        data.extend(more.map(|(field, value)| (field.to_owned(), value)));
        data
    }
}

/// A generation that was never given to the node is not believed, nor one that is remembered with another bundle.
fn believable(node: &Node, bundle_id: BundleId, generation: Generation) -> bool {
    let contradicts =
        |assignment: &Assignment| assignment.generation == generation && assignment.bundle_id != bundle_id;
    let given = |given: &Given| given.generation == generation && given.bundle_id != bundle_id;
    generation <= node.generation
        && !node.assignment.as_ref().is_some_and(contradicts)
        && !node.given.iter().any(given)
}

/// True when an older generation than the proven one is not believed to run.
///
/// Facts of one node come through several members, and each keeps those that it could not propose. So one that was heard
/// before the newest proof can arrive after it, and nothing in it says so. Taken for the truth, it would look like a node that
/// went back, and a rollout would be taken back for it. A node does go back, but only from a generation that failed, and it
/// tells of that failure: so an older generation is believed once a failure of the proven one, or of one after it, is known.
/// What is true is told with every heartbeat, so nothing is lost by not believing it too early.
fn overtaken(node: &Node, generation: Generation) -> bool {
    let Some(proven) = node.effective else { return false };
    let gave_up = node.failure.as_ref().is_some_and(|failure| failure.generation >= proven.generation);
    generation < proven.generation && !gave_up
}

/// Offered and accepted only move forward.
fn advance(slot: &mut Option<Fact>, fact: Fact) -> bool {
    let newer = slot.is_none_or(|known| known.generation < fact.generation);
    if newer {
        *slot = Some(fact);
    }
    newer
}
