//! Proof that the proxy runs a bundle: its marker answers through every data listener, from the very process that we watch.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use sentinel_bundle::manifest::Manifest;
use sentinel_bundle::node_vars::{self, Values};
use serde_json::Value;

use super::process::Running;

/// Longest time until the marker must answer.
const WITHIN: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);
const ANSWER: Duration = Duration::from_secs(2);

/// Waits for the proof. The error says what answered instead.
pub async fn prove(manifest: &Manifest, values: &Values, process: &Running) -> anyhow::Result<()> {
    let http = reqwest::Client::builder()
        .no_proxy()
        .timeout(ANSWER)
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let listeners = listeners(manifest, values)?;
    let deadline = Instant::now() + WITHIN;
    loop {
        let attempt = attempt(&http, manifest, &listeners, process).await;
        match attempt {
            Ok(()) => return Ok(()),
            Err(error) if !process.alive() => return Err(error.context("the proxy has ended")),
            Err(error) if Instant::now() >= deadline => return Err(error),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Where the data listeners are, and whether they speak plain HTTP.
fn listeners(manifest: &Manifest, values: &Values) -> anyhow::Result<Vec<(String, SocketAddr, bool)>> {
    let mut found = Vec::new();
    for listener in manifest.probed_listeners() {
        let address = node_vars::render(&listener.address, values)?;
        let mut address: SocketAddr = address
            .parse()
            .with_context(|| format!("listener {}: {address} is not an address", listener.id))?;
        if address.ip().is_unspecified() {
            address.set_ip(if address.is_ipv4() {
                [127, 0, 0, 1].into()
            } else {
                std::net::Ipv6Addr::LOCALHOST.into()
            });
        }
        found.push((listener.id.clone(), address, listener.protocol == "http"));
    }
    anyhow::ensure!(
        found.iter().any(|(_, _, plain)| *plain),
        "no plain HTTP listener to prove the bundle through"
    );
    Ok(found)
}

async fn attempt(
    http: &reqwest::Client,
    manifest: &Manifest,
    listeners: &[(String, SocketAddr, bool)],
    process: &Running,
) -> anyhow::Result<()> {
    let status = format!("http://{}{}", process.ops_addr, manifest.operations.status_path);
    let own = instance(http.get(status)).await.context("the operations listener does not answer")?;
    for (id, address, plain) in listeners {
        if !*plain {
            // A TLS listener without its files is simply absent; one that accepts has them.
            tokio::net::TcpStream::connect(address)
                .await
                .with_context(|| format!("listener {id} does not accept"))?;
            continue;
        }
        let probe =
            http.get(format!("http://{address}{}", manifest.probe.path)).header("host", &manifest.probe.host);
        let answered = instance(probe)
            .await
            .with_context(|| format!("the marker does not answer through listener {id}"))?;
        if answered != own {
            bail!("through listener {id} another proxy answers ({answered} instead of {own})");
        }
    }
    Ok(())
}

/// The instance id in a status answer.
async fn instance(request: reqwest::RequestBuilder) -> anyhow::Result<String> {
    let answer = request.send().await?;
    let status = answer.status();
    let body: Value = answer.json().await.with_context(|| format!("{status}, and no status of a proxy"))?;
    body["instance_id"]
        .as_str()
        .map(str::to_owned)
        .with_context(|| format!("{status} without an instance id"))
}
