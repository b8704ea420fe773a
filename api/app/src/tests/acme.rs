//! Certificates by ACME: what a leader is given, what it hands in, and who may see what of it.

use sentinel_api_types::Secret;
use sentinel_api_types::certificate::{
    AcmeStatus, CertificateBody, CertificateExternalAccount, CertificateReplace, CertificateRequest,
};
use sentinel_machine::snapshot;
use sentinel_model::Time;

use crate::certificate::acme::{AcmeDue, AcmeWork, WorkOrder};
use crate::error::AppError;
use crate::testing::World;
use crate::testing::certificates::Issued;
use crate::testing::world::{OTHER_PROJECT, PROJECT};

const KEY: &str = "c2VjcmV0LWNhbmFyeQ";

async fn raised() -> World {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    world
}

fn asked(slug: &str) -> CertificateRequest {
    CertificateRequest {
        slug: slug.into(),
        domains: vec!["Shop.Example.com.".into(), "www.example.com".into()],
        contact: "Ada@example.com".into(),
        directory_url: Some("https://ca.example/directory".into()),
        directory_ca: None,
        external_account: Some(CertificateExternalAccount { key_id: "k1".into(), hmac_key: KEY.into() }),
        description: None,
    }
}

async fn ask(world: &World, request: CertificateRequest) -> Result<CertificateBody, AppError> {
    world.kit.app.request_certificate(&world.operator.again(), PROJECT, request).await
}

async fn the_due(world: &World) -> AcmeDue {
    world.kit.app.acme_due(9).await.unwrap().pop().unwrap()
}

async fn work(world: &World, due: &AcmeDue) -> AcmeWork {
    world.kit.app.acme_work(due).await.unwrap().unwrap()
}

async fn state(world: &World) -> AcmeStatus {
    let shown = world.kit.app.show_certificate(&world.reader.again(), PROJECT, "web").await.unwrap();
    shown.certificate.acme.unwrap().state
}

/// As far as an order that is under way.
async fn ordered(world: &World, pair: &Issued) -> AcmeDue {
    let app = &world.kit.app;
    ask(world, asked("web")).await.unwrap();
    let due = the_due(world).await;
    let first = work(world, &due).await;
    assert_eq!(first.external.as_deref().map(Vec::as_slice), Some(&b"secret-canary"[..]));
    app.keep_acme_account(&first, &Secret::new("an account")).await.unwrap();
    let order = WorkOrder { url: "https://ca.example/o/1".into(), key: pair.key.as_str().into() };
    let challenges = vec![("token".to_owned(), "token.thumbprint".to_owned())];
    app.note_acme_order(&work(world, &due).await, &order, challenges).await.unwrap();
    due
}

#[tokio::test]
async fn a_leader_goes_from_account_to_order_to_chain_and_has_nothing_more_to_do() {
    let world = raised().await;
    let app = &world.kit.app;
    let pair = Issued::new(&["shop.example.com", "*.example.com"]);
    let due = ordered(&world, &pair).await;
    assert_eq!(state(&world).await, AcmeStatus::Ordered);
    assert_eq!(app.answer_acme("token").await.unwrap().as_deref(), Some("token.thumbprint"));
    let found = work(&world, &due).await;
    assert_eq!(found.account.as_ref().map(Secret::expose), Some("an account"));
    assert_eq!(found.order.as_ref().map(|order| order.key.expose()), Some(pair.key.as_str()));
    app.take_acme_chain(&found, &pair.chain(), None).await.unwrap();
    assert_eq!(state(&world).await, AcmeStatus::Issued);
    assert_eq!(app.answer_acme("token").await.unwrap(), None);
    assert!(app.acme_work(&due).await.unwrap().is_none() && app.acme_due(9).await.unwrap().is_empty());
    let shown = app.show_certificate(&world.reader.again(), PROJECT, "web").await.unwrap();
    assert_eq!(
        (shown.chain, shown.certificate.current.unwrap().created_by),
        (Some(pair.chain()), "ca.example".into())
    );
    // Issued from 2000 to 2100: two thirds of that are over in 2066.
    let next = shown.certificate.acme.unwrap().next_attempt_at.unwrap();
    assert_eq!(next.to_string()[..4], *"2066");
    // Late, and of no account.
    app.take_acme_chain(&found, &pair.chain(), None).await.unwrap();
    app.fail_acme(&found, "late", None).await.unwrap();
    assert_eq!(state(&world).await, AcmeStatus::Issued);
}

