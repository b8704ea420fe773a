//! Objects of a configuration, the same routes for each kind.

use sentinel_app::App;
use utoipa_axum::router::OpenApiRouter;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(services::routes())
        .merge(upstream_groups::routes())
        .merge(listeners::routes())
        .merge(middlewares::routes())
        .merge(trust_stores::routes())
}

macro_rules! objects {
    (
        $module:ident: $kind:ident, $body:ident, $list:ident, $create:ident at $all:tt and $one:tt;
        $list_id:tt $list_words:tt $create_id:tt $create_words:tt $show_id:tt $show_words:tt
        $replace_id:tt $replace_words:tt $delete_id:tt $delete_words:tt
    ) => {
        mod $module {
            use axum::Json;
            use axum::extract::State;
            use http::{HeaderName, StatusCode};
            use sentinel_api_types::PageQuery;
            use sentinel_api_types::config::{$body, $create, $list};
            use sentinel_app::App;
            use sentinel_model::config::$kind;
            use utoipa_axum::router::OpenApiRouter;
            use utoipa_axum::routes;

            use crate::extract::{Calling, JsonBody, ObjectBody, PathArgs, QueryArgs, Seen};
            use crate::openapi::{MatchParams, ReadParams, Refusals, WriteParams};
            use crate::refusal::{Answer, Refusal};
            use crate::routes::config::{Tagged, tagged};

            pub(super) fn routes() -> OpenApiRouter<App> {
                OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, replace, delete))
            }

            #[doc = $list_words]
            #[utoipa::path(
                get, path = $all, operation_id = $list_id, tag = "configuration",
                params(("slug" = String, Path, description = "Slug of the project"), PageQuery, ReadParams),
                responses((status = 200, description = "A page.", body = $list), Refusals),
            )]
            async fn list(
                State(app): State<App>,
                Calling(caller): Calling,
                PathArgs(slug): PathArgs<String>,
                QueryArgs { args, .. }: QueryArgs<PageQuery>,
            ) -> Answer<$list> {
                Ok(Json(app.list_config::<$kind>(&caller, &slug, &args).await?))
            }

            #[doc = $create_words]
            #[utoipa::path(
                post, path = $all, operation_id = $create_id, tag = "configuration",
                params(("slug" = String, Path, description = "Slug of the project"), WriteParams),
                request_body = $create,
                responses((status = 201, description = "Made.", body = $body, headers(("ETag" = String, description = "The revision, in quotes"))), Refusals),
            )]
            async fn create(
                State(app): State<App>,
                Calling(caller): Calling,
                PathArgs(project): PathArgs<String>,
                ObjectBody { slug, spec }: ObjectBody<$kind>,
            ) -> Result<(StatusCode, [(HeaderName, String); 1], Json<$body>), Refusal> {
                let (tag, body) = tagged(app.create_config::<$kind>(&caller, &project, slug, spec).await?);
                Ok((StatusCode::CREATED, tag, body))
            }

            #[doc = $show_words]
            #[utoipa::path(
                get, path = $one, operation_id = $show_id, tag = "configuration",
                params(("slug" = String, Path, description = "Slug of the project"), ("id" = String, Path, description = "Slug or id of the object"), ReadParams),
                responses((status = 200, description = "The object.", body = $body, headers(("ETag" = String, description = "The revision, in quotes"))), Refusals),
            )]
            async fn show(
                State(app): State<App>,
                Calling(caller): Calling,
                PathArgs((slug, named)): PathArgs<(String, String)>,
            ) -> Tagged<$kind> {
                Ok(tagged(app.show_config::<$kind>(&caller, &slug, &named).await?))
            }

            #[doc = $replace_words]
            #[utoipa::path(
                put, path = $one, operation_id = $replace_id, tag = "configuration",
                params(("slug" = String, Path, description = "Slug of the project"), ("id" = String, Path, description = "Slug or id of the object"), WriteParams, MatchParams),
                request_body = $kind,
                responses((status = 200, description = "As it is now.", body = $body, headers(("ETag" = String, description = "The revision, in quotes"))), Refusals),
            )]
            async fn replace(
                State(app): State<App>,
                Calling(caller): Calling,
                PathArgs((slug, named)): PathArgs<(String, String)>,
                Seen(seen): Seen,
                JsonBody(spec): JsonBody<$kind>,
            ) -> Tagged<$kind> {
                Ok(tagged(app.replace_config(&caller, &slug, &named, seen, spec).await?))
            }

            #[doc = $delete_words]
            #[utoipa::path(
                delete, path = $one, operation_id = $delete_id, tag = "configuration",
                params(("slug" = String, Path, description = "Slug of the project"), ("id" = String, Path, description = "Slug or id of the object"), WriteParams, MatchParams),
                responses((status = 204, description = "Gone."), Refusals),
            )]
            async fn delete(
                State(app): State<App>,
                Calling(caller): Calling,
                PathArgs((slug, named)): PathArgs<(String, String)>,
                Seen(seen): Seen,
            ) -> Result<StatusCode, Refusal> {
                app.delete_config::<$kind>(&caller, &slug, &named, seen).await?;
                Ok(StatusCode::NO_CONTENT)
            }
        }
    };
}

