//! Runs the binary as a user would.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use sentinel_kit::Cluster;
use sentinel_kit::cluster::{ADMIN_EMAIL, ADMIN_PASSWORD};
use serde_json::Value;

use crate::BINARY;

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code.
    pub code: i32,
    /// What it answered.
    pub out: String,
    /// What else it said.
    pub err: String,
}

impl Ran {
    /// The answer, of a command that succeeded.
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// The answer as JSON, of a command that succeeded.
    pub fn json(self) -> Value {
        let out = self.ok();
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    }

    /// What it said when it failed with this exit code, answering nothing.
    pub fn failed(self, code: i32) -> String {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        self.err
    }
}

/// A user of a cluster, with a home of their own.
pub struct User {
    /// The cluster.
    pub cluster: Cluster,
    home: PathBuf,
}

impl User {
    /// A fresh cluster of one member, and nobody signed in.
    pub async fn stranger() -> Self {
        Self::of(1, &[]).await
    }

    async fn of(members: usize, options: &[&str]) -> Self {
        let cluster = Cluster::start(BINARY, members, options).await;
        let home = cluster.path().join("home");
        Self { cluster, home }
    }

    /// A fresh cluster of one member, whose administrator is signed in.
    pub async fn admin() -> Self {
        Self::admin_of(1, &[]).await
    }

    /// A fresh cluster of so many members with these options, whose administrator is signed in.
    pub async fn admin_of(members: usize, options: &[&str]) -> Self {
        let user = Self::of(members, options).await;
        user.cluster.admin(0).await;
        let url = user.cluster.url(0);
        user.run_with(
            &["login", "--server", &url, "--email", ADMIN_EMAIL, "--password-stdin"],
            ADMIN_PASSWORD,
        )
        .ok();
        user
    }

    /// Runs a command line.
    pub fn run(&self, line: &[&str]) -> Ran {
        self.run_with(line, "")
    }

    /// Runs a command line with this on standard input.
    pub fn run_with(&self, line: &[&str], input: &str) -> Ran {
        self.run_as(line, input, &[])
    }

    /// Runs a command line with these environment variables.
    pub fn run_as(&self, line: &[&str], input: &str, environment: &[(&str, &str)]) -> Ran {
        let mut command = Command::new(BINARY);
        for inherited in [
            "SENTINEL_CP_SERVER",
            "SENTINEL_CP_TOKEN",
            "SENTINEL_CP_PROJECT",
            "SENTINEL_CP_CONTEXT",
            "SENTINEL_CP_CA_FILE",
            "SENTINEL_CP_CA_FINGERPRINT",
        ] {
            command.env_remove(inherited);
        }
        let mut child = command
            .args(line)
            .env("SENTINEL_CP_CONFIG_DIR", &self.home)
            .envs(environment.iter().copied())
            .current_dir(self.cluster.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not read closes the pipe; that is its right.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Where a file is that commands call so.
    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.cluster.path().join(name)
    }

    /// Writes a file where commands run, and gives its name.
    pub fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.cluster.path().join(name), text).unwrap();
        name.to_owned()
    }
}
