//! Bundles carried to nodes in steps.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, open};
use crate::message::{body, id, query};
use crate::proto::rollout_service_server::RolloutService;
use crate::proto::{
    AdvanceRolloutRequest, ApproveRolloutRequest, BreakGlassRequest, Calendar, CancelRolloutRequest,
    CreateRolloutRequest, GetCalendarRequest, GetRolloutRequest, ListRolloutsRequest, PauseRolloutRequest,
    PlanRolloutRequest, Rehearsal, RehearseRolloutRequest, RejectRolloutRequest, ResumeRolloutRequest,
    RollbackRolloutRequest, RolloutBody, RolloutDetail, RolloutList, RolloutPlan,
};

#[tonic::async_trait]
impl RolloutService for Admin {
    async fn get_calendar(&self, request: Request<GetCalendarRequest>) -> Answer<Calendar> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.calendar(&caller, &asked.project, &query(&asked, &["project"])?).await)
    }

    async fn list_rollouts(&self, request: Request<ListRolloutsRequest>) -> Answer<RolloutList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_rollouts(&caller, &asked.project, &query(&asked, &["project"])?).await)
    }

    async fn create_rollout(&self, request: Request<CreateRolloutRequest>) -> Answer<RolloutBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_rollout(&caller, &asked.project, body(&asked)?).await)
    }

    async fn plan_rollout(&self, request: Request<PlanRolloutRequest>) -> Answer<RolloutPlan> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.plan_rollout(&caller, &asked.project, body(&asked)?).await)
    }

    async fn rehearse_rollout(&self, request: Request<RehearseRolloutRequest>) -> Answer<Rehearsal> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.rehearse_rollout(&caller, &asked.project, body(&asked)?).await)
    }

    async fn get_rollout(&self, request: Request<GetRolloutRequest>) -> Answer<RolloutDetail> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.show_rollout(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn advance_rollout(&self, request: Request<AdvanceRolloutRequest>) -> Answer<RolloutBody> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app.advance_rollout(&caller, &asked.project, id("id", &asked.id)?, body(&asked)?).await,
        )
    }

    async fn approve_rollout(&self, request: Request<ApproveRolloutRequest>) -> Answer<RolloutBody> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app.approve_rollout(&caller, &asked.project, id("id", &asked.id)?, body(&asked)?).await,
        )
    }

    async fn break_glass(&self, request: Request<BreakGlassRequest>) -> Answer<RolloutBody> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app.break_glass(&caller, &asked.project, id("id", &asked.id)?, body(&asked)?).await,
        )
    }

    async fn cancel_rollout(&self, request: Request<CancelRolloutRequest>) -> Answer<RolloutBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.cancel_rollout(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn pause_rollout(&self, request: Request<PauseRolloutRequest>) -> Answer<RolloutBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.pause_rollout(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn reject_rollout(&self, request: Request<RejectRolloutRequest>) -> Answer<RolloutBody> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app.reject_rollout(&caller, &asked.project, id("id", &asked.id)?, body(&asked)?).await,
        )
    }

    async fn resume_rollout(&self, request: Request<ResumeRolloutRequest>) -> Answer<RolloutBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.resume_rollout(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn rollback_rollout(&self, request: Request<RollbackRolloutRequest>) -> Answer<RolloutBody> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app.rollback_rollout(&caller, &asked.project, id("id", &asked.id)?, body(&asked)?).await,
        )
    }
}
