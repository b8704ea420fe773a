//! Owns the activation and turns what happens into what is done, one thing at a time: an assignment, the proxy's end, the clock.

use std::time::Duration;

use sentinel_api_types::agent::{NodeEventType, Severity};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use super::activation::{Activator, Outcome, Source};
use super::args::OnExit;
use super::backoff::Backoff;
use super::board::{Board, Serving};
use super::poll::{Job, Renewal};
use super::proxy::Proxy;

/// How often replaced processes and logs are looked after.
const TEND_EVERY: Duration = Duration::from_secs(1);
/// How often the proxy has to prove again what it runs.
const PROVE_EVERY: Duration = Duration::from_secs(60);
/// A proxy that ran for so long is worth a quick restart.
const STEADY: Duration = Duration::from_secs(60);

/// Runs until `stop`; an activation that has begun is brought to its end first.
pub async fn drive<P: Proxy>(
    activator: &mut Activator<P>,
    board: &Board,
    source: &dyn Source,
    (mut jobs, mut renewals): (mpsc::Receiver<Job>, mpsc::Receiver<Renewal>),
    stop: CancellationToken,
) {
    let mut tend = interval(TEND_EVERY);
    tend.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut restarts = Backoff::new(Duration::from_millis(500), Duration::from_secs(30));
    let unproven = || matches!(board.watch().borrow().serving, Serving::No(_));
    let mut revive_at: Option<Instant> = unproven().then(Instant::now);
    let mut up_since = Instant::now();
    let mut prove_at = Instant::now() + PROVE_EVERY;
    let mut measure_at = Instant::now();
    loop {
        let revival = revive_at.unwrap_or_else(|| Instant::now() + TEND_EVERY);
        tokio::select! {
            () = stop.cancelled() => return,
            job = jobs.recv() => {
                let Some(Job { update, offered, answer }) = job else { return };
                let outcome = match offered || activator.holds(&update) {
                    true => activator.activate(&update, offered.then_some(source)).await,
                    // Without a member only what is on disk can be had.
                    false => Outcome::Again,
                };
                // Nobody waits for it any more when the agent is ending.
                let _ = answer.send(outcome);
                prove_at = Instant::now() + PROVE_EVERY;
                activator.look().await;
                if !unproven() {
                    revive_at = None;
                } else if revive_at.is_none() && activator.is_down() {
                    revive_at = Some(Instant::now() + restarts.next());
                }
            }
            Some(Renewal { stamp, answer }) = renewals.recv() => {
                let taken = activator.renew_secrets(stamp, source).await;
                let _ = answer.send(taken);
                prove_at = Instant::now() + PROVE_EVERY;
                activator.look().await;
                if unproven() && revive_at.is_none() && activator.is_down() {
                    revive_at = Some(Instant::now() + restarts.next());
                }
            }
            words = activator.proxy.ended() => {
                activator.lost(&words).await;
                if up_since.elapsed() >= STEADY {
                    restarts.reset();
                }
                revive_at = Some(Instant::now() + restarts.next());
            }
            () = sleep_until(revival), if revive_at.is_some() => match activator.revive(source).await {
                Ok(()) => {
                    (revive_at, up_since) = (None, Instant::now());
                    prove_at = up_since + PROVE_EVERY;
                    measure_at = up_since;
                }
                Err(words) => {
                    tracing::error!(reason = words, "the proxy does not start");
                    revive_at = Some(Instant::now() + restarts.next());
                }
            },
            _ = tend.tick() => {
                activator.proxy.tend().await;
                if revive_at.is_none() && Instant::now() >= prove_at {
                    prove_at = Instant::now() + PROVE_EVERY;
                    if let Err(words) = activator.check().await {
                        tracing::error!(reason = words, "the proxy does not run what it has proven before");
                        board.note(NodeEventType::Warning, Severity::Error, words);
                    }
                }
                if Instant::now() >= measure_at {
                    activator.look().await;
                    measure_at = Instant::now() + activator.measures_every();
                }
            }
        }
    }
}

/// What becomes of the proxy when the agent ends in order.
pub async fn leave<P: Proxy>(activator: &mut Activator<P>, on_exit: OnExit) {
    match on_exit {
        OnExit::Keep => tracing::info!("the proxy goes on without its agent"),
        OnExit::Stop => {
            tracing::info!("the proxy finishes its requests and ends");
            activator.proxy.drain().await;
        }
    }
}
