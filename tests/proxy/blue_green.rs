//! Blue-green on real proxies behind a real HAProxy: the traffic follows the shares, nobody loses a request on the way there or on the
//! instant way back, and a bundle that answers errors gives its share back.

use reqwest::Method;
use sentinel_kit::haproxy::Server;
use sentinel_kit::{Agent, Api, Cluster, Haproxy, Traffic, Upstream, ports, until};
use serde_json::{Value, json};

use crate::BINARY;
use crate::fleet::{PROJECT, config, effective, impossible_config};

/// Requests over which a share is measured.
const REQUESTS: u64 = 400;
/// Two nodes of each slot.
const NODES: [&str; 4] = ["blue-1", "blue-2", "green-1", "green-2"];

/// One member, two slots of two nodes, and HAProxy in front of all.
struct Site {
    haproxy: Haproxy,
    _agents: Vec<Agent>,
    _cluster: Cluster,
    api: Api,
}

impl Site {
    /// Blue has the traffic, green has none; all run this bundle.
    async fn start(upstream: &Upstream) -> (Self, String) {
        let cluster = Cluster::start(BINARY, 1, &["--heartbeat-interval", "500ms"]).await;
        let api = cluster.admin(0).await;
        cluster.project(&api, PROJECT).await.unwrap();
        let token = cluster.enrolment_token(&api, PROJECT).await.unwrap();
        let (mut agents, mut servers) = (vec![], vec![]);
        for name in NODES {
            let agent_check = ports::free();
            let check = format!("127.0.0.1:{agent_check}");
            let (dir, urls) = (cluster.path(), cluster.urls());
            let options = ["--agent-check-listen", check.as_str()];
            let agent = Agent::start_with(BINARY, dir, name, &urls, PROJECT, &token, &options);
            servers.push(Server { name: name.to_owned(), address: agent.address(), agent_check });
            agents.push(agent);
        }
        let nodes = until("the nodes have enrolled", 60, || async {
            let found = nodes(&api).await?;
            (found.len() == NODES.len()).then_some(found)
        })
        .await;
        let bundle = compile(&api, "1.0.0", upstream).await;
        let ids: Vec<&Value> = nodes.iter().map(|node| &node["id"]).collect();
        let assign = format!("/api/v1/projects/{PROJECT}/bundles/{bundle}/assign");
        api.post(&assign, &json!({"node_ids": ids})).await.unwrap();
        for node in &nodes {
            let slot = node["name"].as_str().unwrap().split('-').next().unwrap();
            let weight = if slot == "blue" { 100 } else { 0 };
            let path = format!("/api/v1/projects/{PROJECT}/nodes/{}", node["id"].as_str().unwrap());
            let body = json!({"slot": slot, "weight": weight});
            let (status, shown) = api.send(Method::PATCH, &path, Some(&body)).await.unwrap();
            assert_eq!((status, &shown["node"]["slot"]), (200, &json!(slot)), "{shown}");
        }
        until("every node effective", 90, || async { nodes_run(&api, &[&bundle; 4]).await.then_some(()) })
            .await;
        let haproxy = Haproxy::start(cluster.path(), &servers).await;
        let site = Self { haproxy, _agents: agents, _cluster: cluster, api };
        (site, bundle)
    }

    /// Starts a blue-green rollout with gates on errors and latency.
    async fn roll_out(&self, bundle: &str) -> String {
        let body = json!({
            "bundle_id": bundle,
            "target_selector": {"type": "all"},
            "strategy": "blue_green",
            "blue_green_config": {"traffic_steps": [10, 50, 100], "bake_seconds": 5},
            "progress_deadline_seconds": 120,
            "health_gates": {
                "max_error_rate": 5.0, "max_latency_ms": 150.0, "min_requests": 5, "fail_after_seconds": 1,
            },
        });
        let made = self.api.post(&format!("/api/v1/projects/{PROJECT}/rollouts"), &body).await.unwrap();
        made["rollout"]["id"].as_str().unwrap().to_owned()
    }

    async fn rollout(&self, id: &str) -> Option<Value> {
        self.api.get(&format!("/api/v1/projects/{PROJECT}/rollouts/{id}")).await.ok()
    }

    async fn steer(&self, id: &str, action: &str) {
        let path = format!("/api/v1/projects/{PROJECT}/rollouts/{id}/{action}");
        self.api.post(&path, &json!({})).await.unwrap();
    }

