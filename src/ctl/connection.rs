//! A command's way to the cluster.

use anyhow::{Context, bail};
use sentinel_api_types::Secret;
use sentinel_api_types::error::code;
use sentinel_api_types::session::Session;
use sentinel_client::{Client, ClientError, Credential};

use super::failure::Advised;
use super::logins::{self, Login, Logins};
use super::options::Options;
use super::output::Output;

/// Where a member is looked for when nothing else is said.
pub const LOCAL: &str = "http://127.0.0.1:4000";

/// The members to ask under a stored login: those that were named first, then the others that it knows.
///
/// # Errors
/// One was named that the login does not know: a session is for the cluster that gave it, and no other may see it.
fn members(named: &[String], login: &Login) -> anyhow::Result<Vec<String>> {
    let plain = |url: &String| url.trim_end_matches('/').to_owned();
    let known: Vec<String> = login.servers.iter().map(plain).collect();
    let mut members: Vec<String> = named.iter().map(plain).collect();
    if let Some(stranger) = members.iter().find(|url| !known.contains(url)) {
        bail!(
            "the stored login is for {}, not for {stranger}; sign in there too: {}",
            known.join(", "),
            logins::command_for(stranger)
        );
    }
    let others: Vec<String> = known.into_iter().filter(|url| !members.contains(url)).collect();
    members.extend(others);
    Ok(members)
}

/// The credential in the environment, which goes before any login.
pub fn environment_token() -> Option<Secret> {
    std::env::var("SENTINEL_CP_TOKEN").ok().filter(|token| !token.is_empty()).map(Secret::new)
}

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
        let given = options.trust.given()?;
        let (servers, token, trust) = match environment_token() {
            Some(token) => (options.server.clone(), token, given.unwrap_or_default()),
            None => {
                let logins = Logins::load(&logins::path()?)?;
                let login = logins.find(options.context.as_deref())?;
                let login = login.with_context(|| logins.none_current())?;
                let trust = given.unwrap_or_else(|| login.trust.clone());
                (members(&options.server, login)?, login.token.clone(), trust)
            }
        };
        let servers = if servers.is_empty() { vec![LOCAL.to_owned()] } else { servers };
        let mut client = Client::trusting(servers, Credential::Bearer(token), &trust)?;
        if options.stale {
            client = client.stale();
        }
        Ok(Self { client, output: options.output, project: options.project.clone() })
    }

    /// The project that was named, or the only one there is.
    pub async fn project(&self) -> anyhow::Result<String> {
        if let Some(project) = &self.project {
            return Ok(project.clone());
        }
        let how = "--project or SENTINEL_CP_PROJECT";
        let session = self.memberships("project", how).await?;
        let mut slugs: Vec<_> = session.memberships.into_iter().flat_map(|found| found.projects).collect();
        match slugs.len() {
            0 => bail!("there is no project yet: sentinel-cp project create NAME --org ORG"),
            1 => Ok(slugs.remove(0).slug),
            _ => {
                let slugs: Vec<_> = slugs.into_iter().map(|project| project.slug).collect();
                bail!("which project? Name it with {how}: {}", slugs.join(", "))
            }
        }
    }

    /// Who asks, in order to find the only `what` there is. Keys belong to nobody who could be asked.
    async fn memberships(&self, what: &str, how: &str) -> anyhow::Result<Session> {
        match self.client.session().await {
            Ok(session) => Ok(session),
            Err(ClientError::Api(cause)) if cause.code == code::FORBIDDEN => {
                let text = format!(
                    "which {what}? With an API key it must be named, also when there is only one: {how}"
                );
                Err(Advised { text, advice: None, cause }.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The org that was named, or the only one there is.
    pub async fn org(&self, named: Option<&str>) -> anyhow::Result<String> {
        if let Some(org) = named {
            return Ok(org.to_owned());
        }
        let session = self.memberships("org", "--org").await?;
        let slugs: Vec<_> = session.memberships.into_iter().map(|found| found.org.slug).collect();
        match slugs.as_slice() {
            [] => bail!("you belong to no org"),
            [only] => Ok(only.clone()),
            _ => bail!("which org? Name it with --org: {}", slugs.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sentinel_client::Trust;

    use super::*;

    #[test]
    fn a_session_is_shown_to_the_cluster_that_gave_it_and_to_no_other() {
        let login = Login {
            servers: vec!["http://a:1".into(), "http://b:1".into()],
            email: "ada@example.com".into(),
            trust: Trust::default(),
            token: Secret::new("ses_x"),
            expires_at: "2027-01-31T00:00:00Z".parse().unwrap(),
        };
        let named =
            |urls: &[&str]| members(&urls.iter().map(|url| (*url).to_owned()).collect::<Vec<_>>(), &login);
        assert_eq!(named(&[]).unwrap(), ["http://a:1", "http://b:1"]);
        assert_eq!(named(&["http://b:1/"]).unwrap(), ["http://b:1", "http://a:1"]);
        assert!(named(&["http://a:1", "http://evil:1"]).unwrap_err().to_string().contains("http://evil:1"));
    }
}
