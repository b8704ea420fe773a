//! Stored logins: which cluster, and the session there. One file that only its owner can read.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use sentinel_api_types::{Secret, Timestamp};
use sentinel_client::Trust;
use serde::{Deserialize, Serialize};

/// The name of a login when none is given.
pub const DEFAULT: &str = "default";
/// Most members of a login.
const MEMBERS_MAX: usize = 20;
/// Most stored logins.
const LOGINS_MAX: usize = 100;

/// All stored logins.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logins {
    /// Which one is used when none is named.
    pub current: Option<String>,
    /// By name.
    pub contexts: BTreeMap<String, Login>,
}

/// One stored login.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// Base URLs of the members.
    pub servers: Vec<String>,
    /// Which CA vouches for them.
    #[serde(default, skip_serializing_if = "Trust::is_default")]
    pub trust: Trust,
    /// Who signed in.
    pub email: String,
    /// The session.
    pub token: Secret,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Logins {
    /// Reads the file; none yet is an empty one.
    ///
    /// # Errors
    /// The file can be read by others, or is damaged.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let metadata = match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            metadata => metadata.with_context(|| format!("cannot read {}", path.display()))?,
        };
        if metadata.permissions().mode() & 0o077 != 0 {
            bail!("{0} holds sessions and others can read it: chmod 600 {0}", path.display());
        }
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged; remove it and sign in again", path.display()))
    }

    /// Writes the file: whole, or not at all.
    ///
    /// # Errors
    /// There are too many logins, or the file cannot be written.
    pub fn save(&self, path: &Path) -> anyhow::Result<()> {
        if self.contexts.len() > LOGINS_MAX {
            bail!(
                "there are {LOGINS_MAX} stored logins already; remove one: sentinel-cp logout --context NAME"
            );
        }
        let folder = path.parent().context("the file of logins has no folder")?;
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        let fresh = path.with_extension(format!("new.{}", std::process::id()));
        let written =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh).and_then(|mut file| {
                file.write_all(&serde_json::to_vec_pretty(self)?)?;
                file.write_all(b"\n")?;
                file.sync_all()?;
                fs::rename(&fresh, path)
            });
        written.with_context(|| format!("cannot write {}", path.display()))
    }

    /// The login of this name, or the current one. None is stored: `Ok(None)`.
    ///
    /// # Errors
    /// There is no login of this name.
    pub fn find(&self, name: Option<&str>) -> anyhow::Result<Option<&Login>> {
        let Some(name) = name.or(self.current.as_deref()) else { return Ok(None) };
        match self.contexts.get(name) {
            Some(login) => Ok(Some(login)),
            None => bail!("there is no stored login {name:?}; sign in: sentinel-cp login --context {name}"),
        }
    }

    /// Under which name a sign-in at these members is kept.
    ///
    /// # Errors
    /// No name was given, and the one that would be used belongs to another cluster: that session would be lost unasked.
    pub fn place(&self, named: Option<&str>, servers: &[String]) -> anyhow::Result<String> {
        if let Some(name) = named {
            return Ok(name.to_owned());
        }
        let name = self.current.as_deref().unwrap_or(DEFAULT);
        if let (Some(known), Some(server)) = (self.contexts.get(name), servers.first())
            && !servers.iter().any(|server| known.knows(server))
        {
            let there =
                self.contexts.iter().find(|(_, login)| login.knows(server)).map(|(name, _)| name.as_str());
            bail!(
                "the login {name:?} is for {} and would be lost; sign in under another name: {}",
                known.servers.join(", "),
                there.map_or_else(|| command_for(server), |name| command(server, name))
            );
        }
        Ok(name.to_owned())
    }

    /// Takes a login out. No other becomes the current one in its place: what is typed next must not reach another cluster unasked.
    pub fn take(&mut self, name: &str) -> Option<Login> {
        if self.current.as_deref() == Some(name) {
            self.current = None;
        }
        self.contexts.remove(name)
    }

    /// What to say to somebody who named no login while none is current.
    pub fn none_current(&self) -> String {
        if self.contexts.is_empty() {
            return "you are not signed in: sentinel-cp login, or set SENTINEL_CP_TOKEN".to_owned();
        }
        format!(
            "no login is current; choose one of {} with --context, or for good: sentinel-cp context use NAME",
            self.names()
        )
    }

    /// The names of all logins.
    pub fn names(&self) -> String {
        self.contexts.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

impl Login {
    /// Takes in members that it does not know yet.
    pub fn learn(&mut self, members: impl IntoIterator<Item = String>) {
        for url in members.into_iter().filter(|url| !url.is_empty()).take(MEMBERS_MAX) {
            if !self.knows(&url) {
                self.servers.push(url);
            }
        }
        // The first is where somebody signed in; of the others, those go that have been known for longest.
        let surplus = self.servers.len().saturating_sub(MEMBERS_MAX);
        self.servers.drain(1..=surplus);
    }

    /// Whether this is one of its members.
    pub fn knows(&self, server: &str) -> bool {
        let plain = |url: &str| url.trim_end_matches('/').to_owned();
        self.servers.iter().any(|known| plain(known) == plain(server))
    }
}

/// The command that signs in at a member of another cluster and keeps what is stored already.
pub fn command_for(server: &str) -> String {
    let host = server.split_once("://").map_or(server, |(_, host)| host);
    let name: String = host.trim_end_matches('/').replace([':', '/'], "-");
    command(server, &name)
}

fn command(server: &str, name: &str) -> String {
    format!("sentinel-cp login --server {server} --context {name}")
}

/// Where the file is: `$SENTINEL_CP_CONFIG_DIR`, else `sentinel-cp` in the configuration folder of the user.
///
/// # Errors
/// Neither `SENTINEL_CP_CONFIG_DIR` nor `XDG_CONFIG_HOME` nor `HOME` is set.
pub fn path() -> anyhow::Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("SENTINEL_CP_CONFIG_DIR")
        .or_else(|| set("XDG_CONFIG_HOME").map(|folder| folder.join("sentinel-cp")))
        .or_else(|| set("HOME").map(|folder| folder.join(".config/sentinel-cp")));
    let folder = folder.context("there is no place for logins: set SENTINEL_CP_CONFIG_DIR, or HOME")?;
    Ok(folder.join("logins.json"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn login() -> Login {
        Login {
            servers: vec!["http://127.0.0.1:4000".into()],
            trust: Trust::default(),
            email: "ada@example.com".into(),
            token: Secret::new("ses_x"),
            expires_at: "2027-01-31T00:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn logins_come_back_from_a_file_that_only_the_owner_can_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/logins.json");
        assert_eq!(Logins::load(&path).unwrap(), Logins::default());
        let mut logins = Logins::default();
        logins.contexts.insert("prod".into(), login());
        logins.current = Some("prod".into());
        logins.save(&path).unwrap();
        logins.save(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(Logins::load(&path).unwrap(), logins);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logins.json");
        Logins::default().save(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Logins::load(&path).unwrap_err().to_string().contains("chmod 600"));
    }

    #[test]
    fn a_login_of_another_cluster_is_not_written_over_unless_it_is_named() {
        let other = ["http://10.0.0.7:4000".to_owned()];
        let mut logins = Logins::default();
        assert_eq!(logins.place(None, &other).unwrap(), "default");
        logins.contexts.insert("prod".into(), login());
        assert_eq!(logins.place(None, &other).unwrap(), "default", "prod is not current");
        logins.current = Some("prod".into());
        assert_eq!(logins.place(None, &[]).unwrap(), "prod");
        assert_eq!(logins.place(None, &["http://127.0.0.1:4000/".to_owned()]).unwrap(), "prod");
        assert_eq!(logins.place(Some("prod"), &other).unwrap(), "prod");
        let refused = logins.place(None, &other).unwrap_err().to_string();
        let fresh = "sentinel-cp login --server http://10.0.0.7:4000 --context 10.0.0.7-4000";
        assert!(refused.contains("\"prod\"") && refused.ends_with(fresh), "{refused}");
        logins.contexts.insert("lab".into(), Login { servers: other.to_vec(), ..login() });
        let refused = logins.place(None, &other).unwrap_err().to_string();
        assert!(refused.ends_with("--context lab"), "{refused}");
    }

    #[test]
    fn no_login_takes_the_place_of_the_one_that_goes() {
        let mut logins = Logins { current: Some("prod".into()), ..Logins::default() };
        for name in ["lab", "prod", "old"] {
            logins.contexts.insert(name.into(), login());
        }
        assert!(logins.take("old").is_some() && logins.take("old").is_none());
        assert_eq!(logins.current.as_deref(), Some("prod"));
        logins.take("prod");
        assert_eq!(logins.current, None);
        let said = logins.none_current();
        assert!(said.contains("lab") && said.contains("context use"), "{said}");
    }

    #[test]
    fn a_named_login_must_exist_and_none_at_all_is_fine() {
        let mut logins = Logins::default();
        assert!(logins.find(None).unwrap().is_none());
        assert!(logins.find(Some("prod")).is_err());
        logins.contexts.insert("prod".into(), login());
        assert_eq!(logins.find(Some("prod")).unwrap().unwrap().email, "ada@example.com");
    }
}
