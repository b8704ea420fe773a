//! The checks, cheap ones first.

use clap::ValueEnum;

use crate::{browser, rust, tools, web};

/// One stage of `cargo xtask test`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// Tools that the checks need; what can be installed is installed
    Tools,
    /// Formatting
    Fmt,
    /// Web UI: types, lints, unit tests, build, size
    Ui,
    /// Lints
    Clippy,
    /// House rules, licences and banned crates; a part of `tests`, here alone
    Policy,
    /// Rust tests, those with real processes and the real proxy among them
    Tests,
    /// Examples in the documentation
    Examples,
    /// The documentation builds without a warning
    Doc,
    /// Web UI in a browser, on the real binary
    Browser,
}

impl Stage {
    /// The stages of a full run, in order. The UI comes before the first build that embeds it, so that it is built once;
    /// `policy` is left out because `tests` has it.
    pub const FULL: [Stage; 8] = [
        Stage::Tools,
        Stage::Fmt,
        Stage::Ui,
        Stage::Clippy,
        Stage::Doc,
        Stage::Tests,
        Stage::Browser,
        Stage::Examples,
    ];

    /// Its name, as `--only` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Tools => "tools",
            Stage::Fmt => "fmt",
            Stage::Ui => "ui",
            Stage::Clippy => "clippy",
            Stage::Policy => "policy",
            Stage::Tests => "tests",
            Stage::Examples => "examples",
            Stage::Doc => "doc",
            Stage::Browser => "browser",
        }
    }

    /// Runs it.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Stage::Tools => tools::prepare(),
            Stage::Fmt => rust::fmt(),
            Stage::Ui => web::check(),
            Stage::Clippy => rust::clippy(),
            Stage::Policy => rust::policy(),
            Stage::Tests => rust::tests(),
            Stage::Examples => rust::examples(),
            Stage::Doc => rust::doc(),
            Stage::Browser => browser::browser(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_the_command_line_takes() {
        for stage in Stage::value_variants() {
            assert_eq!(Stage::from_str(stage.name(), false), Ok(*stage));
        }
    }
}
