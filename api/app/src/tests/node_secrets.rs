//! The values of secrets, handed to nodes. Upstream stores them in the source of bundles, where whoever reads a bundle reads them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::crypto::aws_lc_rs::hpke::DH_KEM_X25519_HKDF_SHA256_AES_256 as SUITE;
use rustls::crypto::hpke::{EncapsulatedSecret, Hpke, HpkePrivateKey, HpkePublicKey};
use sentinel_api_types::agent::{LatestQuery, LatestResponse};
use sentinel_api_types::bundle::{BundleAssign, BundleCreate};
use sentinel_api_types::environment::EnvironmentCreate;
use sentinel_api_types::node::NodeUpdate;
use sentinel_api_types::node_secret::{INFO, NodeSecrets, NodeSecretsRequest};
use sentinel_api_types::project_secret::{ProjectSecretCreate, ProjectSecretRotate};
use sentinel_machine::commands::nodes_report::{NodeFact, NodeReport, NodesReport};
use sentinel_model::node::ActivationStage;
use sentinel_model::{BundleId, Generation, NodeId, SecretId, Sha256Digest};

use crate::error::AppError;
use crate::testing::World;
use crate::testing::world::{Known, PROJECT, SOURCE};

/// A request with a key that nobody has the other half of.
pub(super) fn asking(bundle_id: BundleId, key: u8) -> NodeSecretsRequest {
    NodeSecretsRequest { bundle_id, public_key: STANDARD.encode([key; 32]) }
}

/// A node whose bundle names a secret.
struct Edge {
    world: World,
    bundle: BundleId,
    secret: SecretId,
    key: (HpkePublicKey, HpkePrivateKey),
}

impl Edge {
    async fn new() -> Self {
        let world = World::new().await.unwrap();
        world.kit.raise().await.unwrap();
        let secret = make(&world, "TOKEN", "hunter2", None).await;
        let bundle = naming(&world, "1.0").await.unwrap();
        assign(&world, bundle).await;
        Self { world, bundle, secret, key: SUITE.generate_key_pair().unwrap() }
    }

    async fn ask_as(&self, by: &Known, node: NodeId) -> Result<NodeSecrets, AppError> {
        let public_key = STANDARD.encode(&self.key.0.0);
        let request = NodeSecretsRequest { bundle_id: self.bundle, public_key };
        let answer = self.world.kit.app.node_secrets(&by.again(), node, request).await?;
        assert!(!format!("{answer:?}").contains("hunter"));
        let bytes = STANDARD.decode(&answer.sealed).unwrap();
        let (encapsulated, sealed) = bytes.split_at(32);
        let encapsulated = EncapsulatedSecret(encapsulated.to_vec());
        let opened = SUITE.open(&encapsulated, INFO, node.as_bytes(), sealed, &self.key.1).unwrap();
        let secrets: NodeSecrets = serde_json::from_slice(&opened).unwrap();
        assert_eq!((secrets.node_id, secrets.bundle_id, secrets.stamp), (node, self.bundle, answer.stamp));
        Ok(secrets)
    }

    async fn ask(&self) -> Result<NodeSecrets, AppError> {
        self.ask_as(&self.world.node.1, self.world.node.0).await
    }

    async fn value(&self) -> String {
        self.ask().await.unwrap().values["TOKEN"].expose().to_owned()
    }

    /// Which values a poll says that the node shall have.
    async fn told(&self, has: Option<Sha256Digest>, wait: u32) -> Option<Sha256Digest> {
        self.told_of((1, has), wait).await
    }

    async fn told_of(
        &self,
        (generation, has): (u64, Option<Sha256Digest>),
        wait: u32,
    ) -> Option<Sha256Digest> {
        let generation = Some(Generation(generation));
        let query = LatestQuery { generation, secrets: has, wait: Some(wait), ..LatestQuery::default() };
        let (id, known) = &self.world.node;
        match self.world.kit.app.latest(&known.again(), *id, &query).await.unwrap() {
            LatestResponse::Update(update) => panic!("{update:?}"),
            LatestResponse::NoUpdate(answer) => answer.secrets,
        }
    }

