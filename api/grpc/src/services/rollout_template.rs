//! How rollouts usually go.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, done, open};
use crate::message::{body, id};
use crate::proto::rollout_template_service_server::RolloutTemplateService;
use crate::proto::{
    CreateRolloutTemplateRequest, DeleteRolloutTemplateRequest, GetRolloutTemplateRequest,
    ListRolloutTemplatesRequest, RolloutTemplateBody, RolloutTemplateList, UpdateRolloutTemplateRequest,
};

#[tonic::async_trait]
impl RolloutTemplateService for Admin {
    async fn list_rollout_templates(
        &self,
        request: Request<ListRolloutTemplatesRequest>,
    ) -> Answer<RolloutTemplateList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_rollout_templates(&caller, &asked.project).await)
    }

    async fn create_rollout_template(
        &self,
        request: Request<CreateRolloutTemplateRequest>,
    ) -> Answer<RolloutTemplateBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_rollout_template(&caller, &asked.project, body(&asked)?).await)
    }

    async fn get_rollout_template(
        &self,
        request: Request<GetRolloutTemplateRequest>,
    ) -> Answer<RolloutTemplateBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.show_rollout_template(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn delete_rollout_template(&self, request: Request<DeleteRolloutTemplateRequest>) -> Answer<()> {
        let (caller, asked) = open(request)?;
        done(&caller, self.app.delete_rollout_template(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn update_rollout_template(
        &self,
        request: Request<UpdateRolloutTemplateRequest>,
    ) -> Answer<RolloutTemplateBody> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app
                .update_rollout_template(&caller, &asked.project, id("id", &asked.id)?, body(&asked)?)
                .await,
        )
    }
}
