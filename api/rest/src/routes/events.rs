//! The event stream.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::{HeaderMap, HeaderName, HeaderValue};
use sentinel_api_types::event::{self, EventsQuery};
use sentinel_app::{App, Told};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Calling, QueryArgs};
use crate::openapi::Refusals;
use crate::refusal::Refusal;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells reverse proxies not to gather the stream before they pass it on.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The routes. They stream, and therefore have no time limit of their own.
pub fn slow_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(watch))
}

/// What happens, as server-sent events: `id: <index>-<place>`, `event: <kind>`, `data:` an `Event`. Goes on behind `Last-Event-ID`;
/// `event: compacted` says that some events are not there any more.
#[utoipa::path(
    get, path = "/events", operation_id = "watch_events", tag = "events",
    params(EventsQuery, ("Last-Event-ID" = Option<String>, Header, description = "Id of the newest event that the client has")),
    responses((status = 200, description = "The stream.", body = event::Event, content_type = "text/event-stream"), Refusals),
)]
async fn watch(
    State(app): State<App>,
    Calling(caller): Calling,
    QueryArgs { args, .. }: QueryArgs<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let after = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()).filter(|id| !id.is_empty());
    let watch = app.watch(&caller, &args, after).await?;
    let events = stream::unfold(watch, |mut watch| async move {
        let told = watch.next().await?;
        Some((Ok::<_, Infallible>(event(told)), watch))
    });
    let mut response = Sse::new(events).into_response();
    response.headers_mut().insert(NO_BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}

fn event(told: Told) -> Event {
    let encoded = match told {
        // A comment keeps the connection open through proxies that close silent ones.
        Told::Quiet => return Event::default().comment("still here"),
        Told::Event(event) => {
            let (id, kind) = (event.id.clone(), event.kind.clone());
            Event::default().id(id).event(kind).json_data(event)
        }
        Told::Compacted(gap) => Event::default().event("compacted").json_data(gap),
    };
    encoded.unwrap_or_else(|error| {
        tracing::error!(%error, "an event could not be written");
        Event::default().comment("an event could not be written")
    })
}
