//! The doctor of a member that is well, and of one that is gone.

use serde_json::Value;

use crate::cli::User;

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_cluster_is_well_topic_by_topic_and_a_member_that_is_gone_is_said_to_be() {
    let mut user = User::admin().await;
    let looked = user.run(&["doctor", "-o", "json"]);
    let report: Value = serde_json::from_str(&looked.out).unwrap();
    let findings = report["findings"].as_array().unwrap();
    // How fast the disk of the machine is, is not for this test to say.
    let slow = |finding: &&Value| finding["topic"] == "disks" && finding["severity"] == "warning";
    let (slow, others): (Vec<_>, Vec<_>) = findings.iter().partition(slow);
    assert!(others.iter().all(|finding| finding["severity"] == "ok"), "{report:#}");
    assert_eq!(looked.code, if slow.is_empty() { 0 } else { 5 }, "{report:#}");
    assert_eq!(report["verdict"], if slow.is_empty() { "ok" } else { "warning" });
    assert_eq!(report["asked"], "member-1");

    let shown = user.run(&["doctor"]).out;
    let topics = ["writes", "quorum", "members", "clocks", "certificates", "versions", "backup", "notes"];
    for topic in topics {
        let lines = shown.lines().filter(|line| line.starts_with(&format!("  {topic} "))).count();
        assert_eq!(lines, 1, "{topic}: {shown}");
    }
    assert!(shown.contains("\nok\n") || shown.starts_with("ok\n"), "{shown}");
    assert!(shown.contains("member-1 leads in term"), "{shown}");

    user.cluster.stop(0);
    let gone = user.run(&["doctor"]);
    assert_eq!(gone.code, 1, "{gone:?}");
    assert!(gone.out.starts_with("critical\n  members"), "{gone:?}");
    assert!(gone.out.contains("(connection refused)") && gone.out.contains("-> see whether"), "{gone:?}");
    let gone = user.run(&["doctor", "-o", "json"]);
    let report: Value = serde_json::from_str(&gone.out).unwrap();
    assert_eq!((gone.code, &report["verdict"], &report["asked"]), (1, &"critical".into(), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_look_is_refused() {
    let user = User::stranger().await;
    let url = user.cluster.url(0);
    let environment = [("SENTINEL_CP_TOKEN", "scp_nonsense"), ("SENTINEL_CP_SERVER", url.as_str())];
    user.run_as(&["doctor"], "", &environment).failed(4);
}
