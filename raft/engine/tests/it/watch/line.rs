//! The line of rollouts that wait for nodes: who is served first, and that nobody waits for what is over.

use sentinel_model::rollout::{Phase, Rollout};

use super::{Entry, Watch, must};

impl Watch {
    /// Takes note of who stands in line since when.
    pub(super) fn stand_in_line(&mut self, entry: &Entry<'_>) {
        for (_, new) in entry.changed() {
            if new.state.phase() == Phase::Pending {
                let last = self.line.values().copied().max().unwrap_or(0);
                self.line.entry(new.id).or_insert(last + 1);
            } else {
                self.line.remove(&new.id);
            }
        }
    }

    /// I23: nobody begins with a node that somebody else waits for, and has waited for longer.
    pub(super) fn i23_who_waits_longest_is_served_first(&self, entry: &Entry<'_>) {
        for id in entry.new.rollouts.keys().filter(|id| entry.begins(**id)) {
            let since = self.stood.get(id).copied().unwrap_or(u64::MAX);
            for (earlier, place) in self.line.iter().filter(|(_, place)| **place < since) {
                let wants = |node| entry.new.members.contains_key(&(*earlier, node));
                let both = entry.new.members_of(*id).find(|member| wants(member.node_id));
                must("I23", both.is_none(), || {
                    format!("{id} begins at {since} with {both:?}, for which {earlier} waits since {place}")
                });
            }
        }
    }

    /// Why one that stands in line does so, if it says why and that is so.
    pub(super) fn says_whom_it_waits_for(&self, waiting: &Rollout) -> bool {
        let behind = waiting.queued.and_then(|queued| queued.behind);
        let lives =
            behind.is_none_or(|id| self.now.rollouts.get(&id).is_some_and(|other| !other.state.is_final()));
        waiting.queued.is_some() && waiting.hold.is_some() && lives
    }
}