#[tokio::test]
async fn the_certificate_authority_may_say_when_it_is_renewed_but_not_at_once_again() {
    let world = raised().await;
    let pair = Issued::new(&["shop.example.com", "*.example.com"]);
    let due = ordered(&world, &pair).await;
    let found = work(&world, &due).await;
    world.kit.app.take_acme_chain(&found, &pair.chain(), Some(Time(0))).await.unwrap();
    assert!(world.kit.app.acme_due(9).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_chain_of_another_key_or_for_other_names_is_not_taken() {
    let world = raised().await;
    let app = &world.kit.app;
    let pair = Issued::new(&["shop.example.com"]);
    let due = ordered(&world, &pair).await;
    let found = work(&world, &due).await;
    let refused = app.take_acme_chain(&found, &pair.chain(), None).await.unwrap_err();
    assert!(refused.to_string().contains("not for www.example.com"), "{refused}");
    let other = Issued::new(&["shop.example.com", "www.example.com"]);
    let refused = app.take_acme_chain(&found, &other.chain(), None).await.unwrap_err();
    assert!(refused.to_string().contains("not the key of certificate 1"), "{refused}");
    app.fail_acme(&found, "what was issued is not for www.example.com", None).await.unwrap();
    assert_eq!(state(&world).await, AcmeStatus::Failed);
    let renewed = app.renew_certificate(&world.operator.again(), PROJECT, "web").await.unwrap();
    assert_eq!(renewed.certificate.acme.unwrap().failure.unwrap().times, 1);
    assert_eq!(app.acme_due(9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_of_keys_and_accounts_is_in_clear_anywhere() {
    let world = raised().await;
    let pair = Issued::new(&["shop.example.com", "www.example.com"]);
    ordered(&world, &pair).await;
    let app = &world.kit.app;
    let shown = app.show_certificate(&world.reader.again(), PROJECT, "web").await.unwrap();
    assert_eq!(shown.certificate.acme.as_ref().unwrap().external_key_id.as_deref(), Some("k1"));
    let audit = app.list_certificates(&world.reader.again(), PROJECT).await.unwrap();
    let mut told = format!("{shown:?} {audit:?} {:?}", asked("web")).into_bytes();
    snapshot::write(&world.kit.replica.memory().tables(), &mut told).unwrap();
    let line = pair.key.lines().nth(1).unwrap();
    for secret in [line, KEY, "secret-canary", "an account"] {
        assert!(!told.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
}

#[tokio::test]
async fn what_is_asked_for_wrongly_is_refused_at_its_field() {
    let world = raised().await;
    let key = |text: &str| CertificateExternalAccount { key_id: "k1".into(), hmac_key: text.into() };
    let cases = [
        (CertificateRequest { slug: "Web".into(), ..asked("web") }, "slug"),
        (CertificateRequest { domains: vec!["*.example.com".into()], ..asked("web") }, "domains.0"),
        (CertificateRequest { domains: vec!["10.0.0.1".into()], ..asked("web") }, "domains.0"),
        (CertificateRequest { domains: vec!["a.example".into(); 101], ..asked("web") }, "domains"),
        (CertificateRequest { contact: "ada".into(), ..asked("web") }, "contact"),
        (CertificateRequest { directory_url: Some("http://ca".into()), ..asked("web") }, "directory_url"),
        (CertificateRequest { directory_ca: Some("nothing".into()), ..asked("web") }, "directory_ca"),
        (
            CertificateRequest { external_account: Some(key("a b")), ..asked("web") },
            "external_account.hmac_key",
        ),
        (CertificateRequest { external_account: Some(key("")), ..asked("web") }, "external_account.hmac_key"),
    ];
    for (request, field) in cases {
        let refused = ask(&world, request).await.unwrap_err();
        let AppError::Invalid(fields) = &refused else { panic!("{field}: {refused:?}") };
        assert!(fields.contains_key(field), "{field}: {fields:?}");
    }
    ask(&world, asked("web")).await.unwrap();
    let pair = Issued::new(&["shop.example.com"]);
    let replace = CertificateReplace { chain: pair.chain(), key: pair.key.as_str().into() };
    let refused = world.kit.app.replace_certificate(&world.operator.again(), PROJECT, "web", replace).await;
    assert!(refused.unwrap_err().to_string().contains("have it renewed instead"));
}

#[tokio::test]
async fn who_asks_for_a_token_that_is_none_learns_nothing() {
    let world = raised().await;
    for token in ["", "unknown", "../etc/passwd", &"a".repeat(300)] {
        assert_eq!(world.kit.app.answer_acme(token).await.unwrap(), None, "{token}");
    }
}

#[tokio::test]
async fn a_node_answers_for_its_own_project_alone() {
    let world = raised().await;
    let app = &world.kit.app;
    let pair = Issued::new(&["shop.example.com"]);
    ordered(&world, &pair).await;
    let (id, known) = &world.node;
    let answer = app.node_challenge(&known.again(), *id, "token").await.unwrap();
    assert_eq!(answer.answer, "token.thumbprint");
    for token in ["unknown", "", "../secrets"] {
        assert!(matches!(app.node_challenge(&known.again(), *id, token).await, Err(AppError::NotFound(_))));
    }
    let (stranger, by) = world.kit.node(&world.outsider, OTHER_PROJECT, "edge-1").await.unwrap();
    let refused = app.node_challenge(&by.again(), stranger, "token").await;
    assert!(matches!(refused, Err(AppError::NotFound(_))), "{refused:?}");
}
