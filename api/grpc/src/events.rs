//! The event stream.

use std::pin::Pin;

use futures::Stream;
use sentinel_api_types::event::EventsQuery;
use sentinel_app::{App, Told};
use tonic::{Request, Response, Status};

use crate::proto::event_service_server::EventService;
use crate::proto::watch_events_response::Item;
use crate::proto::{Compacted, Event, WatchEventsRequest, WatchEventsResponse};
use crate::{caller, status};

/// See the module.
pub struct Events(pub App);

#[tonic::async_trait]
impl EventService for Events {
    type WatchEventsStream = Pin<Box<dyn Stream<Item = Result<WatchEventsResponse, Status>> + Send>>;

    async fn watch_events(
        &self,
        request: Request<WatchEventsRequest>,
    ) -> Result<Response<Self::WatchEventsStream>, Status> {
        let caller = caller::of(&self.0, &request).await?;
        let request = request.into_inner();
        let after = Some(request.after).filter(|after| !after.is_empty());
        let query = EventsQuery { project: Some(request.project), last_event_id: after };
        let watch = self.0.watch(&caller, &query, None).await.map_err(status::of)?;
        let stream = futures::stream::unfold(watch, |mut watch| async move {
            let item = loop {
                match watch.next().await? {
                    Told::Event(event) => {
                        break Item::Event(Event {
                            cursor: event.id,
                            at: event.at.to_string(),
                            kind: event.kind,
                            resource_id: event.resource_id,
                            data: event.data.into_iter().collect(),
                        });
                    }
                    Told::Compacted(gap) => break Item::Compacted(Compacted { cursor: gap.resumes_after }),
                    // Keeping the line open is the transport's business here.
                    Told::Quiet => {}
                }
            };
            Some((Ok(WatchEventsResponse { item: Some(item) }), watch))
        });
        Ok(Response::new(Box::pin(stream)))
    }
}
