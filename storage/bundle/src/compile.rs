//! From a configuration to a bundle.
//!
//! A text is kept as it is; what the control plane needs is appended in a marked section, and a metrics address is inserted on the line of an
//! existing block, so that line numbers stay the same. A document of the configuration model becomes the proxy's configuration as JSON. In
//! both cases the result is parsed again with the proxy's own crate and compared: every setting of the user must have the value it had, and
//! the generated objects must be there.

mod compare;
mod from_document;
mod from_text;
mod inject;
mod preview;

#[cfg(test)]
mod secret_tests;
#[cfg(test)]
pub(crate) mod tests;

pub use preview::{Preview, preview};

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use sentinel_model::config::Document;
use zentinel_config::Config;

use crate::archive::{self, ArchiveError, Form, OpenBundle};
use crate::emit::emit;
use crate::limits::{MAX_CONTENT_BYTES, MAX_EXTRA_FILES, MAX_VERSION_CHARS};
use crate::manifest::{
    Counts, FORMAT, FileEntry, ListenerEntry, Manifest, ManifestError, Metrics, Operations, Probe, Proxy,
    checksums, file_entry, sha256,
};
use crate::marker;
use crate::node_vars::{self, Variable};
use crate::problem::Problem;
use crate::sbom::{self, SbomError};
use crate::schema::PROXY_VERSION;
use crate::trust_stores;
use crate::validate::{ValidateContext, validate};

/// The identifier of the generated marker route.
pub const MARKER_ROUTE: &str = "sentinel-revision";

/// The identifier of the generated listener and of its namespace.
pub const OPERATIONS: &str = "sentinel-ops";

/// The priority of the marker route: above everything a user may write.
pub const MARKER_PRIORITY: i32 = 1_000_000;

/// What the operations listener serves besides the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationsOptions {
    /// `/config`: the configuration the proxy stored. Never beside one that names secrets.
    pub config: bool,
    /// `/metrics`: the metrics, also while the metrics server cannot bind during an upgrade.
    pub metrics: bool,
}

impl Default for OperationsOptions {
    fn default() -> Self {
        Self { config: true, metrics: true }
    }
}

/// A file that travels with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraFile {
    /// Relative path below `files/`, for example `files/agents/guard.json`.
    pub path: String,
    /// The bytes.
    pub content: Vec<u8>,
}

/// What a user wrote.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// A text in the proxy's own language.
    Text(&'a str),
    /// A document of the configuration model.
    Document(&'a Document),
}

impl Source<'_> {
    fn form(self) -> Form {
        match self {
            Source::Text(_) => Form::Text,
            Source::Document(_) => Form::Document,
        }
    }

    /// As the bundle has it.
    fn written(&self) -> Result<Cow<'_, str>, CompileError> {
        match self {
            Source::Text(text) => Ok(Cow::Borrowed(text)),
            Source::Document(document) => {
                let mut text = serde_json::to_string_pretty(document).map_err(unreadable)?;
                text.push('\n');
                Ok(Cow::Owned(text))
            }
        }
    }
}

fn unreadable(error: serde_json::Error) -> CompileError {
    CompileError::Altered(format!("a value that has no JSON form ({error})"))
}

/// Everything a bundle is made from. Nothing else influences its bytes.
#[derive(Debug, Clone)]
pub struct CompileInput<'a> {
    /// Identifier of the project: 1 to 64 letters, digits, `-` and `_`.
    pub project_id: &'a str,
    /// The version the user gave: 1 to 100 printable characters.
    pub version: &'a str,
    /// What the user wrote.
    pub source: Source<'a>,
    /// The secret from which probe hosts are derived; the same on every member of the cluster.
    pub marker_key: &'a [u8; 32],
    /// What the operations listener serves.
    pub operations: OperationsOptions,
    /// Files that travel along, in any order.
    pub extra_files: Vec<ExtraFile>,
}

