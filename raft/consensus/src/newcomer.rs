//! A member that began with an empty disk has no say until it has what the cluster acknowledged before.
//!
//! A majority is worth something because each of its members remembers. One that lost its disk remembers nothing: if it voted
//! at once, it could make a leader of a member that lacks acknowledged entries. So it marks itself as a newcomer, takes the
//! log in, and stands and votes only when it has all that the leader had committed. The mark outlives restarts.
//!
//! While a cluster is formed all members are newcomers. They recognise it: whoever votes for a candidate that has nothing but
//! the first entry of all founds the cluster and was there from the beginning. And where nobody but newcomers is left, they
//! are as good as any.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use openraft::async_runtime::WatchReceiver;
use openraft::raft::{AppendEntriesRequest, VoteRequest};
use openraft::storage::RaftStateMachine;
use tonic::Status;

use crate::member::Member;
use crate::past::Mark;
use crate::proto::{HelloRequest, HelloResponse};
use crate::types::{LogId, SnapshotFile, TypeConfig};

/// Name of the mark.
const MARK: &str = "newcomer";
/// Time for another member to say what it is.
const HELLO: Duration = Duration::from_millis(300);
/// How often a newcomer looks whether there are only such.
const LOOK: Duration = Duration::from_millis(500);

/// The mark, and what was taken in since.
pub(crate) struct Newcomer {
    mark: PathBuf,
    active: AtomicBool,
    /// Newest entry that is on disk, as far as was noticed.
    flushed: AtomicU64,
    /// Newest term in which this member has voted and does not know it any more; zero: it has not forgotten anything.
    forgotten_term: AtomicU64,
}

impl Newcomer {
    /// Finds the mark in `dir`, or sets it when the log is empty.
    pub(crate) fn open(dir: &Path, log_is_empty: bool) -> io::Result<Self> {
        let mark = dir.join(MARK);
        let mut active = mark.exists();
        let forgotten_term =
            fs::read_to_string(&mark).ok().and_then(|term| term.trim().parse().ok()).unwrap_or(0);
        if log_is_empty && !active {
            File::create(&mark)?.sync_all()?;
            File::open(dir)?.sync_all()?;
            active = true;
        }
        Ok(Self {
            mark,
            active: active.into(),
            flushed: 0.into(),
            forgotten_term: AtomicU64::new(forgotten_term),
        })
    }

    /// True as long as this member has no say.
    pub(crate) fn is(&self) -> bool {
        self.active.load(Ordering::Acquire)
    }

    /// This member has forgotten what it did up to this term. `on_disk` is the newest entry that it has.
    pub(crate) fn forgot(&self, term: u64, on_disk: u64) -> io::Result<()> {
        self.forgotten_term.fetch_max(term.max(1), Ordering::AcqRel);
        self.active.store(true, Ordering::Release);
        self.has(on_disk);
        let mut mark = File::create(&self.mark)?;
        mark.write_all(self.forgotten_term().to_string().as_bytes())?;
        mark.sync_all()?;
        match self.mark.parent() {
            Some(dir) => File::open(dir)?.sync_all(),
            None => Ok(()),
        }
    }

    /// Whoever leads in a term before this one, this member had turned away from it.
    pub(crate) fn forgotten_term(&self) -> u64 {
        self.forgotten_term.load(Ordering::Acquire)
    }

    /// Whether this member has forgotten something since it began; it may know it again by now.
    pub(crate) fn has_forgotten(&self) -> bool {
        self.forgotten_term() > 0
    }

    /// Everything up to `index` is on disk.
    pub(crate) fn has(&self, index: u64) {
        self.flushed.fetch_max(index, Ordering::AcqRel);
    }

    fn settle(&self) -> io::Result<()> {
        match fs::remove_file(&self.mark) {
            // Two things can show at once that this member has what it needs.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed?,
        }
        if let Some(dir) = self.mark.parent() {
            File::open(dir)?.sync_all()?;
        }
        self.active.store(false, Ordering::Release);
        Ok(())
    }
}

/// Sets the mark at a member that does not run and has lost what it knew: up to `term` it may have voted.
pub fn lost(dir: &Path, term: u64) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    Newcomer::open(dir, false)?.forgot(term, 0)
}

/// Takes the mark away from a member that does not run: nobody is left who remembers more than it does.
pub fn forget(dir: &Path) -> io::Result<()> {
    match fs::remove_file(dir.join(MARK)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => {
            removed?;
            File::open(dir)?.sync_all()
        }
    }
}

/// The candidate has nothing but the first entry of all, which names the members.
pub(crate) fn founds(request: &VoteRequest<TypeConfig>) -> bool {
    request.last_log_id.is_none_or(|id| id.index == 0)
}

/// What an append says of the leader.
pub(crate) struct Heard {
    term: u64,
    committed: Option<LogId>,
    last: Option<u64>,
}

