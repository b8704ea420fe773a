//! Text that must never be printed: passwords, keys, tokens.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::ZeroizeOnDrop;

/// Goes over the wire as a plain string; shows nothing in `Debug`, and its memory is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Name every use: it must not reach a log.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_secret_is_plain_on_the_wire_and_nowhere_else() {
        let secret = Secret::new("hunter2 hunter2");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"hunter2 hunter2\"");
        assert!(!format!("{secret:?}").contains("hunter"));
    }
}
