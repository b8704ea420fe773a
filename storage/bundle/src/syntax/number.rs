//! Numbers: decimal, hexadecimal, octal, binary, and decimals with fraction or exponent.

use super::cursor::{Cursor, Failure, is_identifier};
use super::tree::Value;
use crate::limits::MAX_NUMBER_BYTES;

/// True when the text here can only be a number.
pub(super) fn starts_here(rest: &str) -> bool {
    let unsigned = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    unsigned.starts_with(|c: char| c.is_ascii_digit())
        || unsigned.strip_prefix('.').is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()))
}

/// Reads the number at the cursor.
pub(super) fn read<'a>(cursor: &mut Cursor<'a>) -> Result<Value<'a>, Failure> {
    let start = cursor.at;
    let rest = cursor.rest();
    let word = &rest[..rest.find(|c: char| !is_identifier(c)).unwrap_or(rest.len())];
    let wrong = || {
        Failure::new(
            start,
            "syntax",
            format!("`{}` is not a number", word.chars().take(MAX_NUMBER_BYTES).collect::<String>()),
        )
        .help("put texts that start with a digit in quotes, for example \"10s\" or \"127.0.0.1:8080\"")
    };
    if word.len() > MAX_NUMBER_BYTES {
        return Err(wrong());
    }
    let value = parse(word).ok_or_else(wrong)?;
    cursor.at += word.len();
    Ok(value)
}

fn parse(word: &str) -> Option<Value<'static>> {
    let (negative, unsigned) = match word.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    let radix = match unsigned.get(..2) {
        Some("0x" | "0X") => Some(16),
        Some("0o" | "0O") => Some(8),
        Some("0b" | "0B") => Some(2),
        _ => None,
    };
    if let Some(radix) = radix {
        let digits = digits(&unsigned[2..], radix)?;
        return signed(negative, i128::from_str_radix(&digits, radix).ok()?);
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let whole = digits(whole, 10)?;
    if fraction.is_none() && exponent.is_none() {
        return signed(negative, whole.parse().ok()?);
    }
    let mut text = whole;
    if let Some(fraction) = fraction {
        text = format!("{text}.{}", digits(fraction, 10)?);
    }
    if let Some(exponent) = exponent {
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", exponent.strip_prefix('+').unwrap_or(exponent)),
        };
        text = format!("{text}e{sign}{}", digits(exponent, 10)?);
    }
    let value: f64 = text.parse().ok()?;
    value.is_finite().then_some(Value::Float(if negative { -value } else { value }))
}

fn signed(negative: bool, value: i128) -> Option<Value<'static>> {
    Some(Value::Integer(if negative { value.checked_neg()? } else { value }))
}

/// Digits with `_` between them; the first character must be a digit.
fn digits(text: &str, radix: u32) -> Option<String> {
    let first_is_digit = text.chars().next().is_some_and(|c| c.is_digit(radix));
    let all_fit = text.chars().all(|c| c == '_' || c.is_digit(radix));
    (first_is_digit && all_fit).then(|| text.replace('_', ""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_have_the_values_they_show() {
        for (word, value) in [
            ("0", Value::Integer(0)),
            ("-17", Value::Integer(-17)),
            ("+1_000", Value::Integer(1000)),
            ("0xff", Value::Integer(255)),
            ("-0b101", Value::Integer(-5)),
            ("0o17", Value::Integer(15)),
            ("1.5", Value::Float(1.5)),
            ("-2e3", Value::Float(-2000.0)),
            ("1.5E-1", Value::Float(0.15)),
        ] {
            assert_eq!(parse(word).unwrap(), value, "{word}");
        }
    }

    #[test]
    fn what_only_looks_like_a_number_is_refused() {
        for word in
            ["1a", "1.", "1.e5", "_1", "0x", "0xg", "1e", "--1", "1.2.3", "9".repeat(40).as_str(), "1e999"]
        {
            assert!(parse(word).is_none(), "{word}");
        }
    }
}
