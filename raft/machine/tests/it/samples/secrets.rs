//! Samples of secrets.

use sentinel_machine::Command;
use sentinel_machine::commands::node_sealing_key_set::NodeSealingKeySet;
use sentinel_machine::commands::secret_change::{SecretChange, What};
use sentinel_machine::commands::secret_create::SecretCreate;
use sentinel_machine::commands::secret_delete::SecretDelete;
use sentinel_model::project_secret::SEALING_KEY_BYTES;
use sentinel_model::secret::Sealed;

use crate::ids::*;

/// A token of the shop, for all of its nodes.
pub fn secret() -> SecretCreate {
    SecretCreate {
        secret_id: SECRET,
        project_id: SHOP,
        name: "API_TOKEN".into(),
        environment_id: None,
        description: "of the payment service".into(),
        sealed: Sealed(vec![1; 80]),
        mark: "m1".into(),
        created_by: "ada@example.com".into(),
    }
}

/// Its value from now on.
pub fn rotation(version: u64) -> SecretChange {
    let sealed = Sealed(vec![version as u8; 80]);
    let what = What::Value { version, sealed, mark: format!("m{version}") };
    SecretChange { project_id: SHOP, secret_id: SECRET, what, by: "bob@example.com".into() }
}

/// What it is for from now on.
pub fn description(text: &str) -> SecretChange {
    SecretChange { what: What::Description(text.into()), ..rotation(2) }
}

pub fn delete() -> SecretDelete {
    SecretDelete { project_id: SHOP, secret_id: SECRET }
}

/// A node tells its key.
pub fn sealing_key(byte: u8) -> NodeSealingKeySet {
    NodeSealingKeySet { node_id: edge(1), public_key: vec![byte; SEALING_KEY_BYTES] }
}

/// One of each form.
pub fn all() -> Vec<Vec<Command>> {
    vec![
        vec![secret().into(), SecretCreate { environment_id: Some(PROD), ..secret() }.into()],
        vec![rotation(2).into(), description("of nobody").into()],
        vec![delete().into()],
        vec![sealing_key(1).into()],
    ]
}
