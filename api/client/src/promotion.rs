//! Promotion rules.

use sentinel_api_types::promotion::{
    PromotionRuleBody, PromotionRuleCreate, PromotionRuleList, PromotionRuleUpdate,
};
use sentinel_model::PromotionRuleId;

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The promotion rules of a project.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn promotion_rules(&self, project: &str) -> Result<PromotionRuleList, ClientError> {
        self.ask(Call::get(&["projects", project, "promotion-rules"])).await
    }

    /// Adds a promotion rule.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_promotion_rule(
        &self,
        project: &str,
        request: &PromotionRuleCreate,
    ) -> Result<PromotionRuleBody, ClientError> {
        self.ask(Call::post(&["projects", project, "promotion-rules"]).json(request)).await
    }

    /// Changes a promotion rule.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn update_promotion_rule(
        &self,
        project: &str,
        id: PromotionRuleId,
        request: &PromotionRuleUpdate,
    ) -> Result<PromotionRuleBody, ClientError> {
        self.ask(Call::patch(&["projects", project, "promotion-rules", &id.to_string()]).json(request)).await
    }

    /// Removes a promotion rule.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete_promotion_rule(&self, project: &str, id: PromotionRuleId) -> Result<(), ClientError> {
        self.tell(Call::delete(&["projects", project, "promotion-rules", &id.to_string()])).await
    }
}
