//! One member goes on alone, because the others are lost for ever.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use sentinel_consensus::MemberNode;
use sentinel_machine::tables;
use sentinel_model::cluster::{Cluster, EpochReason};
use sentinel_model::{ClusterId, Epoch, MemberId};
use sentinel_pki::Identity;
use sentinel_store::{OpenError, Store, recover};
use serde::{Deserialize, Serialize};

use super::epoch::Pending;
use super::{contacts, level};

/// What a member that does not run has, for those who decide whether to go on with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remains {
    /// The member.
    pub member_id: MemberId,
    /// Of which cluster.
    pub cluster_id: ClusterId,
    /// In which epoch.
    pub epoch: Epoch,
    /// Term of the newest entry in its log.
    pub last_term: u64,
    /// Index of the newest entry in its log.
    pub last_index: u64,
    /// Newest entry that it knows to be committed. What it has beyond may never have been acknowledged.
    pub committed: u64,
    /// Who votes, as far as it knows.
    pub voters: Vec<MemberId>,
    /// Its directory.
    pub data_dir: PathBuf,
}

impl Remains {
    /// Order of what members have: a later term counts for more than a longer log, as in an election.
    pub fn newness(&self) -> (Epoch, u64, u64) {
        (self.epoch, self.last_term, self.last_index)
    }
}

/// A member that does not run, opened so that it cannot be started meanwhile.
pub struct Survivor {
    store: Store,
    /// What it has.
    pub remains: Remains,
}

impl Survivor {
    /// Opens the directory of a member that does not run.
    pub fn open(data_dir: &Path) -> anyhow::Result<Self> {
        ensure!(
            Store::holds_data(data_dir),
            "{} holds no member: give the data directory of one that is left",
            data_dir.display()
        );
        let identity = Identity::load(data_dir)?;
        let store = Store::open(data_dir).map_err(|error| match error {
            OpenError::InUse(_) => anyhow::Error::from(error)
                .context("stop the member first, and take nothing else from its directory"),
            error => error.into(),
        })?;
        store.claim(identity.member_id().0)?;
        level::check(&store)?;
        let found = recover::remains(&store)?;
        let last = found.last.context("this member has nothing: it never took the log in")?;
        let remains = Remains {
            member_id: identity.member_id(),
            cluster_id: identity.cluster_id(),
            epoch: found.epoch,
            last_term: last.leader_id.term,
            last_index: last.index,
            committed: found.committed.unwrap_or(0),
            voters: found.membership.membership().voter_ids().map(MemberId).collect(),
            data_dir: data_dir.to_owned(),
        };
        Ok(Self { store, remains })
    }

    /// Makes it the only member. It begins the next epoch when it is first started. Done again, it does no harm.
    pub fn go_on_alone(self) -> anyhow::Result<Epoch> {
        let Self { store, remains } = self;
        let dir = &remains.data_dir;
        // First: the member acts on it only when it is alone, so a crash in between leaves all as it was.
        let known = Pending::load(dir)?.map(|pending| pending.epoch);
        let mut epoch = remains.epoch.next().max(known.unwrap_or_default());
        Pending { epoch, reason: EpochReason::Recovery }.save(dir)?;
        recover::alone(&store, remains.member_id.0, MemberNode::default())?;
        // What was in the log and not applied may have begun an epoch of its own.
        let cluster: Option<Cluster> = tables::load(&*store.tables.reader()?, b"cluster")?;
        let now = cluster.map(|cluster| cluster.epoch).unwrap_or_default();
        if now >= epoch {
            epoch = now.next();
            Pending { epoch, reason: EpochReason::Recovery }.save(dir)?;
        }
        contacts::forget(dir)?;
        store.close();
        Ok(epoch)
    }
}
