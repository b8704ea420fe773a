//! Puts one member together and takes it apart again.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use bytes::Bytes;
use sentinel_app::scheduler::{self, Limits};
use sentinel_app::{App, AppParts, Concerns, EventBus, Liveness, RandomIds, Settings, SystemClock};
use sentinel_consensus::{
    ClusterBlobs, DigestSource, LocalBlobs, Member, MemberConfig, MemberNode, NoRoom, PeerServer, Peers,
    StateSource, Transport,
};
use sentinel_machine::commands::epoch_begin::Founder;
use sentinel_machine::{ClusterInfo, EventHistory, Replica};
use sentinel_model::MemberId;
use sentinel_model::cluster::MemberPlace;
use sentinel_model::join::JoinTicket;
use sentinel_pki::{Identity, IdentityHandle};
use sentinel_store::wal::WalError;
use sentinel_store::{OpenError, StateMachine, Store};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::admission::{Gatekeeper, node};
use super::archives::{Archives, Check, Known};
use super::args::ServerArgs;
use super::backup::Backup;
use super::depot::Depot;
use super::epoch::Pending;
use super::formation::Formation;
use super::kek::{self, Source};
use super::listen::{self, Listener, Protocol};
use super::outbound::Outbound;
use super::room::Room;
use super::schedule::Schedule;
use super::supervise::{endless, supervise};
use super::tls::{self, ServingCertificate};
use super::{
    acme, bootstrap, certificate, checks, contacts, disk, facts, internal_crls, join, level, membership,
    metrics, reseal, simulators, sink,
};

/// Time for requests that are under way when a member stops.
const GRACE: Duration = Duration::from_secs(3);

/// Why a member cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A fresh start mends it.
    Repairable(String),
    /// The disk does not do what it is told: full, read-only, or failing. A fresh start mends it as soon as the disk is well.
    Disk(String),
    /// Somebody has to look.
    Final(String),
}

