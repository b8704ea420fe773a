//! The little of the Prometheus text format that the proxy writes.

use std::collections::BTreeMap;

/// Longest text looked at, in bytes.
pub const TEXT_MAX: usize = 8 * 1024 * 1024;

/// One sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample<'a> {
    /// Name of the series.
    pub name: &'a str,
    /// Labels.
    pub labels: BTreeMap<&'a str, String>,
    /// Value; never NaN.
    pub value: f64,
}

/// The samples of a text. Lines that do not read as samples are left out.
pub fn samples(text: &str) -> impl Iterator<Item = Sample<'_>> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(sample)
}

fn sample(line: &str) -> Option<Sample<'_>> {
    let (series, value) = line.trim().rsplit_once(' ')?;
    let value: f64 = match value {
        "+Inf" => f64::INFINITY,
        other => other.parse().ok()?,
    };
    if value.is_nan() {
        return None;
    }
    match series.split_once('{') {
        None => Some(Sample { name: series, labels: BTreeMap::new(), value }),
        Some((name, rest)) => Some(Sample { name, labels: labels(rest.strip_suffix('}')?)?, value }),
    }
}

fn labels(mut text: &str) -> Option<BTreeMap<&str, String>> {
    let mut found = BTreeMap::new();
    while !text.is_empty() {
        let (name, rest) = text.split_once("=\"")?;
        let (value, rest) = quoted(rest)?;
        found.insert(name.trim_start_matches(',').trim(), value);
        text = rest;
    }
    Some(found)
}

/// The text up to the closing quote, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_labels_and_values_are_read_and_nonsense_is_left_out() {
        let text = "# HELP x y\nup 1\nr{route=\"a\",path=\"say \\\"hi\\\"\"} 2.5\nb{le=\"+Inf\"} 3\nnan NaN\nbroken{a= 1\n\n";
        let found: Vec<_> = samples(text).collect();
        assert_eq!(found.len(), 3);
        assert_eq!((found[0].name, found[0].value), ("up", 1.0));
        assert_eq!(found[1].labels["path"], "say \"hi\"");
        assert_eq!(found[2].labels["le"], "+Inf");
    }
}
