//! A cluster of real member processes on loopback.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::api::Api;
use crate::links::Links;
use crate::ports;
use crate::process::Process;
use crate::volume::Volume;
use crate::wait::{until, until_ok};
use crate::workdir::WorkDir;

mod disks;

/// The administrator that every test cluster begins with.
pub const ADMIN_EMAIL: &str = "admin@example.com";
/// Their password.
pub const ADMIN_PASSWORD: &str = "correct horse battery";

/// One member.
struct Member {
    id: u64,
    http: u16,
    grpc: u16,
    peer: String,
    /// Where the others are told to find it, when that is not `peer`.
    advertised: Option<String>,
    /// What it is told by environment.
    environment: Vec<(String, String)>,
    process: Option<Process>,
}

/// Three members, or as many as asked for, formed as an operator forms them: the first begins the cluster, the others join.
pub struct Cluster {
    binary: PathBuf,
    // Dropped in this order: who runs, what they run on, where it is.
    members: Vec<Member>,
    volumes: Vec<Volume>,
    /// Where data and logs are.
    pub dir: WorkDir,
    /// Each member has a file system of so many MiB.
    volume_mib: Option<u32>,
    options: Vec<String>,
    environment: Vec<(&'static str, String)>,
    token: String,
    links: Option<Links>,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.thaw_all();
    }
}

impl Cluster {
    /// Starts `count` members and waits until each is ready and votes.
    pub async fn start(binary: &str, count: usize, options: &[&str]) -> Self {
        Self::prepare(binary, options).begin(count).await
    }

    /// The same, with a network between the members that can be made to fail.
    pub async fn linked(binary: &str, count: usize, options: &[&str]) -> (Self, Links) {
        let (mut cluster, links) = (Self::prepare(binary, options), Links::default());
        cluster.links = Some(links.clone());
        (cluster.begin(count).await, links)
    }

