//! Secrets of a project. A value comes from a file or from standard input, and is never an argument: others see those.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::{ArgGroup, Args, Subcommand};
use sentinel_api_types::Secret;
use sentinel_api_types::project_secret::{
    ProjectSecret, ProjectSecretBody, ProjectSecretCreate, ProjectSecretRotate, ProjectSecretUpdate,
};
use sentinel_model::project_secret::VALUE_MAX;
use serde_json::json;

use super::connection::Connection;
use super::failure::NotFound;
use super::output::Table;
use super::words::{at, offer};
use super::{failure, source, terminal};

/// Bytes of a line end that is left out.
const LINE_END_MAX: usize = 2;

/// What can be done with secrets.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp secret create API_TOKEN --from-file token.txt --project shop
  pass show shop/token | sentinel-cp secret create API_TOKEN --environment prod --project shop
  sentinel-cp secret rotate API_TOKEN --from-file token.txt --project shop
  sentinel-cp secret list --project shop

A configuration names a secret as ${{secrets.API_TOKEN}}. A value for an environment goes before the one for all. Nothing shows a value
again, whoever asks.

{}", failure::EXIT_CODES))]
pub enum SecretCommand {
    /// List the secrets of a project, without their values
    #[command(after_help = "Examples:\n  sentinel-cp secret list --project shop")]
    List,
    /// Show a secret without its value: its versions, and what names it
    #[command(after_help = "Examples:
  sentinel-cp secret show API_TOKEN --project shop
  sentinel-cp secret show API_TOKEN --environment prod --project shop")]
    Show {
        #[command(flatten)]
        which: Which,
    },
    /// Make a secret; its value comes from a file or from standard input
    #[command(after_help = "Examples:
  sentinel-cp secret create API_TOKEN --from-file token.txt --description 'of the payment service' --project shop
  pass show shop/token | sentinel-cp secret create API_TOKEN --environment prod --project shop

Line ends at the end of the value are left out, unless --verbatim says that they belong to it.")]
    Create {
        /// 1 to 64 capital letters, digits and '_', a letter first
        name: String,
        /// Only nodes in this environment get it (slug or id); all nodes when left out
        #[arg(long, visible_alias = "env", value_name = "ENVIRONMENT")]
        environment: Option<String>,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        #[command(flatten)]
        value: ValueArgs,
    },
    /// Give a secret another value: its next version
    #[command(after_help = "Examples:
  sentinel-cp secret rotate API_TOKEN --from-file token.txt --project shop
  pass show shop/token | sentinel-cp secret rotate API_TOKEN --environment prod --project shop

Line ends at the end of the value are left out, unless --verbatim says that they belong to it.")]
    Rotate {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        value: ValueArgs,
    },
    /// Say something else of what a secret is for
    #[command(after_help = "Examples:
  sentinel-cp secret update API_TOKEN --description 'of the payment service' --project shop")]
    #[command(group(ArgGroup::new("change").args(["description"]).required(true)))]
    Update {
        #[command(flatten)]
        which: Which,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: String,
    },
    /// Take a secret away, with all of its versions; refused while the configuration needs it
    #[command(after_help = "Examples:\n  sentinel-cp secret delete API_TOKEN --project shop --yes")]
    Delete {
        #[command(flatten)]
        which: Which,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Which secret is meant.
#[derive(Args, Debug)]
pub struct Which {
    /// Name or id
    secret: String,
    /// The one for nodes in this environment (slug or id); the one for all nodes when left out
    #[arg(long, visible_alias = "env", value_name = "ENVIRONMENT")]
    environment: Option<String>,
}

/// Where a value comes from.
#[derive(Args, Debug)]
pub struct ValueArgs {
    /// A file with the value; standard input when left out
    #[arg(long, value_name = "FILE")]
    from_file: Option<PathBuf>,
    /// Keep line ends at the end
    #[arg(long)]
    verbatim: bool,
}

impl SecretCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        matches!(self, SecretCommand::List | SecretCommand::Show { .. })
    }
}

