//! The beginning of a cluster, in words.

use std::process::ExitCode;

use crate::ctl::output::{Output, Table};
use crate::server::{self, InitArgs, Initialized};

/// Prepares the first member.
pub async fn run(args: InitArgs, output: Output) -> anyhow::Result<ExitCode> {
    let made = server::init(args).await?;
    output.print(&made, table)?;
    Ok(ExitCode::SUCCESS)
}

fn table(made: &Initialized) -> Table {
    let mut table = Table::facts();
    table.fact("Cluster", made.cluster_id.to_string());
    table.fact("CA", format!("sha256:{}", made.ca_fingerprint));
    table.fact("Key", format!("{}; keep a copy apart from the data", made.key));
    table.fact("Administrator", made.admin.clone());
    table.fact("Password", made.password.clone());
    if made.password.is_some() {
        table.note("Keep the password now: it is not shown again.");
    }
    table.note(format!("Start the member: sentinel-cp server --data-dir {}", made.data_dir.display()));
    table
}
