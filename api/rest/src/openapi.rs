//! The OpenAPI document: made of the routes themselves, so a route cannot be missing from it.

use sentinel_api_types::event::{Compacted, Event};
use sentinel_api_types::{ErrorBody, Problem};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Content, HeaderBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder,
};
use utoipa::{IntoParams, IntoResponses, Modify};

use crate::request::LOG_INDEX;
use crate::routes;
use crate::routes::session::COOKIE;

/// What a write may be repeated with.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The document.
pub fn document() -> OpenApi {
    let mut document = routes::api().split_for_parts().1;
    for path in document.paths.paths.values_mut() {
        [&mut path.post, &mut path.put, &mut path.delete].into_iter().flatten().for_each(tell_of_the_index);
    }
    document
}

/// Every write that takes a key tells where it stands in the log.
fn tell_of_the_index(operation: &mut Operation) {
    let named =
        |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(known) if known.name == IDEMPOTENCY_KEY);
    if !operation.parameters.iter().flatten().any(named) {
        return;
    }
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.starts_with('2'), response) {
            let words = "Log index of the write; a read with it in `x-min-index` has the write in it, at every member.";
            let header = HeaderBuilder::new()
                .schema(Some(ObjectBuilder::new().schema_type(Type::Integer)))
                .description(Some(words))
                .build();
            response.headers.insert(LOG_INDEX.as_str().to_owned(), RefOr::T(header));
        }
    }
}

/// What the document says before any route.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Sentinel control plane",
        description = "Refusals have the shape of `ErrorBody`. Writes can be repeated with the same `Idempotency-Key`. \
            Reads take `?consistency=stale`, \
            and `x-min-index` with the `x-log-index` of a write to see that write at every member. Lists are paged by opaque cursors.",
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
        (name = "configuration", description = "What the proxies of a project do: services and everything that they name"),
        (name = "rollouts", description = "Bundles carried to nodes in steps"),
        (name = "environments", description = "The order in which bundles go through a fleet, and what takes them on"),
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

/// Reads may ask for what the member has, at once, and for it to have an entry.
pub struct ReadParams;

impl IntoParams for ReadParams {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut parameters = Freshness::into_params(&parameter_in);
        parameters.extend(Least::into_params(&parameter_in));
        parameters
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
struct Freshness {
    /// `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
    #[param(inline, example = "stale")]
    consistency: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code)]
struct Least {
    /// Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
    /// then 503 `behind`. A write tells its index in `x-log-index`.
    #[param(rename = "x-min-index")]
    x_min_index: Option<u64>,
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

/// A change may be only of what was looked at.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code)]
pub struct MatchParams {
    /// The `ETag` of the object that was looked at. When somebody has changed it since: 412 `precondition_failed`, with the revision now, who made it,
    /// when, and which fields changed (`revision`, `updated_by`, `updated_at`, `changed_fields` in `details`).
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}
