//! `If-Match`: which revision of an object the caller has seen.

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::header::IF_MATCH;
use http::request::Parts;
use sentinel_api_types::error::code;

use crate::refusal::Refusal;

/// The revision; `None` where any will do.
pub struct Seen(pub Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for Seen {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        let mut given = parts.headers.get_all(IF_MATCH).iter();
        match (given.next(), given.next()) {
            (None, _) => Ok(Self(None)),
            (Some(tag), None) => tag.to_str().ok().and_then(revision).map(Self).ok_or_else(unreadable),
            (Some(_), Some(_)) => Err(unreadable()),
        }
    }
}

/// The revision of a tag such as `"7"`. Whoever says `*` asks for an object that is there, and it must be anyway.
fn revision(tag: &str) -> Option<Option<u64>> {
    let tag = tag.trim();
    if tag == "*" {
        return Some(None);
    }
    let number = tag.strip_prefix('"')?.strip_suffix('"')?;
    number.parse().ok().map(Some)
}

fn unreadable() -> Refusal {
    let text = "If-Match must be the one ETag of the object that was looked at, such as \"7\"";
    Refusal::new(StatusCode::BAD_REQUEST, code::MALFORMED_HEADER, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_revision_in_quotes() {
        assert_eq!(revision("\"7\""), Some(Some(7)));
        assert_eq!(revision(" * "), Some(None));
        for wrong in ["7", "W/\"7\"", "\"\"", "\"a\"", "\"1\", \"2\"", "\""] {
            assert_eq!(revision(wrong), None, "{wrong}");
        }
    }
}
