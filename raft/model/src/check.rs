//! Checks: what the leader asks over HTTP while a step is observed, besides what nodes say.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::name::check_identifier;
use crate::{InvalidValue, RolloutId, Time};

/// Most checks of one rollout.
pub const CHECKS_MAX: usize = 10;
/// Longest URL, in bytes.
pub const URL_MAX: usize = 2_000;
/// Longest text that a body must contain, and longest value of a header, in characters.
pub const TEXT_MAX: usize = 200;
/// Most headers of one check.
pub const HEADERS_MAX: usize = 16;
/// Shortest and longest time for an answer, in milliseconds.
pub const TIMEOUT_MS: std::ops::RangeInclusive<u32> = 100..=30_000;
/// Shortest and longest time between two requests, in seconds.
pub const INTERVAL_S: std::ops::RangeInclusive<u32> = 1..=300;
/// Longest words on why a check has failed, in characters.
pub const ERROR_MAX: usize = 300;
/// Most passes or failures that can be asked for.
pub const TIMES_MAX: u32 = 100;

/// Something that has to answer. Checked by `HttpCheck::check`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpCheck {
    /// What it is called.
    pub name: String,
    /// What is asked.
    pub url: String,
    /// How.
    #[serde(default, skip_serializing_if = "Method::is_get")]
    pub method: Method,
    /// The lowest and the highest status that passes.
    pub status: [u16; 2],
    /// What the body must contain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_contains: Option<String>,
    /// Sent along; no secrets, for they are kept as they are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, HeaderValue>,
    /// How long it may take to answer, in milliseconds.
    pub timeout_ms: u32,
    /// How long after one request the next one is made, in seconds.
    pub interval_s: u32,
    /// How often it must have passed since the step began, without a failure between.
    pub passes: u32,
    /// How often it must have failed, without a pass between, to be broken.
    pub failures: u32,
}

/// Value of a header. It is sent to whom the check asks, and shown to nobody: no answer, log or audit entry has it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HeaderValue(String);

impl HeaderValue {
    /// What stands for a value where it would be shown.
    pub const HIDDEN: &'static str = "***";

    /// The text itself. Name every use.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for HeaderValue {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Debug for HeaderValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(Self::HIDDEN)
    }
}

/// How something is asked. Nothing that changes anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// With the body.
    #[default]
    Get,
    /// Without.
    Head,
}

impl Method {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    fn is_get(&self) -> bool {
        *self == Method::Get
    }

    /// Name as HTTP spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
        }
    }
}

/// Checks every check of a rollout whose steps may take so many seconds; the first refusal names the field.
pub fn check_all(checks: &[HttpCheck], step_deadline_s: u32) -> Result<(), InvalidValue> {
    if checks.len() > CHECKS_MAX {
        return Err(InvalidValue::new(
            "checks",
            format!("at most {CHECKS_MAX} checks, not {}", checks.len()),
        ));
    }
    let mut names = BTreeSet::new();
    for (place, check) in checks.iter().enumerate() {
        check.check(&format!("checks.{place}"))?;
        if !names.insert(&check.name) {
            let message = format!("'{}' is the name of another check", check.name);
            return Err(InvalidValue::new(format!("checks.{place}.name"), message));
        }
        if u64::from(check.passes) * u64::from(check.interval_s) >= u64::from(step_deadline_s) {
            return Err(InvalidValue::new(
                format!("checks.{place}.passes"),
                "so many passes at this interval take longer than progress_deadline_seconds: no step could ever pass",
            ));
        }
    }
    Ok(())
}

impl HttpCheck {
    fn check(&self, field: &str) -> Result<(), InvalidValue> {
        let refuse = |part: &str, why: String| Err(InvalidValue::new(format!("{field}.{part}"), why));
        check_identifier(&format!("{field}.name"), &self.name)?;
        if let Err(why) = check_url(&self.url) {
            return refuse("url", why);
        }
        let [least, most] = self.status;
        if !(100..=599).contains(&least) || !(least..=599).contains(&most) {
            return refuse(
                "expected_status",
                "is a status or a range of them, such as 200 or 200-299".into(),
            );
        }
        if let Some(text) = &self.body_contains {
            if self.method == Method::Head {
                return refuse("body_contains", "HEAD has no body; ask with GET".into());
            }
            if text.is_empty() || text.chars().count() > TEXT_MAX {
                return refuse("body_contains", format!("must have 1 to {TEXT_MAX} characters"));
            }
        }
        if self.headers.len() > HEADERS_MAX {
            return refuse("headers", format!("at most {HEADERS_MAX}"));
        }
        for (name, value) in &self.headers {
            if let Err(why) = check_header(name, value.expose()) {
                return refuse(&format!("headers.{name}"), why);
            }
        }
        if !TIMEOUT_MS.contains(&self.timeout_ms) {
            return refuse("timeout_ms", "must lie between 100 and 30000".into());
        }
        if !INTERVAL_S.contains(&self.interval_s) {
            return refuse("interval_seconds", "must lie between 1 and 300".into());
        }
        for (part, times) in [("passes", self.passes), ("failures", self.failures)] {
            if !(1..=TIMES_MAX).contains(&times) {
                return refuse(part, format!("must lie between 1 and {TIMES_MAX}"));
            }
        }
        Ok(())
    }
}

