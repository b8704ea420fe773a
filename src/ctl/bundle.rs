//! Bundles.

mod fetch;
mod submit;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use sentinel_api_types::bundle::{
    Bundle, BundleAssign, BundleDiffQuery, BundleList, BundleStatus, BundlesQuery,
};
use sentinel_api_types::node::{Node, NodesQuery};
use sentinel_model::BundleId;

use super::connection::Connection;
use super::failure::{self, NotFound};
use super::options::Options;
use super::output::{self, Output, Table};
use super::paging::{self, Paging, more};
use super::words::{at, offer, read, size, word};
use super::{node, terminal};

/// Most nodes that are looked at before a bundle is revoked.
const NODES_MAX: u32 = 10_000;

/// What can be done with bundles.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp bundle validate edge.kdl --project shop
  sentinel-cp bundle create edge.kdl --version 1.4.0 --project shop
  sentinel-cp bundle download 1.4.0 --to shop-1.4.0.tar.zst --project shop
  sentinel-cp bundle verify shop-1.4.0.tar.zst --key key.pem

A bundle is named by its version or its id.

{}", failure::EXIT_CODES))]
pub enum BundleCommand {
    /// Compile a configuration into a signed bundle
    #[command(after_help = "Examples:
  sentinel-cp bundle create edge.kdl --version 1.4.0 --project shop
  generate-config | sentinel-cp bundle create - --version 1.4.0 --project shop
  sentinel-cp bundle create --version 1.4.0 --project shop

Without a file the bundle is made of the configuration that the project has: sentinel-cp config check says what would be refused.
What is wrong with a configuration is shown as FILE:LINE:COLUMN with the line. Exit code 4 when it is refused.")]
    Create {
        /// Configuration of the proxy in KDL; - reads standard input. When left out, the bundle is made of the configuration that the
        /// project has (sentinel-cp config)
        file: Option<PathBuf>,
        /// Unique in the project
        #[arg(long)]
        version: String,
    },
    /// Look for problems in a configuration without keeping it
    #[command(after_help = "Examples:\n  sentinel-cp bundle validate edge.kdl --project shop\n
Exit code 4 when there is a problem; warnings alone are fine.")]
    Validate {
        /// Configuration of the proxy in KDL; - reads standard input
        file: PathBuf,
    },
    /// List bundles, newest first
    #[command(after_help = "Examples:\n  sentinel-cp bundle list --project shop --status revoked")]
    List {
        /// compiled or revoked
        #[arg(long, value_parser = read::<BundleStatus>)]
        status: Option<BundleStatus>,
        #[command(flatten)]
        paging: Paging,
    },
    /// Show a bundle
    #[command(after_help = "Examples:\n  sentinel-cp bundle show 1.4.0 --project shop")]
    Show {
        /// Version or id
        bundle: String,
    },
    /// Print a bundle's configuration
    #[command(after_help = "Examples:\n  sentinel-cp bundle source 1.4.0 --project shop > edge.kdl")]
    Source {
        /// Version or id
        bundle: String,
        /// As nodes get it, instead of as it was written
        #[arg(long)]
        compiled: bool,
    },
    /// Compare the configurations of two bundles
    #[command(after_help = "Examples:\n  sentinel-cp bundle diff 1.3.0 1.4.0 --project shop")]
    Diff {
        /// Version or id of the older one
        old: String,
        /// Version or id of the newer one
        new: String,
    },
    /// Fetch a bundle's archive and, beside it, its signature
    #[command(after_help = "Examples:\n  sentinel-cp bundle download 1.4.0 --project shop
  sentinel-cp bundle download 1.4.0 --to shop.tar.zst --project shop\n
Writes FILE and FILE.sig, which `bundle verify` reads. What arrived is checked against the manifest first.")]
    Download {
        /// Version or id
        bundle: String,
        /// Where to; PROJECT-VERSION.tar.zst when left out
        #[arg(short = 'f', long, value_name = "FILE")]
        to: Option<PathBuf>,
        /// Write over a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Check a bundle file and its signature, without any server
    Verify(verify::VerifyArgs),
    /// Print a bundle's bill of materials (CycloneDX)
    #[command(after_help = "Examples:\n  sentinel-cp bundle sbom 1.4.0 --project shop > sbom.cdx.json")]
    Sbom {
        /// Version or id
        bundle: String,
    },
    /// Give a bundle to nodes at once, without a rollout
    #[command(after_help = "Examples:\n  sentinel-cp bundle assign 1.4.0 edge-1 edge-2 --project shop\n
No gate watches this. For more than a node or two, use sentinel-cp rollout create.")]
    Assign {
        /// Version or id
        bundle: String,
        /// Names or ids of the nodes
        #[arg(required = true)]
        nodes: Vec<String>,
    },
    /// Never hand a bundle out again
    #[command(after_help = "Examples:\n  sentinel-cp bundle revoke 1.4.0 --project shop --yes\n
Nodes that run it go on running it until they are given another one.")]
    Revoke {
        /// Version or id
        bundle: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

impl BundleCommand {
    /// Whether it only looks at what the cluster has. Validating and verifying take nothing from there.
    pub fn reads(&self) -> bool {
        matches!(
            self,
            BundleCommand::List { .. }
                | BundleCommand::Show { .. }
                | BundleCommand::Source { .. }
                | BundleCommand::Diff { .. }
                | BundleCommand::Download { .. }
                | BundleCommand::Sbom { .. }
        )
    }
}

/// Carries it out. `verify` asks no cluster, so the connection is made here.
pub async fn run(command: BundleCommand, options: &Options) -> anyhow::Result<ExitCode> {
    if let BundleCommand::Verify(args) = &command {
        return verify::run(args, options.output);
    }
    let connection = &Connection::open(options)?;
    let Connection { client, output, .. } = connection;
    let project = connection.project().await?;
    match command {
        BundleCommand::Create { file, version } => {
            submit::create(connection, &project, file.as_deref(), version).await
        }
        BundleCommand::Validate { file } => submit::validate(connection, &project, &file).await,
        BundleCommand::List { status, paging } => {
            let fetch = async |limit, cursor| {
                client.bundles(&project, &BundlesQuery { status, limit: Some(limit), cursor }).await
            };
            done(output.print(&paging.collect(fetch).await?, list))
        }
        BundleCommand::Show { bundle } => {
            let id = find(connection, &project, &bundle).await?;
            done(output.print(&client.bundle(&project, id).await?, |body| facts(&body.bundle)))
        }
        BundleCommand::Source { bundle, compiled } => {
            let id = find(connection, &project, &bundle).await?;
            let source = client.bundle_source(&project, id).await?;
            done(match output {
                Output::Table if compiled => output::text(&source.compiled_source),
                Output::Table => output::text(&source.config_source),
                programs => programs.whole(&source),
            })
        }
        BundleCommand::Diff { old, new } => {
            let against = find(connection, &project, &old).await?;
            let id = find(connection, &project, &new).await?;
            let diff = client.bundle_diff(&project, id, &BundleDiffQuery { against }).await?;
            done(match output {
                Output::Table if diff.diff.trim().is_empty() => output::text(&output::clean(&format!(
                    "no difference: {old} and {new} have the same configuration\n"
                ))),
                Output::Table => output::text(&output::clean(&diff.diff)),
                programs => programs.whole(&diff),
            })
        }
        BundleCommand::Download { bundle, to, force } => {
            let id = find(connection, &project, &bundle).await?;
            fetch::download(connection, &project, id, to, force).await
        }
        BundleCommand::Sbom { bundle } => {
            let id = find(connection, &project, &bundle).await?;
            done(output::json(&client.bundle_sbom(&project, id).await?))
        }
        BundleCommand::Assign { bundle, nodes } => {
            let id = find(connection, &project, &bundle).await?;
            let mut node_ids = Vec::new();
            for name in &nodes {
                node_ids.push(node::find(connection, &project, name).await?);
            }
            let assigned = client.assign_bundle(&project, id, &BundleAssign { node_ids }).await?;
            done(output.say(&assigned, |assigned| {
                format!("assigned {bundle} to {}", nodes_in_words(assigned.assigned))
            }))
        }
        BundleCommand::Revoke { bundle, yes } => {
            let id = find(connection, &project, &bundle).await?;
            let users = users(connection, &project, id).await?;
            terminal::confirm(&format!("Revoke bundle {bundle} of {project}?{users}"), yes)?;
            let revoked = client.revoke_bundle(&project, id).await?;
            done(output.say(&revoked, |body| format!("revoked bundle {}.{users}", body.bundle.version)))
        }
        // Handled above, before there was a connection.
        BundleCommand::Verify(args) => verify::run(&args, *output),
    }
}

/// What revoking a bundle leaves behind: the nodes that have it keep it, and no rollout can take others back to it.
async fn users(connection: &Connection, project: &str, id: BundleId) -> anyhow::Result<String> {
    let fetch = async |limit, cursor| {
        let query = NodesQuery { limit: Some(limit), cursor, ..Default::default() };
        connection.client.nodes(project, &query).await
    };
    let nodes = Paging { limit: NODES_MAX }.collect(fetch).await?.nodes;
    let has = |node: &&Node| {
        node.effective.as_ref().is_some_and(|fact| fact.bundle_id == id)
            || node.desired.as_ref().is_some_and(|desired| desired.bundle_id == id)
    };
    Ok(match nodes.iter().filter(has).count() {
        0 => String::new(),
        count => format!(
            " {count} of {} nodes run it or shall run it: they keep it until they are given another one, and no rollback leads \
             back to it.",
            nodes.len()
        ),
    })
}

fn nodes_in_words(count: u64) -> String {
    if count == 1 { "1 node".to_owned() } else { format!("{count} nodes") }
}

fn done(printed: anyhow::Result<()>) -> anyhow::Result<ExitCode> {
    printed.map(|()| ExitCode::SUCCESS)
}

/// The bundle with this id or version.
pub async fn find(connection: &Connection, project: &str, bundle: &str) -> anyhow::Result<BundleId> {
    if let Ok(id) = bundle.parse() {
        return Ok(id);
    }
    let client = &connection.client;
    let fetch = async |limit, cursor| {
        client.bundles(project, &BundlesQuery { status: None, limit: Some(limit), cursor }).await
    };
    let by_version =
        |list: &BundleList| list.bundles.iter().find(|found| found.version == bundle).map(|found| found.id);
    if let Some(found) = paging::find(fetch, by_version).await? {
        return Ok(found);
    }
    let query = BundlesQuery { status: None, limit: Some(6), cursor: None };
    let newest = client.bundles(project, &query).await?;
    let versions = offer("newest bundles", newest.bundles.iter().map(|bundle| bundle.version.as_str()));
    Err(NotFound(format!("no bundle of {project} has the version or id {bundle}{versions}")).into())
}

fn list(list: &BundleList) -> Table {
    let mut table = Table::new(&["version", "status", "risk", "size", "made", "by", "id"]);
    for bundle in &list.bundles {
        table.row([
            bundle.version.clone(),
            word(&bundle.status),
            word(&bundle.risk_level),
            size(bundle.size_bytes),
            at(bundle.inserted_at),
            bundle.created_by.clone(),
            bundle.id.to_string(),
        ]);
    }
    more(list).into_iter().for_each(|note| table.note(note));
    table
}

/// Everything about a bundle.
fn facts(bundle: &Bundle) -> Table {
    let mut table = Table::facts();
    table.fact("Version", bundle.version.clone());
    table.fact("Id", bundle.id.to_string());
    table.fact("Status", word(&bundle.status));
    table.fact("Risk", word(&bundle.risk_level));
    table.fact("Reasons", bundle.risk_reasons.join(", "));
    table.fact("Archive", format!("{}, sha256 {}", size(bundle.size_bytes), bundle.checksum));
    table.fact("Manifest", format!("sha256 {}", bundle.manifest_digest));
    let made_of = bundle.config_revision.map(|revision| format!("revision {revision} of the configuration"));
    table.fact("Made of", made_of.unwrap_or_else(|| "a text".to_owned()));
    if !bundle.secrets.is_empty() {
        table.fact("Secrets", bundle.secrets.join(", "));
    }
    if !bundle.certificates.is_empty() {
        table.fact("Certificates", bundle.certificates.join(", "));
    }
    table.fact("Signed by", bundle.signing_key_id.clone());
    table.fact("Made", format!("{} by {}", at(bundle.inserted_at), bundle.created_by));
    bundle.warnings.iter().for_each(|warning| table.fact("Warning", warning.clone()));
    table
}
