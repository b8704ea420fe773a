//! Signing in and out.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use sentinel_api_types::session::{PasswordChange, Session, SessionCreate, SessionKind};
use sentinel_client::{Client, Credential};
use serde_json::json;

use super::connection::{Connection, LOCAL, environment_token};
use super::logins::{self, Login, Logins};
use super::options::Options;
use super::output::Table;
use super::words::{at, word};
use super::{failure, terminal};

/// Sign in and remember the session
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp login --server http://127.0.0.1:4000 --email ada@example.com
  printf %s \"$PASSWORD\" | sentinel-cp login --email ada@example.com --password-stdin
  sentinel-cp login --context staging --server http://127.0.0.1:5000
  sentinel-cp login --server https://cp.example.com:4000 --ca-file ca.pem

A stored login of another cluster is kept: give the second one a name with --context.
The session is stored in $XDG_CONFIG_HOME/sentinel-cp/logins.json, readable by you alone.
Programs need no login: give them an API key in SENTINEL_CP_TOKEN.

{}", failure::EXIT_CODES))]
pub struct LoginArgs {
    /// E-mail address; asked for when left out
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Read the password from standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    pub options: Options,
}

/// Signs in.
pub async fn login(args: LoginArgs) -> anyhow::Result<ExitCode> {
    let path = logins::path()?;
    let mut logins = Logins::load(&path)?;
    let name = logins.place(args.options.context.as_deref(), &args.options.server)?;
    let known = logins.contexts.get(&name);
    let servers = match (args.options.server.is_empty(), known) {
        (false, _) => args.options.server.clone(),
        (true, Some(login)) => login.servers.clone(),
        (true, None) => vec![LOCAL.to_owned()],
    };
    // What a login knows holds for its own members: another cluster has another CA.
    let known = known.filter(|login| servers.iter().any(|server| login.knows(server)));
    let trust = match args.options.trust.given()? {
        Some(given) => given,
        None => known.map(|login| login.trust.clone()).unwrap_or_default(),
    };
    let email = match args.email {
        Some(email) => email,
        None => terminal::line("e-mail address", "--email")?,
    };
    let password = terminal::password("password", args.password_stdin)?;
    let client = Client::trusting(servers.clone(), Credential::Anonymous, &trust)?;
    let request = SessionCreate { email: email.clone(), password, kind: SessionKind::Token };
    let mut session = client.create_session(&request).await.context(failure::SIGNING_IN)?;
    let Some(token) = session.token.take() else { bail!("the server gave no token") };
    // The other members are remembered too, so that commands go on when the one that was named is gone.
    let client = Client::trusting(servers.clone(), Credential::Bearer(token.clone()), &trust)?;
    let cluster = client.cluster().await.context("signed in, but cannot see the cluster")?;
    let at_server = servers[0].clone();
    let mut login = Login { servers, trust, email, token, expires_at: session.expires_at };
    login.learn(cluster.members.into_iter().map(|member| member.api_url));
    let before = logins.contexts.insert(name.clone(), login);
    let instead_of = logins.current.replace(name.clone()).filter(|current| *current != name);
    logins.save(&path)?;
    args.options.output.say(&session, |session| {
        let (email, until) = (&session.user.email, at(session.expires_at));
        let instead = before
            .filter(|before| before.email != *email)
            .map(|before| format!(", in place of {}", before.email))
            .unwrap_or_default();
        let current = instead_of
            .map(|other| format!("; it is the current one now, and {other} needs --context"))
            .unwrap_or_default();
        format!("signed in at {at_server} as {email} until {until} (login {name}{instead}{current})")
    })?;
    warn_of_token();
    Ok(ExitCode::SUCCESS)
}

/// Whoever signs in or out expects that this counts from now on.
fn warn_of_token() {
    if environment_token().is_some() {
        eprintln!("warning: SENTINEL_CP_TOKEN is set and goes before every login; unset it to use a login");
    }
}

