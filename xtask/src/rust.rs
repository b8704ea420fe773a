//! Checks that cargo runs.
//!
//! Each names the whole workspace: with a part of it cargo would choose other features for the dependencies, and compile
//! them once more.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::program::{cargo, root, run};

/// Where our crates are.
const FOLDERS: &[&str] = &["raft", "storage", "api", "ui/src", "tests/kit"];

/// Formatting.
pub fn fmt() -> anyhow::Result<()> {
    run(&mut cargo(&["fmt", "--all", "--check"]))
}

/// Lints; a warning is an error.
pub fn clippy() -> anyhow::Result<()> {
    run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))
}

/// House rules, licences and banned crates.
pub fn policy() -> anyhow::Result<()> {
    run(&mut cargo(&["nextest", "run", "--workspace", "--locked", "--test", "tidy"]))
}

/// Every test.
pub fn tests() -> anyhow::Result<()> {
    run(&mut cargo(&["nextest", "run", "--workspace", "--locked"]))
}

/// The binary as the tests have it. A plain build would choose features without those of the tests, and compile again.
pub fn binary() -> anyhow::Result<PathBuf> {
    run(&mut cargo(&["test", "--workspace", "--locked", "--no-run", "--quiet", "--test", "tidy"]))?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from).unwrap_or_else(|| root().join("target"));
    Ok(target.join("debug/sentinel-cp"))
}

/// Documentation, of private items too: a broken link is an error.
pub fn doc() -> anyhow::Result<()> {
    let args = ["doc", "--workspace", "--locked", "--no-deps", "--document-private-items"];
    run(cargo(&args).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Examples in the documentation, when there are any: looking for them in every crate takes long for none.
pub fn examples() -> anyhow::Result<()> {
    for folder in FOLDERS {
        if let Some(file) = file_with_example(&root().join(folder))? {
            println!("{} has one", file.display());
            return run(&mut cargo(&["test", "--workspace", "--locked", "--doc"]));
        }
    }
    println!("no crate has any");
    Ok(())
}

fn file_with_example(folder: &Path) -> anyhow::Result<Option<PathBuf>> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let found = if path.is_dir() {
            file_with_example(&path)?
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            has_example(&text).then_some(path)
        } else {
            None
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Whether rustdoc would compile something in this file: a fenced block that names no other language than Rust.
fn has_example(text: &str) -> bool {
    let mut inside = false;
    for line in text.lines() {
        let line = line.trim_start();
        let Some(comment) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else {
            inside = false;
            continue;
        };
        let Some(words) = comment.trim().strip_prefix("```") else { continue };
        if inside {
            inside = false;
            continue;
        }
        inside = true;
        let rust = ["rust", "no_run", "should_panic", "compile_fail", "edition2024"];
        if words.split(',').all(|word| word.is_empty() || rust.contains(&word.trim())) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::has_example;

    #[test]
    fn only_fenced_rust_in_documentation_counts_as_an_example() {
        assert!(has_example("/// Text\n/// ```\n/// let x = 1;\n/// ```\n"));
        assert!(has_example("    //! ```no_run\n    //! f();\n    //! ```\n"));
        assert!(!has_example("/// ```text\n/// a picture\n/// ```\n/// more\n"));
        assert!(!has_example("// ```\n// let x = 1;\n// ```\n"));
    }
}
