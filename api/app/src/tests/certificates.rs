//! Certificates. Upstream shows private keys to everybody who may look at certificates.

use sentinel_api_types::certificate::{
    CertificateBody, CertificateCreate, CertificateReplace, CertificateUpdate,
};
use sentinel_machine::tables::rows;
use sentinel_machine::{Scan, Table, certificate, snapshot};
use sentinel_model::audit::AuditEntry;

use crate::error::AppError;
use crate::keyring::certificate_key_context;
use crate::testing::World;
use crate::testing::certificates::{Authority, Issued};
use crate::testing::world::{OTHER_PROJECT, PROJECT};

async fn raised() -> World {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    world
}

fn named(slug: &str, pair: &Issued) -> CertificateCreate {
    let (chain, key) = (pair.chain(), pair.key.as_str().into());
    CertificateCreate { slug: slug.into(), chain, key, description: None }
}

fn other(pair: &Issued) -> CertificateReplace {
    CertificateReplace { chain: pair.chain(), key: pair.key.as_str().into() }
}

async fn make(world: &World, slug: &str, pair: &Issued) -> CertificateBody {
    world.kit.app.create_certificate(&world.operator.again(), PROJECT, named(slug, pair)).await.unwrap()
}

/// The key as a node would get it.
fn opened(world: &World, slug: &str) -> String {
    let tables = world.kit.replica.memory().tables();
    let known = certificate::find(&tables, world.project, slug).unwrap().unwrap();
    let content = certificate::content(&tables, &known).unwrap().unwrap();
    let context = certificate_key_context(world.project, known.id, content.version);
    let opened = world.kit.app.keyring().unseal(&context, &content.sealed).unwrap();
    String::from_utf8(opened.to_vec()).unwrap()
}

#[tokio::test]
async fn a_key_is_in_the_state_only_sealed_and_in_no_answer_and_no_entry() {
    let world = raised().await;
    let app = &world.kit.app;
    let (first, second) = (Issued::new(&["shop.example"]), Issued::new(&["shop.example"]));
    let made = make(&world, "web", &first).await;
    assert_eq!((made.chain.as_deref(), made.warnings.len()), (Some(first.chain().as_str()), 0));
    let current = made.certificate.current.clone().unwrap();
    assert_eq!((current.version, current.names.as_slice()), (1, &["shop.example".to_owned()][..]));
    assert!(current.days_left > 20_000, "{}", current.days_left);
    let replaced = app.replace_certificate(&world.operator.again(), PROJECT, "web", other(&second)).await;
    let replaced = replaced.unwrap();
    assert_eq!((replaced.certificate.versions.len(), replaced.warnings.len()), (2, 0));
    assert_eq!(opened(&world, "web"), second.key);
    let listed = app.list_certificates(&world.admin.again(), PROJECT).await.unwrap();
    let shown = app.show_certificate(&world.reader.again(), PROJECT, "web").await.unwrap();
    assert_eq!(shown.chain, Some(second.chain()));
    let tables = world.kit.replica.memory().tables();
    let entries: Vec<AuditEntry> = rows(&tables, Scan::all(Table::Audit, &[])).unwrap();
    let request = named("web", &first);
    let mut told = format!("{made:?} {replaced:?} {shown:?} {listed:?} {entries:?} {request:?}").into_bytes();
    snapshot::write(&tables, &mut told).unwrap();
    for pair in [&first, &second] {
        let line = pair.key.lines().nth(1).unwrap().as_bytes();
        assert!(!told.windows(line.len()).any(|window| window == line), "a key is in clear");
    }
    assert!(String::from_utf8_lossy(&told).contains("certificate.replaced"));
}

#[tokio::test]
async fn a_key_opens_only_as_the_version_of_the_certificate_that_it_is() {
    let world = raised().await;
    let pair = Issued::new(&["shop.example"]);
    make(&world, "one", &pair).await;
    make(&world, "two", &pair).await;
    let tables = world.kit.replica.memory().tables();
    let sealed = |slug| {
        let known = certificate::find(&tables, world.project, slug).unwrap().unwrap();
        (known.id, certificate::content(&tables, &known).unwrap().unwrap().sealed)
    };
    let ((one, key), (two, _)) = (sealed("one"), sealed("two"));
    let keyring = world.kit.app.keyring();
    for (id, version) in [(two, 1), (one, 2)] {
        let context = certificate_key_context(world.project, id, version);
        assert!(keyring.unseal(&context, &key).is_err());
    }
}