/// A compiled bundle.
#[derive(Debug, Clone)]
pub struct Artefact {
    /// The `.tar.zst` file.
    pub archive: Vec<u8>,
    /// SHA-256 of `archive`; names the blob.
    pub digest: [u8; 32],
    /// SHA-256 of `manifest.json`; what is signed.
    pub manifest_digest: [u8; 32],
    /// The manifest.
    pub manifest: Manifest,
    /// `sbom.cdx.json`.
    pub sbom: String,
    /// `zentinel.kdl` or `zentinel.json`: the template a node renders.
    pub compiled: String,
    /// The user's configuration, parsed, with node variables in its addresses as they are written.
    pub config: Config,
    /// Findings that do not block.
    pub warnings: Vec<Problem>,
}

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The configuration has problems.
    #[error("the configuration has {} problem(s); the first: {}", .0.len(), .0.first().map_or_else(String::new, ToString::to_string))]
    Invalid(Vec<Problem>),
    /// Project, version or extra files are not acceptable.
    #[error("{0}")]
    Input(String),
    /// The generated parts changed something of the user's configuration, or are not effective.
    #[error("the compiled configuration differs from the source in {0}; this is a defect, please report it")]
    Altered(String),
    /// The archive could not be written, or would not be readable.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The manifest could not be written.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The bill of materials could not be written.
    #[error(transparent)]
    Sbom(#[from] SbomError),
}

/// Compiles a bundle. The same input gives the same bytes on every machine.
///
/// The calling thread waits for a parser thread; do not call this on an asynchronous worker.
///
/// # Errors
/// [`CompileError`].
pub fn compile(input: &CompileInput<'_>) -> Result<Artefact, CompileError> {
    let mut input = input.clone();
    input.extra_files.sort_by(|a, b| a.path.cmp(&b.path));
    check_input(&input)?;
    let written = input.source.written()?;
    let digest = marker::input_digest(&input, &written);
    let token = marker::token(input.marker_key, &digest);
    let host = marker::host(&token);
    let made = match input.source {
        Source::Text(text) => from_text::make(text, &host, input.operations),
        Source::Document(document) => from_document::make(document, &host, input.operations),
    }?;

    let form = input.source.form();
    let stores: Vec<_> =
        made.trust_stores.iter().map(|(slug, pem)| (trust_stores::path(slug), pem.as_str())).collect();
    let content = Content {
        form,
        compiled: made.template,
        source: &written,
        trust_stores: &stores,
        extra: &input.extra_files,
    };
    let mut entries = content.entries();
    let sbom = sbom::render(&input, &digest, &made.config, &entries)?;
    entries.insert(content.configuration().len(), file_entry(archive::SBOM, sbom.as_bytes()));
    let checksums = checksums(entries.iter());
    entries.insert(0, file_entry(archive::CHECKSUMS, checksums.as_bytes()));
    let manifest = Manifest {
        format: FORMAT,
        project_id: input.project_id.to_owned(),
        version: input.version.to_owned(),
        proxy: Proxy { name: "zentinel".to_owned(), validated_with: PROXY_VERSION.to_owned() },
        files: entries,
        probe: Probe { host, token, path: "/".to_owned(), route: MARKER_ROUTE.to_owned() },
        operations: operations(beside(input.operations, &made.secrets)),
        metrics: made
            .metrics_address
            .map(|address| Metrics { address, path: made.config.observability.metrics.path.clone() }),
        variables: made.variables,
        listeners: made.listeners,
        counts: counts(&made.config),
        needs: made.needs,
        secrets: made.secrets,
        certificates: made.certificates,
        trust_stores: made.trust_stores.keys().cloned().collect(),
    };
    let manifest_bytes = manifest.to_bytes()?;
    let manifest_digest = sha256(&manifest_bytes);
    let mut files =
        vec![(archive::MANIFEST, manifest_bytes.as_slice()), (archive::CHECKSUMS, checksums.as_bytes())];
    files.extend(content.configuration());
    files.push((archive::SBOM, sbom.as_bytes()));
    files.extend(content.extra());
    let archive = archive::write(&files)?;
    // What a node would refuse must not be published.
    archive::check(&archive, &archive::OpenLimits::default())?;
    Ok(Artefact {
        digest: sha256(&archive),
        archive,
        manifest_digest,
        manifest,
        sbom,
        compiled: content.compiled,
        config: made.config,
        warnings: made.warnings,
    })
}

/// The user's configuration in a bundle, as it was when that was compiled; node variables stand in its addresses as they are written.
///
/// The calling thread waits for a parser thread; do not call this on an asynchronous worker.
///
/// # Errors
/// It would not be compiled any more.
pub fn configuration(bundle: &OpenBundle) -> Result<Config, Vec<Problem>> {
    let source = bundle.source().unwrap_or_default();
    match bundle.form() {
        Form::Text => validate(source, &ValidateContext::default()).map(|validated| validated.config),
        Form::Document => {
            let document: Document = serde_json::from_str(source)
                .map_err(|error| vec![Problem::new("document-unreadable", error.to_string())])?;
            emit(&document).map(|emitted| emitted.config)
        }
    }
}

