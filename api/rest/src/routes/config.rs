//! The configuration of a project: its settings, and all of it as one document. Other objects are in `objects`.

mod objects;

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use http::{HeaderName, StatusCode, header};
use sentinel_api_types::config::{
    ConfigApplied, ConfigApplyQuery, ConfigChecked, ConfigDiff, ConfigDiffQuery, ConfigImport,
    ConfigImported, ConfigObject, ConfigPreview, ConfigSettingsBody, Configurable,
};
use sentinel_app::App;
use sentinel_model::config::document::SETTINGS;
use sentinel_model::config::{Document, Settings};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, JsonBody, OptionalBody, PathArgs, QueryArgs, Seen};
use crate::openapi::{MatchParams, ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// Largest document, in bytes of JSON.
const DOCUMENT_MAX: usize = 8 * 1024 * 1024;

/// An answer with one object, and its revision as `ETag`.
type Tagged<T> = Result<([(HeaderName, String); 1], Json<<T as Configurable>::Body>), Refusal>;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    let documents = OpenApiRouter::new()
        .routes(routes!(export))
        .routes(routes!(apply))
        .routes(routes!(diff))
        .routes(routes!(check))
        .routes(routes!(preview))
        .routes(routes!(import))
        .layer(DefaultBodyLimit::max(DOCUMENT_MAX));
    OpenApiRouter::new()
        .merge(objects::routes())
        .routes(routes!(show_settings, replace_settings, delete_settings))
        .merge(documents)
}

fn tagged<T: Configurable>(object: ConfigObject<T>) -> ([(HeaderName, String); 1], Json<T::Body>) {
    let tag = format!("\"{}\"", object.revision);
    ([(header::ETAG, tag)], Json(T::body(object)))
}

/// The settings of a configuration.
#[utoipa::path(
    get, path = "/projects/{slug}/config-settings", operation_id = "show_config_settings", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "The settings.", body = ConfigSettingsBody, headers(("ETag" = String, description = "The revision, in quotes"))), Refusals),
)]
async fn show_settings(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Tagged<Settings> {
    Ok(tagged(app.show_config::<Settings>(&caller, &slug, SETTINGS).await?))
}

/// Says what the settings of a configuration are from now on. They need not be there before.
#[utoipa::path(
    put, path = "/projects/{slug}/config-settings", operation_id = "replace_config_settings", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams, MatchParams),
    request_body = Settings,
    responses((status = 200, description = "As they are now.", body = ConfigSettingsBody, headers(("ETag" = String, description = "The revision, in quotes"))), Refusals),
)]
async fn replace_settings(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    Seen(seen): Seen,
    JsonBody(spec): JsonBody<Settings>,
) -> Tagged<Settings> {
    Ok(tagged(app.replace_config(&caller, &slug, SETTINGS, seen, spec).await?))
}

/// Takes the settings of a configuration away: everything is as usual.
#[utoipa::path(
    delete, path = "/projects/{slug}/config-settings", operation_id = "delete_config_settings", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams, MatchParams),
    responses((status = 204, description = "Gone."), Refusals),
)]
async fn delete_settings(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    Seen(seen): Seen,
) -> Result<StatusCode, Refusal> {
    app.delete_config::<Settings>(&caller, &slug, SETTINGS, seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The configuration of a project as one document: what `apply` takes.
#[utoipa::path(
    get, path = "/projects/{slug}/config/export", operation_id = "export_config", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ReadParams),
    responses((status = 200, description = "The document. Two configurations that say the same have the same bytes.", body = Document), Refusals),
)]
async fn export(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
) -> Answer<Document> {
    Ok(Json(app.export_config(&caller, &slug).await?))
}

/// Changes the configuration of a project to what a document says, in one step or not at all.
#[utoipa::path(
    post, path = "/projects/{slug}/config/apply", operation_id = "apply_config", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ConfigApplyQuery, WriteParams),
    request_body = Document,
    responses((status = 200, description = "What was changed; with `dry_run`, what would be.", body = ConfigApplied), Refusals),
)]
async fn apply(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    QueryArgs { args, .. }: QueryArgs<ConfigApplyQuery>,
    JsonBody(document): JsonBody<Document, DOCUMENT_MAX>,
) -> Answer<ConfigApplied> {
    Ok(Json(app.apply_config(&caller, &slug, args, document).await?))
}

/// What a document would change.
#[utoipa::path(
    post, path = "/projects/{slug}/config/diff", operation_id = "diff_config", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), ConfigDiffQuery, WriteParams),
    request_body = Document,
    responses((status = 200, description = "The differences.", body = ConfigDiff), Refusals),
)]
async fn diff(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    QueryArgs { args, .. }: QueryArgs<ConfigDiffQuery>,
    JsonBody(document): JsonBody<Document, DOCUMENT_MAX>,
) -> Answer<ConfigDiff> {
    Ok(Json(app.diff_config(&caller, &slug, args, document).await?))
}

/// What the compiler says of a document; without one, of the configuration that the project has.
#[utoipa::path(
    post, path = "/projects/{slug}/config/check", operation_id = "check_config", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = Option<Document>,
    responses((status = 200, description = "What was found.", body = ConfigChecked), Refusals),
)]
async fn check(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    OptionalBody(document): OptionalBody<Option<Document>, DOCUMENT_MAX>,
) -> Answer<ConfigChecked> {
    Ok(Json(app.check_config(&caller, &slug, document).await?))
}

/// As `check`, and what the proxy would get of the document; without one, of the configuration that the project has. Nothing is kept.
#[utoipa::path(
    post, path = "/projects/{slug}/config/preview", operation_id = "preview_config", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = Option<Document>,
    responses((status = 200, description = "What was found, and what came of it.", body = ConfigPreview), Refusals),
)]
async fn preview(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    OptionalBody(document): OptionalBody<Option<Document>, DOCUMENT_MAX>,
) -> Answer<ConfigPreview> {
    Ok(Json(app.preview_config(&caller, &slug, document).await?))
}

/// Makes services of the description of an API, beside what the project has, in one step or not at all. Without `apply` nothing is written.
#[utoipa::path(
    post, path = "/projects/{slug}/config/import", operation_id = "import_config", tag = "configuration",
    params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
    request_body = ConfigImport,
    responses((status = 200, description = "What was made of it; without `apply`, what would be.", body = ConfigImported), Refusals),
)]
async fn import(
    State(app): State<App>,
    Calling(caller): Calling,
    PathArgs(slug): PathArgs<String>,
    JsonBody(request): JsonBody<ConfigImport, DOCUMENT_MAX>,
) -> Answer<ConfigImported> {
    Ok(Json(app.import_config(&caller, &slug, request).await?))
}
