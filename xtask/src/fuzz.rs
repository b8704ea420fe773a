//! Runs the targets in `tests/fuzz` under libFuzzer, with the toolchain of the project: what counts the branches taken is a pass of LLVM that every
//! compiler has. Only the targets' platform is instrumented, not what runs while they are built.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, bail};
use clap::Args;

use crate::program::{cargo, root, run};

/// The targets, as `sentinel_fuzz::ALL` has them.
const TARGETS: [&str; 4] = ["archive", "kdl", "openapi", "selectors"];

/// How the branches taken are counted, and compared values told.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// What to fuzz.
#[derive(Args)]
pub struct Options {
    /// This target only
    #[arg(value_name = "TARGET", value_parser = TARGETS)]
    target: Option<String>,
    /// How long each target runs
    #[arg(long, value_name = "N", default_value_t = 600)]
    seconds: u32,
}

/// Builds the targets and runs one after the other. What one finds ends the run; it is kept, and told.
pub fn fuzz(options: &Options) -> anyhow::Result<()> {
    let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from).unwrap_or_else(|| root().join("target"));
    let own = target.join("fuzz");
    let args = ["build", "--locked", "--release", "--package", "sentinel-fuzz", "--bin", "fuzz"];
    run(cargo(&args)
        .args(["--features", "libfuzzer", "--target", &triple])
        .env("RUSTFLAGS", FLAGS)
        .env("CARGO_TARGET_DIR", &own)
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        // A number that wraps around is a finding too.
        .env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true")
        .env("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true"))?;
    let program = own.join(triple).join("release/fuzz");
    for name in TARGETS.iter().filter(|name| options.target.as_deref().is_none_or(|only| only == **name)) {
        one(name, &program, &own, options.seconds)?;
    }
    Ok(())
}

fn one(name: &str, program: &PathBuf, own: &std::path::Path, seconds: u32) -> anyhow::Result<()> {
    let (corpus, found) = (own.join("corpus").join(name), own.join("found").join(name));
    for folder in [&corpus, &found] {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let tests = root().join("tests/fuzz");
    let mut command = std::process::Command::new(program);
    command.arg(&corpus).arg(tests.join("seeds").join(name));
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-artifact_prefix={}/", found.display()));
    // One input has ten seconds and two gibibytes.
    command.args(["-timeout=10", "-rss_limit_mb=2048", "-max_len=65536", "-print_final_stats=1"]);
    let words = tests.join("dictionaries").join(format!("{name}.dict"));
    if words.is_file() {
        command.arg(format!("-dict={}", words.display()));
    }
    println!("=== {name}, {seconds} s ===");
    let status = command.env("SENTINEL_FUZZ_TARGET", name).stdin(Stdio::null()).status();
    let status = status.with_context(|| format!("cannot start {}", program.display()))?;
    if !status.success() {
        bail!(
            "{name}: something was found, and is in {}; mend it, and keep it in tests/fuzz/seeds/{name}",
            found.display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{TARGETS, root};

    #[test]
    fn each_folder_of_seeds_is_that_of_a_target() {
        let folders = std::fs::read_dir(root().join("tests/fuzz/seeds")).unwrap();
        let mut folders: Vec<String> =
            folders.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        folders.sort();
        assert_eq!(folders, TARGETS);
    }
}
