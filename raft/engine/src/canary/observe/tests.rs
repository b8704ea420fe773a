#![allow(clippy::unwrap_used)]

use sentinel_model::health::LatencyCount;

use super::*;
use crate::fixture;

fn counted(requests: u64, errors: u64, slow: u64) -> Counted {
    let bar = |up_to_ms, requests| LatencyCount { up_to_ms, requests };
    let latency = vec![
        bar(Some(5.0), requests / 2),
        bar(Some(10.0), requests - slow),
        bar(Some(500.0), requests),
        bar(None, requests),
    ];
    Counted { requests, errors, latency }
}

struct Course {
    rollout: Rollout,
    canary: Canary,
    analysis: Option<Analysis>,
    now: Time,
}

impl Course {
    fn new(canary: Canary) -> Self {
        Self { rollout: fixture::rollout(), canary, analysis: None, now: Time(1_000_000) }
    }

    fn look(&mut self, canary: Counted, control: Counted) -> &Analysis {
        self.now = self.now.plus_ms(5_000);
        let block = Block { canary, control, ms: 5_000 };
        let after = observe(&self.rollout, &self.canary, self.analysis.as_ref(), &block, self.now);
        self.analysis.insert(after)
    }
}

#[test]
fn it_is_fair_with_enough_requests_of_both_groups_after_the_bake_time_and_not_before() {
    let mut course = Course::new(Canary { min_requests: 1_000, bake_s: 20, ..Canary::default() });
    for look in 1..=4 {
        assert_eq!(
            course.look(counted(300, 1, 2), counted(5_000, 20, 30)).verdict,
            Verdict::Gathering,
            "{look}"
        );
    }
    let fair = course.look(counted(300, 1, 2), counted(5_000, 20, 30)).clone();
    assert_eq!((fair.verdict, fair.look, fair.canary.requests), (Verdict::Fair, 5, 1_500));
    // The next step has to show it anew.
    course.rollout.current_step = 1;
    let next = course.look(counted(300, 1, 2), counted(5_000, 20, 30)).clone();
    assert_eq!((next.verdict, next.look, next.canary.requests), (Verdict::Gathering, 6, 300));
    assert_eq!(next.since, next.at);
    assert_eq!(next.errors.looks, fair.errors.looks + 1, "evidence is of the whole rollout");
}

#[test]
fn a_bundle_that_answers_nothing_but_errors_is_never_fair_however_short_the_bake_time_is() {
    for steps in 0..4 {
        let mut course =
            Course::new(Canary { min_requests: 1, bake_s: 0, slow_margin: None, ..Canary::default() });
        for _ in 0..60 * steps {
            course.look(counted(500, 1, 0), counted(500, 1, 0));
        }
        course.rollout.current_step = steps;
        let mut looks = 0;
        while course.look(counted(500, 500, 0), counted(500, 1, 0)).verdict != Verdict::Worse {
            looks += 1;
            assert_eq!(
                course.analysis.as_ref().unwrap().verdict,
                Verdict::Gathering,
                "look {looks} of step {steps}"
            );
            assert!(looks < 12, "never found");
        }
    }
}

#[test]
fn a_step_takes_three_looks_that_could_say_something() {
    let mut course =
        Course::new(Canary { min_requests: 1, bake_s: 0, slow_margin: None, ..Canary::default() });
    let verdicts: Vec<Verdict> =
        (0..5).map(|_| course.look(counted(500, 1, 0), counted(500, 1, 0)).verdict).collect();
    // From the first one it is only learned how the other nodes do.
    assert_eq!(verdicts.iter().position(|verdict| *verdict == Verdict::Fair), Some(3), "{verdicts:?}");
}

#[test]
fn a_higher_error_ratio_is_worse_and_stays_so() {
    let mut course = Course::new(Canary::default());
    course.look(counted(500, 5, 0), counted(500, 5, 0));
    while course.look(counted(500, 50, 0), counted(500, 5, 0)).verdict != Verdict::Worse {
        assert!(course.now < Time(1_100_000), "never found");
    }
    for _ in 0..500 {
        assert_eq!(course.look(counted(500, 0, 0), counted(500, 5, 0)).verdict, Verdict::Worse);
    }
}

