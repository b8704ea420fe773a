//! Adds an enrolment token to a project.

use sentinel_model::enrolment::EnrolmentToken;
use sentinel_model::project::Project;
use sentinel_model::{EnrolmentTokenId, EnvironmentId, InvalidValue, ProjectId, Sha256Digest, Time, name};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::environment;
use crate::level::of_cluster;
use crate::outcome::Reply;
use crate::simulator;
use crate::tables::{Table, key};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentTokenCreate {
    /// Identity.
    pub token_id: EnrolmentTokenId,
    /// The project.
    pub project_id: ProjectId,
    /// Display name.
    pub name: String,
    /// First eight characters.
    pub prefix: String,
    /// Digest of the token.
    pub token_digest: Sha256Digest,
    /// How many nodes may use it.
    pub uses: Option<u32>,
    /// No use after this time.
    pub expires_at: Option<Time>,
    /// The environment that nodes join with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment_id: Option<EnvironmentId>,
    /// The leader makes it for the simulator of the project: nodes that join with it are simulated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}

impl Apply for EnrolmentTokenCreate {
    fn level_of_content(&self) -> u16 {
        if self.environment_id.is_some() || self.simulated { 4 } else { 1 }
    }

    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        name::check_name("name", &self.name)?;
        if self.uses == Some(0) {
            return Err(InvalidValue::new("uses", "must be at least 1, or absent for no limit").into());
        }
        if self.expires_at.is_some_and(|expiry| expiry <= context.time) {
            return Err(InvalidValue::new("expires_at", "must lie in the future").into());
        }
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        if let Some(id) = self.environment_id {
            environment::require(context, self.project_id, id)?;
        }
        if self.simulated {
            simulator::require_leader(context)?;
            simulator::require_running(context, &project)?;
        }
        context.require_new::<EnrolmentToken>(self.token_id.as_bytes(), "enrolment token")?;
        let created_at = context.time;
        context.store(&EnrolmentToken {
            id: self.token_id,
            project_id: self.project_id,
            name: self.name.clone(),
            prefix: self.prefix.clone(),
            token_digest: self.token_digest,
            uses_left: self.uses,
            expires_at: self.expires_at,
            revoked_at: None,
            created_at,
            environment_id: self.environment_id,
            simulated: self.simulated,
        })?;
        let write = context.write();
        write.put(Table::EnrolmentDigests, &self.token_digest.0, self.token_id.as_bytes())?;
        write.put(
            Table::EnrolmentsByProject,
            &key(&[self.project_id.as_bytes(), self.token_id.as_bytes()]),
            b"",
        )?;
        let id = self.token_id.to_string();
        let subject = Subject::in_project("enrolment_token", &id, &project);
        let name = [("name", self.name.clone())];
        let asked = if of_cluster(context.tables())? >= ASKED_LEVEL { self.asked() } else { Vec::new() };
        context.record("enrolment_token.created", subject, name.into_iter().chain(asked))?;
        Ok(Reply::Done)
    }
}

/// The level from which on the audit entry says all that was asked for; members of versions before say less.
pub const ASKED_LEVEL: u16 = 4;

impl EnrolmentTokenCreate {
    /// What was asked for beside the name, as the audit entry says it.
    pub fn asked(&self) -> Vec<(&'static str, String)> {
        vec![
            ("uses", self.uses.map_or_else(|| "unlimited".to_owned(), |uses| uses.to_string())),
            ("expires_at", self.expires_at.map_or_else(|| "never".to_owned(), |at| at.to_string())),
            ("environment_id", self.environment_id.map_or_else(|| "none".to_owned(), |id| id.to_string())),
        ]
    }
}
