//! JSON bodies.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::{HeaderMap, StatusCode, header};
use sentinel_api_types::error::code;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::fields;
use super::without::Without;
use crate::BODY_MAX;
use crate::refusal::Refusal;

/// The body, which must be there. Routes that take more than others say how much.
pub struct JsonBody<T, const MOST: usize = BODY_MAX>(pub T);

/// The body; an absent one stands for the default.
pub struct OptionalBody<T, const MOST: usize = BODY_MAX>(pub T);

/// An object of a configuration, and the slug that it shall have.
pub struct ObjectBody<T> {
    /// The slug, if one is given.
    pub slug: Option<String>,
    /// What it says.
    pub spec: T,
}

/// The one field of a request for a new object that is not the object's own.
#[derive(Deserialize)]
struct Slug {
    #[serde(default)]
    slug: Option<String>,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ObjectBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let json = declared_json(request.headers());
        let bytes = read(request, state, BODY_MAX).await?;
        if !json {
            return Err(not_json());
        }
        let Slug { slug } = decode(&bytes)?;
        let mut deserializer = serde_json::Deserializer::from_slice(&bytes);
        let spec = decode_from(Without::field("slug", &mut deserializer))?;
        Ok(Self { slug, spec })
    }
}

impl<S: Send + Sync, T: DeserializeOwned, const MOST: usize> FromRequest<S> for JsonBody<T, MOST> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let json = declared_json(request.headers());
        let bytes = read(request, state, MOST).await?;
        if !json {
            return Err(not_json());
        }
        decode(&bytes).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Default, const MOST: usize> FromRequest<S>
    for OptionalBody<T, MOST>
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let json = declared_json(request.headers());
        let bytes = read(request, state, MOST).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        if !json {
            return Err(not_json());
        }
        decode(&bytes).map(Self)
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S, most: usize) -> Result<Bytes, Refusal> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let text = format!("the body has more than {most} bytes");
            return Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, code::BODY_TOO_LARGE, text);
        }
        Refusal::new(StatusCode::BAD_REQUEST, code::MALFORMED_JSON, "the body could not be read to its end")
    })
}

fn declared_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn not_json() -> Refusal {
    let text = "send JSON, with Content-Type: application/json";
    Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, code::UNSUPPORTED_MEDIA_TYPE, text)
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = decode_from(&mut deserializer)?;
    deserializer.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn decode_from<'de, T, D>(deserializer: D) -> Result<T, Refusal>
where
    T: DeserializeOwned,
    D: serde::Deserializer<'de, Error = serde_json::Error>,
{
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let path = error.path().to_string();
        match error.inner().classify() {
            Category::Data => fields::refusal(&path, &error.inner().to_string()),
            Category::Syntax | Category::Eof | Category::Io => malformed(error.inner()),
        }
    })
}

fn malformed(error: &serde_json::Error) -> Refusal {
    let text = format!("the body is not JSON: {error}");
    Refusal::new(StatusCode::BAD_REQUEST, code::MALFORMED_JSON, text)
}
