//! Who calls, by the head of the request: `authorization: Bearer …`; `idempotency-key` for writes that may be repeated; `x-consistency` and
//! `x-min-index` for reads, as in REST.

use http::HeaderMap;
use sentinel_app::{App, Caller, Credential, Identity};
use sentinel_machine::Consistency;
use sentinel_model::RequestId;
use tonic::Status;
use uuid::Uuid;

use crate::status;

/// The id of a request, in its answer.
pub const REQUEST_ID: &str = "x-request-id";

/// The caller, and why it is refused. Whoever is refused is anonymous.
pub async fn of(app: &App, headers: &HeaderMap, reads: bool) -> (Caller, Result<(), Status>) {
    let mut caller = Caller::new(Identity::Anonymous, app.new_request_id());
    let known = identify(app, headers, reads, &mut caller).await;
    (caller, known)
}

async fn identify(app: &App, headers: &HeaderMap, reads: bool, caller: &mut Caller) -> Result<(), Status> {
    if reads {
        caller.consistency = consistency(headers)?;
    } else if let Some(id) = idempotency_key(headers)? {
        caller.request_id = id;
        caller.repeatable = true;
    }
    let credential = credential(headers)?;
    let identity = app.authenticate(&credential, caller.consistency).await.map_err(status::of)?;
    // Only for those who are known: to wait costs something, and where the log stands is nobody else's business.
    if reads && let Some(index) = min_index(headers)? {
        app.reach(index).await.map_err(status::of)?;
    }
    caller.identity = identity;
    Ok(())
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

fn credential(headers: &HeaderMap) -> Result<Credential, Status> {
    let given = text(headers, "authorization").unwrap_or_default();
    let (scheme, token) = given.split_once(' ').unwrap_or((given, ""));
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        let words = "write the metadata `authorization: Bearer KEY`, with an API key or a session token";
        return Err(Status::unauthenticated(words));
    }
    match Credential::bearer(token.trim()).map_err(status::of)? {
        Credential::NodeToken(_) => Err(Status::unauthenticated("nodes speak HTTP, not gRPC")),
        credential => Ok(credential),
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<RequestId>, Status> {
    let Some(key) = text(headers, "idempotency-key") else { return Ok(None) };
    let id = Uuid::parse_str(key).ok().filter(|id| !id.is_nil());
    id.map(|id| Some(RequestId(id)))
        .ok_or_else(|| Status::invalid_argument("the metadata `idempotency-key` must be a UUID"))
}

fn consistency(headers: &HeaderMap) -> Result<Consistency, Status> {
    match text(headers, "x-consistency") {
        None | Some("linearizable") => Ok(Consistency::Linearizable),
        Some("stale") => Ok(Consistency::Stale),
        Some(_) => Err(Status::invalid_argument(
            "the metadata `x-consistency` is 'stale', or absent for the newest state",
        )),
    }
}

fn min_index(headers: &HeaderMap) -> Result<Option<u64>, Status> {
    let Some(index) = text(headers, "x-min-index") else { return Ok(None) };
    index.parse().map(Some).map_err(|_| {
        Status::invalid_argument(
            "the metadata `x-min-index` must be a log index, as `x-log-index` of a write has it",
        )
    })
}
