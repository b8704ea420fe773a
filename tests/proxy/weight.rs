//! A load balancer in front obeys the weight that an operator gives a node.

use reqwest::Method;
use sentinel_kit::haproxy::Server;
use sentinel_kit::{Agent, Api, Cluster, Haproxy, Traffic, Upstream, ports, until};
use serde_json::{Value, json};

use crate::BINARY;
use crate::fleet::{PROJECT, config, effective};

/// Requests over which a share is measured.
const REQUESTS: u64 = 400;

/// One member, two nodes whose proxies answer with their names, and HAProxy in front of both.
struct Site {
    haproxy: Haproxy,
    agents: Vec<Agent>,
    /// Where each agent tells its weight over HTTP.
    http: Vec<String>,
    cluster: Cluster,
    api: Api,
    _upstreams: Vec<Upstream>,
}

impl Site {
    async fn start() -> Self {
        let cluster = Cluster::start(BINARY, 1, &["--heartbeat-interval", "500ms"]).await;
        let api = cluster.admin(0).await;
        cluster.project(&api, PROJECT).await.unwrap();
        let token = cluster.enrolment_token(&api, PROJECT).await.unwrap();
        let (mut agents, mut http, mut upstreams, mut servers) = (vec![], vec![], vec![], vec![]);
        for name in ["edge-1", "edge-2"] {
            let (agent_check, weight) = (ports::free(), format!("127.0.0.1:{}", ports::free()));
            let check = format!("127.0.0.1:{agent_check}");
            let options = ["--agent-check-listen", check.as_str(), "--weight-listen", weight.as_str()];
            let (dir, urls) = (cluster.path(), cluster.urls());
            let agent = Agent::start_with(BINARY, dir, name, &urls, PROJECT, &token, &options);
            servers.push(Server { name: name.to_owned(), address: agent.address(), agent_check });
            http.push(weight);
            agents.push(agent);
            upstreams.push(Upstream::start(name, 200).await);
        }
        let bundles = format!("/api/v1/projects/{PROJECT}/bundles");
        for (name, upstream) in ["edge-1", "edge-2"].into_iter().zip(&upstreams) {
            let body = json!({"version": name, "config_source": config(&upstream.address())});
            let made = api.post(&bundles, &body).await.unwrap();
            let bundle = made["id"].as_str().unwrap();
            let node = until("the node has enrolled", 30, || async { find(&api, name).await }).await;
            let assign = format!("{bundles}/{bundle}/assign");
            api.post(&assign, &json!({"node_ids": [node["id"]]})).await.unwrap();
            until("its bundle is effective", 60, || async {
                (effective(&find(&api, name).await?) == Some(bundle)).then_some(())
            })
            .await;
        }
        let haproxy = Haproxy::start(cluster.path(), &servers).await;
        Self { haproxy, agents, http, cluster, api, _upstreams: upstreams }
    }

    /// Sets the weight of the first node.
    async fn weigh(&self, percent: u8) {
        let node = find(&self.api, "edge-1").await.unwrap();
        let path = format!("/api/v1/projects/{PROJECT}/nodes/{}", node["id"].as_str().unwrap());
        let body = json!({"weight": percent});
        let (status, shown) = self.api.send(Method::PATCH, &path, Some(&body)).await.unwrap();
        assert_eq!((status, &shown["node"]["weight"]), (200, &json!(percent)), "{shown}");
        assert_eq!(shown["node"]["desired"], node["desired"], "a weight is no assignment");
    }

    /// Waits until the load balancer has heard of the first node's weight; the other one always has all of its own.
    async fn obeys(&self, percent: u32) {
        let wanted = (percent > 0).then_some(percent);
        until(&format!("haproxy has heard of {percent} %"), 20, || async {
            let weights = self.haproxy.weights().await.ok()?;
            (weights["edge-1"] == wanted && weights["edge-2"] == Some(100)).then_some(())
        })
        .await;
    }

    /// Checks which share of the traffic the first node gets at a weight, and that every request so far was answered.
    async fn splits(&self, traffic: &Traffic, percent: u32) {
        traffic.assert_flawless();
        traffic.reset();
        until("enough requests", 60, || async { (traffic.answers()[0].total() >= REQUESTS).then_some(()) })
            .await;
        traffic.assert_flawless();
        let answers = &traffic.answers()[0];
        let (first, second) = (answers.with_body("edge-1"), answers.with_body("edge-2"));
        assert_eq!(first + second, answers.total());
        let (share, wanted) = (
            first as f64 * 100.0 / answers.total() as f64,
            f64::from(percent * 100) / f64::from(percent + 100),
        );
        assert!((share - wanted).abs() <= 5.0, "at {percent} % it gets {share:.1} %, not {wanted:.1} %");
        assert_eq!(share == 0.0, percent == 0, "a drained node gets nothing at all: {share} %");
    }
}

async fn find(api: &Api, name: &str) -> Option<Value> {
    let list = api.get(&format!("/api/v1/projects/{PROJECT}/nodes")).await.ok()?;
    list["nodes"].as_array()?.iter().find(|node| node["name"] == name).cloned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn haproxy_sends_each_node_its_weight_without_a_lost_request_and_needs_no_control_plane_for_it() {
    let mut site = Site::start().await;
    site.obeys(100).await;
    let traffic = Traffic::start(&[site.haproxy.address()]);
    until("the first requests", 20, || async { (traffic.answers()[0].total() > 10).then_some(()) }).await;
    for percent in [100, 50, 10, 0, 10] {
        site.weigh(u8::try_from(percent).unwrap()).await;
        site.obeys(percent).await;
        site.splits(&traffic, percent).await;
    }

    // Nobody is left to tell the weight, and an agent that starts says it all the same.
    site.cluster.kill9(0);
    site.agents[0].kill9();
    site.agents[0].launch();
    let told = until("the agent tells its weight", 30, || async {
        let answer = reqwest::get(format!("http://{}/weight", site.http[0])).await.ok()?;
        (answer.status() == 200).then_some(answer.json::<Value>().await.ok()?)
    })
    .await;
    assert_eq!(told, json!({"weight": 10, "state": "ready", "reason": null}));
    site.obeys(10).await;
    site.splits(&traffic, 10).await;
}
