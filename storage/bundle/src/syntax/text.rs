//! Strings: unquoted, quoted, raw, and the multi-line forms of the last two.

use std::borrow::Cow;

use super::cursor::{Cursor, Failure, is_identifier, is_space};
use crate::limits::{MAX_RAW_HASHES, MAX_TEXT_BYTES};

const CLOSE_HELP: &str =
    "close it with a quote on the same line; a text over several lines starts with \"\"\"";

/// Reads an unquoted string.
pub(super) fn unquoted<'a>(cursor: &mut Cursor<'a>) -> Result<Cow<'a, str>, Failure> {
    let start = cursor.at;
    let rest = cursor.rest();
    let word = &rest[..rest.find(|c: char| !is_identifier(c)).unwrap_or(rest.len())];
    if word.is_empty() {
        let found = rest.chars().next().map_or_else(String::new, |c| format!("`{c}`"));
        return Err(Failure::new(start, "syntax", format!("{found} cannot stand here")));
    }
    if matches!(word, "true" | "false" | "null" | "inf" | "-inf" | "nan") {
        return Err(Failure::new(start, "syntax", format!("`{word}` must be written `#{word}`"))
            .help("KDL 2 writes booleans as #true and #false; a text needs quotes"));
    }
    cursor.at += word.len();
    Ok(Cow::Borrowed(word))
}

/// Reads a string that starts with a double quote.
pub(super) fn quoted<'a>(cursor: &mut Cursor<'a>) -> Result<Cow<'a, str>, Failure> {
    let start = cursor.at;
    if cursor.eat("\"\"\"") {
        return lines(cursor, start, 0).map(Cow::Owned);
    }
    cursor.at += 1;
    let body = cursor.at;
    let mut owned: Option<String> = None;
    loop {
        let here = cursor.at;
        if cursor.at_newline() {
            return Err(unterminated(start));
        }
        match cursor.next_char().ok_or_else(|| unterminated(start))? {
            '"' => {
                let plain = cursor.source.get(body..here).unwrap_or_default();
                let value = owned.map_or(Cow::Borrowed(plain), Cow::Owned);
                return bounded(value, start);
            }
            '\\' => {
                let text =
                    owned.get_or_insert_with(|| cursor.source.get(body..here).unwrap_or_default().to_owned());
                if !skip_escaped_space(cursor) {
                    text.push(escape(cursor, here)?);
                }
            }
            c => {
                if let Some(text) = owned.as_mut() {
                    text.push(c);
                }
            }
        }
    }
}

/// Reads a raw string, which starts with one or more `#`.
pub(super) fn raw<'a>(cursor: &mut Cursor<'a>) -> Result<Cow<'a, str>, Failure> {
    let start = cursor.at;
    let hashes = cursor.rest().chars().take_while(|c| *c == '#').count();
    if hashes > MAX_RAW_HASHES {
        return Err(Failure::new(
            start,
            "syntax",
            format!("a raw string may have at most {MAX_RAW_HASHES} `#` signs"),
        ));
    }
    cursor.at += hashes;
    if cursor.eat("\"\"\"") {
        return lines(cursor, start, hashes).map(Cow::Owned);
    }
    if !cursor.eat("\"") {
        return Err(Failure::new(start, "syntax", "`#` starts a raw string or one of #true, #false, #null"));
    }
    let rest = cursor.rest();
    let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
    let close = format!("\"{}", "#".repeat(hashes));
    let length = line.find(&close).ok_or_else(|| unterminated(start))?;
    cursor.at += length + close.len();
    if &line[..length] == "\"" {
        return Err(Failure::new(
            start,
            "syntax",
            "this raw string looks like the start of a multi-line one",
        )
        .help("write a single quote as \"\\\"\""));
    }
    bounded(Cow::Borrowed(&line[..length]), start)
}