    async fn rotate(&self, value: &str) {
        let (app, by) = (&self.world.kit.app, self.world.operator.again());
        let request = ProjectSecretRotate { value: value.into() };
        app.rotate_secret(&by, PROJECT, self.secret, request).await.unwrap();
    }
}

async fn reports(edge: &Edge, fact: NodeFact) {
    let reports = vec![NodeReport { node_id: edge.world.node.0, fact }];
    edge.world.kit.app.propose_as_member(NodesReport { reports }).await.unwrap().unwrap();
}

async fn says(edge: &Edge, bundle_id: BundleId, generation: u64) {
    reports(edge, NodeFact::Effective { bundle_id, generation: Generation(generation) }).await;
}

async fn fails(edge: &Edge, bundle_id: BundleId, generation: u64) {
    let (stage, message) = (ActivationStage::Test, "no".to_owned());
    let generation = Generation(generation);
    reports(edge, NodeFact::Failed { bundle_id, generation, stage, message }).await;
}

async fn make(world: &World, name: &str, value: &str, environment: Option<&str>) -> SecretId {
    let request = ProjectSecretCreate {
        name: name.into(),
        value: value.into(),
        environment: environment.map(str::to_owned),
        description: None,
    };
    world.kit.app.create_secret(&world.operator.again(), PROJECT, request).await.unwrap().secret.id
}

async fn naming(world: &World, version: &str) -> Result<BundleId, AppError> {
    let policies =
        r#"route "everything" { policies { request-headers { set { "X-Key" "${secrets.TOKEN}"; }; }; };"#;
    let source = SOURCE.replace("route \"everything\" {", policies);
    let request = BundleCreate { version: version.into(), config_source: Some(source) };
    Ok(world.kit.app.create_bundle(&world.operator.again(), PROJECT, request).await?.id)
}

async fn assign(world: &World, bundle: BundleId) {
    let request = BundleAssign { node_ids: vec![world.node.0] };
    world.kit.app.assign_bundle(&world.operator.again(), PROJECT, bundle, request).await.unwrap();
}

#[tokio::test]
async fn a_bundle_that_names_a_secret_which_nobody_made_is_refused_with_what_to_do() {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    let AppError::InvalidConfig(problems) = naming(&world, "1.0").await.unwrap_err() else { panic!() };
    assert_eq!(problems[0].code, "secret-unknown");
    assert!(problems[0].help.as_ref().unwrap().contains("sentinel-cp secret create TOKEN"));
}

#[tokio::test]
async fn a_node_gets_what_its_bundle_names_sealed_for_its_key() {
    let edge = Edge::new().await;
    make(&edge.world, "OTHER", "nobody named it", None).await;
    let secrets = edge.ask().await.unwrap();
    assert_eq!(secrets.values.len(), 1);
    assert_eq!(secrets.values["TOKEN"].expose(), "hunter2");
    let app = &edge.world.kit.app;
    let bundle = app.show_bundle(&edge.world.reader.again(), PROJECT, edge.bundle).await.unwrap().bundle;
    assert_eq!(bundle.secrets, ["TOKEN"]);
}

#[tokio::test]
async fn only_the_first_key_of_a_node_is_taken_and_only_for_what_it_runs() {
    let edge = Edge::new().await;
    edge.ask().await.unwrap();
    let app = &edge.world.kit.app;
    let (id, known) = &edge.world.node;
    let stolen = app.node_secrets(&known.again(), *id, asking(edge.bundle, 7)).await.unwrap_err();
    assert!(matches!(&stolen, AppError::Conflict(words) if words.contains("enrol it anew")), "{stolen:?}");
    let malformed = NodeSecretsRequest { bundle_id: edge.bundle, public_key: "AAAA".into() };
    assert!(matches!(app.node_secrets(&known.again(), *id, malformed).await, Err(AppError::Invalid { .. })));
    let other = naming(&edge.world, "1.1").await.unwrap();
    let not_its = app.node_secrets(&known.again(), *id, asking(other, 1)).await.unwrap_err();
    assert!(matches!(not_its, AppError::NotFound(_)), "{not_its:?}");
    let (second, by) = edge.world.kit.node(&edge.world.operator, PROJECT, "edge-9").await.unwrap();
    assert!(matches!(edge.ask_as(&by, second).await, Err(AppError::NotFound(_))), "it runs something else");
    assert!(matches!(edge.ask_as(&by, *id).await, Err(AppError::NotFound(_))), "nobody asks for another one");
}

