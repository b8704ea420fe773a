#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use sentinel_engine::lead::is_news;
use sentinel_model::check::Method;

use super::*;

fn check(name: &str) -> HttpCheck {
    HttpCheck {
        name: name.into(),
        url: "https://shop.example.com/".into(),
        method: Method::Get,
        status: [200, 299],
        body_contains: None,
        headers: BTreeMap::new(),
        timeout_ms: 1_000,
        interval_s: 10,
        passes: 2,
        failures: 2,
    }
}

fn probe(at: Time, error: Option<&str>) -> Probe {
    Probe { at, status: Some(200), latency_ms: 4, error: error.map(str::to_owned) }
}

const ROLLOUT: RolloutId = RolloutId(uuid::Uuid::from_u128(7));

/// A book, looked at in this second, with two checks.
struct Scene {
    book: CheckBook,
    asked: Vec<HttpCheck>,
}

impl Scene {
    fn new() -> Self {
        Self { book: CheckBook::default(), asked: vec![check("one"), check("two")] }
    }

    fn look(&self, step: u32, from_s: i64, now_s: i64) -> Checks {
        let at = Observed { rollout_id: ROLLOUT, step, asked: &self.asked };
        self.book.observe(at, false, second(from_s), second(now_s))
    }

    fn due(&self, now_s: i64) -> Vec<Due> {
        self.book.due(second(now_s), 10)
    }
}

fn second(at_s: i64) -> Time {
    Time(at_s * 1_000)
}

#[test]
fn each_check_is_made_at_once_and_then_at_its_interval_after_each_answer() {
    let scene = Scene::new();
    scene.look(0, 0, 1);
    let due = scene.due(1);
    assert_eq!(due.iter().map(|due| due.check.name.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert!(scene.due(2).is_empty(), "both are under way");
    scene.book.take(&due[0], probe(second(2), None));
    scene.look(0, 0, 9);
    assert!(scene.due(11).is_empty());
    assert_eq!(scene.due(12).len(), 2, "and what never answered is made again");
}

#[test]
fn another_step_and_another_leader_begin_anew_and_late_answers_are_dropped() {
    let scene = Scene::new();
    scene.look(0, 0, 1);
    let due = scene.due(1);
    scene.book.take(&due[0], probe(second(2), None));
    assert_eq!(scene.look(0, 0, 3).results[0].passes, 1);
    assert_eq!(scene.look(1, 0, 4).results[0].passes, 0, "another step");
    scene.book.take(&due[1], probe(second(5), None));
    assert_eq!(scene.look(1, 0, 5).results[1].passes, 0, "an answer of the step before");
    let due = scene.due(5);
    scene.book.take(&due[0], probe(second(6), None));
    let anew = scene.look(1, 7, 7);
    assert_eq!(
        (anew.since, anew.results[0].passes),
        (second(7), 0),
        "what is known is from before that leader"
    );
}

#[test]
fn what_nobody_looks_at_any_more_is_not_asked_and_no_more_at_a_time_than_there_is_room_for() {
    let scene = Scene::new();
    scene.look(0, 0, 1);
    assert_eq!(scene.book.due(second(1), 1).len(), 1);
    assert_eq!(scene.book.due(second(1), 1).len(), 1, "the other one follows");
    assert!(scene.due(12).is_empty(), "forgotten");
    scene.look(0, 0, 13);
    scene.book.clear();
    assert!(scene.due(13).is_empty());
}

#[test]
fn what_has_changed_is_told_at_once_and_numbers_alone_now_and_then() {
    let scene = Scene::new();
    let nothing = scene.look(0, 0, 1);
    assert!(!is_news(None, &nothing, &scene.asked));
    let seen = |passes: u32, at_s: i64, error: Option<&str>| {
        let mut seen = nothing.clone();
        seen.results[0].passes = passes;
        seen.results[0].last = Some(probe(second(at_s), error));
        seen
    };
    assert!(is_news(None, &seen(1, 2, None), &scene.asked));
    let told = seen(2, 2, None);
    assert!(!is_news(Some(&told), &seen(3, 12, None), &scene.asked), "it passes as before");
    assert!(is_news(Some(&told), &seen(9, 33, None), &scene.asked), "but for long");
    assert!(is_news(Some(&told), &seen(0, 12, Some("503")), &scene.asked));
}

/// Slow checks of one rollout would else be asked again and again before those of another are asked at all.
#[test]
fn who_has_waited_longest_is_asked_first_whoever_asked() {
    let scene = Scene::new();
    scene.look(0, 0, 1);
    let other = RolloutId(uuid::Uuid::from_u128(8));
    let asked = vec![check("other")];
    assert_eq!(scene.book.due(second(1), 1)[0].check.name, "one");
    scene.book.observe(Observed { rollout_id: other, step: 0, asked: &asked }, false, second(0), second(2));
    let names = |due: Vec<Due>| due.into_iter().map(|due| due.check.name).collect::<Vec<_>>();
    assert_eq!(names(scene.book.due(second(2), 1)), ["two"]);
    scene.look(0, 0, 9);
    scene.book.observe(Observed { rollout_id: other, step: 0, asked: &asked }, false, second(0), second(9));
    scene.look(0, 0, 18);
    scene.book.observe(Observed { rollout_id: other, step: 0, asked: &asked }, false, second(0), second(18));
    assert_eq!(names(scene.book.due(second(18), 1)), ["other"], "the others were asked meanwhile");
}

/// A clock that is set back would have nothing asked until it is where it was, and the step fails for that.
#[test]
fn a_clock_that_is_set_back_begins_anew() {
    let scene = Scene::new();
    scene.look(0, 0, 1_000);
    assert_eq!(scene.due(1_000).len(), 2);
    scene.look(0, 0, 10);
    assert_eq!(scene.due(10).len(), 2);
}
