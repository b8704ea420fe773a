//! The leader's duty: has certificate authorities issue what was asked for, and renews it in time.
//!
//! How far an order is stands in the replicated state, with the key that it is for. A leader that dies leaves it there, and the next one goes
//! on with the same order; what the old one still decides is refused, by the revision that it saw.

mod http;
mod order;

use std::collections::HashMap;
use std::time::Duration;

use sentinel_app::{AcmeDue, App};
use sentinel_model::ProjectId;
use tokio::sync::watch;
use tokio::task::{Id, JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::outbound::Outbound;

/// How often it is looked what is due.
const EVERY: Duration = Duration::from_millis(500);
/// Most orders that are under way at a time; the rest waits its turn.
const AT_ONCE: usize = 8;
/// Most of them for one project.
const OF_A_PROJECT: usize = 2;
/// Most certificates that are looked at to find those of other accounts.
const LOOKED_AT: usize = 1_000;
/// Longest time for one certificate, with everything that is tried again.
const WITHIN: Duration = Duration::from_secs(15 * 60);
/// The pause after something broke off without a failure in the log; each further one doubles it.
const PAUSE_FIRST: Duration = Duration::from_secs(5);
/// The longest such pause.
const PAUSE_LONGEST: Duration = Duration::from_secs(3_600);

/// Runs while the process does; works only while this member leads.
pub async fn run(app: App, mut leads: watch::Receiver<bool>, outbound: Outbound) {
    while leads.wait_for(|leads| *leads).await.is_ok() {
        tokio::select! {
            biased;
            _ = leads.wait_for(|leads| !*leads) => {}
            () = tend(&app, &outbound) => {}
        }
    }
}

/// What is under way when another member leads is let go: that member goes on with it.
async fn tend(app: &App, outbound: &Outbound) {
    let mut under_way = JoinSet::new();
    let mut tasks: HashMap<Id, AcmeDue> = HashMap::new();
    let mut pauses = Pauses::default();
    let mut looks = interval(EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        while let Some(ended) = under_way.try_join_next_with_id() {
            let (id, broken) = match ended {
                Ok((id, Ok(()))) => {
                    if let Some(due) = tasks.remove(&id) {
                        pauses.end(&due);
                    }
                    continue;
                }
                Ok((id, Err(error))) => (id, format!("{error:#}")),
                Err(error) => (error.id(), error.to_string()),
            };
            let Some(due) = tasks.remove(&id) else { continue };
            let (project, slug) = (due.project_id, &due.slug);
            let pause = pauses.begin(&due);
            tracing::warn!(%project, slug, error = broken, pause_s = pause.as_secs(), "an order of a certificate cannot be followed now");
        }
        if under_way.len() >= AT_ONCE {
            continue;
        }
        let due = match app.acme_due(LOOKED_AT).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(%error, "the certificates that are due could not be read; the next look follows");
                continue;
            }
        };
        for due in due.into_iter().filter(|due| !pauses.holds(due)) {
            if under_way.len() >= AT_ONCE {
                break;
            }
            let of_project = tasks.values().filter(|other| other.project_id == due.project_id).count();
            // One order at a time for each account: their limits count them. And no project keeps the others out.
            if of_project >= OF_A_PROJECT || tasks.values().any(|other| other.account_key == due.account_key)
            {
                continue;
            }
            let begun = under_way.spawn(see_to(app.clone(), outbound.clone(), due.clone()));
            tasks.insert(begun.id(), due);
        }
    }
}

/// Sees to a certificate, within a time. What breaks off, or takes too long, is a failure like others: the next order follows after a pause, and whoever
/// asked for it reads why.
async fn see_to(app: App, outbound: Outbound, due: AcmeDue) -> anyhow::Result<()> {
    tracing::info!(project = %due.project_id, slug = due.slug, "a certificate is asked for");
    let seeing = {
        let (app, outbound, due) = (app.clone(), outbound.clone(), due.clone());
        async move { order::see_to(&app, &outbound, &due).await }
    };
    // Of its own, so that a client that panics over an answer ends itself alone.
    let mut task = AbortOnDrop(tokio::spawn(timeout(WITHIN, seeing)));
    let reason = match (&mut task.0).await {
        Ok(Ok(result)) => return result,
        Ok(Err(_)) => format!("it came to no end within {} minutes", WITHIN.as_secs() / 60),
        Err(error) => format!("the certificate authority gave an answer that cannot be dealt with ({error})"),
    };
    match app.acme_work(&due).await? {
        Some(work) => app.fail_acme(&work, &reason, None).await.map_err(Into::into),
        None => Ok(()),
    }
}

/// A task that ends with whoever waits for it.
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What broke off without a failure in the log, and is not taken up again at once: nobody else remembers it.
#[derive(Default)]
struct Pauses(HashMap<(ProjectId, String), Pause>);

struct Pause {
    until: Instant,
    lasts: Duration,
}

impl Pauses {
    fn holds(&self, due: &AcmeDue) -> bool {
        self.0.get(&key(due)).is_some_and(|pause| Instant::now() < pause.until)
    }

    fn begin(&mut self, due: &AcmeDue) -> Duration {
        let before = self.0.get(&key(due)).map(|pause| pause.lasts);
        let lasts = before.map_or(PAUSE_FIRST, |lasts| (lasts * 2).min(PAUSE_LONGEST));
        let now = Instant::now();
        self.0.retain(|_, pause| now < pause.until + PAUSE_LONGEST);
        self.0.insert(key(due), Pause { until: now + lasts, lasts });
        lasts
    }

    fn end(&mut self, due: &AcmeDue) {
        self.0.remove(&key(due));
    }
}

fn key(due: &AcmeDue) -> (ProjectId, String) {
    (due.project_id, due.slug.clone())
}

#[cfg(test)]
mod tests {
    use sentinel_model::CertificateId;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_breaks_off_is_taken_up_again_after_pauses_that_grow() {
        let due = |slug: &str| AcmeDue {
            project_id: ProjectId(uuid::Uuid::nil()),
            slug: slug.to_owned(),
            certificate_id: CertificateId(uuid::Uuid::nil()),
            account_key: String::new(),
        };
        let mut pauses = Pauses::default();
        let lasts: Vec<u64> = (0..12).map(|_| pauses.begin(&due("web")).as_secs()).collect();
        assert_eq!((lasts[..3].to_vec(), lasts[11]), (vec![5, 10, 20], 3_600));
        assert!(pauses.holds(&due("web")) && !pauses.holds(&due("api")));
        tokio::time::advance(PAUSE_LONGEST).await;
        assert!(!pauses.holds(&due("web")));
        pauses.end(&due("web"));
        assert_eq!(pauses.begin(&due("web")).as_secs(), 5);
    }
}
