//! Structured logs on stderr, with the same field names everywhere.

use anyhow::Context;
use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

/// How to log.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// What to log, such as `info` or `info,openraft=debug`
    #[arg(long, global = true, env = "SENTINEL_CP_LOG", value_name = "FILTER")]
    log: Option<String>,
    /// How a log line looks
    #[arg(long, global = true, env = "SENTINEL_CP_LOG_FORMAT", value_enum, default_value_t = Format::Text)]
    log_format: Format,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// One readable line
    Text,
    /// One JSON object
    Json,
}

/// Starts logging for this process. openraft tells of each of its steps at `info`, and of each try
/// to reach a member that is away at `warn`: both are our `debug`.
pub fn start(options: &Options, default: &str) -> anyhow::Result<()> {
    let quieter = if default == "error" { "" } else { ",openraft=error" };
    let wanted = options.log.clone().unwrap_or_else(|| format!("{default}{quieter}"));
    let filter = EnvFilter::try_new(&wanted).with_context(|| format!("--log {wanted}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match options.log_format {
        Format::Text => builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init(),
        Format::Json => builder.json().flatten_event(true).init(),
    }
    Ok(())
}
