//! Templates of rollouts: how rollouts of a project go, kept under a name.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::name::check_name;
use crate::rollout::{RolloutSpec, Target};
use crate::{BundleId, InvalidValue, ProjectId, RolloutTemplateId, Time};

/// Most templates of one project.
pub const TEMPLATES_MAX: usize = 100;
/// Longest description, in characters.
pub const DESCRIPTION_MAX: usize = 500;
/// Most nodes that a template may name one by one: all templates of a project are listed at once.
pub const NAMED_MAX: usize = 500;
/// Stands where a rollout names its bundle: a template leaves that open.
pub const OPEN: BundleId = BundleId(Uuid::nil());

/// How a rollout goes, but for its bundle, its time and its reasons. Whoever uses it gets a copy: a template that is changed changes no
/// rollout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolloutTemplate {
    /// Identity.
    pub id: RolloutTemplateId,
    /// The project.
    pub project_id: ProjectId,
    /// Unique in the project.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What people start from when they say nothing else; one of a project at most.
    pub is_default: bool,
    /// All of what can be asked of a rollout, so that no field is lost on the way; its bundle is [`OPEN`].
    pub spec: RolloutSpec,
    /// Who made it, as the audit log names them.
    pub created_by: String,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// The template that a rollout was made from, as it was called then. It may be another one by now, or gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateRef {
    /// Which one.
    pub id: RolloutTemplateId,
    /// Its name.
    pub name: String,
}

impl RolloutTemplate {
    /// Checks every field; the first refusal names it.
    ///
    /// # Errors
    /// A field is not as it must be.
    pub fn check(&self) -> Result<(), InvalidValue> {
        check_name("name", &self.name)?;
        if self.description.chars().count() > DESCRIPTION_MAX {
            let message = format!("must have at most {DESCRIPTION_MAX} characters");
            return Err(InvalidValue::new("description", message));
        }
        if self.spec.bundle_id != OPEN {
            return Err(InvalidValue::new("rollout", "a template names no bundle"));
        }
        if matches!(&self.spec.target, Target::Nodes(nodes) if nodes.len() > NAMED_MAX) {
            let message = format!("a template names at most {NAMED_MAX} nodes; put them into a group");
            return Err(InvalidValue::new("target_selector.node_ids", message));
        }
        self.spec.check().map_err(|error| {
            // Where it goes stands beside how it goes.
            let beside = error.field.starts_with("target_selector");
            let field = if beside { error.field } else { format!("rollout.{}", error.field) };
            InvalidValue { field, message: error.message }
        })
    }

    /// What it is like to be referred to.
    pub fn reference(&self) -> TemplateRef {
        TemplateRef { id: self.id, name: self.name.clone() }
    }
}
