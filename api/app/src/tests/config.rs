//! The configuration of a project. Upstream's import drops what it has no field for, its last writer wins unseen, and its export of one
//! tenant can be had by another.

use sentinel_api_types::PageQuery;
use sentinel_api_types::bundle::BundleCreate;
use sentinel_api_types::config::{
    ConfigAction, ConfigApplied, ConfigApplyQuery, ConfigDiffQuery, ConfigObject, Configurable,
};
use sentinel_api_types::service_template::ServiceTemplateFill;
use sentinel_model::config::document::SETTINGS;
use sentinel_model::config::{Document, Listener, Middleware, Service, Settings, TrustStore, UpstreamGroup};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::AppError;
use crate::testing::world::{OTHER_PROJECT, PROJECT, SOURCE};
use crate::testing::{Kit, World};

const WHOLE: ConfigApplyQuery = ConfigApplyQuery { dry_run: None, prune: None, revision: None };
const DRY: ConfigApplyQuery = ConfigApplyQuery { dry_run: Some(true), prune: None, revision: None };
const KEEP: ConfigApplyQuery = ConfigApplyQuery { dry_run: None, prune: Some(false), revision: None };

async fn raised() -> World {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    world
}

/// A little of everything.
fn shop() -> Document {
    document(json!({
        "version": 1,
        "settings": { "worker_threads": 2 },
        "listeners": { "http": { "address": "0.0.0.0:${node.http_port}" } },
        "services": {
            "shop": {
                "route_path": "/shop/*",
                "hosts": ["shop.example.com"],
                "upstream_group": "shop",
                "retry": {},
                "middlewares": [{ "middleware": "careful" }],
            },
            "old": { "route_path": "/old", "redirect_url": "https://example.com/new" },
        },
        "upstream_groups": { "shop": { "targets": [{ "host": "10.0.0.1", "port": 8080 }] } },
        "middlewares": { "careful": { "middleware_type": "security", "config": { "no_sniff": true } } },
        "trust_stores": { "own": { "certificates_pem": "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----" } },
    }))
}

fn document(value: Value) -> Document {
    serde_json::from_value(value).unwrap()
}

fn service(value: Value) -> Service {
    serde_json::from_value(value).unwrap()
}

async fn apply(world: &World, query: ConfigApplyQuery, document: Document) -> ConfigApplied {
    world.kit.app.apply_config(&world.operator.again(), PROJECT, query, document).await.unwrap()
}

async fn refused(world: &World, query: ConfigApplyQuery, document: Document) -> AppError {
    world.kit.app.apply_config(&world.operator.again(), PROJECT, query, document).await.unwrap_err()
}

async fn export(world: &World) -> Document {
    world.kit.app.export_config(&world.reader.again(), PROJECT).await.unwrap()
}

async fn show<T: Configurable>(world: &World, named: &str) -> ConfigObject<T> {
    world.kit.app.show_config(&world.reader.again(), PROJECT, named).await.unwrap()
}

fn named(applied: &ConfigApplied) -> Vec<(ConfigAction, &str)> {
    applied.changes.iter().map(|change| (change.action, change.slug.as_str())).collect()
}

#[tokio::test]
async fn what_is_exported_is_what_was_applied_and_applying_it_again_changes_nothing() {
    let world = raised().await;
    assert_eq!(export(&world).await, Document::default());
    let before = world.kit.changes();
    let dry = apply(&world, DRY, shop()).await;
    assert_eq!((dry.dry_run, dry.added, dry.revision), (true, 7, 0));
    assert_eq!((world.kit.changes(), export(&world).await), (before, Document::default()));

    let applied = apply(&world, WHOLE, shop()).await;
    assert_eq!((applied.dry_run, applied.added, applied.revision), (false, 7, 1));
    assert_eq!(applied.changes, dry.changes);
    let text = serde_json::to_string_pretty(&export(&world).await).unwrap();
    assert_eq!(text, serde_json::to_string_pretty(&shop()).unwrap());

    let before = world.kit.changes();
    let again = apply(&world, WHOLE, export(&world).await).await;
    assert_eq!((again.revision, again.changes), (1, Vec::new()));
    assert_eq!(world.kit.changes(), before, "nothing was written");
}

