//! Tells the control plane, again and again and at once when there is news, what is known. An activation never holds it up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sentinel_api_types::agent::{Health, HeartbeatRequest};
use sentinel_api_types::node::Traffic;
use tokio::time::{Instant, sleep, sleep_until};

use super::board::{Board, Facts, Serving};
use super::link::Link;
use super::meter::Measured;
use super::procfs;
use super::rhythm::Rhythm;

/// What the server knows as well.
pub const HEALTHY: &str = "healthy";
/// Several news of one moment go together.
const GATHER: Duration = Duration::from_millis(100);
/// Events in one request.
const EVENTS_PER_REQUEST: usize = 50;

/// What does not change while the agent runs.
#[derive(Clone, Debug)]
pub struct About {
    /// Version of the proxy.
    pub proxy_version: String,
}

/// Never ends.
pub async fn beat(link: Link, board: Arc<Board>, about: About, interval: Duration) {
    let mut rhythm = Rhythm::new(interval);
    let mut news = board.watch();
    let mut cpu = Cpu::default();
    let mut takes_details = false;
    loop {
        let facts = news.borrow_and_update().clone();
        let mut request = heartbeat(&board, facts, &about, &mut cpu).await;
        keep_to(&mut request, takes_details, board.takes_measurements.load(Ordering::Relaxed));
        let sent = Instant::now();
        let answer = link.ask(|client| {
            let request = request.clone();
            async move { client.heartbeat(link.node, &request).await }
        });
        let next = match answer.await {
            Ok(answer) => {
                takes_details = answer.takes_details;
                board.takes_measurements.store(answer.takes_measurements, Ordering::Relaxed);
                link.learn_members(&answer.members);
                rhythm.told(&answer);
                link.come_back_within(rhythm.return_within());
                sent + rhythm.pause()
            }
            Err(error) => {
                tracing::warn!(%error, "a heartbeat was not taken");
                // The member that answers next may be of an earlier version.
                takes_details = false;
                board.takes_measurements.store(false, Ordering::Relaxed);
                // From now on: to find out may have taken longer than the pause, and as long for every agent.
                Instant::now() + rhythm.after_loss()
            }
        };
        tokio::select! {
            () = sleep_until(next) => {}
            changed = news.changed() => match changed {
                Ok(()) => sleep(GATHER).await,
                Err(_) => return,
            },
        }
    }
}

async fn heartbeat(board: &Board, facts: Facts, about: &About, cpu: &mut Cpu) -> HeartbeatRequest {
    let measured = board.meter.measure().await;
    let pid = board.meter.pid().await;
    let effective = facts.effective;
    let usage = board.meter.usage().await;
    let usage = usage.filter(|usage| effective.is_some_and(|(_, generation)| generation == usage.generation));
    HeartbeatRequest { usage, ..compose(facts, measured, about, numbers(pid, cpu)) }
}

/// Leaves out what the member that answered last would refuse.
fn keep_to(request: &mut HeartbeatRequest, takes_details: bool, takes_measurements: bool) {
    if !takes_measurements {
        request.measured = None;
    }
    if takes_details {
        return;
    }
    request.usage = None;
    if let Some(traffic) = &mut request.traffic {
        traffic.latency.clear();
    }
}

/// Puts together what is told. Traffic of another generation than the effective one is not told at all.
fn compose(
    facts: Facts,
    measured: Measured,
    about: &About,
    metrics: BTreeMap<String, f64>,
) -> HeartbeatRequest {
    let status = match (&facts.serving, &measured) {
        (Serving::No(words), _) | (_, Measured::Silent(words)) => {
            format!("unhealthy: {words}").chars().take(200).collect()
        }
        (Serving::Nothing, _) if facts.failure.is_some() => "unhealthy: nothing runs".to_owned(),
        (Serving::Nothing | Serving::Proven, _) => HEALTHY.to_owned(),
    };
    let effective = facts.effective;
    let traffic: Option<Traffic> = match measured {
        Measured::Answered(traffic) => traffic
            .filter(|traffic| effective.is_some_and(|(_, generation)| generation == traffic.generation)),
        Measured::Nothing | Measured::Silent(_) => None,
    };
    HeartbeatRequest {
        epoch: facts.epoch,
        health: Some(Health { status }),
        metrics: (!metrics.is_empty()).then_some(metrics),
        active_bundle_id: effective.map(|(bundle, _)| bundle),
        effective_generation: effective.map(|(_, generation)| generation),
        staged_bundle_id: facts.accepted.map(|(bundle, _)| bundle),
        accepted_generation: facts.accepted.map(|(_, generation)| generation),
        failure: facts.failure,
        traffic,
        usage: None,
        // Of what ran before nothing is told.
        measured: facts
            .measured
            .filter(|told| effective.is_some_and(|(_, generation)| generation == told.generation)),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        proxy_version: Some(about.proxy_version.clone()),
        ip: None,
        hostname: None,
    }
}

/// Processor time of one process at an earlier moment.
#[derive(Debug, Default)]
struct Cpu {
    seen: Option<(procfs::Process, Instant)>,
}

impl Cpu {
    /// Percent of one processor since the last time this process was looked at.
    fn percent(&mut self, now: procfs::Process) -> Option<f64> {
        let at = Instant::now();
        let before = self.seen.replace((now, at));
        let (before, then) =
            before.filter(|(before, _)| before.pid == now.pid && before.started == now.started)?;
        let elapsed = at.duration_since(then).as_secs_f64();
        (elapsed > 0.0).then(|| (now.cpu_seconds - before.cpu_seconds).max(0.0) * 100.0 / elapsed)
    }
}

