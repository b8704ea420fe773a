//! Keeps the configuration that a node really runs, as its agent tells it: only where it differs from what was assigned, since
//! the rest is what the bundle says. It is what nodes report, so it has no audit entry.

use sentinel_model::drift::{CONFIG_BYTES_MAX, RuntimeConfig};
use sentinel_model::node::Node;
use sentinel_model::{Generation, InvalidValue, NodeId, Sha256Digest};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::commands::node_register::tell;
use crate::drift;
use crate::outcome::Reply;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRuntimeConfigKeep {
    /// The node.
    pub node_id: NodeId,
    /// The generation that it was compared with.
    pub generation: Generation,
    /// Digest of the whole text.
    pub digest: Sha256Digest,
    /// The text, or its beginning.
    pub text: String,
    /// What the agent had written instead, or its beginning.
    pub expected: String,
    /// One of the texts is longer than what is kept.
    pub cut: bool,
}

impl Apply for NodeRuntimeConfigKeep {
    const AUDITED: bool = false;

    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        for (field, text) in [("config_kdl", &self.text), ("expected_kdl", &self.expected)] {
            if text.len() > CONFIG_BYTES_MAX {
                let message = format!("must have at most {CONFIG_BYTES_MAX} bytes");
                return Err(InvalidValue::new(field, message).into());
            }
        }
        let node = context.require::<Node>(self.node_id.as_bytes(), "Node")?;
        let kept = RuntimeConfig {
            node_id: node.id,
            project_id: node.project_id,
            generation: self.generation,
            digest: self.digest,
            text: self.text.clone(),
            expected: self.expected.clone(),
            cut: self.cut,
            at: context.time,
            index: context.index,
        };
        drift::keep_config(context, &kept)?;
        let digest = [("hash".to_owned(), self.digest.to_string())];
        tell(context, &node, "node.runtime_config", digest.into());
        Ok(Reply::Done)
    }
}