/// A member that runs.
pub struct Server {
    member: Member<StateMachine>,
    store: Store,
    room: Room,
    concerns: Concerns,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts a member. What can be refused is refused before anything is written.
pub async fn start(args: ServerArgs) -> anyhow::Result<Server> {
    require_loopback_without_tls("--http", args.http, args.tls.wanted())?;
    require_loopback_without_tls("--grpc", args.grpc, args.tls.wanted())?;
    let place = args.place();
    place.check()?;
    let tls = args.tls.source(&place.api_url, &[args.http.ip(), args.grpc.ip()])?;
    let serving = tls.as_ref().map(|_| ServingCertificate::default());
    if let (Some(tls::Source::Files(files)), Some(serving)) = (&tls, &serving) {
        serving.show(files.load().await?);
    }
    let data_dir = args.data_dir.clone();
    let kek_source = args.kek.source(&data_dir);
    let identity = identity(&args, &place, &kek_source).await?;
    let (me, key_digest) = (identity.member_id().0, identity.key().fingerprint());
    let identity = IdentityHandle::new(identity)?;
    let keys = kek_source.load()?;
    let depot = args.schedule.backup_to.as_deref().map(Depot::parse).transpose().context("--backup-to")?;
    let formation = Formation::load(&data_dir)?;
    let pending = Pending::load(&data_dir)?;
    let recorder = metrics::recorder()?;
    let transport = Transport::Mutual(identity.clone());
    let peer_server = PeerServer::bind(args.peer, transport.clone())?;
    let taken = listen::Limits::default();
    let http = Listener::bind(args.http, Protocol::Http, serving.as_ref(), taken)
        .await
        .with_context(|| format!("cannot listen on --http {}", args.http))?;
    let grpc = Listener::bind(args.grpc, Protocol::Grpc, serving.as_ref(), taken)
        .await
        .with_context(|| format!("cannot listen on --grpc {}", args.grpc))?;
    let (store, mut known) = open(&data_dir, me)?;
    store.claim(me)?;
    level::check(&store)?;

    let history: Arc<dyn EventHistory> = store.history.clone();
    let bus = EventBus::new(history);
    let kept = known.clone();
    known.insert(me, node(place.clone()));
    let peers = Peers::new(me, known, transport);
    let contacts = contacts::follow(data_dir.clone(), peers.clone(), kept);
    let founders =
        if formation.is_some() { BTreeMap::from([(me, node(place.clone()))]) } else { BTreeMap::new() };
    let state: Arc<dyn StateSource> = store.tables.clone();
    let state_of_member = Arc::clone(&state);
    let keyring = keys.keyring();
    kek::check(&keyring, &kek_source, &*state)?;
    let config = MemberConfig {
        snapshot_every: args.snapshot_every,
        log_kept: args.snapshot_every / 4,
        ..MemberConfig::new(me, founders, store.incoming_dir())
    };
    let machine = store.state_machine(sink::to(bus.clone()));
    let member = Member::start(config, peers.clone(), store.log.clone(), machine, state_of_member).await?;

    let local: Arc<dyn LocalBlobs> = store.blobs.clone();
    let replica: Arc<dyn Replica> = Arc::new(member.clone());
    let info: Arc<dyn ClusterInfo> = Arc::new(member.clone());
    let blobs = ClusterBlobs::new(local.clone(), peers);
    let backup = Arc::new(Backup::new(store.tables.clone(), blobs.clone(), keys.clone()));
    let app = App::new(AppParts {
        replica,
        blobs: Arc::new(blobs.clone()),
        events: bus.clone(),
        cluster: info,
        clock: Arc::new(SystemClock::default()),
        ids: Arc::new(RandomIds),
        keyring: keyring.clone(),
        liveness: Liveness::default(),
        backups: backup.clone(),
        settings: Settings {
            heartbeat_interval: args.heartbeat_interval,
            offline_after: args.offline_after,
            project_bundle_bytes: args.project_bundle_bytes.0,
            ..Settings::default()
        },
    })?;

    let outbound = Outbound::allowing(args.allow_checks_to.clone());
    let key_watch = kek::watch(keyring, kek_source, state);
    let (room, concerns) = (Room::new(&data_dir, args.min_free), app.concerns().clone());
    let known = Known::default();
    let archives = Archives {
        app: app.clone(),
        here: store.blobs.clone(),
        cluster: blobs,
        room: room.clone(),
        args: args.archives.clone(),
        known: known.clone(),
        look: Arc::default(),
    };
    let stop = CancellationToken::new();
    let digests: Arc<dyn DigestSource> = Arc::new(Digests(app.clone()));
    let limits = Limits::of(app.settings());
    let options = sentinel_rest::Options { metrics: Some(recorder), ui: true, https: serving.is_some() };
    let router = sentinel_rest::router(app.clone(), options);
    let address = http.local_addr()?;
    let calls = sentinel_grpc::router(app.clone())?;

    let schedule =
        Schedule { app: app.clone(), backup, keys: keys.clone(), args: args.schedule.clone(), depot };
    let admission = Arc::new(Gatekeeper::new(app.clone(), keys));
    let peer = peer_server.serve(
        member.clone(),
        local,
        Arc::clone(&digests),
        admission,
        stop.clone().cancelled_owned(),
    );
    let telling = member.clone();
    let settled = watch::Sender::new(pending.is_none());
    let settled_already = settled.subscribe();
    let told = facts::Sources {
        app: app.clone(),
        identity: identity.clone(),
        serving: serving.clone(),
        room: room.clone(),
        archives: known,
    };
    let mut tasks = vec![
        endless("saying how it is", &stop, told.tell(member.clone())),
        supervise("the member protocol", &stop, peer),
        supervise("REST", &stop, http.serve(router, stop.clone())),
        supervise("gRPC", &stop, grpc.serve(calls, stop.clone())),
        endless("telling the others of nodes", &stop, async move { telling.tell_digests(digests).await }),
        supervise("proposing facts about nodes", &stop, {
            let (app, stop) = (app.clone(), stop.clone());
            async move {
                app.run_facts(stop.cancelled_owned()).await;
                Ok::<(), Infallible>(())
            }
        }),
        endless("finding its place in the cluster", &stop, {
            let (app, member, place, leads) = (app.clone(), member.clone(), place.clone(), member.leads());
            let dir = data_dir.clone();
            async move {
                if let Some(pending) = pending {
                    let founder = Founder { member_id: MemberId(me), place: place.clone(), key_digest };
                    pending.begin(app.clone(), founder, dir.clone(), leads.clone()).await;
                }
                settled.send_replace(true);
                if let Some(formation) = formation {
                    bootstrap::form(app.clone(), formation, place.clone(), key_digest, dir, leads).await;
                }
                bootstrap::announce(app, member, place).await;
                // That is done once.
                std::future::pending().await
            }
        }),
        endless(
            "following the membership",
            &stop,
            membership::follow(app.clone(), member.clone(), member.leads(), settled_already),
        ),
        endless("remembering the members", &stop, contacts),
        endless("handing over", &stop, membership::hand_over(bus.clone(), member.clone(), member.leads())),
        endless(
            "renewing the certificate",
            &stop,
            certificate::keep(app.clone(), identity.clone(), data_dir),
        ),
        endless("making scheduled backups", &stop, schedule.keep(member.leads())),
        endless("reading the archives", &stop, Check(archives.clone()).keep()),
        endless("keeping the archives", &stop, archives.keep(bus.clone())),
        supervise("watching the key", &stop, {
            let stop = stop.clone();
            async move {
                tokio::select! {
                    () = stop.cancelled() => Ok(()),
                    refused = key_watch => refused.map(|_| ()),
                }
            }
        }),
        endless(
            "watching the disk",
            &stop,
            disk::watch(store.log.clone(), member.clone(), store.set_aside(), app.concerns().clone()),
        ),
        endless("watching the room on the disk", &stop, {
            let (member, concerns, room) = (member.clone(), concerns.clone(), room.clone());
            async move {
                let tell = |finding: Option<NoRoom>| {
                    concerns.tell(disk::FULL, finding.as_ref().map(|no_room| no_room.reason.clone()));
                    member.take_no_writes(finding);
                };
                room.watch(tell).await
            }
        }),
        endless("playing simulated nodes", &stop, {
            let here = simulators::Here { url: place.api_url.clone(), serving: serving.clone() };
            simulators::run(app.clone(), member.leads(), here)
        }),
        endless(
            "having certificates issued",
            &stop,
            acme::run(app.clone(), member.leads(), outbound.clone()),
        ),
        endless("sealing under another key", &stop, reseal::run(app.clone(), member.leads())),
        endless(
            "making lists of revoked certificates",
            &stop,
            internal_crls::run(app.clone(), member.leads()),
        ),
        endless("making checks", &stop, checks::run(app.clone(), member.leads(), outbound)),
        endless("scheduling", &stop, scheduler::run(app.clone(), bus, member.leads(), limits)),
    ];
    if let Some((serving, tls)) = serving.zip(tls) {
        tasks.extend(tls::keep(serving, tls, app, identity, &stop));
    }
    member.form().await?;
    tracing::info!(member = me, http = %address, grpc = %args.grpc, peer = %args.peer, "the member runs");
    Ok(Server { member, store, room, concerns, stop, tasks })
}

/// Opens what this member has, and says whom it knows before its log tells: whom it was told of when it joined, or knew last.
fn open(data_dir: &Path, me: u64) -> anyhow::Result<(Store, BTreeMap<u64, MemberNode>)> {
    let known = contacts::load(data_dir);
    let others = known.as_ref().is_ok_and(|known| known.keys().any(|id| *id != me));
    let store = match Store::open(data_dir) {
        Err(error @ OpenError::Behind { .. }) => {
            ensure!(
                others,
                "{error}, and this member knows no other one that has it: restore a backup (`sentinel-cp cluster backup restore`)"
            );
            tracing::error!(
                %error,
                "state and snapshots of this member are lost: it begins anew, and has no vote until it has everything from the others"
            );
            Store::open_anew(data_dir)?
        }
        Err(error @ OpenError::Wal(WalError::Corrupt { .. })) => {
            return Err(error).context(
                "the log of this member is damaged. Where a majority of the others is well: take this member out (`sentinel-cp cluster \
                 remove`), empty its directory, and let it join with a new token; else restore a backup",
            );
        }
        opened => opened?,
    };
    match known {
        // The state knows better.
        Err(error) if store.tables.applied()?.0.is_some() => {
            tracing::warn!(error = format!("{error:#}"), "whom this member knew is not known");
            Ok((store, BTreeMap::new()))
        }
        known => Ok((store, known?)),
    }
}

/// Who this member is: what its directory says, or what it becomes by joining.
async fn identity(args: &ServerArgs, place: &MemberPlace, kek: &Source) -> anyhow::Result<Identity> {
    let dir = &args.data_dir;
    if dir.join(sentinel_pki::FILE).exists() {
        return Ok(Identity::load(dir)?);
    }
    ensure!(
        !Store::holds_data(dir),
        "{} holds data of a member, but not its certificate ({}): put that back, or begin with an empty directory and a join token",
        dir.display(),
        sentinel_pki::FILE
    );
    let ticket = args.join.as_ref().with_context(|| {
        format!(
            "{} holds no member yet: begin a cluster with `sentinel-cp cluster init --data-dir {} --admin EMAIL`, or join one with \
             --join TOKEN",
            dir.display(),
            dir.display()
        )
    })?;
    let ticket: JoinTicket = ticket.expose().parse().context("--join")?;
    join::run(&ticket, place, dir, kek).await
}

/// Refuses an address that others could reach in plain text.
fn require_loopback_without_tls(what: &str, address: SocketAddr, tls: bool) -> anyhow::Result<()> {
    ensure!(
        tls || address.ip().is_loopback(),
        "{what} {address} is not on loopback, and passwords and tokens would pass in plain text: give --tls-cert and --tls-key, \
         or --tls-cluster, or use 127.0.0.1 or [::1]"
    );
    Ok(())
}

impl Server {
    /// Resolves when this member cannot go on, with the cause.
    pub async fn ended(&self) -> Ending {
        let cause = tokio::select! {
            damage = self.store.tables.damaged() => return Ending::Repairable(damage),
            reason = self.member.outgrown() => return Ending::Final(reason),
            cause = self.member.failed() => cause,
            () = self.stop.cancelled() => "a part of this member ended; see the log".into(),
        };
        // Damage ends consensus as well, and may be what did.
        match (self.store.tables.damage(), self.store.disk_failure()) {
            (Some(damage), _) => Ending::Repairable(damage),
            (None, Some(failure)) => Ending::Disk(failure),
            (None, None) => Ending::Final(cause),
        }
    }

