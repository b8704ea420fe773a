//! Makes a data directory as this or an earlier version leaves it behind, for the tests of upgrades: one member with people, keys, bundles,
//! nodes and rollouts, a snapshot and a log behind it, ended by `kill -9` in the middle of a record.
//!
//! It drives the binary by its own command line, so it needs nothing that an earlier version does not have.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::Args;
use serde_json::{Map, Value, json};

use crate::program::root;

/// Where scars are kept.
const FOLDER: &str = "tests/cluster/upgrade";
/// Largest archive that goes into the repository, in bytes.
const ARCHIVE_MAX: u64 = 300_000;
const EMAIL: &str = "admin@example.com";
/// Good for nothing but these directories.
const PASSWORD: &str = "correct horse battery";
const PATIENCE: Duration = Duration::from_secs(60);
/// Entries between two snapshots, where the binary can be told.
const SNAPSHOT_EVERY: &str = "300";
/// Entries behind the snapshot.
const TAIL: u64 = 40;
/// Bytes that the torn end of the log lacks.
const TORN: u64 = 7;

/// What is to be made, of what.
#[derive(Args)]
pub struct Options {
    /// Name of the scar, such as the version
    #[arg(value_name = "NAME")]
    name: String,
    /// The binary whose directory it shall be
    #[arg(long, value_name = "PATH")]
    binary: PathBuf,
}

