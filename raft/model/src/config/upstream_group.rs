//! Where requests go.

use serde::{Deserialize, Serialize};

use super::check::{At, Findings};
use super::{Kind, Reference};

/// Most targets of one group.
pub const TARGETS_MAX: usize = 500;

/// Servers that answer the same requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UpstreamGroup {
    /// What people call it; usually its slug.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Which target a request goes to; usually one after the other.
    #[serde(default, skip_serializing_if = "Algorithm::is_usual")]
    pub algorithm: Algorithm,
    /// The servers.
    #[serde(default)]
    pub targets: Vec<Target>,
    /// Requests of one visitor go to one target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticky_sessions: Option<StickySessions>,
    /// Targets are asked regularly how they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check: Option<HealthCheck>,
    /// When a target gets no requests for a while; the proxy has one for every target anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circuit_breaker: Option<CircuitBreaker>,
    /// How long things may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeouts: Option<Timeouts>,
    /// TLS to the targets; in the clear unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<UpstreamTls>,
}

/// One server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = UpstreamTarget))]
pub struct Target {
    /// Name or IP address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How much it gets, beside the weights of the others, where the algorithm asks for weights; usually 100.
    #[serde(default = "weight", skip_serializing_if = "is_usual_weight")]
    pub weight: u32,
    /// Most connections at once; no bound unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_connections: Option<u32>,
    /// Whether it gets requests at all.
    #[serde(default = "crate::config::yes", skip_serializing_if = "crate::config::is_yes")]
    pub enabled: bool,
}

/// Which target a request goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = BalancingAlgorithm))]
pub enum Algorithm {
    /// One after the other.
    #[default]
    RoundRobin,
    /// By weight.
    Weighted,
    /// Any.
    Random,
    /// The better of two at random.
    PowerOfTwoChoices,
    /// By how fast and how well they have answered.
    Adaptive,
    /// The one with the fewest connections.
    LeastConn,
    /// By the address of the client.
    IpHash,
    /// By a hash that moves little when targets come and go.
    ConsistentHash,
}

impl Algorithm {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_usual(&self) -> bool {
        *self == Self::RoundRobin
    }
}

/// Requests of one visitor go to one target, by a cookie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StickySessions {
    /// Name of the cookie.
    pub cookie: String,
    /// How long it holds, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_seconds: Option<u64>,
}

/// Targets are asked regularly how they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = UpstreamHealthCheck))]
pub struct HealthCheck {
    /// What is asked for.
    pub path: String,
    /// How often, in seconds; usually 10.
    #[serde(default = "interval_seconds")]
    pub interval_seconds: u64,
}

/// A target that keeps failing gets no requests for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CircuitBreaker {
    /// Failures in a row until it gets none; usually 5.
    #[serde(default = "failure_threshold")]
    pub failure_threshold: u32,
    /// Successes in a row until it is trusted again; usually 2.
    #[serde(default = "success_threshold")]
    pub success_threshold: u32,
    /// For how long it gets none, in seconds; usually 30.
    #[serde(default = "open_seconds")]
    pub open_seconds: u64,
    /// How many requests try it after that; usually 1.
    #[serde(default = "half_open_requests")]
    pub half_open_requests: u32,
}

/// How long things may take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = UpstreamTimeouts))]
pub struct Timeouts {
    /// To connect, in seconds, at most 10; usually 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_seconds: Option<u64>,
    /// Until more of an answer comes, in seconds; usually 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_seconds: Option<u64>,
    /// Until more of a request is taken, in seconds; usually 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write_seconds: Option<u64>,
    /// How long a connection that nobody uses is kept, in seconds; usually 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_seconds: Option<u64>,
}

/// TLS to the targets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UpstreamTls {
    /// The name that the targets' certificate must have; the target's host unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// Whoever answers is believed to be the target. For tests.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insecure_skip_verify: bool,
    /// Who vouches for the targets; those that the node's system trusts unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust_store: Option<String>,
    /// HTTP/2 and nothing else, as gRPC needs it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub http2: bool,
}

fn weight() -> u32 {
    100
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_usual_weight(number: &u32) -> bool {
    *number == weight()
}

fn interval_seconds() -> u64 {
    10
}

fn failure_threshold() -> u32 {
    5
}

fn success_threshold() -> u32 {
    2
}

fn open_seconds() -> u64 {
    30
}

fn half_open_requests() -> u32 {
    1
}

impl UpstreamGroup {
    /// Checks its fields.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        findings.titles(&self.name, &self.description, at);
        let targets = at.field("targets");
        let count = self.targets.len();
        findings.require(count <= TARGETS_MAX, targets, format!("at most {TARGETS_MAX}, not {count}"));
        let mut seen = std::collections::BTreeSet::new();
        for (place, target) in self.targets.iter().enumerate() {
            let at = targets.item(place);
            findings.host(&target.host, at.field("host"));
            findings.within(target.port.into(), 1..=65_535, at.field("port"));
            findings.within(target.weight.into(), 1..=65_535, at.field("weight"));
            let twice = !seen.insert((target.host.to_ascii_lowercase(), target.port));
            findings.require(
                !twice,
                at,
                format!("{}:{} stands in the group twice", target.host, target.port),
            );
            if let Some(most) = target.max_connections {
                findings.within(most.into(), 1..=1_000_000, at.field("max_connections"));
            }
        }
        if let Some(sticky) = &self.sticky_sessions {
            findings.header_name(&sticky.cookie, at.field("sticky_sessions").field("cookie"));
        }
        if let Some(check) = &self.health_check {
            findings.path(&check.path, at.field("health_check").field("path"));
        }
        if let Some(breaker) = &self.circuit_breaker {
            let at = at.field("circuit_breaker");
            findings.within(breaker.failure_threshold.into(), 1..=10_000, at.field("failure_threshold"));
            findings.within(breaker.success_threshold.into(), 1..=10_000, at.field("success_threshold"));
            findings.within(breaker.open_seconds, 1..=86_400, at.field("open_seconds"));
            findings.within(breaker.half_open_requests.into(), 1..=10_000, at.field("half_open_requests"));
        }
        if let Some(timeouts) = &self.timeouts {
            let at = at.field("timeouts");
            if let Some(seconds) = timeouts.connect_seconds {
                findings.within(seconds, 1..=10, at.field("connect_seconds"));
            }
            for (seconds, name) in [
                (timeouts.read_seconds, "read_seconds"),
                (timeouts.write_seconds, "write_seconds"),
                (timeouts.idle_seconds, "idle_seconds"),
            ] {
                if let Some(seconds) = seconds {
                    findings.within(seconds, 1..=86_400, at.field(name));
                }
            }
        }
        if let Some(name) = self.tls.as_ref().and_then(|tls| tls.server_name.as_ref()) {
            findings.host(name, at.field("tls").field("server_name"));
        }
    }

    /// Everything that it names.
    pub fn references(&self) -> Vec<Reference<'_>> {
        let store = self.tls.as_ref().and_then(|tls| tls.trust_store.as_deref());
        store.map(|slug| Reference::new(Kind::TrustStore, slug, "tls.trust_store")).into_iter().collect()
    }
}
