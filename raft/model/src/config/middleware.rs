//! What happens on the way, for several services.

use serde::{Deserialize, Serialize};

use super::Reference;
use super::check::{At, Findings};
use super::policy::{
    AccessControl, Cache, Compression, Cors, Headers, PathRewrite, RateLimit, Retry, SecurityHeaders,
    Transform,
};

/// Something that happens on the way, once for all services that it is attached to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Middleware {
    /// What people call it; usually its slug.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether it happens at all; otherwise it does for no service.
    #[serde(default = "crate::config::yes", skip_serializing_if = "crate::config::is_yes")]
    pub enabled: bool,
    /// What happens.
    #[serde(flatten)]
    pub policy: Policy,
}

/// A middleware as it is read: flattened fields would let unknown ones through.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default = "crate::config::yes")]
    enabled: bool,
    middleware_type: String,
    config: serde_json::Value,
}

impl TryFrom<Fields> for Middleware {
    type Error = serde_json::Error;

    fn try_from(fields: Fields) -> Result<Self, serde_json::Error> {
        let policy =
            serde_json::json!({ "middleware_type": fields.middleware_type, "config": fields.config });
        Ok(Self {
            name: fields.name,
            description: fields.description,
            enabled: fields.enabled,
            policy: serde_json::from_value(policy)?,
        })
    }
}

/// What happens on the way: exactly one of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "middleware_type", content = "config", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = MiddlewarePolicy))]
pub enum Policy {
    /// Most requests in a time.
    RateLimit(RateLimit),
    /// Answers that are kept.
    Cache(Cache),
    /// Other origins' pages may read answers.
    Cors(Cors),
    /// Answers are compressed.
    Compression(Compression),
    /// Headers are changed.
    Headers(Headers),
    /// Only some addresses may ask.
    AccessControl(AccessControl),
    /// Headers tell browsers to be careful.
    Security(SecurityHeaders),
    /// Another path is asked for.
    PathRewrite(PathRewrite),
    /// Bodies of requests are changed.
    RequestTransform(Transform),
    /// Bodies of answers are changed.
    ResponseTransform(Transform),
    /// An upstream that fails is asked again.
    Retry(Retry),
}

/// That a middleware happens to a service, in its place among the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// The middleware's slug.
    pub middleware: String,
    /// Whether it happens here.
    #[serde(default = "crate::config::yes", skip_serializing_if = "crate::config::is_yes")]
    pub enabled: bool,
}

impl Policy {
    /// What it is called where a service has it itself.
    pub fn field(&self) -> &'static str {
        match self {
            Policy::RateLimit(_) => "rate_limit",
            Policy::Cache(_) => "cache",
            Policy::Cors(_) => "cors",
            Policy::Compression(_) => "compression",
            Policy::Headers(_) => "headers",
            Policy::AccessControl(_) => "access_control",
            Policy::Security(_) => "security",
            Policy::PathRewrite(_) => "path_rewrite",
            Policy::RequestTransform(_) => "request_transform",
            Policy::ResponseTransform(_) => "response_transform",
            Policy::Retry(_) => "retry",
        }
    }

    /// Checks its fields.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        match self {
            Policy::RateLimit(policy) => policy.check(at, findings),
            Policy::Cache(policy) => policy.check(at, findings),
            Policy::Cors(policy) => policy.check(at, findings),
            Policy::Compression(policy) => policy.check(at, findings),
            Policy::Headers(policy) => policy.check(at, findings),
            Policy::AccessControl(policy) => policy.check(at, findings),
            Policy::Security(policy) => policy.check(at, findings),
            Policy::PathRewrite(policy) => policy.check(at, findings),
            Policy::RequestTransform(policy) | Policy::ResponseTransform(policy) => {
                policy.check(at, findings)
            }
            Policy::Retry(policy) => policy.check(at, findings),
        }
    }
}

impl Middleware {
    /// Checks its fields.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        findings.titles(&self.name, &self.description, at);
        self.policy.check(at.field("config"), findings);
    }

    /// It names nothing.
    pub fn references(&self) -> Vec<Reference<'_>> {
        Vec::new()
    }
}
