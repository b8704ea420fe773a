//! Freezes that come again every week.
//!
//! What the calendar means depends on rules of time zones, which differ between machines and change. So the moments are worked out
//! once, by the member that proposes the window, and are part of it: every member sees the same, and nothing is worked out in apply.

use serde::{Deserialize, Serialize};

use crate::{InvalidValue, Time};

/// Most occurrences of one window: each day of a year, and some.
pub const OCCURRENCES_MAX: usize = 400;
/// Longest name of a time zone.
pub const ZONE_MAX: usize = 64;
/// Most days from the beginning of an occurrence to its end.
pub const DAYS_MAX: u8 = 7;

/// The days of the week on which a freeze begins, and from when to when it lasts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurrence {
    /// On which days it begins.
    pub weekdays: Vec<Weekday>,
    /// At what time, such as `16:00`.
    pub starts: String,
    /// Until what time, such as `08:00`.
    pub ends: String,
    /// How many days later it ends; 0 is the same day.
    pub days: u8,
    /// Whose clock that is: a name of the IANA time zone database.
    pub time_zone: String,
    /// What that comes to, in order of their beginnings.
    pub occurrences: Vec<Span>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

/// From one moment to another, which is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first moment.
    pub from: Time,
    /// The first one that is not part of it any more.
    pub until: Time,
}

impl Span {
    /// True for its moments.
    pub fn holds(&self, at: Time) -> bool {
        self.from <= at && at < self.until
    }
}

impl Recurrence {
    /// Checks every field; `within`: the first and the last moment of all.
    ///
    /// # Errors
    /// The first refusal, with the field.
    pub fn check(&self, within: Span) -> Result<(), InvalidValue> {
        let refuse =
            |field: &str, message: &str| Err(InvalidValue::new(format!("recurrence.{field}"), message));
        let twice =
            (1..self.weekdays.len()).any(|place| self.weekdays[..place].contains(&self.weekdays[place]));
        if self.weekdays.is_empty() || twice {
            return refuse("weekdays", "must name at least one day of the week, each once");
        }
        for (field, time) in [("starts", &self.starts), ("ends", &self.ends)] {
            if !is_time(time) {
                return refuse(field, "must be a time of day such as 16:00");
            }
        }
        if self.days > DAYS_MAX {
            return refuse("days", "must be at most 7: use a window that does not come again");
        }
        if self.days == 0 && self.ends <= self.starts {
            return refuse("ends", "lies before `starts`; say with `days` how many days later it ends");
        }
        if self.time_zone.is_empty() || self.time_zone.len() > ZONE_MAX {
            return refuse("time_zone", "must be a name such as Europe/Berlin");
        }
        if self.occurrences.is_empty() {
            return refuse("weekdays", "there is no such time between `from` and `until`");
        }
        let ordered = self.occurrences.windows(2).all(|pair| pair[0].from < pair[1].from);
        let inside =
            |span: &Span| within.from <= span.from && span.from < span.until && span.until <= within.until;
        if self.occurrences.len() > OCCURRENCES_MAX || !ordered || !self.occurrences.iter().all(inside) {
            return refuse("occurrences", "are not in order, or not between `from` and `until`");
        }
        Ok(())
    }

    /// The end of the freeze at a moment; of occurrences that overlap, the last one's.
    pub fn holds_until(&self, at: Time) -> Option<Time> {
        let mut until = None;
        for span in &self.occurrences {
            if span.holds(until.unwrap_or(at)) || span.holds(at) {
                until = until.max(Some(span.until));
            }
        }
        until
    }

    /// The occurrence at a moment, or the next one.
    pub fn next(&self, at: Time) -> Option<Span> {
        self.occurrences.iter().find(|span| at < span.until).copied()
    }
}

/// `HH:MM`.
fn is_time(text: &str) -> bool {
    let two = |text: &str, below: u8| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits && text.parse::<u8>().is_ok_and(|number| number < below)
    };
    text.split_once(':').is_some_and(|(hour, minute)| two(hour, 24) && two(minute, 60))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn span(from: i64, until: i64) -> Span {
        Span { from: Time(from), until: Time(until) }
    }

    fn weekends() -> Recurrence {
        Recurrence {
            weekdays: vec![Weekday::Fri],
            starts: "16:00".into(),
            ends: "08:00".into(),
            days: 3,
            time_zone: "Europe/Berlin".into(),
            occurrences: vec![span(10, 20), span(30, 40), span(35, 50), span(50, 60), span(70, 80)],
        }
    }

    #[test]
    fn it_holds_in_its_occurrences_and_between_them_it_does_not() {
        let weekends = weekends();
        let held: Vec<i64> = (0..100).filter(|at| weekends.holds_until(Time(*at)).is_some()).collect();
        assert_eq!(held, (10..20).chain(30..60).chain(70..80).collect::<Vec<_>>());
        assert_eq!(weekends.holds_until(Time(19)), Some(Time(20)));
        assert_eq!(weekends.holds_until(Time(31)), Some(Time(60)), "one follows on the other");
    }

    #[test]
    fn the_next_occurrence_is_the_one_that_is_not_over() {
        let weekends = weekends();
        assert_eq!(weekends.next(Time(0)), Some(span(10, 20)));
        assert_eq!(weekends.next(Time(20)), Some(span(30, 40)));
        assert_eq!(weekends.next(Time(80)), None);
    }

    #[test]
    fn every_field_is_checked_and_named() {
        assert_eq!(weekends().check(span(0, 100)), Ok(()));
        let wrong = |change: fn(&mut Recurrence)| {
            let mut changed = weekends();
            change(&mut changed);
            changed.check(span(0, 100)).unwrap_err().field
        };
        assert_eq!(wrong(|r| r.weekdays.clear()), "recurrence.weekdays");
        assert_eq!(wrong(|r| r.weekdays.push(Weekday::Fri)), "recurrence.weekdays");
        for time in ["24:00", "16:60", "16", "1:00", "16:0", "+1:00", ""] {
            let mut changed = weekends();
            changed.starts = time.into();
            assert_eq!(changed.check(span(0, 100)).unwrap_err().field, "recurrence.starts", "{time}");
        }
        assert_eq!(wrong(|r| r.days = 8), "recurrence.days");
        assert_eq!(wrong(|r| r.days = 0), "recurrence.ends");
        assert_eq!(wrong(|r| r.time_zone.clear()), "recurrence.time_zone");
        assert_eq!(wrong(|r| r.occurrences.clear()), "recurrence.weekdays");
        assert_eq!(wrong(|r| r.occurrences.swap(0, 1)), "recurrence.occurrences");
        assert_eq!(wrong(|r| r.occurrences[4].until = Time(101)), "recurrence.occurrences");
        assert_eq!(wrong(|r| r.occurrences[0].until = Time(10)), "recurrence.occurrences");
    }
}
