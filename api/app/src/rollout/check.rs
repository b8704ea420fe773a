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
