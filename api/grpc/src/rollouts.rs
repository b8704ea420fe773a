//! Rollouts: see them, start them, steer them.

use std::str::FromStr;

use sentinel_api_types::approval::{RolloutApprove, RolloutBreakGlass, RolloutReject};
use sentinel_api_types::rollout::{
    RolloutBody, RolloutCreate, RolloutRelease, RolloutRollback, RolloutsQuery,
};
use sentinel_api_types::why::NodeWhyQuery;
use sentinel_app::{App, AppError, Caller};
use tonic::{Request, Response, Status};

use crate::proto::rollout_service_server::RolloutService;
use crate::proto::{
    AdvanceRolloutRequest, ApproveRolloutRequest, CreateRolloutRequest, ExplainNodeRequest,
    ExplainNodeResponse, GetRolloutRequest, ListRolloutsRequest, ListRolloutsResponse, Rollout,
    RolloutDetail, SteerRolloutRequest,
};
use crate::{caller, convert, status};

/// See the module.
pub struct Rollouts(pub App);

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl RolloutService for Rollouts {
    async fn list_rollouts(&self, request: Request<ListRolloutsRequest>) -> Answer<ListRolloutsResponse> {
        let caller = caller::of(&self.0, &request).await?;
        let request = request.into_inner();
        let query = RolloutsQuery {
            state: state(&request.state)?,
            limit: Some(request.page_size).filter(|size| *size > 0),
            cursor: Some(request.page_token).filter(|token| !token.is_empty()),
        };
        let page = self.0.list_rollouts(&caller, &request.project, &query).await.map_err(status::of)?;
        Ok(Response::new(ListRolloutsResponse {
            rollouts: page.rollouts.into_iter().map(Into::into).collect(),
            next_page_token: page.next_cursor.unwrap_or_default(),
        }))
    }

    async fn get_rollout(&self, request: Request<GetRolloutRequest>) -> Answer<RolloutDetail> {
        let caller = caller::of(&self.0, &request).await?;
        let request = request.into_inner();
        let id = convert::id("rollout_id", &request.rollout_id)?;
        let found = self.0.show_rollout(&caller, &request.project, id).await.map_err(status::of)?;
        Ok(Response::new(found.into()))
    }

    async fn create_rollout(&self, request: Request<CreateRolloutRequest>) -> Answer<Rollout> {
        let caller = caller::of(&self.0, &request).await?;
        let request = request.into_inner();
        let project = request.project.clone();
        let create = RolloutCreate::try_from(request)?;
        let made = self.0.create_rollout(&caller, &project, create).await.map_err(status::of)?;
        Ok(Response::new(made.rollout.into()))
    }

    async fn pause_rollout(&self, request: Request<SteerRolloutRequest>) -> Answer<Rollout> {
        let pause = async |app: App, caller: Caller, asked: SteerRolloutRequest, id| {
            app.pause_rollout(&caller, &asked.project, id).await
        };
        self.steer(request, pause).await
    }

    async fn resume_rollout(&self, request: Request<SteerRolloutRequest>) -> Answer<Rollout> {
        let resume = async |app: App, caller: Caller, asked: SteerRolloutRequest, id| {
            app.resume_rollout(&caller, &asked.project, id).await
        };
        self.steer(request, resume).await
    }

    async fn advance_rollout(&self, request: Request<AdvanceRolloutRequest>) -> Answer<Rollout> {
        let caller = caller::of(&self.0, &request).await?;
        let request = request.into_inner();
        let id = convert::id("rollout_id", &request.rollout_id)?;
        let release = RolloutRelease { step_index: request.step_index };
        let advanced = self.0.advance_rollout(&caller, &request.project, id, release).await;
        Ok(Response::new(advanced.map_err(status::of)?.rollout.into()))
    }

    async fn cancel_rollout(&self, request: Request<SteerRolloutRequest>) -> Answer<Rollout> {
        let cancel = async |app: App, caller: Caller, asked: SteerRolloutRequest, id| {
            app.cancel_rollout(&caller, &asked.project, id).await
        };
        self.steer(request, cancel).await
    }

    async fn roll_back_rollout(&self, request: Request<SteerRolloutRequest>) -> Answer<Rollout> {
        let roll_back = async |app: App, caller: Caller, asked: SteerRolloutRequest, id| {
            let reason = RolloutRollback { reason: Some(asked.reason).filter(|reason| !reason.is_empty()) };
            app.rollback_rollout(&caller, &asked.project, id, reason).await
        };
        self.steer(request, roll_back).await
    }

    async fn approve_rollout(&self, request: Request<ApproveRolloutRequest>) -> Answer<Rollout> {
        let caller = caller::of(&self.0, &request).await?;
        let request = request.into_inner();
        let id = convert::id("rollout_id", &request.rollout_id)?;
        let digest =
            request.digest.parse().map_err(|error| Status::invalid_argument(format!("digest: {error}")))?;
        let approved = self.0.approve_rollout(&caller, &request.project, id, RolloutApprove { digest }).await;
        Ok(Response::new(approved.map_err(status::of)?.rollout.into()))
    }

    async fn reject_rollout(&self, request: Request<SteerRolloutRequest>) -> Answer<Rollout> {
        let reject = async |app: App, caller: Caller, asked: SteerRolloutRequest, id| {
            let request = RolloutReject { comment: asked.reason };
            app.reject_rollout(&caller, &asked.project, id, request).await
        };
        self.steer(request, reject).await
    }

    async fn break_glass(&self, request: Request<SteerRolloutRequest>) -> Answer<Rollout> {
        let break_glass = async |app: App, caller: Caller, asked: SteerRolloutRequest, id| {
            let request = RolloutBreakGlass { override_freeze_reason: asked.reason };
            app.break_glass(&caller, &asked.project, id, request).await
        };
        self.steer(request, break_glass).await
    }

    async fn explain_node(&self, request: Request<ExplainNodeRequest>) -> Answer<ExplainNodeResponse> {
        let caller = caller::of(&self.0, &request).await?;
        let request = request.into_inner();
        let id = convert::id("node_id", &request.node_id)?;
        let query = NodeWhyQuery { generation: request.generation };
        let why = self.0.node_why(&caller, &request.project, id, query).await.map_err(status::of)?;
        Ok(Response::new(why.into()))
    }
}

impl Rollouts {
    /// What steering requests have in common.
    async fn steer<Id: FromStr, F: Future<Output = Result<RolloutBody, AppError>>>(
        &self,
        request: Request<SteerRolloutRequest>,
        steer: impl FnOnce(App, Caller, SteerRolloutRequest, Id) -> F,
    ) -> Answer<Rollout> {
        let caller = caller::of(&self.0, &request).await?;
        let request = request.into_inner();
        let id = convert::id("rollout_id", &request.rollout_id)?;
        let steered = steer(self.0.clone(), caller, request, id).await.map_err(status::of)?;
        Ok(Response::new(steered.rollout.into()))
    }
}

fn state<T: serde::de::DeserializeOwned>(text: &str) -> Result<Option<T>, Status> {
    if text.is_empty() {
        return Ok(None);
    }
    let word = serde_json::Value::String(text.to_owned());
    serde_json::from_value(word)
        .map(Some)
        .map_err(|_| Status::invalid_argument(format!("state: '{text}' is not a state of rollouts")))
}

#[cfg(test)]
mod tests;
