//! Ids and slugs in paths.

use axum::extract::{FromRequestParts, Path};
use http::StatusCode;
use http::request::Parts;
use sentinel_api_types::error::code;
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;

/// The parameters of the path.
pub struct PathArgs<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for PathArgs<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(args)) => Ok(Self(args)),
            Err(_) => {
                let text = "the path names an object by something that is not its id: ids are UUIDs";
                Err(Refusal::new(StatusCode::BAD_REQUEST, code::MALFORMED_ID, text))
            }
        }
    }
}
