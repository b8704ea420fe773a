//! Which requests go where.

use sentinel_model::config::Service;
use sentinel_model::config::check::At;
use sentinel_model::config::service::{Destination, MatchBy, TrafficSplit, Upstream};
use serde_json::json;
use zentinel_common::types::{LoadBalancingAlgorithm, Priority};
use zentinel_config::{
    BuiltinHandler, Filter, FilterConfig, MatchCondition, PathModifier, RedirectFilter, RouteConfig,
    ServiceType, UpstreamConfig, UpstreamTarget,
};

use super::Emitter;
use super::upstream::gcd;
use crate::capability::Feature;

/// The priority of a service that has none.
const USUAL_PRIORITY: u32 = 50;

/// Most weight of a target of a split: the proxy serves weights in blocks.
const WEIGHT_MAX: u64 = 1_000;

impl Emitter<'_> {
    pub(super) fn service(
        &mut self,
        slug: &str,
        service: &Service,
        at: At<'_>,
    ) -> Result<(), serde_json::Error> {
        if slug.starts_with("sentinel-") {
            let message =
                format!("`{slug}` begins with `sentinel-`, which is for what the control plane adds");
            self.refuse("reserved-name", at, message, "call it otherwise");
        }
        let mut route: RouteConfig = serde_json::from_value(json!({ "id": slug, "matches": [] }))?;
        route.matches = self.matches(service, at);
        let conditions = service.match_headers.len() + usize::from(!service.methods.is_empty());
        route.priority = Priority(precedence(service, conditions, 0));
        if service.priority.is_some() {
            self.need(Feature::Priority, at.field("priority"));
        }
        match service.destination() {
            // The document's own check has reported it.
            None => {}
            Some(Destination::Url(url)) => self.to_url(slug, url, &mut route, at)?,
            Some(Destination::Group(group)) => {
                self.need(Feature::UpstreamGroup, at.field("upstream_group"));
                route.upstream = Some(group.to_owned());
            }
            Some(Destination::Split(split)) => self.to_split(slug, split, &mut route, at)?,
            Some(Destination::Redirect(url, status)) => self.redirect(slug, url, status, &mut route, at),
            Some(Destination::Respond(status, body)) => self.respond(status, body, &mut route, at),
        }
        self.policies(slug, service, &mut route, at)?;
        self.let_preflights_in(&mut route);
        if let Some(Destination::Split(split)) = service.destination() {
            self.rules(slug, service, split, &route, at);
        }
        self.config.routes.push(route);
        Ok(())
    }

    fn matches(&mut self, service: &Service, at: At<'_>) -> Vec<MatchCondition> {
        let mut matches = vec![self.path(&service.route_path, at.field("route_path"))];
        if !service.hosts.is_empty() {
            self.need(Feature::Host, at.field("hosts"));
            matches.extend(service.hosts.iter().cloned().map(MatchCondition::Host));
        }
        if !service.methods.is_empty() {
            self.need(Feature::Method, at.field("methods"));
            matches.push(MatchCondition::Method(service.methods.clone()));
        }
        for (name, value) in &service.match_headers {
            self.need(Feature::HeaderMatch, at.field("match_headers"));
            // The proxy looks headers up in lowercase.
            let name = name.to_ascii_lowercase();
            matches.push(MatchCondition::Header { name, value: value.clone() });
        }
        if !service.match_query.is_empty() {
            self.need(Feature::QueryMatch, at.field("match_query"));
        }
        matches
    }

    /// Before a page of another origin sends something, its browser asks with OPTIONS, which the filter answers only where the route takes it.
    fn let_preflights_in(&self, route: &mut RouteConfig) {
        let is_cors = |id: &String| {
            self.config.filters.get(id).is_some_and(|one| matches!(one.filter, Filter::Cors(_)))
        };
        if !route.filters.iter().any(is_cors) {
            return;
        }
        for condition in &mut route.matches {
            if let MatchCondition::Method(methods) = condition
                && !methods.iter().any(|method| method == "OPTIONS")
            {
                methods.push("OPTIONS".to_owned());
            }
        }
    }

    fn path(&mut self, path: &str, at: At<'_>) -> MatchCondition {
        let (fixed, below) = match path.strip_suffix("/*") {
            Some(fixed) => (fixed, true),
            None => (path, false),
        };
        if fixed.contains('*') {
            self.need(Feature::PathWildcard, at);
            let segments: Vec<String> = fixed
                .split('/')
                .map(|segment| if segment == "*" { "[^/]+".to_owned() } else { regex::escape(segment) })
                .collect();
            let tail = if below { "(/.*)?" } else { "" };
            MatchCondition::PathRegex(format!("^{}{tail}$", segments.join("/")))
        } else if below {
            self.need(Feature::PathPrefix, at);
            MatchCondition::PathPrefix(if fixed.is_empty() { "/".to_owned() } else { fixed.to_owned() })
        } else {
            self.need(Feature::PathExact, at);
            MatchCondition::Path(path.to_owned())
        }
    }

    fn to_url(
        &mut self,
        slug: &str,
        url: &str,
        route: &mut RouteConfig,
        at: At<'_>,
    ) -> Result<(), serde_json::Error> {
        self.need(Feature::UpstreamUrl, at.field("upstream_url"));
        let Ok(Upstream { tls, host, port }) = Upstream::parse(url) else { return Ok(()) };
        let id = format!("{slug}.url");
        let mut upstream: UpstreamConfig = serde_json::from_value(
            json!({ "id": id, "targets": [{ "address": format!("{host}:{port}") }] }),
        )?;
        if tls {
            self.need(Feature::UpstreamTls, at.field("upstream_url"));
            upstream.tls =
                Some(serde_json::from_value(json!({ "sni": host, "insecure_skip_verify": false }))?);
        }
        self.config.upstreams.insert(id.clone(), upstream);
        route.upstream = Some(id);
        Ok(())
    }

    /// The proxy cannot split a route between upstreams, so the targets of all groups become those of one, with weights by which each group
    /// gets its share.
    fn to_split(
        &mut self,
        slug: &str,
        split: &TrafficSplit,
        route: &mut RouteConfig,
        at: At<'_>,
    ) -> Result<(), serde_json::Error> {
        let place = at.field("traffic_split");
        self.need(Feature::SplitWeight, place);
        let id = format!("{slug}.split");
        let mut merged: Option<UpstreamConfig> = None;
        let mut shares: Vec<(u64, Vec<UpstreamTarget>)> = Vec::new();
        for share in &split.splits {
            let Some(group) = self.document.upstream_groups.get(&share.upstream_group) else { continue };
            let of_group = At::Root.field("upstream_groups");
            let of_group = of_group.field(&share.upstream_group);
            let mut upstream = self.upstream(&id, group, of_group)?;
            if upstream.targets.is_empty() && share.weight > 0 {
                self.no_targets(of_group);
            }
            let targets = std::mem::take(&mut upstream.targets);
            shares.push((share.weight.into(), targets));
            match &merged {
                None => merged = Some(upstream),
                Some(first) if same(first, &upstream)? => {}
                Some(_) => {
                    let message = format!(
                        "the groups `{}` and `{}` differ in more than their targets, and the proxy can only split between targets of one upstream",
                        split.splits[0].upstream_group, share.upstream_group
                    );
                    let help = "give both the same algorithm, circuit breaker, timeouts and TLS";
                    self.refuse("split-groups-differ", place, message, help);
                }
            }
        }
        if let Some(mut upstream) = merged {
            upstream.load_balancing = LoadBalancingAlgorithm::Weighted;
            upstream.targets = weighted(shares);
            self.config.upstreams.insert(id.clone(), upstream);
        }
        route.upstream = Some(id);
        Ok(())
    }

    /// A route of its own for each rule, in front of the one of the service.
    fn rules(
        &mut self,
        slug: &str,
        service: &Service,
        split: &TrafficSplit,
        route: &RouteConfig,
        at: At<'_>,
    ) {
        let place = at.field("traffic_split");
        let place = place.field("match_rules");
        for (number, rule) in split.match_rules.iter().enumerate() {
            match rule.by {
                MatchBy::Cookie => drop(self.need(Feature::SplitCookie, place.item(number))),
                MatchBy::Header => {
                    self.need(Feature::SplitHeader, place.item(number));
                    let mut own = route.clone();
                    own.id = format!("{slug}.rule-{}", number + 1);
                    let name = rule.name.to_ascii_lowercase();
                    own.matches.push(MatchCondition::Header { name, value: Some(rule.value.clone()) });
                    let conditions = service.match_headers.len() + usize::from(!service.methods.is_empty());
                    own.priority = Priority(precedence(service, conditions + 1, 63 - number.min(62)));
                    own.upstream = Some(rule.upstream_group.clone());
                    self.config.routes.push(own);
                }
            }
        }
    }

    fn redirect(&mut self, slug: &str, url: &str, status: u16, route: &mut RouteConfig, at: At<'_>) {
        let at = at.field("redirect_url");
        self.need(Feature::Redirect, at);
        if url.contains(['?', '#']) {
            let message = "the proxy sends clients to a path without a query";
            self.refuse("redirect-query", at, message, "leave the query out");
            return;
        }
        let mut own =
            RedirectFilter { hostname: None, status_code: status, scheme: None, port: None, path: None };
        let path = match url.split_once("://") {
            None => url,
            Some((scheme, rest)) => {
                let slash = rest.find('/').unwrap_or(rest.len());
                let (authority, path) = rest.split_at(slash);
                match Upstream::parse(&format!("{scheme}://{authority}")) {
                    Ok(Upstream { host, port, .. }) => {
                        own.scheme = Some(scheme.to_owned());
                        own.hostname = Some(host);
                        let usual = if scheme == "https" { 443 } else { 80 };
                        own.port = (port != usual).then_some(port);
                    }
                    Err(message) => {
                        self.refuse(
                            "url-invalid",
                            at,
                            message,
                            "write a URL such as https://example.com/new",
                        );
                        return;
                    }
                }
                path
            }
        };
        if !path.is_empty() {
            own.path = Some(PathModifier::ReplaceFullPath { value: path.to_owned() });
        }
        self.filter(slug, "redirect", Filter::Redirect(own), route);
    }

    fn respond(&mut self, status: u16, body: Option<&str>, route: &mut RouteConfig, at: At<'_>) {
        if status == 404 && body.is_none() {
            self.need(Feature::RespondNotFound, at.field("respond_status"));
            route.builtin_handler = Some(BuiltinHandler::NotFound);
            route.service_type = ServiceType::Builtin;
        } else {
            self.need(Feature::Respond, at.field("respond_status"));
        }
    }

    /// Adds a filter of a service, at the end of its chain.
    pub(super) fn filter(&mut self, slug: &str, name: &str, filter: Filter, route: &mut RouteConfig) {
        let id = format!("{slug}.{name}");
        self.config.filters.insert(id.clone(), FilterConfig::new(id.clone(), filter));
        route.filters.push(id);
    }
}

