//! Checks, between the API and the model.

use sentinel_api_types::check::{CheckMethod, CheckResult, HttpCheck};
use sentinel_api_types::timestamp;
use sentinel_model::check::{self, Checks, HeaderValue, Method};

use crate::error::AppError;

/// What was asked for.
pub(super) fn asked(checks: Vec<HttpCheck>) -> Result<Vec<check::HttpCheck>, AppError> {
    checks.into_iter().enumerate().map(|(place, check)| one(place, check)).collect()
}

fn one(place: usize, check: HttpCheck) -> Result<check::HttpCheck, AppError> {
    let refuse = || {
        let message = "is a status or a range of them, such as 200 or 200-299";
        AppError::invalid(format!("checks.{place}.expected_status"), message)
    };
    let read = |text: &str| text.trim().parse::<u16>().map_err(|_| refuse());
    let status = match check.expected_status.split_once('-') {
        None => [read(&check.expected_status)?; 2],
        Some((least, most)) => [read(least)?, read(most)?],
    };
    Ok(check::HttpCheck {
        name: check.name,
        url: check.url,
        method: match check.method {
            CheckMethod::Get => Method::Get,
            CheckMethod::Head => Method::Head,
        },
        status,
        body_contains: check.body_contains,
        headers: check.headers.into_iter().map(|(name, value)| (name, value.into())).collect(),
        timeout_ms: check.timeout_ms,
        interval_s: check.interval_seconds,
        passes: check.passes,
        failures: check.failures,
    })
}

/// The same, as the API shows it: of headers only the names.
pub(super) fn shape(check: check::HttpCheck) -> HttpCheck {
    let [least, most] = check.status;
    HttpCheck {
        name: check.name,
        url: check.url,
        method: match check.method {
            Method::Get => CheckMethod::Get,
            Method::Head => CheckMethod::Head,
        },
        expected_status: if least == most { least.to_string() } else { format!("{least}-{most}") },
        body_contains: check.body_contains,
        headers: check.headers.into_keys().map(|name| (name, HeaderValue::HIDDEN.to_owned())).collect(),
        timeout_ms: check.timeout_ms,
        interval_seconds: check.interval_s,
        passes: check.passes,
        failures: check.failures,
    }
}

/// Puts the values of headers back that were not shown, and so came back as what stands for them. Only where the same address gets them as
/// before: else whoever may change a check could have them sent to themselves.
pub(crate) fn keep_hidden(checks: &mut [check::HttpCheck], known: &[check::HttpCheck]) {
    for check in checks {
        let Some(before) = known.iter().find(|one| one.name == check.name && one.url == check.url) else {
            continue;
        };
        for (name, value) in
            check.headers.iter_mut().filter(|(_, value)| value.expose() == HeaderValue::HIDDEN)
        {
            if let Some(kept) = before.headers.get(name) {
                *value = kept.clone();
            }
        }
    }
}

/// How they do, each of them.
pub(super) fn results(asked: &[check::HttpCheck], seen: Option<Checks>) -> Vec<CheckResult> {
    let result = |check: &check::HttpCheck| {
        let result = seen.iter().flat_map(|seen| &seen.results).find(|result| result.name == check.name);
        let last = result.and_then(|result| result.last.as_ref());
        CheckResult {
            name: check.name.clone(),
            step_index: seen.as_ref().map(|seen| seen.step),
            passes: result.map_or(0, |result| result.passes),
            failures: result.map_or(0, |result| result.failures),
            status: last.and_then(|last| last.status),
            latency_ms: last.map(|last| last.latency_ms),
            error: last.and_then(|last| last.error.clone()),
            checked_at: last.map(|last| timestamp(last.at)),
        }
    };
    asked.iter().map(result).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_value_that_was_not_shown_is_kept_for_the_same_address_and_for_no_other() {
        let mut usual = HttpCheck::usual("checkout".into(), "https://shop.example.com/".into());
        usual.headers.insert("x-token".into(), "secret".into());
        let known = asked(vec![usual]).unwrap();
        let shown = || shape(known[0].clone());
        assert_eq!(shown().headers["x-token"], HeaderValue::HIDDEN);
        let back = |check: HttpCheck| {
            let mut checks = asked(vec![check]).unwrap();
            keep_hidden(&mut checks, &known);
            checks[0].headers["x-token"].expose().to_owned()
        };
        assert_eq!(back(shown()), "secret");
        let elsewhere = HttpCheck { url: "https://elsewhere.example.com/".into(), ..shown() };
        assert_eq!(back(elsewhere), HeaderValue::HIDDEN);
        let mut other = shown();
        other.headers.insert("x-token".into(), "other".into());
        assert_eq!(back(other), "other");
    }
}
