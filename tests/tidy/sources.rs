//! How files look.

use std::path::{Path, PathBuf};

use crate::{files, none, text};

/// Longest source file, in lines. From 400 on, think.
const LINES_MAX: usize = 600;
/// Names that say nothing about what is inside.
const VAGUE: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"];
/// Written by programs; no rule about people's files holds for them.
const GENERATED: &[&str] = &["ui/web/src/api/schema.d.ts"];

fn sources() -> impl Iterator<Item = (&'static PathBuf, String)> {
    let source = |path: &Path| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("rs" | "ts" | "tsx"))
            && !GENERATED.iter().any(|generated| path == Path::new(generated))
    };
    files()
        .iter()
        .filter(move |path| source(path))
        .map(|path| (path, text(path).expect("source files are UTF-8")))
}

/// Lines of all files that hold one of the marks.
fn lines_with<'a>(files: impl Iterator<Item = (&'a PathBuf, String)>, marks: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in files {
        for (number, line) in text.lines().enumerate() {
            if let Some(mark) = marks.iter().find(|mark| line.contains(mark.as_str())) {
                found.push(format!("{}:{}: {mark}", path.display(), number + 1));
            }
        }
    }
    found
}

#[test]
fn no_source_file_is_longer_than_a_reader_can_hold() {
    let long =
        sources().map(|(path, text)| (path, text.lines().count())).filter(|(_, lines)| *lines > LINES_MAX);
    none(
        &format!("longer than {LINES_MAX} lines"),
        &long.map(|(path, lines)| format!("{}: {lines}", path.display())).collect::<Vec<_>>(),
    );
}

#[test]
fn files_and_folders_are_named_for_what_they_hold() {
    let vague = files().iter().filter(|path| {
        path.iter().any(|part| {
            let stem = part.to_str().unwrap_or_default().split('.').next().unwrap_or_default();
            VAGUE.contains(&stem.to_lowercase().as_str())
        })
    });
    none("names that say nothing", &vague.map(|path| path.display().to_string()).collect::<Vec<_>>());
}

#[test]
fn a_module_is_a_file_beside_its_folder() {
    let wrong = files().iter().filter(|path| path.ends_with("mod.rs"));
    none("write foo.rs beside foo/", &wrong.map(|path| path.display().to_string()).collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_for_later_and_no_test_is_switched_off_or_on_alone() {
    // In two pieces, so that this file does not find itself.
    let words = [
        ("todo", "!("),
        ("unimplemented", "!("),
        ("#[ig", "nore"),
        (".on", "ly("),
        (".sk", "ip("),
        (".fix", "me("),
    ];
    let in_rust: Vec<String> = words[..3].iter().map(|(a, b)| format!("{a}{b}")).collect();
    let in_typescript: Vec<String> = words[3..]
        .iter()
        .flat_map(|(_, b)| {
            let word = match *b {
                "ly(" => "only",
                "ip(" => "skip",
                _ => "fixme",
            };
            ["test", "it", "describe"].map(|test| format!("{test}.{word}("))
        })
        .collect();
    let is_rust = |path: &Path| path.extension().is_some_and(|extension| extension == "rs");
    let mut found = lines_with(sources().filter(|(path, _)| is_rust(path)), &in_rust);
    found.extend(lines_with(sources().filter(|(path, _)| !is_rust(path)), &in_typescript));
    none("finish it or take it out", &found);
}

#[test]
fn no_file_names_the_machine_on_which_it_was_written() {
    // In two pieces, so that this file does not find itself.
    let marks = ["root", "work", "home", "Users"].map(|folder| format!("/{folder}/"));
    let all = files().iter().filter_map(|path| Some((path, text(path)?)));
    none("paths of a machine", &lines_with(all, &marks));
}

#[test]
fn no_file_names_a_registry_of_its_own() {
    let mut wrong = Vec::new();
    for (path, text) in files().iter().filter_map(|path| Some((path, text(path)?))) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let marks: &[&str] = match name {
            ".npmrc" => &["registry="],
            "config.toml" => &["[source", "[registries", "[registry"],
            "package-lock.json" => &["\"resolved\": \""],
            _ => continue,
        };
        for (number, line) in text.lines().enumerate() {
            let public = line.contains("\"resolved\": \"https://registry.npmjs.org/");
            if !public && marks.iter().any(|mark| line.contains(mark)) {
                wrong.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    none("registries", &wrong);
}

#[test]
fn text_files_end_with_a_line_end_and_have_no_spaces_before_it() {
    let kinds = ["rs", "toml", "ts", "tsx", "md", "proto", "kdl", "yml", "yaml", "sh", "service"];
    let mut wrong = Vec::new();
    for (path, text) in files().iter().filter_map(|path| Some((path, text(path)?))) {
        let kind = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if !kinds.contains(&kind) || text.is_empty() {
            continue;
        }
        if !text.ends_with('\n') {
            wrong.push(format!("{}: no line end at its end", path.display()));
        }
        let spaces = text.lines().position(|line| line.ends_with([' ', '\t', '\r']));
        wrong.extend(spaces.map(|number| format!("{}:{}: space at the end", path.display(), number + 1)));
    }
    none("text files", &wrong);
}
