//! Who may depend on whom.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Package, PackageId};

use crate::{files, metadata, none, text};

/// The rules that the tables below spell out, as ARCHITECTURE.md has them.
const DOWNWARDS: &str = "src → everything; api/{rest,grpc} → api/app → raft/{engine,machine}, storage/bundle; \
    api/client → api/types → raft/model; raft/engine → raft/machine → raft/model; \
    raft/consensus → raft/{machine,pki}; raft/pki → raft/model; storage/store → raft/{consensus,machine}; storage/bundle → raft/model";
const PURE_RULE: &str =
    "model, machine, engine and bundle know no runtime, clock, randomness, file system or network";

/// What each of our crates may use of the others. The root package is not here: it may use all.
const EDGES: &[(&str, &[&str])] = &[
    ("sentinel-model", &[]),
    ("sentinel-machine", &["sentinel-model"]),
    ("sentinel-engine", &["sentinel-machine", "sentinel-model"]),
    ("sentinel-consensus", &["sentinel-machine", "sentinel-model", "sentinel-pki"]),
    ("sentinel-pki", &["sentinel-model"]),
    ("sentinel-store", &["sentinel-consensus", "sentinel-machine", "sentinel-model"]),
    ("sentinel-bundle", &["sentinel-model"]),
    ("sentinel-api-types", &["sentinel-model"]),
    (
        "sentinel-app",
        &["sentinel-api-types", "sentinel-bundle", "sentinel-engine", "sentinel-machine", "sentinel-model"],
    ),
    (
        "sentinel-rest",
        &["sentinel-api-types", "sentinel-app", "sentinel-machine", "sentinel-model", "sentinel-ui"],
    ),
    ("sentinel-grpc", &["sentinel-api-types", "sentinel-app", "sentinel-machine", "sentinel-model"]),
    ("sentinel-client", &["sentinel-api-types", "sentinel-model"]),
    ("sentinel-ui", &[]),
    // Gives bytes to whatever reads what strangers send.
    ("sentinel-fuzz", &["sentinel-api-types", "sentinel-bundle", "sentinel-model", "sentinel-rest"]),
    // Drives the binary from outside, as a user would: it knows no crate of ours.
    ("sentinel-kit", &[]),
    // Puts members together as src does, over a network, clocks and disks of its own.
    (
        "sentinel-sim",
        &[
            "sentinel-api-types",
            "sentinel-app",
            "sentinel-consensus",
            "sentinel-engine",
            "sentinel-machine",
            "sentinel-model",
            "sentinel-store",
        ],
    ),
    ("xtask", &[]),
];

/// The pure core.
const PURE: &[&str] = &["sentinel-model", "sentinel-machine", "sentinel-engine", "sentinel-bundle"];
/// What it must not depend on.
const IMPURE: &[&str] = &[
    "async-std",
    "axum",
    "chrono",
    "getrandom",
    "jiff",
    "mio",
    "openraft",
    "rand",
    "redb",
    "reqwest",
    "sled",
    "tokio",
    "tonic",
];
/// What must not occur in its sources.
const IMPURE_WORDS: &[&str] = &[
    "Instant::now",
    "SystemTime",
    "Uuid::new_v4",
    "Uuid::now_v7",
    "std::env::",
    "std::fs",
    "std::process",
    "TcpListener",
    "TcpStream",
    "ToSocketAddrs",
    "UdpSocket",
    "tokio::",
];

/// Libraries that only some of our crates may know: a library is named by how its crates begin.
const RESERVED: &[(&str, &[&str], &str)] = &[
    ("openraft", &["sentinel-consensus", "sentinel-store"], "only consensus and store import openraft"),
    (
        "axum",
        &["sentinel-cp", "sentinel-grpc", "sentinel-kit", "sentinel-rest"],
        "only api/* and src know HTTP",
    ),
    ("tower-http", &["sentinel-cp", "sentinel-grpc", "sentinel-rest"], "only api/* and src know HTTP"),
    ("utoipa-axum", &["sentinel-rest"], "only api/* and src know HTTP"),
    (
        "hyper",
        &["sentinel-cp", "sentinel-pki", "sentinel-rest"],
        "only api/* and src know HTTP; pki wraps a connection as tonic wants it",
    ),
    (
        "reqwest",
        &["sentinel-client", "sentinel-cp", "sentinel-kit"],
        "only api/client, src and the kit speak HTTP to others",
    ),
    (
        "tonic",
        &["sentinel-consensus", "sentinel-cp", "sentinel-grpc", "sentinel-pki"],
        "only api/* and src know gRPC, and between members consensus, over the connections of pki",
    ),
    ("async-graphql", &["sentinel-cp", "sentinel-graphql"], "only api/* and src know GraphQL"),
    ("redb", &["sentinel-store"], "only store knows how state is stored"),
    ("sled", &["sentinel-store"], "only store knows how history is stored"),
    ("zentinel-", &["sentinel-bundle"], "only bundle knows the proxy's own configuration crate"),
];

