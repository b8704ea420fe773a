//! From a bundle's template to the file that this node's proxy reads, and where to look whether it does.
//!
//! Whatever the form of the bundle, the file is JSON: the proxy tells the forms by the name of the file that it was started with, so that one
//! process never reads both, and some settings can be said in JSON alone.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use sentinel_bundle::archive::OpenBundle;
use sentinel_bundle::certificates;
use sentinel_bundle::manifest::Probe;
use sentinel_bundle::node_vars::{self, METRICS_ADDR, OPS_ADDR, Values, VariableError};
use sentinel_bundle::proxy_config::{self, Unwritable};
use sentinel_bundle::secrets::{FillError, fill};
use sentinel_bundle::trust_stores;
use sentinel_bundle::{Config, Problem};
use serde::{Deserialize, Serialize};

use super::certificates::CertificateFiles;
use super::secrets::Secrets;
use super::trust_stores::TrustStoreFiles;

/// The addresses that an agent gives to one process of its proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addresses {
    /// Of the operations listener.
    pub ops: SocketAddr,
    /// Of the metrics server.
    pub metrics: SocketAddr,
}

/// What of this node goes into its proxy's configuration, whatever the bundle.
#[derive(Clone, Debug)]
pub struct Here {
    /// The values of node variables.
    pub vars: Values,
    /// Where the certificates of listeners are.
    pub certificates: CertificateFiles,
    /// Where the trust stores of listeners are.
    pub trust_stores: TrustStoreFiles,
    /// Where the agent answers the challenges of certificate authorities.
    pub challenges: SocketAddr,
}

/// A configuration for one process on this node. It may have values of secrets in it.
#[derive(Clone)]
pub struct Rendered {
    /// The configuration as JSON.
    pub text: String,
    /// The same as the proxy understands it.
    pub config: Config,
    /// The addresses that it was rendered with.
    pub addresses: Addresses,
    /// Where and how it can be seen at work.
    pub target: Target,
    /// The values that it has in it.
    pub secrets: Secrets,
    /// The configuration as JSON without them, where it has some.
    veiled: Option<String>,
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

impl Rendered {
    /// The configuration as JSON, with the names of secrets in place of their values.
    pub fn shown(&self) -> &str {
        self.veiled.as_deref().unwrap_or(&self.text)
    }
}

/// Where and how a configuration can be seen at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The request that only this revision answers with its status.
    pub probe: Probe,
    /// Plain HTTP listeners that serve the global routes: each must answer the probe.
    pub proving: Vec<Listener>,
    /// All other listeners: each must accept connections.
    pub accepting: Vec<Listener>,
    /// The operations listener.
    pub ops: SocketAddr,
    /// Where the status is there.
    pub status_path: String,
    /// Where metrics are there, if anywhere.
    pub ops_metrics_path: Option<String>,
    /// The metrics server, if there is one.
    pub metrics: Option<MetricsServer>,
}

impl Target {
    /// The listeners of the configuration, without the operations listener.
    pub fn listeners(&self) -> impl Iterator<Item = &Listener> {
        self.proving.iter().chain(&self.accepting)
    }
}

/// A listener as an agent on the same host reaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Its identifier.
    pub id: String,
    /// Where to connect.
    pub address: SocketAddr,
}

/// The proxy's metrics server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsServer {
    /// Where to connect.
    pub address: SocketAddr,
    /// What to ask for.
    pub path: String,
    /// Its address is fresh for each process. Otherwise a process that is being replaced still holds it, and the new one never
    /// gets it.
    pub own: bool,
}

