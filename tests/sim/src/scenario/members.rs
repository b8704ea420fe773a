//! Members come and go while clients ask and members die: the nest of bugs of many systems.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::fault::Faults;
use crate::invariant::{self, i10_removed};
use crate::member;
use crate::scenario::{Scenario, storm_then_calm};
use crate::world::{Options, World};

/// The one that joins.
const NEW: u64 = 4;
/// Pause between two attempts to change the membership.
const PAUSE: Duration = Duration::from_millis(300);

/// One joins, one is taken out and does not know it.
pub const MEMBERS: Scenario = Scenario {
    name: "members",
    about: "a member joins, another is taken out and goes on calling; members die, the network is cut",
    options: Options { members: 3, snapshot_every: 40, log_kept: 10, sync_us: (100, 4_000) },
    play: |world| Box::pin(play(world)),
};

async fn play(world: World) -> anyhow::Result<()> {
    world.form().await?;
    let watching = invariant::watch(&world);
    let dice = world.dice.fork("members");
    let leaving = dice.between(1, 3);
    let changing = tokio::spawn(change(world.clone(), leaving));
    let nobodies = tokio::spawn(i10_removed::watch(world.clone(), leaving));
    let faults = Faults { kills: true, cuts: true, ..Faults::default() };
    storm_then_calm(&world, faults, 3, 14_000).await?;
    changing.await??;
    i10_removed::check(&world, leaving);
    nobodies.abort();
    watching.end().await;
    Ok(())
}

/// Lets the new one join and the other one go; whoever leads does it, and it is tried until it is done.
async fn change(world: World, leaving: u64) -> anyhow::Result<()> {
    let known: BTreeMap<_, _> = (1..=3).map(|id| (id, member::node(id))).collect();
    world.seat(NEW, BTreeMap::new(), known);
    world.start(NEW).await?;
    let votes = |id: u64| {
        let world = world.clone();
        move || {
            let status =
                world.leader().and_then(|leader| world.member(leader)).map(|leader| leader.app.cluster());
            status.and_then(|status| status.members.into_iter().find(|member| member.id.0 == id))
        }
    };
    let new = votes(NEW);
    while !new().is_some_and(|member| member.voter) {
        if let Some(leader) = world.leader().and_then(|leader| world.member(leader)) {
            drop(tokio::time::timeout(PAUSE * 10, leader.member.add_learner(NEW, member::node(NEW))).await);
            let ready = leader.member.progress(NEW).and_then(|progress| progress.behind);
            if ready.is_some_and(|behind| behind < 5) {
                drop(tokio::time::timeout(PAUSE * 10, leader.member.promote(NEW)).await);
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    world.note("the new member has its vote");
    let old = votes(leaving);
    while world.leader().is_none() || old().is_some() {
        if let Some(leader) =
            world.leader().filter(|leader| *leader != leaving).and_then(|id| world.member(id))
        {
            drop(tokio::time::timeout(PAUSE * 10, leader.member.remove(leaving)).await);
        } else if let Some(leader) = world.member(leaving) {
            leader.member.hand_over(None).await;
        }
        tokio::time::sleep(PAUSE).await;
    }
    world.note(&format!("member {leaving} is taken out"));
    world.retire(leaving);
    Ok(())
}
