//! Removes an environment that nothing refers to any more, with what was completed in it. People only, administrators of its org.

use sentinel_model::environment::Environment;
use sentinel_model::project::Project;
use sentinel_model::promotion::Promotion;
use sentinel_model::user::Role;
use sentinel_model::{EnvironmentId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::baseline::{self, Ground};
use crate::commands::environment_update::renumber;
use crate::environment;
use crate::freeze;
use crate::governance;
use crate::outcome::{Rejection, Reply};
use crate::promotion;
use crate::promotion_rule;
use crate::query;
use crate::secret;
use crate::tables::{Scan, Table, TableError, rows};
use crate::template;
use crate::waiting;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentDelete {
    /// The project.
    pub project_id: ProjectId,
    /// The environment.
    pub environment_id: EnvironmentId,
}

impl Apply for EnvironmentDelete {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        governance::require_person(context, &project, Role::Admin)?;
        let gone = environment::require(context, self.project_id, self.environment_id)?;
        if let Some(words) = used_by(context, &gone)? {
            let message = format!("the environment '{}' is in use: {words}", gone.name);
            return Err(Rejection::WrongState(message).into());
        }
        let all = Scan::all(Table::Promotions, gone.id.as_bytes());
        for promotion in rows::<Promotion>(context.tables(), all)? {
            promotion::remove(context, &promotion)?;
        }
        baseline::owe(context, &mut Ground::Environment(gone.clone()), None)?;
        context.write().delete(Table::Environments, &environment::row(gone.project_id, gone.id))?;
        let left = environment::all(context.tables(), self.project_id)?;
        renumber(context, left)?;
        let id = self.environment_id.to_string();
        let subject = Subject::in_project("environment", &id, &project);
        context.record("environment.deleted", subject, [("name", gone.name), ("slug", gone.slug)])?;
        Ok(Reply::Done)
    }
}

/// What refers to an environment, in words.
fn used_by(context: &Context<'_>, gone: &Environment) -> Result<Option<String>, TableError> {
    let read = context.tables();
    let mut uses = Vec::new();
    let nodes = read.scan(Scan::all(Table::EnvironmentNodes, gone.id.as_bytes()))?.len();
    if nodes > 0 {
        uses.push(format!("{nodes} nodes are in it; move them first"));
    }
    let windows = freeze::windows(read, gone.project_id)?.into_iter();
    for window in windows.filter(|window| window.environment_id == Some(gone.id)) {
        uses.push(format!("the freeze window '{}' is for it", window.name));
    }
    for rule in promotion_rule::all(read, gone.project_id)? {
        if rule.source_id == gone.id || rule.target_id == gone.id {
            uses.push(format!("the promotion rule {} names it", rule.id));
        }
    }
    let secrets = secret::all(read, gone.project_id)?.into_iter();
    for secret in secrets.filter(|secret| secret.environment_id == Some(gone.id)) {
        uses.push(format!("the secret {} has a value for it", secret.name));
    }
    uses.extend(template::naming(read, gone.project_id, |spec| spec.environment_id == Some(gone.id))?);
    let under_way = query::active_rollouts(read)?.into_iter();
    let under_way = under_way.filter(|rollout| rollout.project_id == gone.project_id);
    for rollout in under_way.chain(waiting::of_project(read, gone.project_id)?) {
        if rollout.spec.environment_id == Some(gone.id) {
            uses.push(format!("the rollout {} is to it", rollout.id));
        }
    }
    Ok((!uses.is_empty()).then(|| uses.join("; ")))
}
