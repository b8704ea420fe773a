//! Approvals of rollouts, refusals, the broken glass. Who may is decided by the state machine, at its entry of the log.

use sentinel_api_types::approval::{RolloutApprove, RolloutBreakGlass, RolloutReject};
use sentinel_api_types::rollout::RolloutBody;
use sentinel_machine::commands::{rollout_approve, rollout_break_glass, rollout_reject};
use sentinel_model::RolloutId;

use crate::access::Operation;
use crate::app::App;
use crate::caller::Caller;
use crate::change::Change;
use crate::error::AppError;

impl App {
    /// Agrees to a rollout.
    pub async fn approve_rollout(
        &self,
        caller: &Caller,
        project: &str,
        id: RolloutId,
        request: RolloutApprove,
    ) -> Result<RolloutBody, AppError> {
        let command =
            rollout_approve::RolloutApprove { rollout_id: id, digest: request.digest, by: caller.label() };
        let change = Change::to("rollout.approved", id).with("digest", request.digest);
        self.steer_as(Operation::RolloutApprove, caller, project, id, change, command).await
    }

    /// Refuses a rollout, for good.
    pub async fn reject_rollout(
        &self,
        caller: &Caller,
        project: &str,
        id: RolloutId,
        request: RolloutReject,
    ) -> Result<RolloutBody, AppError> {
        let change = Change::to("rollout.rejected", id).with("comment", &request.comment);
        let command =
            rollout_reject::RolloutReject { rollout_id: id, by: caller.label(), comment: request.comment };
        self.steer_as(Operation::RolloutReject, caller, project, id, change, command).await
    }

    /// Lets a rollout through every freeze.
    pub async fn break_glass(
        &self,
        caller: &Caller,
        project: &str,
        id: RolloutId,
        request: RolloutBreakGlass,
    ) -> Result<RolloutBody, AppError> {
        let change =
            Change::to("rollout.freeze_overridden", id).with("reason", &request.override_freeze_reason);
        let command = rollout_break_glass::RolloutBreakGlass {
            rollout_id: id,
            by: caller.label(),
            reason: request.override_freeze_reason,
        };
        self.steer_as(Operation::RolloutBreakGlass, caller, project, id, change, command).await
    }
}
