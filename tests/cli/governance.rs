//! Approvals, freezes and schedules from the command line: attempts to get past them, and the way that is meant.

use serde_json::Value;

use crate::bundles::SOURCE;
use crate::cli::{Ran, User};

const PASSWORD: &str = "the first long password";

/// The administrator, two operators and a reader, each with a login of that name; an API key that may all; a project with two
/// nodes and one bundle.
pub struct Team {
    user: User,
    key: String,
}

impl Team {
    pub async fn new() -> Self {
        let user = User::admin().await;
        run(&user, &["project", "create", "Shop", "--slug", "shop"]).ok();
        let url = user.cluster.url(0);
        for (name, role) in [("ann", "operator"), ("ben", "operator"), ("rea", "reader")] {
            let email = format!("{name}@example.com");
            let add = ["org", "members", "add", &email, "--name", name, "--role", role, "--password-stdin"];
            with(&user, &add, PASSWORD).ok();
        }
        for name in ["ann", "ben", "rea"] {
            let email = format!("{name}@example.com");
            let login = ["login", "--server", &url, "--email", &email, "--password-stdin", "--context", name];
            with(&user, &login, PASSWORD).ok();
        }
        run(&user, &["context", "use", "default"]).ok();
        let file = user.file("edge.kdl", SOURCE);
        run(&user, &["bundle", "create", &file, "--version", "1.0.0", "-p", "shop"]).ok();
        let token = run(&user, &["token", "create", "rack", "-p", "shop", "-o", "json"]).json();
        for name in ["edge-1", "edge-2"] {
            let enrol = serde_json::json!({"enrolment_token": token["token"], "name": name});
            let register = format!("{url}/api/v1/projects/shop/nodes/register");
            let registered = reqwest::Client::new().post(register).json(&enrol).send().await.unwrap();
            assert_eq!(registered.status(), 201);
        }
        let scopes = ["rollouts:read", "rollouts:write", "bundles:read", "nodes:read"];
        let scopes: Vec<&str> = scopes.iter().flat_map(|scope| ["--scope", scope]).collect();
        let key = run(&user, &[&["key", "create", "ci", "-o", "json"], &scopes[..]].concat()).json();
        let key = key["key"].as_str().unwrap().to_owned();
        Self { user, key }
    }

    /// Runs a command in the shop as somebody: a login, or "key".
    pub fn by(&self, who: &str, line: &[&str]) -> Ran {
        let line = [line, &["--project", "shop"]].concat();
        let url = self.user.cluster.url(0);
        let environment = match who {
            "key" => vec![("SENTINEL_CP_TOKEN", self.key.as_str()), ("SENTINEL_CP_SERVER", url.as_str())],
            login => vec![("SENTINEL_CP_CONTEXT", login)],
        };
        tokio::task::block_in_place(|| self.user.run_as(&line, "", &environment))
    }

    /// Starts a rollout as JSON.
    fn create(&self, who: &str, options: &[&str]) -> Value {
        let line = [&["rollout", "create", "--bundle", "1.0.0", "-o", "json"], options].concat();
        self.by(who, &line).json()["rollout"].clone()
    }
}

fn run(user: &User, line: &[&str]) -> Ran {
    tokio::task::block_in_place(|| user.run(line))
}

fn with(user: &User, line: &[&str], input: &str) -> Ran {
    tokio::task::block_in_place(|| user.run_with(line, input))
}

fn text<'a>(rollout: &'a Value, field: &str) -> &'a str {
    rollout[field].as_str().unwrap()
}

