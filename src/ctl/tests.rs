//! The shape of the command line.

#![allow(clippy::unwrap_used)]

use clap::{Command, Subcommand};

use super::CtlCommand;

/// All commands, at a fixed width: the terminal of whoever runs the tests must not matter.
fn tree() -> Command {
    let mut tree = CtlCommand::augment_subcommands(Command::new("sentinel-cp")).term_width(110);
    tree.build();
    tree
}

/// Calls `visit` with every command below `command` and the words that lead to it.
fn walk(command: &Command, words: &str, visit: &mut impl FnMut(&str, &Command)) {
    for child in command.get_subcommands().filter(|child| child.get_name() != "help") {
        let words = format!("{words} {}", child.get_name());
        visit(&words, child);
        walk(child, &words, visit);
    }
}

#[test]
fn the_help_is_what_it_was_when_somebody_last_looked_at_it() {
    let mut text = String::new();
    walk(&tree(), "sentinel-cp", &mut |words, command| {
        let mut command = command.clone();
        // The options of every command are shown once, where they come first.
        if words != "sentinel-cp login" {
            command = command.mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg });
        }
        text.push_str(&format!("# {words}\n\n{}\n\n", command.render_help().to_string().trim_end()));
    });
    insta::assert_snapshot!("help", text);
}

#[test]
fn every_command_shows_examples_that_begin_like_it() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    walk(&tree(), "sentinel-cp", &mut |words, command| {
        seen += 1;
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        if !after.contains("Examples:")
            || !after.contains(&format!("{words} "))
                && !after.contains(&format!("{words}\n"))
                && !after.ends_with(words)
        {
            wrong.push(words.to_owned());
        }
    });
    assert!(seen > 50, "{seen} commands");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_example_can_be_read() {
    let tree = tree();
    let mut seen = 0;
    walk(&tree, "sentinel-cp", &mut |_, command| {
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let lines = after.lines().filter(|line| line.starts_with("  "));
        for line in lines.flat_map(|line| line.split(" | ")) {
            // What is not ours, stands behind a redirection or in a substitution is the shell's.
            let Some(at) = line.find("sentinel-cp ") else { continue };
            let line = line[at..].split(" > ").next().unwrap();
            if line.contains("$(") {
                continue;
            }
            seen += 1;
            let uuid = "00000000-0000-4000-8000-000000000000";
            let placeholders = ["ROLLOUT", "KEY", "TOKEN", "CLUSTER", "WINDOW", "RULE", "EVENT"];
            let words = split(line).into_iter().map(|word| match word.as_str() {
                "DIGEST" => "0".repeat(64),
                placeholder if placeholders.contains(&placeholder) => uuid.to_owned(),
                _ => word,
            });
            if let Err(error) = tree.clone().try_get_matches_from(words) {
                panic!("{line}: {error}");
            }
        }
    });
    assert!(seen > 60, "{seen} examples");
}

/// Words as a shell would split them, with both kinds of quotes.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in line.chars() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if c == open => quote = None,
            (None, ' ') => words.push(std::mem::take(&mut word)),
            _ => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}
