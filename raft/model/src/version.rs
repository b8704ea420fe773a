//! Versions of bundles that a node may be given.

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::InvalidValue;
use crate::name::NAME_MAX;

/// The versions between two, both included; without an end it is open there.
///
/// Compared as [semantic versions](https://semver.org), so that what comes behind a `+` is of no account; `v` in front is ignored. A bundle whose version is none is outside of every
/// range that has an end: what cannot be compared is not let through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRange {
    /// The lowest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// The highest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
}

impl VersionRange {
    /// True when every version is in it, and what is none too.
    pub fn is_open(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }

    /// Whether a bundle of this version is in it.
    pub fn admits(&self, version: &str) -> bool {
        if self.is_open() {
            return true;
        }
        let Some(version) = parse(version) else { return false };
        let end = |end: &Option<String>| end.as_deref().map(parse);
        let above =
            end(&self.min).is_none_or(|min| min.is_some_and(|min| min.cmp_precedence(&version).is_le()));
        let below =
            end(&self.max).is_none_or(|max| max.is_some_and(|max| version.cmp_precedence(&max).is_le()));
        above && below
    }

    /// Checks both ends; the first refusal names it.
    ///
    /// # Errors
    /// An end is no version, or the range is empty.
    pub fn check(&self) -> Result<(), InvalidValue> {
        let end = |field: &str, end: &Option<String>| match end.as_deref().map(|text| (text, parse(text))) {
            Some((text, _)) if text.len() > NAME_MAX => {
                Err(InvalidValue::new(field, format!("must have at most {NAME_MAX} characters")))
            }
            Some((text, None)) => {
                let message = format!("'{text}' is no semantic version; give one such as 1.4.0");
                Err(InvalidValue::new(field, message))
            }
            Some((_, version)) => Ok(version),
            None => Ok(None),
        };
        let min = end("min_bundle_version", &self.min)?;
        let max = end("max_bundle_version", &self.max)?;
        match (min, max) {
            (Some(min), Some(max)) if min.cmp_precedence(&max).is_gt() => {
                Err(InvalidValue::new("max_bundle_version", "must not be below min_bundle_version"))
            }
            _ => Ok(()),
        }
    }
}

impl std::fmt::Display for VersionRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.min, &self.max) {
            (None, None) => f.write_str("any"),
            (Some(min), None) => write!(f, "{min} or higher"),
            (None, Some(max)) => write!(f, "{max} or lower"),
            (Some(min), Some(max)) => write!(f, "{min} to {max}"),
        }
    }
}

fn parse(text: &str) -> Option<Version> {
    Version::parse(text.strip_prefix('v').unwrap_or(text)).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn range(min: &str, max: &str) -> VersionRange {
        let end = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        VersionRange { min: end(min), max: end(max) }
    }

    #[test]
    fn versions_are_compared_by_their_numbers_and_not_as_text() {
        for (min, max, version, inside) in [
            ("1.4.0", "", "1.10.0", true),
            ("1.4.0", "", "1.4.0", true),
            ("1.4.0", "", "1.3.9", false),
            ("", "2.0.0", "2.0.0", true),
            ("", "2.0.0", "2.0.1", false),
            ("1.0.0", "2.0.0", "v1.5.0", true),
            ("2.0.0", "", "2.0.0-rc.1", false),
            ("1.0.0", "2.0.0", "nightly", false),
            ("", "", "nightly", true),
            ("", "2.0.0", "2.0.0+build.7", true),
            ("1.4.0+x", "", "1.4.0", true),
        ] {
            assert_eq!(range(min, max).admits(version), inside, "{min} {max} {version}");
        }
    }

    #[test]
    fn a_range_that_nothing_is_in_is_refused() {
        assert_eq!(range("2.0.0", "1.0.0").check().unwrap_err().field, "max_bundle_version");
        assert_eq!(range("1.4", "").check().unwrap_err().field, "min_bundle_version");
        assert!(range("1.0.0", "1.0.0").check().is_ok());
        assert!(range("1.0.0+b", "1.0.0").check().is_ok());
    }
}
