//! One finding about a configuration: where, what, and what to do instead.

use serde::Serialize;

use crate::limits::MAX_PROBLEMS;

/// One finding about a configuration text.
///
/// The derived order (line, column, path, code) is the order of reports, so that the same source always gives
/// the same list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// Line in the source, counted from 1; absent when the finding concerns the whole text.
    pub line: Option<u32>,
    /// Column in that line in characters, counted from 1.
    pub column: Option<u32>,
    /// Where in the structure, for example `routes.route["api"].matches.path-regex`.
    pub path: Option<String>,
    /// Stable identifier of the kind of finding, for example `unknown-key`.
    pub code: &'static str,
    /// One sentence that says what is wrong.
    pub message: String,
    /// What to do instead, where there is something better to say than the message.
    pub help: Option<String>,
}

impl Problem {
    /// A finding without a place.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { line: None, column: None, path: None, code, message: message.into(), help: None }
    }

    /// The same finding with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding at a place in the text.
    #[must_use]
    pub fn at(mut self, (line, column): (u32, u32)) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }

    /// The same finding at a place in the structure.
    #[must_use]
    pub fn in_path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, "{line}:{column}: ")?;
        }
        write!(f, "{} [{}]", self.message, self.code)?;
        match &self.help {
            Some(help) => write!(f, ". {help}"),
            None => Ok(()),
        }
    }
}

/// Sorts, removes exact repetitions and cuts the list to [`MAX_PROBLEMS`], saying how many were left out.
pub(crate) fn tidy(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort();
    problems.dedup();
    if problems.len() > MAX_PROBLEMS {
        let left_out = problems.len() - MAX_PROBLEMS;
        problems.truncate(MAX_PROBLEMS);
        problems.push(Problem::new("too-many-problems", format!("{left_out} more problems are not listed")));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_cut_and_says_how_many_are_missing() {
        let many = (0..MAX_PROBLEMS as u32 + 7).map(|n| Problem::new("x", "y").at((n + 1, 1))).collect();
        let tidied = tidy(many);
        assert_eq!(tidied.len(), MAX_PROBLEMS + 1);
        assert!(tidied[MAX_PROBLEMS].message.starts_with("7 more"));
    }

    #[test]
    fn the_text_form_names_place_code_and_advice() {
        let problem = Problem::new("unknown-key", "no such setting").at((3, 7)).with_help("remove it");
        assert_eq!(problem.to_string(), "3:7: no such setting [unknown-key]. remove it");
    }
}
