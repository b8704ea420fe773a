//! How a node finds the cluster and joins a project: asked of an agent and of simulated nodes in the same words.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use sentinel_api_types::Secret;

use crate::trust::TrustArgs;

/// Flags of whoever enrols nodes.
#[derive(Args, Clone, Debug)]
pub struct EnrolmentArgs {
    /// Base URL of a member; several may be given
    #[arg(
        long = "server",
        env = "SENTINEL_CP_SERVERS",
        value_name = "URL",
        value_delimiter = ',',
        required = true
    )]
    pub servers: Vec<String>,
    #[command(flatten)]
    pub trust: TrustArgs,
    /// Slug of the project to join
    #[arg(long, env = "SENTINEL_CP_PROJECT", value_name = "SLUG")]
    pub project: String,
    /// Proves that nodes may join the project; each needs it once
    #[arg(
        long,
        env = "SENTINEL_CP_ENROLMENT_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN",
        conflicts_with = "enrolment_token_file"
    )]
    pub enrolment_token: Option<String>,
    /// A file with the enrolment token
    #[arg(long, env = "SENTINEL_CP_ENROLMENT_TOKEN_FILE", value_name = "FILE")]
    pub enrolment_token_file: Option<PathBuf>,
}

impl EnrolmentArgs {
    /// The enrolment token, from wherever it was given.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn token(&self) -> anyhow::Result<Option<Secret>> {
        if let Some(token) = &self.enrolment_token {
            return Ok(Some(Secret::new(token.trim())));
        }
        let Some(file) = &self.enrolment_token_file else { return Ok(None) };
        let text =
            std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Some(Secret::new(text.trim())))
    }
}
