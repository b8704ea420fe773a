use super::*;
use crate::fixture::Dice;

/// `ln(100)`: a probability of error of 0.01.
const ENOUGH: f64 = 4.605_170_185_988_092;

/// The look at which the evidence is enough, if it ever is.
fn found(
    seed: u64,
    looks: u64,
    sizes: (u64, u64),
    margin: f64,
    ratios: impl Fn(u64) -> (f64, f64),
) -> Option<u64> {
    let mut dice = Dice(seed);
    let mut evidence = Evidence::default();
    (1..=looks).find(|at| {
        let (control, canary) = ratios(*at);
        let trials = Trials {
            control: sizes.0,
            control_hits: dice.hits(sizes.0, control),
            canary: sizes.1,
            canary_hits: dice.hits(sizes.1, canary),
        };
        evidence = look(&evidence, trials, margin, ENOUGH);
        log_value(&evidence) >= ENOUGH
    })
}

/// `n` over `k`.
fn choose(n: u64, k: u64) -> f64 {
    (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product()
}

fn probability(n: u64, k: u64, ratio: f64) -> f64 {
    choose(n, k) * ratio.powi(k as i32) * (1.0 - ratio).powi((n - k) as i32)
}

/// Every outcome of a block, weighed: no pair of ratios that the hypothesis allows expects more than 1.
#[test]
fn a_block_is_worth_at_most_one_on_average_while_the_canary_is_no_worse() {
    let ratios = [0.0, 0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.99];
    for (n_control, n_canary) in [(1, 1), (4, 3), (9, 2), (2, 9)] {
        for (known, margin) in [(0.001, 0.0), (0.02, 0.0), (0.02, 0.01), (0.3, 0.05), (0.95, 0.01)] {
            for rise in RISES {
                for (control, canary) in ratios.iter().flat_map(|a| ratios.map(|b| (*a, b))) {
                    if canary > control + margin {
                        continue;
                    }
                    let mut expected = 0.0;
                    for (x, y) in (0..=n_control).flat_map(|x| (0..=n_canary).map(move |y| (x, y))) {
                        let trials =
                            Trials { control: n_control, control_hits: x, canary: n_canary, canary_hits: y };
                        expected += probability(n_control, x, control)
                            * probability(n_canary, y, canary)
                            * block(trials, known, rise, margin).exp();
                    }
                    assert!(
                        expected <= 1.0 + 1e-9,
                        "{expected} of {n_control}+{n_canary} at {control}/{canary}, known {known}, margin {margin}, rise {rise}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_weights_of_all_beginnings_make_one() {
    let evidence = Evidence::default();
    assert!(log_value(&evidence).abs() < 1e-12, "nothing was looked at");
    // Blocks that say nothing leave the evidence as it is.
    let mut silent = Evidence { recent: (1_000.0, 1_000.0), ..evidence };
    for _ in 0..50 {
        silent =
            look(&silent, Trials { control: 10, control_hits: 10, canary: 10, canary_hits: 10 }, 0.1, ENOUGH);
    }
    assert!(log_value(&silent) <= 1e-9, "{}", log_value(&silent));
}

#[test]
fn a_bundle_that_is_no_worse_is_hardly_ever_taken_back_however_often_one_looks() {
    // At the edge of what is allowed, too: the margin is used up.
    for (case, margin, canary) in [(1u64, 0.0, 0.02), (2, 0.01, 0.03)] {
        let wrong = (0..500)
            .filter(|run| found(case * 10_000 + run, 60, (100, 100), margin, |_| (0.02, canary)).is_some());
        let wrong = wrong.count();
        assert!(wrong <= 5, "{wrong} of 500 at alpha 0.01, margin {margin}");
    }
}

#[test]
fn a_ratio_that_moves_for_both_is_no_evidence() {
    let storm = |at: u64| if at.is_multiple_of(2) { (0.3, 0.3) } else { (0.01, 0.01) };
    let wrong = (0..300).filter(|run| found(*run, 60, (120, 60), 0.0, storm).is_some()).count();
    assert!(wrong <= 3, "{wrong} of 300 at alpha 0.01");
}

#[test]
fn a_rise_of_one_percentage_point_is_found_at_a_hundred_requests_a_second() {
    let mut looks: Vec<u64> =
        (0..60).filter_map(|run| found(run, 120, (500, 500), 0.001, |_| (0.01, 0.02))).collect();
    assert_eq!(looks.len(), 60, "within ten minutes");
    looks.sort_unstable();
    assert!(looks[30] <= 30, "half of them after {} looks of 5 s", looks[30]);
}

#[test]
fn a_rise_that_begins_late_is_found_not_much_later_than_one_that_was_there_from_the_start() {
    let late = found(7, 400, (500, 500), 0.001, |at| if at < 300 { (0.01, 0.01) } else { (0.01, 0.05) });
    let after = late.expect("never found") - 300;
    assert!(after <= 15, "{after} looks after it began");
}

#[test]
fn two_looks_are_never_enough_and_three_are_when_nothing_but_errors_comes() {
    let mut evidence = Evidence { recent: (2_000.0, 2.0), ..Evidence::default() };
    let bad = Trials { control: 500, control_hits: 1, canary: 200, canary_hits: 200 };
    for (number, enough) in [(1, false), (2, false), (3, true)] {
        evidence = look(&evidence, bad, 0.001, ENOUGH);
        assert_eq!(log_value(&evidence) >= ENOUGH, enough, "look {number}: {}", log_value(&evidence).exp());
    }
}

#[test]
fn a_block_counts_only_when_the_other_nodes_are_known_and_both_groups_have_requests() {
    let bad = Trials { control: 100, control_hits: 0, canary: 100, canary_hits: 100 };
    let first = look(&Evidence::default(), bad, 0.0, ENOUGH);
    assert_eq!((first.looks, first.recent), (0, (100.0, 0.0)));
    let known = look(&first, Trials { control: 150, ..Trials::default() }, 0.0, ENOUGH);
    assert_eq!((known.looks, known.recent), (0, (250.0, 0.0)), "no request of the canary");
    assert_eq!(look(&known, bad, 0.0, ENOUGH).looks, 1);
}

#[test]
fn numbers_stay_numbers() {
    let huge =
        Trials { control: u64::MAX / 4, control_hits: 0, canary: u64::MAX / 4, canary_hits: u64::MAX / 4 };
    for (trials, margin) in [(huge, 0.0), (Trials { canary_hits: 0, ..huge }, 0.5)] {
        let mut evidence = Evidence::default();
        for _ in 0..5 {
            evidence = look(&evidence, trials, margin, ENOUGH);
            assert!(log_value(&evidence).is_finite());
            assert!(evidence.logs.iter().all(|log| log.is_finite()), "{evidence:?}");
        }
    }
}
