//! The cluster.

use axum::Json;
use axum::extract::State;
use sentinel_api_types::cluster::Cluster;
use sentinel_app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::Calling;
use crate::openapi::{ReadParams, Refusals};
use crate::refusal::Answer;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show))
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