/// What a source comes to.
struct Made {
    /// What a node renders.
    template: String,
    /// The user's configuration, without what was added.
    config: Config,
    warnings: Vec<Problem>,
    variables: Vec<Variable>,
    listeners: Vec<ListenerEntry>,
    /// The address of the metrics server, absent when it is turned off.
    metrics_address: Option<String>,
    needs: Vec<String>,
    /// The secrets that it names.
    secrets: Vec<String>,
    /// The certificates that its listeners show.
    certificates: Vec<String>,
    /// The trust stores that its listeners name, with their content.
    trust_stores: BTreeMap<String, String>,
}

/// The texts and files of a bundle, in the order of the archive.
struct Content<'a> {
    form: Form,
    compiled: String,
    source: &'a str,
    trust_stores: &'a [(String, &'a str)],
    extra: &'a [ExtraFile],
}

impl Content<'_> {
    fn configuration(&self) -> [(&str, &[u8]); 2] {
        [(self.form.compiled(), self.compiled.as_bytes()), (self.form.source(), self.source.as_bytes())]
    }

    fn extra(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let stores = self.trust_stores.iter().map(|(path, pem)| (path.as_str(), pem.as_bytes()));
        stores.chain(self.extra.iter().map(|file| (file.path.as_str(), file.content.as_slice())))
    }

    /// All of them in a manifest: the digest of a large file takes a while, so it is made once.
    fn entries(&self) -> Vec<FileEntry> {
        let files = self.configuration().into_iter().chain(self.extra());
        files.map(|(path, content)| file_entry(path, content)).collect()
    }
}

/// What is served beside a configuration that names secrets: not the configuration, which has their values on a node.
fn beside(options: OperationsOptions, secrets: &[String]) -> OperationsOptions {
    OperationsOptions { config: options.config && secrets.is_empty(), ..options }
}

fn operations(options: OperationsOptions) -> Operations {
    Operations {
        listener: OPERATIONS.to_owned(),
        namespace: OPERATIONS.to_owned(),
        address: node_vars::reference(node_vars::OPS_ADDR),
        status_path: "/status".to_owned(),
        config_path: options.config.then(|| "/config".to_owned()),
        metrics_path: options.metrics.then(|| "/metrics".to_owned()),
    }
}

fn counts(config: &Config) -> Counts {
    Counts {
        routes: config.routes.len() as u64,
        upstreams: config.upstreams.len() as u64,
        filters: config.filters.len() as u64,
        agents: config.agents.len() as u64,
    }
}

fn check_input(input: &CompileInput<'_>) -> Result<(), CompileError> {
    let refuse = |message: String| Err(CompileError::Input(message));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !(1..=64).contains(&input.project_id.len()) || !input.project_id.chars().all(plain) {
        return refuse("a project identifier has 1 to 64 letters, digits, `-` and `_`".to_owned());
    }
    let length = input.version.chars().count();
    if !(1..=MAX_VERSION_CHARS).contains(&length) || input.version.chars().any(char::is_control) {
        return refuse(format!("a version has 1 to {MAX_VERSION_CHARS} printable characters"));
    }
    if input.extra_files.len() > MAX_EXTRA_FILES {
        return refuse(format!("a bundle may have at most {MAX_EXTRA_FILES} extra files"));
    }
    let mut paths = BTreeSet::new();
    for file in &input.extra_files {
        if !file.path.starts_with("files/") || !archive::is_plain_path(&file.path) {
            return refuse(format!(
                "`{}` is not a plain relative path below files/",
                crate::words::shown(&file.path)
            ));
        }
        if !paths.insert(file.path.as_str()) {
            return refuse(format!("the file `{}` is given twice", crate::words::shown(&file.path)));
        }
    }
    let total = input.extra_files.iter().map(|file| file.content.len()).sum::<usize>();
    if total > MAX_CONTENT_BYTES {
        return refuse(format!(
            "the extra files have {total} bytes together, at most {MAX_CONTENT_BYTES} are allowed"
        ));
    }
    Ok(())
}
