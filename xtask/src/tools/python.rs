//! Tools that Python's package index has, each once, in an environment of its own.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};

use super::built::cache;
use super::system;
use crate::program::run;

/// The version of the S3 server that backups are tested with.
const MOTO: &str = "5.2.5";

/// The S3 server: the one that `SENTINEL_MOTO` names, else the one in the cache, which is installed when it is missing.
pub fn moto() -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os("SENTINEL_MOTO").map(PathBuf::from) {
        ensure!(path.is_file(), "SENTINEL_MOTO names {}, which is no file", path.display());
        return Ok(path);
    }
    let root = cache()?.join(format!("moto-{MOTO}"));
    let server = root.join("bin/moto_server");
    let done = root.join("installed");
    if done.is_file() {
        return Ok(server);
    }
    system::python()?;
    println!("installing the S3 server moto {MOTO} into {}; this happens once", root.display());
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&root))?;
    let mut install = Command::new(root.join("bin/pip"));
    run(install.args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        &format!("moto[server]=={MOTO}"),
    ]))?;
    ensure!(server.is_file(), "{} is not there after the installation", server.display());
    std::fs::write(&done, "").with_context(|| format!("cannot write {}", done.display()))?;
    Ok(server)
}
