//! The leader makes the membership of consensus follow the members in the state: who was let in takes the log in, is given a vote
//! when it has caught up and stays so, and who was taken out loses it. One step at a time; each look begins from what is there, so
//! a new leader goes on where the last one stopped.

use std::time::Duration;

use sentinel_app::{App, EventBus, Watched};
use sentinel_consensus::{Member, MemberNode, MembershipError};
use sentinel_machine::commands::leadership_hand_over;
use sentinel_model::cluster::ClusterMember;
use sentinel_store::StateMachine;
use tokio::sync::watch;

use super::admission::node;

/// How often to look.
const EVERY: Duration = Duration::from_millis(500);
/// Looks, one after the other, at which a new member must have caught up before it is given a vote: one that comes and goes would
/// only make majorities harder.
const STABLE: u32 = 3;
/// Entries that a member may lack and count as caught up.
const BEHIND: u64 = 200;

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Add(u64, MemberNode),
    Promote(u64),
    Relocate(u64, MemberNode),
    Remove(u64),
    /// The leader itself is to go: somebody else must lead, and take it out.
    GiveWay,
}

/// A member of consensus, as the leader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seated {
    id: u64,
    node: MemberNode,
    voter: bool,
    caught_up: bool,
}

/// Follows for ever, whenever this member leads, as soon as `settled` says that the rows are those of this epoch.
pub async fn follow(
    app: App,
    member: Member<StateMachine>,
    mut leads: watch::Receiver<bool>,
    mut settled: watch::Receiver<bool>,
) {
    let mut stable = Stable::default();
    if settled.wait_for(|settled| *settled).await.is_err() {
        return std::future::pending().await;
    }
    loop {
        if !*leads.borrow_and_update() {
            stable = Stable::default();
            if leads.changed().await.is_err() {
                return std::future::pending().await;
            }
            continue;
        }
        if let Err(error) = look(&app, &member, &mut stable).await {
            tracing::warn!(%error, "the membership does not follow the state yet");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Acts on requests to hand leadership over, for ever. What was asked before this member led is not its to answer.
pub async fn hand_over(bus: EventBus, member: Member<StateMachine>, leads: watch::Receiver<bool>) {
    let mut watching = bus.subscribe(None);
    loop {
        match watching.next().await {
            Some(Watched::Event(event)) if event.kind == leadership_hand_over::EVENT => {
                if *leads.borrow() {
                    let to = event.data.get("to").and_then(|to| to.parse().ok());
                    member.hand_over(to).await;
                }
            }
            Some(_) => {}
            None => return std::future::pending().await,
        }
    }
}

async fn look(app: &App, member: &Member<StateMachine>, stable: &mut Stable) -> anyhow::Result<()> {
    // Not what this member happens to have applied: a new leader may lack the very entries that took members out.
    let rows = app.cluster_members_now().await?;
    let status = app.cluster();
    let seated: Vec<Seated> = status
        .members
        .iter()
        .map(|seat| {
            let progress = member.progress(seat.id.0);
            let behind = progress.and_then(|progress| progress.behind);
            Seated {
                id: seat.id.0,
                node: MemberNode { peer_address: seat.peer_address.clone(), api_url: seat.api_url.clone() },
                voter: seat.voter,
                caught_up: seat.silent_since.is_none() && behind.is_some_and(|behind| behind <= BEHIND),
            }
        })
        .collect();
    stable.note(&seated);
    let Some(step) = next(&rows, &seated, status.member_id.0, stable) else { return Ok(()) };
    tracing::info!(?step, "the membership changes");
    let done = match step {
        Step::Add(id, node) => member.add_learner(id, node).await,
        Step::Promote(id) => member.promote(id).await,
        Step::Relocate(id, node) => member.relocate(id, node).await,
        Step::Remove(id) => member.remove(id).await,
        Step::GiveWay => {
            member.hand_over(None).await;
            Ok(())
        }
    };
    match done {
        // Whoever leads now goes on.
        Ok(()) | Err(MembershipError::NotLeader) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// For how many looks each member that does not vote has been caught up.
#[derive(Default)]
struct Stable(std::collections::BTreeMap<u64, u32>);

impl Stable {
    fn note(&mut self, seated: &[Seated]) {
        self.0.retain(|id, _| seated.iter().any(|seat| seat.id == *id && seat.caught_up && !seat.voter));
        for seat in seated.iter().filter(|seat| seat.caught_up && !seat.voter) {
            *self.0.entry(seat.id).or_default() += 1;
        }
    }

    fn is(&self, id: u64) -> bool {
        self.0.get(&id).is_some_and(|looks| *looks >= STABLE)
    }
}

/// The first step from what is seated to what the rows say. Removals come first: they may be what a majority waits for.
fn next(rows: &[ClusterMember], seated: &[Seated], me: u64, stable: &Stable) -> Option<Step> {
    let seat = |id: u64| seated.iter().find(|seat| seat.id == id);
    let gone = |row: &&ClusterMember| row.removed_at.is_some() && seat(row.id.0).is_some();
    if let Some(row) = rows.iter().filter(gone).find(|row| row.id.0 != me) {
        return Some(Step::Remove(row.id.0));
    }
    if rows.iter().filter(gone).any(|row| row.id.0 == me) {
        return Some(Step::GiveWay);
    }
    for row in rows.iter().filter(|row| row.removed_at.is_none()) {
        let (id, wanted) = (row.id.0, node(row.place.clone()));
        match seat(id) {
            None => return Some(Step::Add(id, wanted)),
            Some(seat) if seat.node != wanted => return Some(Step::Relocate(id, wanted)),
            Some(seat) if !seat.voter && stable.is(id) => return Some(Step::Promote(id)),
            Some(_) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use sentinel_model::cluster::MemberPlace;
    use sentinel_model::{MemberId, Sha256Digest, Time};

    use super::*;

    fn row(id: u64, removed: bool) -> ClusterMember {
        let place = MemberPlace { peer_address: format!("m{id}:1"), api_url: format!("http://m{id}") };
        ClusterMember {
            id: MemberId(id),
            place,
            key_digest: Sha256Digest([0; 32]),
            token_id: None,
            joined_at: Time(0),
            removed_at: removed.then_some(Time(1)),
        }
    }

    fn seat(id: u64, voter: bool) -> Seated {
        Seated { id, node: node(row(id, false).place), voter, caught_up: true }
    }

    fn after(looks: u32, seated: &[Seated]) -> Stable {
        let mut stable = Stable::default();
        (0..looks).for_each(|_| stable.note(seated));
        stable
    }

    #[test]
    fn who_was_let_in_is_added_and_gets_its_vote_when_it_stays_caught_up() {
        let rows = [row(1, false), row(2, false)];
        let alone = [seat(1, true)];
        let step = next(&rows, &alone, 1, &after(9, &alone));
        assert_eq!(step, Some(Step::Add(2, seat(2, false).node)));
        let learning = [seat(1, true), seat(2, false)];
        assert_eq!(next(&rows, &learning, 1, &after(STABLE - 1, &learning)), None);
        assert_eq!(next(&rows, &learning, 1, &after(STABLE, &learning)), Some(Step::Promote(2)));
        // One missed look, and it begins anew.
        let mut stable = after(STABLE, &learning);
        stable.note(&[seat(1, true), Seated { caught_up: false, ..seat(2, false) }]);
        assert_eq!(next(&rows, &learning, 1, &stable), None);
        let both = [seat(1, true), seat(2, true)];
        assert_eq!(next(&rows, &both, 1, &after(9, &both)), None);
    }

    #[test]
    fn who_was_taken_out_goes_before_anybody_comes_and_a_leader_goes_last() {
        let rows = [row(1, true), row(2, true), row(3, false), row(4, false)];
        let seated = [seat(1, true), seat(2, true), seat(3, true)];
        assert_eq!(next(&rows, &seated, 1, &Stable::default()), Some(Step::Remove(2)));
        let seated = [seat(1, true), seat(3, true)];
        assert_eq!(next(&rows, &seated, 1, &Stable::default()), Some(Step::GiveWay));
        assert_eq!(next(&rows, &seated, 3, &Stable::default()), Some(Step::Remove(1)));
    }

    #[test]
    fn a_member_that_moved_is_looked_for_where_it_is_now() {
        let mut rows = [row(1, false), row(2, false)];
        rows[1].place.peer_address = "elsewhere:1".into();
        let seated = [seat(1, true), seat(2, true)];
        let there = MemberNode { peer_address: "elsewhere:1".into(), ..seat(2, true).node };
        assert_eq!(next(&rows, &seated, 1, &Stable::default()), Some(Step::Relocate(2, there)));
    }
}
