//! What every refusal looks like.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Body of every answer that is not a success.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// In words for a person, or per field.
    pub error: ErrorText,
    /// Stable word for programs, one of [`code`].
    #[schema(example = "not_found")]
    pub code: String,
    /// More, where it helps: `problems` of a refused configuration, `retry_after_s`, what somebody else has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub details: Option<serde_json::Value>,
}

/// A sentence, or sentences per field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum ErrorText {
    /// About the request as a whole.
    Text(String),
    /// By field path, such as `health_gates.max_error_rate`.
    Fields(BTreeMap<String, Vec<String>>),
}

impl ErrorBody {
    /// A refusal in one sentence.
    pub fn text(code: &str, text: impl Into<String>) -> Self {
        Self { error: ErrorText::Text(text.into()), code: code.to_owned(), details: None }
    }

    /// A refusal of one field.
    pub fn field(code: &str, field: impl Into<String>, message: impl Into<String>) -> Self {
        let fields = BTreeMap::from([(field.into(), vec![message.into()])]);
        Self { error: ErrorText::Fields(fields), code: code.to_owned(), details: None }
    }

    /// One line for a person.
    pub fn summary(&self) -> String {
        match &self.error {
            ErrorText::Text(text) => text.clone(),
            ErrorText::Fields(fields) => {
                let lines =
                    fields.iter().map(|(field, messages)| format!("{field}: {}", messages.join(", ")));
                lines.collect::<Vec<_>>().join("; ")
            }
        }
    }
}

/// One thing wrong in a configuration, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Line, from one; null when it concerns the whole text.
    pub line: Option<u32>,
    /// Column in characters, from one.
    pub column: Option<u32>,
    /// Where in the configuration, such as `routes.route["api"].upstream`.
    pub path: Option<String>,
    /// Stable word.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do instead, where there is something better to say than the message.
    pub help: Option<String>,
}

/// Every code that [`ErrorBody::code`] can hold.
pub mod code {
    /// 400: the body is not JSON.
    pub const MALFORMED_JSON: &str = "malformed_json";
    /// 400: an id in the path or the query is not a UUID.
    pub const MALFORMED_ID: &str = "malformed_id";
    /// 400: the query string cannot be read.
    pub const MALFORMED_QUERY: &str = "malformed_query";
    /// 400: the cursor was altered, or used with other filters.
    pub const INVALID_CURSOR: &str = "invalid_cursor";
    /// 400: plain HTTP was spoken to a port of TLS.
    pub const TLS_REQUIRED: &str = "tls_required";
    /// 400: a header cannot be read.
    pub const MALFORMED_HEADER: &str = "malformed_header";
    /// 401: no credential, or one that is not (or no longer) good.
    pub const UNAUTHENTICATED: &str = "unauthenticated";
    /// 403: a good credential without the right.
    pub const FORBIDDEN: &str = "forbidden";
    /// 403: a browser was sent here by another site.
    pub const CROSS_SITE: &str = "cross_site";
    /// 404: not there, or not yours.
    pub const NOT_FOUND: &str = "not_found";
    /// 405: the path exists, the method does not.
    pub const METHOD_NOT_ALLOWED: &str = "method_not_allowed";
    /// 504: the answer took too long.
    pub const TIMEOUT: &str = "timeout";
    /// 409: not possible in the object's state.
    pub const CONFLICT: &str = "conflict";
    /// 412: somebody else has changed it meanwhile; `details` has the revision now, who made it, and which fields changed.
    pub const PRECONDITION_FAILED: &str = "precondition_failed";
    /// 413: the body is larger than allowed.
    pub const BODY_TOO_LARGE: &str = "body_too_large";
    /// 415: the body is not declared as JSON.
    pub const UNSUPPORTED_MEDIA_TYPE: &str = "unsupported_media_type";
    /// 416: the requested range lies outside the bytes.
    pub const RANGE_NOT_SATISFIABLE: &str = "range_not_satisfiable";
    /// 422: a field holds what it must not hold.
    pub const INVALID: &str = "invalid";
    /// 422: the configuration is refused; `details.problems` lists why.
    pub const INVALID_CONFIG: &str = "invalid_config";
    /// 429: too many attempts; `details.retry_after_s` tells when to try again.
    pub const TOO_MANY_ATTEMPTS: &str = "too_many_attempts";
    /// 429: this member has as much of such work as it takes; try again shortly.
    pub const BUSY: &str = "busy";
    /// 503: no leader; nothing was written.
    pub const NO_LEADER: &str = "no_leader";
    /// 503: the member takes no writes now, because of its disk; nothing was written. Another member may.
    pub const READ_ONLY: &str = "read_only";
    /// 503: no majority answers; `?consistency=stale` would work for reads.
    pub const NO_QUORUM: &str = "no_quorum";
    /// 503: this member lacks the entry that `x-min-index` asks for; ask again, or another member.
    pub const BEHIND: &str = "behind";
    /// 504: the write may or may not have happened; ask again with the same `Idempotency-Key`.
    pub const OUTCOME_UNKNOWN: &str = "outcome_unknown";
    /// 500: our fault; the log of the member has the cause under the request id.
    pub const INTERNAL: &str = "internal";
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_refusal_is_a_sentence_or_a_map_of_fields_beside_a_code() {
        let text = serde_json::to_value(ErrorBody::text(code::NOT_FOUND, "Node not found")).unwrap();
        assert_eq!(text, serde_json::json!({"error": "Node not found", "code": "not_found"}));
        let field = ErrorBody::field(code::INVALID, "name", "is too long");
        assert_eq!(field.summary(), "name: is too long");
        let json = serde_json::to_value(&field).unwrap();
        assert_eq!(json, serde_json::json!({"error": {"name": ["is too long"]}, "code": "invalid"}));
        assert_eq!(serde_json::from_value::<ErrorBody>(json).unwrap(), field);
    }
}