/// Carries it out.
pub async fn run(command: SecretCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    let project = connection.project().await?;
    match command {
        SecretCommand::List => {
            output.print(&client.secrets(&project).await?, |list| {
                let mut table = Table::new(&["name", "for", "version", "since", "used by", "description"]);
                for secret in &list.secrets {
                    table.row([
                        secret.name.clone(),
                        place(secret).to_owned(),
                        secret.version.to_string(),
                        at(secret.last_rotated_at),
                        objects(secret.uses),
                        secret.description.clone(),
                    ]);
                }
                table
            })?;
        }
        SecretCommand::Show { which } => {
            let found = find(connection, &project, &which).await?;
            output.print(&client.secret(&project, found.id).await?, detail)?;
        }
        SecretCommand::Create { name, environment, description, value } => {
            let value = value.read()?;
            let request = ProjectSecretCreate { name, value, environment, description };
            let made = client.create_secret(&project, &request).await?;
            output.say(&made, |made| says("made", made))?;
        }
        SecretCommand::Rotate { which, value } => {
            let found = find(connection, &project, &which).await?;
            let request = ProjectSecretRotate { value: value.read()? };
            let changed = client.rotate_secret(&project, found.id, &request).await?;
            output.say(&changed, |changed| says("rotated", changed))?;
        }
        SecretCommand::Update { which, description } => {
            let found = find(connection, &project, &which).await?;
            let request = ProjectSecretUpdate { description };
            let changed = client.update_secret(&project, found.id, &request).await?;
            output.say(&changed, |changed| says("changed", changed))?;
        }
        SecretCommand::Delete { which, yes } => {
            let found = find(connection, &project, &which).await?;
            let named = format!("{} for {}", found.name, place(&found));
            terminal::confirm(&format!("Take the secret {named} of {project} away?"), yes)?;
            client.delete_secret(&project, found.id).await?;
            output.say(&json!({"deleted": found.id}), |_| format!("deleted secret {named}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl ValueArgs {
    /// The value. From a person it is typed unseen, twice.
    fn read(&self) -> anyhow::Result<Secret> {
        let file = match &self.from_file {
            Some(file) => file.as_path(),
            None if terminal::is_person() => return terminal::new_password("Value", false),
            None => Path::new("-"),
        };
        let (name, text) = source::read(file, VALUE_MAX + LINE_END_MAX, "a value")?;
        let text = zeroize::Zeroizing::new(text);
        let value = if self.verbatim { text.as_str() } else { text.trim_end_matches(['\r', '\n']) };
        if value.is_empty() {
            bail!("{name} has no value in it");
        }
        Ok(Secret::new(value))
    }
}

fn says(what: &str, body: &ProjectSecretBody) -> String {
    let secret = &body.secret;
    format!("{what} secret {} for {}: version {}", secret.name, place(secret), secret.version)
}

fn place(secret: &ProjectSecret) -> &str {
    secret.environment.as_ref().map_or("all nodes", |environment| &environment.slug)
}

fn objects(count: u64) -> String {
    match count {
        0 => "nothing".to_owned(),
        1 => "1 object".to_owned(),
        many => format!("{many} objects"),
    }
}

fn detail(body: &ProjectSecretBody) -> Table {
    let secret = &body.secret;
    let mut table = Table::facts();
    table.fact("Name", secret.name.clone());
    table.fact("Id", secret.id.to_string());
    table.fact("For", place(secret).to_owned());
    table.fact("Description", secret.description.clone());
    for version in &secret.versions {
        let said = format!("{} by {}", at(version.inserted_at), version.created_by);
        table.fact(&format!("Version {}", version.version), said);
    }
    table.fact("Used by", objects(secret.uses));
    for one in &body.used_by {
        table.fact("", format!("the {} {}: {}", one.kind, one.slug, one.fields.join(", ")));
    }
    table.fact("Made", format!("{} by {}", at(secret.inserted_at), secret.created_by));
    table
}

/// The secret with this id, or with this name for these nodes.
async fn find(connection: &Connection, project: &str, which: &Which) -> anyhow::Result<ProjectSecret> {
    let Which { secret: named, environment } = which;
    let list = connection.client.secrets(project).await?.secrets;
    if let Some(found) = list.iter().find(|found| found.id.to_string() == *named) {
        return Ok(found.clone());
    }
    let there = |found: &&ProjectSecret| match (&found.environment, environment) {
        (None, None) => true,
        (Some(place), Some(asked)) => place.slug == *asked || place.id.to_string() == *asked,
        _ => false,
    };
    let called: Vec<&ProjectSecret> = list.iter().filter(|found| found.name == *named).collect();
    if let Some(found) = called.iter().copied().find(there) {
        return Ok(found.clone());
    }
    let nodes =
        environment.as_ref().map_or_else(|| "all nodes".to_owned(), |slug| format!("nodes in {slug}"));
    let others = match called.as_slice() {
        [] => offer("secrets", list.iter().take(6).map(|secret| secret.name.as_str())),
        some => offer("it is for", some.iter().map(|secret| place(secret))),
    };
    Err(NotFound(format!("no secret of {project} for {nodes} has the name or id {named}{others}")).into())
}
