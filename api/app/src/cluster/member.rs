//! Who is a member: let in with a token, moved, taken out, made the leader.

use sentinel_api_types::cluster::HandOver;
use sentinel_machine::commands::cluster_member_admit::{self, ClusterMemberAdmit};
use sentinel_machine::commands::cluster_member_move::ClusterMemberMove;
use sentinel_machine::commands::cluster_member_remove::ClusterMemberRemove;
use sentinel_machine::commands::leadership_hand_over::{self, LeadershipHandOver};
use sentinel_machine::{Consistency, Rejection, level, query, tables};
use sentinel_model::cluster::{Cluster, ClusterCa, ClusterMember, MemberPlace};
use sentinel_model::{Epoch, MemberId, Sha256Digest};
use zeroize::Zeroizing;

use super::join_token::digest_of;
use crate::access::{Operation, Place};
use crate::app::App;
use crate::caller::Caller;
use crate::change::Change;
use crate::error::AppError;
use crate::keyring::ca_key_context;

/// Members that may join at the very same time before one of them is asked to try again.
const RACES: usize = 8;

impl App {
    /// The cluster's CA: its certificate and its key, to issue certificates to members. `None` before the cluster is formed.
    pub async fn cluster_ca(&self) -> Result<Option<(ClusterCa, Zeroizing<Vec<u8>>)>, AppError> {
        let view = self.read_stale().await?;
        let Some(cluster) = tables::load::<Cluster>(&*view.tables, b"cluster")? else { return Ok(None) };
        let Some(ca) = cluster.ca else { return Ok(None) };
        let context = ca_key_context(cluster.id);
        let key = self.keyring().unseal(&context, &ca.sealed_key).map_err(AppError::internal)?;
        Ok(Some((ca, key)))
    }

    /// Everybody who was ever let in, as this member knows it.
    pub async fn cluster_members(&self) -> Result<Vec<ClusterMember>, AppError> {
        Ok(cluster_member_admit::all(&*self.read_stale().await?.tables)?)
    }

    /// Lets somebody in that has the secret of a join token and the key with this digest, and says which number it has. Asked
    /// again with the same key, it is the same number: the first answer may have been lost. `knows` is the highest cluster level that
    /// its binary knows.
    pub async fn admit_member(
        &self,
        secret: &[u8; 32],
        key_digest: Sha256Digest,
        place: &MemberPlace,
        knows: u16,
    ) -> Result<MemberId, AppError> {
        let secret_digest = digest_of(secret);
        for _ in 0..RACES {
            let view = self.replica().read(Consistency::Linearizable).await?;
            let members = cluster_member_admit::all(&*view.tables)?;
            let token = cluster_member_admit::token(&*view.tables, secret_digest)?;
            let again = members.iter().find(|member| {
                member.key_digest == key_digest
                    && member.removed_at.is_none()
                    && member.token_id.is_some()
                    && member.token_id == token.as_ref().map(|token| token.id)
            });
            if let Some(member) = again {
                let level = level::of_cluster(&*view.tables)?;
                if knows < level {
                    return Err(AppError::Conflict(level::too_old(level, knows)));
                }
                return Ok(member.id);
            }
            let member_id = cluster_member_admit::next_id(&members);
            let place = place.clone();
            let command = ClusterMemberAdmit { member_id, secret_digest, key_digest, place, level: knows };
            match self.propose_as_member(command).await? {
                Ok(_) => return Ok(member_id),
                Err(Rejection::Stale { .. }) => {}
                Err(rejection) => return Err(rejection.into()),
            }
        }
        Err(AppError::Busy("members that join"))
    }

    /// Everybody who was ever let in, with everything that was acknowledged before this call.
    pub async fn cluster_members_now(&self) -> Result<Vec<ClusterMember>, AppError> {
        let view = self.replica().read(Consistency::Linearizable).await?;
        Ok(cluster_member_admit::all(&*view.tables)?)
    }

    /// The epoch of the cluster, with everything that was acknowledged before this call.
    pub async fn epoch(&self) -> Result<Epoch, AppError> {
        let view = self.replica().read(Consistency::Linearizable).await?;
        Ok(query::epoch(&*view.tables)?)
    }

    /// Takes note of where a member is now. Nothing happens when that is known.
    pub async fn move_member(&self, id: MemberId, place: &MemberPlace) -> Result<(), AppError> {
        let view = self.replica().read(Consistency::Linearizable).await?;
        let known: Option<ClusterMember> = tables::load(&*view.tables, &id.0.to_be_bytes())?;
        if known.is_some_and(|member| member.place == *place) {
            return Ok(());
        }
        let command = ClusterMemberMove { member_id: id, place: place.clone() };
        Ok(self.propose_as_member(command).await?.map(|_| ())?)
    }

    /// Takes a member out, for ever. It may be one that does not answer any more.
    pub async fn remove_cluster_member(&self, caller: &Caller, id: MemberId) -> Result<(), AppError> {
        let view = self.read(caller).await?;
        self.authorize(Operation::ClusterMemberRemove, caller, Place::Cluster, &view)?;
        let change = Change::to("cluster_member.removed", id);
        if self.repeated(&view, caller, &change)?.is_none() {
            self.refuse_loss_of_majority(id)?;
        }
        self.commit(caller, change, ClusterMemberRemove { member_id: id }).await?;
        Ok(())
    }

    /// Asks the leader to let another member lead.
    pub async fn hand_over(&self, caller: &Caller, request: HandOver) -> Result<(), AppError> {
        let view = self.read(caller).await?;
        self.authorize(Operation::LeadershipHandOver, caller, Place::Cluster, &view)?;
        let status = self.cluster();
        let voters = || status.members.iter().filter(|member| member.voter);
        if let Some(to) = request.to.filter(|to| !voters().any(|voter| voter.id == *to)) {
            return Err(AppError::invalid("to", format!("member {to} has no vote, so it cannot lead")));
        }
        if voters().count() < 2 {
            return Err(AppError::Conflict("there is no other member that could lead".into()));
        }
        let to = request.to.map_or_else(String::new, |to| to.to_string());
        let change = Change::making(leadership_hand_over::EVENT).with("to", to);
        self.commit(caller, change, LeadershipHandOver { to: request.to }).await?;
        Ok(())
    }

    /// Taking a member out that answers is refused when those that remain could not write any more.
    fn refuse_loss_of_majority(&self, id: MemberId) -> Result<(), AppError> {
        let status = self.cluster();
        let mut remain = 0;
        let mut answer = 0;
        for member in status.members.iter().filter(|member| member.voter && member.id != id) {
            remain += 1;
            answer += usize::from(member.silent_since.is_none());
        }
        if remain > 0 && answer < remain / 2 + 1 {
            return Err(AppError::Conflict(format!(
                "without member {id}, {answer} of {remain} voters answer, and nobody could write any more: bring another back first"
            )));
        }
        Ok(())
    }
}
