//! Another path, or another host, than the one that was asked for.

use serde::{Deserialize, Serialize};

use crate::config::check::{At, Findings};

/// What the upstream is asked for instead. The query stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PathRewrite {
    /// In place of the path's beginning up to the `*` of the service: `/` takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace_prefix: Option<String>,
    /// In place of the whole path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace_path: Option<String>,
    /// In place of the `Host` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

impl PathRewrite {
    /// Checks its fields.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        findings.require(*self != Self::default(), at, "changes nothing: give a path or a host");
        let both = self.replace_prefix.is_some() && self.replace_path.is_some();
        findings.require(!both, at, "either the beginning of the path is replaced or all of it");
        for (path, name) in [(&self.replace_prefix, "replace_prefix"), (&self.replace_path, "replace_path")] {
            if let Some(path) = path {
                findings.path(path, at.field(name));
                findings.require(!path.contains('*'), at.field(name), "must not hold '*'");
            }
        }
        if let Some(host) = &self.host {
            findings.host(host, at.field("host"));
        }
    }
}
