//! A key that comes again with another request is refused, whatever the request: an acknowledgement of a change that was never
//! made would be a lie.

macro_rules! row {
    ($operation:expr, $by:expr, |$c:ident| $first:expr, $other:expr) => {{
        let $c = &*Box::leak(Box::new(with_key(&$by)));
        Row {
            operation: $operation,
            first: async move { $first.await.map(|_| ()) }.boxed_local(),
            again: async move { $first.await.map(|_| ()) }.boxed_local(),
            other: async move { $other.await.map(|_| ()) }.boxed_local(),
        }
    }};
}

mod bundles;
mod certificates;
mod cluster;
mod config;
mod credentials;
mod drift;
mod environments;
mod governance;
mod internal_ca;
mod nodes;
mod people;
mod rollouts;
mod secrets;
mod templates;

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::LocalBoxFuture;
use sentinel_api_types::org::OrgCreate;
use uuid::Uuid;

use crate::access::Operation::{self, *};
use crate::caller::Caller;
use crate::error::AppError;
use crate::testing::world::ORG;
use crate::testing::{Kit, World};

type Outcome = Result<(), AppError>;

/// A request, and another one under the same key.
struct Row<'a> {
    operation: Operation,
    first: LocalBoxFuture<'a, Outcome>,
    again: LocalBoxFuture<'a, Outcome>,
    other: LocalBoxFuture<'a, Outcome>,
}

/// The caller with a key of their own choice, a new one each time.
fn with_key(caller: &Caller) -> Caller {
    static KEYS: AtomicU64 = AtomicU64::new(1_000);
    Kit::repeatable(caller, Uuid::from_u128(KEYS.fetch_add(1, Ordering::SeqCst).into()))
}

/// Makes the requests, and returns what was tried.
async fn all_refused(world: &World, rows: Vec<Row<'_>>) -> HashSet<Operation> {
    let mut tried = HashSet::new();
    for (number, row) in rows.into_iter().enumerate() {
        let what = format!("row {number}, {:?}", row.operation);
        row.first.await.unwrap_or_else(|error| panic!("{what}: {error}"));
        let before = (world.kit.changes(), tables(world));
        match row.again.await {
            // Who has signed out can ask for nothing more.
            Err(AppError::Unauthenticated(_)) if row.operation == SessionDelete => {}
            // Its key was shown once.
            Err(AppError::Conflict(text)) if row.operation == InternalCertificateIssue => {
                assert!(text.starts_with("this request has issued the certificate"), "{text}");
            }
            again => again.unwrap_or_else(|error| panic!("{what} again: {error}")),
        }
        let refused = row.other.await;
        assert!(
            matches!(&refused, Err(AppError::Conflict(text)) if text.starts_with("this Idempotency-Key was used")),
            "{what}: {refused:?}"
        );
        assert_eq!((world.kit.changes(), tables(world)), before, "{what}");
        tried.insert(row.operation);
    }
    tried
}

/// Everything that is stored.
fn tables(world: &World) -> sentinel_machine::memory::MemoryTables {
    world.kit.replica.memory().tables()
}

/// Operations that write nothing into the log by themselves.
const READS: &[Operation] = &[
    SessionShow,
    OrgList,
    OrgShow,
    SigningKeyList,
    MemberList,
    ProjectList,
    ProjectShow,
    OverviewShow,
    OrgAuditList,
    ProjectAuditList,
    ApiKeyList,
    ApiKeyShow,
    EnrolmentTokenList,
    NodeList,
    NodeStats,
    NodeShow,
    NodeEventList,
    NodeWhy,
    BundleValidate,
    BundleList,
    BundleShow,
    BundleSource,
    BundleDiff,
    BundleDownload,
    BundleArchive,
    BundleVerify,
    BundleSbom,
    RolloutPlan,
    RolloutRehearse,
    RolloutList,
    RolloutShow,
    FreezeWindowList,
    NodeGroupList,
    NodeGroupShow,
    SimulatorShow,
    EnvironmentList,
    EnvironmentShow,
    PromotionRuleList,
    RolloutTemplateList,
    RolloutTemplateShow,
    ConfigList,
    ConfigShow,
    ConfigExport,
    ConfigDiff,
    ConfigCheck,
    ConfigPreview,
    ServiceTemplateList,
    ServiceTemplateFill,
    SecretList,
    SecretShow,
    CertificateList,
    CertificateShow,
    InternalCaShow,
    InternalCertificateList,
    InternalCertificateShow,
    CalendarShow,
    RuntimeConfigShow,
    DriftList,
    DriftStats,
    DriftShow,
    DriftExport,
    EventWatch,
    EventWatchAll,
    ClusterShow,
    ClusterAuditList,
    JoinTokenList,
    NodeHeartbeat,
    NodeLatest,
    NodeArchive,
    NodeChallenge,
    NodeToken,
];

const ORG_2: &str = "second";
const PROJECT_2: &str = "blog";

#[tokio::test]
async fn a_key_is_good_for_one_request_of_its_kind_and_no_other() {
    let world = World::new().await.unwrap();
    let org = OrgCreate { name: "Second".into(), slug: Some(ORG_2.into()) };
    world.kit.app.create_org(&world.admin.again(), org).await.unwrap();
    world.kit.project(&world.admin, ORG, PROJECT_2).await.unwrap();
    let people = people::people(&world).await;
    let mut tried = all_refused(&world, people::of_people(&world, &people)).await;
    let credentials = credentials::credentials(&world).await;
    tried.extend(all_refused(&world, credentials::of_credentials(&world, &credentials)).await);
    let fleet = bundles::fleet(&world).await;
    tried.extend(all_refused(&world, bundles::of_bundles(&world, &fleet)).await);
    let rollouts = rollouts::rollouts(&world, &fleet).await;
    tried.extend(all_refused(&world, rollouts::of_rollouts(&world, &rollouts)).await);
    let nodes = nodes::nodes(&world).await;
    tried.extend(all_refused(&world, nodes::of_nodes(&world, &nodes)).await);
    let cluster = cluster::cluster(&world).await;
    tried.extend(all_refused(&world, cluster::of_cluster(&world, &cluster)).await);
    tried.extend(all_refused(&world, nodes::of_settings(&world).await).await);
    let drifting = drift::drifting(&world).await;
    tried.extend(all_refused(&world, drift::of_drift(&world, &drifting)).await);
    let governed = governance::governed(&world).await;
    tried.extend(all_refused(&world, governance::of_governed(&world, &governed)).await);
    let templates = templates::templates(&world).await;
    tried.extend(all_refused(&world, templates::of_templates(&world, &templates)).await);
    config::configured(&world).await;
    tried.extend(all_refused(&world, config::of_configuration(&world)).await);
    let secrets = secrets::secrets(&world).await;
    tried.extend(all_refused(&world, secrets::of_secrets(&world, &secrets)).await);
    let certificates = certificates::certificates(&world).await;
    tried.extend(all_refused(&world, certificates::of_certificates(&world, &certificates)).await);
    let issued = internal_ca::issued(&world, PROJECT_2).await;
    tried.extend(all_refused(&world, internal_ca::of_internal_cas(&world, &issued)).await);
    let placed = environments::placed(&world).await;
    tried.extend(all_refused(&world, environments::of_environments(&world, &placed)).await);
    for operation in Operation::ALL {
        assert_ne!(tried.contains(operation), READS.contains(operation), "{operation:?}");
    }
}
