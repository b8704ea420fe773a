//! Query strings.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use sentinel_api_types::error::code;
use serde::de::DeserializeOwned;

use super::fields;
use crate::refusal::Refusal;

/// Longest query string, in bytes.
const LONGEST: usize = 8 * 1024;

/// The query, without `consistency`, which belongs to the caller; and its `labels[KEY]=VALUE`.
pub struct QueryArgs<T> {
    /// Everything but the labels.
    pub args: T,
    /// The labels. Only lists that select by label have them.
    pub labels: BTreeMap<String, String>,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for QueryArgs<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        Self::read(parts.uri.query().unwrap_or_default())
    }
}

impl<T: DeserializeOwned> QueryArgs<T> {
    /// Reads what stands behind the `?`.
    ///
    /// # Errors
    /// It is too long, is no query, or has a field that is unknown, given twice or not as it must be.
    pub fn read(query: &str) -> Result<Self, Refusal> {
        let unreadable =
            |text: &str| Refusal::new(StatusCode::BAD_REQUEST, code::MALFORMED_QUERY, text.to_owned());
        if query.len() > LONGEST {
            return Err(unreadable("the query string is too long"));
        }
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(query).map_err(|_| unreadable("the query string cannot be read"))?;
        let (mut labels, mut rest) = (BTreeMap::new(), Vec::new());
        for (key, value) in pairs {
            if let Some(label) = key.strip_prefix("labels[").and_then(|key| key.strip_suffix(']')) {
                if labels.insert(label.to_owned(), value).is_some() {
                    return Err(Refusal::field(key, "is given twice"));
                }
            } else if key != "consistency" {
                rest.push((key, value));
            }
        }
        let rest =
            serde_urlencoded::to_string(&rest).map_err(|_| unreadable("the query string cannot be read"))?;
        let pairs = serde_urlencoded::Deserializer::new(form_pairs(&rest));
        let args = serde_path_to_error::deserialize(pairs).map_err(|error| {
            let message = error.inner().to_string();
            if message.contains("UUID parsing failed") {
                let text = format!("{} is not an id: ids are UUIDs", error.path());
                return Refusal::new(StatusCode::BAD_REQUEST, code::MALFORMED_ID, text);
            }
            fields::refusal(&error.path().to_string(), &message)
        })?;
        Ok(Self { args, labels })
    }
}

fn form_pairs(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}
