//! Bundles.

use sentinel_api_types::bundle::{
    BundleAssign, BundleCreate, BundleStatus, BundleValidate, BundlesQuery, RiskLevel,
};
use sentinel_bundle::compile::{CompileInput, OperationsOptions, Source, compile};
use sentinel_model::NodeId;
use sentinel_model::config::Document;

use crate::app::Settings;
use crate::error::AppError;
use crate::testing::World;
use crate::testing::world::{OTHER_PROJECT, PROJECT, SOURCE};

fn create(version: &str, source: &str) -> BundleCreate {
    BundleCreate { version: version.into(), config_source: Some(source.into()) }
}

#[tokio::test]
async fn a_bundle_is_compiled_signed_stored_and_verifiable() {
    let world = World::new().await.unwrap();
    let app = &world.kit.app;
    let made = app.create_bundle(&world.operator.again(), PROJECT, create("1.0.0", SOURCE)).await.unwrap();
    assert_eq!((made.status, made.bundle.risk_level), (BundleStatus::Compiled, RiskLevel::Low));
    assert_eq!(made.bundle.created_by, "operator@example.com");
    let verified = app.verify_bundle(&world.reader.again(), PROJECT, made.id).await.unwrap();
    assert!(verified.verified && verified.signed);
    let source = app.bundle_source(&world.reader.again(), PROJECT, made.id).await.unwrap();
    assert_eq!(source.config_source, SOURCE);
    assert!(source.compiled_source.contains("sentinel-probe.invalid"));
    assert_eq!(source.manifest["version"], "1.0.0");
    let (version, sbom) = app.bundle_sbom(&world.reader.again(), PROJECT, made.id).await.unwrap();
    assert_eq!((version.as_str(), sbom["bomFormat"].as_str()), ("1.0.0", Some("CycloneDX")));

    let (row, bytes) = app.bundle_archive(&world.reader.again(), PROJECT, made.id).await.unwrap();
    let mut altered = bytes.to_vec();
    let last = altered.len() - 1;
    altered[last] ^= 1;
    world.kit.blobs.damage(row.digest, Some(altered.into()));
    let damaged = app.verify_bundle(&world.reader.again(), PROJECT, made.id).await.unwrap();
    assert!(!damaged.verified && damaged.signed);
}

/// The archive of a document lies where one of a text was.
#[tokio::test]
async fn a_bundle_of_a_document_is_shown_compared_and_judged_like_one_of_a_text() {
    let world = World::new().await.unwrap();
    let app = &world.kit.app;
    let first = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    let second = app.create_bundle(&world.operator.again(), PROJECT, create("2.0", SOURCE)).await.unwrap();
    let document: Document = serde_json::from_value(serde_json::json!({
        "version": 1,
        "services": { "shop": { "route_path": "/shop/*", "upstream_url": "http://10.0.0.1:8080" } },
    }))
    .unwrap();
    let artefact = compile(&CompileInput {
        project_id: "shop",
        version: "2.0",
        source: Source::Document(&document),
        marker_key: &[3; 32],
        operations: OperationsOptions::default(),
        extra_files: Vec::new(),
    })
    .unwrap();
    world.kit.blobs.damage(second.bundle.checksum, Some(artefact.archive.into()));

    let source = app.bundle_source(&world.reader.again(), PROJECT, second.id).await.unwrap();
    assert_eq!(serde_json::from_str::<Document>(&source.config_source).unwrap(), document);
    let runs: serde_json::Value = serde_json::from_str(&source.compiled_source).unwrap();
    assert_eq!(runs["upstreams"]["shop.url"]["targets"][0]["address"], "10.0.0.1:8080");
    // What was written, in whatever form.
    let diff = app.diff_bundles(&world.reader.again(), PROJECT, second.id, first).await.unwrap();
    assert!(diff.diff.contains("-routes {") && diff.diff.contains("+  \"version\": 1,"), "{}", diff.diff);
    let (_, sbom) = app.bundle_sbom(&world.reader.again(), PROJECT, second.id).await.unwrap();
    let components = sbom["components"].to_string();
    assert!(components.contains("zentinel.json") && components.contains("model.json"), "{components}");
    // The next text is judged against what the document says.
    let third = app.create_bundle(&world.operator.again(), PROJECT, create("3.0", SOURCE)).await.unwrap();
    let reasons = third.bundle.risk_reasons;
    assert!(!reasons.is_empty() && !reasons.contains(&"previous_unreadable".to_owned()), "{reasons:?}");
}