/// The multi-line forms: the last line's indentation is taken off every line. `hashes` is 0 for quoted strings.
fn lines(cursor: &mut Cursor<'_>, start: usize, hashes: usize) -> Result<String, Failure> {
    if !cursor.eat("\n") && !cursor.eat("\r\n") {
        return Err(Failure::new(start, "syntax", "the opening \"\"\" must be followed by a new line"));
    }
    let close = format!("\"\"\"{}", "#".repeat(hashes));
    let mut body: Vec<(usize, &str)> = Vec::new();
    let indent = loop {
        let at = cursor.at;
        let rest = cursor.rest();
        let content = rest.trim_start_matches(is_space);
        if content.starts_with(&close) {
            let indent = &rest[..rest.len() - content.len()];
            cursor.at += indent.len() + close.len();
            break indent;
        }
        let end = rest.find('\n').ok_or_else(|| unterminated(start))?;
        let line = rest[..end].strip_suffix('\r').unwrap_or(&rest[..end]);
        if line.contains(&close) {
            return Err(Failure::new(at, "syntax", "the closing \"\"\" must stand alone on its line"));
        }
        body.push((at, line));
        cursor.at += end + 1;
    };
    let mut value = String::new();
    for (number, (at, line)) in body.into_iter().enumerate() {
        if number > 0 {
            value.push('\n');
        }
        if line.chars().all(is_space) {
            continue;
        }
        let line = line.strip_prefix(indent).ok_or_else(|| {
            Failure::new(at, "syntax", "this line is indented less than the closing \"\"\"")
                .help("every line of a multi-line string starts with the indentation of its last line")
        })?;
        if hashes > 0 {
            value.push_str(line);
        } else {
            unescape_line(line, at + indent.len(), &mut value)?;
        }
    }
    bounded(Cow::Owned(value), start).map(Cow::into_owned)
}

fn unescape_line(line: &str, at: usize, value: &mut String) -> Result<(), Failure> {
    let mut cursor = Cursor { source: line, at: 0 };
    while let Some(c) = cursor.next_char() {
        if c != '\\' {
            value.push(c);
            continue;
        }
        let mark = cursor.at - 1;
        value.push(escape(&mut cursor, mark).map_err(|failure| Failure { at: at + mark, ..failure })?);
    }
    Ok(())
}

/// `\` followed by whitespace swallows all whitespace up to the next character.
fn skip_escaped_space(cursor: &mut Cursor<'_>) -> bool {
    let before = cursor.at;
    while cursor.peek().is_some_and(is_space) || cursor.at_newline() {
        if !cursor.eat("\r\n") {
            cursor.next_char();
        }
    }
    cursor.at > before
}

fn escape(cursor: &mut Cursor<'_>, mark: usize) -> Result<char, Failure> {
    let wrong = || {
        Failure::new(mark, "syntax", "unknown escape in a string")
            .help("known are \\\\ \\\" \\b \\f \\n \\r \\t \\s and \\u{...}; in a regular expression write \\\\ or use #\"...\"#")
    };
    Ok(match cursor.next_char().ok_or_else(wrong)? {
        '\\' => '\\',
        '"' => '"',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        's' => ' ',
        'u' => {
            let rest = cursor.rest().strip_prefix('{').ok_or_else(wrong)?;
            let digits = &rest[..rest.find('}').ok_or_else(wrong)?];
            let plain = (1..=6).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_hexdigit());
            let code = if plain { u32::from_str_radix(digits, 16).ok() } else { None };
            cursor.at += digits.len() + 2;
            code.and_then(char::from_u32).ok_or_else(wrong)?
        }
        _ => return Err(wrong()),
    })
}

fn unterminated(start: usize) -> Failure {
    Failure::new(start, "unterminated-string", "this string is never closed").help(CLOSE_HELP)
}

fn bounded(value: Cow<'_, str>, start: usize) -> Result<Cow<'_, str>, Failure> {
    if value.len() > MAX_TEXT_BYTES {
        return Err(Failure::new(
            start,
            "text-too-long",
            format!("a text may have at most {MAX_TEXT_BYTES} bytes"),
        ));
    }
    Ok(value)
}
