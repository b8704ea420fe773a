//! Backups of the whole cluster.

use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use sentinel_api_types::backup::{BackupBody, BackupNote};
use sentinel_api_types::{Timestamp, timestamp};
use sentinel_client::Client;
use sentinel_model::{Epoch, MemberId};

use crate::bucket::{self, Object};
use crate::ctl::connection::Connection;
use crate::ctl::options::Options;
use crate::ctl::output::Table;
use crate::ctl::words::{at, size};
use crate::durable;
use crate::server::KekArgs;
use crate::server::restore::{self, As, Contents, Restored};

/// What can be done with backups.
#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  sentinel-cp cluster backup create /backups/monday.scpbackup
  sentinel-cp cluster backup verify /backups/monday.scpbackup --kek-file ./kek
  sentinel-cp cluster backup restore /backups/monday.scpbackup --data-dir ./m4 --kek-file ./kek

A backup is encrypted under the cluster's key-encryption key, and of no use without it: keep a copy of the key, apart from the backups.")]
pub enum BackupCommand {
    /// Have a backup made and write it to a file: the whole state, and every archive that it names
    #[command(after_help = "Examples:
  sentinel-cp cluster backup create /backups/monday.scpbackup
  sentinel-cp cluster backup create /backups/monday.scpbackup -o json
  sentinel-cp cluster backup create s3://bucket/prefix/monday.scpbackup

The file is there under its name only when it is whole and on disk. The cluster takes note of it; `cluster status` shows its age.")]
    Create {
        /// File to write, or object as s3://BUCKET/KEY with the usual AWS variables in the environment; must not exist yet
        #[arg(value_name = "FILE|URL")]
        to: String,
    },
    /// Restore a backup into a scratch directory, check everything in it, and say what it holds; no member needs to run
    #[command(after_help = "Examples:
  sentinel-cp cluster backup verify /backups/monday.scpbackup --kek-file ./kek
  sentinel-cp cluster backup verify /backups/monday.scpbackup --kek-file ./kek --note

Every row of the state is decoded, the state's digest and the digest of every archive are computed anew. Needs room for the cluster's data below TMPDIR.")]
    Verify {
        /// The backup: a file, or an object as s3://BUCKET/KEY
        #[arg(value_name = "FILE|URL")]
        from: String,
        #[command(flatten)]
        key: Key,
        /// Tell the cluster that this backup was read, so that `doctor` does not ask for it any more; that takes a member, and the
        /// cluster's administrator
        #[arg(long)]
        note: bool,
    },
    /// Make the first member of a restored cluster out of a backup; no member needs to run
    #[command(after_help = "Examples:
  sentinel-cp cluster backup restore /backups/monday.scpbackup --data-dir ./m4 --kek-file ./kek

For when the cluster is lost, or its state. The directory must be empty; a key file named `kek` may lie in it. The member has a number that nobody had, and is
alone: it begins a new epoch when it is first started, members of before are taken out for ever, and join tokens of before are good for nothing. Nodes see
the epoch and prove anew what they are to run. Let others join with new tokens. Destroy what is left of the members of before: two of
them together would think that they are the cluster still.")]
    Restore(RestoreArgs),
}

/// Which key.
#[derive(Args, Debug)]
pub struct Key {
    /// Directory with the key file `kek`, when no other place is named
    #[arg(long, env = "SENTINEL_CP_DATA_DIR", default_value = "./sentinel-cp-data", value_name = "DIR")]
    data_dir: PathBuf,
    #[command(flatten)]
    kek: KekArgs,
}

/// What `restore` takes.
#[derive(Args, Debug)]
pub struct RestoreArgs {
    /// The backup: a file, or an object as s3://BUCKET/KEY
    #[arg(value_name = "FILE|URL")]
    from: String,
    #[command(flatten)]
    key: Key,
    /// Number of the new member, when members joined after the backup was taken: higher than all of them
    #[arg(long, value_name = "N")]
    member: Option<u64>,
    /// The epoch to begin, when this backup was restored before: higher than what `cluster status` showed then
    #[arg(long, value_name = "N")]
    epoch: Option<u64>,
}

