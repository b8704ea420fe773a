//! The web UI's own checks.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::program::{root, run};

/// Types, lints, unit tests, build, size: whatever `npm run check` names.
pub fn check() -> anyhow::Result<()> {
    install()?;
    run(&mut npm(&["run", "check"]))
}

/// Installs the packages of the lock file, unless they are there.
pub fn install() -> anyhow::Result<()> {
    if is_installed() {
        return Ok(());
    }
    // Without scripts: no package may run code of its own on this machine, and none needs to.
    run(&mut npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
}

/// npm, in the folder of the web UI.
pub fn npm(args: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(args).current_dir(folder());
    command
}

fn folder() -> PathBuf {
    root().join("ui/web")
}

/// `npm ci` writes its own copy of the lock file last.
fn is_installed() -> bool {
    let modified = |path: &str| fs::metadata(folder().join(path)).and_then(|data| data.modified()).ok();
    let installed = modified("node_modules/.package-lock.json");
    installed.is_some() && installed >= modified("package-lock.json")
}
