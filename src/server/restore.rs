//! From a backup to the first member of a restored cluster, without any member that runs.

use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, ensure};
use sentinel_app::keyring::ca_key_context;
use sentinel_app::{Clock, SystemClock};
use sentinel_consensus::MemberNode;
use sentinel_machine::{Read as _, Scan, Table, tables};
use sentinel_model::cluster::{Cluster, EpochReason};
use sentinel_model::{ClusterId, Epoch, MemberId};
use sentinel_pki::{Ca, CertificateDer, Identity, LIFETIME, MemberKey, MemberName, SecretDer};
use sentinel_store::backup::Manifest;
use sentinel_store::restore;
use serde::Serialize;

use super::epoch::Pending;
use super::kek::{Keks, Source};
use super::level;
use crate::durable;

/// What a backup holds.
#[derive(Serialize)]
pub struct Contents {
    /// Of which cluster.
    pub cluster_id: ClusterId,
    /// In which epoch it was.
    pub epoch: Epoch,
    /// Newest log index in its state.
    pub index: u64,
    /// When its state was taken.
    pub taken_at: sentinel_api_types::Timestamp,
    /// Version of the program that made it.
    pub version: String,
    /// Digest of its state.
    pub state_sha256: String,
    /// Rows of its state.
    pub rows: u64,
    /// Orgs in it.
    pub orgs: usize,
    /// Projects in it.
    pub projects: usize,
    /// Nodes in it.
    pub nodes: usize,
    /// Bundles in it.
    pub bundles: usize,
    /// Archives of bundles in it.
    pub archives: usize,
    /// Their bytes.
    pub archive_bytes: u64,
    /// The number of the next member.
    pub next_member: MemberId,
}

/// What was made of a backup.
#[derive(Serialize)]
pub struct Restored {
    /// The member.
    pub member_id: MemberId,
    /// The epoch that it begins when it is first started.
    pub begins_epoch: Epoch,
    /// Its directory.
    pub data_dir: std::path::PathBuf,
    /// Where its key-encryption key is, in words.
    pub key: String,
    /// What the backup held.
    pub backup: Contents,
}

/// How the restored member shall be.
pub struct As {
    /// Its number, unless that of the backup.
    pub member: Option<MemberId>,
    /// The epoch that it begins, unless the one after the backup's.
    pub epoch: Option<Epoch>,
}

/// Restores a backup into a scratch directory and says what it holds.
pub fn verify(input: impl Read, keys: &Keks) -> anyhow::Result<Contents> {
    let scratch = tempfile::tempdir().context("no scratch directory; set TMPDIR to one with room")?;
    let unpacked = restore::unpack(scratch.path(), input, &keys.all())?;
    contents(&unpacked.manifest, &unpacked.tables)
}

/// Makes the data directory of a new member, the only one of the restored cluster.
pub fn restore(input: impl Read, source: &Source, data_dir: &Path, how: As) -> anyhow::Result<Restored> {
    let keys = source.load()?;
    refuse_what_is_not_empty(data_dir)?;
    let made = make(input, source, data_dir, how, &keys);
    if made.is_err() {
        // What broke off is no member, and in the way of the next attempt.
        empty(data_dir).with_context(|| {
            format!("{} holds what is left of a restore; empty it, but for the key", data_dir.display())
        })?;
    }
    made
}

fn make(
    input: impl Read,
    source: &Source,
    data_dir: &Path,
    how: As,
    keys: &Keks,
) -> anyhow::Result<Restored> {
    let unpacked = restore::unpack(data_dir, input, &keys.all())?;
    let holds = contents(&unpacked.manifest, &unpacked.tables)?;
    let member_id = how.member.unwrap_or(holds.next_member);
    ensure!(
        member_id >= holds.next_member,
        "--member {member_id}: numbers are never given twice, and the backup knows members up to {}",
        holds.next_member.0 - 1
    );
    let epoch = how.epoch.unwrap_or(holds.epoch.next());
    ensure!(
        epoch > holds.epoch,
        "--epoch {epoch}: the backup is of epoch {}, so it must be higher",
        holds.epoch
    );
    let identity = {
        let reader = unpacked.tables.reader()?;
        let cluster: Cluster = tables::load(&*reader, b"cluster")?.context("the backup holds no cluster")?;
        certified(&cluster, keys, member_id)?
    };
    Pending { epoch, reason: EpochReason::Restore }.save(data_dir)?;
    // Its address is what it is started with; it says so when it begins the epoch.
    restore::settle(data_dir, unpacked, member_id.0, MemberNode::default())?;
    // Last: with it, the directory is that of a member.
    identity.save(data_dir)?;
    Ok(Restored {
        member_id,
        begins_epoch: epoch,
        data_dir: data_dir.to_owned(),
        key: source.to_string(),
        backup: holds,
    })
}

/// A certificate of the cluster's CA, whose key is in the backup.
fn certified(cluster: &Cluster, keys: &Keks, member: MemberId) -> anyhow::Result<Identity> {
    let ca =
        cluster.ca.as_ref().context("the cluster of this backup has no CA: no member can be made of it")?;
    let key = keys.keyring().unseal(&ca_key_context(cluster.id), &ca.sealed_key)?;
    let ca = Ca::from_parts(CertificateDer::from(ca.certificate.clone()), &SecretDer::new(key.to_vec()))?;
    let key = MemberKey::generate()?;
    let name = MemberName::new(cluster.id, member);
    let certificate = ca.issue(&key.csr()?, name, SystemClock::default().now(), LIFETIME)?;
    Ok(Identity::new(vec![ca.certificate().clone()], vec![certificate], key)?)
}

/// Removes everything but the key file: that there was nothing else was seen before.
fn empty(dir: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_name() == super::kek::FILE {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?
        } else {
            fs::remove_file(entry.path())?
        }
    }
    Ok(())
}

/// A key file may lie there already, and nothing else.
fn refuse_what_is_not_empty(dir: &Path) -> anyhow::Result<()> {
    durable::private_dir(dir).with_context(|| format!("cannot create {}", dir.display()))?;
    for entry in fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))? {
        let name = entry?.file_name();
        ensure!(
            name == super::kek::FILE,
            "{} is not empty ({} is in it): a backup is restored into an empty directory. If a restore was killed here, \
             remove everything but the key; if a member lives here, choose another one",
            dir.display(),
            name.display()
        );
    }
    durable::sync_dir(dir).with_context(|| format!("cannot write to {}", dir.display()))
}

fn contents(manifest: &Manifest, state: &sentinel_store::tables::StateTables) -> anyhow::Result<Contents> {
    let reader = state.reader()?;
    level::check_backup(&*reader)?;
    let count = |table| reader.scan(Scan::all(table, &[])).map(|pairs| pairs.len());
    let description = &manifest.description;
    Ok(Contents {
        cluster_id: description.cluster_id,
        epoch: description.epoch,
        index: description.index,
        taken_at: sentinel_api_types::timestamp(description.taken_at),
        version: description.version.clone(),
        state_sha256: manifest.state_sha256.to_string(),
        rows: manifest.rows,
        orgs: count(Table::Orgs)?,
        projects: count(Table::Projects)?,
        nodes: count(Table::Nodes)?,
        bundles: count(Table::Bundles)?,
        archives: manifest.blobs.len(),
        archive_bytes: manifest.blobs.iter().map(|blob| blob.size).sum(),
        next_member: description.next_member,
    })
}
