//! What a bundle names and does not have: secrets and certificates of its project.

use sentinel_api_types::Problem;
use sentinel_machine::{Read, certificate, secret};
use sentinel_model::ProjectId;

use crate::error::AppError;

/// Refuses a bundle that names secrets or certificates which the project does not have. A secret may be for some nodes alone: the others refuse the bundle.
pub(super) fn require_known(
    read: &dyn Read,
    project: ProjectId,
    (names, slugs): (&[String], &[String]),
) -> Result<(), AppError> {
    let unknown = |code: &str, message: String, help: String| Problem {
        line: None,
        column: None,
        path: None,
        code: code.to_owned(),
        message,
        help: Some(help),
    };
    let mut problems = Vec::new();
    for name in names {
        if !secret::has_name(read, project, name)? {
            let message = format!("the project has no secret {name}");
            problems.push(unknown(
                "secret-unknown",
                message,
                format!("make it: sentinel-cp secret create {name}"),
            ));
        }
    }
    for slug in slugs {
        if certificate::find(read, project, slug)?.is_none_or(|found| found.current().is_none()) {
            let message = format!("the project has no certificate {slug}, or has not got it yet");
            let help = format!("upload it: sentinel-cp certificate upload {slug} --help");
            problems.push(unknown("certificate-unknown", message, help));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(AppError::InvalidConfig(problems)) }
}
