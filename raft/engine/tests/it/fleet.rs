//! What both worlds do alike with the nodes of a fleet: enrol them, and judge their silence.

use std::collections::{BTreeMap, HashMap};

use sentinel_engine::nodes::{Candidate, Listening, SilenceQueue, decide_status};
use sentinel_machine::commands::node_register::NodeRegister;
use sentinel_machine::commands::nodes_report::NodeReport;
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::tables;
use sentinel_model::health::NodeSample;
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::{NodeId, Sha256Digest, Time};

use crate::agent::Agent;
use crate::world::{FRESH_MS, OFFLINE_AFTER_MS, node_id};

/// A node enrols.
pub fn enrolment(number: u8, labels: BTreeMap<String, String>) -> NodeRegister {
    NodeRegister {
        node_id: node_id(number),
        token_digest: Sha256Digest([4; 32]),
        name: format!("edge-{number}"),
        labels,
        capabilities: vec![],
        agent_version: "1".into(),
        proxy_version: "1".into(),
        hostname: String::new(),
        ip: String::new(),
        key_digest: Sha256Digest([number; 32]),
    }
}

/// What a leader knows of who speaks.
pub struct Hearing<'a> {
    pub agents: &'a BTreeMap<NodeId, Agent>,
    pub samples: &'a HashMap<NodeId, NodeSample>,
    pub leader_since: Time,
    pub now: Time,
}

impl Hearing<'_> {
    fn listening(&self) -> Listening {
        Listening {
            leader_since: self.leader_since,
            offline_after_ms: OFFLINE_AFTER_MS,
            fresh_ms: FRESH_MS,
            unheard_within_ms: 0,
        }
    }

    /// Whose silence is due, and what is to be reported of these and of those that speak.
    pub fn judge(&self, tables: &MemoryTables, queue: &mut SilenceQueue) -> (Vec<NodeId>, Vec<NodeReport>) {
        let due = queue.due(self.now, OFFLINE_AFTER_MS, 100);
        let speaking = self.agents.values().filter(|agent| !agent.silent).map(|agent| agent.id);
        let ids: Vec<NodeId> = due.iter().copied().chain(speaking).collect();
        let nodes: Vec<Node> =
            ids.iter().filter_map(|id| tables::load(tables, id.as_bytes()).unwrap()).collect();
        let candidates = nodes.iter().map(|node| Candidate { node, sample: self.samples.get(&node.id) });
        let reports = decide_status(candidates, self.listening(), self.now);
        (due, reports)
    }

    /// When the silence of these is due next, now that it was reported.
    pub fn go_on(&self, tables: &MemoryTables, queue: &mut SilenceQueue, due: Vec<NodeId>) {
        for id in due {
            match tables::load::<Node>(tables, id.as_bytes()).unwrap() {
                Some(node) if node.status == NodeStatus::Online => {
                    let sample = self.samples.get(&id);
                    queue.heard(id, self.listening().last_heard(Candidate { node: &node, sample }));
                }
                _ => queue.forget(id),
            }
        }
    }
}
