//! Somebody changes beside the agent what the proxy runs.

use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sentinel_kit::{Traffic, Upstream, until, zentinel};
use serde_json::{Value, json};

use crate::edge::Edge;
use crate::fleet::config;

/// A node that looks every second at what it runs, which leads to one upstream.
struct Drifting {
    edge: Edge,
    upstream: Upstream,
}

impl Deref for Drifting {
    type Target = Edge;

    fn deref(&self) -> &Edge {
        &self.edge
    }
}

impl DerefMut for Drifting {
    fn deref_mut(&mut self) -> &mut Edge {
        &mut self.edge
    }
}

impl Drifting {
    async fn start() -> Self {
        let edge = Edge::start(1, &["--offline-after", "4s"], &["--measure-every", "1s"]).await;
        let upstream = Upstream::start("one", 200).await;
        edge.give(&json!({"version": "1.0.0", "config_source": config(&upstream.address())})).await;
        until("it is measured", 60, || async {
            (edge.find().await?["drift"]["status"] == "in_sync").then_some(())
        })
        .await;
        Self { edge, upstream }
    }

    /// What is done about drift from now on: the assignment is asserted again after a second.
    async fn reassert(&self) {
        let body = json!({"drift_remediation": "reassert", "drift_delay_seconds": 1});
        self.change(reqwest::Method::PATCH, "", Some(&body), 200).await;
    }

    async fn events(&self) -> Vec<Value> {
        let mut list = self.api.get(&self.path("/drift")).await.unwrap();
        serde_json::from_value(list["drift_events"].take()).unwrap()
    }

    /// Waits until the newest event is in this state.
    async fn newest_is(&self, state: &str) -> Value {
        until(&format!("drift is {state}"), 90, || async {
            let newest = self.events().await.into_iter().next()?;
            (newest["state"] == state).then_some(newest)
        })
        .await
    }

    /// The configuration that the proxy is started with.
    fn config(&self) -> PathBuf {
        self.agent.data_dir().join("current/zentinel.json")
    }

