//! Tools from the system.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{bail, ensure};
use nix::unistd::Uid;

use crate::program::{answer, exists, run};

/// Oldest Node.js that the web UI's tools run on.
const NODE_MIN: u32 = 20;
/// The browser that the tests of the web UI drive, and the Debian package that has it.
const CHROMIUM: &str = "chromium-headless-shell";

/// A C compiler.
pub fn compiler() -> anyhow::Result<()> {
    if exists("cc") {
        return Ok(());
    }
    install("a C compiler (`cc`)", &["build-essential"])
}

/// Node.js with npm. Not from the system's packages: those of Debian 12 are too old.
pub fn node() -> anyhow::Result<()> {
    let install = format!("install Node.js {NODE_MIN} or newer, with npm");
    let Some(version) = answer(Command::new("node").arg("--version")) else {
        bail!("the web UI needs Node.js, and there is no `node` here: {install}");
    };
    ensure!(major(&version) >= Some(NODE_MIN), "Node.js {version} is too old for the web UI: {install}");
    ensure!(exists("npm"), "the web UI needs npm, and there is no `npm` here: {install}");
    println!("node: {version}");
    Ok(())
}

/// Where the browser is.
pub fn chromium() -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os("SENTINEL_E2E_BROWSER").map(PathBuf::from) {
        ensure!(path.is_file(), "SENTINEL_E2E_BROWSER names {}, which is no file", path.display());
        return Ok(path);
    }
    if let Some(path) = in_path(CHROMIUM) {
        return Ok(path);
    }
    install("a browser for the tests of the web UI", &[CHROMIUM])?;
    match in_path(CHROMIUM) {
        Some(path) => Ok(path),
        None => bail!("{CHROMIUM} is installed and still not in PATH"),
    }
}

/// The clocks of the tests with members whose clocks differ.
pub fn faketime() -> anyhow::Result<()> {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    if folders.map(|folder| folder.path().join("faketime/libfaketime.so.1")).any(|file| file.exists()) {
        return Ok(());
    }
    install("libfaketime, for members whose clocks differ", &["libfaketime"])
}

/// What building the real proxy needs.
pub fn proxy_build() -> anyhow::Result<()> {
    let needed = [("cmake", "cmake"), ("protoc", "protobuf-compiler")];
    let missing: Vec<_> = needed.iter().filter(|(program, _)| !exists(program)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let programs: Vec<_> = missing.iter().map(|(program, _)| *program).collect();
    let packages: Vec<_> = missing.iter().map(|(_, package)| *package).collect();
    install(&format!("{} for building the proxy", programs.join(" and ")), &packages)
}

/// What the tests with disks of their own need.
pub fn disks() -> anyhow::Result<()> {
    if exists("mkfs.ext4") {
        return Ok(());
    }
    install("mkfs.ext4 for the tests of disks that fail", &["e2fsprogs"])
}

/// The load balancer of the tests with weights.
pub fn haproxy() -> anyhow::Result<()> {
    // Debian has it where only root looks.
    if in_path("haproxy").is_some() || Path::new("/usr/sbin/haproxy").is_file() {
        return Ok(());
    }
    install("HAProxy for the tests of a load balancer in front", &["haproxy"])
}

/// The certificate authority of the tests of ACME, and its name server.
pub fn pebble() -> anyhow::Result<()> {
    if ["pebble", "pebble-challtestsrv"].iter().all(|program| in_path(program).is_some()) {
        return Ok(());
    }
    install("pebble for the tests of ACME", &["pebble"])
}

/// Somebody else's look at certificates and lists of revoked ones, and what makes some for the browser.
pub fn openssl() -> anyhow::Result<()> {
    if exists("openssl") {
        return Ok(());
    }
    install("openssl for the tests of certificates", &["openssl"])
}

/// Python with virtual environments.
pub fn python() -> anyhow::Result<()> {
    if answer(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_some() {
        return Ok(());
    }
    install("Python with virtual environments, for the S3 server of the tests", &["python3", "python3-venv"])
}

/// Installs packages as root on a Debian machine; anywhere else says how.
fn install(what: &str, packages: &[&str]) -> anyhow::Result<()> {
    let names = packages.join(" ");
    if !Uid::effective().is_root() || !exists("apt-get") {
        bail!("missing: {what}; on Debian: sudo apt-get install -y {names}");
    }
    println!("missing: {what}; installing {names}");
    run(Command::new("apt-get").arg("update"))?;
    let mut command = Command::new("apt-get");
    command.args(["install", "-y", "--no-install-recommends"]).args(packages);
    run(command.env("DEBIAN_FRONTEND", "noninteractive"))
}

fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_is_the_first_number() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("latest"), None);
    }
}
