//! Line-by-line comparison of two texts, bounded in time without a clock.

use std::collections::HashMap;

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::limits::{MAX_DIFF_LINES, MAX_SOURCE_BYTES};

/// Largest product of differing lines that is compared exactly; beyond it the differing part is shown as removed
/// and added as a whole.
const MAX_WORK: usize = 25_000_000;

/// What happened to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    /// In both texts.
    Equal,
    /// Only in the old text.
    Delete,
    /// Only in the new text.
    Insert,
}

/// One line of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What happened to it.
    pub tag: Tag,
    /// Its number in the old text, counted from 1.
    pub old_no: Option<u32>,
    /// Its number in the new text, counted from 1.
    pub new_no: Option<u32>,
    /// The line without its line break.
    pub text: String,
}

/// A comparison of two texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextDiff {
    /// Lines only in the new text.
    pub additions: u32,
    /// Lines only in the old text.
    pub deletions: u32,
    /// Lines in both.
    pub unchanged: u32,
    /// False when the texts differ in so many lines that the differing part is shown as a whole.
    pub exact: bool,
    /// All lines, deletions before insertions.
    pub lines: Vec<Line>,
}

/// The texts are too large to compare.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("texts of more than {MAX_DIFF_LINES} lines or {} bytes are not compared", 2 * MAX_SOURCE_BYTES)]
pub struct TooLarge;

/// Compares two texts line by line.
///
/// # Errors
/// [`TooLarge`].
pub fn text(old: &str, new: &str) -> Result<TextDiff, TooLarge> {
    if old.len().max(new.len()) > 2 * MAX_SOURCE_BYTES {
        return Err(TooLarge);
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    if old.len().max(new.len()) > MAX_DIFF_LINES {
        return Err(TooLarge);
    }
    let prefix = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - prefix;
    let suffix = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let (old_middle, new_middle) = (&old[prefix..old.len() - suffix], &new[prefix..new.len() - suffix]);
    let exact = old_middle.len().saturating_mul(new_middle.len()) <= MAX_WORK;
    let ops = if exact {
        middle(old_middle, new_middle)
    } else {
        vec![DiffOp::Replace {
            old_index: 0,
            old_len: old_middle.len(),
            new_index: 0,
            new_len: new_middle.len(),
        }]
    };

    let mut out = Output::default();
    out.equal(&old[..prefix]);
    for op in ops {
        let (old_range, new_range) = (op.old_range(), op.new_range());
        if matches!(op, DiffOp::Equal { .. }) {
            out.equal(&old_middle[old_range]);
        } else {
            out.deleted(&old_middle[old_range]);
            out.inserted(&new_middle[new_range]);
        }
    }
    out.equal(&old[old.len() - suffix..]);
    Ok(TextDiff {
        additions: out.additions,
        deletions: out.deletions,
        unchanged: out.unchanged,
        exact,
        lines: out.lines,
    })
}

/// Compares numbers that stand for lines, which is faster than comparing the lines themselves.
fn middle(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut number = |line| {
        let next = numbers.len();
        *numbers.entry(line).or_insert(next)
    };
    let old: Vec<usize> = old.iter().copied().map(&mut number).collect();
    let new: Vec<usize> = new.iter().copied().map(&mut number).collect();
    capture_diff_slices(Algorithm::Myers, &old, &new)
}

#[derive(Default)]
struct Output {
    additions: u32,
    deletions: u32,
    unchanged: u32,
    lines: Vec<Line>,
}

impl Output {
    fn old_no(&self) -> u32 {
        self.unchanged + self.deletions
    }

    fn new_no(&self) -> u32 {
        self.unchanged + self.additions
    }

    fn equal(&mut self, lines: &[&str]) {
        for line in lines {
            self.unchanged += 1;
            let (old_no, new_no) = (Some(self.old_no()), Some(self.new_no()));
            self.lines.push(Line { tag: Tag::Equal, old_no, new_no, text: (*line).to_owned() });
        }
    }

    fn deleted(&mut self, lines: &[&str]) {
        for line in lines {
            self.deletions += 1;
            let old_no = Some(self.old_no());
            self.lines.push(Line { tag: Tag::Delete, old_no, new_no: None, text: (*line).to_owned() });
        }
    }

    fn inserted(&mut self, lines: &[&str]) {
        for line in lines {
            self.additions += 1;
            let new_no = Some(self.new_no());
            self.lines.push(Line { tag: Tag::Insert, old_no: None, new_no, text: (*line).to_owned() });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_changed_line_is_a_deletion_and_an_insertion() {
        let diff = text("a\nb\nc\n", "a\nx\nc\nd\n").unwrap();
        assert_eq!((diff.additions, diff.deletions, diff.unchanged, diff.exact), (2, 1, 2, true));
        let shown: Vec<(Tag, Option<u32>, Option<u32>, &str)> =
            diff.lines.iter().map(|line| (line.tag, line.old_no, line.new_no, line.text.as_str())).collect();
        assert_eq!(
            shown,
            [
                (Tag::Equal, Some(1), Some(1), "a"),
                (Tag::Delete, Some(2), None, "b"),
                (Tag::Insert, None, Some(2), "x"),
                (Tag::Equal, Some(3), Some(3), "c"),
                (Tag::Insert, None, Some(4), "d"),
            ]
        );
    }

    #[test]
    fn large_different_texts_are_compared_in_bounded_time() {
        let lines = |tag: &str| (0..20_000).map(|n| format!("{tag}{n}\n")).collect::<String>();
        let diff =
            text(&format!("same\n{}end\n", lines("a")), &format!("same\n{}end\n", lines("b"))).unwrap();
        assert!(!diff.exact);
        assert_eq!((diff.additions, diff.deletions, diff.unchanged), (20_000, 20_000, 2));
        assert_eq!(text(&"\n".repeat(MAX_DIFF_LINES + 1), ""), Err(TooLarge));
        assert_eq!(text("", &"x".repeat(2 * MAX_SOURCE_BYTES + 1)), Err(TooLarge));
    }

    proptest! {
        #[test]
        fn a_comparison_contains_both_texts(
            old in prop::collection::vec("[abc]{0,2}", 0..30),
            new in prop::collection::vec("[abc]{0,2}", 0..30),
        ) {
            let diff = text(&old.join("\n"), &new.join("\n")).unwrap();
            let side = |without: Tag| -> Vec<&str> {
                diff.lines.iter().filter(|line| line.tag != without).map(|line| line.text.as_str()).collect()
            };
            let (old, new) = (old.join("\n"), new.join("\n"));
            prop_assert_eq!(side(Tag::Insert), old.lines().collect::<Vec<_>>());
            prop_assert_eq!(side(Tag::Delete), new.lines().collect::<Vec<_>>());
            prop_assert_eq!((diff.additions + diff.deletions + diff.unchanged) as usize, diff.lines.len());
        }
    }
}
