//! Text that must never be printed: passwords, keys, tokens.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};
use zeroize::ZeroizeOnDrop;

/// Goes over the wire as a plain string; shows nothing in `Debug`, and its memory is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq, Serialize, ZeroizeOnDrop)]
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

/// What is no text is refused without a word of what it is.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Secret;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
                Ok(Secret::new(text))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Secret, E> {
                Ok(Secret(text))
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<Secret, E> {
                Err(no_text())
            }

            fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
                Err(no_text())
            }

            fn visit_u64<E: Error>(self, _: u64) -> Result<Secret, E> {
                Err(no_text())
            }

            fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
                Err(no_text())
            }
        }

        // Asked for a string, a deserializer refuses a number by itself, and says which.
        deserializer.deserialize_any(Text)
    }
}

fn no_text<E: Error>() -> E {
    E::custom("invalid type: expected a string")
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
        let back: Secret = serde_json::from_str("\"hunter2 hunter2\"").unwrap();
        assert_eq!(back, secret);
    }

    #[test]
    fn what_is_no_text_is_refused_without_being_told() {
        for wrong in ["4711", "-4711", "4711.5", "[4711]", "{\"4711\":4711}"] {
            let refused = serde_json::from_str::<Secret>(wrong).unwrap_err().to_string();
            assert!(refused.contains("string") && !refused.contains("4711"), "{refused}");
        }
    }
}
