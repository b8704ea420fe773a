//! Which other origins' pages may read answers.

use serde::{Deserialize, Serialize};

use crate::config::check::{At, Findings};

/// Cross-origin resource sharing, as <https://fetch.spec.whatwg.org/#http-cors-protocol> has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = CorsPolicy))]
pub struct Cors {
    /// Origins such as `https://shop.example.com`, or `*` for all.
    pub allowed_origins: Vec<String>,
    /// Methods; usually GET, HEAD and POST.
    #[serde(default = "methods")]
    pub allowed_methods: Vec<String>,
    /// Headers that pages may send.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_headers: Vec<String>,
    /// Headers of answers that pages may read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exposed_headers: Vec<String>,
    /// Whether pages may send cookies and credentials; not together with `*`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_credentials: bool,
    /// How long a browser may remember it, in seconds; usually 600.
    #[serde(default = "max_age_seconds")]
    pub max_age_seconds: u64,
}

fn methods() -> Vec<String> {
    ["GET", "HEAD", "POST"].map(str::to_owned).to_vec()
}

fn max_age_seconds() -> u64 {
    600
}

impl Cors {
    /// Checks its fields.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        let origins = at.field("allowed_origins");
        findings.require(!self.allowed_origins.is_empty(), origins, "must not be empty; '*' allows all");
        findings.distinct(&self.allowed_origins, 64, origins);
        for (place, origin) in self.allowed_origins.iter().enumerate() {
            let message = "must be '*' or an origin such as 'https://shop.example.com', without a path";
            findings.require(origin == "*" || is_origin(origin), origins.item(place), message);
        }
        let all = self.allowed_origins.iter().any(|origin| origin == "*");
        let alone = !all || self.allowed_origins.len() == 1;
        findings.require(alone, origins, "'*' stands for all origins; name no others beside it");
        let safe = !(all && self.allow_credentials);
        let message = "would let every site act as its visitors; name the origins instead of '*'";
        findings.require(safe, at.field("allow_credentials"), message);
        let methods = at.field("allowed_methods");
        findings.distinct(&self.allowed_methods, 16, methods);
        for (place, method) in self.allowed_methods.iter().enumerate() {
            findings.require(
                super::super::service::is_method(method),
                methods.item(place),
                "must be a method such as GET",
            );
        }
        for (list, name) in
            [(&self.allowed_headers, "allowed_headers"), (&self.exposed_headers, "exposed_headers")]
        {
            let at = at.field(name);
            findings.distinct(list, 64, at);
            for (place, header) in list.iter().enumerate() {
                findings.header_name(header, at.item(place));
            }
        }
        findings.within(self.max_age_seconds, 0..=86_400, at.field("max_age_seconds"));
    }
}

fn is_origin(origin: &str) -> bool {
    let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let Some(rest) = rest else { return false };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    crate::config::check::is_host(host)
        && host == host.to_ascii_lowercase()
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_a_scheme_a_host_and_perhaps_a_port() {
        for right in ["https://a.example", "http://localhost:3000", "https://[::1]:8443", "http://10.0.0.1"] {
            assert!(is_origin(right), "{right}");
        }
        for wrong in
            ["a.example", "https://a.example/", "https://A.example", "https://", "https://a:0", "ftp://a"]
        {
            assert!(!is_origin(wrong), "{wrong}");
        }
    }
}
