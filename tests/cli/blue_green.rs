//! Blue-green from the command line, with nodes that say what real ones would.

use crate::rollouts::{run, shop};

#[tokio::test(flavor = "multi_thread")]
async fn the_slot_without_traffic_gets_the_bundle_and_then_the_traffic_which_returns_after_the_end() {
    let (user, _nodes) = shop(&["edge-1", "edge-2"]).await;
    run(&user, &["rollout", "create", "--bundle", "1.0.0", "--strategy", "all_at_once", "--watch"]).ok();

    let create = ["rollout", "create", "--bundle", "1.1.0", "--strategy", "blue_green"];
    let refused = run(&user, &create).failed(4);
    assert!(refused.contains("in none: edge-1, edge-2"), "{refused}");
    let shown = run(&user, &["node", "update", "edge-1", "--slot", "blue"]).ok();
    assert!(shown.contains("blue"), "{shown}");
    run(&user, &["node", "update", "edge-2", "--slot", "green"]).ok();
    let refused = run(&user, &create).failed(4);
    assert!(refused.contains("sentinel-cp node update edge-2 --weight 0"), "{refused}");
    run(&user, &["node", "update", "edge-2", "--weight", "0"]).ok();
    run(&user, &["node", "update", "edge-2", "--slot", "purple"]).failed(2);
    let green = run(&user, &["node", "list", "--slot", "green"]).ok();
    assert!(green.contains("edge-2") && !green.contains("edge-1"), "{green}");

    let plan =
        ["rollout", "plan", "--bundle", "1.1.0", "--strategy", "blue_green", "--traffic-steps", "50,100"];
    let plan = run(&user, &plan).ok();
    assert!(plan.contains("edge-2 (green): the bundle, without traffic"), "{plan}");
    assert!(plan.contains("100 % of the traffic to green"), "{plan}");
    assert!(plan.contains("keep what they run, and lose their traffic: edge-1"), "{plan}");

    let options = ["--traffic-steps", "50,100", "--bake", "1s", "--watch"];
    let watched = run(&user, &[&create[..], &options].concat()).ok();
    let last = watched.lines().last().unwrap();
    assert!(last.contains("completed") && last.contains("traffic: green 100 %, blue 0 %"), "{watched}");
    let shown = run(&user, &["rollout", "show"]).ok();
    for words in ["50/100 % of the traffic, each for 1 s", "keeps its bundle", "1 of 1 nodes active"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let weights = || {
        ["edge-1", "edge-2"]
            .map(|node| run(&user, &["node", "show", node, "-o", "json"]).json()["node"]["weight"].clone())
    };
    assert_eq!(weights(), [0, 100]);

    let newest = run(&user, &["rollout", "list", "-o", "json"]).json()["rollouts"][0]["id"].clone();
    let newest = newest.as_str().unwrap();
    run(&user, &["rollout", "rollback", newest, "--reason", "a test"]).ok();
    assert_eq!(weights(), [100, 0], "at once");
    let ended = run(&user, &["rollout", "watch", newest]);
    assert!(ended.out.contains("rolled back") && ended.out.contains("1 of 1 nodes back"), "{ended:?}");
}