    /// [`Cluster::start`] of members with these variables in their environment.
    pub async fn start_with(
        binary: &str,
        count: usize,
        options: &[&str],
        environment: &[(&'static str, String)],
    ) -> Self {
        let mut cluster = Self::prepare(binary, options);
        cluster.environment = environment.to_vec();
        cluster.begin(count).await
    }

    async fn begin(mut self, count: usize) -> Self {
        self.grow_to(count).await;
        self
    }

    async fn grow_to(&mut self, count: usize) {
        self.form().await;
        for _ in 1..count {
            self.join().await;
        }
        self.all_vote().await;
        // A token names those who are there when it is made; from now on any of them may be asked.
        self.renew_token().await;
    }

    fn prepare(binary: &str, options: &[&str]) -> Self {
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let dir = WorkDir::new("cluster");
        Self {
            binary: binary.into(),
            members: Vec::new(),
            volumes: Vec::new(),
            dir,
            volume_mib: None,
            options,
            environment: Vec::new(),
            token: String::new(),
            links: None,
        }
    }

    /// Begins the cluster with its first member.
    async fn form(&mut self) {
        let index = self.prepare_member();
        let output = Command::new(&self.binary)
            .args(["cluster", "init", "--admin", ADMIN_EMAIL, "--data-dir"])
            .arg(self.data_dir(index))
            .env("SENTINEL_CP_ADMIN_PASSWORD", ADMIN_PASSWORD)
            .output()
            .expect("the binary runs");
        assert!(output.status.success(), "cluster init: {}", String::from_utf8_lossy(&output.stderr));
        self.launch(index);
        self.ready(index).await;
        self.renew_token().await;
    }

    /// Makes a new join token for those who join from now on.
    pub async fn renew_token(&mut self) {
        self.renew_token_at(0).await;
    }

    /// [`Cluster::renew_token`], made at this member.
    pub async fn renew_token_at(&mut self, index: usize) {
        let made = until_ok("a join token", 30, || async {
            self.admin(index).await.post("/api/v1/cluster/join-tokens", &json!({"uses": 16})).await
        });
        made.await["token"].as_str().expect("a token").clone_into(&mut self.token);
    }

    /// Lets one more member join, and returns its index when it is ready. It may not vote yet.
    pub async fn join(&mut self) -> usize {
        let index = self.prepare_member();
        self.launch(index);
        self.ready(index).await;
        index
    }

    /// One more member that does not run yet, with addresses of its own.
    pub fn prepare_member(&mut self) -> usize {
        let index = self.members.len();
        // Each at its own address, as on machines of their own.
        let peer = format!("127.0.0.{}:{}", index + 1, ports::free());
        let (http, grpc) = (ports::free(), ports::free());
        let real = peer.parse().expect("an address");
        let advertised = self.links.as_ref().map(|links| links.serve(index, real).to_string());
        let (id, environment) = (index as u64 + 1, Vec::new());
        self.members.push(Member { id, http, grpc, peer, advertised, environment, process: None });
        self.give_volume(index);
        index
    }

    /// Waits until every member has a vote, as each of them sees it.
    pub async fn all_vote(&self) {
        let api = self.admin(0).await;
        for index in 0..self.members.len() {
            until(&format!("member {} sees that all vote", index + 1), 60, || async {
                let status = api.at(&self.url(index)).get("/api/v1/cluster?consistency=stale").await.ok()?;
                let members = status["members"].as_array()?;
                let voters = members.iter().filter(|member| member["voter"] == true).count();
                (voters == self.members.len()).then_some(())
            })
            .await;
        }
    }

    /// Starts a member that does not run.
    pub fn launch(&mut self, index: usize) {
        let mut command = self.command(index);
        let log = self.dir.path().join(format!("member-{}.log", index + 1));
        let member = &mut self.members[index];
        let name = format!("member-{}", member.id);
        let process = Process::start(&name, &mut command, &log);
        if let (Some(links), Some(pid)) = (&self.links, process.pid()) {
            links.is_process(index, pid);
        }
        member.process = Some(process);
    }

    /// What starts a member.
    pub fn command(&self, index: usize) -> Command {
        let member = &self.members[index];
        let mut command = Command::new(&self.binary);
        command
            .arg("server")
            .arg("--data-dir")
            .arg(self.data_dir(index))
            .args(["--peer", &member.peer])
            .args(["--http", &format!("127.0.0.1:{}", member.http)])
            .args(["--grpc", &format!("127.0.0.1:{}", member.grpc)])
            .args(&self.options)
            .envs(self.environment.iter().cloned())
            .envs(member.environment.iter().cloned());
        if let Some(advertised) = &member.advertised {
            command.args(["--peer-advertise", advertised]);
        }
        if !self.token.is_empty() {
            command.env("SENTINEL_CP_JOIN", &self.token);
        }
        command
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

    /// The key file of a member. All have the same key.
    pub fn key_file(&self, index: usize) -> PathBuf {
        self.data_dir(index).join("kek")
    }

    /// What members join with.
    pub fn token(&self) -> &str {
        &self.token
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

    /// Sends a signal to a member that runs.
    pub fn signal(&self, index: usize, signal: Signal) {
        if let Some(process) = &self.members[index].process {
            process.signal(signal);
        }
    }

    /// What a member finds in its environment from its next start on.
    pub fn set_environment(&mut self, index: usize, environment: &[(&str, &str)]) {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        self.members[index].environment = environment.iter().map(owned).collect();
    }

    /// Process id of a member while it runs.
    pub fn pid(&self, index: usize) -> Option<u32> {
        self.members[index].process.as_ref().and_then(Process::pid)
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
            let mut seen = Vec::new();
            for index in 0..self.members.len() {
                let status = api.at(&self.url(index)).get("/api/v1/cluster?consistency=stale").await;
                seen.extend(status.ok().map(|status| (index, status)));
            }
            let leader = seen.iter().find_map(|(_, status)| status["leader"].as_u64())?;
            let led = |(_, status): &&(usize, Value)| status["member_id"].as_u64() == Some(leader);
            seen.iter().find(led).map(|(index, _)| *index)
        })
        .await
    }

    /// Gives a member, that must not run, another address for the others to find it at.
    pub fn relocate(&mut self, index: usize) {
        self.members[index].peer = format!("127.0.0.{}:{}", index + 1, ports::free());
    }

    /// What the others find a member at.
    pub fn peer(&self, index: usize) -> &str {
        &self.members[index].peer
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
