//! Templates of rollouts and the calendar from the command line.

use crate::governance::Team;

const REFUSED: i32 = 4;
const NOT_FOUND: i32 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn a_template_says_what_a_rollout_does_not_and_the_rest_wins() {
    let team = Team::new().await;
    let careful = [
        "template",
        "create",
        "careful",
        "--batch-percent",
        "50",
        "--max-unavailable",
        "1",
        "--deadline",
        "7m",
        "--max-error-rate",
        "1",
        "--max-latency",
        "250ms",
        "--default",
    ];
    team.by("rea", &careful).failed(REFUSED);
    let made = team.by("ann", &careful).ok();
    assert!(
        made.contains("made template careful: rolling, 50 % at a time, the default of the project"),
        "{made}"
    );
    let listed = team.by("rea", &["template", "list"]).ok();
    assert!(listed.contains("careful") && listed.contains("all of the project"), "{listed}");

    let offered = team.by("ann", &["rollout", "plan", "--bundle", "1.0.0"]).ok();
    assert!(offered.contains("there is a default template: --template 'careful'"), "{offered}");
    let plan = ["rollout", "plan", "--bundle", "1.0.0", "--template", "careful", "--max-error-rate", "2"];
    let planned = team.by("ann", &plan).ok();
    assert!(
        planned.contains("from the template careful") && planned.contains("420 s for a step"),
        "{planned}"
    );
    assert!(planned.contains("errors ≤ 2 %") && planned.contains("p99 ≤ 250 ms"), "{planned}");

    let create = ["rollout", "create", "--bundle", "1.0.0", "--template", "careful", "--batch-size", "2"];
    let started = team.by("ann", &[&create[..], &["-o", "json"]].concat()).json();
    let rollout = &started["rollout"];
    assert_eq!((&rollout["batch_size"], &rollout["batch_percentage"]), (&2.into(), &serde_json::Value::Null));
    assert_eq!(
        (&rollout["max_unavailable"], &rollout["progress_deadline_seconds"]),
        (&1.into(), &420.into())
    );
    assert_eq!(rollout["template"]["name"], "careful");
    let shown = team.by("rea", &["rollout", "show"]).ok();
    assert!(shown.contains("From the template") && shown.contains("careful"), "{shown}");

    let update = ["template", "update", "careful", "--rename", "slow", "--observe", "30s", "--no-default"];
    team.by("ann", &update).ok();
    let shown = team.by("rea", &["template", "show", "slow", "-o", "json"]).json();
    let template = &shown["rollout_template"];
    assert_eq!(
        (&template["rollout"]["health_gates"]["observe_seconds"], &template["is_default"]),
        (&30.into(), &false.into())
    );
    assert_eq!(template["rollout"]["health_gates"]["max_latency_ms"], 250.0, "the rest stays");
    let gone = team.by("ann", &create).failed(NOT_FOUND);
    assert!(
        gone.contains("no template of shop has the name or id careful") && gone.contains("slow"),
        "{gone}"
    );
    team.by("ann", &["template", "delete", "slow", "--yes"]).ok();
    team.by("rea", &["template", "show", "slow"]).failed(NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calendar_says_what_is_to_come_and_what_cannot_begin_then() {
    let team = Team::new().await;
    team.by(
        "default",
        &["freeze", "create", "Holiday", "--from", "1h", "--until", "3d", "--reason", "nobody is here"],
    )
    .ok();
    team.by("ann", &["rollout", "create", "--bundle", "1.0.0", "--at", "1d"]).ok();
    let calendar = team.by("rea", &["rollout", "calendar"]).ok();
    assert!(calendar.contains("freeze") && calendar.contains("nobody is here"), "{calendar}");
    assert!(calendar.contains("to come") && calendar.contains("cannot begin before"), "{calendar}");
    let found = team.by("rea", &["rollout", "calendar", "--to", "2h", "-o", "json"]).json();
    let kinds: Vec<&str> =
        found["entries"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["freeze"]);
    team.by("rea", &["rollout", "calendar", "--to", "100d"]).failed(REFUSED);
}
