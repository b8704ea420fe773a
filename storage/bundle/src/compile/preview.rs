//! What the proxy would get of a document, without a bundle of it.

use sentinel_model::config::Document;
use zentinel_config::Config;

use super::{CompileError, OperationsOptions, from_document, unreadable};
use crate::manifest::sha256;
use crate::problem::Problem;
use crate::proxy_config;

/// The host of the marker route while nobody asks it.
const NOBODY: &str = "preview.invalid";

/// What the proxy would get. The operations listener and the marker route are not in it: every bundle adds its own.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The configuration of the proxy; node variables stand in its addresses as they are written.
    pub config: Config,
    /// The features that it uses, by their names.
    pub needs: Vec<String>,
    /// Findings that do not block.
    pub warnings: Vec<Problem>,
}

impl Preview {
    /// As the proxy reads it, and the SHA-256 of that: the same for the same configuration, whoever asks.
    ///
    /// # Errors
    /// [`CompileError::Altered`]: a value has no JSON form.
    pub fn json(&self) -> Result<(String, [u8; 32]), CompileError> {
        let json = proxy_config::to_json(&self.config).map_err(unreadable)?;
        let digest = sha256(json.as_bytes());
        Ok((json, digest))
    }

    /// In the proxy's own language, for people to read; what it cannot say is a comment there.
    pub fn kdl(&self) -> String {
        proxy_config::to_kdl(&self.config)
    }
}

/// Compiles a document as [`super::compile`] does, with the proxy's own opinion of it, and keeps nothing.
///
/// # Errors
/// [`CompileError::Invalid`] with everything that is wrong; [`CompileError::Altered`].
pub fn preview(document: &Document) -> Result<Preview, CompileError> {
    let made = from_document::make(document, NOBODY, OperationsOptions::default())?;
    Ok(Preview { config: made.config, needs: made.needs, warnings: made.warnings })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::Value;

    use super::*;
    use crate::compile::tests::rich;

    #[test]
    fn what_is_shown_is_what_a_bundle_has_but_for_what_every_bundle_adds() {
        let made = preview(&rich()).unwrap();
        let (json, digest) = made.json().unwrap();
        assert_eq!(preview(&rich()).unwrap().json().unwrap(), (json.clone(), digest));
        assert!(!json.contains(super::super::MARKER_ROUTE) && !json.contains(NOBODY), "{json}");
        let shown: Value = serde_json::from_str(&json).unwrap();
        let whole = from_document::make(&rich(), NOBODY, OperationsOptions::default()).unwrap();
        let whole: Value = serde_json::from_str(&whole.template).unwrap();
        for (name, value) in shown.as_object().unwrap() {
            match (value, &whole[name]) {
                (Value::Array(shown), Value::Array(all)) => {
                    assert!(shown.iter().all(|one| all.contains(one)), "{name}")
                }
                (Value::Object(_), Value::Object(_)) => {}
                (shown, all) => assert_eq!(shown, all, "{name}"),
            }
        }
        let mut upstreams = whole["upstreams"].clone();
        assert!(upstreams.as_object_mut().unwrap().remove(crate::certificates::CHALLENGES).is_some());
        assert_eq!((&shown["upstreams"], &shown["filters"]), (&upstreams, &whole["filters"]));
        assert!(made.kdl().contains("routes {") && !made.needs.is_empty());
    }

    #[test]
    fn what_a_bundle_would_be_refused_for_is_told() {
        let Err(CompileError::Invalid(problems)) = preview(&Document::default()) else { panic!() };
        assert_eq!(problems[0].code, "no-service");
    }
}
