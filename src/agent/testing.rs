//! What the tests of the agent share: real bundles, signed by keys that never leave the tests.
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sentinel_api_types::agent::Update;
use sentinel_bundle::archive::{self, OpenBundle, OpenLimits};
use sentinel_bundle::assignment::AssignmentClaim;
use sentinel_bundle::compile::{CompileInput, OperationsOptions, Source, compile};
use sentinel_bundle::node_vars::Values;
use sentinel_bundle::sign::Signer;
use sentinel_model::config::Document;
use sentinel_model::{BundleId, Epoch, Generation, NodeId, Sha256Digest};
use uuid::Uuid;

use super::certificates::CertificateFiles;
use super::identity::Keys;
use super::release::Release;
use super::render::{Addresses, Here};
use super::trust_stores::TrustStoreFiles;

/// A small configuration with one node variable.
pub const SOURCE: &str = r#"system { worker-threads 1; }
listeners { listener "public" { address "127.0.0.1:${node.http_port}"; }; }
upstreams { upstream "app" { target "127.0.0.1:9001"; }; }
routes { route "all" { priority "low"; matches { path-prefix "/"; }; upstream "app"; }; }
"#;

/// The node of the tests.
pub const NODE: NodeId = NodeId(Uuid::from_u128(7));

/// A key that signs.
pub struct TestSigner(Signer);

/// The key that every test node trusts.
pub fn signer() -> TestSigner {
    signer_of(7)
}

/// Another key.
pub fn signer_of(seed: u8) -> TestSigner {
    TestSigner(Signer::from_seed(&[seed; 32]))
}

impl TestSigner {
    /// What a node trusts that trusts this key.
    pub fn keys(&self) -> Keys {
        let key = self.0.public_key();
        Keys::from([(key.key_id(), key)])
    }

    /// A signature in base64.
    pub fn sign(&self, digest: &[u8; 32]) -> String {
        STANDARD.encode(self.0.sign(digest))
    }
}

/// A bundle as a node gets it.
pub struct Made {
    pub release: Release,
    pub archive: Vec<u8>,
    pub open: OpenBundle,
}

impl Made {
    /// What a member would answer to a poll.
    pub fn update(&self) -> Update {
        let claim = AssignmentClaim {
            node: NODE,
            at: self.release.at(),
            bundle: self.release.bundle_id,
            manifest_digest: self.release.manifest_digest,
        };
        Update {
            epoch: self.release.epoch,
            assignment_signature: STANDARD.encode(signer().0.sign_assignment(&claim)),
            assignment_key_id: signer().0.public_key().key_id(),
            bundle_id: self.release.bundle_id,
            version: self.release.version.clone(),
            checksum: self.release.checksum,
            size_bytes: self.archive.len() as u64,
            download_url: String::new(),
            generation: self.release.generation,
            signature: self.release.signature.clone(),
            signing_key_id: self.release.signing_key_id.clone(),
            manifest_digest: self.release.manifest_digest,
            poll_after_s: 1,
            weight: None,
            secrets: None,
        }
    }
}

/// A bundle of [`SOURCE`].
pub fn bundle(generation: u64, version: &str) -> Made {
    bundle_of(generation, version, SOURCE)
}

/// A bundle of any text.
pub fn bundle_of(generation: u64, version: &str, text: &str) -> Made {
    made(generation, version, Source::Text(text))
}

/// A text like [`SOURCE`] whose route sends a secret along.
pub fn with_secret() -> String {
    let policies =
        r#"route "all" { policies { request-headers { set { "X-Key" "Bearer ${secrets.TOKEN}"; }; }; };"#;
    SOURCE.replace("route \"all\" {", policies)
}

/// A bundle of a document that says what [`SOURCE`] says.
pub fn bundle_of_document(generation: u64, version: &str) -> Made {
    let document: Document = serde_json::from_value(serde_json::json!({
        "version": 1,
        "settings": { "worker_threads": 1 },
        "listeners": { "public": { "address": "127.0.0.1:${node.http_port}" } },
        "services": { "all": { "route_path": "/*", "upstream_group": "app" } },
        "upstream_groups": { "app": { "targets": [{ "host": "127.0.0.1", "port": 9001 }] } },
    }))
    .unwrap();
    made(generation, version, Source::Document(&document))
}

fn made(generation: u64, version: &str, source: Source<'_>) -> Made {
    let artefact = compile(&CompileInput {
        project_id: "shop",
        version,
        source,
        marker_key: &[3; 32],
        operations: OperationsOptions::default(),
        extra_files: Vec::new(),
    })
    .unwrap();
    let signer = signer();
    let release = Release {
        epoch: Epoch::FIRST,
        generation: Generation(generation),
        bundle_id: BundleId(Uuid::from_u128(u128::from(generation))),
        version: version.to_owned(),
        checksum: Sha256Digest(artefact.digest),
        manifest_digest: Sha256Digest(artefact.manifest_digest),
        signature: signer.sign(&artefact.manifest_digest),
        signing_key_id: signer.0.public_key().key_id(),
    };
    let open = archive::open(&artefact.archive, &OpenLimits::default()).unwrap();
    Made { release, archive: artefact.archive, open }
}

/// Values for the variables of [`SOURCE`].
pub fn vars() -> Values {
    Values::from([("http_port".to_owned(), http_port().to_string())])
}

/// What of this node goes into a configuration of [`SOURCE`].
pub fn here() -> Here {
    here_with(vars())
}

/// The same with these values for the node variables.
pub fn here_with(vars: Values) -> Here {
    Here {
        vars,
        certificates: CertificateFiles::of(Path::new("/data")),
        trust_stores: TrustStoreFiles::of(Path::new("/data")),
        challenges: challenges(),
    }
}

/// Where nobody answers.
pub fn challenges() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 39_003))
}

/// A port of this test's own. Before a process is started, an agent looks whether its ports are free, by taking them for a moment: tests
/// that run beside this one, each in a process, would be in each other's way.
pub fn http_port() -> u16 {
    10_000 + (std::process::id() % 10_000) as u16
}

/// Addresses of a process that never runs.
pub fn addresses() -> Addresses {
    Addresses { ops: "127.0.0.1:39001".parse().unwrap(), metrics: "127.0.0.1:39002".parse().unwrap() }
}
