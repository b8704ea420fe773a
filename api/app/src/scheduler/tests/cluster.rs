//! A cluster in memory with a project and nodes, made through the use cases.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::password::Passwords;
use crate::{
    App, AppError, AppParts, BackupStream, Backups, Caller, Credential, EventBus, Identity, Initialize,
    Keyring, Liveness, RandomIds, Settings, SystemClock,
};
use async_trait::async_trait;
use bytes::Bytes;
use sentinel_api_types::agent::RegisterRequest;
use sentinel_api_types::bundle::BundleCreate;
use sentinel_api_types::enrolment::EnrolmentTokenCreate;
use sentinel_api_types::project::ProjectCreate;
use sentinel_api_types::rollout::{RolloutCreate, Strategy, TargetSelector};
use sentinel_api_types::session::{SessionCreate, SessionKind};
use sentinel_machine::memory::MemoryReplica;
use sentinel_machine::{
    Applied, BlobError, Blobs, ClusterInfo, ClusterStatus, Command, Consistency, Cursor, Envelope, Event,
    EventHistory, Gap, ProposeError, ReadError, Replica, View,
};
use sentinel_model::{RolloutId, Sha256Digest, Time};
use sha2::{Digest, Sha256};

/// The project.
pub const PROJECT: &str = "shop";
const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery staple";
const SOURCE: &str = r#"system { worker-threads 2; }
listeners { listener "public" { address "127.0.0.1:8080"; }; }
upstreams { upstream "shop" { target "127.0.0.1:9001"; }; }
routes { route "everything" { matches { path-prefix "/"; }; upstream "shop"; }; }
"#;

/// A memory replica that counts reads, and fails for one rollout when a test says so.
#[derive(Default)]
pub struct Replicated {
    pub memory: MemoryReplica,
    pub broken: Mutex<Option<RolloutId>>,
    reads: AtomicUsize,
}

impl Replicated {
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Replica for Replicated {
    async fn propose(&self, envelope: Envelope) -> Result<Applied, ProposeError> {
        let broken = *self.broken.lock().unwrap();
        match &envelope.command {
            Command::RolloutAdvance(advance) if Some(advance.rollout_id) == broken => {
                Err(ProposeError::Fatal("the test says so".into()))
            }
            _ => self.memory.propose(envelope).await,
        }
    }

    async fn reach(&self, index: u64, within: Duration) -> Result<(), ReadError> {
        self.memory.reach(index, within).await
    }

    async fn read(&self, consistency: Consistency) -> Result<View, ReadError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.memory.read(consistency).await
    }
}

#[derive(Default)]
struct MemoryBlobs(Mutex<HashMap<Sha256Digest, Bytes>>);

#[async_trait]
impl Blobs for MemoryBlobs {
    async fn put(&self, bytes: Bytes) -> Result<Sha256Digest, BlobError> {
        let digest = Sha256Digest(Sha256::digest(&bytes).into());
        self.0.lock().unwrap().insert(digest, bytes);
        Ok(digest)
    }

    async fn get(&self, digest: Sha256Digest) -> Result<Bytes, BlobError> {
        self.0.lock().unwrap().get(&digest).cloned().ok_or(BlobError::NotFound(digest))
    }
}

struct Alone;

impl ClusterInfo for Alone {
    fn status(&self) -> ClusterStatus {
        ClusterStatus::default()
    }
}

struct NoHistory;

impl EventHistory for NoHistory {
    fn append(&self, _events: &[Event]) {}

    fn since(&self, after: Cursor, _limit: usize) -> Result<Vec<Event>, Gap> {
        Err(Gap { oldest: after })
    }
}

/// See the module.
pub struct Cluster {
    pub app: App,
    pub bus: EventBus,
    pub replica: Arc<Replicated>,
    identity: Identity,
}

