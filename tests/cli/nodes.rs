//! What operators set of nodes, from the command line.

use serde_json::json;

use crate::rollouts::{run, shop};

#[tokio::test(flavor = "multi_thread")]
async fn a_node_gets_labels_a_weight_and_a_pin_and_loses_them_again() {
    let (user, _nodes) = shop(&["edge-1"]).await;
    let update = |options: &[&str]| run(&user, &[&["node", "update", "edge-1"], options].concat());

    let shown = update(&["--weight", "50", "--label", "slot=blue", "--pin", "1.0.0", "-o", "json"]).json();
    assert_eq!(shown["node"]["labels"], json!({"rack": "7", "slot": "blue"}));
    assert_eq!((&shown["node"]["weight"], &shown["node"]["pinned_version"]), (&json!(50), &json!("1.0.0")));
    let list = run(&user, &["node", "list"]).ok();
    assert!(list.contains("50 %") && list.contains("1.0.0"), "{list}");
    let refused = run(&user, &["bundle", "assign", "1.1.0", "edge-1"]).failed(4);
    assert!(refused.contains("node 'edge-1' is pinned to bundle '1.0.0'"), "{refused}");

    let text = update(&["--weight", "0", "--remove-label", "rack", "--unpin"]).ok();
    assert!(text.contains("0 %") && text.contains("slot=blue"), "{text}");
    assert!(!text.contains("rack") && !text.contains("Pinned"), "{text}");
    let missing = update(&["--remove-label", "rack"]).failed(3);
    assert!(missing.contains("node edge-1 has no label rack"), "{missing}");
    update(&[]).failed(2);
    update(&["--weight", "101"]).failed(2);
    update(&["--pin", "1.0.0", "--unpin"]).failed(2);
    update(&["--pin", "9.9.9"]).failed(3);
}