/// The proxy's number for the order in which services are tried, highest first. The proxy's own order lets a named host win over a longer
/// path; this one is what [`Service::priority`] says. By place of the bits, from the highest:
///
/// 7 bits: the service's priority · 1 bit: a whole path · 10 bits: how much of the path is fixed · 2 bits: the host · 5 bits: how many
/// conditions · 6 bits: the place of a rule of a split.
fn precedence(service: &Service, conditions: usize, rule: usize) -> i32 {
    let path = &service.route_path;
    let whole = !path.contains('*');
    let fixed = path.trim_end_matches("/*").chars().filter(|c| *c != '*').count();
    let host = match service.hosts.as_slice() {
        [] => 0,
        hosts if hosts.iter().all(|host| host.starts_with("*.")) => 1,
        _ => 2,
    };
    let parts = [
        (service.priority.unwrap_or(USUAL_PRIORITY) as usize, 7),
        (usize::from(whole), 1),
        (fixed, 10),
        (host, 2),
        (conditions, 5),
        (rule, 6),
    ];
    let number =
        parts.into_iter().fold(0usize, |number, (part, bits)| (number << bits) | part.min((1 << bits) - 1));
    i32::try_from(number).unwrap_or(i32::MAX - 1)
}

/// True when two upstreams differ in nothing but their targets.
fn same(one: &UpstreamConfig, other: &UpstreamConfig) -> Result<bool, serde_json::Error> {
    let settings = |upstream: &UpstreamConfig| {
        serde_json::to_value(upstream).map(|mut value| {
            if let Some(object) = value.as_object_mut() {
                object.remove("targets");
                // It is set for all of them, and round robin is weighted with equal weights.
                let balanced = object.get("load_balancing").and_then(serde_json::Value::as_str);
                if matches!(balanced, Some("round_robin" | "weighted")) {
                    object.remove("load_balancing");
                }
            }
            value
        })
    };
    Ok(settings(one)? == settings(other)?)
}

