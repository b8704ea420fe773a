//! From the configuration model to the configuration of the proxy.
//!
//! Every field of a document becomes a setting that the proxy enforces, or is refused at its place with the reason; the table in
//! [`crate::capability`] says which. Nothing is left out silently.
//!
//! Names of generated objects cannot clash with each other: a slug has no dot, and what belongs to a service has one (`shop.cors`).

mod listener;
mod placeholders;
mod policies;
mod route;
mod settings;
mod upstream;

#[cfg(test)]
pub(crate) mod tests;

use std::collections::{BTreeMap, BTreeSet};

use sentinel_model::config::check::At;
use sentinel_model::config::{Document, Kind, Listener, Service};
use serde_json::json;
use zentinel_config::{Config, RouteConfig, UpstreamConfig};

use crate::capability::Feature;
use crate::limits;
use crate::problem::{self, Problem};

/// The variable of the listener that a document has without saying so.
pub const HTTP_PORT: &str = "http_port";

/// Most targets of all splits together.
const MAX_TARGETS: usize = 50_000;

/// Most bytes of header changes of all services together.
const MAX_HEADER_BYTES: usize = 8 << 20;

/// What a document comes to.
#[derive(Debug, Clone)]
pub struct Emitted {
    /// The configuration of the proxy; node variables stand in its addresses as they are written.
    pub config: Config,
    /// The features that it uses, all of them native.
    pub needs: BTreeSet<Feature>,
    /// The trust stores that its listeners name, with their content.
    pub trust_stores: BTreeMap<String, String>,
    /// Findings that do not block.
    pub warnings: Vec<Problem>,
}

/// Compiles a document. It asks nothing but the document.
///
/// # Errors
/// Everything that is wrong with it, sorted by place: fields that are not as they must be, names of what does not exist, and features that
/// cannot be had.
pub fn emit(document: &Document) -> Result<Emitted, Vec<Problem>> {
    if let Err(found) = document.check() {
        let problems = found.into_iter().map(|invalid| {
            let problem = Problem::new("invalid-value", invalid.message);
            if invalid.field.is_empty() { problem } else { problem.in_path(invalid.field) }
        });
        return Err(problem::tidy(problems.collect()));
    }
    let unreadable = |error: serde_json::Error| vec![Problem::new("blank", error.to_string())];
    let config = blank().map_err(unreadable)?;
    let route = serde_json::from_value(json!({ "id": "", "matches": [] })).map_err(unreadable)?;
    let upstream = serde_json::from_value(json!({ "id": "", "targets": [] })).map_err(unreadable)?;
    let placeholders = placeholders::look_at(document);
    let mut emitter = Emitter {
        document,
        config,
        route,
        upstream,
        needs: placeholders.secrets.then_some(Feature::Secrets).into_iter().collect(),
        trust_stores: BTreeMap::new(),
        problems: placeholders.problems,
        used: used(document, |_| true),
        websockets: used(document, |service| service.websocket),
        size: Size::default(),
        matched: BTreeMap::new(),
        cached_hosts: BTreeMap::new(),
    };
    emitter.all().map_err(|error| vec![Problem::new("emit", error.to_string())])?;
    if emitter.problems.is_empty() {
        let warnings = problem::tidy(unused(document));
        let Emitter { config, needs, trust_stores, .. } = emitter;
        Ok(Emitted { config, needs, trust_stores, warnings })
    } else {
        Err(problem::tidy(emitter.problems))
    }
}

/// A configuration without listeners, routes and upstreams. The proxy writes errors into no file: its log is the agent's.
fn blank() -> Result<Config, serde_json::Error> {
    serde_json::from_value(json!({
        "server": {},
        "listeners": [],
        "routes": [],
        "observability": { "logging": { "error_log": { "enabled": false } } },
    }))
}

/// How much there is of what a small document can make a lot of.
#[derive(Default)]
struct Size {
    routes: usize,
    targets: usize,
    regexes: usize,
    /// Bytes of header changes, with those of middlewares once for each service.
    headers: usize,
}

/// A document on its way.
struct Emitter<'d> {
    document: &'d Document,
    config: Config,
    /// A route and an upstream that say nothing.
    route: RouteConfig,
    upstream: UpstreamConfig,
    needs: BTreeSet<Feature>,
    trust_stores: BTreeMap<String, String>,
    problems: Vec<Problem>,
    /// The groups that an enabled service names, outside of a split.
    used: BTreeSet<&'d str>,
    /// Those of them that WebSockets go to.
    websockets: BTreeSet<&'d str>,
    /// How many routes, targets and so on there are already; see [`limits`].
    size: Size,
    /// What a route matches → the service that does.
    matched: BTreeMap<String, String>,
    /// Hosts of services that cache → where the first of them says so.
    cached_hosts: BTreeMap<String, String>,
}

