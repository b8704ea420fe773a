//! Which requests go where.

use std::collections::BTreeMap;

use sentinel_model::config::Service;
use sentinel_model::config::check::At;
use sentinel_model::config::service::{Destination, MatchBy, TrafficSplit, Upstream};
use sentinel_model::config::upstream_group::Algorithm;
use serde_json::json;
use zentinel_common::types::{LoadBalancingAlgorithm, Priority};
use zentinel_config::{
    BuiltinHandler, Filter, FilterConfig, MatchCondition, PathModifier, RedirectFilter, RouteConfig,
    ServiceType, UpstreamConfig, UpstreamTarget,
};

use super::Emitter;
use super::upstream::target;
use crate::capability::Feature;

/// The priority of a service that has none.
const USUAL_PRIORITY: u32 = 50;

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
        let matches = self.matches(service, at);
        let mut route = RouteConfig { id: slug.to_owned(), matches, ..self.route.clone() };
        if service.priority.is_some() {
            self.need(Feature::Priority, at.field("priority"));
        }
        match service.destination() {
            // The document's own check has reported it.
            None => {}
            Some(Destination::Url(url)) => self.url(slug, service, url, &mut route, at)?,
            Some(Destination::Group(group)) => {
                self.need(Feature::UpstreamGroup, at.field("upstream_group"));
                route.upstream = Some(group.to_owned());
            }
            Some(Destination::Split(split)) => self.split(slug, service, split, &mut route, at)?,
            Some(Destination::Redirect(url, status)) => self.redirect(slug, url, status, &mut route, at),
            Some(Destination::Respond(status, body)) => self.respond(status, body, &mut route, at),
        }
        self.policies(slug, service, &mut route, at);
        self.let_preflights_in(&mut route);
        self.size.headers += header_bytes(&route);
        for (suffix, rank, hosts) in host_classes(&service.hosts) {
            let mut own = route.clone();
            own.id = format!("{slug}{suffix}");
            own.matches.extend(hosts.into_iter().map(MatchCondition::Host));
            own.priority = Priority(precedence(service, rank, 0));
            self.once_only(slug, &own, at)?;
            if let Some(Destination::Split(split)) = service.destination() {
                self.rules(service, rank, split, &own, at);
            }
            self.size.routes += 1;
            self.config.routes.push(own);
        }
        Ok(())
    }

    /// Of two routes that match the same, one would be dead.
    fn once_only(&mut self, slug: &str, route: &RouteConfig, at: At<'_>) -> Result<(), serde_json::Error> {
        let mut conditions: Vec<String> =
            route.matches.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        conditions.sort();
        let matched = format!("{} {}", route.priority.as_i32(), conditions.join(" "));
        let before = self.matched.entry(matched).or_insert_with(|| slug.to_owned());
        if before != slug {
            let message =
                format!("it gets the very requests that `{before}` gets, so one of them would be dead");
            self.refuse(
                "same-conditions",
                at,
                message,
                "let them differ in path, host, method, header or priority",
            );
        }
        Ok(())
    }

    fn matches(&mut self, service: &Service, at: At<'_>) -> Vec<MatchCondition> {
        let mut matches = vec![self.path(&service.route_path, at.field("route_path"))];
        if !service.hosts.is_empty() {
            self.need(Feature::Host, at.field("hosts"));
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
            self.size.regexes += 1;
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

    fn url(
        &mut self,
        slug: &str,
        service: &Service,
        url: &str,
        route: &mut RouteConfig,
        at: At<'_>,
    ) -> Result<(), serde_json::Error> {
        self.need(Feature::UpstreamUrl, at.field("upstream_url"));
        let Ok(Upstream { tls, host, port }) = Upstream::parse(url) else { return Ok(()) };
        let id = format!("{slug}.url");
        let mut upstream = UpstreamConfig {
            id: id.clone(),
            targets: vec![target(format!("{host}:{port}"), 1)],
            ..self.upstream.clone()
        };
        if tls {
            self.need(Feature::UpstreamTls, at.field("upstream_url"));
            upstream.tls =
                Some(serde_json::from_value(json!({ "sni": host, "insecure_skip_verify": false }))?);
        }
        if service.websocket {
            self.one_for_websockets(&mut upstream, at);
        }
        self.config.upstreams.insert(id.clone(), upstream);
        route.upstream = Some(id);
        Ok(())
    }

    /// The proxy cannot split a route between upstreams, so the targets of all groups become those of one, with weights by which each group
    /// gets its share.
    fn split(
        &mut self,
        slug: &str,
        service: &Service,
        split: &TrafficSplit,
        route: &mut RouteConfig,
        at: At<'_>,
    ) -> Result<(), serde_json::Error> {
        let place = at.field("traffic_split");
        self.need(Feature::SplitWeight, place);
        let id = format!("{slug}.split");
        let mut merged: Option<UpstreamConfig> = None;
        let mut shares: Vec<(u64, Vec<UpstreamTarget>)> = Vec::new();
        for (number, share) in split.splits.iter().enumerate() {
            let Some(group) = self.document.upstream_groups.get(&share.upstream_group) else { continue };
            let at = place.field("splits");
            let at = at.item(number);
            if !matches!(group.algorithm, Algorithm::RoundRobin | Algorithm::Weighted) {
                let message =
                    format!("the group `{}` has an algorithm that a split cannot keep", share.upstream_group);
                self.refuse("split-algorithm", at, message, "give it round_robin or weighted");
            }
            // What is wrong with the group itself has been reported at its own place.
            let reported = self.problems.len();
            let mut upstream = self.upstream(&id, group, at)?;
            self.problems.truncate(reported);
            let targets = std::mem::take(&mut upstream.targets);
            if targets.is_empty() && share.weight > 0 {
                self.no_targets(at);
            }
            self.size.targets += targets.len();
            shares.push((share.weight.into(), targets));
            match &merged {
                None => merged = Some(upstream),
                Some(first) if same(first, &upstream)? => {}
                Some(_) => {
                    let message = format!(
                        "the groups `{}` and `{}` differ in more than their targets, and the proxy can only split between targets of one upstream",
                        split.splits[0].upstream_group, share.upstream_group
                    );
                    let help = "give both the same circuit breaker, timeouts and TLS";
                    self.refuse("split-groups-differ", place, message, help);
                }
            }
        }
        if let Some(mut upstream) = merged {
            upstream.load_balancing = LoadBalancingAlgorithm::Weighted;
            match weighted(shares) {
                Some(targets) => upstream.targets = targets,
                None => self.refuse(
                    "split-too-fine",
                    place,
                    "the shares cannot be had exactly with these weights and numbers of targets",
                    "use smaller numbers, such as 9 and 1 instead of 9001 and 999",
                ),
            }
            if service.websocket {
                self.one_for_websockets(&mut upstream, place);
            }
            self.config.upstreams.insert(id.clone(), upstream);
        }
        route.upstream = Some(id);
        Ok(())
    }

    /// A route of its own for each rule, in front of the one of the service and of nothing else.
    fn rules(
        &mut self,
        service: &Service,
        rank: usize,
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
                    let name = rule.name.to_ascii_lowercase();
                    let before = split.match_rules.iter().take(number);
                    let mut before = before.filter(|one| one.by == MatchBy::Header);
                    if before.any(|one| one.name.eq_ignore_ascii_case(&name) && one.value == rule.value) {
                        let message = "an earlier rule takes these requests already";
                        self.refuse("same-conditions", place.item(number), message, "leave it out");
                    }
                    let mut own = route.clone();
                    own.id = format!("{}.rule-{}", route.id, number + 1);
                    own.matches.push(MatchCondition::Header { name, value: Some(rule.value.clone()) });
                    own.priority = Priority(precedence(service, rank, 63 - number.min(62)));
                    own.upstream = Some(rule.upstream_group.clone());
                    self.size.routes += 1;
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
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
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
                self.refuse("url-invalid", at, message, "write a URL such as https://example.com/new");
                return;
            }
        }
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

/// The rank of a named host; that of `*.example.com` is how many labels it has, and 0 is no host.
const NAMED: usize = 15;

/// The hosts of a service by how much they say, each class with its rank and with what its route's name has behind the slug: among routes that
/// match, the proxy tells hosts apart by the best one of each.
pub(super) fn host_classes(hosts: &[String]) -> Vec<(String, usize, Vec<String>)> {
    let mut classes: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for host in hosts {
        let labels = host.strip_prefix("*.").map(|rest| rest.split('.').count().min(NAMED - 1));
        classes.entry(labels.unwrap_or(NAMED)).or_default().push(host.clone());
    }
    if classes.is_empty() {
        return vec![(String::new(), 0, Vec::new())];
    }
    // The first one is called like the service.
    let mut named = classes.into_iter().rev();
    let first = named.next().map(|(rank, hosts)| (String::new(), rank, hosts));
    let rest = named.map(|(rank, hosts)| (format!(".hosts-{rank}"), rank, hosts));
    first.into_iter().chain(rest).collect()
}

/// The proxy's number for the order in which services are tried, highest first. The proxy's own order lets a named host win over a longer
/// path; this one is what [`Service::priority`] says. By place of the bits, from the highest:
///
/// 7 bits: the service's priority · 1 bit: a whole path · 9 bits: how much of the path is fixed · 4 bits: the host · 4 bits: how many
/// conditions · 6 bits: the place of a rule of a split.
fn precedence(service: &Service, host: usize, rule: usize) -> i32 {
    let path = &service.route_path;
    let whole = !path.contains('*');
    let fixed = path.trim_end_matches("/*").chars().filter(|c| *c != '*').count();
    let conditions = service.match_headers.len() + usize::from(!service.methods.is_empty());
    let parts = [
        (service.priority.unwrap_or(USUAL_PRIORITY) as usize, 7),
        (usize::from(whole), 1),
        (fixed, 9),
        (host, 4),
        (conditions, 4),
        (rule, 6),
    ];
    let number =
        parts.into_iter().fold(0usize, |number, (part, bits)| (number << bits) | part.min((1 << bits) - 1));
    i32::try_from(number).unwrap_or(i32::MAX - 1)
}

/// Bytes of the header changes of a route.
fn header_bytes(route: &RouteConfig) -> usize {
    let policies = &route.policies;
    let bytes = |map: &std::collections::HashMap<String, String>| {
        map.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
    };
    [&policies.request_headers, &policies.response_headers]
        .into_iter()
        .map(|headers| bytes(&headers.rename) + bytes(&headers.set) + bytes(&headers.add))
        .sum()
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

/// Targets of several groups with weights by which each group gets its share exactly, as small as they can be; nothing when the proxy's numbers
/// are too small for that.
fn weighted(shares: Vec<(u64, Vec<UpstreamTarget>)>) -> Option<Vec<UpstreamTarget>> {
    let total =
        |targets: &[UpstreamTarget]| targets.iter().map(|target| u128::from(target.weight)).sum::<u128>();
    let mut common = 1u128;
    for (_, targets) in &shares {
        let own = total(targets).max(1);
        common = (common / gcd128(common, own)).checked_mul(own)?;
    }
    let mut all: Vec<(u128, UpstreamTarget)> = Vec::new();
    for (share, targets) in shares {
        let of_one = common / total(&targets).max(1);
        for target in targets {
            let weight = u128::from(share).checked_mul(of_one)?.checked_mul(target.weight.into())?;
            if weight > 0 {
                all.push((weight, target));
            }
        }
    }
    let divisor = all.iter().map(|(weight, _)| *weight).fold(0, gcd128).max(1);
    let mut sum = 0u32;
    for (weight, target) in &mut all {
        target.weight = u32::try_from(*weight / divisor).ok()?;
        // The proxy adds them up in as many bits.
        sum = sum.checked_add(target.weight)?;
    }
    Some(all.into_iter().map(|(_, target)| target).collect())
}

fn gcd128(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd128(b, a % b) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn service(path: &str) -> Service {
        Service { route_path: path.to_owned(), ..Service::default() }
    }

    #[test]
    fn what_says_more_comes_first() {
        let with = |service: Service, headers: usize| Service {
            match_headers: (0..headers).map(|number| (format!("x-{number}"), None)).collect(),
            ..service
        };
        let order = [
            precedence(&Service { priority: Some(51), ..service("/*") }, 0, 0),
            precedence(&service("/a"), 0, 0),
            precedence(&service("/api/v1/*"), 0, 0),
            precedence(&with(service("/api/*"), 1), NAMED, 0),
            precedence(&service("/api/*"), NAMED, 63),
            precedence(&service("/api/*"), NAMED, 62),
            precedence(&service("/api/*"), NAMED, 0),
            precedence(&with(service("/api/*"), 3), 3, 0),
            precedence(&with(service("/api/*"), 3), 2, 0),
            precedence(&with(service("/api/*"), 3), 0, 0),
            precedence(&with(service("/*"), 3), NAMED, 0),
            precedence(&service("/*"), 0, 0),
            precedence(&Service { priority: Some(49), ..with(service("/a/b/c"), 9) }, NAMED, 0),
        ];
        assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "{order:?}");
        let highest = with(Service { priority: Some(100), ..service(&format!("/{}", "a".repeat(999))) }, 16);
        let number = precedence(&highest, NAMED, 63);
        assert!(number > 0 && number < i32::MAX);
    }

    #[test]
    fn hosts_that_say_more_have_a_route_of_their_own() {
        let hosts = ["*.example.com", "a.example.com", "*.b.example.com", "other.org"].map(str::to_owned);
        let classes = host_classes(&hosts);
        let named = |place: usize| (classes[place].0.as_str(), classes[place].2.join(" "));
        assert_eq!(named(0), ("", "a.example.com other.org".to_owned()));
        assert_eq!(named(1), (".hosts-3", "*.b.example.com".to_owned()));
        assert_eq!(named(2), (".hosts-2", "*.example.com".to_owned()));
        assert_eq!(host_classes(&hosts[..1])[0].0, "");
        assert_eq!(host_classes(&[]).len(), 1);
    }

    #[test]
    fn each_group_of_a_split_gets_exactly_its_share() {
        let target = |weight| UpstreamTarget {
            address: String::new(),
            weight,
            max_requests: None,
            metadata: std::collections::HashMap::new(),
        };
        let weights = |shares: Vec<(u64, Vec<UpstreamTarget>)>| {
            weighted(shares).map(|all| all.iter().map(|one| one.weight).collect::<Vec<_>>())
        };
        assert_eq!(weights(vec![(90, vec![target(1)]), (10, vec![target(1)])]), Some(vec![9, 1]));
        // Two equal targets share what their group gets.
        let two = vec![target(1), target(1)];
        assert_eq!(weights(vec![(50, two.clone()), (50, vec![target(1)])]), Some(vec![1, 1, 2]));
        assert_eq!(
            weights(vec![(80, vec![target(3), target(1)]), (20, vec![target(7)])]),
            Some(vec![3, 1, 1])
        );
        assert_eq!(weights(vec![(100, two), (0, vec![target(1)])]), Some(vec![1, 1]));
        assert_eq!(weights(vec![(9_999, vec![target(1)]), (1, vec![target(1)])]), Some(vec![9_999, 1]));
        let many: Vec<_> = (0..500).map(|_| target(1)).collect();
        let fine = weights(vec![(99, vec![target(1)]), (1, many)]).unwrap();
        assert_eq!((fine[0], fine[1..].iter().sum::<u32>()), (49_500, 500));
        let odd = |weight| vec![target(weight), target(65_521), target(65_519)];
        assert_eq!(weights(vec![(9_973, odd(65_497)), (9_967, odd(65_447)), (1, odd(65_413))]), None);
    }
}
