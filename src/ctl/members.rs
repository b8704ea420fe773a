//! A login keeps up with the members of its cluster: the ones that joined since are asked when those that it knew are gone.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use sentinel_client::{Client, Credential};

use super::connection::environment_token;
use super::logins::{self, Logins};
use super::options::Options;

/// A list of several members is good for so long.
const GOOD_FOR: Duration = Duration::from_secs(600);
/// Nobody waits for this longer.
const WITHIN: Duration = Duration::from_secs(2);

/// Adds members that the login does not know yet, now and then and where it knows one only. A courtesy: what goes wrong is not told.
pub async fn keep_up(options: &Options) {
    if environment_token().is_none() {
        let _ = renew(options).await;
    }
}

async fn renew(options: &Options) -> anyhow::Result<()> {
    let path = logins::path()?;
    let logins = Logins::load(&path)?;
    let name = options.context.as_deref().or(logins.current.as_deref()).context("no login is current")?;
    let login = logins.contexts.get(name).context("there is no such login")?;
    if login.servers.len() > 1 && is_fresh(&path)? {
        return Ok(());
    }
    let trust = options.trust.given()?.unwrap_or_else(|| login.trust.clone());
    let client = Client::trusting(login.servers.clone(), Credential::Bearer(login.token.clone()), &trust)?;
    let cluster = tokio::time::timeout(WITHIN, client.cluster()).await??;
    // Somebody else may have signed in meanwhile.
    let mut logins = Logins::load(&path)?;
    let token = login.token.expose().to_owned();
    let found = logins.contexts.get_mut(name).filter(|found| found.token.expose() == token);
    let login = found.context("the login is another one by now")?;
    let before = login.servers.len();
    login.learn(cluster.members.into_iter().map(|member| member.api_url));
    if login.servers.len() > 1 || before != login.servers.len() {
        logins.save(&path)?;
    }
    Ok(())
}

fn is_fresh(path: &Path) -> anyhow::Result<bool> {
    Ok(path.metadata()?.modified()?.elapsed()? < GOOD_FOR)
}
