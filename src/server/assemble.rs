//! Puts one member together and takes it apart again.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use sentinel_app::{App, AppParts, EventBus, Keyring, Liveness, RandomIds, Settings, SystemClock};
use sentinel_consensus::{
    ClusterBlobs, DigestSource, LocalBlobs, Member, MemberConfig, MemberNode, PeerServer, Peers, StateSource,
    Transport,
};
use sentinel_machine::{ClusterInfo, EventHistory, Replica};
use sentinel_model::user;
use sentinel_store::{StateMachine, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::addresses::{require_loopback, require_loopback_without_tls};
use super::archives::Archives;
use super::args::ServerArgs;
use super::bootstrap::{self, FirstAdmin};
use super::disk;
use super::listen::{self, Listener, Protocol};
use super::scheduler::{self, Limits};
use super::supervise::{endless, supervise};
use super::tls::{self, ServingCertificate};
use super::{kek, metrics, sink};

/// Time for requests that are under way when a member stops.
const GRACE: Duration = Duration::from_secs(3);

/// A member that runs.
pub struct Server {
    member: Member<StateMachine>,
    store: Store,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts a member. Everything that can be refused is refused before anything is written.
pub async fn start(args: ServerArgs) -> anyhow::Result<Server> {
    let tls = args.tls.files();
    require_loopback_without_tls("--http", args.http, tls.is_some())?;
    require_loopback_without_tls("--grpc", args.grpc, tls.is_some())?;
    let mut members = BTreeMap::new();
    for member in &args.members {
        require_loopback(&format!("the peer address of member {}", member.id), member.peer)?;
        let node = MemberNode { peer_address: member.peer.to_string(), api_url: member.api_url.clone() };
        anyhow::ensure!(
            members.insert(member.id, node).is_none(),
            "--members names member {} twice",
            member.id
        );
    }
    let me = args.members.iter().find(|member| member.id == args.member_id);
    let me = me.with_context(|| format!("--members does not name this member, {}", args.member_id))?;
    if members.len().is_multiple_of(2) {
        tracing::warn!(
            members = members.len(),
            "an even number of members survives no more failures than one less"
        );
    }

    let key = kek::load(&args.kek_file, &args.data_dir)?;
    if let Some(password) = args.bootstrap_password.as_deref().filter(|_| !Store::holds_data(&args.data_dir))
    {
        user::check_password("SENTINEL_CP_BOOTSTRAP_PASSWORD", password)?;
    }
    let recorder = metrics::recorder()?;
    let certificate = tls.as_ref().map(|_| ServingCertificate::default());
    if let (Some(files), Some(certificate)) = (&tls, &certificate) {
        certificate.show(files.load().await?);
    }
    let peer_server = PeerServer::bind(me.peer, Transport::Plain)?;
    let taken = listen::Limits::default();
    let http = Listener::bind(args.http, Protocol::Http, certificate.as_ref(), taken)
        .await
        .with_context(|| format!("cannot listen on --http {}", args.http))?;
    let grpc = Listener::bind(args.grpc, Protocol::Grpc, certificate.as_ref(), taken)
        .await
        .with_context(|| format!("cannot listen on --grpc {}", args.grpc))?;
    let store = Store::open(&args.data_dir)?;
    store.claim(args.member_id)?;

    let history: Arc<dyn EventHistory> = store.history.clone();
    let bus = EventBus::new(history);
    let peers = Peers::new(args.member_id, members.clone(), Transport::Plain);
    let state: Arc<dyn StateSource> = store.tables.clone();
    let state_of_member = Arc::clone(&state);
    let keyring = Keyring::new(&key);
    kek::check(&keyring, &args.kek_file, &*state)?;
    let config = MemberConfig::new(args.member_id, members, store.incoming_dir());
    let machine = store.state_machine(sink::to(bus.clone()));
    let member = Member::start(config, peers.clone(), store.log.clone(), machine, state_of_member).await?;

    let local: Arc<dyn LocalBlobs> = store.blobs.clone();
    let replica: Arc<dyn Replica> = Arc::new(member.clone());
    let info: Arc<dyn ClusterInfo> = Arc::new(member.clone());
    let blobs = ClusterBlobs::new(local.clone(), peers);
    let app = App::new(AppParts {
        replica,
        blobs: Arc::new(blobs.clone()),
        events: bus.clone(),
        cluster: Arc::clone(&info),
        clock: Arc::new(SystemClock::default()),
        ids: Arc::new(RandomIds),
        keyring: keyring.clone(),
        liveness: Liveness::default(),
        settings: Settings { heartbeat_interval: args.heartbeat_interval, ..Settings::default() },
    })?;

    let key_watch = kek::watch(keyring, args.kek_file, Arc::clone(&state));
    let archives = Archives { info, state, here: store.blobs.clone(), cluster: blobs };

    let stop = CancellationToken::new();
    let digests: Arc<dyn DigestSource> = Arc::new(Digests(app.clone()));
    let admin = args.bootstrap_admin.clone().zip(args.bootstrap_password.clone());
    let admin = admin.map(|(email, password)| FirstAdmin { email, password: password.as_str().into() });
    let limits = Limits {
        offline_after: args.offline_after,
        fresh: (args.heartbeat_interval * 3 + Duration::from_secs(2)).min(args.offline_after / 2),
    };
    let options = sentinel_rest::Options { metrics: Some(recorder), ui: true, https: certificate.is_some() };
    let router = sentinel_rest::router(app.clone(), options);
    let address = http.local_addr()?;
    let routes = sentinel_grpc::routes(app.clone()).await?;

    let peer = peer_server.serve(member.clone(), local, Arc::clone(&digests), stop.clone().cancelled_owned());
    let telling = member.clone();
    let mut tasks = vec![
        supervise("the member protocol", &stop, peer),
        supervise("REST", &stop, http.serve(router, stop.clone())),
        supervise("gRPC", &stop, grpc.serve(routes.into_axum_router(), stop.clone())),
        endless("telling the others of nodes", &stop, async move { telling.tell_digests(digests).await }),
        supervise("proposing facts about nodes", &stop, {
            let (app, stop) = (app.clone(), stop.clone());
            async move {
                app.run_facts(stop.cancelled_owned()).await;
                Ok::<(), Infallible>(())
            }
        }),
        endless("forming the cluster", &stop, {
            let forming = bootstrap::run(app.clone(), admin, member.leads());
            async move {
                forming.await;
                // That is done once.
                std::future::pending().await
            }
        }),
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
        endless("watching the disk", &stop, disk::watch(store.log.clone())),
        endless("scheduling", &stop, scheduler::run(app.clone(), bus, member.leads(), limits)),
    ];
    tasks
        .extend(certificate.map(|certificate| tls::keep(certificate, tls, app, &stop)).into_iter().flatten());
    member.form().await?;
    tracing::info!(member = args.member_id, http = %address, grpc = %args.grpc, peer = %me.peer, "the member runs");
    Ok(Server { member, store, stop, tasks })
}

impl Server {
    /// Resolves when this member cannot go on, with the cause.
    pub async fn failed(&self) -> String {
        tokio::select! {
            cause = self.member.failed() => cause,
            () = self.stop.cancelled() => "a part of this member ended; see the log".into(),
        }
    }

    /// Lets requests end, stops taking part, makes everything durable.
    pub async fn shutdown(self) {
        self.member.hand_over().await;
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