#[tokio::test]
async fn a_node_that_says_that_it_runs_another_bundle_is_not_handed_that_ones_secrets() {
    let edge = Edge::new().await;
    let app = &edge.world.kit.app;
    let (id, known) = &edge.world.node;
    let plain = edge.world.kit.bundle(&edge.world.operator, PROJECT, "2.0").await.unwrap();
    assign(&edge.world, plain).await;
    assert_eq!(edge.told_of((2, None), 0).await, None);
    let never_given = naming(&edge.world, "1.1").await.unwrap();
    says(&edge, never_given, 0).await;
    let refused = app.node_secrets(&known.again(), *id, asking(never_given, 1)).await.unwrap_err();
    assert!(matches!(refused, AppError::NotFound(_)), "{refused:?}");
    // It was given this one before, and stays on it: the values of that are what it is told of.
    says(&edge, edge.bundle, 1).await;
    assert_eq!(edge.value().await, "hunter2");
    fails(&edge, plain, 2).await;
    assert_eq!(edge.told_of((2, None), 0).await, Some(edge.ask().await.unwrap().stamp));
}

#[tokio::test(start_paused = true)]
async fn a_rotation_ends_the_wait_of_those_whose_values_it_changes() {
    let edge = Edge::new().await;
    let before = edge.told(None, 0).await;
    assert_eq!(before, Some(edge.ask().await.unwrap().stamp));
    let began = tokio::time::Instant::now();
    let rotating = async {
        // The poll is registered before the value is changed: both run on this one task, in this order.
        tokio::task::yield_now().await;
        edge.rotate("hunter3").await;
    };
    let (told, ()) = tokio::join!(edge.told(before, 30), rotating);
    assert!(told != before && began.elapsed().is_zero());
    assert_eq!(edge.value().await, "hunter3");
    // What is another one's business wakes, and is waited on.
    let began = tokio::time::Instant::now();
    let other = async {
        tokio::task::yield_now().await;
        make(&edge.world, "OTHER", "x", None).await;
    };
    let (still, _) = tokio::join!(edge.told(told, 7), other);
    assert_eq!((still, began.elapsed().as_secs()), (told, 7));
    assert_eq!(edge.told(before, 30).await, told, "what was missed is told at once");
}

#[tokio::test]
async fn the_value_of_the_nodes_environment_goes_first_and_moving_there_is_news() {
    let edge = Edge::new().await;
    let app = &edge.world.kit.app;
    let environment = EnvironmentCreate {
        name: "Prod".into(),
        slug: Some("prod".into()),
        description: None,
        color: None,
        approval_rules: None,
    };
    app.create_environment(&edge.world.admin.again(), PROJECT, environment).await.unwrap();
    make(&edge.world, "TOKEN", "of prod", Some("prod")).await;
    assert_eq!(edge.value().await, "hunter2");
    let before = edge.told(None, 0).await;
    let update = NodeUpdate { environment: Some(Some("prod".into())), ..NodeUpdate::default() };
    app.update_node(&edge.world.operator.again(), PROJECT, edge.world.node.0, update).await.unwrap();
    assert_ne!(edge.told(before, 30).await, before);
    assert_eq!(edge.value().await, "of prod");
    app.delete_secret(&edge.world.operator.again(), PROJECT, edge.secret).await.unwrap();
    assert_eq!(edge.value().await, "of prod");
}