/// What everybody can see of a URL. Who is asked is for the one who asks to find out, with the parser that asks.
fn check_url(url: &str) -> Result<(), String> {
    let lower = url.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    let Some(rest) = rest else { return Err("must begin with http:// or https://".into()) };
    if url.len() > URL_MAX {
        return Err(format!("must have at most {URL_MAX} bytes"));
    }
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) || url.contains(['\\', '#']) {
        return Err("must be without blanks, control characters, backslashes and fragments".into());
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if authority.is_empty() {
        return Err("names no host".into());
    }
    if authority.contains('@') {
        return Err("must not hold a user or password: everybody who sees the rollout sees the URL. What has to be sent along goes into headers, whose values are not shown".into());
    }
    Ok(())
}

/// Parts of names of headers that hold secrets, or that belong to the connection.
const SECRET: [&str; 7] = ["auth", "cookie", "token", "secret", "password", "api-key", "apikey"];
const CONNECTION: [&str; 9] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "proxy-connection",
];

fn check_header(name: &str, value: &str) -> Result<(), String> {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || name.len() > TEXT_MAX || !name.chars().all(token) {
        return Err("is no name of a header".into());
    }
    let name = name.to_ascii_lowercase();
    if SECRET.iter().any(|part| name.contains(part)) {
        return Err("must not hold secrets: they would be kept as they are, also in backups".into());
    }
    if CONNECTION.contains(&name.as_str()) {
        return Err("belongs to the connection".into());
    }
    if value == HeaderValue::HIDDEN {
        return Err("is what stands for a value that is not shown: give the value itself".into());
    }
    if value.chars().count() > TEXT_MAX || !value.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
        return Err(format!("must be at most {TEXT_MAX} printable ASCII characters"));
    }
    Ok(())
}

/// What came of one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// When its answer was there, or was not waited for any longer.
    pub at: Time,
    /// Status of the answer, if there was one.
    pub status: Option<u16>,
    /// How long that took, in milliseconds.
    pub latency_ms: u32,
    /// Why it has failed; nothing when it has passed.
    pub error: Option<String>,
}

/// How a check does in a step, as far as one leader has seen it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Which one.
    pub name: String,
    /// How often it has passed in a row.
    pub passes: u32,
    /// How often it has failed in a row.
    pub failures: u32,
    /// What came of the newest request.
    pub last: Option<Probe>,
}

/// How the checks of a rollout do. A leader that takes over begins anew, and so does a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checks {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// The step that is observed.
    pub step: u32,
    /// Since when.
    pub since: Time,
    /// One for each check that was asked for, in that order.
    pub results: Vec<CheckResult>,
}

impl Checks {
    /// Nothing is known so far.
    pub fn begin(rollout_id: RolloutId, step: u32, since: Time, asked: &[HttpCheck]) -> Self {
        let nothing =
            |check: &HttpCheck| CheckResult { name: check.name.clone(), passes: 0, failures: 0, last: None };
        Self { rollout_id, step, since, results: asked.iter().map(nothing).collect() }
    }

    /// As a clock has timed it that is ahead by `ms` milliseconds.
    #[must_use]
    pub fn moved(mut self, ms: u64) -> Self {
        self.since = self.since.plus_ms(ms);
        for last in self.results.iter_mut().filter_map(|result| result.last.as_mut()) {
            last.at = last.at.plus_ms(ms);
        }
        self
    }

    /// Takes in what came of a request. After a gap in which nobody asked, what was before says nothing.
    pub fn take(&mut self, asked: &HttpCheck, probe: Probe) {
        let Some(result) = self.results.iter_mut().find(|result| result.name == asked.name) else { return };
        if result.last.as_ref().is_some_and(|last| probe.at.since(last.at) > asked.fresh_ms()) {
            (result.passes, result.failures) = (0, 0);
        }
        match probe.error {
            None => (result.passes, result.failures) = (result.passes.saturating_add(1), 0),
            Some(_) => (result.passes, result.failures) = (0, result.failures.saturating_add(1)),
        }
        result.last = Some(probe);
    }
}

