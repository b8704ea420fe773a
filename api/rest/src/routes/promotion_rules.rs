//! Promotion rules.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::promotion::{
    PromotionRuleBody, PromotionRuleCreate, PromotionRuleList, PromotionRuleUpdate,
};
use sentinel_app::App;
use sentinel_model::PromotionRuleId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(update, delete))
}

/// The promotion rules of a project, with what came of each last.
#[utoipa::path(
    get, path = "/projects/{slug}/promotion-rules", operation_id = "list_promotion_rules", tag = "environments",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "The rules.", body = PromotionRuleList), Refusals),
)]
async fn list(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Answer<PromotionRuleList> {
    Ok(Json(app.list_promotion_rules(&caller, &slug).await?))
}

/// Has what was completed in one environment go on to another one by itself. Whoever makes the rule counts as the author of its rollouts.
#[utoipa::path(
    post, path = "/projects/{slug}/promotion-rules", operation_id = "create_promotion_rule", tag = "environments",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = PromotionRuleCreate,
    responses((status = 201, description = "Made.", body = PromotionRuleBody), Refusals),
)]
async fn create(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<PromotionRuleCreate>,
) -> Result<(StatusCode, Json<PromotionRuleBody>), Refusal> {
    Ok((StatusCode::CREATED, Json(app.create_promotion_rule(&caller, &slug, request).await?)))
}

/// Changes a promotion rule: its delay, its conditions, whether it does anything.
#[utoipa::path(
    patch, path = "/projects/{slug}/promotion-rules/{id}", operation_id = "update_promotion_rule", tag = "environments",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    request_body = PromotionRuleUpdate,
    responses((status = 200, description = "The rule as it is now.", body = PromotionRuleBody), Refusals),
)]
async fn update(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, PromotionRuleId)>,
    JsonBody(request): JsonBody<PromotionRuleUpdate>,
) -> Answer<PromotionRuleBody> {
    Ok(Json(app.update_promotion_rule(&caller, &slug, id, request).await?))
}

/// Removes a promotion rule. What it has started goes on.
#[utoipa::path(
    delete, path = "/projects/{slug}/promotion-rules/{id}", operation_id = "delete_promotion_rule", tag = "environments",
    params(("slug" = String, Path, description = "Slug of the project"), ("id" = Uuid, Path, description = "Id of the object"), WriteParams),
    responses((status = 204, description = "Gone."), Refusals),
)]
async fn delete(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs((slug, id)): PathArgs<(String, PromotionRuleId)>,
) -> Result<StatusCode, Refusal> {
    app.delete_promotion_rule(&caller, &slug, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
