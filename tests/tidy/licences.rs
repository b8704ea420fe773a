//! Which licences are fine, and how an SPDX expression is read.

/// Licences that the product may be built from: none asks more than to keep its text.
const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "NCSA",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates whose licence is fine for a reason that their expression does not tell: name and reason.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// What came out.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Permissive.
    Fine,
    /// Not, or not known to be.
    NotFine,
    /// Not an SPDX expression.
    Unreadable,
}

/// Whether somebody looked at this crate and wrote down why it is fine.
pub fn excepted(name: &str) -> bool {
    EXCEPTIONS.iter().any(|(excepted, _)| *excepted == name)
}

/// Judges an SPDX expression; `/` is the old way to write `OR`.
pub fn judge(expression: &str) -> Verdict {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    match any(&mut rest) {
        Some(true) if rest.is_empty() => Verdict::Fine,
        Some(false) if rest.is_empty() => Verdict::NotFine,
        _ => Verdict::Unreadable,
    }
}

fn any(rest: &mut &[&str]) -> Option<bool> {
    let mut fine = all(rest)?;
    while take(rest, "OR") {
        fine |= all(rest)?;
    }
    Some(fine)
}

fn all(rest: &mut &[&str]) -> Option<bool> {
    let mut fine = one(rest)?;
    while take(rest, "AND") {
        fine &= one(rest)?;
    }
    Some(fine)
}

fn one(rest: &mut &[&str]) -> Option<bool> {
    if take(rest, "(") {
        let fine = any(rest)?;
        return take(rest, ")").then_some(fine);
    }
    let (word, tail) = rest.split_first()?;
    *rest = tail;
    // An exception after WITH only ever permits more.
    if take(rest, "WITH") {
        *rest = rest.split_first()?.1;
    }
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-.+".contains(c));
    (plain && !["OR", "AND", "WITH"].contains(word)).then(|| PERMISSIVE.contains(word))
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    match rest.split_first() {
        Some((first, tail)) if *first == word => {
            *rest = tail;
            true
        }
        _ => false,
    }
}

#[test]
fn one_choice_suffices_and_every_part_is_needed() {
    let cases = [
        ("MIT OR GPL-3.0", Verdict::Fine),
        ("MIT AND GPL-3.0", Verdict::NotFine),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", Verdict::Fine),
        ("(MIT OR Apache-2.0) AND LGPL-2.1", Verdict::NotFine),
        ("MIT AND GPL-3.0 OR ISC", Verdict::Fine),
        ("Apache-2.0 WITH LLVM-exception", Verdict::Fine),
        ("MIT/Apache-2.0", Verdict::Fine),
        ("AGPL-3.0-only", Verdict::NotFine),
        ("", Verdict::Unreadable),
        ("MIT OR", Verdict::Unreadable),
        ("(MIT", Verdict::Unreadable),
        ("MIT Apache-2.0", Verdict::Unreadable),
    ];
    for (expression, verdict) in cases {
        assert_eq!(judge(expression), verdict, "{expression}");
    }
}