fn by_name() -> BTreeMap<&'static str, &'static Package> {
    metadata().workspace_packages().into_iter().map(|package| (package.name.as_str(), package)).collect()
}

#[test]
fn our_crates_depend_on_each_other_only_downwards() {
    let allowed: BTreeMap<_, _> = EDGES.iter().copied().collect();
    let mut wrong = Vec::new();
    for (name, package) in by_name().into_iter().filter(|(name, _)| *name != "sentinel-cp") {
        let Some(allowed) = allowed.get(name) else {
            wrong.push(format!("{name} is not in the table of {}: decide what it may use", file!()));
            continue;
        };
        let ours = package.dependencies.iter().filter(|found| found.path.is_some());
        let ours = ours.filter(|found| found.kind != DependencyKind::Development);
        let edges = ours.filter(|found| !allowed.contains(&found.name.as_str()));
        wrong.extend(edges.map(|found| format!("{name} → {}", found.name)));
    }
    none(&format!("wrong directions; the rule: {DOWNWARDS}"), &wrong);
}

#[test]
fn the_table_of_directions_names_no_crate_that_is_gone() {
    let packages = by_name();
    let gone = EDGES.iter().filter(|(name, _)| !packages.contains_key(name));
    none("not in the workspace", &gone.map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
}

#[test]
fn the_pure_core_depends_on_nothing_that_does_something() {
    let mut wrong = Vec::new();
    for (name, package) in by_name().into_iter().filter(|(name, _)| PURE.contains(name)) {
        let direct = package.dependencies.iter().filter(|found| found.kind != DependencyKind::Development);
        let direct = direct.filter(|found| IMPURE.contains(&found.name.as_str()));
        wrong.extend(direct.map(|found| format!("{name} → {}", found.name)));
    }
    none(&format!("wrong dependencies; the rule: {PURE_RULE}"), &wrong);
}

#[test]
fn nothing_below_the_pure_core_is_a_runtime() {
    let resolve = metadata().resolve.as_ref().unwrap();
    let nodes: BTreeMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let packages = by_name();
    // The bundle crate is not among them: the proxy's own configuration crate brings a runtime along, which is not used.
    for name in ["sentinel-model", "sentinel-machine", "sentinel-engine"] {
        let mut seen = BTreeSet::new();
        let mut open = vec![&packages[name].id];
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let found = &metadata()[id];
            assert!(
                !["tokio", "mio"].contains(&found.name.as_str()),
                "{name} reaches {}; the rule: {PURE_RULE}",
                found.name
            );
            let normal = |kinds: &[cargo_metadata::DepKindInfo]| {
                kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
            };
            open.extend(nodes[id].deps.iter().filter(|next| normal(&next.dep_kinds)).map(|next| &next.pkg));
        }
        assert!(seen.len() > 5, "{name} was looked through");
    }
}

#[test]
fn the_sources_of_the_pure_core_ask_nothing_of_the_machine() {
    let folders = ["raft/model/src", "raft/machine/src", "raft/engine/src", "storage/bundle/src"];
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in files().iter().filter(|file| folders.iter().any(|folder| file.starts_with(folder))) {
        seen += 1;
        for (number, line) in text(file).unwrap_or_default().lines().enumerate() {
            let comment = line.trim_start().starts_with("//");
            for word in IMPURE_WORDS.iter().filter(|word| !comment && line.contains(*word)) {
                wrong.push(format!("{}:{}: {word}", file.display(), number + 1));
            }
        }
    }
    assert!(seen > 50, "{seen} files looked through");
    none(&format!("wrong words; the rule: {PURE_RULE}"), &wrong);
}

#[test]
fn bugs_are_put_back_only_by_the_simulation() {
    let mut wrong = Vec::new();
    for (name, package) in by_name().into_iter().filter(|(name, _)| *name != "sentinel-sim") {
        let planted = |features: &[String]| features.iter().any(|feature| feature.ends_with("planted"));
        let asks = package.dependencies.iter().filter(|found| planted(&found.features));
        wrong.extend(asks.map(|found| format!("{name} → {} with planted bugs", found.name)));
        if package.features.get("default").is_some_and(|features| planted(features)) {
            wrong.push(format!("{name}: planted bugs by default"));
        }
    }
    none("a binary that is shipped has no bug on purpose", &wrong);
}

#[test]
fn libraries_are_known_only_where_they_belong() {
    let mut wrong = Vec::new();
    for (name, package) in by_name() {
        // Tests may speak what the product must not: a test of members plays a peer that misbehaves.
        for found in package.dependencies.iter().filter(|found| found.kind != DependencyKind::Development) {
            let library = found.name.as_str();
            let reserved = RESERVED
                .iter()
                .filter(|(prefix, allowed, _)| library.starts_with(prefix) && !allowed.contains(&name));
            wrong.extend(reserved.map(|(_, _, rule)| format!("{name} → {library}; the rule: {rule}")));
        }
    }
    none("wrong dependencies", &wrong);
}
