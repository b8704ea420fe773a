//! A cluster of real member processes on loopback.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::api::Api;
use crate::ports;
use crate::process::Process;
use crate::wait::{until, until_ok};
use crate::workdir::WorkDir;

/// The administrator that every test cluster begins with.
pub const ADMIN_EMAIL: &str = "admin@example.com";
/// Their password.
pub const ADMIN_PASSWORD: &str = "correct horse battery";

/// One member.
pub struct Member {
    id: u64,
    http: u16,
    grpc: u16,
    process: Option<Process>,
}

/// Three members, or as many as asked for.
pub struct Cluster {
    binary: PathBuf,
    /// Where data and logs are.
    pub dir: WorkDir,
    members: Vec<Member>,
    spec: String,
    options: Vec<String>,
}

impl Cluster {
    /// Starts `count` members and waits until each is ready.
    pub async fn start(binary: &str, count: usize, options: &[&str]) -> Self {
        let dir = WorkDir::new("cluster");
        let mut members = Vec::new();
        let mut spec = Vec::new();
        for id in 1..=count as u64 {
            let (http, peer) = (ports::free(), ports::free());
            spec.push(format!("{id}=127.0.0.1:{peer}=http://127.0.0.1:{http}"));
            members.push(Member { id, http, grpc: ports::free(), process: None });
        }
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let mut cluster = Self { binary: binary.into(), dir, members, spec: spec.join(","), options };
        for index in 0..count {
            cluster.launch(index);
        }
        for index in 0..count {
            cluster.ready(index).await;
        }
        cluster
    }

    /// Starts a member that does not run.
    pub fn launch(&mut self, index: usize) {
        let (binary, spec, options) = (self.binary.clone(), self.spec.clone(), self.options.clone());
        let (dir, key) = (self.dir.path().to_owned(), self.key_file());
        let member = &mut self.members[index];
        let name = format!("member-{}", member.id);
        let mut command = Command::new(binary);
        command
            .arg("server")
            .args(["--member-id", &member.id.to_string(), "--members", &spec])
            .args(["--http", &format!("127.0.0.1:{}", member.http)])
            .args(["--grpc", &format!("127.0.0.1:{}", member.grpc)])
            .arg("--data-dir")
            .arg(dir.join(&name))
            .arg("--kek-file")
            .arg(&key)
            .args(["--bootstrap-admin", ADMIN_EMAIL])
            .args(options)
            .env("SENTINEL_CP_BOOTSTRAP_PASSWORD", ADMIN_PASSWORD);
        member.process = Some(Process::start(&name, &mut command, &dir.join(format!("{name}.log"))));
    }

    /// Waits until a member says that it is ready.
    pub async fn ready(&self, index: usize) {
        let api = Api::new(&self.url(index));
        until(&format!("member {} is ready", index + 1), 60, || async {
            let (status, _) = api.send(reqwest::Method::GET, "/ready", None).await.ok()?;
            (status == 200).then_some(())
        })
        .await;
    }

    /// Base URL of a member.
    pub fn url(&self, index: usize) -> String {
        format!("http://127.0.0.1:{}", self.members[index].http)
    }

    /// gRPC endpoint of a member.
    pub fn grpc_url(&self, index: usize) -> String {
        format!("http://127.0.0.1:{}", self.members[index].grpc)
    }

    /// Base URLs of all members.
    pub fn urls(&self) -> Vec<String> {
        (0..self.members.len()).map(|index| self.url(index)).collect()
    }

    /// Number of members.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Never true.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Data directory of a member.
    pub fn data_dir(&self, index: usize) -> PathBuf {
        self.dir.join(&format!("member-{}", index + 1))
    }

    /// What a member has said so far.
    pub fn log(&self, index: usize) -> String {
        self.members[index].process.as_ref().map(Process::log).unwrap_or_default()
    }

    /// The key file that all members share.
    pub fn key_file(&self) -> PathBuf {
        self.dir.join("kek")
    }

    /// Directory of the cluster.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// `kill -9`.
    pub fn kill9(&mut self, index: usize) {
        if let Some(process) = &mut self.members[index].process {
            process.kill9();
        }
    }

    /// SIGTERM and wait.
    pub fn stop(&mut self, index: usize) {
        if let Some(process) = &mut self.members[index].process {
            process.stop();
        }
    }

    /// The administrator's API at a member.
    pub async fn admin(&self, index: usize) -> Api {
        let url = self.url(index);
        until_ok("the administrator signs in", 30, || Api::login(&url, ADMIN_EMAIL, ADMIN_PASSWORD)).await
    }

    /// Index of the leader, as the members that run see it.
    pub async fn leader(&self, api: &Api) -> usize {
        until("a leader", 30, || async {
            for index in 0..self.members.len() {
                let status = api.at(&self.url(index)).get("/api/v1/cluster?consistency=stale").await;
                let leader = status.ok().and_then(|status| status["leader"].as_u64());
                if let Some(leader) = leader.and_then(|leader| usize::try_from(leader).ok()) {
                    return Some(leader - 1);
                }
            }
            None
        })
        .await
    }

    /// Makes a project in the first org and returns its slug.
    pub async fn project(&self, api: &Api, slug: &str) -> Result<String> {
        let orgs = api.get("/api/v1/orgs").await?;
        let org = orgs["orgs"][0]["slug"].as_str().context("an org")?.to_owned();
        let made: Value =
            api.post(&format!("/api/v1/orgs/{org}/projects"), &json!({"name": slug, "slug": slug})).await?;
        anyhow::ensure!(made.is_object(), "{made}");
        Ok(slug.to_owned())
    }

    /// An enrolment token of a project.
    pub async fn enrolment_token(&self, api: &Api, project: &str) -> Result<String> {
        let path = format!("/api/v1/projects/{project}/enrolment-tokens");
        let made = api.post(&path, &json!({"name": "fleet"})).await?;
        Ok(made["token"].as_str().context("a token")?.to_owned())
    }
}
