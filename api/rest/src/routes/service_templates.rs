//! Services to begin with.

use axum::Json;
use axum::extract::State;
use sentinel_api_types::service_template::{ServiceTemplateFill, ServiceTemplateList};
use sentinel_app::App;
use sentinel_model::config::Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, PathArgs};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::Answer;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(fill))
}

/// Services to begin with, with what each leaves out and why.
#[utoipa::path(
    get, path = "/service-templates", operation_id = "list_service_templates", tag = "configuration",
    params(ReadParams),
    responses((status = 200, description = "All of them.", body = ServiceTemplateList), Refusals),
)]
async fn list(State(app): State<App>, Calling(caller): Calling) -> Answer<ServiceTemplateList> {
    Ok(Json(app.list_service_templates(&caller).await?))
}

/// Makes the document of a service by a template, and keeps nothing: it is added to what a project has by `config/apply?prune=false`.
#[utoipa::path(
    post, path = "/service-templates/{name}/document", operation_id = "fill_service_template", tag = "configuration",
    params(("name" = String, Path, description = "Name of the template"), WriteParams),
    request_body = ServiceTemplateFill,
    responses((status = 200, description = "A service and its upstream group.", body = Document), Refusals),
)]
async fn fill(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(name): PathArgs<String>,
    JsonBody(request): JsonBody<ServiceTemplateFill>,
) -> Answer<Document> {
    Ok(Json(app.fill_service_template(&caller, &name, request).await?))
}
