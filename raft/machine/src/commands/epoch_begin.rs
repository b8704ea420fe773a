//! Begins a new epoch: the cluster goes on from an earlier state, with one member.
//!
//! What the state holds of numbers and facts may have been overtaken by what was lost. So the members that are not there are
//! taken out for ever, join tokens that were given out are good for nothing any more, running rollouts are held until somebody
//! has looked, and what nodes run has to be proven anew: their facts of earlier epochs are not believed, and each is offered its
//! assignment again, under the new epoch.

use std::collections::BTreeMap;

use sentinel_model::Epoch;
use sentinel_model::cluster::{Cluster, ClusterMember, EpochBeginning, EpochReason, JoinToken, MemberPlace};
use sentinel_model::node::Node;
use sentinel_model::promotion::{Attempt, Outcome};
use sentinel_model::rollout::{Deed, Rollout, RolloutState};
use sentinel_model::{MemberId, Sha256Digest, Time};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::cluster_member_admit::{all, next_id};
use crate::outcome::{Rejection, Reply};
use crate::tables::{Scan, Table, rows};
use crate::{drift, promotion, promotion_rule, query, rollout, waiting};

/// The first level that knows epochs after the first: what [`EpochBegin::raises_to`] has to say.
pub const LEVEL: u16 = 2;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochBegin {
    /// The epoch that begins: the one after the present, or a later one, when nodes may know of epochs that this state does not.
    pub epoch: Epoch,
    /// Why.
    pub reason: EpochReason,
    /// The only member from now on: one that is left, or a new one with a number that nobody had.
    pub founder: Founder,
    /// What nodes tell means something else from now on, and who joins must know: the cluster is at this level from now on, or at the
    /// higher one that it had. Commands of before there were levels do not say, and leave it as it is.
    #[serde(default)]
    pub raises_to: Option<u16>,
}

/// See [`EpochBegin::founder`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Founder {
    /// Its number.
    pub member_id: MemberId,
    /// Where it is.
    pub place: MemberPlace,
    /// Digest of its key.
    pub key_digest: Sha256Digest,
}

impl Apply for EpochBegin {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        self.founder.place.check()?;
        let mut cluster = context.require::<Cluster>(b"cluster", "Cluster")?;
        if self.epoch <= cluster.epoch {
            let (decided_on, current) = (self.epoch.0, cluster.epoch.0);
            return Err(Rejection::Stale { decided_on, current }.into());
        }
        let removed = self.seat_founder_alone(context)?;
        let tokens = revoke_join_tokens(context)?;
        let held = hold_rollouts(context, self.reason)?;
        hold_rules(context)?;
        forget_facts(context)?;
        let founder = self.founder.member_id;
        cluster.epoch = self.epoch;
        cluster.level = cluster.level.max(self.raises_to.unwrap_or_default());
        cluster.epoch_began = Some(EpochBeginning { at: context.time, reason: self.reason, founder });
        context.store(&cluster)?;
        let id = cluster.id.to_string();
        let changes = [
            ("epoch", self.epoch.to_string()),
            ("reason", self.reason.as_str().to_owned()),
            ("founder", founder.to_string()),
            ("members_removed", removed),
            ("join_tokens_revoked", tokens.to_string()),
            ("rollouts_held", held.to_string()),
        ];
        context.record("cluster.epoch_began", Subject::of_cluster("cluster", &id), changes)?;
        Ok(Reply::Done)
    }
}

impl EpochBegin {
    /// Takes everybody else out and says who that was.
    fn seat_founder_alone(&self, context: &mut Context<'_>) -> Result<String, Stop> {
        let members = all(context.tables())?;
        let Founder { member_id, place, key_digest } = self.founder.clone();
        let known = members.iter().find(|member| member.id == member_id);
        if known.is_some_and(|member| member.removed_at.is_some()) {
            let message = format!("member {member_id} was removed; its number is never given again");
            return Err(Rejection::WrongState(message).into());
        }
        if known.is_none() && member_id < next_id(&members) {
            let message = format!("member {member_id} is not known, and its number may have been given");
            return Err(Rejection::WrongState(message).into());
        }
        let mut removed = Vec::new();
        for other in members.iter().filter(|other| other.id != member_id && other.removed_at.is_none()) {
            context.store(&ClusterMember { removed_at: Some(context.time), ..other.clone() })?;
            removed.push(other.id.to_string());
        }
        let row = match known {
            Some(known) => ClusterMember { place, key_digest, ..known.clone() },
            None => ClusterMember {
                id: member_id,
                place,
                key_digest,
                token_id: None,
                joined_at: context.time,
                removed_at: None,
            },
        };
        context.store(&row)?;
        Ok(removed.join(", "))
    }
}