#[tokio::test]
async fn a_document_is_the_whole_unless_the_rest_shall_stay() {
    let world = raised().await;
    apply(&world, WHOLE, shop()).await;
    let mut next = shop();
    next.services.get_mut("shop").unwrap().retry = None;
    next.services.get_mut("shop").unwrap().hosts.push("www.example.com".into());
    next.services.remove("old");
    next.put("new", service(json!({ "route_path": "/new", "respond_status": 404 })).into());
    let query = ConfigDiffQuery { prune: None };
    let diff = world.kit.app.diff_config(&world.reader.again(), PROJECT, query, next.clone()).await.unwrap();
    assert_eq!((diff.added, diff.changed, diff.removed), (1, 1, 1));

    let part = document(
        json!({ "version": 1, "services": { "old": { "route_path": "/old", "respond_status": 404 } } }),
    );
    let kept = apply(&world, KEEP, part).await;
    assert_eq!(named(&kept), [(ConfigAction::Changed, "old")]);
    assert_eq!(kept.changes[0].fields, ["redirect_url", "respond_status"]);

    let applied = apply(&world, WHOLE, next.clone()).await;
    use ConfigAction::{Added, Changed, Removed};
    assert_eq!(named(&applied), [(Added, "new"), (Removed, "old"), (Changed, "shop")]);
    assert_eq!(applied.changes[2].fields, ["hosts", "retry"]);
    assert_eq!(export(&world).await, next);
    let revision = async |named: &str| show::<UpstreamGroup>(&world, named).await.revision;
    assert_eq!(revision("shop").await, 1, "what was not changed keeps its revision");
    assert_eq!(show::<Service>(&world, "shop").await.revision, 3);
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_with_its_place_and_nothing_is_written() {
    let world = raised().await;
    apply(&world, WHOLE, shop()).await;
    let before = world.kit.changes();
    let mut wrong = shop();
    wrong.services.get_mut("shop").unwrap().hosts = vec!["A".into()];
    wrong.upstream_groups.clear();
    let AppError::Invalid(fields) = refused(&world, WHOLE, wrong.clone()).await else { panic!() };
    let places: Vec<&str> = fields.keys().map(String::as_str).collect();
    assert_eq!(places, ["services.shop.hosts[0]", "services.shop.upstream_group"]);
    let AppError::Invalid(fields) = refused(&world, KEEP, wrong).await else { panic!() };
    let places: Vec<&str> = fields.keys().map(String::as_str).collect();
    assert_eq!(places, ["services.shop.hosts[0]"], "the group stays, so it can be named");
    for query in [WHOLE, KEEP, DRY] {
        let AppError::Invalid(fields) = refused(&world, query, Document { version: 2, ..shop() }).await
        else {
            panic!()
        };
        assert!(fields.contains_key("version"), "{fields:?}");
    }
    assert_eq!(world.kit.changes(), before);
}

#[tokio::test]
async fn an_object_is_made_shown_replaced_and_taken_away_by_its_slug_or_its_id() {
    let world = raised().await;
    let app = &world.kit.app;
    let by = || world.operator.again();
    let group = |port: u16| -> UpstreamGroup {
        serde_json::from_value(json!({ "name": "The Shop", "targets": [{ "host": "a", "port": port }] }))
            .unwrap()
    };
    let made = app.create_config(&by(), PROJECT, None, group(1)).await.unwrap();
    assert_eq!((made.slug.as_str(), made.revision, &made.spec), ("the-shop", 1, &group(1)));
    assert_eq!(made.updated_by, world.operator.caller.label());
    let taken = app.create_config(&by(), PROJECT, None, group(2)).await.unwrap_err();
    assert!(matches!(&taken, AppError::Invalid(fields) if fields.contains_key("slug")), "{taken:?}");
    let nameless = service(json!({ "route_path": "/", "respond_status": 404 }));
    let nameless = app.create_config(&by(), PROJECT, None, nameless).await.unwrap_err();
    assert!(matches!(&nameless, AppError::Invalid(fields) if fields.contains_key("slug")), "{nameless:?}");

    let id = made.id.to_string();
    for named in ["the-shop", &id] {
        assert_eq!(show::<UpstreamGroup>(&world, named).await, made);
    }
    let other_kind = app.show_config::<Service>(&world.reader.again(), PROJECT, &id).await.unwrap_err();
    assert_eq!(other_kind.to_string(), "Service not found");
    let replaced = app.replace_config(&by(), PROJECT, &id, Some(1), group(2)).await.unwrap();
    assert_eq!((replaced.id, replaced.revision, &replaced.spec), (made.id, 2, &group(2)));
    let before = world.kit.changes();
    let same = app.replace_config(&by(), PROJECT, "the-shop", Some(2), group(2)).await.unwrap();
    assert_eq!((same.revision, world.kit.changes()), (2, before), "it says so already");
    let list = app.list_config::<UpstreamGroup>(&world.reader.again(), PROJECT, &PageQuery::default()).await;
    assert_eq!(list.unwrap().upstream_groups, [replaced]);

    let to_it = service(json!({ "route_path": "/", "upstream_group": "the-shop" }));
    app.create_config(&by(), PROJECT, Some("shop".into()), to_it).await.unwrap();
    let named = app.delete_config::<UpstreamGroup>(&by(), PROJECT, &id, None).await.unwrap_err();
    assert!(
        matches!(&named, AppError::Conflict(text) if text == "the upstream group 'the-shop' is in use: the service 'shop' names it"),
        "{named:?}"
    );
    app.delete_config::<Service>(&by(), PROJECT, "shop", None).await.unwrap();
    app.delete_config::<UpstreamGroup>(&by(), PROJECT, &id, Some(2)).await.unwrap();
    let gone = app.delete_config::<UpstreamGroup>(&by(), PROJECT, &id, None).await.unwrap_err();
    assert_eq!(gone.to_string(), "Upstream group not found");
    let gone = app.replace_config(&by(), PROJECT, "the-shop", None, group(3)).await.unwrap_err();
    assert_eq!(gone.to_string(), "Upstream group not found");
}

#[tokio::test]
async fn the_settings_of_a_project_need_not_be_made() {
    let world = raised().await;
    let (app, by) = (&world.kit.app, || world.operator.again());
    let settings = |threads: u32| Settings { worker_threads: Some(threads), ..Settings::default() };
    let absent = app.show_config::<Settings>(&world.reader.again(), PROJECT, SETTINGS).await.unwrap_err();
    assert_eq!(absent.to_string(), "Settings not found");
    let seen = app.replace_config(&by(), PROJECT, SETTINGS, Some(1), settings(1)).await.unwrap_err();
    assert!(matches!(seen, AppError::NotFound(_)));
    let made = app.replace_config(&by(), PROJECT, SETTINGS, None, settings(1)).await.unwrap();
    let changed =
        app.replace_config(&by(), PROJECT, SETTINGS, Some(made.revision), settings(2)).await.unwrap();
    assert_eq!((changed.id, changed.revision, changed.slug.as_str()), (made.id, 2, SETTINGS));
    let wrong = app.replace_config(&by(), PROJECT, SETTINGS, None, settings(9_999)).await.unwrap_err();
    assert!(
        matches!(&wrong, AppError::Invalid(fields) if fields.contains_key("worker_threads")),
        "{wrong:?}"
    );
    app.delete_config::<Settings>(&by(), PROJECT, SETTINGS, None).await.unwrap();
    assert_eq!(export(&world).await.settings, None);
}

/// Defect: the last one who saves wins, and nobody is told.
#[tokio::test]
async fn of_two_who_change_the_same_object_the_second_learns_what_the_first_has_changed() {
    let world = raised().await;
    apply(&world, WHOLE, shop()).await;
    let (app, seen) = (&world.kit.app, show::<Service>(&world, "shop").await);
    let mut first = seen.spec.clone();
    first.timeout_seconds = Some(5);
    let by = &world.admin;
    app.replace_config(&by.again(), PROJECT, "shop", Some(seen.revision), first).await.unwrap();
    let mut second = seen.spec.clone();
    second.hosts = vec!["b.example.com".into()];
    let late = |spec: Service| async {
        let by = world.operator.again();
        app.replace_config(&by, PROJECT, "shop", Some(seen.revision), spec).await.unwrap_err()
    };
    let gone =
        app.delete_config::<Service>(&world.operator.again(), PROJECT, "shop", Some(seen.revision)).await;
    for refused in [late(second).await, gone.unwrap_err()] {
        let AppError::Changed { text, revision, updated_by, changed_fields, .. } = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((revision, updated_by), (2, by.caller.label()));
        assert_eq!(changed_fields, ["timeout_seconds"]);
        assert!(text.starts_with("the service 'shop' was changed by"), "{text}");
    }
    assert_eq!(show::<Service>(&world, "shop").await.spec.timeout_seconds, Some(5));
}

#[tokio::test]
async fn an_object_that_is_wrong_is_refused_by_its_own_fields() {
    let world = raised().await;
    let wrong = service(json!({ "route_path": "x", "upstream_group": "none", "hosts": ["A"] }));
    let refused = async |slug: &str| {
        let (by, slug) = (world.operator.again(), Some(slug.to_owned()));
        let AppError::Invalid(fields) =
            world.kit.app.create_config(&by, PROJECT, slug, wrong.clone()).await.unwrap_err()
        else {
            panic!()
        };
        fields.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(refused("shop").await, ["hosts[0]", "route_path", "upstream_group"]);
    assert_eq!(refused("Shop").await, ["hosts[0]", "route_path", "slug", "upstream_group"]);
}

#[tokio::test]
async fn an_editor_learns_what_the_compiler_would_refuse() {
    let world = raised().await;
    let check = async |document: Option<Document>| {
        world.kit.app.check_config(&world.reader.again(), PROJECT, document).await.unwrap()
    };
    let empty = check(None).await;
    assert!(!empty.valid && empty.problems[0].code == "no-service", "{empty:?}");
    let mut shop = shop();
    apply(&world, WHOLE, shop.clone()).await;
    let good = check(None).await;
    assert!(good.valid && good.needs.contains(&"policy.retry".to_owned()), "{good:?}");
    assert_eq!(check(Some(shop.clone())).await, good);
    shop.services.get_mut("shop").unwrap().match_query.insert("a".into(), None);
    let refused = check(Some(shop)).await;
    let problem = &refused.problems[0];
    assert_eq!(problem.path.as_deref(), Some("services.shop.match_query"));
    assert!(!refused.valid && problem.help.is_some() && problem.message.contains("never matches"));
}

#[tokio::test]
async fn what_the_proxy_would_get_is_shown_and_nothing_is_kept() {
    let world = raised().await;
    let preview = async |document: Option<Document>| {
        world.kit.app.preview_config(&world.reader.again(), PROJECT, document).await.unwrap()
    };
    let empty = preview(None).await;
    assert!(!empty.valid && empty.generated.is_none() && empty.problems[0].code == "no-service", "{empty:?}");
    let before = world.kit.changes();
    let shown = preview(Some(shop())).await;
    let generated = shown.generated.unwrap();
    assert!(shown.valid && shown.needs.contains(&"policy.retry".to_owned()), "{:?}", shown.needs);
    assert!(
        generated.json.contains("\"upstreams\"") && generated.kdl.contains("upstreams {"),
        "{generated:?}"
    );
    assert_eq!((world.kit.changes(), export(&world).await), (before, Document::default()));
    apply(&world, WHOLE, shop()).await;
    assert_eq!(preview(None).await.generated.unwrap(), generated);
    // What nothing uses is told, and does not keep anybody from making a bundle.
    let mut idle = shop();
    let unused = idle.upstream_groups.values().next().unwrap().clone();
    idle.upstream_groups.insert("idle".into(), unused);
    let shown = preview(Some(idle)).await;
    assert_eq!((shown.valid, shown.warnings[0].code.as_str()), (true, "not-used"));
    assert_eq!(shown.generated.unwrap().digest, generated.digest);
}

#[tokio::test]
async fn a_template_makes_a_document_that_is_added_to_a_configuration() {
    let world = raised().await;
    let app = &world.kit.app;
    let list = app.list_service_templates(&world.outsider.again()).await.unwrap().service_templates;
    let api = list.iter().find(|template| template.name == "rest-api").unwrap();
    assert!(api.parameters.iter().any(|one| one.name == "targets" && one.required && one.many), "{api:?}");
    assert!(api.left_out[0].why.contains("needs the guard"), "{api:?}");
    let fill = |targets: &[&str]| ServiceTemplateFill {
        slug: Some("new".into()),
        targets: targets.iter().map(|target| (*target).to_owned()).collect(),
        ..ServiceTemplateFill::default()
    };
    let by = || world.reader.again();
    let AppError::Invalid(fields) =
        app.fill_service_template(&by(), "rest-api", fill(&["10.0.0.1:0"])).await.unwrap_err()
    else {
        panic!()
    };
    assert_eq!(fields.into_keys().collect::<Vec<_>>(), ["targets[0]"]);
    let none = app.fill_service_template(&by(), "none", fill(&["10.0.0.1:1"])).await;
    assert!(matches!(none, Err(AppError::NotFound(_))), "{none:?}");
    let part = app.fill_service_template(&by(), "rest-api", fill(&["10.0.0.1:1"])).await.unwrap();
    apply(&world, WHOLE, shop()).await;
    let added = apply(&world, KEEP, part).await;
    assert_eq!((added.added, added.changed, added.removed), (2, 0, 0), "{added:?}");
    assert!(export(&world).await.services.len() > shop().services.len());
}

/// Defect: `config/export` and `config/import` reach any tenant's project.
#[tokio::test]
async fn another_tenants_configuration_is_not_there() {
    let world = raised().await;
    apply(&world, WHOLE, shop()).await;
    let (app, they) = (&world.kit.app, || world.outsider.again());
    let id = show::<Service>(&world, "shop").await.id.to_string();
    let mut told = vec![
        app.export_config(&they(), PROJECT).await.map(drop),
        app.list_config::<Service>(&they(), PROJECT, &PageQuery::default()).await.map(drop),
        app.check_config(&they(), PROJECT, None).await.map(drop),
        app.preview_config(&they(), PROJECT, None).await.map(drop),
        app.diff_config(&they(), PROJECT, ConfigDiffQuery::default(), shop()).await.map(drop),
        app.apply_config(&they(), PROJECT, WHOLE, Document::default()).await.map(drop),
    ];
    let theirs =
        [(PROJECT, "shop"), (PROJECT, id.as_str()), (OTHER_PROJECT, "shop"), (OTHER_PROJECT, id.as_str())];
    let spec = || service(json!({ "route_path": "/", "respond_status": 404 }));
    for (project, named) in theirs {
        told.push(app.show_config::<Service>(&they(), project, named).await.map(drop));
        told.push(app.replace_config(&they(), project, named, None, spec()).await.map(drop));
        told.push(app.delete_config::<Service>(&they(), project, named, None).await);
    }
    for told in told {
        assert!(matches!(told, Err(AppError::NotFound(_))), "{told:?}");
    }
    // Nor can it be named.
    let to_theirs = service(json!({ "route_path": "/", "upstream_group": "shop" }));
    let named = app.create_config(&they(), OTHER_PROJECT, Some("mine".into()), to_theirs).await.unwrap_err();
    assert!(
        matches!(&named, AppError::Invalid(fields) if fields.contains_key("upstream_group")),
        "{named:?}"
    );
    assert_eq!(export(&world).await, shop());
}

#[tokio::test]
async fn a_request_that_comes_again_is_answered_again_and_done_once() {
    let world = raised().await;
    let app = &world.kit.app;
    let key = |number| Kit::repeatable(&world.operator.caller, Uuid::from_u128(number));
    let first = app.apply_config(&key(1), PROJECT, WHOLE, shop()).await.unwrap();
    app.delete_config::<Listener>(&world.operator.again(), PROJECT, "http", None).await.unwrap();
    let again = app.apply_config(&key(1), PROJECT, WHOLE, shop()).await.unwrap();
    assert_eq!(again, first);
    assert_eq!(export(&world).await.listeners.len(), 0, "it was not done again");

    let put = |threads| Settings { worker_threads: Some(threads), ..Settings::default() };
    let seen = show::<Settings>(&world, SETTINGS).await.revision;
    let put_once = app.replace_config(&key(2), PROJECT, SETTINGS, Some(seen), put(4)).await.unwrap();
    let put_again = app.replace_config(&key(2), PROJECT, SETTINGS, Some(seen), put(4)).await.unwrap();
    assert_eq!(put_once, put_again, "what it was based on was changed by itself");
    app.delete_config::<TrustStore>(&key(3), PROJECT, "own", None).await.unwrap();
    app.delete_config::<TrustStore>(&key(3), PROJECT, "own", None).await.unwrap();
}

#[tokio::test]
async fn a_list_is_paged_by_slug() {
    let world = raised().await;
    let mut many = Document::default();
    for number in 0..7 {
        let value = json!({ "middleware_type": "security", "config": { "no_sniff": true } });
        many.put(&format!("m-{number}"), serde_json::from_value::<Middleware>(value).unwrap().into());
    }
    apply(&world, KEEP, many).await;
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let query = PageQuery { limit: Some(3), cursor };
        let page =
            world.kit.app.list_config::<Middleware>(&world.reader.again(), PROJECT, &query).await.unwrap();
        seen.extend(page.middlewares.into_iter().map(|one| one.slug));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["m-0", "m-1", "m-2", "m-3", "m-4", "m-5", "m-6"]);
}

#[tokio::test]
async fn a_cluster_of_an_earlier_level_says_what_it_takes() {
    let world = World::new().await.unwrap();
    let refused = refused(&world, WHOLE, shop()).await;
    assert!(
        matches!(&refused, AppError::Conflict(text) if text.starts_with("this takes cluster level 5, and the cluster is at 4")),
        "{refused:?}"
    );
    assert_eq!(export(&world).await, Document::default());
}

/// Defect: whoever looked at the differences applies something else when somebody was quicker.
#[tokio::test]
async fn a_document_is_applied_to_what_was_looked_at_or_not_at_all() {
    let world = raised().await;
    apply(&world, WHOLE, shop()).await;
    let app = &world.kit.app;
    let mut next = shop();
    next.services.get_mut("old").unwrap().enabled = false;
    let caller = world.operator.again();
    let looked = app.diff_config(&caller, PROJECT, ConfigDiffQuery::default(), next.clone()).await.unwrap();
    let seen = Some(looked.revision);
    app.delete_config::<Listener>(&world.operator.again(), PROJECT, "http", None).await.unwrap();
    for query in [WHOLE, DRY, KEEP] {
        let refused = refused(&world, ConfigApplyQuery { revision: seen, ..query }, next.clone()).await;
        let AppError::Changed { revision, changed_fields, .. } = refused else { panic!("{refused:?}") };
        assert_eq!(
            (Some(revision), changed_fields.as_slice()),
            (seen.map(|seen| seen + 1), &["listeners.http".to_owned()][..])
        );
    }
    let seen = seen.map(|seen| seen + 1);
    apply(&world, ConfigApplyQuery { revision: seen, ..WHOLE }, next).await;
}

#[tokio::test]
async fn a_bundle_says_of_which_revision_of_the_configuration_it_was_made() {
    let world = raised().await;
    let app = &world.kit.app;
    let create = |version: &str, config_source: Option<&str>| BundleCreate {
        version: version.into(),
        config_source: config_source.map(str::to_owned),
    };
    let empty = app.create_bundle(&world.operator.again(), PROJECT, create("0.1", None)).await.unwrap_err();
    assert!(matches!(&empty, AppError::Invalid(fields) if fields.contains_key("config_source")), "{empty:?}");
    let revision = apply(&world, WHOLE, shop()).await.revision;
    let made = app.create_bundle(&world.operator.again(), PROJECT, create("1.0", None)).await.unwrap();
    assert_eq!(made.bundle.config_revision, Some(revision));
    let text =
        app.create_bundle(&world.operator.again(), PROJECT, create("1.1", Some(SOURCE))).await.unwrap();
    assert_eq!(text.bundle.config_revision, None);
}
