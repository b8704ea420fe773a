//! `sbom.cdx.json`: a CycloneDX 1.5 bill of materials.
//!
//! It names the configuration files with their digests, the proxy the bundle was validated for, and the objects
//! of the configuration with what they depend on. It has no time; its serial number follows from the input.

use std::collections::BTreeSet;

use serde::Serialize;
use zentinel_config::{Config, Filter, RouteConfig};

use crate::compile::CompileInput;
use crate::manifest::{FileEntry, sha256};
use crate::schema::PROXY_VERSION;

/// The bill of materials has no JSON form; this is a defect.
#[derive(Debug, thiserror::Error)]
#[error("the bill of materials cannot be written: {0}")]
pub struct SbomError(#[from] serde_json::Error);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bom {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: Metadata,
    components: Vec<Component>,
    dependencies: Vec<Dependency>,
}

#[derive(Serialize)]
struct Metadata {
    tools: Tools,
    component: Component,
}

#[derive(Serialize)]
struct Tools {
    components: Vec<Component>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Component {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref")]
    bom_ref: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data: Vec<Data>,
}

#[derive(Serialize)]
struct Hash {
    alg: &'static str,
    content: String,
}

#[derive(Serialize)]
struct Data {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    #[serde(rename = "ref")]
    reference: String,
    depends_on: BTreeSet<String>,
}

const ROOT: &str = "bundle";

/// Renders the bill of materials of a bundle.
pub(crate) fn render(
    input: &CompileInput<'_>,
    input_digest: &[u8; 32],
    config: &Config,
    files: &[FileEntry],
) -> Result<String, SbomError> {
    let mut parts = Parts::default();
    let proxy = format!("pkg:cargo/zentinel-proxy@{PROXY_VERSION}");
    parts.add(
        Component {
            kind: "application",
            bom_ref: proxy.clone(),
            name: "zentinel-proxy".to_owned(),
            version: Some(PROXY_VERSION.to_owned()),
            description: Some("The proxy this configuration was validated for".to_owned()),
            purl: Some(proxy),
            ..Component::default()
        },
        [],
    );
    for file in files {
        parts.add(
            Component {
                kind: "file",
                bom_ref: format!("file:{}", file.path),
                name: file.path.clone(),
                hashes: vec![Hash { alg: "SHA-256", content: file.sha256.clone() }],
                ..Component::default()
            },
            [],
        );
    }
    objects(config, &mut parts);
    let all = parts.components.iter().map(|component| component.bom_ref.clone()).collect();
    parts.dependencies.insert(0, Dependency { reference: ROOT.to_owned(), depends_on: all });
    let bom = Bom {
        schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.5",
        serial_number: serial_number(input_digest),
        version: 1,
        metadata: Metadata {
            tools: Tools {
                components: vec![Component {
                    kind: "application",
                    bom_ref: "tool:sentinel-cp".to_owned(),
                    name: "sentinel-cp".to_owned(),
                    ..Component::default()
                }],
            },
            component: Component {
                kind: "application",
                bom_ref: ROOT.to_owned(),
                group: Some(input.project_id.to_owned()),
                name: "proxy-configuration".to_owned(),
                version: Some(input.version.to_owned()),
                ..Component::default()
            },
        },
        components: parts.components,
        dependencies: parts.dependencies,
    };
    Ok(serde_json::to_string_pretty(&bom)? + "\n")
}

#[derive(Default)]
struct Parts {
    components: Vec<Component>,
    dependencies: Vec<Dependency>,
}

impl Parts {
    fn add(&mut self, component: Component, depends_on: impl IntoIterator<Item = String>) {
        let depends_on = depends_on.into_iter().collect();
        self.dependencies.push(Dependency { reference: component.bom_ref.clone(), depends_on });
        self.components.push(component);
    }

    fn object(&mut self, kind: &str, id: &str, depends_on: impl IntoIterator<Item = String>) {
        let component = Component {
            kind: "data",
            bom_ref: reference(kind, id),
            group: Some(format!("zentinel.{kind}s")),
            name: id.to_owned(),
            data: vec![Data { kind: "configuration", name: format!("{kind} {id}") }],
            ..Component::default()
        };
        self.add(component, depends_on);
    }
}

fn reference(kind: &str, id: &str) -> String {
    format!("{kind}:{id}")
}

/// The objects of the parsed configuration. Maps have no order of their own, so they are sorted.
fn objects(config: &Config, parts: &mut Parts) {
    for listener in &config.listeners {
        parts.object(
            "listener",
            &listener.id,
            listener.namespace.iter().map(|id| reference("namespace", id)),
        );
    }
    for route in &config.routes {
        parts.object("route", &route.id, uses(route));
    }
    for namespace in &config.namespaces {
        let used: BTreeSet<String> = namespace.routes.iter().flat_map(uses).collect();
        parts.object("namespace", &namespace.id, used);
    }
    for id in config.upstreams.keys().collect::<BTreeSet<_>>() {
        parts.object("upstream", id, []);
    }
    let mut filters: Vec<_> = config.filters.iter().collect();
    filters.sort_by_key(|(id, _)| *id);
    for (id, filter) in filters {
        let agent = match &filter.filter {
            Filter::Agent(agent) => Some(reference("agent", &agent.agent)),
            _ => None,
        };
        parts.object("filter", id, agent);
    }
    for agent in &config.agents {
        parts.object("agent", &agent.id, []);
    }
}

fn uses(route: &RouteConfig) -> Vec<String> {
    let upstreams = route.upstream.iter().chain(route.shadow.iter().map(|shadow| &shadow.upstream));
    let filters = route.filters.iter().map(|id| reference("filter", id));
    upstreams.map(|id| reference("upstream", id)).chain(filters).collect()
}

/// A UUID of version 8 (own scheme) from the digest of the input.
fn serial_number(input_digest: &[u8; 32]) -> String {
    let digest = sha256(&[b"sentinel-sbom-v1\0".as_slice(), input_digest].concat());
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex::encode(bytes);
    format!("urn:uuid:{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}
