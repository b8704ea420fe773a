//! Environments from the command line: made, ordered, filled; attempts to skip one; rules between them.

use crate::governance::Team;

const REFUSED: i32 = 4;
const NOT_FOUND: i32 = 3;

/// A project with the usual environments; one node is in staging and one in production.
async fn placed() -> Team {
    let team = Team::new().await;
    let made = team.by("default", &["environment", "defaults"]).ok();
    assert!(made.contains("dev") && made.contains("staging") && made.contains("prod"), "{made}");
    for (node, environment) in [("edge-1", "staging"), ("edge-2", "prod")] {
        let said = team.by("ann", &["node", "update", node, "--environment", environment]).ok();
        assert!(said.contains("Environment"), "{said}");
    }
    team
}

#[tokio::test(flavor = "multi_thread")]
async fn environments_are_made_ordered_and_removed_by_administrators() {
    let team = placed().await;
    for who in ["ann", "key"] {
        team.by(who, &["environment", "create", "Acceptance"]).failed(REFUSED);
        team.by(who, &["environment", "update", "prod", "--place", "1"]).failed(REFUSED);
        team.by(who, &["environment", "delete", "dev", "--yes"]).failed(REFUSED);
    }
    team.by("default", &["environment", "create", "Acceptance", "--rule", "high=2"]).ok();
    let moved = team.by("default", &["env", "update", "acceptance", "--place", "2", "--name", "Trial"]).ok();
    assert!(moved.contains("acceptance") && moved.contains("Trial") && moved.contains("high=2"), "{moved}");
    let listed = team.by("rea", &["environment", "list", "-o", "json"]).json();
    let slugs: Vec<&str> =
        listed["environments"].as_array().unwrap().iter().map(|one| one["slug"].as_str().unwrap()).collect();
    assert_eq!(slugs, ["dev", "acceptance", "staging", "prod"]);
    let nodes = team.by("rea", &["node", "list", "--environment", "prod", "-o", "json"]).json();
    assert_eq!((nodes["nodes"].as_array().unwrap().len(), &nodes["nodes"][0]["name"]), (1, &"edge-2".into()));
    let used = team.by("default", &["environment", "delete", "prod", "--yes"]).failed(REFUSED);
    assert!(used.contains("1 nodes are in it; move them first"), "{used}");
    team.by("default", &["environment", "delete", "acceptance", "--yes"]).ok();
    team.by("default", &["environment", "show", "acceptance"]).failed(NOT_FOUND);
    let token = ["token", "create", "rack-8", "--environment", "staging", "-o", "json"];
    let token = team.by("ann", &token).json();
    assert_eq!(token["enrolment_token"]["environment"]["slug"], "staging");
    team.by("default", &["node", "update", "edge-2", "--environment", "none"]).ok();
    team.by("default", &["environment", "delete", "prod", "--yes"]).ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_skips_an_environment_but_an_administrator_who_says_why() {
    let team = placed().await;
    let plan = team.by("ann", &["rollout", "plan", "--bundle", "1.0.0", "--environment", "prod"]);
    assert_eq!(plan.code, REFUSED, "what would be refused is no success: {plan:?}");
    assert!(plan.out.contains("environment Production: 1 nodes"), "{plan:?}");
    let order = "refused: the bundle has not been completed in the environment 'Staging'";
    assert!(plan.out.contains(order), "{plan:?}");
    let promote = ["environment", "promote", "--bundle", "1.0.0", "--to", "prod"];
    let skip = |reason: &'static str| {
        vec!["rollout", "create", "--bundle", "1.0.0", "--environment", "prod", "--skip-order", reason]
    };
    for (who, line) in [
        ("ann", promote.to_vec()),
        ("default", promote.to_vec()),
        ("key", promote.to_vec()),
        ("ann", vec!["rollout", "create", "--bundle", "1.0.0"]),
        ("ann", vec!["rollout", "create", "--bundle", "1.0.0", "--node", "edge-2"]),
        ("ann", vec!["rollout", "create", "--bundle", "1.0.0", "--node", "edge-2", "--at", "1h"]),
        ("ann", vec!["bundle", "assign", "1.0.0", "edge-2"]),
        ("ann", skip("please")),
        ("key", skip("please")),
        ("default", skip(" ")),
    ] {
        let said = team.by(who, &line).failed(REFUSED);
        assert!(!said.is_empty(), "{who} {line:?}");
    }
    let said = team.by("ann", &promote).failed(REFUSED);
    assert!(said.contains("roll it out to 'staging' first"), "{said}");
    let made = team.by("default", &skip("INC-4711: checkout is down")).ok();
    assert!(made.contains("INC-4711: checkout is down") && made.contains("Production"), "{made}");
    // The one before it is free to go.
    let staging = ["environment", "promote", "--bundle", "1.0.0", "--to", "staging", "-o", "json"];
    let staging = team.by("ann", &staging).json();
    assert_eq!(staging["rollout"]["environment"]["slug"], "staging");
    assert_eq!(staging["rollout"]["nodes"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_of_one_environment_leaves_the_others_alone() {
    let team = placed().await;
    let freeze = ["freeze", "create", "Sales", "--until", "1h", "--environment", "prod"];
    let frozen = team.by("default", &freeze).ok();
    assert!(frozen.contains("prod of shop is frozen from"), "{frozen}");
    team.by("ann", &["environment", "promote", "--bundle", "1.0.0", "--to", "staging"]).ok();
    let skip = ["rollout", "create", "--bundle", "1.0.0", "--environment", "prod", "--skip-order", "now"];
    let said = team.by("default", &skip).failed(REFUSED);
    assert!(said.contains("the environment 'Production' is frozen until"), "{said}");
    let why = team.by("ann", &["rollout", "why", "edge-2"]).ok();
    assert!(why.contains("for the environment 'Production'"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn promotion_rules_are_made_changed_and_removed() {
    let team = placed().await;
    let create = ["environment", "rule", "create", "--from", "staging", "--to", "prod", "--delay", "2h"];
    team.by("rea", &create).failed(REFUSED);
    let made = team.by("ann", &[&create[..], &["--healthy", "95", "--strategy", "canary"]].concat()).ok();
    assert!(made.contains("what is completed in staging goes on to prod after 120 min"), "{made}");
    let backwards = ["environment", "rule", "create", "--from", "prod", "--to", "staging"];
    let said = team.by("ann", &backwards).failed(REFUSED);
    assert!(said.contains("must come behind"), "{said}");
    let listed = team.by("rea", &["environment", "rule", "list", "-o", "json"]).json();
    let rule = &listed["promotion_rules"][0];
    assert_eq!((&rule["healthy_percent"], &rule["rollout"]["strategy"]), (&95.into(), &"canary".into()));
    let id = rule["id"].as_str().unwrap();
    team.by("ann", &["environment", "rule", "update", id, "--off", "--any-health"]).ok();
    let listed = team.by("rea", &["environment", "rule", "list", "-o", "json"]).json();
    let rule = &listed["promotion_rules"][0];
    assert_eq!((&rule["enabled"], rule["healthy_percent"].is_null()), (&false.into(), true));
    team.by("ann", &["environment", "rule", "delete", id]).ok();
}