/// What the proxy's process uses.
fn numbers(pid: Option<i32>, cpu: &mut Cpu) -> BTreeMap<String, f64> {
    let Some(process) = pid.and_then(procfs::process) else { return BTreeMap::new() };
    let found = [
        ("proxy_cpu_percent", cpu.percent(process)),
        ("proxy_memory_bytes", procfs::memory_bytes(process.pid)),
    ];
    found.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Sends events as they come. Never ends.
pub async fn send_events(link: Link, board: Arc<Board>) {
    let mut troubles = super::backoff::Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
    loop {
        let events = board.take_events(EVENTS_PER_REQUEST).await;
        let sent = link.ask(|client| {
            let events = events.clone();
            async move { client.append_node_events(link.node, events).await }
        });
        match sent.await {
            Ok(_) => troubles.reset(),
            Err(error) if matches!(error.status(), Some(400 | 422)) => {
                tracing::error!(%error, "events are refused and dropped");
            }
            Err(error) => {
                tracing::debug!(%error, "events wait");
                board.put_back(events);
                sleep(troubles.next()).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use sentinel_api_types::agent::FailureReport;
    use sentinel_api_types::node::{ActivationStage, LatencyCount, Usage};
    use sentinel_model::{BundleId, Epoch, Generation};
    use uuid::Uuid;

    use super::*;

    fn about() -> About {
        About { proxy_version: "0.6.45".to_owned() }
    }

    fn effective(generation: u64) -> Option<(BundleId, Generation)> {
        Some((BundleId(Uuid::from_u128(1)), Generation(generation)))
    }

    fn traffic(generation: u64) -> Traffic {
        Traffic {
            generation: Generation(generation),
            window_ms: 1,
            requests: 1,
            errors: 0,
            p50_ms: 1.0,
            p95_ms: 1.0,
            p99_ms: 1.0,
            latency: Vec::new(),
        }
    }

    fn status(facts: &Facts, measured: Measured) -> String {
        let request = compose(facts.clone(), measured, &about(), BTreeMap::new());
        request.health.map(|health| health.status).unwrap_or_default()
    }

    #[test]
    fn a_proxy_is_healthy_only_when_it_has_proven_itself_and_answers() {
        let nothing = Facts::default();
        assert_eq!(status(&nothing, Measured::Nothing), HEALTHY, "nothing to run, nothing wrong");
        let proven = Facts { effective: effective(2), serving: Serving::Proven, ..Facts::default() };
        assert_eq!(status(&proven, Measured::Answered(None)), HEALTHY);
        assert_eq!(status(&proven, Measured::Nothing), HEALTHY, "metrics can be turned off");
        assert!(status(&proven, Measured::Silent("hangs".into())).starts_with("unhealthy: hangs"));
        let down = Facts { serving: Serving::No("ended".into()), ..proven };
        assert!(status(&down, Measured::Nothing).starts_with("unhealthy: ended"));
        let failure = FailureReport {
            epoch: Epoch::FIRST,
            generation: Generation(1),
            bundle_id: BundleId(Uuid::from_u128(1)),
            stage: ActivationStage::Test,
            message: String::new(),
        };
        let failed = Facts { failure: Some(failure), ..Facts::default() };
        assert!(status(&failed, Measured::Nothing).starts_with("unhealthy"));
    }

    #[test]
    fn an_older_member_is_not_told_what_it_would_refuse() {
        let facts = Facts { effective: effective(2), serving: Serving::Proven, ..Facts::default() };
        let latency = vec![LatencyCount { up_to_ms: None, requests: 1 }];
        let measured = Measured::Answered(Some(Traffic { latency, ..traffic(2) }));
        let usage =
            Usage { generation: Generation(2), window_ms: 1, cpu_percent: None, memory_percent: None };
        let full =
            HeartbeatRequest { usage: Some(usage), ..compose(facts, measured, &about(), BTreeMap::new()) };
        let mut told = full.clone();
        keep_to(&mut told, true, true);
        assert_eq!(told, full);
        keep_to(&mut told, false, false);
        assert_eq!((told.usage, told.traffic), (None, Some(traffic(2))));
    }

    #[test]
    fn traffic_of_another_generation_and_no_traffic_are_not_told() {
        let facts = Facts { effective: effective(2), serving: Serving::Proven, ..Facts::default() };
        let told = |measured| compose(facts.clone(), measured, &about(), BTreeMap::new()).traffic;
        assert_eq!(told(Measured::Answered(Some(traffic(2)))), Some(traffic(2)));
        assert_eq!(told(Measured::Answered(Some(traffic(1)))), None);
        assert_eq!(told(Measured::Answered(None)), None);
        assert_eq!(told(Measured::Nothing), None);
    }

    #[test]
    fn numbers_and_bundles_come_in_pairs() {
        let facts = Facts { effective: effective(2), accepted: effective(3), ..Facts::default() };
        let request = compose(facts, Measured::Nothing, &about(), BTreeMap::new());
        assert_eq!(request.effective_generation, Some(Generation(2)));
        assert_eq!(request.accepted_generation, Some(Generation(3)));
        assert!(request.active_bundle_id.is_some() && request.staged_bundle_id.is_some());
        assert_eq!(request.metrics, None);
    }

    #[test]
    fn processor_time_is_measured_between_two_looks_at_the_same_process() {
        let mut cpu = Cpu::default();
        let process = procfs::Process { pid: 1, started: 1, ended: false, cpu_seconds: 1.0 };
        assert_eq!(cpu.percent(process), None);
        std::thread::sleep(Duration::from_millis(2));
        assert!(
            cpu.percent(procfs::Process { cpu_seconds: 1.001, ..process })
                .is_some_and(|percent| percent > 0.0)
        );
        assert_eq!(cpu.percent(procfs::Process { pid: 2, ..process }), None);
    }
}
