//! The leader's duty: plays the nodes of the simulators of all sandboxes, as `sentinel-cp sim` does, against this very member.
//!
//! The nodes are those of [`crate::sim`] and have no other way to the cluster than real ones: HTTP to the address that this member tells
//! everybody, trusting who vouches for the certificate that it shows. When another member leads, the fleets end here at once and go on
//! there: a node that joins again under its name is the same node with another key, and knows what the state knows of it.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sentinel_api_types::Secret;
use sentinel_api_types::agent::FailureReport;
use sentinel_app::{App, Played, Remembered};
use sentinel_client::Trust;
use sentinel_model::ProjectId;
use sentinel_model::simulator::SimulatorSettings;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::tls::ServingCertificate;
use crate::sim::config::{Behaviour, SimConfig};
use crate::sim::fleet::{Joining, SimHandle, prepare};
use crate::sim::node::Memory;

/// How often it is looked what there shall be.
const EVERY: Duration = Duration::from_millis(500);
/// How long those that did not join, or were removed, are left alone.
const AGAIN_AFTER: Duration = Duration::from_secs(20);
/// How long joining may take before somebody should look.
const LATE_AFTER: Duration = Duration::from_secs(60);
/// What the concern is kept under.
const CONCERN: &str = "simulators";
/// Digits of the number in a node's name.
const DIGITS: usize = 3;

/// Where the nodes find this member.
#[derive(Clone)]
pub struct Here {
    /// Its base URL, as it tells everybody.
    pub url: String,
    /// The certificate that it shows.
    pub serving: Option<ServingCertificate>,
}

/// A fleet that runs.
struct Fleet {
    handle: SimHandle,
    trust: Trust,
    /// Of how many nodes it was when somebody last joined.
    nodes: usize,
    joined_at: Instant,
}

/// Runs while the process does; works only while this member leads.
pub async fn run(app: App, mut leads: watch::Receiver<bool>, here: Here) {
    while leads.wait_for(|leads| *leads).await.is_ok() {
        tokio::select! {
            biased;
            _ = leads.wait_for(|leads| !*leads) => {}
            () = play(&app, &here) => {}
        }
        app.concerns().set(CONCERN, None);
    }
}

async fn play(app: &App, here: &Here) {
    let mut fleets: HashMap<ProjectId, Fleet> = HashMap::new();
    let mut looks = interval(EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let played = match app.tend_simulators().await {
            Ok(played) => played,
            Err(error) => {
                tracing::warn!(%error, "the simulators could not be read; the next look follows");
                continue;
            }
        };
        fleets.retain(|project, _| played.iter().any(|played| played.project_id == *project));
        let mut trouble = None;
        for played in played {
            if let Err(error) = follow(app, here, &mut fleets, &played).await {
                tracing::warn!(
                    project = played.slug,
                    error = format!("{error:#}"),
                    "a simulator does not run as it shall"
                );
                trouble = Some(format!("the simulator of {} does not run: {error:#}", played.slug));
            }
        }
        app.concerns().set(CONCERN, trouble);
    }
}

/// Brings a fleet to what it shall be.
async fn follow(
    app: &App,
    here: &Here,
    fleets: &mut HashMap<ProjectId, Fleet>,
    played: &Played,
) -> anyhow::Result<()> {
    let (project, nodes) = (played.project_id, usize::from(played.settings.nodes));
    let trust = trust(here)?;
    // With another CA the connections have to be made anew.
    fleets.retain(|known, fleet| *known != project || fleet.trust == trust);
    let fleet = match fleets.entry(project) {
        std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
        std::collections::hash_map::Entry::Vacant(room) => {
            let handle = prepare(config(played, here, &trust))?;
            room.insert(Fleet { handle, trust, nodes: 0, joined_at: Instant::now() })
        }
    };
    fleet.handle.behave(behaviour(&played.settings));
    fleet.handle.shrink(nodes);
    let grown = nodes > fleet.nodes;
    fleet.nodes = fleet.nodes.min(nodes);
    let missing = fleet.handle.missing(nodes);
    if missing == 0 || (!grown && fleet.joined_at.elapsed() < AGAIN_AFTER) {
        let waiting = nodes - fleet.handle.counts().enrolled.min(nodes);
        let late = waiting > 0 && fleet.joined_at.elapsed() > LATE_AFTER;
        ensure!(!late, "{waiting} of {nodes} nodes have not joined at {}", here.url);
        return Ok(());
    }
    (fleet.nodes, fleet.joined_at) = (nodes, Instant::now());
    let token = app.simulator_token(project, missing).await?;
    let memory = app.simulated_nodes(project).await?;
    tracing::info!(project = played.slug, missing, "simulated nodes join");
    let memory = memory.into_iter().map(|(node, remembered)| (node, recalled(remembered))).collect();
    fleet.handle.join(nodes, Joining { token, memory });
    Ok(())
}