    /// Waits until the rollout is in this state.
    async fn is(&self, id: &str, state: &str) -> Value {
        until(&format!("the rollout is {state}"), 150, || async {
            let found = self.rollout(id).await?;
            let ended = !found["rollout"]["completed_at"].is_null();
            let there = found["rollout"]["state"] == state;
            assert!(there || !ended, "expected {state}: {}", found["rollout"]);
            there.then_some(found)
        })
        .await
    }

    /// Holds the rollout once its newest share is this one, so that there is time to measure.
    async fn held_at(&self, id: &str, share: u8) {
        until(&format!("{share} % of the traffic is shifted"), 120, || async {
            let found = self.rollout(id).await?;
            assert_eq!(found["rollout"]["state"], "running", "{}", found["rollout"]);
            (found["rollout"]["traffic_weight"] == share).then_some(())
        })
        .await;
        self.steer(id, "pause").await;
    }

    /// Waits until the load balancer has heard of these weights, of a node of either slot.
    async fn obeys(&self, blue: u32, green: u32) {
        let wanted = |percent: u32| (percent > 0).then_some(percent);
        until(&format!("haproxy has heard of {blue} % and {green} %"), 30, || async {
            let weights = self.haproxy.weights().await.ok()?;
            let slots = NODES.map(|name| if name.starts_with("blue") { blue } else { green });
            NODES.iter().zip(slots).all(|(name, percent)| weights[*name] == wanted(percent)).then_some(())
        })
        .await;
    }
}

impl Site {
    /// Blue has all of the traffic, every request was answered with this, and every node runs what it ran before.
    async fn keeps(&self, body: &str, traffic: &Traffic, bundle: &String) {
        self.obeys(100, 0).await;
        splits(traffic, body, 100).await;
        assert!(nodes_run(&self.api, &[bundle; 4]).await);
    }
}

async fn nodes(api: &Api) -> Option<Vec<Value>> {
    let mut list = api.get(&format!("/api/v1/projects/{PROJECT}/nodes")).await.ok()?;
    serde_json::from_value(list["nodes"].take()).ok()
}

/// Each node has proven to run its bundle, by name.
async fn nodes_run(api: &Api, bundles: &[&String; 4]) -> bool {
    let found = nodes(api).await.unwrap_or_default();
    found.len() == 4
        && found.iter().zip(bundles).all(|(node, bundle)| effective(node) == Some(bundle.as_str()))
}

async fn compile(api: &Api, version: &str, upstream: &Upstream) -> String {
    compile_source(api, version, &config(&upstream.address())).await
}

async fn compile_source(api: &Api, version: &str, source: &str) -> String {
    let body = json!({"version": version, "config_source": source});
    let made = api.post(&format!("/api/v1/projects/{PROJECT}/bundles"), &body).await.unwrap();
    made["id"].as_str().unwrap().to_owned()
}

