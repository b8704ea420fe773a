//! From when to when a certificate is good.

use std::time::Duration;

use sentinel_model::Time;
use x509_parser::certificate::X509Certificate;
use x509_parser::time::ASN1Time;

/// How long a member's certificate lasts when nobody says otherwise.
pub const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// By how much a certificate is good before it was issued, and after its lifetime: members whose clocks are two hours apart,
/// either way, find each other's certificates good, with a quarter of an hour to spare.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(2 * 60 * 60 + 15 * 60);

/// 9999-12-31T23:59:59Z, the last second that a certificate can name.
const LAST_SECOND: i64 = 253_402_300_799;

/// The window in which a certificate is good, tolerance included. Both ends belong to it. Whole seconds, as X.509 has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Before this, nobody takes it.
    pub not_before: Time,
    /// After this, nobody takes it.
    pub not_after: Time,
}

impl Validity {
    /// Of a certificate that is issued now and lasts for `lifetime`, with [`CLOCK_TOLERANCE`] at both ends. What X.509 cannot
    /// name becomes the nearest time that it can.
    pub fn starting(now: Time, lifetime: Duration) -> Self {
        let seconds = now.0.div_euclid(1_000);
        let tolerance = seconds_of(CLOCK_TOLERANCE);
        let end = seconds.saturating_add(seconds_of(lifetime)).saturating_add(tolerance);
        Self { not_before: of_seconds(seconds.saturating_sub(tolerance)), not_after: of_seconds(end) }
    }

    /// The same window, not later than the end of `other`.
    #[must_use]
    pub fn within(self, other: Validity) -> Self {
        Self { not_after: self.not_after.min(other.not_after), ..self }
    }

    /// Half of the lifetime is over at this time. The tolerance lies at both ends, so it shifts nothing.
    pub fn half(&self) -> Time {
        self.not_before.plus_ms(self.not_after.since(self.not_before) / 2)
    }

    /// Whether the window has closed.
    pub fn is_over(&self, now: Time) -> bool {
        now > self.not_after
    }

    pub(crate) fn of(certificate: &X509Certificate<'_>) -> Self {
        let validity = certificate.validity();
        Self {
            not_before: of_seconds(validity.not_before.timestamp()),
            not_after: of_seconds(validity.not_after.timestamp()),
        }
    }
}

/// As the X.509 libraries want it. Never fails for the times of a [`Validity`], which lie within what X.509 can name.
pub(crate) fn asn1(time: Time) -> Option<ASN1Time> {
    ASN1Time::from_timestamp(time.0.div_euclid(1_000)).ok()
}

fn of_seconds(seconds: i64) -> Time {
    Time(seconds.clamp(0, LAST_SECOND) * 1_000)
}

fn seconds_of(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tolerance_lies_at_both_ends_and_leaves_the_middle_where_it_is() {
        let now = Time(1_800_000_000_999);
        let validity = Validity::starting(now, LIFETIME);
        assert_eq!(validity.not_before, Time(1_800_000_000_000 - 8_100_000));
        assert_eq!(validity.not_after, Time(1_800_000_000_000 + 30 * 86_400_000 + 8_100_000));
        assert_eq!(validity.half(), Time(1_800_000_000_000 + 15 * 86_400_000));
    }

    #[test]
    fn times_that_no_certificate_can_name_become_the_nearest() {
        for now in [i64::MIN, -1, i64::MAX] {
            let validity = Validity::starting(Time(now), Duration::MAX);
            assert!(asn1(validity.not_before).is_some() && asn1(validity.not_after).is_some());
            assert!(validity.not_before <= validity.not_after);
        }
    }
}
