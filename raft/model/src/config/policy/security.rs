//! Headers that tell browsers to be careful.

use serde::{Deserialize, Serialize};

use crate::config::check::{At, Findings};

/// Headers that tell browsers to be careful; what is not given is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SecurityHeaders {
    /// `Strict-Transport-Security`: how long browsers use nothing but TLS, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hsts_seconds: Option<u64>,
    /// That it holds for subdomains too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hsts_include_subdomains: bool,
    /// `X-Frame-Options`: who may show pages inside their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame_options: Option<FrameOptions>,
    /// `X-Content-Type-Options: nosniff`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_sniff: bool,
    /// `Referrer-Policy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer_policy: Option<String>,
    /// `Content-Security-Policy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_security_policy: Option<String>,
    /// `Permissions-Policy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_policy: Option<String>,
}

/// Who may show pages inside their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum FrameOptions {
    /// Nobody.
    Deny,
    /// Pages of the same origin.
    Sameorigin,
}

impl SecurityHeaders {
    /// Checks its fields.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        findings.require(*self != Self::default(), at, "sets nothing: give at least one header");
        if let Some(seconds) = self.hsts_seconds {
            findings.within(seconds, 0..=63_072_000, at.field("hsts_seconds"));
        }
        let lone = self.hsts_include_subdomains && self.hsts_seconds.is_none();
        findings.require(!lone, at.field("hsts_include_subdomains"), "needs hsts_seconds");
        for (value, name) in [
            (&self.referrer_policy, "referrer_policy"),
            (&self.content_security_policy, "content_security_policy"),
            (&self.permissions_policy, "permissions_policy"),
        ] {
            if let Some(value) = value {
                findings.require(!value.is_empty(), at.field(name), "must not be empty");
                findings.header_value(value, at.field(name));
            }
        }
    }

    /// The headers, by name.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let hsts = self.hsts_seconds.map(|seconds| {
            let subdomains = if self.hsts_include_subdomains { "; includeSubDomains" } else { "" };
            format!("max-age={seconds}{subdomains}")
        });
        let frames = self.frame_options.map(|options| match options {
            FrameOptions::Deny => "DENY".to_owned(),
            FrameOptions::Sameorigin => "SAMEORIGIN".to_owned(),
        });
        let all = [
            ("Strict-Transport-Security", hsts),
            ("X-Frame-Options", frames),
            ("X-Content-Type-Options", self.no_sniff.then(|| "nosniff".to_owned())),
            ("Referrer-Policy", self.referrer_policy.clone()),
            ("Content-Security-Policy", self.content_security_policy.clone()),
            ("Permissions-Policy", self.permissions_policy.clone()),
        ];
        all.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect()
    }
}
