//! The calendar of a project.

use axum::Json;
use axum::extract::State;
use sentinel_api_types::calendar::{Calendar, CalendarQuery};
use sentinel_app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, PathArgs, QueryArgs};
use crate::openapi::{ReadParams, Refusals};
use crate::refusal::Answer;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show))
}

/// What a project is up to: freezes, rollouts that are to begin or have begun, promotions that are due.
#[utoipa::path(
    get, path = "/projects/{slug}/calendar", operation_id = "show_calendar", tag = "rollouts",
    params(("slug" = String, Path, description = "Slug of the project"), CalendarQuery, ReadParams),
    responses((status = 200, description = "In the order of their beginnings.", body = Calendar), Refusals),
)]
async fn show(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    QueryArgs { args, .. }: QueryArgs<CalendarQuery>,
) -> Answer<Calendar> {
    Ok(Json(app.calendar(&caller, &slug, &args).await?))
}
