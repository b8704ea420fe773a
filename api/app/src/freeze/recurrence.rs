//! What a freeze that comes again every week comes to: moments, by the clock of a time zone.
//!
//! The zones' rules are those that this program was built with, on every member of its version, whatever the machine has.

use jiff::civil::{Date, Time as TimeOfDay, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use sentinel_api_types::freeze::{Recurrence, Weekday as Day};
use sentinel_model::freeze::recurrence::DAYS_MAX;
use sentinel_model::freeze::{self, Span};
use sentinel_model::{InvalidValue, Time};

/// Works out when it holds between two moments.
///
/// A time that the clock skips, or that comes twice, makes it longer and never shorter: it is the earlier one for its beginning, and
/// the later one for its end.
///
/// # Errors
/// What cannot be read, with the field.
pub fn expand(asked: &Recurrence, from: Time, until: Time) -> Result<freeze::Recurrence, InvalidValue> {
    let zone = zone(&asked.time_zone)?;
    let (starts, ends) = (time_of_day("starts", &asked.starts)?, time_of_day("ends", &asked.ends)?);
    let days = asked.days.unwrap_or(u8::from(ends <= starts)).min(DAYS_MAX + 1);
    let mut occurrences = Vec::new();
    let first = date(from, &zone).and_then(|date| date.checked_sub(i64::from(days).days()).ok());
    let last = date(until, &zone);
    for day in first.into_iter().flat_map(|first| first.series(1.day())) {
        if last.is_none_or(|last| day > last) || occurrences.len() > freeze::recurrence::OCCURRENCES_MAX {
            break;
        }
        if !asked.weekdays.iter().any(|asked| weekday(*asked) == day.weekday()) {
            continue;
        }
        let begun = zone.to_ambiguous_timestamp(day.to_datetime(starts)).earlier();
        let ended = day
            .checked_add(i64::from(days).days())
            .and_then(|day| zone.to_ambiguous_timestamp(day.to_datetime(ends)).later());
        if let (Ok(begun), Ok(ended)) = (begun, ended) {
            let (begun, ended) = (Time(begun.as_millisecond()), Time(ended.as_millisecond()));
            let span = Span { from: begun.max(from), until: ended.min(until) };
            if span.from < span.until {
                occurrences.push(span);
            }
        }
    }
    // Two days may be cut to the same beginning.
    occurrences.dedup_by(|later, earlier| {
        let same = later.from == earlier.from;
        if same {
            earlier.until = earlier.until.max(later.until);
        }
        same
    });
    Ok(freeze::Recurrence {
        weekdays: asked.weekdays.iter().map(|day| (*day).into()).collect(),
        starts: asked.starts.clone(),
        ends: asked.ends.clone(),
        days,
        time_zone: asked.time_zone.clone(),
        occurrences,
    })
}

fn zone(name: &str) -> Result<TimeZone, InvalidValue> {
    TimeZoneDatabase::bundled().get(name).map_err(|_| {
        let message = "is no time zone; use a name of the IANA database such as Europe/Berlin or UTC";
        InvalidValue::new("recurrence.time_zone", message)
    })
}

fn time_of_day(field: &str, text: &str) -> Result<TimeOfDay, InvalidValue> {
    TimeOfDay::strptime("%H:%M", text)
        .map_err(|_| InvalidValue::new(format!("recurrence.{field}"), "must be a time of day such as 16:00"))
}

fn date(at: Time, zone: &TimeZone) -> Option<Date> {
    let at = Timestamp::from_millisecond(at.0).ok()?;
    Some(at.to_zoned(zone.clone()).date())
}

fn weekday(day: Day) -> Weekday {
    match day {
        Day::Mon => Weekday::Monday,
        Day::Tue => Weekday::Tuesday,
        Day::Wed => Weekday::Wednesday,
        Day::Thu => Weekday::Thursday,
        Day::Fri => Weekday::Friday,
        Day::Sat => Weekday::Saturday,
        Day::Sun => Weekday::Sunday,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Time {
        Time(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    fn weekends(time_zone: &str) -> Recurrence {
        Recurrence {
            weekdays: vec![Day::Fri],
            starts: "16:00".into(),
            ends: "08:00".into(),
            days: Some(3),
            time_zone: time_zone.into(),
        }
    }

    fn spans(asked: &Recurrence, from: &str, until: &str) -> Vec<(String, String)> {
        let expanded = expand(asked, at(from), at(until)).unwrap();
        let span = Span { from: at(from), until: at(until) };
        expanded.check(span).unwrap();
        expanded.occurrences.iter().map(|span| (span.from.to_string(), span.until.to_string())).collect()
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(from, until)| (at(from).to_string(), at(until).to_string())).collect()
    }

    #[test]
    fn the_clock_of_the_zone_counts_also_over_its_changes() {
        // Clocks in Berlin go back in the night to Sunday, 2026-10-25.
        let expected = pairs(&[
            ("2026-10-16T14:00:00Z", "2026-10-19T06:00:00Z"),
            ("2026-10-23T14:00:00Z", "2026-10-26T07:00:00Z"),
            ("2026-10-30T15:00:00Z", "2026-11-02T07:00:00Z"),
        ]);
        let from = "2026-10-14T00:00:00Z";
        assert_eq!(spans(&weekends("Europe/Berlin"), from, "2026-11-04T00:00:00Z"), expected);
    }

    #[test]
    fn what_is_under_way_at_either_end_is_cut_there() {
        let expected = pairs(&[
            ("2026-10-18T00:00:00Z", "2026-10-19T08:00:00Z"),
            ("2026-10-23T16:00:00Z", "2026-10-24T00:00:00Z"),
        ]);
        assert_eq!(spans(&weekends("UTC"), "2026-10-18T00:00:00Z", "2026-10-24T00:00:00Z"), expected);
    }

    #[test]
    fn a_night_ends_on_the_next_day_unless_said_otherwise() {
        let nights = Recurrence { weekdays: vec![Day::Mon, Day::Tue], days: None, ..weekends("UTC") };
        let expected = pairs(&[
            ("2026-10-19T16:00:00Z", "2026-10-20T08:00:00Z"),
            ("2026-10-20T16:00:00Z", "2026-10-21T08:00:00Z"),
        ]);
        assert_eq!(spans(&nights, "2026-10-18T00:00:00Z", "2026-10-25T00:00:00Z"), expected);
    }

    #[test]
    fn a_time_that_the_clock_skips_or_has_twice_makes_it_longer() {
        let sundays = |starts: &str, ends: &str| Recurrence {
            weekdays: vec![Day::Sun],
            starts: starts.into(),
            ends: ends.into(),
            days: None,
            ..weekends("Europe/Berlin")
        };
        let spring =
            |starts, ends| spans(&sundays(starts, ends), "2027-03-27T00:00:00Z", "2027-03-30T00:00:00Z");
        assert_eq!(spring("02:30", "03:00"), pairs(&[("2027-03-28T00:30:00Z", "2027-03-28T01:00:00Z")]));
        assert_eq!(spring("01:00", "02:30"), pairs(&[("2027-03-28T00:00:00Z", "2027-03-28T01:30:00Z")]));
        let autumn =
            |starts, ends| spans(&sundays(starts, ends), "2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z");
        assert_eq!(autumn("02:30", "04:00"), pairs(&[("2026-10-25T00:30:00Z", "2026-10-25T03:00:00Z")]));
        assert_eq!(autumn("01:00", "02:30"), pairs(&[("2026-10-24T23:00:00Z", "2026-10-25T01:30:00Z")]));
    }

    #[test]
    fn a_year_of_every_day_fits() {
        let every = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
        let daily = Recurrence { weekdays: every.to_vec(), days: None, ..weekends("America/New_York") };
        let found = spans(&daily, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        assert_eq!(found.len(), 366, "one is under way at the beginning");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let field = |asked: &Recurrence| {
            expand(asked, at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z")).unwrap_err().field
        };
        assert_eq!(field(&weekends("Mars/Olympus")), "recurrence.time_zone");
        assert_eq!(field(&weekends("")), "recurrence.time_zone");
        assert_eq!(field(&Recurrence { starts: "25:00".into(), ..weekends("UTC") }), "recurrence.starts");
        assert_eq!(field(&Recurrence { ends: "noon".into(), ..weekends("UTC") }), "recurrence.ends");
    }
}
