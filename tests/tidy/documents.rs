//! What the documents must say.

use crate::{files, none, root, text};

/// The product's two commands.
const COMMANDS: [&str; 2] = ["cargo run --release -- dev", "cargo xtask test"];

#[test]
fn the_readme_names_the_two_commands_and_ci_runs_the_second() {
    let readme = text("README.md".as_ref()).unwrap();
    for command in COMMANDS {
        assert!(readme.contains(command), "README.md does not name `{command}`");
    }
    assert!(
        text(".ci/run".as_ref()).unwrap().contains(COMMANDS[1]),
        ".ci/run does not run `{}`",
        COMMANDS[1]
    );
    assert!(
        text(".cargo/config.toml".as_ref()).unwrap().contains("xtask = "),
        "there is no alias for `cargo xtask`"
    );
}

#[test]
fn the_changelog_has_a_section_for_what_is_being_made() {
    let changelog = text("CHANGELOG.md".as_ref()).unwrap();
    let headings: Vec<&str> = changelog.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let version = env!("CARGO_PKG_VERSION");
    let wanted = |heading: &str| heading.starts_with("Unreleased") || heading.starts_with(version);
    assert!(
        headings.iter().any(|heading| wanted(heading)),
        "no section Unreleased or {version} in {headings:?}"
    );
}

#[test]
fn the_licence_is_the_one_that_the_manifests_name() {
    let licence = text("LICENSE".as_ref()).unwrap();
    assert!(licence.contains("Apache License") && licence.contains("Version 2.0, January 2004"));
    assert!(licence.contains("END OF TERMS AND CONDITIONS"), "LICENSE is cut off");
}

#[test]
fn the_architecture_stays_short_enough_to_be_read() {
    let lines = text("ARCHITECTURE.md".as_ref()).unwrap().lines().count();
    assert!((50..=300).contains(&lines), "ARCHITECTURE.md has {lines} lines; 300 is the limit");
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in files().iter().filter(|file| file.extension().is_some_and(|extension| extension == "md")) {
        let folder = root().join(file);
        let folder = folder.parent().unwrap();
        for link in text(file).unwrap().split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            seen += 1;
            if !folder.join(target).exists() {
                wrong.push(format!("{}: {link}", file.display()));
            }
        }
    }
    assert!(seen >= 5, "{seen} links looked at");
    none("broken links", &wrong);
}

#[test]
fn the_tests_that_the_table_of_faults_names_are_there() {
    let document = text("docs/testing.md".as_ref()).unwrap();
    let (_, faults) = document.split_once("## Live faults").unwrap();
    let quoted = faults.split('`').skip(1).step_by(2);
    let named: Vec<_> = quoted.filter_map(|quoted| quoted.split_once("::")).collect();
    assert!(named.len() >= 25, "{} tests are named", named.len());
    let there = |(file, function): &&(&str, &str)| {
        text(file.as_ref()).is_some_and(|text| text.contains(&format!("fn {function}(")))
    };
    let wrong: Vec<_> =
        named.iter().filter(|named| *named != &("file", "function") && !there(named)).collect();
    none(
        "tests that are not there",
        &wrong.iter().map(|(file, name)| format!("{file}::{name}")).collect::<Vec<_>>(),
    );
}

#[test]
fn decisions_are_numbered_without_gaps_and_say_what_was_decided() {
    let mut records: Vec<_> = files().iter().filter(|file| file.starts_with("docs/adr")).collect();
    records.sort();
    assert!(records.len() > 1, "there are no records");
    for (number, record) in records.iter().enumerate() {
        let name = record.file_name().and_then(|name| name.to_str()).unwrap();
        assert!(name.starts_with(&format!("{number:04}-")), "{name}: number {number:04} is expected here");
        let text = text(record).unwrap();
        for heading in ["## Context", "## Decision", "## Consequences"] {
            assert!(text.contains(heading), "{name} has no `{heading}`");
        }
    }
}