impl Size {
    fn exceeded(&self) -> Option<(&'static str, usize)> {
        let all = [
            (self.routes, limits::MAX_ROUTES, "routes"),
            (self.targets, MAX_TARGETS, "targets of splits"),
            (self.regexes, limits::MAX_REGEXES, "paths with a * between segments"),
            (self.headers, MAX_HEADER_BYTES, "bytes of header changes"),
        ];
        all.into_iter().find(|(count, most, _)| count > most).map(|(_, most, what)| (what, most))
    }
}

impl Emitter<'_> {
    fn all(&mut self) -> Result<(), serde_json::Error> {
        let document = self.document;
        if let Some(settings) = &document.settings {
            self.settings(settings, At::Root.field("settings"));
        }
        let listeners = At::Root.field("listeners");
        for (slug, listener) in &document.listeners {
            self.listener(slug, listener, listeners.field(slug))?;
        }
        if document.listeners.is_empty() {
            self.listener("http", &usual_listener(), listeners.field("http"))?;
        }
        let groups = At::Root.field("upstream_groups");
        for (slug, group) in &document.upstream_groups {
            self.upstream_group(slug, group, groups.field(slug))?;
        }
        let services = At::Root.field("services");
        let mut served = 0;
        for (slug, service) in &document.services {
            if service.enabled {
                served += 1;
                self.service(slug, service, services.field(slug))?;
                if let Some((what, most)) = self.size.exceeded() {
                    let message = format!("up to this service the document comes to more than {most} {what}");
                    let help =
                        "make it smaller: fewer services, rules, targets of splits, wildcards or headers";
                    self.refuse("too-many-objects", services.field(slug), message, help);
                    break;
                }
            }
        }
        if served == 0 {
            let problem = Problem::new(
                "no-service",
                "there is no enabled service, so the proxy would answer nothing but 404",
            );
            self.problems.push(problem.in_path("services").with_help("add a service"));
        }
        self.one_host_caches();
        self.listeners_apart();
        Ok(())
    }

    /// Takes note that a feature is used; false when it cannot be had, which is reported at its place.
    fn need(&mut self, feature: Feature, at: At<'_>) -> bool {
        match feature.refusal() {
            None => {
                self.needs.insert(feature);
                true
            }
            Some((message, instead)) => {
                let problem = Problem::new("not-supported", message).in_path(at.to_string());
                self.problems.push(problem.with_help(instead));
                false
            }
        }
    }

    fn refuse(&mut self, code: &'static str, at: At<'_>, message: impl Into<String>, help: &str) {
        self.problems.push(Problem::new(code, message).in_path(at.to_string()).with_help(help));
    }
}

/// What stands in a document and does nothing.
fn unused(document: &Document) -> Vec<Problem> {
    let enabled = || document.services.values().filter(|service| service.enabled);
    let named: BTreeSet<(Kind, &str)> = enabled()
        .flat_map(|service| service.references())
        .map(|reference| (reference.kind, reference.slug))
        .collect();
    let groups = document.upstream_groups.keys().map(|slug| (Kind::UpstreamGroup, slug));
    let middlewares = document.middlewares.keys().map(|slug| (Kind::Middleware, slug));
    let idle = groups.chain(middlewares).filter(|(kind, slug)| !named.contains(&(*kind, slug.as_str())));
    let asked: BTreeSet<&str> =
        document.listeners.values().filter_map(Listener::client_trust_store).collect();
    let stores = document.trust_stores.keys().filter(|slug| !asked.contains(slug.as_str())).map(|slug| {
        let message = format!("no listener asks for the trust store `{slug}`, so it is not in the bundle");
        Problem::new("not-used", message).in_path(format!("trust_stores.{slug}"))
    });
    let idle = idle.map(|(kind, slug)| {
        let message = format!("no enabled service uses the {kind} `{slug}`, so it is not in the bundle");
        Problem::new("not-used", message).in_path(format!("{}.{slug}", kind.plural()))
    });
    let asleep = document.services.iter().filter(|(_, service)| !service.enabled).map(|(slug, _)| {
        Problem::new(
            "not-enabled",
            format!("the service `{slug}` is not enabled, so it is not in the bundle"),
        )
        .in_path(format!("services.{slug}"))
    });
    idle.chain(stores).chain(asleep).collect()
}

/// The groups that need an upstream of their own, of some services.
fn used(document: &Document, which: impl Fn(&Service) -> bool) -> BTreeSet<&str> {
    let enabled = document.services.values().filter(|service| service.enabled && which(service));
    enabled
        .flat_map(|service| {
            let rules = service.traffic_split.iter().flat_map(|split| &split.match_rules);
            let named = rules.map(|rule| rule.upstream_group.as_str());
            service.upstream_group.as_deref().into_iter().chain(named)
        })
        .collect()
}

/// Where a proxy listens whose document does not say.
fn usual_listener() -> Listener {
    Listener {
        name: String::new(),
        description: String::new(),
        address: format!("0.0.0.0:{}", crate::node_vars::reference(HTTP_PORT)),
        protocol: sentinel_model::config::listener::Protocol::Http,
        tls: None,
        request_timeout_seconds: None,
        keepalive_timeout_seconds: None,
    }
}
