//! Bodies that are changed on the way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::check::{At, Findings};

/// What is done to a JSON body, by JSON Pointers ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Transform {
    /// Pointer → text that stands there from now on.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "crate::config::distinct::map"
    )]
    pub set: BTreeMap<String, String>,
    /// Pointers to what is taken out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
}

impl Transform {
    /// Checks its fields.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        findings.require(*self != Self::default(), at, "changes nothing: give set or remove");
        let set = at.field("set");
        findings.require(self.set.len() <= 64, set, "at most 64 places");
        for (pointer, text) in &self.set {
            findings.require(is_pointer(pointer), set, "must be JSON Pointers, such as /user/name");
            findings.text(text, 2_000, set);
        }
        let remove = at.field("remove");
        findings.distinct(&self.remove, 64, remove);
        for (place, pointer) in self.remove.iter().enumerate() {
            findings.require(
                is_pointer(pointer),
                remove.item(place),
                "must be a JSON Pointer, such as /user/name",
            );
        }
    }
}

fn is_pointer(text: &str) -> bool {
    text.starts_with('/') && text.len() <= 500 && !text.chars().any(char::is_control)
}