fn revoke_join_tokens(context: &mut Context<'_>) -> Result<u64, Stop> {
    let now = context.time;
    let tokens: Vec<JoinToken> = rows(context.tables(), Scan::all(Table::JoinTokens, &[]))?;
    let mut revoked = 0;
    for token in tokens.into_iter().filter(|token| token.refusal(now).is_none()) {
        context.store(&JoinToken { revoked_at: Some(now), ..token })?;
        revoked += 1;
    }
    Ok(revoked)
}

/// A rollout that was decided on in another epoch waits for a person. One on its way back goes on: that is the safe direction.
fn hold_rollouts(context: &mut Context<'_>, reason: EpochReason) -> Result<u64, Stop> {
    let by = format!("the {} of the cluster", reason.as_str());
    let mut held = 0;
    for waiting in waiting::all(context.tables())? {
        // As it is now: the end of one may have been news to another. It may have begun, or been rejected, in the state that was left
        // behind.
        let waiting = rollout::require(context, waiting.id)?;
        cancel(context, waiting, &by)?;
        held += 1;
    }
    for mut running in query::active_rollouts(context.tables())? {
        if running.state != RolloutState::Running {
            continue;
        }
        let mut step = rollout::current_step(context, &running)?;
        rollout::stop_clock(context, &mut step);
        context.store(&step)?;
        rollout::enter(&mut running, Deed::Pause, RolloutState::Paused { by: by.clone() })?;
        running.hold = None;
        rollout::save(context, &mut running)?;
        let id = running.id.to_string();
        let subject = rollout::subject(context, &running, &id)?;
        context.event("rollout.paused", subject, BTreeMap::from([("by".to_owned(), by.clone())]));
        held += 1;
    }
    Ok(held)
}

fn cancel(context: &mut Context<'_>, mut scheduled: Rollout, by: &str) -> Result<(), Stop> {
    let state = RolloutState::Cancelled { by: by.to_owned(), reason: "ask for it anew".into() };
    rollout::end(context, &mut scheduled, Deed::Cancel, state)?;
    let id = scheduled.id.to_string();
    let subject = rollout::subject(context, &scheduled, &id)?;
    context.event("rollout.cancelled", subject, BTreeMap::from([("by".to_owned(), by.to_owned())]));
    Ok(())
}

/// What rules wait for may have come to pass in what was lost: they are through with it, and act on what is completed from now on.
fn hold_rules(context: &mut Context<'_>) -> Result<(), Stop> {
    for mut rule in promotion_rule::due(context.tables(), Time(i64::MAX), usize::MAX)? {
        if let Some(newest) = promotion::newest(context.tables(), rule.source_id, 1)?.pop() {
            let outcome = Outcome::Refused("the cluster went on from an earlier state since: a person takes it on".into());
            rule.last = Some(Attempt {
                bundle_id: newest.bundle_id,
                promoted_at: newest.at,
                at: context.time,
                outcome,
                waits_since: None,
            });
        }
        rule.look_at = None;
        promotion_rule::save(context, &rule)?;
    }
    Ok(())
}

/// What nodes told in earlier epochs is under numbers that may be given again.
fn forget_facts(context: &mut Context<'_>) -> Result<(), Stop> {
    let nodes: Vec<Node> = rows(context.tables(), Scan::all(Table::Nodes, &[]))?;
    for mut node in nodes {
        (node.offered, node.accepted, node.effective, node.failure) = (None, None, None, None);
        context.store(&node)?;
        drift::forget(context, &node)?;
    }
    Ok(())
}