impl From<&AppendEntriesRequest<TypeConfig>> for Heard {
    fn from(request: &AppendEntriesRequest<TypeConfig>) -> Self {
        Self {
            term: request.vote.leader_id.term,
            committed: request.leader_commit,
            last: request.entries.last().map(|entry| entry.log_id.index),
        }
    }
}

impl<SM> Member<SM>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    /// Takes note of an append that was accepted.
    pub(crate) fn took_in(&self, heard: &Heard) {
        let newcomer = self.newcomer();
        if !newcomer.is() {
            return;
        }
        if let Some(last) = heard.last {
            newcomer.has(last);
        }
        // What a leader has committed of its own term covers all that was committed before.
        let Some(committed) = heard.committed.filter(|id| id.leader_id.term == heard.term) else { return };
        let applied = self.raft().metrics().borrow_watched().last_applied.map_or(0, |id| id.index);
        let has = newcomer.flushed.load(Ordering::Acquire);
        if applied >= committed.index && has >= committed.index {
            self.settle();
        }
    }

    /// This member has what it needs to have a say.
    pub(crate) fn settle(&self) {
        let newcomer = self.newcomer();
        if !newcomer.is() {
            return;
        }
        match newcomer.settle() {
            Ok(()) => {
                self.let_stand();
                tracing::info!("this member has what it needs: from now on it votes");
            }
            Err(error) => {
                tracing::error!(%error, "this member has what it needs to vote, but cannot take note of it")
            }
        }
    }

    /// Whether this member may answer a request for its vote.
    pub(crate) async fn may_vote(&self, request: &VoteRequest<TypeConfig>) -> bool {
        if !self.newcomer().is() || (founds(request) && !self.newcomer().has_forgotten()) {
            return true;
        }
        let candidate = request.vote.leader_id.voted_for;
        self.only_newcomers_beside(Some(candidate)).await
    }

    /// Lets newcomers stand for election when there is nobody else. Ends when this member is none.
    pub(crate) async fn look_for_others(self) {
        while self.newcomer().is() {
            tokio::time::sleep(LOOK).await;
            let stopped = self.raft().metrics().borrow_watched().running_state.is_err();
            if stopped {
                return;
            }
            if self.newcomer().is() && self.only_newcomers_beside(None).await {
                self.let_stand();
            }
        }
    }

    /// True when each member other than this one and `candidate` answers that it is a newcomer.
    async fn only_newcomers_beside(&self, candidate: Option<u64>) -> bool {
        let others = self.peers().others().into_iter().filter(|id| Some(*id) != candidate);
        let answers =
            others.map(|id| async move { self.hello(id, HELLO).await.is_ok_and(|hello| hello.newcomer) });
        futures::future::join_all(answers).await.into_iter().all(|newcomer| newcomer)
    }

    /// Makes sure that a member was asked what it remembers of this one, before this one takes part with it.
    pub(crate) async fn acquainted(&self, with: u64) -> Result<(), Status> {
        self.require_level()?;
        // Who joined while this member was away cannot be asked, and remembers nothing older.
        if self.past().asked(with) || !self.peers().members().contains_key(&with) {
            return Ok(());
        }
        match self.hello(with, HELLO).await {
            Ok(_) => self.require_level(),
            Err(status) => Err(Status::unavailable(format!(
                "member {} has just started and could not ask member {with} what it remembers: {}",
                self.peers().me(),
                status.message()
            ))),
        }
    }

    /// A member remembers more of this one than is on its disk.
    fn forgot(&self, told_by: u64, remembered: Mark) {
        let found = self.disk().log.mark();
        tracing::error!(
            told_by,
            ?remembered,
            ?found,
            "the disk of this member is older than what it has done: it has no say until it has caught up. Was a copy put back?"
        );
        self.raft().runtime_config().elect(false);
        if let Err(error) = self.newcomer().forgot(remembered.vote_term, found.log_index) {
            tracing::error!(%error, "that this member has no say is not noted on disk");
        }
    }

    /// Asks a member what it is.
    pub(crate) async fn hello(&self, id: u64, within: Duration) -> Result<HelloResponse, Status> {
        let hello = async {
            let mut client = self.peers().client(id).await?;
            client.hello(HelloRequest {}).await
        };
        match tokio::time::timeout(within, hello).await {
            Ok(Ok(answer)) => {
                let answer = answer.into_inner();
                self.levels().heard(id, &answer);
                if let Some(remembered) = self.past().heard(id, &answer) {
                    self.forgot(id, remembered);
                }
                Ok(answer)
            }
            Ok(Err(status)) => {
                self.peers().failed(id, &status);
                Err(status)
            }
            Err(_) => Err(Status::deadline_exceeded(format!("no answer for {} ms", within.as_millis()))),
        }
    }
}
