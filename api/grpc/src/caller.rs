//! Who calls: the metadata `authorization: Bearer …`, and `idempotency-key` for writes that may be repeated.

use sentinel_app::{App, Caller, Credential};
use sentinel_machine::Consistency;
use sentinel_model::RequestId;
use tonic::metadata::MetadataMap;
use tonic::{Request, Status};
use uuid::Uuid;

use crate::status;

/// The caller of a request; one without a credential is anonymous and is refused by the use case.
pub async fn of<T>(app: &App, request: &Request<T>) -> Result<Caller, Status> {
    let metadata = request.metadata();
    let credential = match metadata.get("authorization") {
        None => Credential::None,
        Some(header) => {
            let text = header.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
            let text = text
                .ok_or_else(|| Status::unauthenticated("write the metadata `authorization: Bearer <key>`"))?;
            Credential::bearer(text).map_err(status::of)?
        }
    };
    let key = idempotency_key(metadata)?;
    let identity = app.authenticate(&credential, Consistency::Linearizable).await.map_err(status::of)?;
    let mut caller = Caller::new(identity, key.unwrap_or_else(|| app.new_request_id()));
    caller.repeatable = key.is_some();
    Ok(caller)
}

fn idempotency_key(metadata: &MetadataMap) -> Result<Option<RequestId>, Status> {
    let Some(key) = metadata.get("idempotency-key") else { return Ok(None) };
    let id = key.to_str().ok().and_then(|key| Uuid::parse_str(key).ok()).filter(|id| !id.is_nil());
    id.map(|id| Some(RequestId(id)))
        .ok_or_else(|| Status::invalid_argument("the metadata `idempotency-key` must be a UUID"))
}
