//! Rollouts.

use sentinel_api_types::approval::{RolloutApprove, RolloutBreakGlass, RolloutReject};
use sentinel_api_types::rehearsal::{Rehearsal, RolloutRehearse};
use sentinel_api_types::rollout::{
    RolloutBody, RolloutCreate, RolloutDetail, RolloutList, RolloutPlan, RolloutRelease, RolloutRollback,
    RolloutsQuery,
};
use sentinel_model::RolloutId;

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// Starts a rollout.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_rollout(
        &self,
        project: &str,
        request: &RolloutCreate,
    ) -> Result<RolloutBody, ClientError> {
        self.ask(Call::post(&["projects", project, "rollouts"]).json(request)).await
    }

    /// What a rollout would do if it were started now.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn plan_rollout(
        &self,
        project: &str,
        request: &RolloutCreate,
    ) -> Result<RolloutPlan, ClientError> {
        self.ask(Call::post(&["projects", project, "rollouts", "plan"]).json(request)).await
    }

    /// The course that a rollout would take.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn rehearse_rollout(
        &self,
        project: &str,
        request: &RolloutRehearse,
    ) -> Result<Rehearsal, ClientError> {
        self.ask(Call::post(&["projects", project, "rollouts", "rehearse"]).json(request)).await
    }

    /// The rollouts of a project.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn rollouts(&self, project: &str, query: &RolloutsQuery) -> Result<RolloutList, ClientError> {
        self.ask(Call::get(&["projects", project, "rollouts"]).query(query)).await
    }

    /// One rollout with its steps and nodes.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn rollout(&self, project: &str, id: RolloutId) -> Result<RolloutDetail, ClientError> {
        self.ask(Call::get(&["projects", project, "rollouts", &id.to_string()])).await
    }

    /// Holds a rollout.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn pause_rollout(&self, project: &str, id: RolloutId) -> Result<RolloutBody, ClientError> {
        self.ask(Call::post(&["projects", project, "rollouts", &id.to_string(), "pause"])).await
    }

    /// Lets a held rollout go on.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn resume_rollout(&self, project: &str, id: RolloutId) -> Result<RolloutBody, ClientError> {
        self.ask(Call::post(&["projects", project, "rollouts", &id.to_string(), "resume"])).await
    }

    /// Lets the next step of a rollout begin whose steps wait for a person.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn advance_rollout(
        &self,
        project: &str,
        id: RolloutId,
        request: &RolloutRelease,
    ) -> Result<RolloutBody, ClientError> {
        self.ask(Call::post(&["projects", project, "rollouts", &id.to_string(), "advance"]).json(request))
            .await
    }

    /// Ends a rollout; nodes keep what they have.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn cancel_rollout(&self, project: &str, id: RolloutId) -> Result<RolloutBody, ClientError> {
        self.ask(Call::post(&["projects", project, "rollouts", &id.to_string(), "cancel"])).await
    }

    /// Takes a rollout back: every node gets what it ran before.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn rollback_rollout(
        &self,
        project: &str,
        id: RolloutId,
        request: &RolloutRollback,
    ) -> Result<RolloutBody, ClientError> {
        let call = Call::post(&["projects", project, "rollouts", &id.to_string(), "rollback"]);
        self.ask(call.json(request)).await
    }

    /// Agrees to a rollout.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn approve_rollout(
        &self,
        project: &str,
        id: RolloutId,
        request: &RolloutApprove,
    ) -> Result<RolloutBody, ClientError> {
        let call = Call::post(&["projects", project, "rollouts", &id.to_string(), "approve"]);
        self.ask(call.json(request)).await
    }

    /// Refuses a rollout, for good.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn reject_rollout(
        &self,
        project: &str,
        id: RolloutId,
        request: &RolloutReject,
    ) -> Result<RolloutBody, ClientError> {
        let call = Call::post(&["projects", project, "rollouts", &id.to_string(), "reject"]);
        self.ask(call.json(request)).await
    }

    /// Lets a rollout through every freeze.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn break_glass(
        &self,
        project: &str,
        id: RolloutId,
        request: &RolloutBreakGlass,
    ) -> Result<RolloutBody, ClientError> {
        let call = Call::post(&["projects", project, "rollouts", &id.to_string(), "break-glass"]);
        self.ask(call.json(request)).await
    }
}
