//! Who is a member: followed by everybody, changed by the leader, one step at a time.
//!
//! A new member first takes the log in without a vote (a learner) and is promoted when it has caught up. Votes change by joint
//! consensus: at each moment a majority of the old and of the new voters agrees. Whoever was removed is nobody: its calls are refused.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use openraft::ChangeMembers;
use openraft::async_runtime::WatchReceiver;
use openraft::errors::{ClientWriteError, RaftError};
use openraft::storage::RaftStateMachine;
use sentinel_machine::tables;
use sentinel_model::cluster::ClusterMember;

use crate::member::Member;
use crate::proto::MoveRequest;
use crate::types::{MemberNode, SnapshotFile, TypeConfig};

/// Time for another member to take note of a move: it commits meanwhile.
const ANNOUNCE: Duration = Duration::from_secs(15);

/// A membership cannot be changed now.
#[derive(Debug, thiserror::Error)]
pub enum MembershipError {
    /// Only the leader changes it.
    #[error("this member does not lead")]
    NotLeader,
    /// The last voter cannot go, or the members named are unknown.
    #[error("{0}")]
    Refused(String),
    /// Consensus has ended here.
    #[error("{0}")]
    Fatal(String),
}

/// How far a member is, as the leader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// It has a vote.
    pub voter: bool,
    /// Entries that it lacks; `None` when it has not answered yet.
    pub behind: Option<u64>,
}

impl<SM> Member<SM>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    /// How far a member is. `None` when it is no member, or when this one does not lead.
    pub fn progress(&self, id: u64) -> Option<Progress> {
        let metrics = self.raft().metrics();
        let now = metrics.borrow_watched();
        let membership = now.membership_config.membership();
        membership.get_node(&id)?;
        let voter = membership.voter_ids().any(|voter| voter == id);
        let matched = now.replication.as_ref()?.get(&id).cloned().flatten().map(|log_id| log_id.index);
        let last = now.last_log_index.unwrap_or(0);
        Some(Progress { voter, behind: matched.map(|matched| last.saturating_sub(matched)) })
    }

    /// Lets somebody take the log in. Returns when that is decided, not when it has happened.
    pub async fn add_learner(&self, id: u64, node: MemberNode) -> Result<(), MembershipError> {
        self.raft().add_learner(id, node, false).await.map(|_| ()).map_err(refusal)
    }

    /// Gives a learner its vote.
    pub async fn promote(&self, id: u64) -> Result<(), MembershipError> {
        self.change(ChangeMembers::AddVoterIds(BTreeSet::from([id]))).await
    }

    /// Takes note of where a member is now.
    pub async fn relocate(&self, id: u64, node: MemberNode) -> Result<(), MembershipError> {
        self.change(ChangeMembers::SetNodes(BTreeMap::from([(id, node)]))).await
    }

    /// Takes a member out, whatever it was.
    pub async fn remove(&self, id: u64) -> Result<(), MembershipError> {
        let voters: Vec<u64> = {
            let metrics = self.raft().metrics();
            let now = metrics.borrow_watched();
            now.membership_config.membership().voter_ids().collect()
        };
        if voters == [id] {
            return Err(MembershipError::Refused(format!(
                "member {id} is the only voter: nobody would be left"
            )));
        }
        if voters.contains(&id) {
            // Without its vote it is not kept as a learner either.
            return self.change(ChangeMembers::RemoveVoters(BTreeSet::from([id]))).await;
        }
        self.change(ChangeMembers::RemoveNodes(BTreeSet::from([id]))).await
    }

    /// Tells the others that this member is at other addresses than they know. True when one of them has taken note of it.
    pub async fn announce(&self, node: &MemberNode) -> bool {
        for id in self.peers().others() {
            let request =
                MoveRequest { peer_address: node.peer_address.clone(), api_url: node.api_url.clone() };
            let telling = async { self.peers().client(id).await?.r#move(request).await };
            match tokio::time::timeout(ANNOUNCE, telling).await {
                Ok(Ok(_)) => return true,
                Ok(Err(status)) => {
                    tracing::debug!(member = id, %status, "a move was not taken note of");
                    self.peers().failed(id, &status);
                }
                Err(_) => tracing::debug!(member = id, "a move was not taken note of in time"),
            }
        }
        false
    }

    async fn change(&self, change: ChangeMembers<u64, MemberNode>) -> Result<(), MembershipError> {
        self.raft().change_membership(change, false).await.map(|_| ()).map_err(refusal)
    }

    /// Whether somebody whom the membership here does not name may be a member that joined since. Numbers only grow, and members are
    /// seated in their order: a lower one than the highest here was a member before, and is none any more. Who leads has all that was
    /// decided, so it knows everybody who was let in.
    pub(crate) fn may_be_newer(&self, id: u64) -> bool {
        #[cfg(feature = "planted")]
        if sentinel_model::planted::has(sentinel_model::planted::Bug::RemovedComesBack) {
            return true;
        }
        if self.peers().members().keys().next_back().is_some_and(|newest| id <= *newest) {
            return false;
        }
        let row =
            self.state().ok().map(|(state, _)| tables::load::<ClusterMember>(&*state, &id.to_be_bytes()));
        match row {
            Some(Ok(Some(row))) => row.removed_at.is_none(),
            Some(Ok(None)) => !*self.leads().borrow(),
            Some(Err(_)) | None => false,
        }
    }

    /// Keeps in mind who is a member, so that calls go to, and are taken from, exactly those.
    pub(crate) async fn follow_membership(self) {
        let mut metrics = self.raft().server_metrics();
        let mut known = None;
        loop {
            let stored = metrics.borrow_watched().membership_config.clone();
            let membership = stored.membership();
            // Before the first entry nobody is: then those count that this member was started with.
            if known.as_ref() != Some(&stored) && membership.nodes().next().is_some() {
                let node =
                    |(id, node): (&u64, &MemberNode)| (*id, self.founders().get(id).unwrap_or(node).clone());
                self.peers()
                    .replace(membership.nodes().map(node).collect(), membership.voter_ids().collect());
                known = Some(stored);
            }
            if metrics.changed().await.is_err() {
                return;
            }
        }
    }
}

fn refusal(error: RaftError<TypeConfig, ClientWriteError<TypeConfig>>) -> MembershipError {
    match error {
        RaftError::APIError(ClientWriteError::ForwardToLeader(_)) => MembershipError::NotLeader,
        RaftError::APIError(error) => MembershipError::Refused(error.to_string()),
        RaftError::Fatal(fatal) => MembershipError::Fatal(fatal.to_string()),
    }
}
