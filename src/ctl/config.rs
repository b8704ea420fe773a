//! The configuration of a project from the command line.

mod file;
mod import;
mod objects;
mod template;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use sentinel_api_types::config::{ConfigAction, ConfigApplyQuery, ConfigDiffQuery, ConfigDifference};
use sentinel_api_types::error::{ErrorText, code};
use sentinel_client::ClientError;
use sentinel_model::config::Document;
use serde_json::json;

use super::connection::Connection;
use super::failure::{self, Refused};
use super::output::{self, Output, clean};
use super::problems::render;
use super::terminal;
use import::ImportArgs;
use objects::KindArg;
use template::TemplateCommand;

/// What can be done with a configuration.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp config export --project shop > shop.yaml
  sentinel-cp config template show rest-api --set slug=shop --set target=10.0.0.1:8080 > shop.yaml
  sentinel-cp config import openapi.yaml --project shop
  sentinel-cp config check -f shop.yaml --project shop
  sentinel-cp config preview -f shop.yaml --project shop
  sentinel-cp config diff -f shop.yaml --project shop
  sentinel-cp config apply -f shop.yaml --project shop

A file is YAML or JSON, of at most 4 MiB. It is the whole configuration: what it does not have goes, unless --keep-others is given.
All of it is changed, or nothing; applying the same file twice changes nothing the second time.

