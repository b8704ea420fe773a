//! Nodes need no control plane to go on serving, nor to start again.

use sentinel_kit::{Traffic, Upstream, until};

use crate::fleet::Fleet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proxies_serve_with_every_member_gone_and_an_agent_starts_its_proxy_from_disk() {
    let mut fleet = Fleet::start().await;
    let one = Upstream::start("one", 200).await;
    fleet.with_first_bundle(&one).await;
    let traffic = Traffic::start(&fleet.addresses());
    for member in 0..3 {
        fleet.cluster.kill9(member);
    }

    // An agent that dies leaves its proxy serving, and takes it over again.
    fleet.agents[0].kill9();
    let before = fleet.agents[0].proxy_pids();
    assert_eq!(before.len(), 1, "the proxy outlives its agent");
    fleet.agents[0].launch();
    traffic.reset();
    until("requests without any member", 20, || async {
        traffic.answers().iter().all(|proxy| proxy.with_body("one") > 100).then_some(())
    })
    .await;
    traffic.assert_flawless();
    assert_eq!(fleet.agents[0].proxy_pids(), before, "the agent adopted the proxy that was running");

    // Agent and proxy both gone, as after a reboot: the agent starts the proxy from the last good bundle.
    drop(traffic);
    fleet.agents[1].kill9();
    for pid in fleet.agents[1].proxy_pids() {
        let pid = nix::unistd::Pid::from_raw(pid);
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
    }
    until("the proxy is gone", 10, || async { fleet.agents[1].proxy_pids().is_empty().then_some(()) }).await;
    fleet.agents[1].launch();
    let address = fleet.agents[1].address();
    until("the proxy serves from disk", 30, || async {
        let answer = reqwest::get(format!("http://{address}/")).await.ok()?.text().await.ok()?;
        (answer == "one").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_port_is_held_while_it_boots_serves_its_newest_bundle_when_the_port_comes_free() {
    let mut fleet = Fleet::start().await;
    let (one, two) = (Upstream::start("one", 200).await, Upstream::start("two", 200).await);
    fleet.with_first_bundle(&one).await;
    fleet.with_next_bundle("2.0.0", &two).await;
    for member in 0..3 {
        fleet.cluster.kill9(member);
    }
    fleet.agents[0].kill9();
    for pid in fleet.agents[0].proxy_pids() {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).unwrap();
    }
    until("the proxy is gone", 10, || async { fleet.agents[0].proxy_pids().is_empty().then_some(()) }).await;

    // Somebody else has the port. Agents come and go meanwhile, as an init system restarts them.
    let address = fleet.agents[0].address();
    let held = until("the port is free", 10, || async { std::net::TcpListener::bind(&address).ok() }).await;
    for _ in 0..2 {
        fleet.agents[0].launch();
        until("the proxy is started", 20, || async {
            (!fleet.agents[0].proxy_pids().is_empty()).then_some(())
        })
        .await;
        until("and does not come up", 30, || async { fleet.agents[0].proxy_pids().is_empty().then_some(()) })
            .await;
        fleet.agents[0].kill9();
    }
    fleet.agents[0].launch();
    until("the proxy is started", 20, || async { (!fleet.agents[0].proxy_pids().is_empty()).then_some(()) })
        .await;
    drop(held);
    until("the newest bundle is served", 40, || async {
        let answer = reqwest::get(format!("http://{address}/")).await.ok()?.text().await.ok()?;
        (answer == "two").then_some(())
    })
    .await;
}