    async fn answer(&self) -> String {
        let answer = reqwest::get(format!("http://{}/", self.agent.address())).await.unwrap();
        answer.text().await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edited_configuration_is_told_with_its_difference_and_brought_back() {
    let mut edge = Drifting::start().await;
    let assigned = std::fs::read_to_string(edge.config()).unwrap();
    let edited = assigned.replace(&edge.upstream.address(), "127.0.0.1:1");
    assert_ne!(assigned, edited);

    // Nothing is done about it unless it is wanted; and it ends when somebody takes the edit back.
    std::fs::write(edge.config(), &edited).unwrap();
    let event = edge.newest_is("open").await;
    assert_eq!((&event["severity"], &event["tries"]), (&json!("medium"), &json!(0)), "{event}");
    assert_eq!(event["differences"][0], json!({"path": "zentinel.json", "kind": "changed"}));
    assert_eq!(event["summary"], "upstreams: 1 changed");
    let node = edge.find().await.unwrap();
    assert_eq!(node["drift"]["event_id"], event["id"]);
    let path = edge.path(&format!("/nodes/{}/runtime-config", node["id"].as_str().unwrap()));
    let runs =
        until("the node has told its configuration", 30, || async { edge.api.get(&path).await.ok() }).await;
    let runs = &runs["runtime_config"];
    assert_eq!((&runs["source"], &runs["hash"]), (&json!("node"), &event["config_hash"]));
    assert_eq!(runs["config_kdl"], edited);
    let diff = runs["diff"]["diff"].as_str().unwrap();
    assert!(diff.contains("+          \"address\": \"127.0.0.1:1\""), "{diff}");
    assert_eq!(runs["diff"]["semantic"][0]["changed"], json!(["app"]));
    std::fs::write(edge.config(), &assigned).unwrap();
    assert_eq!(edge.newest_is("resolved").await["resolution"], "self");

    // Whoever has the proxy read the edit and then takes it back from the file has changed what runs all the same.
    std::fs::write(edge.config(), &edited).unwrap();
    for pid in edge.agent.proxy_pids() {
        kill(Pid::from_raw(pid), Signal::SIGHUP).unwrap();
    }
    until("the proxy runs the edit", 30, || async { (edge.answer().await != "one").then_some(()) }).await;
    std::fs::write(edge.config(), &assigned).unwrap();
    let undone = until("it is told of the process", 30, || async {
        let newest = edge.events().await.into_iter().next()?;
        let alone = newest["differences"].as_array()?.len() == 1;
        (newest["state"] == "open" && alone && newest["differences"][0]["path"] == "proxy").then_some(newest)
    })
    .await;
    assert_eq!(undone["severity"], "high", "{undone}");
    edge.reassert().await;
    let back = until("the process is replaced", 60, || async {
        let newest = edge.events().await.into_iter().next()?;
        (newest["resolution"] == "remediated").then_some(newest)
    })
    .await;
    assert_eq!(back["id"], undone["id"]);
    for _ in 0..50 {
        assert_eq!(
            edge.answer().await,
            "one",
            "the process that had read the edit takes no connection any more"
        );
    }

    let traffic = Traffic::start(&[edge.agent.address()]);
    std::fs::write(edge.config(), &edited).unwrap();
    let back = until("it is brought back", 60, || async {
        let newest = edge.events().await.into_iter().next()?;
        (newest["id"] != undone["id"] && newest["resolution"] == "remediated").then_some(newest)
    })
    .await;
    assert_eq!(back["tries"], 2, "tries of the last hour count");
    let node = edge.find().await.unwrap();
    assert_eq!((&node["converged"], &node["drift"]["status"]), (&json!(true), &json!("in_sync")), "{node}");
    assert_eq!(node["desired"]["cause"]["type"], "direct", "whoever decided on it is the same");
    assert_eq!(node["desired"]["cause"]["drift_event_id"], back["id"]);
    let now = std::fs::read_to_string(edge.config()).unwrap();
    assert!(now.contains(&edge.upstream.address()) && !now.contains("127.0.0.1:1\""));
    traffic.assert_flawless();

    // Defect: nodes that are offline are in sync.
    edge.agent.kill9();
    until("the node is offline", 30, || async { (edge.find().await?["status"] == "offline").then_some(()) })
        .await;
    let stats = edge.api.get(&edge.path("/drift/stats")).await.unwrap();
    assert_eq!(
        (&stats["total_managed"], &stats["in_sync"], &stats["offline"]),
        (&json!(1), &json!(0), &json!(1))
    );
}

/// Ends with the test.
struct Foreign(Child);

impl Drop for Foreign {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_somebody_started_with_another_file_is_an_alarm_until_it_is_gone() {
    let edge = Drifting::start().await;
    edge.reassert().await;
    let other = Upstream::start("other", 200).await;
    let port = edge.agent.http_port.to_string();
    let file = edge.agent.data_dir().join("by-hand.kdl");
    std::fs::write(&file, config(&other.address()).replace("${node.http_port}", &port)).unwrap();

    // The agent would start its own proxy again before anybody could be faster.
    let agent = Pid::from_raw(edge.agent.pid().unwrap() as i32);
    kill(agent, Signal::SIGSTOP).unwrap();
    for pid in edge.agent.proxy_pids() {
        kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    }
    let mut command = Command::new(zentinel::binary());
    command.arg("-c").arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let foreign = Foreign(command.spawn().unwrap());
    until("the other proxy serves", 30, || async {
        let answer = reqwest::get(format!("http://{}/", edge.agent.address())).await.ok()?;
        (answer.text().await.ok()? == "other").then_some(())
    })
    .await;
    kill(agent, Signal::SIGCONT).unwrap();

    let alarm = edge.newest_is("alarm").await;
    assert_eq!((&alarm["severity"], &alarm["tries"]), (&json!("critical"), &json!(3)), "{alarm}");
    assert_eq!(
        (&alarm["differences"][0]["path"], &alarm["actual_bundle_id"]),
        (&json!("proxy"), &Value::Null)
    );
    assert!(alarm["alarm"].as_str().unwrap().contains("3 times"), "{alarm}");
    assert_eq!(edge.answer().await, "other", "nobody ended what somebody else has started");
    let cluster = edge.api.get("/api/v1/cluster").await.unwrap();
    let findings = cluster["findings"].as_array().unwrap();
    let told = findings.iter().find(|finding| finding["topic"] == "drift").unwrap();
    assert_eq!(told["severity"], "warning", "{told}");

    drop(foreign);
    assert_eq!(edge.newest_is("resolved").await["resolution"], "self");
    assert_eq!(edge.answer().await, "one");
}

/// Defect: remediation and an editor overwrite each other for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_editor_that_never_stops_is_given_up_after_three_tries() {
    let edge = Drifting::start().await;
    edge.reassert().await;
    let stop = Arc::new(AtomicBool::new(false));
    let (edits, path) = (Arc::clone(&stop), edge.config());
    let editor = std::thread::spawn(move || {
        while !edits.load(Ordering::SeqCst) {
            if let Ok(text) = std::fs::read_to_string(&path)
                && !text.ends_with("\n\n")
            {
                let _ = std::fs::write(&path, text + "\n");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    let alarm = edge.newest_is("alarm").await;
    assert_eq!((&alarm["severity"], &alarm["tries"]), (&json!("low"), &json!(3)), "{alarm}");
    let generation = edge.find().await.unwrap()["desired"]["generation"].as_u64().unwrap();
    assert_eq!(generation, 4, "it was asserted three times");
    // Somebody looks, and leaves it as it is: from then on it is no news, and the next change is.
    let resolve = edge.path(&format!("/drift/{}/resolve", alarm["id"].as_str().unwrap()));
    edge.api.post(&resolve, &json!({"reason": "=the editor is ours"})).await.unwrap();
    stop.store(true, Ordering::SeqCst);
    editor.join().unwrap();
    assert_eq!(edge.newest_is("resolved").await["resolution"], "manual");
    let csv = edge.api.bytes(&edge.path("/drift/export?format=csv&status=resolved")).await.unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.contains(",'=the editor is ours\r\n"), "{csv}");
    assert_eq!(edge.find().await.unwrap()["drift"]["status"], "drifted", "it is as it is");
    let text = std::fs::read_to_string(edge.config()).unwrap();
    std::fs::write(edge.config(), text.replace(&edge.upstream.address(), "127.0.0.1:1")).unwrap();
    until("another change is told", 30, || async {
        let newest = edge.events().await.into_iter().next()?;
        (newest["id"] != alarm["id"] && newest["severity"] == "medium").then_some(())
    })
    .await;
    assert_eq!(edge.answer().await, "one", "the proxy never read any of it");
}
