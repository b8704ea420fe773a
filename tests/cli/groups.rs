//! Groups of nodes from the command line, and rollouts to them.

use serde_json::Value;

use crate::governance::Team;

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_made_changed_rolled_out_to_and_taken_away() {
    let team = Team::new().await;
    let ann = |line: &[&str]| team.by("ann", line);
    let made = ann(&["group", "create", "first", "--node", "edge-1", "--description", "goes first"]);
    assert_eq!(made.ok().trim(), "made group first: 1 node, 0 online");
    let twice = ann(&["group", "create", "first"]).failed(4);
    assert!(twice.contains("is taken by another group of this project"), "{twice}");
    ann(&["node", "update", "edge-2", "--label", "tier=edge"]).ok();
    ann(&["group", "update", "first", "--label", "tier=edge", "--rename", "front"]).ok();
    let shown = ann(&["group", "show", "front", "-o", "json"]).json();
    let names = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        (names(&shown["named"]), names(&shown["selected"])),
        (vec!["edge-1".into()], vec!["edge-2".into()])
    );
    let missing = ann(&["group", "show", "first"]).failed(3);
    assert!(
        missing.contains("no group of shop has the name or id first") && missing.contains("front"),
        "{missing}"
    );

    let plan =
        ann(&["rollout", "plan", "--bundle", "1.0.0", "--group", "front", "--batch-size", "1", "-o", "json"]);
    assert_eq!(plan.json()["steps"].as_array().unwrap().len(), 2);
    ann(&["group", "update", "front", "--no-rule"]).ok();
    let narrow = ann(&["rollout", "create", "--bundle", "1.0.0", "--group", "front", "-o", "json"]).json();
    assert_eq!(narrow["rollout"]["nodes"], 1);
    let refused = team.by("rea", &["group", "delete", "front", "--yes"]).failed(4);
    assert!(refused.contains("needs the role operator"), "{refused}");
    ann(&["group", "delete", "front", "--yes"]).ok();
    assert_eq!(ann(&["group", "list", "-o", "json"]).json()["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_takes_the_versions_that_it_is_told_to_and_no_others() {
    let team = Team::new().await;
    let ann = |line: &[&str]| team.by("ann", line);
    let wrong = ann(&["node", "update", "edge-1", "--min-version", "1.4"]).failed(4);
    assert!(wrong.contains("no semantic version; give one such as 1.4.0"), "{wrong}");
    let changed = ann(&["node", "update", "edge-1", "--min-version", "1.4.0"]).ok();
    assert!(changed.contains("1.4.0 or higher"), "{changed}");
    let plan = ann(&["rollout", "plan", "--bundle", "1.0.0"]).ok();
    assert!(plan.contains("takes versions 1.4.0 or higher only"), "{plan}");
    let alone = ann(&["rollout", "plan", "--bundle", "1.0.0", "--node", "edge-1"]).failed(4);
    assert!(alone.contains("these take other versions only: edge-1"), "{alone}");
    let assign = ann(&["bundle", "assign", "1.0.0", "edge-1"]).failed(4);
    assert!(assign.contains("takes versions 1.4.0 or higher only"), "{assign}");
    ann(&["node", "update", "edge-1", "--min-version", "none"]).ok();
    ann(&["bundle", "assign", "1.0.0", "edge-1"]).ok();
}