const REFUSED: i32 = 4;
const NOT_FOUND: i32 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_past_approvals_and_those_who_may_approve() {
    let team = Team::new().await;
    team.by("ann", &["project", "approvals", "shop", "--rule", "all=2"]).failed(REFUSED);
    let rules =
        team.by("default", &["project", "approvals", "shop", "--rule", "all=2", "--expire", "1h"]).ok();
    assert!(rules.contains("any") && rules.contains("waited for 1 hours"), "{rules}");
    let plan = team.by("ann", &["rollout", "plan", "--bundle", "1.0.0"]).ok();
    assert!(plan.contains("approvals needed before it begins: 2"), "{plan}");
    // However harmless it was when it was uploaded: these nodes have nothing to compare it with.
    team.by("default", &["project", "approvals", "shop", "--rule", "high=2", "--expire", "1h"]).ok();
    let plan = team.by("ann", &["rollout", "plan", "--bundle", "1.0.0"]).ok();
    assert!(
        plan.contains("approvals needed before it begins: 2")
            && plan.contains("risk high (no_bundle_before)"),
        "{plan}"
    );
    let refused = team.by("ann", &["bundle", "assign", "1.0.0", "edge-1"]).failed(REFUSED);
    assert!(refused.contains("risk high: no_bundle_before"), "{refused}");
    let waits = team.create("ann", &[]);
    assert_eq!((text(&waits, "state"), waits["risk"]["level"].as_str()), ("pending_approval", Some("high")));
    team.by("ann", &["rollout", "cancel", text(&waits, "id")]).ok();
    team.by("default", &["project", "approvals", "shop", "--rule", "all=2", "--expire", "1h"]).ok();
    for who in ["key", "default"] {
        let made = team.create(who, &[]);
        assert_eq!(text(&made, "state"), "pending_approval", "{who}");
        team.by(who, &["rollout", "cancel", text(&made, "id")]).ok();
    }
    let made = team.create("ann", &[]);
    let (id, digest) = (text(&made, "id"), made["approval"]["digest"].as_str().unwrap());
    let approve = ["rollout", "approve", id, "--digest", digest];
    let other = "0".repeat(64);
    let another = ["rollout", "approve", id, "--digest", other.as_str()];
    for (who, line, code) in [
        ("ann", &approve[..], REFUSED),
        ("rea", &approve, REFUSED),
        ("key", &approve, REFUSED),
        ("ben", &another, REFUSED),
        ("rea", &["rollout", "reject", id, "--comment", "no"], REFUSED),
        ("ben", &["rollout", "reject", id, "--comment", " "], REFUSED),
        ("ann", &["rollout", "resume", id], REFUSED),
    ] {
        let said = team.by(who, line).failed(code);
        assert!(!said.is_empty(), "{who} {line:?}");
    }
    let nobody = "00000000-0000-4000-8000-000000000000";
    team.by("ben", &["rollout", "approve", nobody, "--digest", digest]).failed(NOT_FOUND);
    let said = team.by("ben", &approve).ok();
    assert!(said.contains("1 of 2 approvals: ben@example.com"), "{said}");
    team.by("ben", &approve).failed(REFUSED);
    let shown = team.by("rea", &["rollout", "show", id]).ok();
    assert!(shown.contains(digest) && shown.contains("1 of 2 approvals"), "{shown}");
    let said = team.by("default", &approve).ok();
    assert!(said.contains("is running"), "{said}");
    team.by("ben", &["rollout", "reject", id, "--comment", "late"]).failed(REFUSED);
    team.by("ann", &["rollout", "cancel", id]).ok();
    let made = team.create("ann", &[]);
    let said = team.by("ben", &["rollout", "reject", text(&made, "id"), "--comment", "not on a Friday"]).ok();
    assert!(said.contains("is cancelled"), "{said}");
    let shown = team.by("ann", &["rollout", "show", text(&made, "id")]).ok();
    assert!(shown.contains("rejected: not on a Friday"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_through_a_freeze_but_who_breaks_the_glass() {
    let team = Team::new().await;
    let made = team.create("ann", &["--node", "edge-1"]);
    let id = text(&made, "id");
    // The scheduler starts the first step; only then is there something to hold.
    sentinel_kit::until("the first step begins", 30, || async {
        let shown = team.by("ann", &["rollout", "show", id, "-o", "json"]).json();
        (shown["steps"][0]["state"] == "running").then_some(())
    })
    .await;
    team.by("ann", &["rollout", "pause", id]).ok();
    let freeze = ["freeze", "create", "Sales", "--until", "1h", "--reason", "black friday"];
    for who in ["ann", "key"] {
        team.by(who, &freeze).failed(REFUSED);
    }
    let frozen = team.by("default", &freeze).ok();
    assert!(frozen.contains("shop is frozen from"), "{frozen}");
    let listed = team.by("rea", &["freeze", "list", "-o", "json"]).json();
    assert_eq!(listed["freeze_windows"][0]["active"], true);
    let window = listed["freeze_windows"][0]["id"].as_str().unwrap();
    let create = |reason: &'static str| {
        vec!["rollout", "create", "--bundle", "1.0.0", "--node", "edge-2", "--break-glass", reason]
    };
    for (who, line) in [
        ("ann", vec!["rollout", "resume", id]),
        ("key", vec!["rollout", "resume", id]),
        ("default", vec!["rollout", "resume", id]),
        ("ann", vec!["rollout", "break-glass", id, "--reason", "please"]),
        ("key", vec!["rollout", "break-glass", id, "--reason", "please"]),
        ("default", vec!["rollout", "break-glass", id, "--reason", " "]),
        ("ann", create("please")),
        ("key", create("please")),
        ("ann", vec!["freeze", "delete", window, "--yes"]),
        ("key", vec!["freeze", "delete", window, "--yes"]),
    ] {
        team.by(who, &line).failed(REFUSED);
    }
    let said = team.by("ann", &["rollout", "resume", id]).failed(REFUSED);
    assert!(said.contains("by window 'Sales': black friday"), "{said}");
    team.by("default", &["rollout", "break-glass", id, "--reason", "the site is down"]).ok();
    team.by("ann", &["rollout", "resume", id]).ok();
    let shown = team.by("rea", &["rollout", "show", id]).ok();
    assert!(shown.contains("the site is down"), "{shown}");
    team.by("ann", &["rollout", "cancel", id]).ok();
    let said = team.by("ann", &["rollout", "create", "--bundle", "1.0.0"]).failed(REFUSED);
    assert!(said.contains("frozen until"), "{said}");
    // One for later is no harm, and waits where it can be seen.
    let later = team.create("ann", &["--at", "1s"]);
    assert_eq!(text(&later, "state"), "scheduled");
    let id = text(&later, "id");
    sentinel_kit::until("it is held by the freeze", 30, || async {
        let shown = team.by("ann", &["rollout", "show", id, "-o", "json"]).json();
        (shown["rollout"]["hold"]["frozen"] == true).then_some(())
    })
    .await;
    team.by("default", &["freeze", "delete", window, "--yes"]).ok();
    sentinel_kit::until("it begins", 30, || async {
        let shown = team.by("ann", &["rollout", "show", id, "-o", "json"]).json();
        (shown["rollout"]["state"] == "running").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_that_comes_again_every_day_holds_now_and_says_how_often() {
    let team = Team::new().await;
    let weekly = |days: &'static str, at: &'static str, zone: &'static str| {
        vec!["freeze", "create", "Nights", "--every", days, "--at", at, "--zone", zone, "--until", "9d"]
    };
    const DAILY: &str = "mon,tue,wed,thu,fri,sat,sun";
    for (line, why) in [
        (weekly(DAILY, "00:00-00:00", "Mars/Olympus"), "no time zone"),
        (weekly(DAILY, "25:00-08:00", "UTC"), "time of day"),
        (weekly("mon,mon", "16:00-08:00", "UTC"), "each once"),
    ] {
        let said = team.by("default", &line).failed(REFUSED);
        assert!(said.contains(why), "{said}");
    }
    let made = team.by("default", &weekly(DAILY, "00:00-00:00", "Europe/Berlin")).ok();
    assert!(made.contains("00:00 to 00:00, the next day, Europe/Berlin"), "{made}");
    let listed = team.by("rea", &["freeze", "list", "-o", "json"]).json();
    let window = &listed["freeze_windows"][0];
    assert_eq!((&window["active"], &window["recurrence"]["days"]), (&true.into(), &1.into()), "{window}");
    let said = team.by("ann", &["rollout", "create", "--bundle", "1.0.0"]).failed(REFUSED);
    assert!(said.contains("frozen until"), "{said}");
}