impl BackupCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        matches!(self, BackupCommand::Verify { note: false, .. })
    }
}

/// Carries it out.
pub async fn run(command: BackupCommand, options: &Options) -> anyhow::Result<ExitCode> {
    match command {
        BackupCommand::Create { to } => {
            let Connection { client, output, .. } = Connection::open(options)?;
            let body = if to.starts_with(bucket::SCHEME) {
                create_object(&client, &to).await?
            } else {
                create(&client, Path::new(&to)).await?
            };
            output.say(&body, |body| {
                format!(
                    "{} is written: {}, state at index {}. Verify it with `sentinel-cp cluster backup verify`.",
                    body.backup.place,
                    size(body.backup.size_bytes),
                    body.backup.index
                )
            })?;
        }
        BackupCommand::Verify { from, key, note } => {
            let kek = key.kek.source(&key.data_dir).load()?;
            let input = open(&from).await?;
            let size_bytes = input.get_ref().metadata()?.len();
            let held = blocking(move || restore::verify(input, &kek)).await?;
            options.output.print(&held, |held| {
                let mut table = table(held);
                table.note("The backup is whole: every row decodes, and every digest is right.");
                table
            })?;
            if note {
                let Connection { client, .. } = Connection::open(options)?;
                tell(&client, &from, size_bytes, &held).await?;
            }
        }
        BackupCommand::Restore(args) => {
            let input = open(&args.from).await?;
            let restored = blocking(move || restored(&args, input)).await?;
            options.output.print(&restored, explained)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await?
}

/// A backup to read. An object is fetched first, into a file without a name.
async fn open(from: &str) -> anyhow::Result<BufReader<File>> {
    let file = if from.starts_with(bucket::SCHEME) {
        let mut file = tempfile::tempfile().context("no scratch file; set TMPDIR to a place with room")?;
        Object::parse(from)?.download(&mut file).await?;
        file.rewind()?;
        file
    } else {
        File::open(from).with_context(|| format!("cannot read {from}"))?
    };
    Ok(BufReader::with_capacity(256 * 1024, file))
}

/// Writes the file, beside its name until it is whole, and tells the cluster of it.
async fn create(client: &Client, to: &Path) -> anyhow::Result<BackupBody> {
    ensure!(!to.exists(), "{} exists already: a backup never takes the place of another file", to.display());
    let name = to.file_name().with_context(|| format!("{} is no name of a file", to.display()))?;
    let mut partial = std::ffi::OsString::from(".");
    partial.push(name);
    partial.push(".partial");
    let partial = to.with_file_name(partial);
    let written = download(client, &partial).await;
    let note = match written {
        Ok(note) => note,
        Err(error) => {
            durable::remove(&partial).ok();
            return Err(error.context("the backup was not made, and no file is left"));
        }
    };
    fs::rename(&partial, to).with_context(|| format!("cannot write {}", to.display()))?;
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    durable::sync_dir(parent).with_context(|| format!("cannot write to {}", parent.display()))?;
    let note = BackupNote { place: file_place(to), ..note };
    client.note_backup(&note).await.with_context(|| {
        format!("the backup is whole and in {}, but the cluster could not take note of it", to.display())
    })
}

/// Puts it into a bucket, by way of a scratch file: so the object is there whole, or not at all.
async fn create_object(client: &Client, to: &str) -> anyhow::Result<BackupBody> {
    let object = Object::parse(to)?;
    ensure!(
        !object.exists().await?,
        "{object} exists already: a backup never takes the place of another one"
    );
    let scratch = tempfile::tempdir().context("no scratch directory; set TMPDIR to one with room")?;
    let partial = scratch.path().join("backup");
    let note = download(client, &partial).await.context("the backup was not made")?;
    object.upload(&partial).await?;
    let note = BackupNote { place: object.to_string(), ..note };
    client.note_backup(&note).await.with_context(|| {
        format!("the backup is whole and in {object}, but the cluster could not take note of it")
    })
}

/// Tells the cluster of a backup that was read just now.
async fn tell(client: &Client, from: &str, size_bytes: u64, held: &Contents) -> anyhow::Result<()> {
    let whole = "the backup is whole, but the cluster could not take note of it";
    let cluster = client.cluster().await.context(whole)?;
    ensure!(
        cluster.cluster_id == Some(held.cluster_id),
        "the backup is whole, but it is of another cluster ({}) than the one that was asked",
        held.cluster_id
    );
    let place = if from.starts_with(bucket::SCHEME) {
        Object::parse(from)?.to_string()
    } else {
        file_place(from.as_ref())
    };
    let verified_at = Some(Timestamp::try_from(SystemTime::now())?);
    let note = BackupNote { taken_at: held.taken_at, size_bytes, place, index: held.index, verified_at };
    client.note_backup(&note).await.context(whole)?;
    Ok(())
}

/// Where a file is, for somebody who is elsewhere.
fn file_place(file: &Path) -> String {
    file.canonicalize().unwrap_or_else(|_| file.to_owned()).display().to_string()
}

async fn download(client: &Client, partial: &Path) -> anyhow::Result<BackupNote> {
    let cannot = || format!("cannot write {}", partial.display());
    durable::remove(partial).with_context(cannot)?;
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(partial).with_context(cannot)?;
    let mut bytes = client.create_backup().await?;
    let mut size_bytes = 0;
    while let Some(chunk) = bytes.chunk().await? {
        file.write_all(&chunk).with_context(cannot)?;
        size_bytes += chunk.len() as u64;
    }
    file.sync_all().with_context(cannot)?;
    Ok(BackupNote {
        taken_at: timestamp(bytes.taken_at),
        size_bytes,
        place: String::new(),
        index: bytes.index,
        verified_at: None,
    })
}

fn restored(args: &RestoreArgs, input: BufReader<File>) -> anyhow::Result<Restored> {
    let source = args.key.kek.source(&args.key.data_dir);
    let how = As { member: args.member.map(MemberId), epoch: args.epoch.map(Epoch) };
    restore::restore(input, &source, &args.key.data_dir, how)
}

fn table(held: &Contents) -> Table {
    let mut table = Table::facts();
    table.fact("Cluster", held.cluster_id.to_string());
    table.fact("Epoch", held.epoch.to_string());
    table.fact("Taken", at(held.taken_at));
    table.fact("Index", held.index.to_string());
    table.fact("Made by", format!("version {}", held.version));
    table.fact("State", format!("{} rows, sha256 {}", held.rows, held.state_sha256));
    table.fact("Orgs", held.orgs.to_string());
    table.fact("Projects", held.projects.to_string());
    table.fact("Nodes", held.nodes.to_string());
    table.fact("Bundles", held.bundles.to_string());
    table.fact("Archives", format!("{}, {}", held.archives, size(held.archive_bytes)));
    table
}

fn explained(restored: &Restored) -> Table {
    let mut table = table(&restored.backup);
    let dir = restored.data_dir.display();
    table.note(format!(
        "{dir} is member {} of a cluster that begins epoch {} when it is first started.",
        restored.member_id, restored.begins_epoch
    ));
    table.note(format!(
        "Its key is in {}. What was written after the backup was taken is lost.",
        restored.key
    ));
    table.note(
        "Members of before are taken out for ever: destroy what is left of them before you start this one.",
    );
    table.note(format!(
        "Start it: sentinel-cp server --data-dir {dir} (with the same place of the key, and its addresses)"
    ));
    table.note("Then let others join: sentinel-cp cluster token create");
    table
}
