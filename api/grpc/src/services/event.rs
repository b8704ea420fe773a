//! The event stream.

use std::pin::Pin;

use futures::Stream;
use sentinel_app::Told;
use tonic::{Request, Response, Status};

use crate::admin::{Admin, open};
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
        let (caller, asked) = open(request)?;
        let watch = self.app.watch(&caller, &query(&asked, &[])?, None).await.map_err(status::of)?;
        let stream = futures::stream::unfold(Some(watch), |watch| async move {
            let mut watch = watch?;
            let item = loop {
                match watch.next().await {
                    // One that cannot be written is passed over: a watcher that resumes would meet it again and again. The log says which.
                    Some(Told::Event(event)) => {
                        if let Ok(event) = message::write(&event) {
                            break Item::Event(event);
                        }
                    }
                    Some(Told::Compacted(gap)) => match message::write(&gap) {
                        Ok(gap) => break Item::Compacted(gap),
                        Err(failed) => return Some((Err(failed), None)),
                    },
                    // Keeping the line open is the transport's business here.
                    Some(Told::Quiet) => {}
                    None => {
                        let text = "the stream ends: the member stops, or the caller may not watch any more";
                        return Some((Err(Status::unavailable(text)), None));
                    }
                }
            };
            Some((Ok(WatchEventsResponse { item: Some(item) }), Some(watch)))
        });
        Ok(Response::new(Box::pin(stream)))
    }
}
