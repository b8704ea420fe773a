//! The cluster: what it looks like from this member, and how it gets its first administrator.

mod doctor;
mod join_token;
mod level;
mod member;

use std::time::Duration;

use sentinel_api_types::cluster::{Cluster, ClusterMember, EpochBeginning, MemberArchives, MemberDisk};
use sentinel_api_types::timestamp;
use sentinel_machine::commands::cluster_init::{ClusterInit, Founding};
use sentinel_machine::commands::cluster_member_admit;
use sentinel_machine::{ArchiveFacts, Consistency, DiskStatus, Rejection, tables};
use sentinel_model::name::slug_of;
use sentinel_model::secret::PasswordHash;
use sentinel_model::{ClusterId, OrgId, UserId, cluster};

use crate::access::{Operation, Place};
use crate::app::App;
use crate::backup;
use crate::caller::Caller;
use crate::error::AppError;

use doctor::Seen;

/// Longest time until a member says whether it is ready.
const READY_WITHIN: Duration = Duration::from_millis(1_500);

/// What forms a cluster.
#[derive(Clone, Debug)]
pub struct Initialize {
    /// Identity of the formation; `None`: a fresh one.
    pub cluster_id: Option<ClusterId>,
    /// The level that it begins with.
    pub level: u16,
    /// Name of the first org.
    pub org_name: String,
    /// E-mail address of the first administrator.
    pub email: String,
    /// Their password, hashed.
    pub password_hash: PasswordHash,
    /// The CA and the first member, where members have certificates.
    pub founding: Option<Founding>,
}

impl App {
    /// The cluster as this member sees it, from memory.
    pub fn cluster(&self) -> sentinel_machine::ClusterStatus {
        self.inner().parts.cluster.status()
    }

    /// The cluster, for people and for programs that watch over it. Answers also when there is no leader.
    pub async fn show_cluster(&self, caller: &Caller) -> Result<Cluster, AppError> {
        // The page to look at when nothing else works: never needs a majority.
        let view = self.read_stale().await?;
        caller.freshness.note(view.age_ms.unwrap_or(0));
        self.authorize(Operation::ClusterShow, caller, Place::Cluster, &view)?;
        let formed: Option<cluster::Cluster> = tables::load(&*view.tables, b"cluster")?;
        let status = self.cluster();
        let findings = doctor::examine(&Seen {
            status: &status,
            cluster: formed.as_ref(),
            own: &self.concerns().all(),
            drift: self.drift_seen_by(caller, &view)?,
            ending: &self.certificates_ending_seen_by(caller, &view)?,
            ending_cas: &self.internal_cas_ending_seen_by(caller, &view)?,
            now: self.now(),
        });
        let admitted = cluster_member_admit::all(&*view.tables)?;
        let level = level::shape(formed.as_ref().map_or(1, |cluster| cluster.level), &admitted, &status);
        let mut members: Vec<ClusterMember> = status
            .members
            .into_iter()
            .map(|member| ClusterMember {
                name: format!("member-{}", member.id),
                leader: status.leader == Some(member.id),
                answering: status.member_id == member.id,
                id: member.id,
                peer_address: member.peer_address,
                api_url: member.api_url,
                voter: member.voter,
                joining: false,
                matched: member.matched,
                silent_since: member.silent_since.map(timestamp),
                skew_ms: member.skew_ms,
                disk: member.disk.map(disk),
                archives: member.facts.and_then(|facts| facts.archives).map(archives),
                level: member.build.as_ref().map(|build| build.level),
                version: member.build.and_then(|build| build.version),
            })
            .collect();
        let absent = |row: &cluster::ClusterMember| {
            row.removed_at.is_none() && !members.iter().any(|member| member.id == row.id)
        };
        let joining: Vec<ClusterMember> = admitted.into_iter().filter(absent).map(joining).collect();
        members.extend(joining);
        let began = formed.as_ref().and_then(|cluster| cluster.epoch_began.as_ref());
        let backup = formed.as_ref().and_then(|cluster| cluster.backup.as_ref());
        Ok(Cluster {
            cluster_id: formed.as_ref().map(|cluster| cluster.id),
            formed_at: formed.as_ref().map(|cluster| timestamp(cluster.created_at)),
            epoch: formed.as_ref().map(|cluster| cluster.epoch).unwrap_or_default(),
            epoch_began: began.map(|began| EpochBeginning {
                at: timestamp(began.at),
                reason: began.reason.into(),
                founder: began.founder,
            }),
            backup: backup.map(backup::shape),
            level,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            member_id: status.member_id,
            leader: status.leader,
            term: status.term,
            committed: status.committed,
            applied: status.applied,
            snapshot: status.snapshot,
            members,
            unready: status.unready,
            findings,
        })
    }