#[tokio::test]
async fn a_version_is_used_once_and_told_before_anything_is_compiled() {
    let world = World::new().await.unwrap();
    world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    let again = create("1.0", "this would not even compile {");
    let refused = world.kit.app.create_bundle(&world.operator.again(), PROJECT, again).await.unwrap_err();
    assert!(matches!(refused, AppError::Invalid(fields) if fields.contains_key("version")));
    world.kit.bundle(&world.outsider, OTHER_PROJECT, "1.0").await.unwrap();
}

#[tokio::test]
async fn a_refused_configuration_says_where_and_leaves_nothing_behind() {
    let world = World::new().await.unwrap();
    let before = world.kit.changes();
    let wrong = SOURCE.replace("upstream \"shop\"; }\n", "upstream \"shopp\"; }\n");
    let refused =
        world.kit.app.create_bundle(&world.operator.again(), PROJECT, create("1", &wrong)).await.unwrap_err();
    let AppError::InvalidConfig(problems) = refused else { panic!("{refused:?}") };
    assert!(problems.iter().any(|problem| problem.line == Some(5)), "{problems:?}");
    assert_eq!((world.kit.changes(), world.kit.blobs.count()), (before, 0));
    let looked = BundleValidate { config_source: wrong, version: None };
    let looked = world.kit.app.validate_bundle(&world.operator.again(), PROJECT, looked).await.unwrap();
    assert!(!looked.valid && looked.problems == problems);
    let fine = BundleValidate { config_source: SOURCE.into(), version: None };
    assert!(world.kit.app.validate_bundle(&world.operator.again(), PROJECT, fine).await.unwrap().valid);
}

#[tokio::test]
async fn hostile_nesting_is_refused_and_not_a_crash() {
    let world = World::new().await.unwrap();
    for depth in [65, 400, 50_000] {
        let hostile = "a {".repeat(depth);
        let refused =
            world.kit.app.create_bundle(&world.operator.again(), PROJECT, create("1", &hostile)).await;
        assert!(matches!(refused, Err(AppError::InvalidConfig(_))), "{depth}");
    }
}

#[tokio::test]
async fn nothing_is_in_the_log_unless_the_archive_is_on_a_majority() {
    let world = World::new().await.unwrap();
    world.kit.blobs.lose_majority(true);
    let before = world.kit.changes();
    let refused = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap_err();
    assert!(matches!(refused, AppError::NoQuorum(_)), "{refused:?}");
    assert_eq!(world.kit.changes(), before);
    world.kit.blobs.lose_majority(false);
    world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
}

#[tokio::test]
async fn risk_is_judged_against_the_newest_bundle_and_without_it_is_not_called_low() {
    let world = World::new().await.unwrap();
    let app = &world.kit.app;
    let first = app.create_bundle(&world.operator.again(), PROJECT, create("1", SOURCE)).await.unwrap();
    let fewer = SOURCE.replace("route \"everything\"", "route \"renamed\"");
    let second = app.create_bundle(&world.operator.again(), PROJECT, create("2", &fewer)).await.unwrap();
    assert!(second.bundle.risk_level >= RiskLevel::Medium, "{:?}", second.bundle.risk_reasons);
    assert!(second.bundle.risk_reasons.contains(&"route_removed".to_owned()));
    let diff = app.diff_bundles(&world.reader.again(), PROJECT, second.id, first.id).await.unwrap();
    assert_eq!((diff.additions, diff.deletions), (1, 1));
    assert!(diff.diff.contains("+    route \"renamed\""), "{}", diff.diff);
    let third = app.create_bundle(&world.operator.again(), PROJECT, create("3", &fewer)).await.unwrap();
    world.kit.blobs.damage(third.bundle.digest, None);
    let fourth = app.create_bundle(&world.operator.again(), PROJECT, create("4", &fewer)).await.unwrap();
    assert_eq!(fourth.bundle.risk_reasons, ["previous_unreadable"]);
}

