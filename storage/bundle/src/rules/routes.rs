//! Rules about routes and the upstreams they use.

use std::collections::HashMap;

use super::{Subject, refuse, warn};
use crate::findings::Findings;
use crate::schema::Thing;
use crate::syntax::{Node, Value};
use crate::words::{nearest, shown};

/// Several conditions of one kind are all required, so two paths or two methods never match together.
pub(super) fn conditions_that_never_match(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for route in subject.routes().chain(subject.namespace_routes().map(|(_, route)| route)) {
        let Some(matches) = route.child("matches") else { continue };
        for name in ["path", "path-prefix"] {
            if let Some(second) = matches.children_named(name).nth(1) {
                let message =
                    format!("a second `{name}` makes the route match nothing: all conditions must hold");
                let help = "use one route per path, or `path-regex \"^(/a|/b)$\"`";
                refuse(findings, route, second.at, "several-paths", message, help);
            }
        }
        let mut methods = matches.children_named("method").flat_map(Node::arguments);
        if let Some(second) = methods.nth(1) {
            let message =
                "only the first method of a node counts, and two `method` nodes never match together"
                    .to_owned();
            refuse(findings, route, second.at, "several-methods", message, "use one route per method");
        }
    }
}

pub(super) fn without_conditions(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for route in subject.routes().chain(subject.namespace_routes().map(|(_, route)| route)) {
        let empty = route.child("matches").is_none_or(|matches| matches.children().is_empty());
        if empty && !is_low(route) {
            let message =
                "the route has no conditions, which is only allowed with `priority \"low\"`".to_owned();
            refuse(
                findings,
                route,
                route.at,
                "no-conditions",
                message,
                "add `matches { path-prefix \"/\" }`",
            );
        }
    }
}

fn is_low(route: &Node<'_>) -> bool {
    route.child("priority").and_then(|node| node.arguments().next()).is_some_and(|entry| match &entry.value {
        Value::Text(text) => text == "low",
        Value::Integer(number) => *number == 10,
        _ => false,
    })
}

/// The settings that make a route answer.
const ANSWERS: [&str; 3] = ["upstream", "static-files", "builtin-handler"];

/// `upsteam "shop"` is reported as the mistake it is; a second finding about its consequence would only distract.
fn has_misspelt_answer(route: &Node<'_>) -> bool {
    route.children().iter().any(|child| nearest(&child.name, ANSWERS).is_some())
}

/// A route must answer in exactly one way.
pub(super) fn with_no_or_two_answers(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for route in subject.routes().chain(subject.namespace_routes().map(|(_, route)| route)) {
        let answers: Vec<&Node<'_>> = ANSWERS.into_iter().filter_map(|name| route.child(name)).collect();
        let redirects = subject.filters_of(route).any(|(_, kind, _)| kind == "redirect");
        let model_routed = route
            .child("inference")
            .and_then(|inference| inference.child("model-routing"))
            .is_some_and(|models| models.child("default-upstream").is_some());
        match answers.as_slice() {
            [] if !redirects && !model_routed && !has_misspelt_answer(route) => {
                let message =
                    "the route has nothing to answer with, so the proxy would answer 500".to_owned();
                let help =
                    "add `upstream`, `static-files`, `builtin-handler`, or a filter of type \"redirect\"";
                refuse(findings, route, route.at, "no-answer", message, help);
            }
            [first, second, ..] => {
                let message = format!("`{}` and `{}` exclude each other", first.name, second.name);
                refuse(findings, route, second.at, "two-answers", message, "remove one of them");
            }
            _ => {}
        }
    }
}

/// Static, builtin and redirect routes answer before agents are asked, and namespaces do not apply filters.
pub(super) fn filters_that_are_skipped(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for route in subject.routes() {
        let local = ["static-files", "builtin-handler"].into_iter().find(|name| route.child(name).is_some());
        let redirects = subject.filters_of(route).any(|(_, kind, _)| kind == "redirect");
        let Some(why) = local.or(redirects.then_some("redirect")) else { continue };
        for (id, kind, at) in subject.filters_of(route) {
            if kind == "agent" {
                let message = format!("the agent filter \"{}\" is skipped on a `{why}` route", shown(id));
                let help = "remove the filter, or serve the content from an upstream";
                refuse(findings, route, at, "agent-filter-skipped", message, help);
            }
        }
    }
    for (_, route) in subject.namespace_routes() {
        if let Some(filters) = route.child("filters") {
            let message = "filters are not applied reliably to routes of a namespace".to_owned();
            let help = "move the route to the global routes";
            refuse(findings, route, filters.at, "namespace-local", message, help);
        }
        if let Some(files) = route.child("static-files") {
            let message = "static files answer 500 in a namespace".to_owned();
            refuse(
                findings,
                route,
                files.at,
                "namespace-local",
                message,
                "move the route to the global routes",
            );
        }
    }
}

/// Two routes with the same conditions and priority: which one wins is not defined.
pub(super) fn with_the_same_conditions(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for route in subject.routes() {
        let (Some(matches), Some(id)) = (route.child("matches"), route.first_text()) else { continue };
        let mut conditions: Vec<String> = matches
            .children()
            .iter()
            .map(|node| {
                format!(
                    "{:?} {:?}",
                    node.name,
                    node.entries.iter().map(|entry| &entry.value).collect::<Vec<_>>()
                )
            })
            .collect();
        conditions.sort();
        let priority =
            route.child("priority").and_then(|node| node.arguments().next()).map(|entry| &entry.value);
        let key = format!("{priority:?} {}", conditions.join("\n"));
        if let Some(other) = seen.insert(key, id) {
            let message = format!("the route has the same conditions and priority as \"{}\"", shown(other));
            let help = "give one of them a higher priority, or remove it";
            warn(findings, route, route.at, "same-conditions", message, help);
        }
    }
}

pub(super) fn cache_that_is_off(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for route in subject.routes() {
        if let Some(cache) = route.child("cache").filter(|cache| cache.child("enabled").is_none()) {
            let message = "the cache of a route is off unless it says `enabled #true`".to_owned();
            warn(findings, route, cache.at, "cache-disabled", message, "add `enabled #true`");
        }
    }
}

pub(super) fn unused_upstreams(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let unused = subject.facts.unused(Thing::Upstream);
    for upstream in subject.document.items("upstreams", "upstream") {
        if unused.contains(&upstream.at) {
            let message = "no route uses this upstream".to_owned();
            warn(findings, upstream, upstream.at, "unused", message, "remove it, or add a route");
        }
    }
}

/// Weights count only with `load-balancing "weighted"`.
pub(super) fn weights_without_effect(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for upstream in subject.document.items("upstreams", "upstream") {
        let weighted = upstream.setting("load-balancing").is_some_and(|name| name.starts_with("weighted"));
        let targets = upstream
            .children_named("target")
            .chain(upstream.children_named("targets").flat_map(Node::children));
        for target in targets {
            let property = target
                .entries
                .iter()
                .find(|entry| entry.key.as_deref() == Some("weight"))
                .map(|entry| entry.at);
            let weight = property.or_else(|| target.child("weight").map(|node| node.at));
            if let Some(at) = weight.filter(|_| !weighted) {
                let message = "`weight` has no effect without `load-balancing \"weighted\"`".to_owned();
                warn(
                    findings,
                    upstream,
                    at,
                    "no-effect",
                    message,
                    "add `load-balancing \"weighted\"` or remove the weights",
                );
                break;
            }
        }
    }
}