    /// Why this member cannot serve now; `None` when it can. Asks a majority, and answers in any case before long.
    pub async fn unready(&self) -> Option<String> {
        if let Some(reason) = self.cluster().unready {
            return Some(reason);
        }
        // What is known may be a moment old: that a leader was heard does not say that it can be reached, or still leads.
        let read = self.replica().read(Consistency::Linearizable);
        let Ok(read) = tokio::time::timeout(READY_WITHIN, read).await else {
            let known = self.cluster().unready;
            return Some(known.unwrap_or_else(|| {
                format!(
                    "no leader with a majority answered this member within {} ms",
                    READY_WITHIN.as_millis()
                )
            }));
        };
        match read {
            Err(error) => Some(error.to_string()),
            Ok(view) => match tables::load::<cluster::Cluster>(&*view.tables, b"cluster") {
                Ok(Some(_)) => None,
                Ok(None) => Some("the cluster is not formed yet: it has no first administrator".to_owned()),
                Err(error) => {
                    tracing::error!(%error, "the state cannot be read");
                    Some("the state of this member cannot be read".to_owned())
                }
            },
        }
    }

    /// Whether the cluster has been formed. Needs a majority, so that a member that lags does not form it again.
    pub async fn is_formed(&self) -> Result<bool, AppError> {
        let view = self.replica().read(Consistency::Linearizable).await?;
        Ok(tables::load::<cluster::Cluster>(&*view.tables, b"cluster")?.is_some())
    }

    /// Forms the cluster with its first org and administrator. When another member was faster, that is as good.
    pub async fn initialize(&self, first: Initialize) -> Result<(), AppError> {
        let command = ClusterInit {
            cluster_id: first.cluster_id.unwrap_or_else(|| ClusterId(self.inner().parts.ids.id())),
            level: first.level,
            org_id: OrgId(self.inner().parts.ids.id()),
            org_slug: slug_of(&first.org_name),
            org_name: first.org_name,
            signing_key: self.new_signing_key()?,
            user_id: UserId(self.inner().parts.ids.id()),
            email: first.email,
            password_hash: first.password_hash,
            founding: first.founding,
        };
        match self.propose_as_member(command).await? {
            Ok(_) => Ok(()),
            Err(Rejection::WrongState(_)) if self.is_formed().await? => Ok(()),
            Err(rejection) => Err(rejection.into()),
        }
    }
}

/// Somebody who was let in, and whom the leader has not added yet.
fn joining(row: cluster::ClusterMember) -> ClusterMember {
    ClusterMember {
        name: format!("member-{}", row.id),
        id: row.id,
        peer_address: row.place.peer_address,
        api_url: row.place.api_url,
        voter: false,
        joining: true,
        leader: false,
        answering: false,
        matched: None,
        silent_since: None,
        skew_ms: None,
        disk: None,
        archives: None,
        level: None,
        version: None,
    }
}

fn archives(archives: ArchiveFacts) -> MemberArchives {
    MemberArchives {
        count: archives.count,
        bytes: archives.bytes,
        checked_at: archives.checked_at.map(timestamp),
        missing: archives.missing,
        lost: archives.lost,
        damaged: archives.damaged,
    }
}

fn disk(disk: DiskStatus) -> MemberDisk {
    MemberDisk { last_us: disk.last_us, max_us: disk.max_us, well: !disk.sick }
}