{}", failure::EXIT_CODES))]
pub enum ConfigCommand {
    /// Change the configuration to what a file says, all of it or nothing
    #[command(after_help = "Examples:
  sentinel-cp config apply -f shop.yaml --project shop
  sentinel-cp config apply -f shop.yaml --dry-run --project shop
  sentinel-cp config apply -f shop.yaml --revision 7 --project shop
  sentinel-cp config apply -f - --keep-others --project shop")]
    Apply {
        #[command(flatten)]
        file: FileArgs,
        /// Tell what would be changed, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// What the file does not have stays
        #[arg(long)]
        keep_others: bool,
        /// Only if the configuration still has this revision, as `config diff` tells it
        #[arg(long, value_name = "NUMBER")]
        revision: Option<u64>,
    },
    /// Tell what a file would change
    #[command(after_help = "Examples:\n  sentinel-cp config diff -f shop.yaml --project shop")]
    Diff {
        #[command(flatten)]
        file: FileArgs,
        /// What the file does not have stays
        #[arg(long)]
        keep_others: bool,
    },
    /// Write the configuration as a file, YAML unless -o json is given; what is exported can be applied
    #[command(after_help = "Examples:
  sentinel-cp config export --project shop
  sentinel-cp config export -o json --project shop")]
    Export,
    /// Tell what the proxy cannot do, and what to do instead; without a file, of the configuration that the project has
    #[command(after_help = "Examples:
  sentinel-cp config check -f shop.yaml --project shop
  sentinel-cp config check --project shop")]
    Check {
        /// YAML or JSON; - is standard input
        #[arg(short, long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Tell what the proxy would get, as JSON; without a file, of the configuration that the project has. Nothing is kept
    #[command(after_help = "Examples:
  sentinel-cp config preview -f shop.yaml --project shop
  sentinel-cp config preview --kdl --project shop
  sentinel-cp config preview -f shop.yaml -o json --project shop

What every bundle adds for itself is not shown: the listener for operations, and the route that proves which bundle runs.")]
    Preview {
        /// YAML or JSON; - is standard input
        #[arg(short, long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// In the proxy's own language, for people to read; what that cannot say is a comment there
        #[arg(long)]
        kdl: bool,
    },
    /// Make services of the description of an API, beside what the project has; without --apply this tells what they would be
    #[command(after_help = "Examples:
  sentinel-cp config import openapi.yaml --project shop
  sentinel-cp config import openapi.yaml --prefix pets --host api.example.com --apply --project shop
  sentinel-cp config import openapi.json --upstream-group shop --apply --prune --project shop
  sentinel-cp config import openapi.yaml --by prefix -o json --project shop

Each path template becomes a service with the document's methods. What the proxy cannot do is told, and left out. The same again, with the same
--prefix, changes what is different and nothing else; ? is what the document has no longer.")]
    Import(ImportArgs),
    /// Services to begin with
    #[command(subcommand)]
    Template(TemplateCommand),
    /// List objects
    #[command(after_help = "Examples:
  sentinel-cp config list --project shop
  sentinel-cp config list services --project shop")]
    List {
        /// Only objects of this kind
        #[arg(value_enum)]
        kind: Option<KindArg>,
    },
    /// Show an object
    #[command(after_help = "Examples:\n  sentinel-cp config show service checkout --project shop")]
    Show {
        /// Its kind
        #[arg(value_enum)]
        kind: KindArg,
        /// Its slug or id; the settings have the slug default
        slug: String,
    },
    /// Take an object away that no other one names
    #[command(after_help = "Examples:\n  sentinel-cp config delete service checkout --project shop --yes")]
    Delete {
        /// Its kind
        #[arg(value_enum)]
        kind: KindArg,
        /// Its slug or id; the settings have the slug default
        slug: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Where a configuration is.
#[derive(Args, Debug)]
pub struct FileArgs {
    /// YAML or JSON; - is standard input
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
}

impl ConfigCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        match self {
            ConfigCommand::Export | ConfigCommand::List { .. } | ConfigCommand::Show { .. } => true,
            ConfigCommand::Template(command) => command.reads(),
            // They look at what is newest, as the change that comes after them will.
            ConfigCommand::Diff { .. } | ConfigCommand::Check { .. } | ConfigCommand::Preview { .. } => false,
            ConfigCommand::Import(_) => false,
            ConfigCommand::Apply { .. } | ConfigCommand::Delete { .. } => false,
        }
    }
}

/// Carries it out.
pub async fn run(command: ConfigCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    // A file that cannot be read is told of before anybody is asked.
    match command {
        ConfigCommand::Apply { file, dry_run, keep_others, revision } => {
            let (name, document) = read(&file.file, *output)?;
            let project = connection.project().await?;
            let query = ConfigApplyQuery {
                dry_run: dry_run.then_some(true),
                prune: keep_others.then_some(false),
                revision,
            };
            let applied = match client.apply_config(&project, &query, &document).await {
                Ok(applied) => applied,
                Err(error) => return Err(refused(error, &name, *output)),
            };
            output.say(&applied, |applied| {
                let counts = [applied.added, applied.changed, applied.removed];
                let summary = match (applied.changes.is_empty(), dry_run) {
                    (true, _) => format!("{project} has this configuration already"),
                    (false, true) => format!("would change {project}: {}", counted(counts)),
                    (false, false) => {
                        format!("changed {project}: {}; revision {}", counted(counts), applied.revision)
                    }
                };
                format!("{}{summary}", lines(&applied.changes))
            })?;
        }
        ConfigCommand::Diff { file, keep_others } => {
            let (name, document) = read(&file.file, *output)?;
            let project = connection.project().await?;
            let query = ConfigDiffQuery { prune: keep_others.then_some(false) };
            let diff = match client.diff_config(&project, &query, &document).await {
                Ok(diff) => diff,
                Err(error) => return Err(refused(error, &name, *output)),
            };
            output.say(&diff, |diff| match diff.changes.is_empty() {
                true => format!("no difference: {project} has this configuration"),
                false => {
                    let counts = counted([diff.added, diff.changed, diff.removed]);
                    format!(
                        "{}{counts}; the configuration has revision {}",
                        lines(&diff.changes),
                        diff.revision
                    )
                }
            })?;
        }
        ConfigCommand::Export => {
            let project = connection.project().await?;
            let document = client.export_config(&project).await?;
            match output {
                Output::Json => output::json(&document)?,
                Output::Table | Output::Yaml => output::yaml(&document)?,
            }
        }
        ConfigCommand::Check { file } => return check(file.as_deref(), connection).await,
        ConfigCommand::Preview { file, kdl } => return preview(file.as_deref(), kdl, connection).await,
        ConfigCommand::Import(args) => import::run(args, connection).await?,
        ConfigCommand::Template(command) => template::run(command, connection).await?,
        ConfigCommand::List { kind } => {
            let project = connection.project().await?;
            objects::list(connection, &project, kind).await?;
        }
        ConfigCommand::Show { kind, slug } => {
            let project = connection.project().await?;
            objects::show(connection, &project, kind, &slug).await?;
        }
        ConfigCommand::Delete { kind, slug, yes } => {
            let project = connection.project().await?;
            let kind_words = kind.words();
            terminal::confirm(&format!("Take the {kind_words} {slug} of {project} away?"), yes)?;
            objects::delete(connection, &project, kind, &slug).await?;
            output.say(&json!({"deleted": slug}), |_| format!("deleted {kind_words} {slug}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn check(file: Option<&Path>, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    let given = file.map(|file| read(file, *output)).transpose()?;
    let project = connection.project().await?;
    let name = given.as_ref().map_or_else(|| project.clone(), |(name, _)| name.clone());
    let found = client.check_config(&project, given.as_ref().map(|(_, document)| document)).await?;
    match output {
        Output::Table => {
            eprint!("{}", render("error", &found.problems, &name, ""));
            let verdict = match found.problems.len() {
                0 => format!("{name} is valid: the proxy does all of it\n"),
                1 => format!("{name} is NOT valid: 1 problem\n"),
                count => format!("{name} is NOT valid: {count} problems\n"),
            };
            output::text(&verdict)?;
        }
        programs => programs.whole(&found)?,
    }
    Ok(ExitCode::from(if found.valid { failure::OK } else { failure::REFUSED }))
}

async fn preview(file: Option<&Path>, kdl: bool, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    let given = file.map(|file| read(file, *output)).transpose()?;
    let project = connection.project().await?;
    let name = given.as_ref().map_or_else(|| project.clone(), |(name, _)| name.clone());
    let found = client.preview_config(&project, given.as_ref().map(|(_, document)| document)).await?;
    match (output, &found.generated) {
        (Output::Table, Some(generated)) => {
            eprint!("{}", render("warning", &found.warnings, &name, ""));
            eprintln!("sha256:{} needs {}", generated.digest, clean(&found.needs.join(", ")));
            output::text(&clean(if kdl { &generated.kdl } else { &generated.json }))?;
        }
        (Output::Table, None) => {
            eprint!("{}", render("error", &found.problems, &name, ""));
            eprintln!("error: the proxy would get nothing of {}", clean(&name));
        }
        (programs, _) => programs.whole(&found)?,
    }
    Ok(ExitCode::from(if found.valid { failure::OK } else { failure::REFUSED }))
}

/// The name of a file, and what it says. What cannot be read is told with its place.
fn read(file: &Path, output: Output) -> anyhow::Result<(String, Document)> {
    let (name, text) = super::source::read(file, file::FILE_MAX, "a configuration")?;
    match file::parse(&text) {
        Ok(document) => Ok((name, document)),
        Err(message) => {
            let message = format!("{name}: {message}");
            match output {
                Output::Table => eprintln!("error: {}", clean(&message)),
                Output::Json | Output::Yaml => {
                    eprintln!("{}", json!({"error": message, "code": code::INVALID}))
                }
            }
            Err(Refused.into())
        }
    }
}

/// What was wrong with a document, each with its place in a line of its own.
fn refused(error: ClientError, name: &str, output: Output) -> anyhow::Error {
    let ClientError::Api(refusal) = &error else { return error.into() };
    match (&refusal.body.error, output) {
        (ErrorText::Fields(fields), Output::Table) if refusal.code == code::INVALID => {
            for (field, messages) in fields {
                for message in messages {
                    eprintln!("{name}: error: {}", clean(&format!("{field}: {message}")));
                }
            }
            eprintln!("error: {name} is refused: nothing was changed");
            Refused.into()
        }
        // Programs get the refusal as it is.
        _ => error.into(),
    }
}

/// A line for each object: `~ service shop: hosts, retry`.
fn lines(changes: &[ConfigDifference]) -> String {
    let line = |change: &ConfigDifference| {
        let mark = match change.action {
            ConfigAction::Added => '+',
            ConfigAction::Changed => '~',
            ConfigAction::Removed => '-',
        };
        let fields = match change.fields.is_empty() {
            true => String::new(),
            false => format!(": {}", change.fields.join(", ")),
        };
        format!("{mark} {} {}{fields}\n", change.kind, change.slug)
    };
    changes.iter().map(line).collect()
}

fn counted([added, changed, removed]: [u64; 3]) -> String {
    format!("{added} added, {changed} changed, {removed} removed")
}