impl HttpCheck {
    /// How long it takes to pass at most, when all is well, in milliseconds.
    pub fn takes_ms(&self) -> u64 {
        u64::from(self.passes.saturating_add(1))
            * (u64::from(self.interval_s) * 1_000 + u64::from(self.timeout_ms))
    }

    /// Age up to which a result counts, in milliseconds: two requests may be lost.
    pub fn fresh_ms(&self) -> u64 {
        u64::from(self.interval_s) * 3_000 + u64::from(self.timeout_ms)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn asked() -> HttpCheck {
        HttpCheck {
            name: "checkout".into(),
            url: "https://shop.example.com/health?deep=1".into(),
            method: Method::Get,
            status: [200, 299],
            body_contains: Some("ok".into()),
            headers: BTreeMap::from([("accept".into(), "text/plain".into())]),
            timeout_ms: 5_000,
            interval_s: 10,
            passes: 3,
            failures: 3,
        }
    }

    fn refused(change: impl FnOnce(&mut HttpCheck)) -> String {
        let mut check = asked();
        change(&mut check);
        check_all(&[check], 600).unwrap_err().field
    }

    #[test]
    fn what_is_asked_for_is_refused_by_field() {
        assert_eq!(check_all(&[asked()], 600), Ok(()));
        assert_eq!(check_all(&[asked()], 30).unwrap_err().field, "checks.0.passes");
        assert_eq!(check_all(&[asked(), asked()], 600).unwrap_err().field, "checks.1.name");
        assert_eq!(check_all(&vec![asked(); 11], 600).unwrap_err().field, "checks");
        for url in [
            "ftp://example.com/",
            "//example.com",
            "http://",
            "http:///path",
            "http://ada:secret@example.com/",
            "http://good.example.com\\@evil.example.com/",
            "http://example.com/#part",
            "http://example.com/a b",
            "http://exämple.com/",
        ] {
            assert_eq!(refused(|check| check.url = url.into()), "checks.0.url", "{url}");
        }
        for name in
            ["Authorization", "cookie", "X-Api-Key", "x-auth-token", "Host", "Transfer-Encoding", "a b", ""]
        {
            let field = refused(|check| drop(check.headers.insert(name.into(), "x".into())));
            assert_eq!(field, format!("checks.0.headers.{name}"));
        }
        let split = |check: &mut HttpCheck| drop(check.headers.insert("x".into(), "a\r\nhost: b".into()));
        assert_eq!(refused(split), "checks.0.headers.x");
        let copied = |check: &mut HttpCheck| drop(check.headers.insert("x".into(), "***".into()));
        assert_eq!(refused(copied), "checks.0.headers.x");
        assert_eq!(refused(|check| check.status = [300, 200]), "checks.0.expected_status");
        assert_eq!(refused(|check| check.method = Method::Head), "checks.0.body_contains");
        assert_eq!(refused(|check| check.timeout_ms = 0), "checks.0.timeout_ms");
        assert_eq!(refused(|check| check.interval_s = 0), "checks.0.interval_seconds");
        assert_eq!(refused(|check| check.failures = 0), "checks.0.failures");
    }

    #[test]
    fn a_url_with_credentials_is_told_where_they_go_and_values_of_headers_are_not_printed() {
        let mut check = asked();
        check.url = "https://ada:hunter2@shop.example.com/".into();
        let refused = check_all(&[check], 600).unwrap_err();
        assert!(refused.message.contains("goes into headers") && !refused.message.contains("hunter2"));
        let printed = format!("{:?}", asked());
        assert!(printed.contains("accept") && !printed.contains("text/plain"), "{printed}");
    }

    #[test]
    fn passes_and_failures_count_in_a_row_and_begin_anew_after_a_gap() {
        let check = asked();
        let mut checks =
            Checks::begin(RolloutId(uuid::Uuid::nil()), 0, Time(0), std::slice::from_ref(&check));
        let mut take = |at_s: i64, error: Option<&str>| {
            let probe = Probe {
                at: Time(at_s * 1_000),
                status: Some(200),
                latency_ms: 3,
                error: error.map(str::to_owned),
            };
            checks.take(&check, probe);
            (checks.results[0].passes, checks.results[0].failures)
        };
        assert_eq!([take(10, None), take(20, None)], [(1, 0), (2, 0)]);
        assert_eq!([take(30, Some("no")), take(40, Some("no"))], [(0, 1), (0, 2)]);
        assert_eq!([take(50, None), take(60, None)], [(1, 0), (2, 0)]);
        assert_eq!(take(96, None), (1, 0), "nobody has asked for longer than it is fresh");
    }
}
