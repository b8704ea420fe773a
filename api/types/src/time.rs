//! Times on the wire: RFC 3339 in UTC.

use sentinel_model::Time;

/// A moment; as JSON `"2026-11-24T11:30:00.25Z"`.
pub type Timestamp = jiff::Timestamp;

/// The model's time as the wire shows it. Times beyond year 9999 are shown as the last one.
pub fn timestamp(time: Time) -> Timestamp {
    jiff::Timestamp::from_millisecond(time.0).unwrap_or(if time.0 < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    })
}

/// A time from the wire as the model keeps it; parts of a millisecond are dropped.
pub fn model_time(timestamp: Timestamp) -> Time {
    Time(timestamp.as_millisecond())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times_are_rfc_3339_in_utc_and_round_trip() {
        let shown = timestamp(Time(1_795_519_845_250));
        let text = serde_json::to_string(&shown).unwrap();
        assert!(text.ends_with("Z\"") && text.contains('T'), "{text}");
        assert_eq!(model_time(serde_json::from_str(&text).unwrap()), Time(1_795_519_845_250));
        assert_eq!(timestamp(Time(i64::MAX)), jiff::Timestamp::MAX);
    }
}
