//! Headers that are set, added, renamed and removed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::config::check::{At, Findings, HEADERS_MAX};

/// What is done to the headers of requests and of answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = HeadersPolicy))]
pub struct Headers {
    /// On the way to the upstream.
    #[serde(default, skip_serializing_if = "HeaderChanges::is_empty")]
    pub request: HeaderChanges,
    /// On the way back. Answers that the proxy gives by itself are as they are.
    #[serde(default, skip_serializing_if = "HeaderChanges::is_empty")]
    pub response: HeaderChanges,
}

/// What is done to headers. No header is in two of these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct HeaderChanges {
    /// Old name → new name.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "crate::config::distinct::map"
    )]
    pub rename: BTreeMap<String, String>,
    /// Name → value, in place of what was there.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "crate::config::distinct::map"
    )]
    pub set: BTreeMap<String, String>,
    /// Name → value, beside what was there.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "crate::config::distinct::map"
    )]
    pub add: BTreeMap<String, String>,
    /// Names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
}

impl Headers {
    /// Checks its fields.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        self.request.check(at.field("request"), findings);
        self.response.check(at.field("response"), findings);
        let empty = self.request.is_empty() && self.response.is_empty();
        findings.require(!empty, at, "changes nothing: give request or response");
    }
}

impl HeaderChanges {
    /// True when it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.rename.is_empty() && self.set.is_empty() && self.add.is_empty() && self.remove.is_empty()
    }

    fn check(&self, at: At<'_>, findings: &mut Findings) {
        let mut seen = BTreeSet::new();
        let mut once = |name: &str, at: At<'_>, findings: &mut Findings| {
            findings.changeable_header(name, at);
            let fresh = seen.insert(name.to_ascii_lowercase());
            findings.require(
                fresh,
                at,
                format!("{name} is changed twice here, and which one counts is not said"),
            );
        };
        let rename = at.field("rename");
        for (old, new) in &self.rename {
            once(old, rename.field(old), findings);
            once(new, rename.field(old), findings);
        }
        for (map, name) in [(&self.set, "set"), (&self.add, "add")] {
            let at = at.field(name);
            for (header, value) in map {
                once(header, at.field(header), findings);
                findings.header_value(value, at.field(header));
            }
        }
        let remove = at.field("remove");
        findings.distinct(&self.remove, HEADERS_MAX, remove);
        for (place, header) in self.remove.iter().enumerate() {
            once(header, remove.item(place), findings);
        }
        let count = self.rename.len() + self.set.len() + self.add.len();
        findings.require(count <= HEADERS_MAX, at, format!("at most {HEADERS_MAX} headers, not {count}"));
    }
}