/// Defect: where the other nodes have no errors at all, a single one of the canary takes the bundle back.
#[test]
fn a_single_error_against_none_at_all_takes_nothing_back() {
    let mut course =
        Course::new(Canary { min_requests: 1_000, bake_s: 20, slow_margin: None, ..Canary::default() });
    course.look(counted(300, 1, 0), counted(5_000, 0, 0));
    let verdicts: Vec<Verdict> =
        (0..5).map(|_| course.look(counted(300, 0, 0), counted(5_000, 0, 0)).verdict).collect();
    assert!(!verdicts.contains(&Verdict::Worse), "{verdicts:?}");
    assert_eq!(verdicts.last(), Some(&Verdict::Fair));
}

#[test]
fn what_is_slow_is_chosen_from_the_other_nodes_before_anything_is_judged_by_it() {
    let mut course = Course::new(Canary::default());
    let first = course.look(counted(500, 0, 500), counted(500, 0, 2)).clone();
    assert_eq!((first.slow_above_ms, first.canary.timed), (Some(10.0), 0));
    let second = course.look(counted(500, 0, 500), counted(500, 0, 2)).clone();
    assert_eq!((second.canary.timed, second.canary.slow, second.control.slow), (500, 500, 2));
    for number in 3..=5 {
        let verdict = course.look(counted(500, 0, 500), counted(500, 0, 2)).verdict;
        assert_eq!(verdict == Verdict::Worse, number == 5, "look {number}");
    }
    let analysis = course.analysis.as_ref().unwrap();
    assert!(analysis.slow.looks == 3 && analysis.course.last().unwrap().slow >= bound(&course.canary));
}

#[test]
fn latency_that_was_asked_for_and_is_not_measured_is_no_pass() {
    let mut course = Course::new(Canary { min_requests: 1, bake_s: 0, ..Canary::default() });
    let unmeasured = || Counted { latency: Vec::new(), ..counted(500, 1, 0) };
    for _ in 0..20 {
        assert_eq!(course.look(unmeasured(), counted(500, 1, 0)).verdict, Verdict::Gathering);
    }
    let analysis = course.analysis.as_ref().unwrap();
    assert_eq!((seen(&course.canary, analysis), analysis.canary.requests), (0, 10_000));
}

#[test]
fn only_the_time_of_blocks_counts_as_compared() {
    let mut course = Course::new(Canary { min_requests: 1, bake_s: 40, ..Canary::default() });
    for _ in 0..6 {
        course.look(counted(500, 1, 0), counted(500, 1, 0));
    }
    course.now = course.now.plus_ms(3_600_000);
    assert_eq!(course.look(counted(500, 1, 0), counted(500, 1, 0)).verdict, Verdict::Gathering);
    assert_eq!(course.look(counted(500, 1, 0), counted(500, 1, 0)).verdict, Verdict::Fair);
}

#[test]
fn latency_that_nobody_asks_for_is_not_compared() {
    let mut course =
        Course::new(Canary { slow_margin: None, min_requests: 1, bake_s: 0, ..Canary::default() });
    for number in 1..=20 {
        let verdict = course.look(counted(500, 1, 500), counted(500, 1, 0)).verdict;
        assert_eq!(verdict == Verdict::Fair, number > 3, "look {number}: {verdict:?}");
    }
    assert!((bound(&course.canary) - 100.0).abs() < 1e-9);
}

#[test]
fn the_course_is_bounded_and_loses_no_request() {
    let mut course = Course::new(Canary::default());
    for _ in 0..1_000 {
        course.look(counted(10, 0, 0), counted(20, 0, 0));
    }
    let analysis = course.analysis.unwrap();
    assert!(analysis.course.len() <= COURSE_MAX, "{}", analysis.course.len());
    let seen = analysis.course.iter().fold(Traffic::default(), |sum, look| sum.plus(look.control));
    assert_eq!(seen.requests, 20_000);
    assert!(analysis.course.windows(2).all(|pair| pair[0].at < pair[1].at));
}
