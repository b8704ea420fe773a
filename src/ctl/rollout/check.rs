//! Checks on the command line.

use sentinel_api_types::check::{CheckMethod, CheckResult, HttpCheck};
use sentinel_api_types::rollout::Rollout;

use crate::ctl::words::{at, milliseconds, seconds};

const WRONG: &str = "expected name=NAME,url=URL and, separated by commas: method, expect, contains, header, timeout, interval, passes, \
                     failures; such as name=checkout,url=https://shop.example.com/health,expect=200-299";

/// `name=checkout,url=https://…,expect=200-299`. A comma that is not followed by a word and `=` is part of the value.
pub fn read(text: &str) -> Result<HttpCheck, String> {
    let mut check = HttpCheck::usual(String::new(), String::new());
    for part in parts(text) {
        let (key, value) = part.split_once('=').ok_or(WRONG)?;
        let number = || value.parse::<u32>().map_err(|_| format!("'{value}' is no number, as {key}"));
        match key {
            "name" => check.name = value.to_owned(),
            "url" => check.url = url(value)?,
            "method" if value.eq_ignore_ascii_case("get") => check.method = CheckMethod::Get,
            "method" if value.eq_ignore_ascii_case("head") => check.method = CheckMethod::Head,
            "method" => return Err("checks ask with GET or HEAD: they change nothing".into()),
            "expect" => check.expected_status = value.to_owned(),
            "contains" => check.body_contains = Some(value.to_owned()),
            "header" => {
                let (name, value) = value.split_once(':').ok_or("a header is NAME:VALUE")?;
                check.headers.insert(name.trim().to_owned(), value.trim().to_owned());
            }
            "timeout" => check.timeout_ms = milliseconds(value)? as u32,
            "interval" => check.interval_seconds = seconds(value)?,
            "passes" => check.passes = number()?,
            "failures" => check.failures = number()?,
            _ => return Err(WRONG.into()),
        }
    }
    if check.name.is_empty() || check.url.is_empty() { Err(WRONG.into()) } else { Ok(check) }
}

/// What looks like a key and is none was meant as one.
fn url(value: &str) -> Result<String, String> {
    let key = |part: &str| {
        let (key, _) = part.split_once('=')?;
        let word = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphabetic() || c == '_' || c == '-');
        word.then(|| key.to_owned())
    };
    match value.split(',').skip(1).find_map(key) {
        Some(key) => {
            Err(format!("'{key}' is no part of a check; {WRONG}. A comma that belongs to the URL is %2C"))
        }
        None => Ok(value.to_owned()),
    }
}

/// The text, cut before each of the keys.
fn parts(text: &str) -> Vec<&str> {
    const KEYS: [&str; 10] = [
        "name", "url", "method", "expect", "contains", "header", "timeout", "interval", "passes", "failures",
    ];
    let begins =
        |rest: &str| KEYS.iter().any(|key| rest.strip_prefix(key).is_some_and(|rest| rest.starts_with('=')));
    let (mut parts, mut from) = (Vec::new(), 0);
    for (place, _) in text.match_indices(',').filter(|(place, _)| begins(&text[place + 1..])) {
        parts.push(&text[from..place]);
        from = place + 1;
    }
    parts.push(&text[from..]);
    parts
}

/// What is asked, in a line.
pub fn asked(check: &HttpCheck) -> String {
    let contains = check.body_contains.as_ref().map(|text| format!(" with \"{text}\"")).unwrap_or_default();
    format!(
        "{} ({}{contains}, {} times in a row, every {} s)",
        check.url, check.expected_status, check.passes, check.interval_seconds
    )
}

/// How it does, in a line.
pub fn result(rollout: &Rollout, result: &CheckResult) -> String {
    let Some(checked_at) = result.checked_at else { return "not made so far".to_owned() };
    let needed =
        rollout.checks.iter().find(|check| check.name == result.name).map_or(0, |check| check.passes);
    let status = result.status.map(|status| format!("{status} ")).unwrap_or_default();
    let took = result.latency_ms.unwrap_or_default();
    let outcome = match &result.error {
        None => format!("passed {} of {needed} times", result.passes.min(needed)),
        Some(error) => format!("failed {} times in a row: {error}", result.failures),
    };
    format!("{outcome} ({status}after {took} ms, {})", at(checked_at))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_check_is_read_with_commas_in_its_values() {
        let check = read(
            "name=checkout,url=https://shop.example.com/a,b?q=1,2,expect=200,method=head,timeout=800ms,interval=5s,passes=2,failures=4",
        )
        .unwrap();
        assert_eq!(check.url, "https://shop.example.com/a,b?q=1,2");
        assert_eq!((check.name.as_str(), check.expected_status.as_str()), ("checkout", "200"));
        assert_eq!((check.method, check.timeout_ms, check.interval_seconds), (CheckMethod::Head, 800, 5));
        assert_eq!((check.passes, check.failures), (2, 4));
        let body = read("name=a,url=http://b/,contains=ok, all of it,header=accept: text/plain").unwrap();
        assert_eq!(body.body_contains.as_deref(), Some("ok, all of it"));
        assert_eq!(body.headers["accept"], "text/plain");
        assert_eq!(body.expected_status, "200-299");
    }

    #[test]
    fn what_is_no_check_is_refused() {
        for wrong in [
            "",
            "checkout",
            "name=a",
            "url=http://b/",
            "name=a,url=http://b/,method=POST",
            "name=a,url=http://b/,passes=x",
            "name=a,url=http://b/,pases=2",
            "name=a,url=http://b/,foo=3,expect=200",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
