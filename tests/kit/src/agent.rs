//! An agent process beside one real proxy.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ports;
use crate::process::Process;
use crate::zentinel;

/// See the module.
pub struct Agent {
    binary: PathBuf,
    /// Name of the node.
    pub name: String,
    /// Port of the proxy's data listener.
    pub http_port: u16,
    dir: PathBuf,
    args: Vec<String>,
    process: Option<Process>,
}

impl Agent {
    /// Starts an agent that enrols as `name` and runs the real proxy with its data listener on a port of its own.
    pub fn start(
        binary: &str,
        dir: &Path,
        name: &str,
        servers: &[String],
        project: &str,
        token: &str,
    ) -> Self {
        Self::start_with(binary, dir, name, servers, project, token, &[])
    }

    /// The same with more options.
    pub fn start_with(
        binary: &str,
        dir: &Path,
        name: &str,
        servers: &[String],
        project: &str,
        token: &str,
        options: &[&str],
    ) -> Self {
        let http_port = ports::free();
        let mut args = vec!["agent".to_owned()];
        for server in servers {
            args.extend(["--server".to_owned(), server.clone()]);
        }
        for (flag, value) in [
            ("--project", project.to_owned()),
            ("--enrolment-token", token.to_owned()),
            ("--name", name.to_owned()),
            ("--proxy", zentinel::binary().display().to_string()),
            ("--data-dir", dir.join(name).display().to_string()),
            ("--var", format!("http_port={http_port}")),
        ] {
            args.extend([flag.to_owned(), value]);
        }
        args.extend(options.iter().map(|option| (*option).to_owned()));
        let mut agent = Self {
            binary: binary.into(),
            name: name.to_owned(),
            http_port,
            dir: dir.to_owned(),
            args,
            process: None,
        };
        agent.launch();
        agent
    }

    /// Starts the agent again.
    pub fn launch(&mut self) {
        let log = self.dir.join(format!("agent-{}.log", self.name));
        let mut command = Command::new(&self.binary);
        command.args(&self.args);
        self.process = Some(Process::start(&format!("agent {}", self.name), &mut command, &log));
    }

    /// `kill -9` of the agent alone; its proxy goes on.
    pub fn kill9(&mut self) {
        if let Some(process) = &mut self.process {
            process.kill9();
        }
    }

    /// Process id of the agent, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().and_then(Process::pid)
    }

    /// Address of the data listener.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.http_port)
    }

    /// What the agent has said so far.
    pub fn log(&self) -> String {
        self.process.as_ref().map(Process::log).unwrap_or_default()
    }

    /// The agent's data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.dir.join(&self.name)
    }

    /// Process ids of the proxies whose command line names this agent's data directory.
    pub fn proxy_pids(&self) -> Vec<i32> {
        let needle = self.data_dir().display().to_string();
        let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
        entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
            .filter(|pid| {
                let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                let line = String::from_utf8_lossy(&line).replace('\0', " ");
                line.contains("zentinel") && line.contains(&needle) && !line.contains(" agent ")
            })
            .collect()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.kill9();
        for pid in self.proxy_pids() {
            let _ =
                nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL);
        }
    }
}
