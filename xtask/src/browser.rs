//! The web UI in a browser, on the real binary: three members and a simulated fleet, as `sentinel-cp dev` starts them. A test brings a node with
//! the real proxy into it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::program::{root, run};
use crate::{rust, tools, web};

/// How long a cluster may take to be there: three members form, passwords are hashed, bundles are compiled.
const START: Duration = Duration::from_secs(120);
/// How long it may take to leave.
const STOP: Duration = Duration::from_secs(20);

/// Runs Playwright against a cluster of its own, which ends with it.
pub fn browser() -> anyhow::Result<()> {
    let chromium = tools::chromium()?;
    let proxy = tools::zentinel()?;
    web::install()?;
    let binary = rust::binary()?;
    let folder = root().join("target/xtask");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let log = folder.join("dev.log");
    let mut cluster = Cluster::start(&binary, &log)?;
    let tests = cluster.ready().and_then(|login| {
        println!("the cluster answers at {}", login.url);
        run(web::npm(&["run", "e2e"])
            .env("SENTINEL_E2E_URL", login.url)
            .env("SENTINEL_E2E_EMAIL", login.email)
            .env("SENTINEL_E2E_PASSWORD", login.password)
            .env("SENTINEL_E2E_AGENT", &binary)
            .env("SENTINEL_E2E_PROXY", &proxy)
            .env("SENTINEL_E2E_BROWSER", &chromium))
    });
    let stopped = cluster.stop();
    tests.and(stopped).with_context(|| format!("the cluster's log is {}", log.display()))
}

/// What `sentinel-cp dev --print json` prints as its first line.
struct Login {
    url: String,
    email: String,
    password: String,
}

impl Login {
    fn parse(line: &str) -> anyhow::Result<Self> {
        let json: serde_json::Value =
            serde_json::from_str(line).with_context(|| format!("`dev --print json` printed {line:?}"))?;
        let field = |name: &str| {
            let text = json[name].as_str().map(str::to_owned);
            text.with_context(|| format!("`dev --print json` printed no {name:?}: {line}"))
        };
        Ok(Self { url: field("url")?, email: field("email")?, password: field("password")? })
    }
}

struct Cluster {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Cluster {
    fn start(binary: &Path, log: &Path) -> anyhow::Result<Self> {
        let log = File::create(log).with_context(|| format!("cannot create {}", log.display()))?;
        let mut child = Command::new(binary)
            .args(["dev", "--print", "json"])
            .current_dir(root())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let stdout = child.stdout.take().context("no standard output")?;
        let (sender, lines) = mpsc::channel();
        // Reads to the end, so that the cluster never waits for a full pipe.
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Nobody listens any more once the first line was taken.
                let _ = sender.send(line);
            }
        });
        Ok(Self { child, lines })
    }

    fn ready(&mut self) -> anyhow::Result<Login> {
        match self.lines.recv_timeout(START) {
            Ok(line) => Login::parse(&line),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                bail!("`sentinel-cp dev` was not ready within {} s", START.as_secs())
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => bail!("`sentinel-cp dev` ended before it was ready"),
        }
    }

    /// Asks it to leave, and insists when it does not: that is a failure too.
    fn stop(&mut self) -> anyhow::Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("`sentinel-cp dev` ended by itself ({status})");
        }
        kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM)
            .context("cannot signal the cluster")?;
        let deadline = Instant::now() + STOP;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                return if status.success() { Ok(()) } else { bail!("`sentinel-cp dev` left with {status}") };
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.child.kill().context("cannot kill the cluster")?;
        self.child.wait()?;
        bail!("`sentinel-cp dev` did not leave within {} s of SIGTERM", STOP.as_secs())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Login;

    #[test]
    fn a_login_needs_an_address_and_credentials() {
        let login =
            Login::parse(r#"{"url":"http://127.0.0.1:4000","email":"a@b.c","password":"p"}"#).unwrap();
        assert_eq!((login.email.as_str(), login.password.as_str()), ("a@b.c", "p"));
        assert!(Login::parse(r#"{"url":"http://127.0.0.1:4000","email":"a@b.c"}"#).is_err());
        assert!(Login::parse("ready").is_err());
    }
}
