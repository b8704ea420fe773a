//! What the tree is built from.

use std::collections::BTreeSet;
use std::process::Command;

use cargo_metadata::DependencyKind;

use crate::licences::{self, Verdict};
use crate::{metadata, none, root};

/// Crates that nothing may be built from, on any platform, and why.
const BANNED: &[(&str, &str)] = &[
    ("ring", "one provider of cryptography: aws-lc-rs"),
    ("openssl", "no C library of the system in a single binary"),
    ("openssl-sys", "no C library of the system in a single binary"),
    ("native-tls", "no TLS of the system in a single binary"),
];

/// Crates that ours must not use themselves, and why.
const BANNED_IN_OURS: &[(&str, &str)] = &[
    ("chrono", "one library of time: jiff"),
    ("time", "one library of time: jiff"),
    ("once_cell", "the standard library has it"),
    ("lazy_static", "the standard library has it"),
];

/// Crates that must be the exact version that was tested, by how their names begin, and why.
const PINNED: &[(&str, &str)] = &[
    ("openraft", "an alpha: docs/adr/0001"),
    ("zentinel-", "what it accepts is what the proxy accepts"),
    ("sled", "its files must stay readable"),
    ("bincode", "its files must stay readable"),
];

/// The names of all crates that cargo would build for some platform, tests and build scripts included. The lock file does not
/// tell: it also lists crates behind features that are off (rustls-webpki's `ring?/alloc` brings in the name of ring).
fn built() -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--workspace", "--all-features", "--target", "all", "--edges", "all"])
        .args(["--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .expect("cargo is there");
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn nothing_is_built_from_a_banned_crate() {
    let built = built();
    assert!(built.contains("aws-lc-rs") && built.len() > 300, "{} crates looked at", built.len());
    let found = BANNED.iter().filter(|(name, _)| built.contains(*name));
    none("banned", &found.map(|(name, why)| format!("{name}: {why}")).collect::<Vec<_>>());
}

#[test]
fn our_crates_use_no_library_that_we_have_another_one_for() {
    let mut wrong = Vec::new();
    for package in metadata().workspace_packages() {
        for found in &package.dependencies {
            let banned = BANNED_IN_OURS.iter().filter(|(name, _)| *name == found.name);
            wrong.extend(banned.map(|(name, why)| format!("{} → {name}: {why}", package.name)));
        }
    }
    none("banned in our own crates", &wrong);
}

#[test]
fn fragile_dependencies_are_pinned_exactly() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for package in metadata().workspace_packages() {
        for found in &package.dependencies {
            for (_, why) in PINNED.iter().filter(|(prefix, _)| found.name.starts_with(prefix)) {
                seen += 1;
                if !found.req.to_string().starts_with('=') {
                    wrong.push(format!(
                        "{} takes {} {}: pin it with `=`, {why}",
                        package.name, found.name, found.req
                    ));
                }
            }
        }
    }
    assert!(seen > 3, "{seen} pinned dependencies looked at");
    none("not pinned", &wrong);
}

#[test]
fn every_crate_comes_from_the_public_registry_or_from_this_tree() {
    let public = "registry+https://github.com/rust-lang/crates.io-index";
    let other = metadata()
        .packages
        .iter()
        .filter(|package| package.source.as_ref().is_some_and(|source| source.repr != public));
    none(
        "from elsewhere",
        &other.map(|package| format!("{} {:?}", package.name, package.source)).collect::<Vec<_>>(),
    );
}

#[test]
fn every_licence_is_permissive() {
    let mut wrong = Vec::new();
    for package in &metadata().packages {
        let licence = package.license.clone().unwrap_or_default();
        if licences::judge(&licence) != Verdict::Fine && !licences::excepted(&package.name) {
            wrong.push(format!("{} {}: {licence:?}", package.name, package.version));
        }
    }
    none("licences that are not in the table of tests/tidy/licences.rs", &wrong);
}

#[test]
fn every_crate_of_ours_takes_the_lints_edition_and_licence_of_the_workspace() {
    let mut wrong = Vec::new();
    for package in metadata().workspace_packages() {
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        let lines =
            ["[lints]\nworkspace = true\n", "edition.workspace = true\n", "license.workspace = true\n"];
        let missing = lines.iter().filter(|line| !manifest.replace("\r\n", "\n").contains(*line));
        wrong.extend(missing.map(|line| format!("{}: {line:?} is missing", package.name)));
    }
    none("manifests", &wrong);
}

#[test]
fn versions_are_named_once_in_the_root_manifest() {
    let mut wrong = Vec::new();
    for package in metadata().workspace_packages() {
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        let (head, tail) = manifest.split_once("[package]").unwrap();
        // The root manifest holds the table of versions before its own package.
        let own = if package.name == "sentinel-cp" { tail } else { &format!("{head}{tail}") };
        for found in package.dependencies.iter().filter(|found| found.kind != DependencyKind::Unknown) {
            let name = &found.name;
            let shared = own.lines().any(|line| {
                let line = line.trim_start();
                line.starts_with(&format!("{name}.workspace = true"))
                    || (line.starts_with(&format!("{name} = {{")) && line.contains("workspace = true"))
            });
            if !shared {
                wrong.push(format!("{} → {name}: write `{name}.workspace = true`", package.name));
            }
        }
    }
    none("versions", &wrong);
}