/// Makes it, starts the binary on it once more to see that it is good, and keeps it beside what was in it.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let binary = options.binary.canonicalize().context("--binary")?;
    let scratch = std::env::temp_dir().join(format!("sentinel-scar-{}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    let mut member = Member::init(binary, scratch.clone())?;
    member.start()?;
    let last = furnish(&member)?;
    let bodies = member.bodies()?;
    // The write that is torn: nobody may rely on it, and on what is before it everybody.
    member.ctl(&["token", "create", "torn", "--project", "shop"])?;
    member.kill();
    tear(&member.dir().join("raft-log"))?;
    let archive = root().join(FOLDER).join(format!("{}.tar.zst", options.name));
    pack(&member.dir(), &archive)?;
    member.start().context("the scar does not heal")?;
    member.kill();
    let size = fs::metadata(&archive)?.len();
    ensure!(size <= ARCHIVE_MAX, "{} has {size} bytes, more than {ARCHIVE_MAX}", archive.display());
    let facts = json!({
        "version": member.version()?,
        "email": EMAIL,
        "password": PASSWORD,
        "committed": last["committed"],
        "snapshot": last["snapshot"],
        "bodies": bodies,
    });
    fs::write(
        archive.with_extension("").with_extension("json"),
        serde_json::to_string_pretty(&facts)? + "\n",
    )?;
    fs::remove_dir_all(&scratch)?;
    println!("{}: {size} bytes", archive.display());
    Ok(())
}

/// Fills the member until it has a snapshot and a log behind it, and returns what it says of itself.
fn furnish(member: &Member) -> anyhow::Result<Value> {
    member.ctl(&["org", "create", "Second", "--slug", "second"])?;
    member.ctl(&["project", "create", "Shop", "--slug", "shop", "--org", "default"])?;
    let in_default = |words: &[&str]| member.ctl(&[words, &["--org", "default"]].concat());
    in_default(&[
        "org",
        "members",
        "add",
        "bob@example.com",
        "--name",
        "Bob",
        "--role",
        "reader",
        "--password-stdin",
    ])?;
    in_default(&["key", "create", "dashboards", "--scope", "nodes:read"])?;
    let in_shop = |words: &[&str]| member.ctl(&[words, &["--project", "shop"]].concat());
    let token = in_shop(&["token", "create", "fleet"])?;
    let token = token["token"].as_str().context("a token")?.to_owned();
    let url = member.url();
    let mut fleet = vec!["sim", "--server", &url, "--project", "shop", "--enrolment-token", &token];
    fleet.extend(["--nodes", "3", "--fail-rate", "0"]);
    let mut fleet = member.spawn("fleet", &fleet)?;
    until("three nodes", || {
        let list = in_shop(&["node", "list"])?;
        Ok(list["nodes"].as_array().is_some_and(|nodes| nodes.len() == 3))
    })?;
    let edge = root().join("deploy/example/edge.kdl").display().to_string();
    for version in ["1.0", "2.0"] {
        in_shop(&["bundle", "create", &edge, "--version", version])?;
    }
    let rollout = |bundle: &str| -> anyhow::Result<String> {
        let made = in_shop(&["rollout", "create", "--bundle", bundle])?;
        Ok(made["rollout"]["id"].as_str().context("a rollout")?.to_owned())
    };
    let first = rollout("1.0")?;
    let state =
        |id: &str| Ok::<_, anyhow::Error>(in_shop(&["rollout", "show", id])?["rollout"]["state"].clone());
    until("a completed rollout", || Ok(state(&first)? == "completed"))?;
    let second = rollout("2.0")?;
    in_shop(&["rollout", "pause", &second])?;
    end(&mut fleet);
    let status = || member.ctl(&["cluster", "status"]);
    let snapshot = || Ok::<_, anyhow::Error>(status()?["snapshot"].as_u64().unwrap_or(0));
    // As little as there can be in so many entries.
    let fill = |role: &str| in_default(&["org", "members", "set-role", "bob@example.com", role]);
    while snapshot()? == 0 {
        for role in ["operator", "reader"].repeat(10) {
            fill(role)?;
        }
    }
    let behind = |status: &Value| {
        let number = |name: &str| status[name].as_u64().unwrap_or(0);
        number("committed").saturating_sub(number("snapshot"))
    };
    while behind(&status()?) < TAIL {
        fill("operator")?;
        fill("reader")?;
    }
    status()
}

/// The member whose directory it becomes.
struct Member {
    binary: PathBuf,
    scratch: PathBuf,
    peer: String,
    http: String,
    grpc: String,
    process: Option<Child>,
}

impl Drop for Member {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Member {
    fn init(binary: PathBuf, scratch: PathBuf) -> anyhow::Result<Self> {
        let member = Self { binary, scratch, peer: free()?, http: free()?, grpc: free()?, process: None };
        let made = member
            .command(&["cluster", "init", "--admin", EMAIL, "--data-dir"])
            .arg(member.dir())
            .env("SENTINEL_CP_ADMIN_PASSWORD", PASSWORD)
            .output()?;
        ensure!(made.status.success(), "cluster init: {}", String::from_utf8_lossy(&made.stderr));
        Ok(member)
    }

    fn dir(&self) -> PathBuf {
        self.scratch.join("data")
    }

    fn url(&self) -> String {
        format!("http://{}", self.http)
    }

    fn command<S: AsRef<OsStr>>(&self, words: &[S]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(words).env("SENTINEL_CP_CONFIG_DIR", self.scratch.join("logins")).stdin(Stdio::null());
        command
    }

    fn spawn(&self, name: &str, words: &[&str]) -> anyhow::Result<Child> {
        let log = File::options().create(true).append(true).open(self.scratch.join(format!("{name}.log")))?;
        Ok(self.command(words).stdout(log.try_clone()?).stderr(log).spawn()?)
    }

    /// Starts it, and waits until the administrator can sign in: that is a write.
    fn start(&mut self) -> anyhow::Result<()> {
        let dir = self.dir().display().to_string();
        let mut words = vec!["server", "--data-dir", &dir, "--peer", &self.peer, "--http", &self.http];
        words.extend(["--grpc", &self.grpc]);
        let help = self.command(&["server", "--help"]).output()?;
        if String::from_utf8_lossy(&help.stdout).contains("--snapshot-every") {
            words.extend(["--snapshot-every", SNAPSHOT_EVERY]);
        }
        self.process = Some(self.spawn("member", &words)?);
        let url = self.url();
        until("the administrator signs in", || {
            let words = ["login", "--server", &url, "--email", EMAIL, "--password-stdin"];
            Ok(self.told(&words)?.status.success())
        })
    }

    /// `kill -9`.
    fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            end(&mut process);
        }
    }

    /// Runs a command that may read the password.
    fn told(&self, words: &[&str]) -> anyhow::Result<std::process::Output> {
        let mut child = self
            .command(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            // Who does not read it has ended before.
            input.write_all(format!("{PASSWORD}\n").as_bytes()).ok();
        }
        Ok(child.wait_with_output()?)
    }

    /// What the command line answers.
    fn ctl(&self, words: &[&str]) -> anyhow::Result<Value> {
        let output = self.told(&[words, &["-o", "json"]].concat())?;
        if !output.status.success() {
            bail!("{}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        serde_json::from_slice(&output.stdout).with_context(|| words.join(" "))
    }

    fn version(&self) -> anyhow::Result<String> {
        let output = self.command(&["--version"]).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// What is there, as the API tells it: path and body.
    fn bodies(&self) -> anyhow::Result<Map<String, Value>> {
        let mut bodies = Map::new();
        for (path, words) in [
            ("/api/v1/orgs", "org list"),
            ("/api/v1/orgs/default/projects", "project list --org default"),
            ("/api/v1/orgs/default/members", "org members list --org default"),
            ("/api/v1/api-keys?org=default", "key list --org default"),
            ("/api/v1/projects/shop/bundles", "bundle list --project shop"),
            ("/api/v1/projects/shop/nodes", "node list --project shop"),
            ("/api/v1/projects/shop/rollouts", "rollout list --project shop"),
            ("/api/v1/projects/shop/enrolment-tokens", "token list --project shop"),
            ("/api/v1/projects/shop/audit", "audit list --project shop"),
        ] {
            let words: Vec<&str> = words.split(' ').collect();
            bodies.insert(path.to_owned(), self.ctl(&words)?);
        }
        Ok(bodies)
    }
}

/// An address that nobody uses now.
fn free() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

fn end(process: &mut Child) {
    process.kill().ok();
    process.wait().ok();
}

fn until(what: &str, mut condition: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !condition()? {
        ensure!(Instant::now() < deadline, "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Takes the end off the last record, as a loss of power in the middle of a write does. Behind it are the zeros of the segment.
fn tear(log: &Path) -> anyhow::Result<()> {
    let mut segments: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(log)? {
        let path = entry?.path();
        segments
            .extend(Some(path).filter(|path| fs::metadata(path).is_ok_and(|found| found.len() > 64 * 1024)));
    }
    segments.sort();
    let newest = segments.last().context("a segment of the log")?;
    let mut file = File::options().read(true).write(true).open(newest)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let written = bytes.iter().rposition(|byte| *byte != 0).context("a record")? as u64 + 1;
    file.seek(SeekFrom::Start(written - TORN))?;
    file.write_all(&[0; TORN as usize])?;
    Ok(())
}

fn pack(dir: &Path, archive: &Path) -> anyhow::Result<()> {
    let file = File::create(archive).with_context(|| archive.display().to_string())?;
    let mut encoder = zstd::Encoder::new(file, 19)?;
    encoder.long_distance_matching(true)?;
    let mut tar = tar::Builder::new(encoder);
    tar.append_dir_all(".", dir)?;
    tar.into_inner()?.finish()?;
    Ok(())
}
