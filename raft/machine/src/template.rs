//! Templates of rollouts: all of a project, that one is the default at most, and what they name.

use sentinel_model::group::NodeGroup;
use sentinel_model::node::Node;
use sentinel_model::rollout::{RolloutSpec, Target};
use sentinel_model::template::RolloutTemplate;
use sentinel_model::{ProjectId, RolloutTemplateId, Sha256Digest};
use sha2::{Digest, Sha256};

use crate::apply::{Context, Stop};
use crate::environment;
use crate::outcome::Rejection;
use crate::tables::{Read, Scan, Table, TableError, encode, key, load, rows};

/// Every template of a project, by id: the oldest first.
pub fn all(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Vec<RolloutTemplate>, TableError> {
    rows(read, Scan::all(Table::RolloutTemplates, project.as_bytes()))
}

/// One template of a project.
pub fn find(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    id: RolloutTemplateId,
) -> Result<Option<RolloutTemplate>, TableError> {
    load(read, &key(&[project.as_bytes(), id.as_bytes()]))
}

/// What a template says, for the audit log: two that say the same have the same.
pub fn digest(spec: &RolloutSpec) -> Result<Sha256Digest, TableError> {
    let bytes = encode(Table::RolloutTemplates, spec)?;
    Ok(Sha256Digest(Sha256::digest(bytes).into()))
}

/// Writes a template that has been checked. When it is the default, no other one is any more: that one is returned.
pub(crate) fn save(
    context: &mut Context<'_>,
    template: &RolloutTemplate,
) -> Result<Option<RolloutTemplate>, Stop> {
    let mut before = None;
    for mut other in all(context.tables(), template.project_id)? {
        if other.id == template.id {
            continue;
        }
        if other.name == template.name {
            return Err(Rejection::taken("name", "is taken by another template of this project").into());
        }
        if template.is_default && other.is_default {
            other.is_default = false;
            context.store(&other)?;
            before = Some(other);
        }
    }
    context.store(template)?;
    Ok(before)
}

/// Refuses a template that names what the project does not have. What other projects have does not exist.
pub(crate) fn require_own(context: &Context<'_>, template: &RolloutTemplate) -> Result<(), Stop> {
    let (project, spec) = (template.project_id, &template.spec);
    if let Some(id) = spec.environment_id {
        environment::require(context, project, id)?;
    }
    match &spec.target {
        Target::All | Target::Labels(_) => {}
        Target::Nodes(nodes) => {
            for id in nodes {
                let node = context.require::<Node>(id.as_bytes(), "Node")?;
                if node.project_id != project {
                    return Err(Rejection::not_found("Node").into());
                }
            }
        }
        Target::Groups(groups) => {
            for id in groups {
                context.require::<NodeGroup>(&key(&[project.as_bytes(), id.as_bytes()]), "Group")?;
            }
        }
    }
    Ok(())
}

/// The templates of a project of which something is true, in words: they keep what they name from being deleted.
pub(crate) fn naming(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    named: impl Fn(&RolloutSpec) -> bool,
) -> Result<Vec<String>, TableError> {
    let templates = all(read, project)?.into_iter().filter(|template| named(&template.spec));
    Ok(templates.map(|template| format!("the rollout template '{}' names it", template.name)).collect())
}
