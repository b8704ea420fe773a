//! A comparison as a unified diff.

use std::fmt::Write;

use sentinel_bundle::diff::{Line, Tag, TextDiff};

/// Unchanged lines shown around a change.
const CONTEXT: usize = 3;

/// The unified diff of two versions; empty when they are the same.
pub(crate) fn render(old: &str, new: &str, diff: &TextDiff) -> String {
    let hunks = hunks(&diff.lines);
    if hunks.is_empty() {
        return String::new();
    }
    let mut text = format!("--- {old}\n+++ {new}\n");
    for (first, last) in hunks {
        hunk(&mut text, &diff.lines, first, last);
    }
    text
}

/// Ranges of lines to show, first and behind last.
fn hunks(lines: &[Line]) -> Vec<(usize, usize)> {
    let mut hunks: Vec<(usize, usize)> = Vec::new();
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| line.tag != Tag::Equal) {
        let (first, last) = (at.saturating_sub(CONTEXT), (at + CONTEXT + 1).min(lines.len()));
        match hunks.last_mut() {
            Some(before) if first <= before.1 => before.1 = last,
            _ => hunks.push((first, last)),
        }
    }
    hunks
}

fn hunk(text: &mut String, lines: &[Line], first: usize, last: usize) {
    let before = |number: fn(&Line) -> Option<u32>| lines[..first].iter().filter_map(number).count();
    let inside = |number: fn(&Line) -> Option<u32>| lines[first..last].iter().filter_map(number).count();
    let place = |number: fn(&Line) -> Option<u32>| {
        let count = inside(number);
        // An empty side is named by the line before it, as diff does.
        (before(number) + usize::from(count > 0), count)
    };
    let (old, new) = (place(|line| line.old_no), place(|line| line.new_no));
    // Writing to a string cannot fail.
    let _ = writeln!(text, "@@ -{},{} +{},{} @@", old.0, old.1, new.0, new.1);
    for line in &lines[first..last] {
        let mark = match line.tag {
            Tag::Equal => ' ',
            Tag::Delete => '-',
            Tag::Insert => '+',
        };
        let _ = writeln!(text, "{mark}{}", line.text);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sentinel_bundle::diff;

    use super::*;

    #[test]
    fn changes_far_apart_stand_in_hunks_of_their_own_with_context() {
        let old: String = (1..=20).map(|n| format!("line {n}\n")).collect();
        let new = old.replace("line 3\n", "line three\n").replace("line 18\n", "");
        let text = render("1.0", "1.1", &diff::text(&old, &new).unwrap());
        assert_eq!(
            text,
            "--- 1.0\n+++ 1.1\n\
             @@ -1,6 +1,6 @@\n line 1\n line 2\n-line 3\n+line three\n line 4\n line 5\n line 6\n\
             @@ -15,6 +15,5 @@\n line 15\n line 16\n line 17\n-line 18\n line 19\n line 20\n"
        );
    }

    #[test]
    fn equal_texts_have_no_diff_and_empty_sides_are_named() {
        assert_eq!(render("a", "b", &diff::text("x\n", "x\n").unwrap()), "");
        assert_eq!(render("a", "b", &diff::text("", "x\n").unwrap()), "--- a\n+++ b\n@@ -0,0 +1,1 @@\n+x\n");
    }
}
