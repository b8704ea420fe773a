//! The cluster.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use sentinel_api_types::cluster::{Cluster, HandOver, LevelRaise};
use sentinel_app::App;
use sentinel_model::MemberId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(remove_member))
        .routes(routes!(hand_over))
        .routes(routes!(raise_level))
}

/// The cluster as the answering member sees it. Answers also when there is no leader.
#[utoipa::path(
    get, path = "/cluster", operation_id = "show_cluster", tag = "cluster",
    params(ReadParams),
    responses((status = 200, description = "The picture.", body = Cluster), Refusals),
)]
async fn show(State(app): State<App>, Calling(caller): Calling) -> Answer<Cluster> {
    Ok(Json(app.show_cluster(&caller).await?))
}

/// Takes a member out of the cluster, for ever: its number is never used again. It may be one that does not answer any more.
#[utoipa::path(
    delete, path = "/cluster/members/{id}", operation_id = "remove_cluster_member", tag = "cluster",
    params(("id" = u64, Path, description = "Number of the member"), WriteParams),
    responses((status = 204, description = "Decided. The leader carries it out."), Refusals),
)]
async fn remove_member(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(id): PathArgs<MemberId>,
) -> Result<StatusCode, Refusal> {
    app.remove_cluster_member(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets another member lead.
#[utoipa::path(
    post, path = "/cluster/hand-over", operation_id = "hand_over_leadership", tag = "cluster",
    params(WriteParams),
    request_body = HandOver,
    responses((status = 202, description = "The leader is asked; the cluster shows who leads."), Refusals),
)]
async fn hand_over(
    State(app): State<App>,
    Calling(caller): Calling,
    JsonBody(request): JsonBody<HandOver>,
) -> Result<StatusCode, Refusal> {
    app.hand_over(&caller, request).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Raises the cluster's level by one. It cannot be undone: from then on, members whose binary knows less are refused.
#[utoipa::path(
    post, path = "/cluster/level", operation_id = "raise_cluster_level", tag = "cluster",
    params(WriteParams),
    request_body = LevelRaise,
    responses((status = 204, description = "Raised."), Refusals),
)]
async fn raise_level(
    State(app): State<App>,
    Calling(caller): Calling,
    JsonBody(request): JsonBody<LevelRaise>,
) -> Result<StatusCode, Refusal> {
    app.raise_level(&caller, request).await?;
    Ok(StatusCode::NO_CONTENT)
}