#[tokio::test]
async fn bundles_of_other_tenants_are_not_there_whatever_is_done_to_them() {
    let world = World::new().await.unwrap();
    let (app, caller) = (&world.kit.app, || world.operator.again());
    let foreign = world.kit.bundle(&world.outsider, OTHER_PROJECT, "1.0").await.unwrap();
    let own = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    let one = |node: NodeId| BundleAssign { node_ids: vec![node] };
    let refusals = [
        app.show_bundle(&caller(), PROJECT, foreign).await.err(),
        app.bundle_source(&caller(), PROJECT, foreign).await.err(),
        app.diff_bundles(&caller(), PROJECT, own, foreign).await.err(),
        app.diff_bundles(&caller(), PROJECT, foreign, own).await.err(),
        app.bundle_download(&caller(), PROJECT, foreign).await.err(),
        app.bundle_archive(&caller(), PROJECT, foreign).await.err(),
        app.verify_bundle(&caller(), PROJECT, foreign).await.err(),
        app.bundle_sbom(&caller(), PROJECT, foreign).await.err(),
        app.revoke_bundle(&caller(), PROJECT, foreign).await.err(),
        app.assign_bundle(&caller(), PROJECT, foreign, one(world.node.0)).await.err(),
        app.assign_bundle(&caller(), PROJECT, own, one(world.other_node.0)).await.err(),
        app.show_bundle(&caller(), OTHER_PROJECT, foreign).await.err(),
    ];
    for (at, refused) in refusals.into_iter().enumerate() {
        assert!(matches!(refused, Some(AppError::NotFound(_))), "{at}: {refused:?}");
    }
}

#[tokio::test]
async fn a_revoked_bundle_is_shown_and_handed_out_to_nobody() {
    let world = World::new().await.unwrap();
    let app = &world.kit.app;
    let id = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    let revoked = app.revoke_bundle(&world.operator.again(), PROJECT, id).await.unwrap();
    assert_eq!(revoked.bundle.status, BundleStatus::Revoked);
    for refused in [
        app.bundle_download(&world.reader.again(), PROJECT, id).await.err(),
        app.bundle_archive(&world.reader.again(), PROJECT, id).await.err(),
        app.revoke_bundle(&world.operator.again(), PROJECT, id).await.err(),
        app.assign_bundle(
            &world.operator.again(),
            PROJECT,
            id,
            BundleAssign { node_ids: vec![world.node.0] },
        )
        .await
        .err(),
    ] {
        assert!(matches!(refused, Some(AppError::Conflict(_))), "{refused:?}");
    }
    let query = |status| BundlesQuery { status: Some(status), ..BundlesQuery::default() };
    let listed =
        app.list_bundles(&world.reader.again(), PROJECT, &query(BundleStatus::Revoked)).await.unwrap();
    assert_eq!(listed.total, 1);
    let listed =
        app.list_bundles(&world.reader.again(), PROJECT, &query(BundleStatus::Compiled)).await.unwrap();
    assert_eq!(listed.total, 0);
}

#[tokio::test]
async fn a_project_without_room_is_told_what_it_holds_and_has_room_again_when_bundles_are_revoked() {
    let size = {
        let world = World::new().await.unwrap();
        let made =
            world.kit.app.create_bundle(&world.operator.again(), PROJECT, create("1.0.0", SOURCE)).await;
        made.unwrap().bundle.size_bytes
    };
    // Room for two, and a little: versions of other lengths have archives of other sizes.
    let settings = Settings { project_bundle_bytes: size * 2 + size / 2, ..Settings::default() };
    let world = World::with(settings).await.unwrap();
    let app = &world.kit.app;
    let make = |version: &'static str| {
        let (app, caller) = (app.clone(), world.operator.again());
        async move { app.create_bundle(&caller, PROJECT, create(version, SOURCE)).await }
    };
    let first = make("1.0.0").await.unwrap();
    make("1.0.1").await.unwrap();
    let changes = world.kit.changes();
    let refused = make("1.0.2").await.unwrap_err();
    assert!(
        matches!(&refused, AppError::Conflict(text) if text.contains("MiB") && text.contains("revoke bundles")),
        "{refused}"
    );
    assert_eq!(world.kit.changes(), changes, "nothing was made");
    let elsewhere = create("1.0.0", SOURCE);
    app.create_bundle(&world.outsider.again(), OTHER_PROJECT, elsewhere)
        .await
        .expect("each project has its own");
    app.revoke_bundle(&world.operator.again(), PROJECT, first.id).await.unwrap();
    make("1.0.2").await.unwrap();
}