/// End the session and forget it
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp logout
  sentinel-cp logout --context staging

{}", failure::EXIT_CODES))]
pub struct LogoutArgs {
    #[command(flatten)]
    pub options: Options,
}

/// Signs out. The stored session is forgotten even when the cluster does not answer, and that is said.
pub async fn logout(args: LogoutArgs) -> anyhow::Result<ExitCode> {
    let path = logins::path()?;
    let mut logins = Logins::load(&path)?;
    let Some(name) = args.options.context.clone().or_else(|| logins.current.clone()) else {
        bail!("{}", logins.none_current());
    };
    let Some(login) = logins.take(&name) else {
        bail!("there is no stored login {name:?}; sentinel-cp context list shows them");
    };
    logins.save(&path)?;
    let trust = args.options.trust.given()?.unwrap_or(login.trust);
    let client = Client::trusting(login.servers, Credential::Bearer(login.token), &trust)?;
    client.delete_session().await.with_context(|| {
        format!("the login {name:?} is forgotten here, but its session could not be ended; it ends by itself at {}", at(login.expires_at))
    })?;
    args.options.output.say(&json!({"signed_out": name, "current": logins.current}), |_| {
        let now = match (&logins.current, logins.contexts.is_empty()) {
            (Some(current), _) => format!("; the current login is still {current}"),
            (None, true) => String::new(),
            (None, false) => {
                format!("; no login is current now: sentinel-cp context use NAME, one of {}", logins.names())
            }
        };
        format!("signed out (login {name}){now}")
    })?;
    warn_of_token();
    Ok(ExitCode::SUCCESS)
}

/// Show who is signed in, and where
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp whoami
  sentinel-cp whoami -o json

{}", failure::EXIT_CODES))]
pub struct WhoamiArgs {
    #[command(flatten)]
    pub options: Options,
}

/// Shows the session.
pub async fn whoami(args: WhoamiArgs) -> anyhow::Result<ExitCode> {
    let connection = Connection::open(&args.options)?;
    let session = connection.client.session().await?;
    connection.output.print(&session, table)?;
    Ok(ExitCode::SUCCESS)
}

/// Change your own password
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp passwd
  printf '%s\\n' \"$OLD\" \"$NEW\" | sentinel-cp passwd --password-stdin

A password has 12 characters at least. Your other sessions end; this login goes on. API keys are not touched.
Forgotten? Another admin of your org sets a new one: sentinel-cp org members reset-password

{}", failure::EXIT_CODES))]
pub struct PasswdArgs {
    /// Read two lines from standard input instead of asking: the current password, then the new one
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    pub options: Options,
}

/// Changes the password of whoever is signed in.
pub async fn passwd(args: PasswdArgs) -> anyhow::Result<ExitCode> {
    let connection = Connection::open(&args.options)?;
    let current = terminal::password("current password", args.password_stdin)?;
    let new = terminal::new_password("new password", args.password_stdin)?;
    connection.client.change_password(&PasswordChange { current, new }).await?;
    let changed = json!({"password": "changed"});
    connection
        .output
        .say(&changed, |_| "your password is changed; every other session of yours has ended".to_owned())?;
    Ok(ExitCode::SUCCESS)
}

fn table(session: &Session) -> Table {
    let mut table = Table::facts();
    table.fact("E-mail", session.user.email.clone());
    table.fact("Name", session.user.name.clone());
    table.fact("Cluster admin", session.user.cluster_admin.then(|| "yes".to_owned()));
    table.fact("Until", at(session.expires_at));
    for membership in &session.memberships {
        let projects: Vec<_> = membership.projects.iter().map(|project| project.slug.as_str()).collect();
        let projects = if projects.is_empty() { "no projects".to_owned() } else { projects.join(", ") };
        table
            .fact(&format!("Org {}", membership.org.slug), format!("{}; {projects}", word(&membership.role)));
    }
    table
}
