//! Reads the Prometheus text format: samples with their labels, nothing else.

use std::borrow::Cow;

/// One sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample<'t> {
    /// Name of the metric.
    pub name: &'t str,
    labels: &'t str,
    /// Its value; may be infinite or no number.
    pub value: f64,
}

impl<'t> Sample<'t> {
    /// The value of a label.
    pub fn label(&self, wanted: &str) -> Option<Cow<'t, str>> {
        let mut rest = self.labels;
        loop {
            let (name, after) = rest.split_once("=\"")?;
            let end = closing_quote(after)?;
            if name.trim().trim_start_matches(',').trim() == wanted {
                return Some(unescaped(&after[..end]));
            }
            rest = &after[end + 1..];
        }
    }
}

/// The samples of a text. Comments and lines that are no samples are passed over.
pub fn samples(text: &str) -> impl Iterator<Item = Sample<'_>> {
    text.lines().filter_map(sample)
}

fn sample(line: &str) -> Option<Sample<'_>> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (name, labels, rest) = match line.find(['{', ' ', '\t']) {
        Some(at) if line.as_bytes().get(at) == Some(&b'{') => {
            let inside = &line[at + 1..];
            let end = closing_brace(inside)?;
            (&line[..at], &inside[..end], &inside[end + 1..])
        }
        Some(at) => (&line[..at], "", &line[at..]),
        None => return None,
    };
    // A timestamp may follow the value.
    let value = rest.split_whitespace().next()?.parse().ok()?;
    (!name.is_empty()).then_some(Sample { name, labels, value })
}

/// Where the `}` is that is not inside a value.
fn closing_brace(labels: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = labels.get(from..)?;
        let brace = rest.find('}')?;
        match rest.find('"') {
            Some(quote) if quote < brace => from += quote + 1 + closing_quote(&rest[quote + 1..])? + 1,
            _ => return Some(from + brace),
        }
    }
}

/// Where the `"` is that is not escaped.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
            (c, false) => plain.push(c),
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn samples_are_read_with_their_labels() {
        let text = "# HELP x y\n# TYPE x counter\n\nx{route=\"a\", method=\"GET\",status=\"200\"} 12 1700000000\ny 0.5\nz{} 1e3\n";
        let found: Vec<_> = samples(text).collect();
        assert_eq!(found.len(), 3);
        assert_eq!((found[0].name, found[0].value), ("x", 12.0));
        assert_eq!(found[0].label("method").unwrap(), "GET");
        assert_eq!(found[0].label("status").unwrap(), "200");
        assert_eq!(found[0].label("stat"), None);
        assert_eq!((found[1].name, found[1].value, found[1].label("a")), ("y", 0.5, None));
        assert_eq!((found[2].name, found[2].value), ("z", 1_000.0));
    }

    #[test]
    fn braces_quotes_and_escapes_inside_values_do_no_harm() {
        let text = r#"x{a="}\"{,b=\\",b="1\n2",c="="} 7"#;
        let sample = samples(text).next().unwrap();
        assert_eq!(sample.label("a").unwrap(), "}\"{,b=\\");
        assert_eq!(sample.label("b").unwrap(), "1\n2");
        assert_eq!((sample.label("c").unwrap().as_ref(), sample.value), ("=", 7.0));
    }

    #[test]
    fn what_is_no_number_is_read_as_such_and_what_is_no_sample_is_passed_over() {
        let values: Vec<f64> = samples("a NaN\nb +Inf\nc -Inf").map(|sample| sample.value).collect();
        assert!(values[0].is_nan() && values[1] == f64::INFINITY && values[2] == f64::NEG_INFINITY);
        for wrong in ["a", "a b", "{x=\"1\"} 1", "a{x=\"1} 1", "a{x=\"1\"", "a{", "\u{e9} \u{e9}", "a{x=\"\\"]
        {
            assert_eq!(samples(wrong).count(), 0, "{wrong}");
        }
    }
}