/// Targets of several groups with weights by which each group gets its share, as small as they can be.
fn weighted(shares: Vec<(u64, Vec<UpstreamTarget>)>) -> Vec<UpstreamTarget> {
    let total =
        |targets: &[UpstreamTarget]| targets.iter().map(|target| u64::from(target.weight)).sum::<u64>();
    let common = shares.iter().map(|(_, targets)| total(targets).max(1)).fold(1u64, lcm);
    let mut all: Vec<(u64, UpstreamTarget)> = Vec::new();
    for (share, targets) in shares {
        let of_one = common / total(&targets).max(1);
        for target in targets {
            let weight = share.saturating_mul(of_one).saturating_mul(target.weight.into());
            if weight > 0 {
                all.push((weight, target));
            }
        }
    }
    let divisor = all.iter().map(|(weight, _)| *weight).fold(0, gcd64).max(1);
    let largest = all.iter().map(|(weight, _)| weight / divisor).max().unwrap_or(1);
    for (weight, target) in &mut all {
        let exact = *weight / divisor;
        let small = if largest <= WEIGHT_MAX {
            exact
        } else {
            (u128::from(exact) * u128::from(WEIGHT_MAX) / u128::from(largest)).max(1) as u64
        };
        target.weight = u32::try_from(small).unwrap_or(u32::MAX);
    }
    all.into_iter().map(|(_, target)| target).collect()
}

