//! The OpenAPI document: made of the routes themselves, so a route cannot be missing from it.

use sentinel_api_types::event::{Compacted, Event};
use sentinel_api_types::{ErrorBody, Problem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoParams, IntoResponses, Modify};

use crate::routes;
use crate::routes::session::COOKIE;

/// The document.
pub fn document() -> OpenApi {
    routes::api().split_for_parts().1
}

/// What the document says before any route.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Sentinel control plane",
        description = "Refusals have the shape of `ErrorBody`. Writes can be repeated with the same `Idempotency-Key`. \
            Reads take `?consistency=stale`. Lists are paged by opaque cursors.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ErrorBody, Problem, Event, Compacted)),
    modifiers(&Security),
    security(("session" = []), ("bearer" = [])),
    tags(
        (name = "session", description = "Signing in and out"),
        (name = "orgs", description = "Orgs, their people and keys"),
        (name = "projects", description = "Projects at a glance, and their changes"),
        (name = "nodes", description = "Nodes as operators see them"),
        (name = "bundles", description = "Compiled, signed configurations"),
        (name = "rollouts", description = "Bundles carried to nodes in steps"),
        (name = "events", description = "What happens, as it happens"),
        (name = "cluster", description = "The members"),
        (name = "agent", description = "The node protocol"),
    )
)]
pub(crate) struct Frame;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        let cookie = ApiKeyValue::with_description(COOKIE, "A person's session, in a browser.");
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A session token (`ses_…`), an API key (`scp_…`) or a node token."))
            .build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let key = ApiKeyValue::with_description("X-Zentinel-Node-Key", "A node's key.");
        components.add_security_scheme("node_key", SecurityScheme::ApiKey(ApiKey::Header(key)));
    }
}

/// What every operation may answer beside its success.
pub struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> std::collections::BTreeMap<String, RefOr<Response>> {
        let refusal = |words: &str| {
            let schema = Content::new(Some(Ref::from_schema_name("ErrorBody")));
            RefOr::T(ResponseBuilder::new().description(words).content("application/json", schema).build())
        };
        [("4XX", "The request is refused."), ("5XX", "The cluster cannot answer now.")]
            .into_iter()
            .map(|(status, words)| (status.to_owned(), refusal(words)))
            .collect()
    }
}

/// Reads may ask for what the member has, at once.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct ReadParams {
    /// `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
    #[param(inline, example = "stale")]
    consistency: Option<String>,
}

/// Writes may carry a key.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code)]
pub struct WriteParams {
    /// Makes the write repeatable: the same key never writes twice, and gets the first answer again.
    #[param(rename = "Idempotency-Key")]
    idempotency_key: Option<uuid::Uuid>,
}
