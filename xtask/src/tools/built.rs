//! Tools that cargo builds, each once.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};

use super::system;
use crate::program::{answer, cargo, run};

/// The version of the proxy that the product manages.
const ZENTINEL: &str = "0.6.45";

/// The test runner.
pub fn nextest() -> anyhow::Result<()> {
    if answer(&mut cargo(&["nextest", "--version"])).is_none() {
        run(&mut cargo(&["install", "cargo-nextest", "--locked"]))?;
    }
    Ok(())
}

/// The real proxy: the one that `SENTINEL_ZENTINEL` names, else the one in the cache, which is built when it is missing.
pub fn zentinel() -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os("SENTINEL_ZENTINEL").map(PathBuf::from) {
        ensure!(path.is_file(), "SENTINEL_ZENTINEL names {}, which is no file", path.display());
        return Ok(path);
    }
    let tools = cache()?;
    let root = tools.join(format!("zentinel-{ZENTINEL}"));
    let binary = root.join("bin/zentinel");
    if binary.is_file() {
        return Ok(binary);
    }
    system::proxy_build()?;
    println!("building the proxy {ZENTINEL} into {}; this happens once", root.display());
    let target = tools.join(format!("zentinel-{ZENTINEL}-target"));
    let mut install = cargo(&["install", "zentinel-proxy", "--version", ZENTINEL, "--locked", "--root"]);
    // Outside the project: its settings are none of the proxy's business.
    run(install.arg(&root).env("CARGO_TARGET_DIR", &target).current_dir(&tools))?;
    fs::remove_dir_all(&target).with_context(|| format!("cannot remove {}", target.display()))?;
    ensure!(answer(Command::new(&binary).arg("--version")).is_some(), "{} does not run", binary.display());
    Ok(binary)
}

pub(super) fn cache() -> anyhow::Result<PathBuf> {
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| {
        let home = std::env::var_os("HOME")?;
        Some(PathBuf::from(home).join(".cache"))
    });
    let cache = base.context("neither XDG_CACHE_HOME nor HOME is set")?.join("sentinel-cp/tools");
    fs::create_dir_all(&cache).with_context(|| format!("cannot create {}", cache.display()))?;
    Ok(cache)
}
