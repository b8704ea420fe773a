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
/// Nobody waits for one member longer.
const WITHIN: Duration = Duration::from_millis(500);
/// Most members that are asked.
const ASKED_MAX: usize = 3;

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
    // The first may be the one that is gone: each is asked for a moment.
    let ask = async |server: &String| {
        let credential = Credential::Bearer(login.token.clone());
        let client = Client::trusting(vec![server.clone()], credential, &trust).ok()?;
        tokio::time::timeout(WITHIN, client.cluster()).await.ok()?.ok()
    };
    let mut cluster = None;
    for server in login.servers.iter().take(ASKED_MAX) {
        cluster = ask(server).await;
        if cluster.is_some() {
            break;
        }
    }
    // Somebody else may have signed in meanwhile.
    let mut logins = Logins::load(&path)?;
    let token = login.token.expose().to_owned();
    let found = logins.contexts.get_mut(name).filter(|found| found.token.expose() == token);
    let login = found.context("the login is another one by now")?;
    login.learn(cluster.into_iter().flat_map(|cluster| cluster.members).map(|member| member.api_url));
    // Written without news too: it is not looked for again so soon.
    if login.servers.len() > 1 {
        logins.save(&path)?;
    }
    Ok(())
}

fn is_fresh(path: &Path) -> anyhow::Result<bool> {
    Ok(path.metadata()?.modified()?.elapsed()? < GOOD_FOR)
}
