//! Waits for assignments and hands them to whoever activates them, one after the other.

use std::sync::Arc;
use std::time::Duration;

use sentinel_api_types::agent::{LatestQuery, LatestResponse, Update};
use sentinel_model::Generation;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep};

use super::activation::Outcome;
use super::backoff::{Backoff, spread};
use super::board::Board;
use super::link::Link;

/// How long a member may let a poll wait.
const WAIT: Duration = Duration::from_secs(30);
/// Pause after an assignment that must not be activated: the control plane is confused.
const AFTER_REFUSAL: Duration = Duration::from_secs(10);
/// Longest pause that a member can ask for.
const POLL_AFTER_MAX: Duration = Duration::from_secs(300);

/// An assignment for whoever activates it, and where to tell how it went.
pub type Job = (Update, oneshot::Sender<Outcome>);

/// An assignment that failed for a reason that may pass.
struct Again {
    update: Update,
    at: Instant,
}

/// Never ends by itself; ends when nobody activates any more.
pub async fn poll(link: Link, board: Arc<Board>, jobs: mpsc::Sender<Job>) {
    let mut troubles = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
    let mut failures = Backoff::new(Duration::from_secs(5), Duration::from_secs(300));
    let mut again: Option<Again> = None;
    let facts = board.watch();
    loop {
        // What is to be tried again is known; only something newer is of interest meanwhile.
        let known = again.as_ref().map_or(Generation(0), |again| again.update.generation);
        let have = facts.borrow().handled.max(known);
        let due = again.as_ref().map(|again| again.at.saturating_duration_since(Instant::now()));
        let update = match due {
            Some(Duration::ZERO) => again.take().map(|again| again.update),
            _ => {
                let wait = due.map_or(WAIT, |due| due.min(WAIT));
                match ask(&link, have, wait).await {
                    Ok((update, pause)) => {
                        troubles.reset();
                        if update.is_none() {
                            sleep(due.map_or(pause, |due| due.min(pause))).await;
                        }
                        update
                    }
                    Err(()) => {
                        sleep(troubles.next()).await;
                        None
                    }
                }
            }
        };
        let Some(update) = update else { continue };
        if again.as_ref().is_none_or(|again| again.update.generation != update.generation) {
            again = None;
        }
        let (answer, outcome) = oneshot::channel();
        if jobs.send((update.clone(), answer)).await.is_err() {
            return;
        }
        match outcome.await {
            Ok(Outcome::Effective | Outcome::Failed) => failures.reset(),
            Ok(Outcome::Again) => again = Some(Again { update, at: Instant::now() + failures.next() }),
            Ok(Outcome::Refused) => sleep(spread(AFTER_REFUSAL)).await,
            Err(_) => return,
        }
    }
}

/// One poll: an assignment, or how long to pause before the next.
async fn ask(link: &Link, have: Generation, wait: Duration) -> Result<(Option<Update>, Duration), ()> {
    let wait_s = u32::try_from(wait.as_secs()).unwrap_or(0);
    let query = LatestQuery { generation: Some(have), wait: Some(wait_s) };
    let answer = link.ask(|client| {
        let query = query.clone();
        async move { client.latest(link.node, &query).await }
    });
    match answer.await {
        // A member that offers what was not asked for is not to be believed; the activation says so in the log.
        Ok(LatestResponse::Update(update)) => Ok((Some(update), Duration::ZERO)),
        Ok(LatestResponse::NoUpdate(answer)) => {
            let pause = Duration::from_secs(answer.poll_after_s).min(POLL_AFTER_MAX);
            Ok((None, spread(pause)))
        }
        Err(error) => {
            if error.status() == Some(404) || error.status() == Some(401) {
                tracing::error!(%error, "the control plane does not know this node (any more); the proxy goes on");
            } else {
                tracing::warn!(%error, "no assignment could be asked for");
            }
            Err(())
        }
    }
}