fn recalled(remembered: Remembered) -> Memory {
    let epoch = remembered.epoch;
    Memory {
        epoch,
        accepted: remembered.accepted,
        effective: remembered.effective,
        failure: remembered.failure.map(|failure| FailureReport {
            epoch,
            generation: failure.generation,
            bundle_id: failure.bundle_id,
            stage: failure.stage.into(),
            message: failure.message,
        }),
    }
}

fn config(played: &Played, here: &Here, trust: &Trust) -> SimConfig {
    let settings = &played.settings;
    SimConfig {
        trust: trust.clone(),
        nodes: usize::from(settings.nodes),
        seed: u64::from(settings.seed),
        digits: DIGITS,
        spread: Some(settings.labels.clone()),
        behaviour: behaviour(settings),
        ..SimConfig::new(vec![here.url.clone()], played.slug.clone(), Secret::new(""))
    }
}

fn behaviour(settings: &SimulatorSettings) -> Behaviour {
    let percent = |share: u8| f64::from(share) / 100.0;
    Behaviour {
        fail_rate: percent(settings.failure_percent),
        slow_rate: percent(settings.slow_percent),
        flap_rate: percent(settings.flap_percent),
        error_rate: Some(f64::from(settings.error_permille) / 1_000.0),
        latency: Duration::from_millis(settings.latency_ms.into()),
        requests_per_second: Some(settings.requests_per_second.into()),
        only_version: Some(settings.only_version.clone()).filter(|version| !version.is_empty()),
        ..Behaviour::default()
    }
}

/// Who vouches for the certificate that this member shows: the rest of its chain, or itself where there is nothing else.
fn trust(here: &Here) -> anyhow::Result<Trust> {
    let Some(serving) = &here.serving else { return Ok(Trust::default()) };
    let shown = serving.shown().context("this member has no certificate to show yet")?;
    let chain = shown.chain();
    let vouching = if chain.len() > 1 { &chain[1..] } else { chain };
    let pem: String = vouching
        .iter()
        .map(|certificate| {
            let text = STANDARD.encode(certificate);
            format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
        })
        .collect();
    Ok(Trust::ca(pem)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::server::tls::Pair;
    use crate::server::tls::testing::Issued;

    #[test]
    fn who_vouches_for_what_this_member_shows_is_trusted() {
        let url = "https://localhost:1".to_owned();
        assert_eq!(trust(&Here { url: url.clone(), serving: None }).unwrap(), Trust::default());
        let serving = ServingCertificate::default();
        let here = Here { url, serving: Some(serving.clone()) };
        assert!(trust(&here).unwrap_err().to_string().contains("no certificate"));
        let issued = Issued::new(&["localhost"]);
        serving.show(Pair::from_pem(issued.chain.as_bytes(), issued.key.as_bytes()).unwrap());
        let ca = STANDARD.encode(&issued.ca);
        let pem = trust(&here).unwrap().ca.unwrap();
        assert_eq!(pem, format!("-----BEGIN CERTIFICATE-----\n{ca}\n-----END CERTIFICATE-----\n"));
    }

    #[test]
    fn settings_are_shares_and_an_empty_version_is_every_one() {
        let settings = SimulatorSettings { failure_percent: 30, error_permille: 50, ..Default::default() };
        let found = behaviour(&settings);
        assert_eq!((found.fail_rate, found.error_rate, found.only_version), (0.3, Some(0.05), None));
        let only = SimulatorSettings { only_version: "2.0".into(), ..settings };
        assert_eq!(behaviour(&only).only_version.as_deref(), Some("2.0"));
    }
}
