//! Checks that need more than one setting.
//!
//! Each rule is a function over the whole text; the table is the list of them.

mod agents;
pub(crate) mod listeners;
mod routes;

use std::collections::HashMap;

use crate::findings::Findings;
use crate::problem::Problem;
use crate::schema::Weight;
use crate::syntax::{Document, Node};
use crate::walk::Facts;
use crate::words::shown;

/// What the rules look at.
pub(crate) struct Subject<'d> {
    document: &'d Document<'d>,
    facts: &'d Facts<'d>,
    /// The type of each filter.
    filters: HashMap<&'d str, &'d str>,
}

type Rule = fn(&Subject<'_>, &mut Findings<'_>);

static RULES: &[Rule] = &[
    routes::conditions_that_never_match,
    routes::without_conditions,
    routes::with_no_or_two_answers,
    routes::filters_that_are_skipped,
    routes::with_the_same_conditions,
    routes::cache_that_is_off,
    routes::unused_upstreams,
    routes::weights_without_effect,
    listeners::tls_and_protocol,
    listeners::addresses,
    listeners::global_listener,
    listeners::namespaces,
    agents::failure_modes,
    agents::transports,
    agents::files_on_the_node,
    agents::unused,
    agents::waf_mode,
];

/// Applies every rule.
pub(crate) fn apply(document: &Document<'_>, facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let filters = document
        .items("filters", "filter")
        .filter_map(|filter| Some((filter.first_text()?, filter.setting("type")?)))
        .collect();
    let subject = Subject { document, facts, filters };
    for rule in RULES {
        rule(&subject, findings);
    }
}

impl<'d> Subject<'d> {
    /// The routes of the global table.
    fn routes(&self) -> impl Iterator<Item = &'d Node<'d>> {
        self.document.items("routes", "route")
    }

    /// The routes of all namespaces, with the namespace.
    fn namespace_routes(&self) -> impl Iterator<Item = (&'d Node<'d>, &'d Node<'d>)> {
        self.document.blocks("namespace").flat_map(|namespace| {
            let routes = namespace.children_named("routes").flat_map(Node::children);
            routes.filter(|node| node.name == "route").map(move |route| (namespace, route))
        })
    }

    /// The filters a route lists, as (id, type, offset); unknown ones are reported elsewhere.
    fn filters_of<'n>(&'n self, route: &'n Node<'n>) -> impl Iterator<Item = (&'n str, &'n str, usize)> {
        route.children_named("filters").flat_map(Node::arguments).filter_map(|entry| {
            let id = entry.value.as_text()?;
            Some((id, *self.filters.get(id)?, entry.at))
        })
    }
}

fn refuse(
    findings: &mut Findings<'_>,
    node: &Node<'_>,
    at: usize,
    code: &'static str,
    message: String,
    help: &str,
) {
    findings.add(Weight::Refuse, at, || place(node), Problem::new(code, message).with_help(help));
}

fn warn(
    findings: &mut Findings<'_>,
    node: &Node<'_>,
    at: usize,
    code: &'static str,
    message: String,
    help: &str,
) {
    findings.add(Weight::Warn, at, || place(node), Problem::new(code, message).with_help(help));
}

fn place(node: &Node<'_>) -> String {
    match node.first_text() {
        Some(id) => format!("{}s.{}[\"{}\"]", node.name, node.name, shown(id)),
        None => node.name.to_string(),
    }
}
