//! One run: members, their network, their clocks, and everything that is known of what they did.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use sentinel_app::{App, Caller, Identity, Initialize, SignedIn};
use sentinel_machine::commands::session_create::SessionCreate;
use sentinel_machine::{Consistency, Scan, Table, tables};
use sentinel_model::secret::PasswordHash;
use sentinel_model::user::User;
use sentinel_model::{RequestId, SessionId, Sha256Digest, Time};
use sentinel_store::disk::fault::FaultDisk;
use tempfile::TempDir;

use crate::dice::Dice;
use crate::ledger::Ledger;
use crate::member::{self, Place, Running};
use crate::net::Net;
use crate::time::{MachineClock, TrueTime};
use crate::trace::Trace;

/// Longest time until a cluster that forms has a leader and an administrator.
const FORMS: Duration = Duration::from_secs(60);
/// Milliseconds within which everybody lets go of a member that died.
const LETS_GO: usize = 1_000;

/// What a scenario wants its members to be like.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many form the cluster.
    pub members: u64,
    /// Entries between two snapshots.
    pub snapshot_every: u64,
    /// Entries kept behind one.
    pub log_kept: u64,
    /// Shortest and longest sync, in microseconds.
    pub sync_us: (u64, u64),
}

impl Default for Options {
    fn default() -> Self {
        Self { members: 3, snapshot_every: 40, log_kept: 10, sync_us: (100, 4_000) }
    }
}

/// How a life ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// The process dies; what was written stays.
    Killed,
    /// The power goes: of what was not synced anything may be gone.
    PowerCut,
}

/// See the module. Clones share.
#[derive(Clone)]
pub struct World(Arc<Inner>);

/// What all clones share.
pub struct Inner {
    /// Everything that is left to chance.
    pub dice: Dice,
    /// The time.
    pub truth: TrueTime,
    /// Between members.
    pub net: Net,
    /// What was applied, and what is broken.
    pub ledger: Ledger,
    /// What happened.
    pub trace: Trace,
    /// What members are like.
    pub options: Options,
    dir: TempDir,
    seats: Mutex<BTreeMap<u64, Seat>>,
    admin: Mutex<Option<Identity>>,
    clocks_were_wrong: AtomicBool,
}

struct Seat {
    place: Place,
    running: Option<Arc<Running>>,
    /// It was taken out: nothing is expected of it.
    retired: bool,
}

impl std::ops::Deref for World {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl World {
    /// Members that do not run yet.
    pub fn new(seed: u64, options: Options) -> anyhow::Result<Self> {
        let (dice, truth, trace) = (Dice::new(seed), TrueTime::begin(), Trace::default());
        sentinel_consensus::runtime::seed(dice.fork("consensus").number());
        let memory = Path::new("/dev/shm");
        let dir = if memory.is_dir() { tempfile::tempdir_in(memory)? } else { tempfile::tempdir()? };
        let world = Self(Arc::new(Inner {
            net: Net::new(dice.fork("net")),
            ledger: Ledger::new(truth, trace.clone()),
            dice,
            truth,
            trace,
            options,
            dir,
            seats: Mutex::default(),
            admin: Mutex::default(),
            clocks_were_wrong: AtomicBool::new(false),
        }));
        let founders: BTreeMap<_, _> = (1..=options.members).map(|id| (id, member::node(id))).collect();
        for id in founders.keys() {
            world.seat(*id, founders.clone(), founders.clone());
        }
        Ok(world)
    }

