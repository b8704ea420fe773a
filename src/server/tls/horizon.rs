//! For how long the certificate is still good: told in a metric, and to people while there is time to act.

use std::time::Duration;

use sentinel_api_types::timestamp;
use sentinel_app::App;
use sentinel_model::Time;

use super::serving::ServingCertificate;

/// How often to look.
const EVERY: Duration = Duration::from_secs(5);
/// With fewer days than this left, somebody should look after it.
const NEAR_DAYS: u64 = 14;
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// What the concern is kept under.
const CONCERN: &str = "tls-horizon";

/// Watches for ever.
pub async fn watch(certificate: ServingCertificate, app: App) {
    let gauge = metrics::gauge!("tls_certificate_not_after_seconds");
    loop {
        let not_after = certificate.shown().map(|pair| pair.not_after);
        gauge.set(not_after.map_or(0.0, |end| end.0 as f64 / 1_000.0));
        app.concerns().set(CONCERN, concern(not_after, app.now()));
        tokio::time::sleep(EVERY).await;
    }
}

/// What to say about a certificate that ends then.
fn concern(not_after: Option<Time>, now: Time) -> Option<String> {
    let Some(end) = not_after else {
        return Some("this member has no certificate for clients yet, so none can connect to it".to_owned());
    };
    if now > end {
        let since = timestamp(end);
        return Some(format!(
            "this member's certificate for clients has run out: clients refuse it since {since}"
        ));
    }
    let days = end.since(now) / DAY_MS;
    let until = timestamp(end);
    (days < NEAR_DAYS).then(|| match days {
        0 => format!("this member's certificate for clients runs out within a day, at {until}"),
        1 => format!("this member's certificate for clients runs out in 1 day, at {until}"),
        _ => format!("this member's certificate for clients runs out in {days} days, at {until}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: Time = Time(1_800_000_000_000);

    fn said(days_before: i64) -> Option<String> {
        concern(Some(END), Time(END.0 - days_before * DAY_MS as i64))
    }

    #[test]
    fn two_weeks_before_the_end_it_becomes_a_concern_and_stays_one() {
        assert_eq!(said(15), None);
        assert_eq!(said(14), None);
        let cases = [
            (13, "in 13 days, at 2027-01-15T08:00:00"),
            (1, "in 1 day,"),
            (0, "within a day"),
            (-1, "has run out"),
        ];
        for (days, words) in cases {
            let said = said(days);
            assert!(said.as_ref().is_some_and(|said| said.contains(words)), "{days}: {said:?}");
        }
    }

    #[test]
    fn none_at_all_is_a_concern_as_well() {
        assert!(concern(None, END).is_some_and(|said| said.contains("no certificate")));
    }
}
