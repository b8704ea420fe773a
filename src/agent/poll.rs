//! Waits for assignments and hands them to whoever activates them, one after the other.
//!
//! An assignment that failed for a reason that may pass is tried again after a pause, but only as what the control plane wants *then*: it
//! may have withdrawn it meanwhile, so that the node must not move any more. So a retry begins with a poll for anything newer than what
//! is dealt with. What is offered is activated; with nothing to offer, the retry is dropped; a refusal (the node was
//! removed) is none to go on after either. Only while no member answers does the last known wish stand: it is tried again from what
//! is on disk, such as the bundle before, to which a rollout goes back. What is not on disk waits, because whoever could
//! send it is to be asked first.

use std::sync::Arc;
use std::time::Duration;

use sentinel_api_types::agent::{LatestQuery, LatestResponse, NoUpdate, Update};
use sentinel_model::{Ordinal, Sha256Digest};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep};

use super::activation::Outcome;
use super::backoff::{Backoff, spread};
use super::board::Board;
use super::link::Link;
use super::weight::Weights;

/// How long a member may let a poll wait.
const WAIT: Duration = Duration::from_secs(30);
/// Pause after an assignment that must not be activated: the control plane is confused.
const AFTER_REFUSAL: Duration = Duration::from_secs(10);
/// Longest pause that a member can ask for.
const POLL_AFTER_MAX: Duration = Duration::from_secs(300);

/// An assignment for whoever activates it.
#[derive(Debug)]
pub struct Job {
    /// The assignment.
    pub update: Update,
    /// A member offers it now. Otherwise none answers, and it is the last known wish of the control plane.
    pub offered: bool,
    /// Where to tell how it went.
    pub answer: oneshot::Sender<Outcome>,
}

/// An assignment that failed for a reason that may pass.
struct Again {
    update: Update,
    at: Instant,
}

/// Other values for the secrets of what runs.
#[derive(Debug)]
pub struct Renewal {
    /// Which ones, as members name them.
    pub stamp: Sha256Digest,
    /// Where to tell whether they are taken.
    pub answer: oneshot::Sender<bool>,
}

/// Values of secrets that could not be taken.
struct NotTaken {
    stamp: Sha256Digest,
    again_at: Instant,
}

/// Where to send what is to be done.
pub type Work = (mpsc::Sender<Job>, mpsc::Sender<Renewal>);

/// Never ends by itself; ends when nobody activates any more.
pub async fn poll(link: Link, board: Arc<Board>, weights: Arc<Weights>, work: Work) {
    let troubles = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
    let failures = Backoff::new(Duration::from_secs(5), Duration::from_secs(300));
    rounds(link, board, weights, work, troubles, failures).await;
}

async fn rounds(
    link: Link,
    board: Arc<Board>,
    weights: Arc<Weights>,
    (jobs, renewals): Work,
    mut troubles: Backoff,
    mut failures: Backoff,
) {
    let mut again: Option<Again> = None;
    let mut not_taken: Option<NotTaken> = None;
    let mut renewal_failures = failures.clone();
    let facts = board.watch();
    // Members of before secrets refuse a question with a stamp.
    let mut tells_stamp = true;
    // Whoever has never been told a weight cannot wait for a newer one: the first answer tells it, and must not be long in coming.
    let mut greeting = weights.is_unknown();
    loop {
        let (handled, has) = {
            let facts = facts.borrow();
            (facts.handled, facts.secrets)
        };
        not_taken = not_taken.filter(|tried| Instant::now() < tried.again_at);
        let left = again.as_ref().map(|again| again.at.saturating_duration_since(Instant::now()));
        let due = left == Some(Duration::ZERO);
        // Until it is to be tried again, only something newer is of interest.
        let known = again.as_ref().map_or(handled, |again| handled.max(ordinal(&again.update)));
        let (have, wait) =
            if due { (handled, Duration::ZERO) } else { (known, left.unwrap_or(WAIT).min(WAIT)) };
        let wait = match &not_taken {
            Some(tried) => wait.min(tried.again_at.saturating_duration_since(Instant::now())),
            None => wait,
        };
        let wait = if greeting { Duration::ZERO } else { wait };
        // What was tried in vain is not asked for at once again, but others are.
        let knows = has.map(|has| not_taken.as_ref().map_or(has, |tried| tried.stamp));
        // While an assignment is to be tried again, the values are of that: other ones than those that run would end each wait.
        let told = knows.filter(|_| tells_stamp && again.is_none());
        let (update, offered) = match ask(&link, &weights, (have, told), wait).await {
            Answer::Update(update) => {
                troubles.reset();
                greeting = false;
                (update, true)
            }
            Answer::Nothing(..) if greeting => {
                greeting = false;
                continue;
            }
            Answer::Nothing(_, Some(stamp)) if again.is_none() && has.is_some() && knows != Some(stamp) => {
                troubles.reset();
                tells_stamp = true;
                let (answer, taken) = oneshot::channel();
                if renewals.send(Renewal { stamp, answer }).await.is_err() {
                    return;
                }
                match taken.await {
                    Ok(true) => {
                        not_taken = None;
                        renewal_failures.reset();
                    }
                    Ok(false) => {
                        let again_at = Instant::now() + renewal_failures.next();
                        not_taken = Some(NotTaken { stamp, again_at });
                    }
                    Err(_) => return,
                }
                continue;
            }
            Answer::Nothing(pause, stamp) => {
                troubles.reset();
                tells_stamp |= stamp.is_some();
                if due {
                    tracing::info!("what was to be tried again is not wanted any more");
                    again = None;
                    failures.reset();
                } else {
                    let until = not_taken
                        .as_ref()
                        .map(|tried| tried.again_at.saturating_duration_since(Instant::now()));
                    let longest = [left, until].into_iter().flatten().min().unwrap_or(pause);
                    sleep(pause.min(longest)).await;
                }
                continue;
            }
            Answer::Silence if due && let Some(again) = &again => (again.update.clone(), false),
            Answer::Silence => {
                sleep(troubles.next().max(link.after_loss())).await;
                continue;
            }
            Answer::Refusal { understood } => {
                tells_stamp &= understood;
                sleep(troubles.next()).await;
                continue;
            }
        };
        if again.take().is_some_and(|again| ordinal(&again.update) != ordinal(&update)) {
            failures.reset();
        }
        let (answer, outcome) = oneshot::channel();
        if jobs.send(Job { update: update.clone(), offered, answer }).await.is_err() {
            return;
        }
        match outcome.await {
            Ok(Outcome::Effective | Outcome::Failed) => failures.reset(),
            Ok(Outcome::Again) => {
                // Without a member the pause is that of the polls, so that one that is back is soon asked.
                let pause = if offered { failures.next() } else { troubles.next() };
                again = Some(Again { update, at: Instant::now() + pause });
            }
            Ok(Outcome::Refused) => sleep(spread(AFTER_REFUSAL)).await,
            Err(_) => return,
        }
    }
}

