//! How a call is answered.

use prost::{Message, Name};
use sentinel_app::{App, AppError, Caller};
use serde::Serialize;
use tonic::{Request, Response, Status};

use crate::{message, status};

/// Where a write stands in the log.
const LOG_INDEX: &str = "x-log-index";

/// Serves every service.
#[derive(Clone)]
pub struct Admin {
    /// The use cases.
    pub app: App,
}

/// The outcome of a call.
pub type Answer<T> = Result<Response<T>, Status>;

/// Who calls, and what is asked.
pub fn open<M>(request: Request<M>) -> Result<(Caller, M), Status> {
    let caller = request.extensions().get::<Caller>().cloned();
    let caller = caller.ok_or_else(|| status::of(AppError::internal("a call that nobody attended")))?;
    Ok((caller, request.into_inner()))
}

/// What a use case found, as a message.
pub fn answer<T: Serialize, M: Message + Name + Default>(
    caller: &Caller,
    found: Result<T, AppError>,
) -> Answer<M> {
    let found = found.map_err(status::of)?;
    match message::write(&found) {
        Ok(message) => Ok(respond(caller, message)),
        // The log says more; whoever wrote must know that it happened.
        Err(failed) if caller.written.index().is_some() => Err(Status::new(
            failed.code(),
            "the change was made, but the answer could not be written; look at the object",
        )),
        Err(failed) => Err(failed),
    }
}

/// A use case is done and has nothing to say.
pub fn done(caller: &Caller, done: Result<(), AppError>) -> Answer<()> {
    done.map_err(status::of)?;
    Ok(respond(caller, ()))
}

fn respond<M>(caller: &Caller, message: M) -> Response<M> {
    let mut response = Response::new(message);
    if let Some(index) = caller.written.index() {
        response.metadata_mut().insert(LOG_INDEX, index.into());
    }
    response
}
