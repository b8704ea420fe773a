//! What can go wrong, one variant for each thing a caller can do differently.

use sentinel_api_types::ErrorBody;

use crate::tls::TlsTrouble;

/// Code of an answer that is not one of the API's, but of something between client and member.
const FOREIGN: &str = "http";
/// Longest foreign answer that is shown, in characters.
const FOREIGN_MAX: usize = 120;
/// Who answers when it is no member.
pub(crate) const NO_MEMBER: &str = "another program listens there, or a proxy stands in between";

/// Why there is no answer, or not the one that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A member answered and refused.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// No member could be asked, or none answered: nothing is known about a write.
    #[error("no member answers: {0}")]
    Unreachable(String),
    /// No member answered, and with one at least no TLS came about.
    #[error("no member answers: {reasons}")]
    Tls {
        /// Each member with its reason.
        reasons: String,
        /// What to do depends on it.
        trouble: TlsTrouble,
    },
    /// A member answered something that this client cannot read.
    #[error("the answer of {member} cannot be read: {reason}")]
    Unreadable {
        /// Base URL of the member.
        member: String,
        /// Why.
        reason: String,
    },
    /// The answer is larger than this client takes.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// The client was set up wrongly.
    #[error("{0}")]
    Setup(String),
}

impl From<ApiError> for ClientError {
    fn from(error: ApiError) -> Self {
        ClientError::Api(Box::new(error))
    }
}

impl ClientError {
    /// The status, if a member answered.
    pub fn status(&self) -> Option<u16> {
        match self {
            ClientError::Api(error) => Some(error.status),
            _ => None,
        }
    }

    /// The stable word of the refusal, one of [`sentinel_api_types::error::code`].
    pub fn code(&self) -> Option<&str> {
        match self {
            ClientError::Api(error) => Some(&error.code),
            _ => None,
        }
    }
}

/// A member's refusal.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message} ({status} {code})")]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    /// Stable word.
    pub code: String,
    /// One line for a person.
    pub message: String,
    /// More, where the API has more.
    pub details: Option<serde_json::Value>,
    /// The refusal as it came.
    pub body: ErrorBody,
    /// The id under which the member's log has the request.
    pub request_id: Option<String>,
    /// Base URL of the member.
    pub member: String,
    /// What was asked for: the path below the API's, in parts.
    pub path: Vec<String>,
    /// When several members were asked: each with its reason, shortly.
    pub tried: Vec<String>,
}

impl ApiError {
    /// Reads a refusal. Something between client and member may answer with any text; that becomes the code `http`.
    pub(crate) fn read(status: u16, member: &str, body: &[u8]) -> Self {
        let body = serde_json::from_slice::<ErrorBody>(body)
            .unwrap_or_else(|_| ErrorBody::text(FOREIGN, foreign(member, body)));
        let (code, details) = (body.code.clone(), body.details.clone());
        let message = body.summary();
        let (member, path, tried) = (member.to_owned(), Vec::new(), Vec::new());
        Self { status, code, message, details, body, request_id: None, member, path, tried }
    }

    /// Whether it was no member that answered.
    pub fn is_foreign(&self) -> bool {
        self.code == FOREIGN
    }
}

/// What to say of an answer that no member gives, in one line: a page of HTML helps nobody.
fn foreign(member: &str, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    let line = !text.is_empty() && !text.starts_with(['<', '{']) && !text.contains(['\n', '\r']);
    let says = if line && text.chars().count() <= FOREIGN_MAX { format!(": {text}") } else { String::new() };
    format!("what answers at {member} is not a member; {NO_MEMBER}{says}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_what_it_says() {
        let body = br#"{"error":{"name":["is taken"]},"code":"invalid","details":{"x":1}}"#;
        let error = ApiError::read(422, "http://a:1", body);
        assert_eq!((error.code.as_str(), error.message.as_str()), ("invalid", "name: is taken"));
        assert_eq!(error.details, Some(serde_json::json!({"x": 1})));
        assert!(!error.is_foreign());
    }

    #[test]
    fn an_answer_of_something_else_is_one_line_and_no_page() {
        let page = ApiError::read(404, "http://a:1", b"<html>\n<h1>Nothing here</h1>\n</html>");
        assert_eq!(
            page.to_string(),
            "what answers at http://a:1 is not a member; another program listens there, or a proxy stands in between (404 http)"
        );
        assert!(page.is_foreign());
        let line = ApiError::read(502, "http://a:1", b"no healthy upstream\n");
        assert!(line.message.ends_with(": no healthy upstream"), "{line}");
    }
}
