//! Proof that a configuration is at work: a request that only this revision answers, through every data listener, answered by
//! the very process that answers on the operations listener.

use std::time::Duration;

use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::local_http::{ANSWER_WITHIN, LocalHttp};
use super::probes::Probes;
use super::render::{Listener, Target};

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(50);
/// Largest status page.
const STATUS_MAX: usize = 64 << 10;

#[derive(Deserialize)]
struct Status {
    instance_id: String,
}

/// Looks until every listener has proven the revision, or time is up.
///
/// # Errors
/// In words: which listener does what instead.
pub async fn prove(
    http: &LocalHttp,
    target: &Target,
    probes: &Probes,
    within: Duration,
) -> Result<(), String> {
    let deadline = Instant::now() + within;
    let mut open: Vec<&Listener> = target.proving.iter().collect();
    let mut closed: Vec<&Listener> = target.accepting.iter().collect();
    loop {
        let findings = look(http, target, probes, &mut open, &mut closed).await;
        if open.is_empty() && closed.is_empty() && findings.is_empty() {
            return Ok(());
        }
        if Instant::now() + PAUSE >= deadline {
            return Err(format!("not proven within {} s: {}", within.as_secs_f64(), findings.join("; ")));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One look at what is still missing; returns what is wrong with it.
async fn look(
    http: &LocalHttp,
    target: &Target,
    probes: &Probes,
    open: &mut Vec<&Listener>,
    closed: &mut Vec<&Listener>,
) -> Vec<String> {
    let mut findings = Vec::new();
    let own = match status(http, target, probes).await {
        Ok(own) => own,
        Err(reason) => return vec![format!("the operations listener ({}) {reason}", target.ops)],
    };
    let mut missing = Vec::new();
    for listener in open.drain(..) {
        match answers(http, target, probes, listener, &own).await {
            Ok(()) => {}
            Err(reason) => {
                findings.push(format!("listener \"{}\" ({}) {reason}", listener.id, listener.address));
                missing.push(listener);
            }
        }
    }
    *open = missing;
    let mut missing = Vec::new();
    for listener in closed.drain(..) {
        let connected = timeout(ANSWER_WITHIN, TcpStream::connect(listener.address)).await;
        if !matches!(connected, Ok(Ok(_))) {
            let (id, address) = (&listener.id, listener.address);
            findings.push(format!("listener \"{id}\" ({address}) does not accept connections"));
            missing.push(listener);
        }
    }
    *closed = missing;
    findings
}

/// The instance that answers on the operations listener.
async fn status(http: &LocalHttp, target: &Target, probes: &Probes) -> Result<String, String> {
    let mut count = probes.lock().await;
    let answer = http.get(target.ops, &target.status_path, None, STATUS_MAX).await?;
    let status: Status = serde_json::from_slice(&answer.body)
        .map_err(|_| format!("answers {} without a status", answer.status))?;
    *count += 1;
    Ok(status.instance_id)
}

/// Whether a listener answers the probe, and with the same instance.
async fn answers(
    http: &LocalHttp,
    target: &Target,
    probes: &Probes,
    listener: &Listener,
    own: &str,
) -> Result<(), String> {
    let mut count = probes.lock().await;
    let probe = &target.probe;
    let answer = http.get(listener.address, &probe.path, Some(&probe.host), STATUS_MAX).await?;
    // Another revision answers with whatever it has for an unknown host; a catch-all route even with 200.
    let status: Status = serde_json::from_slice(&answer.body)
        .map_err(|_| format!("answers the probe with {} instead of this revision's status", answer.status))?;
    if status.instance_id != own {
        return Err("answers the probe from another process".to_owned());
    }
    *count += 1;
    Ok(())
}

#[cfg(test)]
mod tests;
