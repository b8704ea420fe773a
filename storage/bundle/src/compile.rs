//! From a configuration text to a bundle.
//!
//! The user's text is kept as it is; what the control plane needs is appended in a marked section, and a metrics
//! address is inserted on the line of an existing block, so that line numbers stay the same. The result is parsed
//! again with the proxy's own crate and compared: every setting of the user must have the value it had, and the
//! generated objects must be there.

mod compare;
mod inject;

#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeSet;

use zentinel_config::Config;

use crate::archive::{self, ArchiveError};
use crate::limits::{MAX_CONTENT_BYTES, MAX_EXTRA_FILES, MAX_VERSION_CHARS};
use crate::manifest::{
    Counts, FORMAT, FileEntry, Manifest, ManifestError, Metrics, Operations, Probe, Proxy, checksums,
    file_entry, sha256,
};
use crate::marker;
use crate::node_vars::{self, Variable, VariableKind};
use crate::problem::Problem;
use crate::sbom::{self, SbomError};
use crate::schema::PROXY_VERSION;
use crate::validate::{Reserved, ValidateContext, examine};

/// The identifier of the generated marker route.
pub const MARKER_ROUTE: &str = "sentinel-revision";

/// The identifier of the generated listener and of its namespace.
pub const OPERATIONS: &str = "sentinel-ops";

/// The priority of the marker route: above everything a user may write.
pub const MARKER_PRIORITY: i32 = 1_000_000;

/// What the operations listener serves besides the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationsOptions {
    /// `/config`: the configuration the proxy stored, including secrets written into it.
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

/// Everything a bundle is made from. Nothing else influences its bytes.
#[derive(Debug, Clone)]
pub struct CompileInput<'a> {
    /// Identifier of the project: 1 to 64 letters, digits, `-` and `_`.
    pub project_id: &'a str,
    /// The version the user gave: 1 to 100 printable characters.
    pub version: &'a str,
    /// The configuration text.
    pub config_source: &'a str,
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
    /// `zentinel.kdl`: the template a node renders.
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
    let (source, mut values) =
        examine(input.config_source, &ValidateContext::default(), None).map_err(CompileError::Invalid)?;
    let digest = marker::input_digest(&input);
    let token = marker::token(input.marker_key, &digest);
    let host = marker::host(&token);
    let injected = inject::inject(input.config_source, &host, input.operations).map_err(|problem| {
        // The source was read before, so this concerns a form the injection does not handle.
        CompileError::Invalid(vec![problem])
    })?;
    let taken = values.values().fold(input.config_source.to_owned(), |text, value| text + " " + value);
    let own = [node_vars::OPS_ADDR, node_vars::METRICS_ADDR]
        .map(|name| Variable { name: name.to_owned(), kind: VariableKind::Address });
    for (name, value) in node_vars::stand_ins(&taken, &own) {
        values.entry(name).or_insert(value);
    }
    let context = ValidateContext { reserved: Reserved::Allowed, second_key_check: true };
    let (compiled, _) = examine(&injected.text, &context, Some(&values)).map_err(CompileError::Invalid)?;
    compare::unchanged(&source.config, compiled.config, &host, &injected).map_err(CompileError::Altered)?;

    let content = Content { compiled: injected.text, source: input.config_source, extra: &input.extra_files };
    let sbom = sbom::render(&input, &digest, &source.config, &content.configuration_files())?;
    let mut files: Vec<(String, Vec<u8>)> = content.files(&sbom);
    let listed: Vec<FileEntry> = files.iter().map(|(path, bytes)| file_entry(path, bytes)).collect();
    files.insert(0, ("checksums.txt".to_owned(), checksums(listed.iter()).into_bytes()));
    let manifest = Manifest {
        format: FORMAT,
        project_id: input.project_id.to_owned(),
        version: input.version.to_owned(),
        proxy: Proxy { name: "zentinel".to_owned(), validated_with: PROXY_VERSION.to_owned() },
        files: files.iter().map(|(path, bytes)| file_entry(path, bytes)).collect(),
        probe: Probe { host, token, path: "/".to_owned(), route: MARKER_ROUTE.to_owned() },
        operations: operations(input.operations),
        metrics: injected
            .metrics_address
            .map(|address| Metrics { address, path: source.config.observability.metrics.path.clone() }),
        variables: compiled.variables,
        listeners: injected.listeners,
        counts: counts(&source.config),
    };
    let manifest_bytes = manifest.to_bytes()?;
    let manifest_digest = sha256(&manifest_bytes);
    files.insert(0, ("manifest.json".to_owned(), manifest_bytes));
    let archive = archive::write(&files)?;
    // What a node would refuse must not be published.
    archive::open(&archive, &archive::OpenLimits::default())?;
    Ok(Artefact {
        digest: sha256(&archive),
        archive,
        manifest_digest,
        manifest,
        sbom,
        compiled: content.compiled,
        config: source.config,
        warnings: source.warnings,
    })
}

/// The texts and files of a bundle, in the order of the archive.
struct Content<'a> {
    compiled: String,
    source: &'a str,
    extra: &'a [ExtraFile],
}

impl Content<'_> {
    fn configuration_files(&self) -> Vec<FileEntry> {
        let mut files = vec![
            file_entry(archive::COMPILED, self.compiled.as_bytes()),
            file_entry(archive::SOURCE, self.source.as_bytes()),
        ];
        files.extend(self.extra.iter().map(|file| file_entry(&file.path, &file.content)));
        files
    }

    fn files(&self, sbom: &str) -> Vec<(String, Vec<u8>)> {
        let mut files = vec![
            (archive::COMPILED.to_owned(), self.compiled.clone().into_bytes()),
            (archive::SOURCE.to_owned(), self.source.as_bytes().to_vec()),
            (archive::SBOM.to_owned(), sbom.as_bytes().to_vec()),
        ];
        files.extend(self.extra.iter().map(|file| (file.path.clone(), file.content.clone())));
        files
    }
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
