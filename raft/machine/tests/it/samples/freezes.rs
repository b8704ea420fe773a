//! Samples of freezes.

use sentinel_machine::commands::freeze_window_create::FreezeWindowCreate;
use sentinel_model::Time;
use sentinel_model::freeze::{Recurrence, Span, Weekday};

use crate::ids::*;

pub fn recurrence() -> Recurrence {
    Recurrence {
        weekdays: vec![Weekday::Fri, Weekday::Sat],
        starts: "16:00".into(),
        ends: "08:00".into(),
        days: 3,
        time_zone: "Europe/Berlin".into(),
        occurrences: vec![
            Span { from: Time(2_000_000), until: Time(3_000_000) },
            Span { from: Time(5_000_000), until: Time(9_000_000) },
        ],
    }
}

pub fn freeze_window() -> FreezeWindowCreate {
    FreezeWindowCreate {
        window_id: WINDOW,
        project_id: SHOP,
        name: "black friday".into(),
        reason: "sales".into(),
        from: Time(2_000_000),
        until: Time(9_000_000),
        created_by: "ada@example.com".into(),
        recurrence: None,
        environment_id: None,
    }
}
