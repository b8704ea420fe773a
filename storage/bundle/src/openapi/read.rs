//! A text in JSON or YAML as a value of bounded size, whatever the text is.

mod json;
mod yaml;

use serde_json::Value;

/// Largest text, in bytes.
pub const TEXT_MAX: usize = 4 << 20;
/// Deepest nesting.
pub const DEPTH_MAX: usize = 96;
/// Most values, those counted again that an alias of YAML brings back.
pub const VALUES_MAX: usize = 1 << 20;
/// Most bytes of all names and texts together, those counted again that an alias brings back.
pub const BYTES_MAX: usize = 16 << 20;

/// Reads a text: JSON when it begins with a brace, otherwise YAML.
///
/// # Errors
/// What is wrong, continuing a sentence that begins with the document; with line and column where they are known.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > TEXT_MAX {
        return Err(format!("has {} bytes; at most {TEXT_MAX} are read", text.len()));
    }
    if text.trim().is_empty() {
        return Err("is empty".to_owned());
    }
    let mut left = Left { values: VALUES_MAX, bytes: BYTES_MAX };
    match text.trim_start().starts_with('{') {
        true => {
            json::read(text, &mut left).map_err(|error| format!("is not the JSON that is expected: {error}"))
        }
        false => {
            yaml::read(text, &mut left).map_err(|error| format!("is not the YAML that is expected: {error}"))
        }
    }
}

/// What may still come.
struct Left {
    values: usize,
    bytes: usize,
}

impl Left {
    /// One more value.
    fn value(&mut self) -> Result<(), String> {
        self.take(1, 0)
    }

    /// A name or a text.
    fn text(&mut self, text: &str) -> Result<(), String> {
        self.take(0, text.len())
    }

    fn take(&mut self, values: usize, bytes: usize) -> Result<(), String> {
        self.values =
            self.values.checked_sub(values).ok_or_else(|| format!("it has more than {VALUES_MAX} values"))?;
        self.bytes = self
            .bytes
            .checked_sub(bytes)
            .ok_or_else(|| format!("it has more than {BYTES_MAX} bytes of text"))?;
        Ok(())
    }

    /// Something that others can stand in, so deep.
    fn deep(&self, depth: usize) -> Result<(), String> {
        if depth < DEPTH_MAX { Ok(()) } else { Err(format!("it is nested deeper than {DEPTH_MAX}")) }
    }
}
