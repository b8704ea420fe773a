//! The place in the text, and everything that may stand between tokens.

use crate::limits::MAX_COMMENT_MARKS;

/// Why reading stopped, at a byte offset.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) at: usize,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: Option<&'static str>,
}

impl Failure {
    pub(super) fn new(at: usize, code: &'static str, message: impl Into<String>) -> Self {
        Self { at, code, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }
}

/// A place in the text.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    pub(super) source: &'a str,
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next_char(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    pub(super) fn at_newline(&self) -> bool {
        self.rest().starts_with('\n') || self.rest().starts_with("\r\n")
    }

    /// Moves past whitespace, block comments and continued lines; true when there was any.
    pub(super) fn node_space(&mut self) -> Result<bool, Failure> {
        let before = self.at;
        loop {
            if self.peek().is_some_and(is_space) {
                self.next_char();
            } else if self.rest().starts_with("/*") {
                self.block_comment()?;
            } else if self.rest().starts_with('\\') {
                self.continued_line()?;
            } else {
                return Ok(self.at > before);
            }
        }
    }

    /// Moves past everything that may stand in front of a node.
    pub(super) fn line_space(&mut self) -> Result<(), Failure> {
        loop {
            self.node_space()?;
            if self.rest().starts_with("//") {
                self.line_comment();
            } else if !self.eat("\n") && !self.eat("\r\n") {
                return Ok(());
            }
        }
    }

    fn line_comment(&mut self) {
        let rest = self.rest();
        self.at += rest.find('\n').unwrap_or(rest.len());
    }

    /// `\` at the end of a line joins it with the next.
    fn continued_line(&mut self) -> Result<(), Failure> {
        let start = self.at;
        self.at += 1;
        while self.peek().is_some_and(is_space) {
            self.next_char();
        }
        if self.rest().starts_with("//") {
            self.line_comment();
        }
        if self.eat("\n") || self.eat("\r\n") {
            Ok(())
        } else {
            Err(Failure::new(start, "syntax", "a backslash outside a string must end the line"))
        }
    }

    /// Block comments nest. The depth is counted, not recursed into.
    fn block_comment(&mut self) -> Result<(), Failure> {
        let start = self.at;
        let mut depth = 0usize;
        let mut marks = 0usize;
        loop {
            let step = if self.eat("/*") {
                depth += 1;
                2
            } else if self.eat("*/") {
                depth -= 1;
                2
            } else {
                match self.next_char() {
                    Some('*' | '/') => 1,
                    Some(_) => 0,
                    None => {
                        return Err(Failure::new(
                            start,
                            "unterminated-comment",
                            "this block comment is never closed",
                        )
                        .help("close it with `*/`; block comments nest"));
                    }
                }
            };
            marks += step;
            if marks > MAX_COMMENT_MARKS {
                return Err(Failure::new(
                    start,
                    "comment-too-dense",
                    format!("a block comment may contain at most {MAX_COMMENT_MARKS} `*` and `/` characters"),
                )
                .help("the parser of the proxy runs out of stack on such comments; use `//` on each line instead"));
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

/// Horizontal whitespace of KDL.
pub(super) fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// Characters that may be part of an unquoted string.
pub(super) fn is_identifier(c: char) -> bool {
    !matches!(c, '\\' | '/' | '(' | ')' | '{' | '}' | '[' | ']' | ';' | '"' | '#' | '=' | '\n' | '\r')
        && !is_space(c)
}

/// Refuses characters that KDL forbids or that would make two readers disagree about lines.
pub(super) fn refuse_forbidden_characters(source: &str) -> Result<(), Failure> {
    let mut chars = source.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let why = match c {
            '\r' if chars.peek().is_none_or(|(_, next)| *next != '\n') => {
                "a carriage return without a line feed"
            }
            '\u{0b}' | '\u{0c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => "an unusual line separator",
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                "a text direction mark"
            }
            '\u{feff}' => "a byte order mark",
            '\t' | '\n' | '\r' => continue,
            _ if c.is_control() => "a control character",
            _ => continue,
        };
        return Err(Failure::new(
            at,
            "forbidden-character",
            format!("{why} (U+{:04X}) is not allowed", u32::from(c)),
        )
        .help("remove it; inside a quoted string it can be written as an escape such as \\n or \\u{2028}"));
    }
    Ok(())
}
