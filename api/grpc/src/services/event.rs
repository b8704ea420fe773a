//! The event stream.

use std::pin::Pin;

use futures::Stream;
use sentinel_app::Told;
use tonic::{Request, Response, Status};

use crate::admin::Admin;
use crate::message::{self, query};
use crate::proto::event_service_server::EventService;
use crate::proto::watch_events_response::Item;
use crate::proto::{WatchEventsRequest, WatchEventsResponse};
use crate::status;

#[tonic::async_trait]
impl EventService for Admin {
    type WatchEventsStream = Pin<Box<dyn Stream<Item = Result<WatchEventsResponse, Status>> + Send>>;

    async fn watch_events(
        &self,
        request: Request<WatchEventsRequest>,
    ) -> Result<Response<Self::WatchEventsStream>, Status> {
        let (caller, asked) = self.open(request).await?;
        let watch = self.app.watch(&caller, &query(&asked, &[])?, None).await.map_err(status::of)?;
        let stream = futures::stream::unfold(watch, |mut watch| async move {
            let item = loop {
                match watch.next().await? {
                    Told::Event(event) => break message::write(&event).map(Item::Event),
                    Told::Compacted(gap) => break message::write(&gap).map(Item::Compacted),
                    // Keeping the line open is the transport's business here.
                    Told::Quiet => {}
                }
            };
            Some((item.map(|item| WatchEventsResponse { item: Some(item) }), watch))
        });
        Ok(Response::new(Box::pin(stream)))
    }
}