fn lcm(a: u64, b: u64) -> u64 {
    (a / gcd64(a, b).max(1)).saturating_mul(b)
}

fn gcd64(a: u64, b: u64) -> u64 {
    match (u32::try_from(a), u32::try_from(b)) {
        (Ok(a), Ok(b)) => gcd(a, b).into(),
        _ if b == 0 => a,
        _ => gcd64(b, a % b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(path: &str, hosts: &[&str]) -> Service {
        Service {
            route_path: path.to_owned(),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            ..Service::default()
        }
    }

    #[test]
    fn what_says_more_comes_first() {
        let order = [
            precedence(&Service { priority: Some(51), ..service("/*", &[]) }, 0, 0),
            precedence(&service("/a", &[]), 0, 0),
            precedence(&service("/api/v1/*", &[]), 0, 0),
            precedence(&service("/api/*", &["a.example.com"]), 1, 63),
            precedence(&service("/api/*", &["a.example.com"]), 1, 0),
            precedence(&service("/api/*", &["a.example.com"]), 0, 0),
            precedence(&service("/api/*", &["*.example.com"]), 3, 0),
            precedence(&service("/api/*", &[]), 3, 0),
            precedence(&service("/*", &["a.example.com"]), 3, 0),
            precedence(&service("/*", &[]), 0, 0),
            precedence(&Service { priority: Some(49), ..service("/a/b/c", &["a"]) }, 9, 0),
        ];
        assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "{order:?}");
        let highest = Service { priority: Some(100), ..service(&format!("/{}", "a".repeat(999)), &["a"]) };
        let number = precedence(&highest, 99, 63);
        assert!(number > 0 && number < i32::MAX);
    }

    #[test]
    fn each_group_of_a_split_gets_its_share() {
        let target = |address: &str, weight| UpstreamTarget {
            address: address.to_owned(),
            weight,
            max_requests: None,
            metadata: std::collections::HashMap::new(),
        };
        let weights = |shares| weighted(shares).iter().map(|one| one.weight).collect::<Vec<_>>();
        assert_eq!(weights(vec![(90, vec![target("a", 1)]), (10, vec![target("b", 1)])]), [9, 1]);
        // Two equal targets share what their group gets.
        let two = vec![target("a", 1), target("b", 1)];
        assert_eq!(weights(vec![(50, two.clone()), (50, vec![target("c", 1)])]), [1, 1, 2]);
        let uneven = vec![target("a", 3), target("b", 1)];
        assert_eq!(weights(vec![(80, uneven), (20, vec![target("c", 7)])]), [3, 1, 1]);
        assert_eq!(weights(vec![(100, two), (0, vec![target("c", 1)])]), [1, 1]);
        let fine = weights(vec![(9_999, vec![target("a", 1)]), (1, vec![target("b", 1)])]);
        assert_eq!(fine, [1_000, 1]);
    }
}
