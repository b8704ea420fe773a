//! Rules about agents, filters that use them, and files that only exist on nodes.

use super::{Subject, refuse, warn};
use crate::findings::Findings;
use crate::schema::Thing;

/// An agent's own failure mode defaults to open, and it decides for bodies and responses.
pub(super) fn failure_modes(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for agent in subject.document.items("agents", "agent") {
        if agent.child("failure-mode").is_none() {
            let message = "without `failure-mode` requests pass when the agent is down".to_owned();
            let help = "write `failure-mode \"closed\"` (or \"open\") in the agent and in its filter";
            warn(findings, agent, agent.at, "failure-mode-unset", message, help);
        }
    }
}

pub(super) fn transports(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for agent in subject.document.items("agents", "agent") {
        let count = ["unix-socket", "grpc", "http"].iter().filter(|name| agent.child(name).is_some()).count();
        if count != 1 {
            let message = format!("an agent needs exactly one transport, not {count}");
            let help = "write `unix-socket \"/run/agent.sock\"` or `grpc \"http://host:port\"`";
            refuse(findings, agent, agent.at, "agent-transport", message, help);
        }
    }
}

/// The control plane does not look for files of the nodes on its own disk.
pub(super) fn files_on_the_node(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for route in subject.routes() {
        if let Some(root) = route.child("static-files").and_then(|files| files.child("root")) {
            let message = "whether this directory exists is only known on the node".to_owned();
            let help =
                "make sure it exists on every node before the rollout; the proxy refuses to start without it";
            warn(findings, route, root.at, "file-unchecked", message, help);
        }
    }
    for agent in subject.document.items("agents", "agent") {
        if let Some(socket) = agent.child("unix-socket") {
            let message = "whether the directory of this socket exists is only known on the node".to_owned();
            let help =
                "make sure it exists on every node before the rollout; the proxy refuses to start without it";
            warn(findings, agent, socket.at, "file-unchecked", message, help);
        }
    }
}

pub(super) fn unused(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (thing, block, item) in [(Thing::Filter, "filters", "filter"), (Thing::Agent, "agents", "agent")] {
        let places = subject.facts.unused(thing);
        for node in subject.document.items(block, item).filter(|node| places.contains(&node.at)) {
            let message = format!("nothing uses this {item}");
            warn(findings, node, node.at, "unused", message, "remove it, or refer to it");
        }
    }
}

/// The mode defaults to prevention, which the proxy refuses.
pub(super) fn waf_mode(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for waf in subject.document.blocks("waf").filter(|waf| waf.child("mode").is_none()) {
        let message = "`waf` needs `mode \"off\"`: the default mode is refused by the proxy".to_owned();
        refuse(findings, waf, waf.at, "waf-not-built-in", message, "add `mode \"off\"`");
    }
}
