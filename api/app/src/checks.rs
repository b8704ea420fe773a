//! What the leader asks for its rollouts, and what came of it: in its memory alone, so that whoever leads next begins anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sentinel_engine::lead::Observed;
use sentinel_model::check::{Checks, HttpCheck, Probe};
use sentinel_model::{RolloutId, Time};

/// What the scheduler has not looked at for so long is not asked any more, in milliseconds.
const LEFT_MS: u64 = 10_000;

/// See the module. Cheap to clone: clones share.
#[derive(Clone, Debug, Default)]
pub struct CheckBook(Arc<Mutex<HashMap<RolloutId, Entry>>>);

#[derive(Debug)]
struct Entry {
    seen: Checks,
    asked: Vec<HttpCheck>,
    private: bool,
    /// When each is made next.
    next: Vec<Time>,
    looked_at: Time,
}

/// A check that is to be made now.
#[derive(Clone, Debug)]
pub struct Due {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// Since when it is observed.
    since: Time,
    /// What is asked.
    pub check: HttpCheck,
    /// Private addresses may be asked.
    pub private: bool,
}

impl CheckBook {
    fn entries(&self) -> MutexGuard<'_, HashMap<RolloutId, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the checks of a rollout made from now on, for this step, and tells what came of it so far. It begins anew with another step, and
    /// when what is known is from before `from`.
    pub(crate) fn observe(&self, at: Observed<'_>, private: bool, from: Time, now: Time) -> Checks {
        let Observed { rollout_id, step, asked } = at;
        let mut entries = self.entries();
        let known = entries.remove(&rollout_id);
        // A clock that was set back would have the next request wait for the time that it went back.
        let known = known.filter(|known| known.looked_at <= now);
        let known = known.filter(|known| known.seen.step == step && known.seen.since >= from);
        let entry = known.unwrap_or_else(|| Entry {
            seen: Checks::begin(rollout_id, step, now, asked),
            asked: asked.to_vec(),
            private,
            next: vec![now; asked.len()],
            looked_at: now,
        });
        let seen = entry.seen.clone();
        entries.insert(rollout_id, Entry { private, looked_at: now, ..entry });
        seen
    }

    /// The checks that are to be made now, at most so many: those first that have waited longest, so that slow ones of one rollout do not
    /// keep out another's. Each is under way until its result is taken, or could not come any more.
    pub fn due(&self, now: Time, most: usize) -> Vec<Due> {
        let mut entries = self.entries();
        entries.retain(|_, entry| now.since(entry.looked_at) <= LEFT_MS);
        let mut waiting: Vec<(Time, RolloutId, usize)> = Vec::new();
        for (id, entry) in entries.iter() {
            let due = entry.next.iter().enumerate().filter(|(_, next)| **next <= now);
            waiting.extend(due.map(|(place, next)| (*next, *id, place)));
        }
        waiting.sort_unstable();
        let mut due = Vec::new();
        for (_, rollout_id, place) in waiting.into_iter().take(most) {
            let Some(entry) = entries.get_mut(&rollout_id) else { continue };
            let (since, private) = (entry.seen.since, entry.private);
            let Some((check, next)) = entry.asked.get(place).zip(entry.next.get_mut(place)) else { continue };
            *next = now.plus_ms(u64::from(check.timeout_ms) + u64::from(check.interval_s) * 1_000);
            due.push(Due { rollout_id, since, check: check.clone(), private });
        }
        due
    }

    /// Takes in what came of a check. When it begins anew meanwhile, that is of no account.
    pub fn take(&self, due: &Due, probe: Probe) {
        let mut entries = self.entries();
        let Some(entry) = entries.get_mut(&due.rollout_id).filter(|entry| entry.seen.since == due.since)
        else {
            return;
        };
        let place = entry.asked.iter().position(|check| check.name == due.check.name);
        if let Some(next) = place.and_then(|place| entry.next.get_mut(place)) {
            *next = probe.at.plus_ms(u64::from(due.check.interval_s) * 1_000);
        }
        entry.seen.take(&due.check, probe);
    }

    /// Forgets everything: another member leads.
    pub fn clear(&self) {
        self.entries().clear();
    }
}

#[cfg(test)]
mod tests;
