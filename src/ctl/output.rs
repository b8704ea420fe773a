//! How answers look: tables for people, JSON for programs.

use std::io::{self, Write};

use anyhow::Context;
use clap::ValueEnum;
use comfy_table::presets::NOTHING;
use serde::Serialize;

/// The form of an answer.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Columns, for people
    Table,
    /// The API's own answer, for programs
    Json,
    /// The same as YAML
    Yaml,
}

impl Output {
    /// Prints an answer: as it is for programs, or as the table that `table` makes of it.
    pub fn print<T: Serialize>(self, answer: &T, table: impl FnOnce(&T) -> Table) -> anyhow::Result<()> {
        match self {
            Output::Table => text(&table(answer).to_string()),
            Output::Json | Output::Yaml => self.whole(answer),
        }
    }

    /// Prints an answer: as it is for programs, or as one sentence.
    pub fn say<T: Serialize>(self, answer: &T, sentence: impl FnOnce(&T) -> String) -> anyhow::Result<()> {
        match self {
            Output::Table => text(&format!("{}\n", clean(&sentence(answer)))),
            Output::Json | Output::Yaml => self.whole(answer),
        }
    }

    /// Prints an answer as it is, for programs.
    pub fn whole<T: Serialize>(self, answer: &T) -> anyhow::Result<()> {
        match self {
            Output::Table | Output::Json => json(answer),
            Output::Yaml => yaml(answer),
        }
    }
}

/// Writes JSON, indented.
pub fn json<T: Serialize>(answer: &T) -> anyhow::Result<()> {
    let json = serde_json::to_string_pretty(answer).context("the answer has no JSON form")?;
    text(&format!("{json}\n"))
}

/// Writes YAML. What JSON has as an object with one field has the same form here, and no tag.
pub fn yaml<T: Serialize>(answer: &T) -> anyhow::Result<()> {
    text(&as_yaml(answer)?)
}

/// An answer as YAML.
pub fn as_yaml<T: Serialize>(answer: &T) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let mut serializer = yaml_serde::Serializer::new(&mut bytes);
    yaml_serde::with::singleton_map_recursive::serialize(answer, &mut serializer)
        .context("the answer has no YAML form")?;
    drop(serializer);
    String::from_utf8(bytes).context("the answer has no YAML form")
}

/// Writes to standard output. A reader that has seen enough, such as `head`, is no failure.
pub fn text(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.context("cannot write to standard output"),
    }
}

/// Names and messages come from nodes and other people: what would steer a terminal is shown, not obeyed.
pub fn clean(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let harmful = c.is_control() && c != '\n' && c != '\t';
            let shown = if harmful { c.escape_unicode().to_string() } else { c.to_string() };
            shown.chars().collect::<Vec<_>>()
        })
        .collect()
}

/// Columns under a header, or facts with their names.
pub struct Table {
    table: comfy_table::Table,
    notes: Vec<String>,
    facts: bool,
}

impl Table {
    /// A table with a header.
    pub fn new(header: &[&str]) -> Self {
        let mut table = comfy_table::Table::new();
        table
            .load_style(NOTHING)
            .set_header(header.iter().map(|title| title.to_uppercase()).collect::<Vec<_>>());
        Self { table, notes: Vec::new(), facts: false }
    }

    /// Facts about one object.
    pub fn facts() -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING);
        Self { table, notes: Vec::new(), facts: true }
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.table.add_row(cells.map(|cell| clean(&cell)));
    }

    /// Adds a fact; one that is absent is left out.
    pub fn fact(&mut self, name: &str, value: impl Into<Option<String>>) {
        if let Some(value) = value.into().filter(|value| !value.is_empty()) {
            self.row([format!("{name}:"), value]);
        }
    }

    /// Adds a line below.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(clean(&note.into()));
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.table.row_count() == 0 && !self.facts {
            writeln!(f, "none")?;
        } else {
            // Columns stand apart by their own padding; the first begins at the margin, and no line ends in spaces.
            for line in self.table.to_string().lines() {
                writeln!(f, "{}", line.strip_prefix(' ').unwrap_or(line).trim_end())?;
            }
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "{note}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Table, clean};

    #[test]
    fn columns_line_up_under_their_titles() {
        let mut table = Table::new(&["name", "status"]);
        table.row(["edge-1".into(), "online".into()]);
        table.row(["a-much-longer-name".into(), "offline".into()]);
        let lines: Vec<String> = table.to_string().lines().map(str::to_owned).collect();
        assert_eq!(lines[0], "NAME                STATUS");
        assert_eq!(lines[1], "edge-1              online");
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn an_empty_list_says_so_and_absent_facts_are_left_out() {
        assert_eq!(Table::new(&["name"]).to_string(), "none\n");
        let mut facts = Table::facts();
        facts.fact("Name", "edge".to_owned());
        facts.fact("Rollout", None);
        assert_eq!(facts.to_string(), "Name:  edge\n");
    }

    #[test]
    fn a_node_cannot_steer_the_terminal_of_an_operator() {
        assert_eq!(clean("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(clean("ünïcode"), "ünïcode");
    }
}
