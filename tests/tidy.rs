//! The house rules, as tests: who may depend on whom, what may not be in the tree, how files look.
//!
//! A rule is data in a table with its reason beside it. Changing a table is a decision: say why in ARCHITECTURE.md or in a
//! record under docs/adr.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use cargo_metadata::{Metadata, MetadataCommand};

#[path = "tidy/directions.rs"]
mod directions;
#[path = "tidy/documents.rs"]
mod documents;
#[path = "tidy/licences.rs"]
mod licences;
#[path = "tidy/sources.rs"]
mod sources;
#[path = "tidy/supply.rs"]
mod supply;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The packages of the tree with their dependencies, as the lock file has them.
fn metadata() -> &'static Metadata {
    static METADATA: OnceLock<Metadata> = OnceLock::new();
    METADATA.get_or_init(|| {
        let mut command = MetadataCommand::new();
        command.manifest_path(root().join("Cargo.toml")).other_options(["--locked".to_owned()]);
        command.exec().expect("`cargo metadata --locked` answers")
    })
}

/// Files that are tracked or would be, relative to the root.
fn files() -> &'static [PathBuf] {
    static FILES: OnceLock<Vec<PathBuf>> = OnceLock::new();
    FILES.get_or_init(|| {
        let output = Command::new("git")
            // A checkout that belongs to somebody else is a checkout all the same.
            .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root())
            .output()
            .expect("git is there");
        assert!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
        let names = String::from_utf8(output.stdout).unwrap();
        let names = names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from);
        let found: Vec<_> = names.filter(|name| root().join(name).is_file()).collect();
        assert!(found.len() > 100, "git names {} files: this is not the tree", found.len());
        found
    })
}

/// The text of a file, if it is one.
fn text(file: &Path) -> Option<String> {
    String::from_utf8(std::fs::read(root().join(file)).unwrap()).ok()
}

/// Fails with all findings at once.
fn none(what: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{what}:\n  {}\n", findings.join("\n  "));
}