/// What came of a poll.
#[expect(clippy::large_enum_variant, reason = "one at a time, and the large one is the one that matters")]
enum Answer {
    /// Something to run.
    Update(Update),
    /// Nothing; how long to pause before the next poll; and which values of secrets belong to what the node shall run.
    Nothing(Duration, Option<Sha256Digest>),
    /// No member says what it wants.
    Silence,
    /// A member does not talk to this node, or does not understand it.
    Refusal { understood: bool },
}

fn ordinal(update: &Update) -> Ordinal {
    Ordinal { epoch: update.epoch, generation: update.generation }
}

/// One poll. The weight that comes along is taken in here: it is no assignment, and no activation holds it up.
async fn ask(
    link: &Link,
    weights: &Weights,
    (have, secrets): (Ordinal, Option<Sha256Digest>),
    wait: Duration,
) -> Answer {
    let wait_s = u32::try_from(wait.as_secs()).unwrap_or(0);
    let epoch = (!have.epoch.is_first()).then_some(have.epoch);
    let known = weights.known();
    let query = LatestQuery {
        epoch,
        generation: Some(have.generation),
        wait: Some(wait_s),
        weight_epoch: known.map(|weight| weight.epoch).filter(|epoch| !epoch.is_first()),
        weight_revision: known.map(|weight| weight.revision),
        secrets,
    };
    let answer = link.ask(|client| {
        let query = query.clone();
        async move { client.latest(link.node, &query).await }
    });
    let answer = answer.await;
    if let Ok(
        LatestResponse::Update(Update { weight, .. }) | LatestResponse::NoUpdate(NoUpdate { weight, .. }),
    ) = &answer
    {
        weight.iter().for_each(|weight| weights.learn(*weight));
    }
    match answer {
        // A member that offers what was not asked for is not to be believed; the activation says so in the log.
        Ok(LatestResponse::Update(update)) => Answer::Update(update),
        Ok(LatestResponse::NoUpdate(answer)) => {
            let pause = Duration::from_secs(answer.poll_after_s).min(POLL_AFTER_MAX);
            Answer::Nothing(spread(pause), answer.secrets)
        }
        Err(error) => {
            if error.status() == Some(404) || error.status() == Some(401) {
                tracing::error!(
                    %error,
                    "the control plane does not know this node (any more); the proxy goes on. If it was removed and shall be \
                     a node again: end the agent, remove identity.json from its data directory, start it with an enrolment token"
                );
            } else {
                tracing::warn!(%error, "no assignment could be asked for");
            }
            // What is newer is given up first.
            if secrets.is_none() && known.is_some() && matches!(error.status(), Some(400 | 422)) {
                weights.refused();
            }
            // A member that is in trouble, or something before it that does not reach one, says nothing about assignments.
            match error.status() {
                Some(status) if status < 500 => Answer::Refusal { understood: !matches!(status, 400 | 422) },
                _ => Answer::Silence,
            }
        }
    }
}

#[cfg(test)]
mod tests;