    /// Waits until the disk takes writes, and says meanwhile that it does not.
    pub async fn disk_is_well(&self, cause: &str) {
        tracing::error!(
            cause,
            "this member takes no part until its disk can be written; what it has it serves"
        );
        let words = format!("this member takes no part until its disk can be written: {cause}");
        self.concerns.tell(disk::FAILED, Some(words));
        self.room.writable().await;
    }

    /// [`Server::ended`], for whoever runs many and cannot begin one of them anew.
    pub async fn failed(&self) -> String {
        match self.ended().await {
            Ending::Repairable(cause) | Ending::Disk(cause) | Ending::Final(cause) => cause,
        }
    }

    /// Lets requests end, stops taking part, makes everything durable.
    pub async fn shutdown(self) {
        self.member.hand_over(None).await;
        self.stop.cancel();
        let mut tasks = self.tasks;
        let ended = futures::future::join_all(tasks.iter_mut());
        if tokio::time::timeout(GRACE, ended).await.is_err() {
            // Long polls and event streams have no end of their own.
            tasks.iter().for_each(JoinHandle::abort);
        }
        self.member.shutdown().await;
        self.store.close();
    }
}

/// Liveness between members, as consensus carries it.
struct Digests(App);

impl DigestSource for Digests {
    fn changed(&self) -> Option<Bytes> {
        self.0.liveness().encode_digest(self.0.now()).map(Bytes::from)
    }

    fn merge(&self, from: u64, digest: Bytes) {
        if let Err(error) = self.0.liveness().merge_digest(&digest, self.0.now()) {
            tracing::warn!(member = from, %error, "a liveness digest does not decode");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_loopback_is_allowed_without_tls() {
        let check = |address: &str, tls| require_loopback_without_tls("HTTP", address.parse().unwrap(), tls);
        for (address, loopback) in
            [("127.0.0.1:1", true), ("[::1]:1", true), ("0.0.0.0:1", false), ("10.0.0.1:1", false)]
        {
            assert_eq!(check(address, false).is_ok(), loopback, "{address}");
            assert!(check(address, true).is_ok(), "{address}");
        }
    }
}
