//! Checks over HTTP as gates of a rollout, on real members and real proxies: the leader asks, all members tell what came of it, and nothing
//! inside the machine is asked unless the members were started so.

use sentinel_kit::Upstream;
use serde_json::{Value, json};

use crate::fleet::{Fleet, PROJECT};

/// Starts a rollout to all nodes at once, with one check that is made every second.
async fn roll_out(fleet: &Fleet, bundle: &str, url: &str) -> String {
    let body = json!({
        "bundle_id": bundle,
        "target_selector": {"type": "all"},
        "strategy": "all_at_once",
        "progress_deadline_seconds": 90,
        "health_gates": {"fail_after_seconds": 1},
        "checks": [{
            "name": "shop", "url": url, "expected_status": "200", "body_contains": "one",
            "interval_seconds": 1, "passes": 2, "failures": 2, "headers": {"accept": "text/plain"},
        }],
    });
    let made = fleet.api.post(&format!("/api/v1/projects/{PROJECT}/rollouts"), &body).await.unwrap();
    made["rollout"]["id"].as_str().unwrap().to_owned()
}

fn reason(ended: &Value) -> &str {
    ended["rollout"]["error"]["reason"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollout_goes_on_when_its_check_has_passed_and_back_when_it_fails() {
    let fleet = Fleet::start_with(&["--allow-checks-to", "127.0.0.0/8"]).await;
    let (one, broken) = (Upstream::start("one", 200).await, Upstream::start("broken", 503).await);
    let first = fleet.with_first_bundle(&one).await;

    let second = fleet.bundle("2.0.0", &one).await.unwrap();
    let good = roll_out(&fleet, &second, &format!("http://{}/health", one.address())).await;
    let done = fleet.rollout_is(&good, "completed").await;
    let result = &done["check_results"][0];
    assert!(result["passes"].as_u64().unwrap() >= 2 && result["error"].is_null(), "{result}");
    assert_eq!((&result["status"], &result["step_index"]), (&json!(200), &json!(0)), "{result}");

    let third = fleet.bundle("3.0.0", &one).await.unwrap();
    let bad = roll_out(&fleet, &third, &format!("http://{}/health", broken.address())).await;
    let ended = fleet.rollout_is(&bad, "rolled_back").await;
    assert!(reason(&ended).starts_with("a check fails: shop: 503 instead of 200"), "{}", reason(&ended));
    let result = &ended["check_results"][0];
    assert_eq!(
        (&result["status"], &result["error"]),
        (&json!(503), &json!("503 instead of 200")),
        "{result}"
    );
    fleet.all_effective(&second).await;
    assert_ne!(first, second);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_on_the_machine_itself_is_asked_whatever_the_project_allows() {
    let fleet = Fleet::start().await;
    let one = Upstream::start("one", 200).await;
    fleet.with_first_bundle(&one).await;
    let inner = Upstream::start("one", 200).await;
    let allow = json!({"checks_allow_private": true});
    let path = format!("/api/v1/projects/{PROJECT}");
    let (status, shown) = fleet.api.send(reqwest::Method::PATCH, &path, Some(&allow)).await.unwrap();
    assert_eq!((status, &shown["project"]["checks_allow_private"]), (200, &json!(true)), "{shown}");

    let next = fleet.bundle("2.0.0", &one).await.unwrap();
    let port = inner.address();
    let port = port.rsplit(':').next().unwrap();
    let asked = roll_out(&fleet, &next, &format!("http://localhost:{port}/")).await;
    let ended = fleet.rollout_is(&asked, "rolled_back").await;
    assert!(
        reason(&ended).contains("'localhost' is not found, or checks do not go there"),
        "{}",
        reason(&ended)
    );
    assert_eq!(inner.served(), 0, "nobody came");
}