objects! {
    services: Service, ServiceBody, ServiceList, ServiceCreate
        at "/projects/{slug}/services" and "/projects/{slug}/services/{id}";
    "list_services" "The services of a project, by slug: which requests go where, and what happens on the way."
    "create_service" "Makes a service."
    "show_service" "A service."
    "replace_service" "Says what a service is from now on. What is absent is as it usually is; nothing is written when it says so already."
    "delete_service" "Takes a service away."
}

objects! {
    upstream_groups: UpstreamGroup, UpstreamGroupBody, UpstreamGroupList, UpstreamGroupCreate
        at "/projects/{slug}/upstream-groups" and "/projects/{slug}/upstream-groups/{id}";
    "list_upstream_groups" "The upstream groups of a project, by slug: where requests go."
    "create_upstream_group" "Makes an upstream group."
    "show_upstream_group" "An upstream group, with its targets."
    "replace_upstream_group" "Says what an upstream group is from now on. What is absent is as it usually is; nothing is written when it says so already."
    "delete_upstream_group" "Takes an upstream group away that nothing names."
}

objects! {
    listeners: Listener, ListenerBody, ListenerList, ListenerCreate
        at "/projects/{slug}/listeners" and "/projects/{slug}/listeners/{id}";
    "list_listeners" "The listeners of a project, by slug: where its proxies listen."
    "create_listener" "Makes a listener."
    "show_listener" "A listener."
    "replace_listener" "Says what a listener is from now on. What is absent is as it usually is; nothing is written when it says so already."
    "delete_listener" "Takes a listener away."
}

objects! {
    middlewares: Middleware, MiddlewareBody, MiddlewareList, MiddlewareCreate
        at "/projects/{slug}/middlewares" and "/projects/{slug}/middlewares/{id}";
    "list_middlewares" "The middlewares of a project, by slug: what happens on the way, for several services."
    "create_middleware" "Makes a middleware."
    "show_middleware" "A middleware."
    "replace_middleware" "Says what a middleware is from now on. What is absent is as it usually is; nothing is written when it says so already."
    "delete_middleware" "Takes a middleware away that nothing names."
}

objects! {
    trust_stores: TrustStore, TrustStoreBody, TrustStoreList, TrustStoreCreate
        at "/projects/{slug}/trust-stores" and "/projects/{slug}/trust-stores/{id}";
    "list_trust_stores" "The trust stores of a project, by slug: certificates that are trusted."
    "create_trust_store" "Makes a trust store."
    "show_trust_store" "A trust store."
    "replace_trust_store" "Says what a trust store is from now on; nothing is written when it says so already."
    "delete_trust_store" "Takes a trust store away that nothing names."
}
