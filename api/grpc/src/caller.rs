//! Who calls: the metadata `authorization: Bearer …`.

use sentinel_app::{App, Caller, Credential};
use sentinel_machine::Consistency;
use tonic::{Request, Status};

use crate::status;

/// The caller of a request; one without a credential is anonymous and is refused by the use case.
pub async fn of<T>(app: &App, request: &Request<T>) -> Result<Caller, Status> {
    let credential = match request.metadata().get("authorization") {
        None => Credential::None,
        Some(header) => {
            let text = header.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
            let text = text
                .ok_or_else(|| Status::unauthenticated("write the metadata `authorization: Bearer <key>`"))?;
            Credential::bearer(text).map_err(status::of)?
        }
    };
    let identity = app.authenticate(&credential, Consistency::Linearizable).await.map_err(status::of)?;
    Ok(Caller::new(identity, app.new_request_id()))
}
