//! A configuration goes to the cluster, and what is wrong with it comes back.

use std::path::Path;
use std::process::ExitCode;

use sentinel_api_types::Problem;
use sentinel_api_types::bundle::{BundleCreate, BundleValidate};
use sentinel_api_types::error::code;
use sentinel_bundle::limits::MAX_SOURCE_BYTES;
use sentinel_client::ClientError;

use super::facts;
use crate::ctl::connection::Connection;
use crate::ctl::failure::{self, Refused};
use crate::ctl::output::{self, Output};
use crate::ctl::problems::render;
use crate::ctl::source::read;

/// Makes a bundle.
pub async fn create(
    connection: &Connection,
    project: &str,
    file: Option<&Path>,
    version: String,
) -> anyhow::Result<ExitCode> {
    let (name, config_source) = match file {
        Some(file) => {
            let (name, text) = read(file, MAX_SOURCE_BYTES, "a configuration")?;
            (name, Some(text))
        }
        None => (format!("the configuration of {project}"), None),
    };
    let request = BundleCreate { version, config_source };
    match connection.client.create_bundle(project, &request).await {
        Ok(made) => {
            connection.output.print(&made, |made| facts(&made.bundle))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => match problems(&error) {
            // Programs get the refusal as it is, with the problems in its details.
            Some(problems) if connection.output == Output::Table => {
                let text = request.config_source.unwrap_or_default();
                eprint!("{}", render("error", &problems, &name, &text));
                eprintln!("error: {} of {name} refused: no bundle was made", count(problems.len()));
                Err(Refused.into())
            }
            _ => Err(error.into()),
        },
    }
}

/// Looks for problems.
pub async fn validate(connection: &Connection, project: &str, file: &Path) -> anyhow::Result<ExitCode> {
    let (name, config_source) = read(file, MAX_SOURCE_BYTES, "a configuration")?;
    let request = BundleValidate { config_source, version: None };
    let found = connection.client.validate_bundle(project, &request).await?;
    match connection.output {
        Output::Table => {
            eprint!("{}", render("error", &found.problems, &name, &request.config_source));
            eprint!("{}", render("warning", &found.warnings, &name, &request.config_source));
            let verdict = if found.valid { "valid" } else { "NOT valid" };
            let (problems, warnings) = (found.problems.len(), found.warnings.len());
            output::text(&format!("{name} is {verdict}: {}, {warnings} warnings\n", count(problems)))?;
        }
        programs => programs.whole(&found)?,
    }
    Ok(ExitCode::from(if found.valid { failure::OK } else { failure::REFUSED }))
}

fn count(problems: usize) -> String {
    if problems == 1 { "1 problem".to_owned() } else { format!("{problems} problems") }
}

/// The problems of a refused configuration.
fn problems(error: &ClientError) -> Option<Vec<Problem>> {
    let ClientError::Api(refusal) = error else { return None };
    if refusal.code != code::INVALID_CONFIG {
        return None;
    }
    let problems = refusal.details.as_ref()?.get("problems")?;
    serde_json::from_value(problems.clone()).ok()
}
