//! Collects problems and warnings while a text is examined.

use crate::limits::MAX_PROBLEMS;
use crate::problem::{Problem, tidy};
use crate::schema::{Note, Weight};
use crate::syntax::LineIndex;

/// Problems (which block) and warnings (which do not), each list bounded.
#[derive(Debug)]
pub(crate) struct Findings<'a> {
    lines: LineIndex<'a>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    left_out: usize,
}

impl<'a> Findings<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        Self { lines: LineIndex::new(source), problems: Vec::new(), warnings: Vec::new(), left_out: 0 }
    }

    /// Adds a finding at a byte offset. `path` is only asked for when the finding is kept.
    pub(crate) fn add(&mut self, weight: Weight, at: usize, path: impl FnOnce() -> String, finding: Problem) {
        let list = match weight {
            Weight::Refuse => &mut self.problems,
            Weight::Warn => &mut self.warnings,
        };
        if list.len() > MAX_PROBLEMS {
            // A hostile text must not make us look up a hundred thousand places.
            self.left_out += usize::from(weight == Weight::Refuse);
            return;
        }
        let finding = finding.at(self.lines.place(at));
        let path = path();
        list.push(if path.is_empty() { finding } else { finding.in_path(path) });
    }

    /// False, and counted, when no further problem would be listed: time to stop composing messages.
    pub(crate) fn has_room(&mut self) -> bool {
        let room = self.problems.len() <= MAX_PROBLEMS;
        self.left_out += usize::from(!room);
        room
    }

    /// Adds what a table entry says about `subject`.
    pub(crate) fn note(&mut self, note: &Note, at: usize, path: impl FnOnce() -> String, subject: &str) {
        let finding = Problem::new(note.code, format!("`{subject}` {}", note.message)).with_help(note.help);
        self.add(note.weight, at, path, finding);
    }

    /// Adds a finding that has no place in the text.
    pub(crate) fn add_whole(&mut self, weight: Weight, finding: Problem) {
        match weight {
            Weight::Refuse => self.problems.push(finding),
            Weight::Warn => self.warnings.push(finding),
        }
    }

    pub(crate) fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// The sorted problems and warnings.
    pub(crate) fn finish(self) -> (Vec<Problem>, Vec<Problem>) {
        let mut problems = tidy(self.problems);
        if self.left_out > 0 {
            problems.push(Problem::new(
                "too-many-problems",
                format!("{} further problems were not examined", self.left_out),
            ));
        }
        (problems, tidy(self.warnings))
    }
}
