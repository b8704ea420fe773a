//! Why a request did not go through.

use serde::Deserialize;
use serde_json::Value;

/// See the module.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No member answered.
    #[error("no member answers: {0}")]
    Unreachable(String),
    /// A member refused.
    #[error("{message} ({status}, {code})")]
    Api {
        /// HTTP status.
        status: u16,
        /// Stable code.
        code: String,
        /// In words.
        message: String,
        /// Where it helps: details by the API's description.
        details: Value,
    },
    /// The answer is not what the API promises.
    #[error("the answer does not decode: {0}")]
    Malformed(String),
    /// The answer is larger than allowed.
    #[error("the answer has more than {0} bytes")]
    TooLarge(u64),
}

#[derive(Deserialize)]
struct Body {
    error: Value,
    #[serde(default)]
    code: String,
    #[serde(default)]
    details: Value,
}

impl ClientError {
    /// From a refusing answer.
    pub(crate) fn refused(status: u16, text: &str) -> Self {
        match serde_json::from_str::<Body>(text) {
            Ok(body) => {
                let message = match &body.error {
                    Value::String(text) => text.clone(),
                    Value::Object(fields) => fields
                        .iter()
                        .map(|(field, messages)| format!("{field}: {}", words(messages)))
                        .collect::<Vec<_>>()
                        .join("; "),
                    other => other.to_string(),
                };
                ClientError::Api { status, code: body.code, message, details: body.details }
            }
            Err(_) => ClientError::Api {
                status,
                code: String::new(),
                message: text.chars().take(500).collect(),
                details: Value::Null,
            },
        }
    }

    /// HTTP status of a refusal.
    pub fn status(&self) -> Option<u16> {
        match self {
            ClientError::Api { status, .. } => Some(*status),
            _ => None,
        }
    }
}

fn words(messages: &Value) -> String {
    match messages {
        Value::Array(list) => list.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
