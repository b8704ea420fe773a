//! Takes the key of a node, for which its secrets are sealed. The first one counts: whoever has stolen what a node proves itself with cannot put
//! a key of their own in its place.

use sentinel_model::node::Node;
use sentinel_model::project::Project;
use sentinel_model::project_secret::{NodeSealingKey, SEALING_KEY_BYTES};
use sentinel_model::{InvalidValue, NodeId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::tables;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeSealingKeySet {
    /// The node.
    pub node_id: NodeId,
    /// Its X25519 public key.
    pub public_key: Vec<u8>,
}

impl Apply for NodeSealingKeySet {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let node = context.require::<Node>(self.node_id.as_bytes(), "Node")?;
        let project = context.require::<Project>(node.project_id.as_bytes(), "Project")?;
        if self.public_key.len() != SEALING_KEY_BYTES {
            let message = format!("must have {SEALING_KEY_BYTES} bytes, not {}", self.public_key.len());
            return Err(InvalidValue::new("public_key", message).into());
        }
        let known: Option<NodeSealingKey> = tables::load(context.tables(), self.node_id.as_bytes())?;
        if known.is_some() {
            return Err(Rejection::WrongState(ANOTHER.to_owned()).into());
        }
        context.store(&NodeSealingKey {
            node_id: self.node_id,
            public_key: self.public_key.clone(),
            set_at: context.time,
        })?;
        let id = self.node_id.to_string();
        let said = [("name", node.name.clone()), ("public_key", hex::encode(&self.public_key))];
        context.record("node.sealing_key_set", Subject::in_project("node", &id, &project), said)?;
        Ok(Reply::Done)
    }
}

/// Why another key is not taken.
pub const ANOTHER: &str = "the node has told another key before, for which its secrets are sealed. If its agent has lost that: delete the node, remove identity.json from the data directory of its agent, and enrol it anew";
