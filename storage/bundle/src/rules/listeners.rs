//! Rules about listeners, their addresses and namespaces.

use core::net::SocketAddr;

use super::{Subject, refuse, warn};
use crate::findings::Findings;
use crate::node_vars;
use crate::schema::Thing;
use crate::syntax::{Node, Value};
use crate::words::shown;

/// A plain listener ignores its `tls` block and serves clear text; a TLS listener without one does not bind.
pub(super) fn tls_and_protocol(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for listener in subject.document.items("listeners", "listener") {
        let protocol = listener.setting("protocol").unwrap_or("http");
        let encrypted = matches!(protocol, "https" | "h2");
        match listener.child("tls") {
            None if encrypted => {
                let message = format!("protocol \"{protocol}\" needs a `tls` block");
                let help = "add `tls { cert-file \"...\"; key-file \"...\" }`";
                refuse(findings, listener, listener.at, "tls-missing", message, help);
            }
            Some(tls) if !encrypted => {
                let message = "the `tls` block is ignored: this listener serves clear text".to_owned();
                refuse(findings, listener, tls.at, "tls-ignored", message, "add `protocol \"https\"`");
            }
            Some(tls) => certificates(listener, tls, findings),
            None => {}
        }
    }
}

fn certificates(listener: &Node<'_>, tls: &Node<'_>, findings: &mut Findings<'_>) {
    if !certified(tls) {
        let message = "`tls` needs `cert-file` and `key-file`, or `acme`".to_owned();
        refuse(findings, listener, tls.at, "tls-incomplete", message, "add both files");
    }
    let asks = tls.child("client-auth").and_then(|node| node.arguments().next());
    if asks.is_some_and(|entry| entry.value == Value::Bool(true)) && tls.child("ca-file").is_none() {
        let message = "`client-auth` needs a `ca-file`; without it every client would be let in".to_owned();
        refuse(findings, listener, tls.at, "tls-incomplete", message, "add `ca-file`");
    }
    for sni in tls.children_named("sni") {
        if !certified(sni) {
            let message = "`sni` needs `cert-file` and `key-file`, or `acme`".to_owned();
            refuse(findings, listener, sni.at, "tls-incomplete", message, "add both files");
        }
    }
}

/// True when a block says where its certificate comes from.
fn certified(node: &Node<'_>) -> bool {
    let has = |name: &str| node.child(name).is_some();
    has("acme") || (has("cert-file") && has("key-file"))
}

/// Two servers on one port: the second one retries for ever while the process looks healthy.
pub(super) fn addresses(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let metrics = subject.document.blocks("observability").find_map(|node| node.child("metrics"));
    let metrics_on = metrics
        .and_then(|node| node.child("enabled"))
        .and_then(|node| node.arguments().next())
        .is_none_or(|entry| entry.value != Value::Bool(false));
    let metrics_address = metrics.filter(|_| metrics_on).and_then(|node| node.child("address"));
    let listeners = subject.document.items("listeners", "listener");
    let bound = listeners.filter_map(|listener| Some((listener, listener.child("address")?)));
    let all: Vec<_> = bound.chain(metrics.zip(metrics_address)).collect();
    let texts: Vec<&str> = all.iter().filter_map(|(_, node)| node.first_text()).collect();
    let values = node_vars::stand_ins(&texts.join(" "), &subject.facts.variables());
    let mut taken: Vec<(SocketAddr, &str)> = Vec::new();
    for (owner, node) in all {
        let Some(address) = node.first_text() else { continue };
        let name = owner.first_text().unwrap_or("the metrics server");
        let rendered =
            node_vars::render(address, &values).ok().and_then(|text| text.parse::<SocketAddr>().ok());
        let Some(socket) = rendered else { continue };
        let clash = taken.iter().find(|(other, _)| collide(*other, socket)).map(|(_, name)| *name);
        taken.push((socket, name));
        if let Some(other) = clash {
            let message = format!("\"{}\" is already used by \"{}\"", shown(address), shown(other));
            refuse(findings, owner, node.at, "address-in-use", message, "give it a port of its own");
        }
    }
}

/// True when two servers cannot have these addresses at once.
pub(crate) fn collide(a: SocketAddr, b: SocketAddr) -> bool {
    a.port() == b.port() && (a.ip() == b.ip() || a.ip().is_unspecified() || b.ip().is_unspecified())
}

/// The route that proves which revision is live is in the global table, so one listener must serve it.
pub(super) fn global_listener(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let mut listeners = subject.document.items("listeners", "listener").peekable();
    let Some(first) = listeners.peek().copied() else {
        if let Some(system) = subject.document.nodes.first() {
            let message = "at least one listener is needed".to_owned();
            let help = "add `listeners { listener \"http\" { address \"0.0.0.0:${node.http_port}\" } }`";
            refuse(findings, system, system.at, "no-listener", message, help);
        }
        return;
    };
    if listeners.all(|listener| listener.child("namespace").is_some()) {
        let message = "at least one listener must serve the global routes, so that a rollout can be verified"
            .to_owned();
        refuse(
            findings,
            first,
            first.at,
            "no-global-listener",
            message,
            "leave `namespace` out of one listener",
        );
    }
}

pub(super) fn namespaces(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let unused = subject.facts.unused(Thing::Namespace);
    for namespace in subject.document.blocks("namespace").filter(|node| unused.contains(&node.at)) {
        let message = "no listener is bound to this namespace, so its routes are unreachable".to_owned();
        warn(findings, namespace, namespace.at, "unused", message, "add `namespace` to a listener");
    }
}
