//! The event stream over HTTP.

use std::time::Duration;

use axum::body::Body;
use futures::StreamExt;
use http::Response;

use crate::client::{Http, request};

async fn stream(http: &Http, path: &str, last: Option<&str>) -> Response<Body> {
    let mut builder = request("GET", path, Some(&http.world.reader));
    if let Some(last) = last {
        builder = builder.header("last-event-id", last);
    }
    let response = http.raw(builder.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response
}

async fn read_until(response: Response<Body>, word: &str) -> String {
    let mut text = String::new();
    let mut chunks = response.into_body().into_data_stream();
    while !text.contains(word) {
        let chunk = tokio::time::timeout(Duration::from_secs(20), chunks.next()).await;
        let chunk = chunk.unwrap_or_else(|_| panic!("{word} does not come; so far: {text}"));
        text.push_str(std::str::from_utf8(&chunk.unwrap().unwrap()).unwrap());
    }
    text
}

#[tokio::test]
async fn events_come_with_id_kind_and_data_and_go_on_behind_the_last_one() {
    let http = Http::new().await;
    let path = "/api/v1/events?project=shop";
    let watching = stream(&http, path, None).await;
    http.world.kit.enrolment(&http.world.operator, "shop", None).await.unwrap();
    let text = read_until(watching, "\n\n").await;
    assert!(text.contains("event: enrolment_token.created\n"), "{text}");
    let id = text.lines().find_map(|line| line.strip_prefix("id: ")).unwrap();
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let event: sentinel_api_types::event::Event = serde_json::from_str(data).unwrap();
    assert_eq!((event.id.as_str(), event.kind.as_str()), (id, "enrolment_token.created"));

    http.world.kit.bundle(&http.world.operator, "shop", "1.0").await.unwrap();
    let text = read_until(stream(&http, path, Some(id)).await, "bundle.compiled").await;
    assert!(!text.contains("enrolment_token"), "{text}");
    let by_query = format!("{path}&last_event_id={id}");
    read_until(stream(&http, &by_query, None).await, "bundle.compiled").await;
    let wrong = request("GET", path, Some(&http.world.reader)).header("last-event-id", "yesterday");
    let reply = http.send(wrong.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, 422);
}
