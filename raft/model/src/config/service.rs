//! Which requests go where, and what happens on the way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::check::{At, Findings, HEADERS_MAX, is_dns_name, is_host};
use super::middleware::Attachment;
use super::policy::{
    AccessControl, Cache, Compression, Cors, Headers, PathRewrite, RateLimit, Retry, SecurityHeaders,
    Transform,
};
use super::{Kind, Reference};

/// Highest priority.
pub const PRIORITY_MAX: u32 = 100;
/// Most hosts of one service.
pub const HOSTS_MAX: usize = 64;
/// Most middlewares of one service.
pub const MIDDLEWARES_MAX: usize = 32;

/// Requests that belong together: which ones, where they go, and what happens on the way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Service {
    /// What people call it; usually its slug.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether the proxy serves it.
    #[serde(default = "crate::config::yes", skip_serializing_if = "crate::config::is_yes")]
    pub enabled: bool,

    /// Which paths: `/health` is that one, `/shop/*` it and everything below, `/users/*/orders` one segment in the place of the `*`.
    pub route_path: String,
    /// On which hosts: names, or `*.example.com` for all below. Empty: on all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// With which methods. Empty: with all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// With which headers: name → value, or null for any value.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "crate::config::distinct::map"
    )]
    pub match_headers: BTreeMap<String, Option<String>>,
    /// With which parts of the query: name → value, or null for any value.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "crate::config::distinct::map"
    )]
    pub match_query: BTreeMap<String, Option<String>>,
    /// Which service comes first where several match: the one with the highest number, 0 to 100; usually 50. Then the one that says more: a
    /// whole path before a beginning, a longer one before a shorter one, a host before none, more methods and headers before fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,

    /// It goes to one server: `http://10.0.0.1:8080` or `https://api.example.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_url: Option<String>,
    /// It goes to an upstream group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_group: Option<String>,
    /// It goes to several upstream groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic_split: Option<TrafficSplit>,
    /// The client is sent elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<String>,
    /// With which status it is sent elsewhere; usually 301.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_status: Option<u16>,
    /// The proxy answers by itself, with this status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respond_status: Option<u16>,
    /// Body of that answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respond_body: Option<String>,

    /// Longest time until the upstream answers, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u64>,
    /// It may become a WebSocket.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub websocket: bool,
    /// An upstream that fails is asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// Answers are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<Cache>,
    /// Most requests in a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// Headers are changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<Headers>,
    /// Other origins' pages may read answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cors: Option<Cors>,
    /// Only some addresses may ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_control: Option<AccessControl>,
    /// Answers are compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression: Option<Compression>,
    /// Another path is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_rewrite: Option<PathRewrite>,
    /// Headers tell browsers to be careful.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<SecurityHeaders>,
    /// Bodies of requests are changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_transform: Option<Transform>,
    /// Bodies of answers are changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_transform: Option<Transform>,
    /// What happens besides, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub middlewares: Vec<Attachment>,
}

/// Requests go to several upstream groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TrafficSplit {
    /// How much goes where.
    pub splits: Vec<Split>,
    /// Which requests go where in any case; the first one that matches counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub match_rules: Vec<MatchRule>,
}

/// How much goes to an upstream group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = TrafficShare))]
pub struct Split {
    /// The group.
    pub upstream_group: String,
    /// Its share, beside the shares of the others.
    pub weight: u32,
}

/// Requests that go to an upstream group in any case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = TrafficRule))]
pub struct MatchRule {
    /// By what.
    #[serde(rename = "type")]
    pub by: MatchBy,
    /// Name of the header or the cookie.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The group.
    pub upstream_group: String,
}

