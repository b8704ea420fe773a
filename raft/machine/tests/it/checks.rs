//! What is taken note of while checks are made, who may say where they go, and what is asked for.

use std::collections::BTreeMap;

use sentinel_machine::commands::project_update::ProjectUpdate;
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_check::RolloutCheck;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::{Command, Rejection};
use sentinel_model::Time;
use sentinel_model::check::{CheckResult, Checks, ERROR_MAX, HttpCheck, Method, Probe};
use sentinel_model::project::Project;
use sentinel_model::rollout::RolloutSpec;

use crate::crew::nothing;
use crate::ids::*;
use crate::samples::{rollout, spec};
use crate::stage::Stage;

pub fn http_check() -> HttpCheck {
    HttpCheck {
        name: "checkout".into(),
        url: "https://shop.example.com/health".into(),
        method: Method::Get,
        status: [200, 299],
        body_contains: Some("ok".into()),
        headers: BTreeMap::from([("accept".into(), "text/plain".into())]),
        timeout_ms: 5_000,
        interval_s: 10,
        passes: 3,
        failures: 2,
    }
}

pub fn checks() -> Checks {
    let last = Probe {
        at: Time(2_000_000),
        status: Some(503),
        latency_ms: 12,
        error: Some("503 instead of 200-299".into()),
    };
    let result = CheckResult { name: "checkout".into(), passes: 0, failures: 1, last: Some(last) };
    Checks { rollout_id: ROLLOUT, step: 0, since: Time(1_900_000), results: vec![result] }
}

fn asked(check: HttpCheck) -> RolloutCreate {
    RolloutCreate { spec: RolloutSpec { checks: vec![check], ..spec() }, ..rollout() }
}

/// A rollout with a check, whose first step has begun.
fn begun() -> Stage {
    let mut stage = Stage::furnished();
    stage.done(asked(http_check()));
    stage.decide(Transition::StartStep);
    stage
}

fn wrong(message: &str) -> Rejection {
    Rejection::WrongState(message.into())
}

fn note(change: impl FnOnce(&mut Checks)) -> Command {
    let mut checks = checks();
    change(&mut checks);
    RolloutCheck { checks }.into()
}

#[test]
fn results_are_kept_and_are_no_decision() {
    let mut stage = begun();
    let (audited, revision) = (stage.audit().len(), stage.rollout().revision);
    stage.done(note(|_| ()));
    assert_eq!(stage.get::<Checks>(ROLLOUT.as_bytes()), Some(checks()));
    assert_eq!((stage.audit().len(), stage.rollout().revision), (audited, revision));
    let made = stage.audit().into_iter().find(|entry| entry.action == "rollout.created").unwrap();
    assert_eq!(made.changes["checks"], "checkout: https://shop.example.com/health");
    let event = &stage.events[0];
    assert_eq!((event.kind.as_str(), event.data["failing"].as_str()), ("rollout.checked", "1"));
}

#[test]
fn results_of_another_step_or_other_checks_or_of_a_rollout_that_stands_still_are_refused() {
    let mut stage = begun();
    stage.refuses([(
        note(|checks| checks.step = 1),
        wrong("Rollout cannot be checked in current state (running)"),
    )]);
    let long = |checks: &mut Checks| {
        if let Some(last) = &mut checks.results[0].last {
            last.error = Some("x".repeat(ERROR_MAX + 1));
        }
    };
    stage.refuses_fields([
        ("checks.results", note(|checks| checks.results[0].name = "another".into())),
        ("checks.results", note(|checks| checks.results.clear())),
        ("checks.results", note(long)),
    ]);
    stage.done(RolloutPause { rollout_id: ROLLOUT, by: "ada".into() });
    stage.refuses([(note(|_| ()), wrong("Rollout cannot be checked in current state (paused)"))]);
    Stage::rolling().refuses([(note(|_| ()), wrong("Rollout has no checks"))]);
}

#[test]
fn what_cannot_be_asked_is_refused_by_field_and_an_older_cluster_knows_no_checks() {
    let stage = Stage::furnished();
    stage.refuses_fields([
        ("checks.0.url", asked(HttpCheck { url: "file:///etc/passwd".into(), ..http_check() }).into()),
        ("checks.0.passes", asked(HttpCheck { passes: 60, ..http_check() }).into()),
    ]);
    assert_eq!(Command::from(asked(http_check())).min_level(), 4);
    assert_eq!(Command::from(rollout()).min_level(), 1);
}

#[test]
fn an_administrator_says_whether_checks_go_to_private_addresses_and_it_is_on_record() {
    let mut stage = Stage::furnished();
    let private = |stage: &Stage| stage.get::<Project>(SHOP.as_bytes()).map(|project| project.checks_private);
    assert_eq!(private(&stage), Some(false));
    stage.done(ProjectUpdate { checks_private: Some(true), ..nothing() });
    assert_eq!(private(&stage), Some(true));
    let newest = stage.audit().into_iter().last();
    assert_eq!(newest.map(|entry| entry.changes["checks_allow_private"].clone()), Some("true".to_owned()));
    stage.done(ProjectUpdate { description: Some("new".into()), ..nothing() });
    assert_eq!(private(&stage), Some(true), "what is not named stays");
}