    /// Prepares a place for a member.
    pub fn seat(
        &self,
        id: u64,
        founders: BTreeMap<u64, sentinel_consensus::MemberNode>,
        known: BTreeMap<u64, sentinel_consensus::MemberNode>,
    ) {
        let place = Place {
            id,
            dir: self.dir.path().join(id.to_string()),
            disk: FaultDisk::new(),
            clock: MachineClock::new(self.truth),
            incarnation: 0,
            founders,
            known,
        };
        self.lock().insert(id, Seat { place, running: None, retired: false });
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Seat>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of something.
    pub fn note(&self, what: &str) {
        self.trace.note(self.truth.ms(), what);
    }

    /// All members.
    pub fn ids(&self) -> Vec<u64> {
        self.lock().keys().copied().collect()
    }

    /// Those who run.
    pub fn running(&self) -> Vec<(u64, Arc<Running>)> {
        let seats = self.lock();
        seats.iter().filter_map(|(id, seat)| Some((*id, Arc::clone(seat.running.as_ref()?)))).collect()
    }

    /// A member, if it runs.
    pub fn member(&self, id: u64) -> Option<Arc<Running>> {
        self.lock().get(&id).and_then(|seat| seat.running.clone())
    }

    /// The member was taken out: it goes on, and nothing is expected of it.
    pub fn retire(&self, id: u64) {
        if let Some(seat) = self.lock().get_mut(&id) {
            seat.retired = true;
        }
    }

    /// Whether it was taken out.
    pub fn is_retired(&self, id: u64) -> bool {
        self.lock().get(&id).is_some_and(|seat| seat.retired)
    }

    /// Those who run and belong to the cluster.
    pub fn serving(&self) -> Vec<(u64, Arc<Running>)> {
        self.running().into_iter().filter(|(id, _)| !self.is_retired(*id)).collect()
    }

    /// Sets the clock of a member: from now on it is wrong by so much.
    pub fn set_clock(&self, id: u64, wrong_by_ms: i64) {
        if wrong_by_ms != 0 {
            self.clocks_were_wrong.store(true, Ordering::SeqCst);
            self.note(&format!("the clock of member {id} is wrong by {wrong_by_ms} ms"));
        }
        if let Some(seat) = self.lock().get(&id) {
            seat.place.clock.set_wrong_by_ms(wrong_by_ms);
        }
    }

    /// Whether any clock was ever wrong in this run.
    pub fn clocks_were_wrong(&self) -> bool {
        self.clocks_were_wrong.load(Ordering::SeqCst)
    }

    /// A member's disk.
    pub fn disk(&self, id: u64) -> Option<FaultDisk> {
        self.lock().get(&id).map(|seat| seat.place.disk.clone())
    }

    /// Begins a life of a member that does not run.
    pub async fn start(&self, id: u64) -> anyhow::Result<()> {
        let place = {
            let mut seats = self.lock();
            let seat = seats.get_mut(&id).context("no such member")?;
            anyhow::ensure!(seat.running.is_none(), "member {id} runs");
            seat.place.incarnation += 1;
            seat.place.clone()
        };
        self.note(&format!("member {id} starts its life {}", place.incarnation));
        let running = member::start(self, &place).await?;
        if let Some(seat) = self.lock().get_mut(&id) {
            seat.running = Some(Arc::new(running));
        }
        Ok(())
    }

    /// Ends the life of a member.
    pub async fn kill(&self, id: u64, death: Death) -> anyhow::Result<()> {
        let running = {
            let mut seats = self.lock();
            let Some(seat) = seats.get_mut(&id) else { return Ok(()) };
            let Some(running) = seat.running.take() else { return Ok(()) };
            self.net.close(id);
            seat.place.disk = match death {
                Death::Killed => seat.place.disk.restart(),
                Death::PowerCut => seat.place.disk.power_cut(self.dice.number()),
            };
            running
        };
        self.note(&format!("member {id} dies: {death:?}"));
        running.end().await?;
        // Clients that talk to it learn that it is gone, and let go; so does its directory.
        for _ in 0..LETS_GO {
            if Arc::strong_count(&running) == 1 {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        anyhow::bail!("somebody holds on to member {id}")
    }

    /// Everybody stops.
    pub async fn end(&self) -> anyhow::Result<()> {
        for id in self.ids() {
            self.kill(id, Death::Killed).await?;
        }
        Ok(())
    }

    /// Starts everybody and makes a cluster of them, with an administrator.
    pub async fn form(&self) -> anyhow::Result<()> {
        for id in self.ids() {
            self.start(id).await?;
        }
        let first = self.running().first().context("no members")?.1.clone();
        tokio::time::timeout(FORMS, self.initialize(&first.app)).await.context("no cluster was formed")?
    }

    async fn initialize(&self, app: &App) -> anyhow::Result<()> {
        loop {
            let first = Initialize {
                cluster_id: None,
                level: sentinel_machine::Command::LEVEL,
                org_name: "Default".into(),
                email: "ada@example.com".into(),
                password_hash: PasswordHash("not used".into()),
                founding: None,
            };
            if app.initialize(first).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let view = app.replica().read(Consistency::Linearizable).await?;
        let users: Vec<User> = tables::rows(&*view.tables, Scan::all(Table::Users, &[]))?;
        let user = users.into_iter().next().context("no administrator")?;
        let (token_digest, expires_at) = (Sha256Digest([0; 32]), Time(i64::MAX));
        let session_id = SessionId(app.new_request_id().0);
        let session = SessionCreate { session_id, token_digest, user_id: user.id, expires_at };
        app.propose_as_member(session).await??;
        let signed_in = SignedIn { user, token_digest, expires_at };
        *self.admin.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Identity::User(Box::new(signed_in)));
        Ok(())
    }

    /// The administrator, with this request.
    pub fn admin(&self, request: RequestId) -> Caller {
        let identity = self.admin.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut caller = Caller::new(identity.unwrap_or(Identity::Anonymous), request);
        caller.repeatable = true;
        caller
    }

    /// Somebody who runs, by chance.
    pub fn anybody(&self, dice: &Dice) -> Option<(u64, Arc<Running>)> {
        let running = self.serving();
        if running.is_empty() { None } else { Some(dice.pick(&running).clone()) }
    }

    /// The member that leads, as the members say.
    pub fn leader(&self) -> Option<u64> {
        self.running().into_iter().find(|(_, running)| *running.member.leads().borrow()).map(|(id, _)| id)
    }
}