/// Why a bundle cannot be run on this node.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A node variable has no or no usable value here.
    #[error("{0}; set it with --var on this node's agent")]
    Variable(#[from] VariableError),
    /// The bundle lacks its template.
    #[error("the bundle has no configuration")]
    NoTemplate,
    /// The rendered text does not parse.
    #[error("the rendered configuration is refused: {0}")]
    Refused(String),
    /// As JSON it would say something else.
    #[error("the configuration cannot be written as JSON: {0}; this is a defect, please report it")]
    Unwritable(#[from] Unwritable),
    /// An address is not one.
    #[error("listener \"{0}\" has the address {1}, which is not of the form IP:PORT")]
    Address(String, String),
    /// Two listeners want one address.
    #[error("{0} is the address of both \"{1}\" and \"{2}\"")]
    SameAddress(SocketAddr, String, String),
    /// A secret cannot be put in.
    #[error(transparent)]
    Secret(#[from] FillError),
    /// Its trust stores cannot be put where the proxy reads them.
    #[error("the trust stores cannot be written: {0}")]
    TrustStores(#[from] std::io::Error),
    /// No listener could answer the probe.
    #[error(
        "no plain HTTP listener serves the global routes, so nothing could prove that this bundle is live; add one, for example on 127.0.0.1"
    )]
    NothingProves,
}

/// Renders a bundle, and puts its trust stores where the proxy reads them. Blocks while the text is parsed: not for an asynchronous worker.
///
/// # Errors
/// [`RenderError`].
pub fn render(
    bundle: &OpenBundle,
    here: &Here,
    secrets: &Secrets,
    addresses: Addresses,
) -> Result<Rendered, RenderError> {
    let mut values = here.vars.clone();
    values.insert(OPS_ADDR.to_owned(), addresses.ops.to_string());
    values.insert(METRICS_ADDR.to_owned(), addresses.metrics.to_string());
    node_vars::check(&bundle.manifest.variables, &values)?;
    let template = bundle.compiled().ok_or(RenderError::NoTemplate)?;
    let written = node_vars::render(template, &values)?;
    let target = target(bundle, &values)?;
    let mut config = proxy_config::parse(&written)
        .map_err(|problem: Problem| RenderError::Refused(problem.to_string()))?;
    certificates::place(&mut config, here.certificates.root(), here.challenges);
    trust_stores::place(&mut config, here.trust_stores.root());
    here.trust_stores.write(bundle)?;
    let text = proxy_config::to_json_checked(&config)?;
    let secrets = secrets.clone();
    if bundle.manifest.secrets.is_empty() {
        return Ok(Rendered { text, config, addresses, target, secrets, veiled: None });
    }
    let filled = fill(&text, |name| secrets.value(name))?;
    // What a parser says of it may quote it.
    let refused = |words: String| RenderError::Refused(secrets.hide_in(&words));
    let config = proxy_config::parse(&filled).map_err(|problem| refused(problem.to_string()))?;
    let veiled = Some(text);
    let text = proxy_config::to_json_checked(&config).map_err(|error| refused(error.to_string()))?;
    Ok(Rendered { text, config, addresses, target, secrets, veiled })
}

fn target(bundle: &OpenBundle, values: &Values) -> Result<Target, RenderError> {
    let manifest = &bundle.manifest;
    let address = |id: &str, template: &str| -> Result<SocketAddr, RenderError> {
        let text = node_vars::render(template, values)?;
        let address: SocketAddr = text.parse().map_err(|_| RenderError::Address(id.to_owned(), text))?;
        Ok(reachable(address))
    };
    let ops = address(&manifest.operations.listener, &manifest.operations.address)?;
    let mut taken = vec![(ops, manifest.operations.listener.clone())];
    let (mut proving, mut accepting) = (Vec::new(), Vec::new());
    for entry in &manifest.listeners {
        let listener = Listener { id: entry.id.clone(), address: address(&entry.id, &entry.address)? };
        if let Some((same, other)) = taken.iter().find(|(known, _)| *known == listener.address) {
            return Err(RenderError::SameAddress(*same, other.clone(), entry.id.clone()));
        }
        taken.push((listener.address, entry.id.clone()));
        if entry.protocol == "http" && entry.namespace.is_none() {
            proving.push(listener);
        } else {
            accepting.push(listener);
        }
    }
    if proving.is_empty() {
        return Err(RenderError::NothingProves);
    }
    let own = format!("${{node.{METRICS_ADDR}}}");
    let metrics = match &manifest.metrics {
        None => None,
        Some(metrics) => Some(MetricsServer {
            address: address("metrics", &metrics.address)?,
            path: metrics.path.clone(),
            own: metrics.address == own,
        }),
    };
    Ok(Target {
        probe: manifest.probe.clone(),
        proving,
        accepting,
        ops,
        status_path: manifest.operations.status_path.clone(),
        ops_metrics_path: manifest.operations.metrics_path.clone(),
        metrics,
    })
}

/// The address to connect to for a listener that may be bound to every address.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::agent::testing::{
        self, SOURCE, addresses, bundle, bundle_of, bundle_of_document, here, here_with, http_port,
    };

    fn public() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], http_port()))
    }

    #[test]
    fn a_template_becomes_the_text_of_this_node() {
        let rendered = render(&bundle(1, "1.0").open, &here(), &Secrets::default(), addresses()).unwrap();
        assert!(rendered.text.contains(&public().to_string()) && !rendered.text.contains("${node."));
        let target = rendered.target;
        assert_eq!(target.proving[0].address, public());
        assert_eq!(target.ops, testing::addresses().ops);
        assert!(target.metrics.unwrap().own);
        assert!(target.probe.host.ends_with(".invalid"));
    }

    #[test]
    fn whatever_the_form_of_the_bundle_the_proxy_gets_json() {
        for made in [bundle(1, "1.0"), bundle_of_document(2, "1.1")] {
            let rendered = render(&made.open, &here(), &Secrets::default(), addresses()).unwrap();
            assert!(rendered.text.starts_with('{'), "{}", rendered.text);
            let read = proxy_config::parse(&rendered.text).unwrap();
            proxy_config::equal(&read, &rendered.config).unwrap();
            assert_eq!(rendered.config.upstreams["app"].targets[0].address, "127.0.0.1:9001");
            assert_eq!(rendered.target.proving[0].address, public());
        }
    }

    #[test]
    fn a_missing_variable_is_named_with_what_to_do() {
        let error =
            render(&bundle(1, "1.0").open, &here_with(Values::new()), &Secrets::default(), addresses())
                .unwrap_err()
                .to_string();
        assert!(error.contains("`http_port`") && error.contains("--var"), "{error}");
        let wrong = Values::from([("http_port".to_owned(), "99999".to_owned())]);
        let error = render(&bundle(1, "1.0").open, &here_with(wrong), &Secrets::default(), addresses())
            .unwrap_err()
            .to_string();
        assert!(error.contains("`http_port`") && error.contains("a port"), "{error}");
    }

    #[test]
    fn a_listener_on_every_address_is_asked_on_loopback() {
        let source = SOURCE.replace("127.0.0.1:${node.http_port}", "0.0.0.0:${node.http_port}");
        let target = render(&bundle_of(1, "1.0", &source).open, &here(), &Secrets::default(), addresses())
            .unwrap()
            .target;
        assert_eq!(target.proving[0].address, public());
    }

    #[test]
    fn two_listeners_cannot_have_one_address() {
        let vars = Values::from([("http_port".to_owned(), addresses().ops.port().to_string())]);
        let error =
            render(&bundle(1, "1.0").open, &here_with(vars), &Secrets::default(), addresses()).unwrap_err();
        assert!(matches!(error, RenderError::SameAddress(..)), "{error}");
    }

    #[test]
    fn a_fixed_metrics_address_is_not_the_processes_own() {
        let source = format!("{SOURCE}\nobservability {{ metrics {{ address \"127.0.0.1:9909\"; }}; }}\n");
        let target = render(&bundle_of(1, "1.0", &source).open, &here(), &Secrets::default(), addresses())
            .unwrap()
            .target;
        let metrics = target.metrics.unwrap();
        assert!(!metrics.own && metrics.address.port() == 9909);
    }
}
