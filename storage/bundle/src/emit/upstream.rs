//! Where requests go.

use sentinel_model::config::UpstreamGroup;
use sentinel_model::config::check::At;
use sentinel_model::config::upstream_group::{Algorithm, CircuitBreaker, Target, UpstreamTls};
use serde_json::json;
use zentinel_common::CircuitBreakerConfig;
use zentinel_common::types::LoadBalancingAlgorithm;
use zentinel_config::{UpstreamConfig, UpstreamTarget, UpstreamTlsConfig};

use super::Emitter;
use crate::capability::Feature;

impl Emitter<'_> {
    /// A group as an upstream of its own; what nobody uses is checked all the same, and left out.
    pub(super) fn upstream_group(
        &mut self,
        slug: &str,
        group: &UpstreamGroup,
        at: At<'_>,
    ) -> Result<(), serde_json::Error> {
        let mut upstream = self.upstream(slug, group, at)?;
        if self.used.contains(slug) {
            if self.websockets.contains(slug) {
                self.one_for_websockets(&mut upstream, at.field("tls"));
            }
            if upstream.targets.is_empty() {
                self.no_targets(at);
            }
            self.config.upstreams.insert(slug.to_owned(), upstream);
        }
        Ok(())
    }

    /// HTTP/2 has no upgrade of the kind that a WebSocket begins with, and the proxy prefers it where TLS offers it.
    pub(super) fn one_for_websockets(&mut self, upstream: &mut UpstreamConfig, at: At<'_>) {
        if upstream.http_version.min_version == 2 {
            let message = "a service with websocket goes there, and WebSockets begin with HTTP/1.1";
            self.refuse(
                "websocket-http2",
                at.field("http2"),
                message,
                "leave http2 out, or give the service a group of its own",
            );
        } else if upstream.tls.is_some() {
            upstream.http_version.max_version = 1;
        }
    }

    pub(super) fn no_targets(&mut self, at: At<'_>) {
        self.refuse(
            "no-targets",
            at.field("targets"),
            "there is no enabled target, so every request would fail",
            "add a target, or enable one",
        );
    }

    /// An upstream with the settings of a group.
    pub(super) fn upstream(
        &mut self,
        id: &str,
        group: &UpstreamGroup,
        at: At<'_>,
    ) -> Result<UpstreamConfig, serde_json::Error> {
        let UpstreamGroup {
            name: _,
            description: _,
            algorithm,
            targets,
            sticky_sessions,
            health_check,
            circuit_breaker,
            timeouts,
            tls,
        } = group;
        let mut own = UpstreamConfig { id: id.to_owned(), ..self.upstream.clone() };
        own.load_balancing = self.algorithm(*algorithm, at.field("algorithm"));
        own.targets = self.targets(*algorithm, targets, at.field("targets"));
        if sticky_sessions.is_some() {
            self.need(Feature::StickySessions, at.field("sticky_sessions"));
        }
        if health_check.is_some() {
            self.need(Feature::HealthCheck, at.field("health_check"));
        }
        if let Some(breaker) = circuit_breaker {
            self.need(Feature::CircuitBreaker, at.field("circuit_breaker"));
            own.circuit_breaker = Some(circuit(breaker));
        }
        if let Some(timeouts) = timeouts {
            self.need(Feature::UpstreamTimeouts, at.field("timeouts"));
            for (given, setting) in [
                (timeouts.connect_seconds, &mut own.timeouts.connect_secs),
                (timeouts.read_seconds, &mut own.timeouts.read_secs),
                (timeouts.write_seconds, &mut own.timeouts.write_secs),
                (timeouts.idle_seconds, &mut own.connection_pool.idle_timeout_secs),
            ] {
                if let Some(seconds) = given {
                    *setting = seconds;
                }
            }
        }
        if let Some(tls) = tls {
            self.tls_to_targets(&mut own, tls, targets, at.field("tls"))?;
        }
        Ok(own)
    }

    fn algorithm(&mut self, algorithm: Algorithm, at: At<'_>) -> LoadBalancingAlgorithm {
        use LoadBalancingAlgorithm as Own;
        let (feature, own) = match algorithm {
            Algorithm::RoundRobin => (Feature::RoundRobin, Own::RoundRobin),
            Algorithm::Weighted => (Feature::Weighted, Own::Weighted),
            Algorithm::Random => (Feature::Random, Own::Random),
            Algorithm::PowerOfTwoChoices => (Feature::PowerOfTwoChoices, Own::PowerOfTwoChoices),
            Algorithm::Adaptive => (Feature::Adaptive, Own::Adaptive),
            Algorithm::LeastConn => (Feature::LeastConn, Own::LeastConnections),
            Algorithm::IpHash => (Feature::IpHash, Own::IpHash),
            Algorithm::ConsistentHash => (Feature::ConsistentHash, Own::ConsistentHash),
        };
        self.need(feature, at);
        own
    }

    /// The targets that get requests. The proxy serves weights in blocks, so that 900 and 100 would mean 900 requests in a row to one of
    /// them: they are made as small as they can be.
    fn targets(&mut self, algorithm: Algorithm, targets: &[Target], at: At<'_>) -> Vec<UpstreamTarget> {
        let mut weights = Vec::new();
        let mut kept = Vec::new();
        for (place, target) in targets.iter().enumerate() {
            let at = at.item(place);
            let Target { host, port, weight, max_connections, enabled } = target;
            if max_connections.is_some() {
                self.need(Feature::MaxConnections, at.field("max_connections"));
            }
            if *enabled {
                weights.push(*weight);
                kept.push(format!("{host}:{port}"));
            } else {
                self.need(Feature::TargetDisabled, at.field("enabled"));
            }
        }
        let weighed = matches!(algorithm, Algorithm::RoundRobin | Algorithm::Random)
            && weights.iter().any(|weight| Some(weight) != weights.first());
        if weighed {
            let message = "the targets have different weights, at which this algorithm does not look";
            self.refuse(
                "weights-without-effect",
                at,
                message,
                "say algorithm: weighted, or leave the weights out",
            );
        }
        let divisor = weights.iter().copied().fold(0, gcd).max(1);
        kept.into_iter().zip(weights).map(|(address, weight)| target(address, weight / divisor)).collect()
    }

    fn tls_to_targets(
        &mut self,
        own: &mut UpstreamConfig,
        tls: &UpstreamTls,
        targets: &[Target],
        at: At<'_>,
    ) -> Result<(), serde_json::Error> {
        let UpstreamTls { server_name, insecure_skip_verify, trust_store, http2 } = tls;
        self.need(Feature::UpstreamTls, at);
        if *insecure_skip_verify {
            self.need(Feature::UpstreamSkipVerify, at.field("insecure_skip_verify"));
        }
        if trust_store.is_some() {
            self.need(Feature::UpstreamTrustStore, at.field("trust_store"));
        }
        if *http2 {
            self.need(Feature::UpstreamHttp2, at.field("http2"));
            (own.http_version.min_version, own.http_version.max_version) = (2, 2);
        }
        let one = targets.first().filter(|first| targets.iter().all(|target| target.host == first.host));
        let sni = server_name.as_deref().or(one.map(|target| target.host.as_str()));
        if sni.is_none() && !insecure_skip_verify && !targets.is_empty() {
            self.refuse(
                "server-name-missing",
                at.field("server_name"),
                "the targets have different hosts, so there is no name that their certificates must have",
                "give the name that all of them have",
            );
        }
        let own_tls = json!({ "sni": sni, "insecure_skip_verify": insecure_skip_verify });
        own.tls = Some(serde_json::from_value::<UpstreamTlsConfig>(own_tls)?);
        Ok(())
    }
}

pub(super) fn target(address: String, weight: u32) -> UpstreamTarget {
    UpstreamTarget { address, weight, max_requests: None, metadata: std::collections::HashMap::new() }
}

fn circuit(breaker: &CircuitBreaker) -> CircuitBreakerConfig {
    CircuitBreakerConfig {
        failure_threshold: breaker.failure_threshold,
        success_threshold: breaker.success_threshold,
        timeout_seconds: breaker.open_seconds,
        half_open_max_requests: breaker.half_open_requests,
    }
}

/// The greatest common divisor; that of 0 and a number is the number.
pub(super) fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}
