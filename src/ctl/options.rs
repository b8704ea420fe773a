//! What every command takes: which cluster, which project, how to answer.

use clap::Args;

use super::output::Output;
use crate::trust::TrustArgs;

/// Options of every command that talks to a cluster.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Connection")]
pub struct Options {
    /// Base URL of a member; several, separated by commas, are tried in turn. When left out: the members that the login knows, or
    /// http://127.0.0.1:4000 without one
    #[arg(
        long,
        global = true,
        env = "SENTINEL_CP_SERVER",
        hide_env_values = true,
        value_name = "URL",
        value_delimiter = ','
    )]
    pub server: Vec<String>,
    #[command(flatten)]
    pub trust: TrustArgs,
    /// Slug of the project; may be left out by whoever is signed in and sees only one, not with an API key
    #[arg(
        short,
        long,
        global = true,
        env = "SENTINEL_CP_PROJECT",
        hide_env_values = true,
        value_name = "SLUG"
    )]
    pub project: Option<String>,
    /// Which of the stored logins to use
    #[arg(long, global = true, env = "SENTINEL_CP_CONTEXT", hide_env_values = true, value_name = "NAME")]
    pub context: Option<String>,
    /// When only looking: take what one member has at hand, however old; works without a majority of members
    #[arg(long, global = true)]
    pub stale: bool,
    /// How to answer
    #[arg(short, long, global = true, value_enum, default_value_t = Output::Table, value_name = "FORMAT")]
    pub output: Output,
}
