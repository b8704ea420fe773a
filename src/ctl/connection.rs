//! A command's way to the cluster.

use anyhow::{Context, bail};
use sentinel_api_types::Secret;
use sentinel_client::{Client, Credential};

use super::logins::{self, Logins};
use super::options::Options;
use super::output::Output;

/// Where a member is looked for when nothing else is said.
pub const LOCAL: &str = "http://127.0.0.1:4000";

/// What a command works with.
pub struct Connection {
    /// The public API.
    pub client: Client,
    /// How to answer.
    pub output: Output,
    project: Option<String>,
}

impl Connection {
    /// Puts together what options, environment and stored logins say. The environment's token goes before a stored one.
    pub fn open(options: &Options) -> anyhow::Result<Self> {
        let token = std::env::var("SENTINEL_CP_TOKEN").ok().filter(|token| !token.is_empty());
        let (servers, token) = match token {
            Some(token) => (options.server.clone(), Secret::new(token)),
            None => {
                let logins = Logins::load(&logins::path()?)?;
                let login = logins.find(options.context.as_deref())?;
                let login = login.context("you are not signed in: sentinel-cp login, or set SENTINEL_CP_TOKEN")?;
                let same = options.server.is_empty() || options.server.iter().any(|url| login.servers.contains(url));
                if !same {
                    // A session is for the cluster that gave it; no other may see it.
                    bail!(
                        "the stored login is for {}, not for {}: sentinel-cp login --server {}",
                        login.servers.join(", "),
                        options.server.join(", "),
                        options.server.join(",")
                    );
                }
                (login.servers.clone(), login.token.clone())
            }
        };
        let servers = if servers.is_empty() { vec![LOCAL.to_owned()] } else { servers };
        let client = Client::new(servers, Credential::Bearer(token))?;
        Ok(Self { client, output: options.output, project: options.project.clone() })
    }

    /// The project that was named, or the only one there is.
    pub async fn project(&self) -> anyhow::Result<String> {
        if let Some(project) = &self.project {
            return Ok(project.clone());
        }
        let which = "which project? Name it with --project or SENTINEL_CP_PROJECT";
        let session = self.client.session().await.context(which)?;
        let mut slugs: Vec<_> = session.memberships.into_iter().flat_map(|found| found.projects).collect();
        match slugs.len() {
            0 => bail!("there is no project yet: sentinel-cp project create NAME --org ORG"),
            1 => Ok(slugs.remove(0).slug),
            _ => {
                let slugs: Vec<_> = slugs.into_iter().map(|project| project.slug).collect();
                bail!("{which}: {}", slugs.join(", "))
            }
        }
    }

    /// The org that was named, or the only one there is.
    pub async fn org(&self, named: Option<&str>) -> anyhow::Result<String> {
        if let Some(org) = named {
            return Ok(org.to_owned());
        }
        let which = "which org? Name it with --org";
        let session = self.client.session().await.context(which)?;
        let slugs: Vec<_> = session.memberships.into_iter().map(|found| found.org.slug).collect();
        match slugs.as_slice() {
            [] => bail!("you belong to no org"),
            [only] => Ok(only.clone()),
            _ => bail!("{which}: {}", slugs.join(", ")),
        }
    }
}
