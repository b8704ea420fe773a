#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use sentinel_model::Time;

use super::disk::{VALUE_MAX, decode, encode};
use super::*;

fn event(index: u64, place: u32) -> Event {
    Event {
        index,
        place,
        at: Time(1),
        org_id: None,
        project_id: None,
        kind: "node.online".into(),
        resource_id: "x".into(),
        data: BTreeMap::new(),
    }
}

fn at(index: u64, place: u32) -> Cursor {
    Cursor { index, place }
}

#[test]
fn what_was_heard_is_given_back_in_order_behind_the_cursor() {
    let dir = tempfile::tempdir().unwrap();
    let history = History::open(dir.path(), 0).unwrap();
    history.append(&[event(5, 0), event(5, 1)]);
    history.append(&[event(8, 0)]);
    assert_eq!(history.since(at(5, 0), 10), Ok(vec![event(5, 1), event(8, 0)]));
    assert_eq!(history.since(at(8, 0), 10), Ok(vec![]));
    assert_eq!(history.since(at(5, 0), 1), Ok(vec![event(5, 1)]));
}

#[test]
fn a_clean_stop_keeps_it_and_any_other_begins_anew() {
    let dir = tempfile::tempdir().unwrap();
    let history = History::open(dir.path(), 0).unwrap();
    history.append(&[event(5, 0), event(6, 0)]);
    history.close(6);
    drop(history);

    let history = History::open(dir.path(), 6).unwrap();
    assert_eq!(history.since(at(5, 0), 10), Ok(vec![event(6, 0)]));
    assert!(history.since(at(3, 0), 10).is_err(), "older than what is kept");
    drop(history);

    let history = History::open(dir.path(), 6).unwrap();
    assert_eq!(history.since(at(5, 0), 10), Err(Gap { oldest: at(6, u32::MAX) }));
    history.append(&[event(9, 0)]);
    assert_eq!(history.since(at(5, 0), 10), Err(Gap { oldest: at(6, u32::MAX) }));
    assert_eq!(history.since(at(6, u32::MAX), 10), Ok(vec![event(9, 0)]));
    assert_eq!(history.since(at(9, 0), 10), Ok(vec![]));
}

#[test]
fn a_jump_of_state_is_told_as_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let history = History::open(dir.path(), 0).unwrap();
    history.append(&[event(5, 0)]);
    history.skip_to(90);
    assert!(history.since(at(5, 0), 10).is_err());
    history.append(&[event(91, 0)]);
    assert_eq!(history.since(at(90, u32::MAX), 10), Ok(vec![event(91, 0)]));
}

#[test]
fn a_huge_event_is_kept_without_its_details() {
    let mut huge = event(1, 0);
    huge.data.insert("text".into(), "x".repeat(VALUE_MAX));
    let kept = decode(&encode(&huge).unwrap()).unwrap();
    assert!(kept.data.is_empty());
    assert_eq!(kept.cursor(), huge.cursor());
}

#[test]
fn a_gap_stays_a_gap_across_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let history = History::open(dir.path(), 0).unwrap();
    history.append(&[event(5, 0)]);
    history.skip_to(90);
    history.append(&[event(91, 0)]);
    history.close(91);
    drop(history);
    let history = History::open(dir.path(), 91).unwrap();
    assert!(history.since(at(5, 0), 10).is_err());
    assert_eq!(history.since(at(91, 0), 10), Ok(vec![]));
}

#[test]
fn what_was_forgotten_on_disk_is_told_as_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let limits = HistoryLimits { kept: 300, recent: 10, waiting: 10_000 };
    let history = History::open_with(dir.path(), 0, limits).unwrap();
    for index in 1..=2_000 {
        history.append(&[event(index, 0)]);
    }
    history.close(2_000);
    drop(history);
    let history = History::open_with(dir.path(), 2_000, limits).unwrap();
    let Err(Gap { oldest }) = history.since(at(1, 0), 10) else { panic!("event 2 was forgotten") };
    assert!(oldest.index >= 2_000 - 300 - 256, "{oldest:?}");
    let kept = history.since(oldest, 10_000).unwrap();
    assert!(kept.windows(2).all(|pair| pair[0].index + 1 == pair[1].index), "without a hole");
    assert!(kept.len() >= 300, "{} events behind {oldest:?}", kept.len());
    assert_eq!(kept.last().unwrap().index, 2_000);
}

#[derive(Clone, Debug)]
enum Doing {
    Append(u8),
    Skip,
    Ask { back: u64, limit: usize },
    Restart { clean: bool },
}

fn doing() -> impl Strategy<Value = Doing> {
    prop_oneof![
        8 => (1u8..4).prop_map(Doing::Append),
        1 => Just(Doing::Skip),
        8 => (0u64..30, 1usize..12).prop_map(|(back, limit)| Doing::Ask { back, limit }),
        1 => any::<bool>().prop_map(|clean| Doing::Restart { clean }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn an_answer_never_leaves_anything_out(steps in proptest::collection::vec(doing(), 1..120)) {
        // One waiting entry only: the disk is too slow all the time.
        let limits = HistoryLimits { kept: 20, recent: 5, waiting: 1 };
        let dir = tempfile::tempdir().unwrap();
        let mut history = History::open_with(dir.path(), 0, limits).unwrap();
        let (mut all, mut index, mut lost) = (Vec::<Event>::new(), 0u64, at(0, 0));
        for step in steps {
            match step {
                Doing::Append(count) => {
                    index += 1;
                    let events: Vec<_> = (0..u32::from(count)).map(|place| event(index, place)).collect();
                    history.append(&events);
                    all.extend(events);
                }
                Doing::Skip => {
                    index += 10;
                    history.skip_to(index);
                    lost = at(index, u32::MAX);
                }
                Doing::Restart { clean } => {
                    if clean {
                        history.close(index);
                    } else {
                        lost = at(index, u32::MAX);
                    }
                    drop(history);
                    history = History::open_with(dir.path(), index, limits).unwrap();
                }
                Doing::Ask { back, limit } => {
                    let after = at(index.saturating_sub(back), 0);
                    let Ok(given) = history.since(after, limit) else { continue };
                    prop_assert!(after >= lost, "{after:?} is behind a jump at {lost:?}");
                    let expected: Vec<_> = all.iter().filter(|event| event.cursor() > after).cloned().collect();
                    prop_assert!(given.len() <= limit && expected.starts_with(&given), "{given:?}");
                    prop_assert_eq!(given.is_empty(), expected.is_empty());
                }
            }
        }
    }
}
