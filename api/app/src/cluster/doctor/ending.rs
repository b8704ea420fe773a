//! Certificates of projects that run out.

use sentinel_api_types::finding::{Finding, Severity, Topic};
use sentinel_model::certificate::ENDS_SOON_MS;

use super::{DAY_MS, Seen, advised, finding, horizon};

/// Certificates that are told of one by one.
const NAMED: usize = 10;

/// One finding for each of the first ones, and one for all others. Whether anything is served with them is not known here, so none is grave.
pub(super) fn ending(seen: &Seen<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (project, certificate) in seen.ending.iter().take(NAMED) {
        let slug = &certificate.slug;
        let what = format!("the certificate {slug} of the project {project}");
        let failure = certificate.acme.as_ref().and_then(|acme| acme.failure.as_ref());
        let mut text = match certificate.not_after() {
            Some(end) => match horizon(&what, end, seen.now, ENDS_SOON_MS / DAY_MS) {
                Some((_, text)) => text,
                None => continue,
            },
            None => format!("{what} has not been issued"),
        };
        if let Some(failure) = failure {
            text.push_str(&format!("; it failed {} times: {}", failure.times, failure.reason));
        }
        let advice = match &certificate.acme {
            None => format!(
                "put another one in its place with `sentinel-cp certificate replace {slug} --project {project}`, or delete it"
            ),
            Some(_) => format!(
                "mend what is said and have it issued with `sentinel-cp certificate renew {slug} --project {project}`"
            ),
        };
        found.push(advised(finding(Topic::Certificates, Severity::Warning, text), advice));
    }
    for (project, end) in seen.ending_cas.iter().take(NAMED) {
        let what = format!("the internal CA of the project {project}");
        if let Some((_, text)) = horizon(&what, *end, seen.now, ENDS_SOON_MS / DAY_MS) {
            let advice = "its clients are not let in after that: give trust stores the certificate of another CA beside it, and issue their certificates anew";
            found.push(advised(finding(Topic::Certificates, Severity::Warning, text), advice));
        }
    }
    let others = seen.ending.len().saturating_sub(NAMED);
    if others > 0 {
        let text = format!("{others} more certificates of projects run out soon, or have run out");
        let advice = "look at them with `sentinel-cp certificate list --project PROJECT`";
        found.push(advised(finding(Topic::Certificates, Severity::Warning, text), advice));
    }
    found
}
