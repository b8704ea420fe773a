//! What takes bundles on to the next environment.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, done, open};
use crate::message::{body, id};
use crate::proto::promotion_rule_service_server::PromotionRuleService;
use crate::proto::{
    CreatePromotionRuleRequest, DeletePromotionRuleRequest, ListPromotionRulesRequest, PromotionRuleBody,
    PromotionRuleList, UpdatePromotionRuleRequest,
};

#[tonic::async_trait]
impl PromotionRuleService for Admin {
    async fn list_promotion_rules(
        &self,
        request: Request<ListPromotionRulesRequest>,
    ) -> Answer<PromotionRuleList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_promotion_rules(&caller, &asked.project).await)
    }

    async fn create_promotion_rule(
        &self,
        request: Request<CreatePromotionRuleRequest>,
    ) -> Answer<PromotionRuleBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_promotion_rule(&caller, &asked.project, body(&asked)?).await)
    }

    async fn delete_promotion_rule(&self, request: Request<DeletePromotionRuleRequest>) -> Answer<()> {
        let (caller, asked) = open(request)?;
        done(&caller, self.app.delete_promotion_rule(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn update_promotion_rule(
        &self,
        request: Request<UpdatePromotionRuleRequest>,
    ) -> Answer<PromotionRuleBody> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app
                .update_promotion_rule(&caller, &asked.project, id("id", &asked.id)?, body(&asked)?)
                .await,
        )
    }
}
