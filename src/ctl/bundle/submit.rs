//! A configuration goes to the cluster, and what is wrong with it comes back.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
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

/// Makes a bundle.
pub async fn create(
    connection: &Connection,
    project: &str,
    file: &Path,
    version: String,
) -> anyhow::Result<ExitCode> {
    let (name, config_source) = read(file)?;
    let request = BundleCreate { version, config_source };
    match connection.client.create_bundle(project, &request).await {
        Ok(made) => {
            connection.output.print(&made, |made| facts(&made.bundle))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => match problems(&error) {
            // Programs get the refusal as it is, with the problems in its details.
            Some(problems) if connection.output == Output::Table => {
                eprint!("{}", render("error", &problems, &name, &request.config_source));
                eprintln!("error: {} of {name} refused: no bundle was made", count(problems.len()));
                Err(Refused.into())
            }
            _ => Err(error.into()),
        },
    }
}

/// Looks for problems.
pub async fn validate(connection: &Connection, project: &str, file: &Path) -> anyhow::Result<ExitCode> {
    let (name, config_source) = read(file)?;
    let request = BundleValidate { config_source, version: None };
    let found = connection.client.validate_bundle(project, &request).await?;
    match connection.output {
        Output::Json => output::json(&found)?,
        Output::Table => {
            eprint!("{}", render("error", &found.problems, &name, &request.config_source));
            eprint!("{}", render("warning", &found.warnings, &name, &request.config_source));
            let verdict = if found.valid { "valid" } else { "NOT valid" };
            let (problems, warnings) = (found.problems.len(), found.warnings.len());
            output::text(&format!("{name} is {verdict}: {}, {warnings} warnings\n", count(problems)))?;
        }
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

/// The name for messages, and the text. Too much of it is refused here already.
fn read(file: &Path) -> anyhow::Result<(String, String)> {
    let (name, bytes) = if file == Path::new("-") {
        let mut bytes = Vec::new();
        let mut input = std::io::stdin().lock().take(MAX_SOURCE_BYTES as u64 + 1);
        input.read_to_end(&mut bytes).context("cannot read standard input")?;
        ("standard input".to_owned(), bytes)
    } else {
        let size = fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?.len();
        if size > MAX_SOURCE_BYTES as u64 {
            bail!("{} has {size} bytes; a configuration may have {MAX_SOURCE_BYTES}", file.display());
        }
        (
            file.display().to_string(),
            fs::read(file).with_context(|| format!("cannot read {}", file.display()))?,
        )
    };
    if bytes.len() > MAX_SOURCE_BYTES {
        bail!("{name} is longer than {MAX_SOURCE_BYTES} bytes, which is what a configuration may have");
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text)),
        Err(error) => {
            bail!("{name} is not UTF-8 text: a wrong byte at offset {}", error.utf8_error().valid_up_to())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_configuration_is_a_text_of_limited_length() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("edge.kdl");
        fs::write(&file, "routes {}\n").unwrap();
        assert_eq!(read(&file).unwrap().1, "routes {}\n");
        fs::write(&file, b"routes \xff").unwrap();
        assert!(read(&file).unwrap_err().to_string().contains("offset 7"));
        fs::write(&file, vec![b' '; MAX_SOURCE_BYTES + 1]).unwrap();
        assert!(read(&file).unwrap_err().to_string().contains("may have"));
        assert!(read(&folder.path().join("none.kdl")).is_err());
    }
}
