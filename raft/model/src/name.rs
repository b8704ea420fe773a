//! Names, slugs, labels: what the product accepts as text that people choose.

use std::collections::BTreeMap;

/// Longest name of anything, in characters.
pub const NAME_MAX: usize = 100;
/// Longest slug, in characters.
pub const SLUG_MAX: usize = 50;
/// Most labels on one node.
pub const LABELS_MAX: usize = 64;
/// Longest label key or value, in characters.
pub const LABEL_TEXT_MAX: usize = 128;
/// Longest free text (descriptions, reasons), in characters.
pub const TEXT_MAX: usize = 1_000;

/// A value that the model refuses: which field, and why in words for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[error("{field}: {message}")]
pub struct InvalidValue {
    /// Field path as the API spells it.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl InvalidValue {
    /// A refusal of `field`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// Checks a display name: 1 to 100 characters, no control characters, no blanks at the ends.
pub fn check_name(field: &str, name: &str) -> Result<(), InvalidValue> {
    let length = name.chars().count();
    if length == 0 || length > NAME_MAX {
        return Err(InvalidValue::new(field, format!("must have 1 to {NAME_MAX} characters, not {length}")));
    }
    if name.trim() != name || name.chars().any(char::is_control) {
        return Err(InvalidValue::new(
            field,
            "must not begin or end with a blank or hold control characters",
        ));
    }
    Ok(())
}

/// Checks a machine name (nodes, bundle versions): a letter or digit, then letters, digits, `_`, `.`, `-`, `+`; at most 100.
pub fn check_identifier(field: &str, name: &str) -> Result<(), InvalidValue> {
    let mut chars = name.chars();
    let head = chars.next().is_some_and(|c| c.is_ascii_alphanumeric());
    if !head || name.len() > NAME_MAX || !chars.all(|c| c.is_ascii_alphanumeric() || "_.-+".contains(c)) {
        return Err(InvalidValue::new(
            field,
            format!(
                "must start with a letter or digit, hold only letters, digits, '_', '.', '-', '+', and have at most {NAME_MAX} characters"
            ),
        ));
    }
    Ok(())
}

/// Checks a slug: lowercase letters, digits and inner hyphens, 1 to 50 characters.
pub fn check_slug(field: &str, slug: &str) -> Result<(), InvalidValue> {
    let legal = !slug.is_empty()
        && slug.len() <= SLUG_MAX
        && slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !slug.starts_with('-')
        && !slug.ends_with('-');
    if legal {
        Ok(())
    } else {
        Err(InvalidValue::new(
            field,
            format!("must be 1 to {SLUG_MAX} lowercase letters, digits or inner hyphens, such as 'web-shop'"),
        ))
    }
}

/// The slug of a name: lowercase, runs of anything else become one hyphen, cut to 50. Empty when nothing is left.
pub fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.truncate(SLUG_MAX);
    slug.trim_end_matches('-').to_owned()
}

/// Checks a set of labels: at most 64, keys and values at most 128 characters, keys not empty.
pub fn check_labels(field: &str, labels: &BTreeMap<String, String>) -> Result<(), InvalidValue> {
    if labels.len() > LABELS_MAX {
        return Err(InvalidValue::new(field, format!("at most {LABELS_MAX} labels, not {}", labels.len())));
    }
    for (key, value) in labels {
        if key.is_empty() || key.chars().count() > LABEL_TEXT_MAX || value.chars().count() > LABEL_TEXT_MAX {
            return Err(InvalidValue::new(
                format!("{field}.{key}"),
                format!("keys must not be empty; keys and values have at most {LABEL_TEXT_MAX} characters"),
            ));
        }
        if key.chars().chain(value.chars()).any(char::is_control) {
            return Err(InvalidValue::new(format!("{field}.{key}"), "must not hold control characters"));
        }
    }
    Ok(())
}

/// Checks free text: at most 1,000 characters.
pub fn check_text(field: &str, text: &str) -> Result<(), InvalidValue> {
    if text.chars().count() > TEXT_MAX {
        return Err(InvalidValue::new(field, format!("must have at most {TEXT_MAX} characters")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_slug_is_made_from_any_name_and_is_legal_or_empty() {
        for (name, slug) in
            [("Web Shop", "web-shop"), ("  A__B  ", "a-b"), ("日本", ""), ("x--y", "x-y"), ("Ünï", "n")]
        {
            assert_eq!(slug_of(name), slug, "{name}");
        }
        let long = slug_of(&"ab ".repeat(40));
        assert!(check_slug("slug", &long).is_ok(), "{long}");
    }

    #[test]
    fn names_are_refused_with_the_field_and_the_rule() {
        let refused = check_identifier("name", "-edge").unwrap_err();
        assert_eq!(refused.field, "name");
        assert!(refused.message.contains("start with a letter or digit"));
        assert!(check_identifier("name", "edge-1.eu_west+2").is_ok());
        assert!(check_name("name", " padded").is_err());
        assert!(check_slug("slug", "Upper").is_err());
    }
}