impl Cluster {
    pub async fn new() -> Self {
        let (replica, bus) = (Arc::new(Replicated::default()), EventBus::new(Arc::new(NoHistory)));
        let app = App::new(AppParts {
            replica: replica.clone(),
            blobs: Arc::new(MemoryBlobs::default()),
            events: bus.clone(),
            cluster: Arc::new(Alone),
            clock: Arc::new(SystemClock::default()),
            ids: Arc::new(RandomIds),
            keyring: Keyring::new(&[7; 32]),
            liveness: Liveness::default(),
            backups: Arc::new(NoBackups),
            settings: Settings::default(),
        })
        .unwrap();
        let first = Initialize {
            cluster_id: None,
            level: sentinel_machine::Command::LEVEL,
            org_name: "Default".into(),
            email: EMAIL.into(),
            password_hash: Passwords::default().hash(PASSWORD).await.unwrap(),
            founding: None,
        };
        app.initialize(first).await.unwrap();
        let sign_in =
            SessionCreate { email: EMAIL.into(), password: PASSWORD.into(), kind: SessionKind::Token };
        let anonymous = Caller::new(Identity::Anonymous, app.new_request_id());
        let session = app.create_session(&anonymous, sign_in, "::1").await.unwrap();
        let credential = Credential::Session(session.token.unwrap());
        let identity = app.authenticate(&credential, Consistency::Linearizable).await.unwrap();
        let cluster = Self { app, bus, replica, identity };
        let project = ProjectCreate {
            name: "Shop".into(),
            slug: Some(PROJECT.into()),
            description: None,
            sandbox: false,
        };
        cluster.app.create_project(&cluster.operator(), "default", project).await.unwrap();
        cluster
    }

    /// The administrator, with a request of its own.
    pub fn operator(&self) -> Caller {
        Caller::new(self.identity.clone(), self.app.new_request_id())
    }

    /// Starts so many rollouts of one bundle, each over a node of its own.
    pub async fn rollouts(&self, count: usize) -> Vec<RolloutId> {
        self.rollouts_as(count, |request| request).await
    }

    /// The same, asked for in another way.
    pub async fn rollouts_as(
        &self,
        count: usize,
        ask: impl Fn(RolloutCreate) -> RolloutCreate,
    ) -> Vec<RolloutId> {
        let app = &self.app;
        let token =
            EnrolmentTokenCreate { name: "fleet".into(), uses: None, expires_at: None, environment: None };
        let token = app.create_enrolment_token(&self.operator(), PROJECT, token).await.unwrap().token;
        let bundle = BundleCreate { version: "1.0".into(), config_source: Some(SOURCE.into()) };
        let bundle_id = app.create_bundle(&self.operator(), PROJECT, bundle).await.unwrap().id;
        let mut rollouts = Vec::new();
        for number in 0..count {
            let node = RegisterRequest {
                enrolment_token: token.clone(),
                name: format!("edge-{number}"),
                labels: Default::default(),
                capabilities: Vec::new(),
                version: None,
                proxy_version: None,
                ip: None,
                hostname: None,
            };
            let anonymous = Caller::new(Identity::Anonymous, app.new_request_id());
            let node = app.register_node(&anonymous, PROJECT, node, "::1").await.unwrap().node_id;
            let request = RolloutCreate {
                bundle_id,
                target_selector: Some(TargetSelector::NodeIds { node_ids: vec![node] }),
                strategy: Some(Strategy::Rolling),
                batch_size: None,
                batch_percentage: None,
                canary_analysis_config: None,
                blue_green_config: None,
                max_unavailable: None,
                progress_deadline_seconds: None,
                health_gates: None,
                auto_rollback: None,
                failure_domain: None,
                rollback_threshold: None,
                auto_advance: None,
                checks: None,
                on_conflict: None,
                scheduled_at: None,
                override_freeze_reason: None,
                environment: None,
                skip_order_reason: None,
                template: None,
            };
            rollouts
                .push(app.create_rollout(&self.operator(), PROJECT, ask(request)).await.unwrap().rollout.id);
        }
        rollouts
    }
}

/// Backups are nothing that the scheduler looks at.
struct NoBackups;

impl Backups for NoBackups {
    fn begin(&self, _: Time) -> Result<BackupStream, AppError> {
        Err(AppError::Busy("tests"))
    }
}
