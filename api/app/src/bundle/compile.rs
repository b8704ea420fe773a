//! Compiling, judging and signing, on a blocking thread.

use bytes::Bytes;
use sentinel_api_types::Problem;
use sentinel_api_types::bundle::BundleValidation;
use sentinel_bundle::archive::{self, OpenLimits};
use sentinel_bundle::compile::{
    Artefact, CompileError, CompileInput, OperationsOptions, Source, compile, configuration,
};
use sentinel_bundle::risk;
use sentinel_bundle::sign::Signer;
use sentinel_bundle::validate::{self, ValidateContext};
use sentinel_model::Sha256Digest;
use sentinel_model::bundle::RiskLevel;
use sentinel_model::config::Document;
use sentinel_model::risk::Outline;
use zeroize::Zeroizing;

use crate::error::AppError;

/// The finding that stands for "all parsers are busy", not for a fault of the text.
const PARSERS_BUSY: &str = "parser-unavailable";

/// Against what the risk of a new bundle is judged.
pub(super) enum Previous {
    /// The project has no bundle yet.
    None,
    /// The newest bundle.
    Archive(Bytes),
    /// There is one, and nobody has its bytes.
    Unreadable,
}

/// What a bundle is made of.
pub(super) enum Written {
    /// A text.
    Text(String),
    /// The configuration that the project has.
    Document(Box<Document>),
}

/// Everything that a compilation needs.
pub(super) struct Job {
    pub(super) project_id: String,
    pub(super) version: String,
    pub(super) written: Written,
    pub(super) marker_key: Zeroizing<[u8; 32]>,
    pub(super) signing_seed: Zeroizing<[u8; 32]>,
    pub(super) previous: Previous,
}

/// A compiled and signed bundle.
pub(super) struct Compiled {
    pub(super) archive: Bytes,
    pub(super) digest: Sha256Digest,
    pub(super) manifest_digest: Sha256Digest,
    pub(super) signature: Vec<u8>,
    pub(super) risk_level: RiskLevel,
    pub(super) risk_reasons: Vec<String>,
    pub(super) warnings: Vec<String>,
    pub(super) outline: Option<Outline>,
    /// The secrets that it names.
    pub(super) secrets: Vec<String>,
    /// The certificates that its listeners show.
    pub(super) certificates: Vec<String>,
}

impl Job {
    pub(super) fn run(self) -> Result<Compiled, AppError> {
        let input = CompileInput {
            project_id: &self.project_id,
            version: &self.version,
            source: match &self.written {
                Written::Text(text) => Source::Text(text),
                Written::Document(document) => Source::Document(document),
            },
            marker_key: &self.marker_key,
            operations: OperationsOptions::default(),
            extra_files: Vec::new(),
        };
        let artefact = compile(&input).map_err(refusal)?;
        let (risk_level, risk_reasons) = judge(&self.previous, &artefact)?;
        let signature = Signer::from_seed(&self.signing_seed).sign(&artefact.manifest_digest);
        Ok(Compiled {
            digest: super::digest(artefact.digest),
            manifest_digest: super::digest(artefact.manifest_digest),
            signature: signature.to_vec(),
            risk_level,
            risk_reasons,
            outline: risk::outline(&artefact.config).map_err(AppError::internal)?,
            secrets: artefact.manifest.secrets,
            certificates: artefact.manifest.certificates,
            warnings: artefact.warnings.iter().map(ToString::to_string).collect(),
            archive: artefact.archive.into(),
        })
    }
}

fn refusal(error: CompileError) -> AppError {
    match error {
        CompileError::Invalid(problems) => refused(problems),
        CompileError::Input(message) => AppError::invalid("config_source", message),
        CompileError::Altered(_)
        | CompileError::Archive(_)
        | CompileError::Manifest(_)
        | CompileError::Sbom(_) => AppError::internal(error),
    }
}

pub(super) fn refused(problems: Vec<sentinel_bundle::Problem>) -> AppError {
    if problems.iter().any(|problem| problem.code == PARSERS_BUSY) {
        return AppError::Busy("compilations");
    }
    AppError::InvalidConfig(problems.into_iter().map(shape).collect())
}

/// Validates without compiling.
pub(super) fn validate(source: &str) -> Result<BundleValidation, AppError> {
    match validate::validate(source, &ValidateContext::default()) {
        Ok(valid) => Ok(BundleValidation {
            valid: true,
            problems: Vec::new(),
            warnings: valid.warnings.into_iter().map(shape).collect(),
            checksum: None,
        }),
        Err(problems) => match refused(problems) {
            AppError::InvalidConfig(problems) => {
                Ok(BundleValidation { valid: false, problems, warnings: Vec::new(), checksum: None })
            }
            other => Err(other),
        },
    }
}

/// Digest of the archive that compiling would make.
pub(super) fn rehearse(
    project_id: &str,
    version: &str,
    source: &str,
    marker_key: &Zeroizing<[u8; 32]>,
) -> Result<Sha256Digest, AppError> {
    let input = CompileInput {
        project_id,
        version,
        source: Source::Text(source),
        marker_key,
        operations: OperationsOptions::default(),
        extra_files: Vec::new(),
    };
    compile(&input).map(|artefact| super::digest(artefact.digest)).map_err(refusal)
}

fn judge(previous: &Previous, artefact: &Artefact) -> Result<(RiskLevel, Vec<String>), AppError> {
    // What cannot be compared is not harmless.
    let unreadable = || (RiskLevel::Medium, vec!["previous_unreadable".to_owned()]);
    let before = match previous {
        Previous::Unreadable => return Ok(unreadable()),
        Previous::None => None,
        Previous::Archive(bytes) => {
            let Ok(opened) = archive::open(bytes, &OpenLimits::default()) else { return Ok(unreadable()) };
            match configuration(&opened) {
                Ok(config) => Some(config),
                Err(_) => return Ok(unreadable()),
            }
        }
    };
    let risk = risk::score(before.as_ref(), &artefact.config).map_err(AppError::internal)?;
    Ok((risk.level, risk.reasons))
}

/// A finding as the API shows it.
pub(crate) fn shape(problem: sentinel_bundle::Problem) -> Problem {
    Problem {
        line: problem.line,
        column: problem.column,
        path: problem.path,
        code: problem.code.to_owned(),
        message: problem.message,
        help: problem.help,
    }
}
