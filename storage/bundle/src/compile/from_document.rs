//! A document of the configuration model, as the proxy's configuration in JSON, with what the control plane adds.

use std::collections::BTreeMap;

use sentinel_model::config::Document;
use serde_json::{Value, json};
use zentinel_config::{Config, ListenerProtocol};

use super::{CompileError, MARKER_ROUTE, Made, OPERATIONS, OperationsOptions, beside, unreadable};
use crate::capability::Feature;
use crate::certificates;
use crate::emit::{Emitted, emit};
use crate::manifest::ListenerEntry;
use crate::node_vars::{self, METRICS_ADDR, OPS_ADDR, Variable, reference};
use crate::problem::{self, Problem};
use crate::proxy_config::{self, Said};
use crate::secrets;
use crate::trust_stores;

pub(super) fn make(
    document: &Document,
    host: &str,
    operations: OperationsOptions,
) -> Result<Made, CompileError> {
    let Emitted { mut config, needs, trust_stores, warnings } =
        emit(document).map_err(CompileError::Invalid)?;
    // Known from the emitting, which looks at every text of the document.
    let named = match needs.contains(&Feature::Secrets) {
        true => secrets::named(&config).map_err(CompileError::Invalid)?,
        false => Vec::new(),
    };
    let certificates = certificates::named(&config).map_err(CompileError::Invalid)?;
    trust_stores::check(&config, &trust_stores).map_err(CompileError::Invalid)?;
    let metrics = add(&mut config, host, beside(operations, &named)).map_err(unreadable)?;
    let variables = variables(&config).map_err(|problem| CompileError::Invalid(vec![problem]))?;
    let said = Said::by(&config).map_err(unreadable)?;
    let template = said.as_json().map_err(unreadable)?;
    let values = node_vars::stand_ins(&template, &variables);
    let text =
        node_vars::render(&template, &values).map_err(|error| CompileError::Altered(error.to_string()))?;
    let mut parsed = Config::from_json(&text).map_err(|error| CompileError::Altered(format!("{error:#}")))?;
    let opinion = proxy_config::second_opinion(&parsed);
    if !opinion.is_empty() {
        return Err(CompileError::Invalid(problem::tidy(opinion.into_iter().map(placed).collect())));
    }
    node_vars::put_back(&mut parsed, &values);
    said.equal(&parsed).map_err(CompileError::Altered)?;
    let metrics_address = take_out(&mut config, metrics);
    Ok(Made {
        template,
        listeners: config.listeners.iter().map(listed).collect(),
        metrics_address: Some(metrics_address),
        config,
        warnings,
        variables,
        needs: needs.into_iter().map(|feature| feature.code().to_owned()).collect(),
        secrets: named,
        certificates,
        trust_stores,
    })
}

/// The operations listener, the marker route, the route for challenges of certificate authorities, and the address of the metrics server: the one that it had is what it answers.
fn add(config: &mut Config, host: &str, operations: OperationsOptions) -> Result<String, serde_json::Error> {
    let served = [("status", true), ("config", operations.config), ("metrics", operations.metrics)];
    let routes: Vec<Value> = served
        .into_iter()
        .filter(|(_, wanted)| *wanted)
        .map(|(name, _)| {
            json!({
                "id": format!("{OPERATIONS}-{name}"),
                "matches": [{ "path": format!("/{name}") }],
                "service_type": "builtin",
                "builtin-handler": name,
            })
        })
        .collect();
    config.listeners.push(serde_json::from_value(json!({
        "id": OPERATIONS,
        "address": reference(OPS_ADDR),
        "protocol": "http",
        "namespace": OPERATIONS,
    }))?);
    config.namespaces.push(serde_json::from_value(json!({ "id": OPERATIONS, "routes": routes }))?);
    // Also before there is a certificate: whoever asks for the first one is asked back through a node.
    let (route, upstream) = certificates::challenge_objects(i32::MAX - 1)?;
    config.routes.push(route);
    config.upstreams.insert(certificates::CHALLENGES.to_owned(), upstream);
    config.routes.push(serde_json::from_value(json!({
        "id": MARKER_ROUTE,
        "priority": i32::MAX,
        "matches": [{ "host": host }, { "path": "/" }],
        "service_type": "builtin",
        "builtin-handler": "status",
    }))?);
    Ok(std::mem::replace(&mut config.observability.metrics.address, reference(METRICS_ADDR)))
}

/// Takes out what [`add`] has added, and answers with the address of the metrics server that it had given.
fn take_out(config: &mut Config, metrics: String) -> String {
    config.listeners.pop();
    config.namespaces.pop();
    config.routes.pop();
    config.routes.pop();
    config.upstreams.remove(certificates::CHALLENGES);
    std::mem::replace(&mut config.observability.metrics.address, metrics)
}

/// The node variables of all addresses, by name.
fn variables(config: &Config) -> Result<Vec<Variable>, Problem> {
    let mut found: BTreeMap<String, Variable> = BTreeMap::new();
    let metrics = &config.observability.metrics.address;
    for address in config.listeners.iter().map(|listener| &listener.address).chain([metrics]) {
        for variable in node_vars::kinds_in_address(address).unwrap_or_default() {
            let known = found.entry(variable.name.clone()).or_insert_with(|| variable.clone());
            if known.kind != variable.kind {
                let message = format!(
                    "the node variable `{}` stands for an address, an IP or a port, but not for two of them",
                    variable.name
                );
                return Err(Problem::new("node-variable-kinds", message).in_path("listeners"));
            }
        }
    }
    if found.len() > crate::limits::MAX_VARIABLES {
        let message = node_vars::VariableError::TooMany.to_string();
        return Err(Problem::new("too-many-objects", message).in_path("listeners"));
    }
    Ok(found.into_values().collect())
}

fn listed(listener: &zentinel_config::ListenerConfig) -> ListenerEntry {
    let protocol = match listener.protocol {
        ListenerProtocol::Http => "http",
        ListenerProtocol::Https => "https",
        ListenerProtocol::Http2 => "h2",
        ListenerProtocol::Http3 => "h3",
    };
    ListenerEntry {
        id: listener.id.clone(),
        address: listener.address.clone(),
        protocol: protocol.to_owned(),
        namespace: listener.namespace.clone(),
    }
}

/// Finds the object that the proxy complains about by the names it quotes.
fn placed(message: String) -> Problem {
    let place = proxy_config::quoted(&message).into_iter().find_map(|(word, id)| {
        let slug = id.split('.').next().unwrap_or(id);
        match word.as_str() {
            "route" | "filter" => Some(format!("services.{slug}")),
            "upstream" if id.contains('.') => Some(format!("services.{slug}")),
            "upstream" => Some(format!("upstream_groups.{slug}")),
            "listener" => Some(format!("listeners.{slug}")),
            _ => None,
        }
    });
    let problem = Problem::new("proxy-refuses", message);
    match place {
        Some(place) => problem.in_path(place),
        None => problem,
    }
}
