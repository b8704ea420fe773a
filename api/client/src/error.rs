//! What can go wrong, one variant for each thing a caller can do differently.

use sentinel_api_types::ErrorBody;

/// Code of an answer that is not one of the API's, but of something between client and member.
const FOREIGN: &str = "http";
/// Longest foreign answer that is kept, in characters.
const FOREIGN_MAX: usize = 200;

/// Why there is no answer, or not the one that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A member answered and refused.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// No member could be asked, or none answered: nothing is known about a write.
    #[error("no member answers: {0}")]
    Unreachable(String),
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
}

impl ApiError {
    /// Reads a refusal. Something between client and member may answer with any text; that becomes the code `http`.
    pub(crate) fn read(status: u16, request_id: Option<String>, body: &[u8]) -> Self {
        let body = serde_json::from_slice::<ErrorBody>(body).unwrap_or_else(|_| {
            let text: String = String::from_utf8_lossy(body).chars().take(FOREIGN_MAX).collect();
            ErrorBody::text(FOREIGN, text)
        });
        let (code, details) = (body.code.clone(), body.details.clone());
        Self { status, code, message: body.summary(), details, body, request_id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_what_it_says_and_a_foreign_answer_its_text() {
        let body = br#"{"error":{"name":["is taken"]},"code":"invalid","details":{"x":1}}"#;
        let error = ApiError::read(422, None, body);
        assert_eq!((error.code.as_str(), error.message.as_str()), ("invalid", "name: is taken"));
        assert_eq!(error.details, Some(serde_json::json!({"x": 1})));
        let foreign = ApiError::read(502, None, b"<html>Bad gateway</html>");
        assert_eq!(foreign.to_string(), "<html>Bad gateway</html> (502 http)");
    }
}