/// By what a request is told from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = TrafficRuleType))]
pub enum MatchBy {
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

/// Where requests of a service go: exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Destination<'a> {
    /// One server.
    Url(&'a str),
    /// An upstream group.
    Group(&'a str),
    /// Several of them.
    Split(&'a TrafficSplit),
    /// The client is sent elsewhere, with a status.
    Redirect(&'a str, u16),
    /// The proxy answers by itself.
    Respond(u16, Option<&'a str>),
}

/// True for a method of HTTP.
pub fn is_method(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "PATCH" | "OPTIONS" | "CONNECT" | "TRACE")
}

impl Service {
    /// Where its requests go; nothing when it says none, or more than one.
    pub fn destination(&self) -> Option<Destination<'_>> {
        let all = [
            self.upstream_url.as_deref().map(Destination::Url),
            self.upstream_group.as_deref().map(Destination::Group),
            self.traffic_split.as_ref().map(Destination::Split),
            self.redirect_url
                .as_deref()
                .map(|url| Destination::Redirect(url, self.redirect_status.unwrap_or(301))),
            self.respond_status.map(|status| Destination::Respond(status, self.respond_body.as_deref())),
        ];
        let mut given = all.into_iter().flatten();
        let first = given.next();
        if given.next().is_some() { None } else { first }
    }

    /// Checks its fields.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        findings.titles(&self.name, &self.description, at);
        self.check_matching(at, findings);
        self.check_destination(at, findings);
        self.check_policies(at, findings);
    }

    fn check_matching(&self, at: At<'_>, findings: &mut Findings) {
        let path = at.field("route_path");
        findings.path(&self.route_path, path);
        let whole = self.route_path.split('/').all(|segment| segment == "*" || !segment.contains('*'));
        findings.require(whole, path, "'*' stands for a whole segment, as in /users/*/orders");
        let hosts = at.field("hosts");
        findings.distinct(&self.hosts, HOSTS_MAX, hosts);
        for (place, host) in self.hosts.iter().enumerate() {
            let name = host.strip_prefix("*.").unwrap_or(host);
            let right = is_dns_name(name) && *host == host.to_ascii_lowercase();
            let message =
                "must be a name in lowercase, such as shop.example.com or *.example.com, without a port";
            findings.require(right, hosts.item(place), message);
        }
        let methods = at.field("methods");
        findings.distinct(&self.methods, 9, methods);
        for (place, method) in self.methods.iter().enumerate() {
            findings.require(is_method(method), methods.item(place), "must be a method such as GET");
        }
        let headers = at.field("match_headers");
        findings.require(self.match_headers.len() <= 16, headers, "at most 16");
        let mut seen = std::collections::BTreeSet::new();
        for (name, value) in &self.match_headers {
            findings.header_name(name, headers.field(name));
            let fresh = seen.insert(name.to_ascii_lowercase());
            findings.require(fresh, headers.field(name), "is the same header as another one here");
            if let Some(value) = value {
                findings.header_value(value, headers.field(name));
            }
        }
        let query = at.field("match_query");
        findings.require(self.match_query.len() <= 16, query, "at most 16");
        for (name, value) in &self.match_query {
            findings.text(name, 100, query);
            findings.text(value.as_deref().unwrap_or_default(), 200, query);
        }
        if let Some(priority) = self.priority {
            findings.within(priority.into(), 0..=PRIORITY_MAX.into(), at.field("priority"));
        }
    }

    fn check_destination(&self, at: At<'_>, findings: &mut Findings) {
        let given = [
            self.upstream_url.is_some(),
            self.upstream_group.is_some(),
            self.traffic_split.is_some(),
            self.redirect_url.is_some(),
            self.respond_status.is_some(),
        ];
        let count = given.into_iter().filter(|given| *given).count();
        let message = "needs exactly one of upstream_url, upstream_group, traffic_split, redirect_url and respond_status";
        findings.require(count == 1, at.field("upstream_url"), message);
        if let Some(url) = &self.upstream_url
            && let Err(message) = Upstream::parse(url)
        {
            findings.refuse(at.field("upstream_url"), message);
        }
        if let Some(url) = &self.redirect_url {
            let at = at.field("redirect_url");
            let right = url.starts_with("http://") || url.starts_with("https://");
            findings.require(
                right,
                at,
                "must be a whole URL, such as https://example.com/new: the proxy would guess the rest",
            );
            findings.require(
                url.len() <= 2_000 && url.chars().all(|c| ('!'..='~').contains(&c)),
                at,
                "must be a URL",
            );
        }
        if let Some(status) = self.redirect_status {
            let at = at.field("redirect_status");
            findings.require(
                matches!(status, 301 | 302 | 303 | 307 | 308),
                at,
                "must be 301, 302, 303, 307 or 308",
            );
            findings.require(self.redirect_url.is_some(), at, "needs redirect_url");
        }
        if let Some(status) = self.respond_status {
            findings.within(status.into(), 200..=599, at.field("respond_status"));
        }
        if let Some(body) = &self.respond_body {
            findings.text(body, 16_384, at.field("respond_body"));
            findings.require(self.respond_status.is_some(), at.field("respond_body"), "needs respond_status");
        }
        if let Some(split) = &self.traffic_split {
            split.check(at.field("traffic_split"), findings);
        }
    }

    fn check_policies(&self, at: At<'_>, findings: &mut Findings) {
        if let Some(seconds) = self.timeout_seconds {
            findings.within(seconds, 1..=86_400, at.field("timeout_seconds"));
        }
        macro_rules! each {
            ($($field:ident),*) => {
                $(if let Some(policy) = &self.$field {
                    policy.check(at.field(stringify!($field)), findings);
                })*
            };
        }
        each!(retry, cache, rate_limit, headers, cors, access_control, compression, path_rewrite, security);
        each!(request_transform, response_transform);
        let middlewares = at.field("middlewares");
        let slugs: Vec<&str> = self.middlewares.iter().map(|one| one.middleware.as_str()).collect();
        findings.distinct(&slugs, MIDDLEWARES_MAX, middlewares);
    }

    /// Everything that it names.
    pub fn references(&self) -> Vec<Reference<'_>> {
        let mut named = Vec::new();
        if let Some(slug) = &self.upstream_group {
            named.push(Reference::new(Kind::UpstreamGroup, slug, "upstream_group"));
        }
        if let Some(split) = &self.traffic_split {
            for (place, share) in split.splits.iter().enumerate() {
                let field = format!("traffic_split.splits[{place}].upstream_group");
                named.push(Reference::new(Kind::UpstreamGroup, &share.upstream_group, field));
            }
            for (place, rule) in split.match_rules.iter().enumerate() {
                let field = format!("traffic_split.match_rules[{place}].upstream_group");
                named.push(Reference::new(Kind::UpstreamGroup, &rule.upstream_group, field));
            }
        }
        for (place, attachment) in self.middlewares.iter().enumerate() {
            let field = format!("middlewares[{place}].middleware");
            named.push(Reference::new(Kind::Middleware, &attachment.middleware, field));
        }
        named
    }
}

impl TrafficSplit {
    fn check(&self, at: At<'_>, findings: &mut Findings) {
        let splits = at.field("splits");
        findings.within(self.splits.len() as u64, 1..=16, splits);
        let groups: Vec<&str> = self.splits.iter().map(|share| share.upstream_group.as_str()).collect();
        findings.distinct(&groups, 16, splits);
        for (place, share) in self.splits.iter().enumerate() {
            findings.within(share.weight.into(), 0..=10_000, splits.item(place).field("weight"));
        }
        let total: u32 = self.splits.iter().map(|share| share.weight.min(10_000)).sum();
        findings.require(total > 0, splits, "one weight at least must be above 0");
        let rules = at.field("match_rules");
        findings.require(self.match_rules.len() <= HEADERS_MAX, rules, format!("at most {HEADERS_MAX}"));
        for (place, rule) in self.match_rules.iter().enumerate() {
            let at = rules.item(place);
            findings.header_name(&rule.name, at.field("name"));
            findings.header_value(&rule.value, at.field("value"));
        }
    }
}

/// One server, as a URL names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// Whether TLS is spoken.
    pub tls: bool,
    /// Name or IP address, an IPv6 address in brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl Upstream {
    /// Reads a URL without a path.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn parse(url: &str) -> Result<Self, String> {
        let (tls, rest) = match (url.strip_prefix("http://"), url.strip_prefix("https://")) {
            (Some(rest), _) => (false, rest),
            (_, Some(rest)) => (true, rest),
            _ => return Err("must begin with http:// or https://".to_owned()),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if !path.is_empty() {
            return Err("must have no path; path_rewrite says what the upstream is asked for".to_owned());
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                let port = port.parse::<u16>().ok().filter(|port| *port > 0);
                (host, port.ok_or("the port must be 1 to 65535")?)
            }
            _ => (authority, if tls { 443 } else { 80 }),
        };
        if !is_host(host) {
            return Err("must name a host, such as http://10.0.0.1:8080".to_owned());
        }
        Ok(Self { tls, host: host.to_owned(), port })
    }
}