#[tokio::test]
async fn a_replacement_says_what_it_is_not_for_any_more_and_repeats_itself() {
    let world = raised().await;
    let app = &world.kit.app;
    make(&world, "web", &Issued::new(&["shop.example", "www.shop.example", "old.example"])).await;
    let wild = Issued::new(&["shop.example", "*.shop.example"]);
    let caller = world.operator.again();
    let answer = app.replace_certificate(&caller, PROJECT, "web", other(&wild)).await.unwrap();
    assert_eq!(answer.warnings, ["it is not for old.example any more, as the one before it was"]);
    let again = app.replace_certificate(&caller, PROJECT, "web", other(&wild)).await.unwrap();
    assert_eq!(again.certificate.current.unwrap().version, 2, "one request is one version");
    let alone = CertificateReplace { chain: wild.own.clone(), ..other(&wild) };
    let answer = app.replace_certificate(&world.operator.again(), PROJECT, "web", alone).await.unwrap();
    assert!(answer.warnings[0].contains("only the certificate itself"), "{:?}", answer.warnings);
    let update = CertificateUpdate { description: "of the shop".into() };
    let updated = app.update_certificate(&world.operator.again(), PROJECT, "web", update).await.unwrap();
    assert_eq!(updated.certificate.description, "of the shop");
}

#[tokio::test]
async fn what_does_not_belong_together_is_refused_at_its_field() {
    let world = raised().await;
    let app = &world.kit.app;
    let (one, two) = (Issued::new(&["shop.example"]), Issued::new(&["shop.example"]));
    let crossed = CertificateCreate { key: two.key.as_str().into(), ..named("web", &one) };
    let no_slug = CertificateCreate { slug: "Web".into(), ..named("web", &one) };
    for (request, field) in [(crossed, "key"), (no_slug, "slug")] {
        let refused = app.create_certificate(&world.operator.again(), PROJECT, request).await.unwrap_err();
        let AppError::Invalid(fields) = refused else { panic!("{refused:?}") };
        assert!(fields.contains_key(field), "{fields:?}");
    }
    make(&world, "web", &one).await;
    let again = app.create_certificate(&world.operator.again(), PROJECT, named("web", &two)).await;
    assert!(again.unwrap_err().to_string().contains("taken by another certificate"));
}

#[tokio::test]
async fn nothing_of_another_project_is_there() {
    let world = raised().await;
    let (app, by) = (&world.kit.app, &world.operator);
    let pair = Issued::new(&["shop.example"]);
    app.create_certificate(&world.outsider.again(), OTHER_PROJECT, named("theirs", &pair)).await.unwrap();
    let update = CertificateUpdate { description: "mine".into() };
    for refused in [
        app.show_certificate(&by.again(), PROJECT, "theirs").await.err(),
        app.replace_certificate(&by.again(), PROJECT, "theirs", other(&pair)).await.err(),
        app.update_certificate(&by.again(), PROJECT, "theirs", update).await.err(),
        app.delete_certificate(&by.again(), PROJECT, "theirs").await.err(),
    ] {
        assert!(matches!(&refused, Some(AppError::NotFound(kind)) if kind == "Certificate"), "{refused:?}");
    }
    assert_eq!(app.list_certificates(&by.again(), PROJECT).await.unwrap().total, 0);
}

#[tokio::test]
async fn who_looks_at_the_cluster_is_told_of_the_certificates_of_their_own_that_end() {
    let world = raised().await;
    let app = &world.kit.app;
    let soon = {
        let mut own = rcgen::CertificateParams::new(vec!["shop.example".to_owned()]).unwrap();
        own.not_after = rcgen::date_time_ymd(2026, 12, 1);
        Authority::new("Test CA").sign(own, rcgen::KeyPair::generate().unwrap())
    };
    make(&world, "web", &soon).await;
    make(&world, "later", &Issued::new(&["shop.example"])).await;
    for (by, told) in [(&world.admin, true), (&world.reader, true), (&world.outsider, false)] {
        let cluster = app.show_cluster(&by.again()).await.unwrap();
        let found: Vec<_> =
            cluster.findings.iter().filter(|one| one.text.contains("the certificate ")).collect();
        assert_eq!(found.len(), usize::from(told), "{found:?}");
        if told {
            assert!(found[0].text.contains("web of the project shop runs out in 6 days"), "{found:?}");
        }
    }
    app.delete_certificate(&world.operator.again(), PROJECT, "web").await.unwrap();
    let cluster = app.show_cluster(&world.admin.again()).await.unwrap();
    assert!(!cluster.findings.iter().any(|one| one.text.contains("the certificate web")));
}
