//! Words of the wire on the command line and in tables: states, roles, times.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use sentinel_api_types::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads one of the words that the wire has for a type; a wrong one is answered with the right ones.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| error.to_string())
}

/// The word that the wire has for a value.
pub fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(error) => error.to_string(),
    }
}

/// An id, where there is no name to give instead.
pub fn id<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| {
        "this is not an id; ids are like 0198c5b2-7d3e-7a41-9f60-2b8c4e1d5a37, whole, as the lists show them".to_owned()
    })
}

/// `KEY=VALUE`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

/// `500ms`, `10s`, `2m`, `1h`, `30d`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let ms: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err("expected a time such as 500ms, 10s, 2m, 1h or 30d".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| format!("{number:?} is not a whole number"))?;
    number.checked_mul(ms).map(Duration::from_millis).ok_or_else(|| "too long".to_owned())
}

/// A time in seconds, for fields that count in them.
pub fn seconds(text: &str) -> Result<u32, String> {
    let time = duration(text)?;
    if time.subsec_millis() != 0 {
        return Err("expected whole seconds".to_owned());
    }
    u32::try_from(time.as_secs()).map_err(|_| "too long".to_owned())
}

/// A time in milliseconds, for fields that count in them.
pub fn milliseconds(text: &str) -> Result<f64, String> {
    Ok(duration(text)?.as_secs_f64() * 1_000.0)
}

/// A value, or the word `none`: what somebody else has said of it does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct OrNone<T>(pub Option<T>);

/// Reads a value, or the word `none`.
pub fn or_none<T>(
    read: impl Fn(&str) -> Result<T, String> + Clone,
) -> impl Fn(&str) -> Result<OrNone<T>, String> + Clone {
    move |text| match text {
        "none" => Ok(OrNone(None)),
        text => read(text).map(|value| OrNone(Some(value))),
    }
}

/// A few of the names that there are, for somebody who named one that there is not.
pub fn offer<'a>(what: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 5;
    let names: Vec<&str> = names.into_iter().take(SHOWN + 1).collect();
    match names.as_slice() {
        [] => format!("; there are no {what}"),
        some if some.len() <= SHOWN => format!("; {what}: {}", some.join(", ")),
        more => format!("; {what}: {}, ...", more[..SHOWN].join(", ")),
    }
}

/// A moment to come: a time from now such as `30d`, or RFC 3339 such as `2027-01-31T00:00:00Z`.
pub fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = duration(text) {
        let then = SystemTime::now().checked_add(time).ok_or_else(|| "too far away".to_owned())?;
        return Timestamp::try_from(then).map_err(|error| error.to_string());
    }
    text.parse()
        .map_err(|_| "expected a time from now such as 30d, or one such as 2027-01-31T00:00:00Z".to_owned())
}

/// A moment in a table: UTC, to the second.
pub fn at(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// Labels in a table.
pub fn labels<'a>(labels: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let pairs: Vec<_> = labels.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join(",")
}

/// Bytes in a table.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1_024.0),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sentinel_api_types::member::Role;
    use sentinel_model::NodeId;

    #[test]
    fn wrong_words_are_answered_with_the_right_ones() {
        assert_eq!(read::<Role>("operator"), Ok(Role::Operator));
        let refused = read::<Role>("root").unwrap_err();
        assert!(refused.contains("reader") && refused.contains("admin"), "{refused}");
        assert_eq!(word(&Role::Admin), "admin");
    }

    #[test]
    fn what_is_not_an_id_is_answered_with_one() {
        let example = id::<NodeId>("0198c5b2").unwrap_err();
        assert!(example.starts_with("this is not an id"), "{example}");
        let example = example.split(&[' ', ','][..]).find(|word| word.len() == 36).unwrap();
        assert_eq!(id::<NodeId>(example).unwrap().to_string(), example);
    }

    #[test]
    fn a_few_names_are_offered() {
        assert_eq!(offer("nodes", []), "; there are no nodes");
        assert_eq!(offer("nodes", ["a", "b"]), "; nodes: a, b");
        assert_eq!(offer("nodes", ["a", "b", "c", "d", "e", "f"]), "; nodes: a, b, c, d, e, ...");
    }

    #[test]
    fn times_need_a_unit() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(seconds("2m"), Ok(120));
        assert_eq!(milliseconds("250ms"), Ok(250.0));
        for wrong in ["10", "", "s", "1.5s", "-1s", "99999999999999999999s", "18446744073709551615d"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        assert!(seconds("500ms").is_err());
    }

    #[test]
    fn moments_are_counted_from_now_or_written_out() {
        assert!(moment("30d").unwrap() > Timestamp::now());
        assert_eq!(at(moment("2027-01-31T00:00:00Z").unwrap()), "2027-01-31 00:00:00Z");
        assert!(moment("tomorrow").is_err());
    }

    #[test]
    fn pairs_keep_everything_behind_the_first_sign() {
        assert_eq!(pair("tier=a=b"), Ok(("tier".into(), "a=b".into())));
        assert!(pair("tier").is_err() && pair("=x").is_err());
    }
}