/// Checks which share of the traffic has this body, and that every request so far was answered.
async fn splits(traffic: &Traffic, body: &str, percent: u8) {
    traffic.assert_flawless();
    traffic.reset();
    until("enough requests", 60, || async { (traffic.answers()[0].total() >= REQUESTS).then_some(()) }).await;
    traffic.assert_flawless();
    let answers = &traffic.answers()[0];
    let share = answers.with_body(body) as f64 * 100.0 / answers.total() as f64;
    println!("{percent} % asked for, {share:.1} % measured over {} requests", answers.total());
    assert!((share - f64::from(percent)).abs() <= 5.0, "{body} gets {share:.1} %, not {percent} %");
    if percent == 0 || percent == 100 {
        assert!((share - f64::from(percent)).abs() < f64::EPSILON, "{share} %: all, or nothing at all");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn traffic_moves_between_the_slots_and_back_without_a_failed_request_and_a_bad_bundle_gives_its_share_back()
 {
    let (one, two) = (Upstream::start("one", 200).await, Upstream::start("two", 200).await);
    let broken = Upstream::start("broken", 500).await;
    let (site, first) = Site::start(&one).await;
    site.obeys(100, 0).await;
    let traffic = Traffic::start(&[site.haproxy.address()]);
    until("the first requests", 20, || async { (traffic.answers()[0].total() > 10).then_some(()) }).await;
    splits(&traffic, "two", 0).await;

    // A good one: the standby slot gets the bundle, and then the traffic, share by share.
    let second = compile(&site.api, "2.0.0", &two).await;
    let rollout = site.roll_out(&second).await;
    for (share, blue, green) in [(10, 90, 10), (50, 50, 50), (100, 0, 100)] {
        site.held_at(&rollout, share).await;
        site.obeys(blue, green).await;
        splits(&traffic, "two", share).await;
        site.steer(&rollout, "resume").await;
    }
    let done = site.is(&rollout, "completed").await;
    assert_eq!(
        (&done["rollout"]["deployment_slot"], &done["rollout"]["traffic_step_index"]),
        (&json!("green"), &json!(3))
    );
    assert!(nodes_run(&site.api, &[&first, &first, &second, &second]).await, "the old slot keeps its bundle");
    traffic.assert_flawless();

    // After its end: the traffic returns at once, and then the bundle.
    site.steer(&rollout, "rollback").await;
    site.obeys(100, 0).await;
    splits(&traffic, "one", 100).await;
    let back = site.is(&rollout, "rolled_back").await;
    assert_eq!(back["rollout"]["error"]["exceptions"].as_array().map_or(0, Vec::len), 0, "{back}");
    assert!(nodes_run(&site.api, &[&first; 4]).await);
    traffic.assert_flawless();

    // One that answers errors has a tenth of the traffic, and not for long.
    let third = compile(&site.api, "3.0.0", &broken).await;
    let rollout = site.roll_out(&third).await;
    let ended = site.is(&rollout, "rolled_back").await;
    let reason = ended["rollout"]["error"]["reason"].as_str().unwrap();
    assert!(reason.starts_with("error rate above the limit"), "{reason}");
    assert_eq!(
        (&ended["rollout"]["traffic_weight"], &ended["rollout"]["current_step"]),
        (&json!(0), &json!(1)),
        "the first share was the last"
    );
    let answers = traffic.answers().remove(0);
    assert!(answers.lost.is_empty() && answers.with_body("broken") > 0, "{answers:?}");
    assert_eq!(answers.with_status(200) + answers.with_body("broken"), answers.total(), "{answers:?}");
    site.obeys(100, 0).await;
    traffic.reset();
    until("requests after that", 20, || async { (traffic.answers()[0].total() > 10).then_some(()) }).await;
    splits(&traffic, "one", 100).await;
    assert!(nodes_run(&site.api, &[&first; 4]).await, "and every node runs what it ran");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_bundle_gives_its_share_back_and_one_that_does_not_activate_never_has_any() {
    let (one, slow) = (Upstream::start("one", 200).await, Upstream::slow("slow", 300).await);
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let held = held.local_addr().unwrap().to_string();
    let (site, first) = Site::start(&one).await;
    site.obeys(100, 0).await;
    let traffic = Traffic::start(&[site.haproxy.address()]);
    until("the first requests", 20, || async { (traffic.answers()[0].total() > 10).then_some(()) }).await;

    // The standby slot cannot run it: the traffic stays where it is, and nobody notices anything.
    let never = compile_source(&site.api, "2.0.0", &impossible_config(&slow.address(), &held)).await;
    let rollout = site.roll_out(&never).await;
    let ended = site.is(&rollout, "rolled_back").await;
    let reason = ended["rollout"]["error"]["reason"].as_str().unwrap();
    assert!(reason.contains(&format!("cannot have {held}")), "{reason}");
    assert_eq!(
        (&ended["rollout"]["traffic_weight"], &ended["rollout"]["current_step"]),
        (&json!(0), &json!(0)),
        "no share was given"
    );
    assert_eq!(
        traffic.answers()[0].with_body("one"),
        traffic.answers()[0].total(),
        "nobody saw anything of it"
    );
    site.keeps("one", &traffic, &first).await;

    // It answers well, and too late: a tenth of the traffic sees that, and not for long.
    let lame = compile(&site.api, "3.0.0", &slow).await;
    let rollout = site.roll_out(&lame).await;
    let ended = site.is(&rollout, "rolled_back").await;
    let reason = ended["rollout"]["error"]["reason"].as_str().unwrap();
    assert!(reason.starts_with("99th percentile of latency above the limit"), "{reason}");
    assert_eq!(
        (&ended["rollout"]["traffic_weight"], &ended["rollout"]["current_step"]),
        (&json!(0), &json!(1)),
        "the first share was the last"
    );
    assert!(traffic.answers()[0].with_body("slow") > 0);
    traffic.assert_flawless();
    site.obeys(100, 0).await;
    traffic.reset();
    until("requests after that", 20, || async { (traffic.answers()[0].total() > 10).then_some(()) }).await;
    site.keeps("one", &traffic, &first).await;
}
