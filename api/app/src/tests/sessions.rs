//! Signing in and out.

use sentinel_api_types::session::{SessionCreate, SessionKind};
use sentinel_machine::Consistency;
use uuid::Uuid;

use crate::authenticate::Credential;
use crate::error::AppError;
use crate::testing::{ADMIN, Kit, PASSWORD, Trouble};

fn attempt(email: &str, password: &str) -> SessionCreate {
    SessionCreate { email: email.into(), password: password.into(), kind: SessionKind::Token }
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_or_when_its_owner_says_so() {
    let kit = Kit::formed().await.unwrap();
    let first = kit.sign_in(ADMIN).await.unwrap();
    assert!(first.secret.expose().starts_with("ses_"));
    kit.app.delete_session(&first.caller).await.unwrap();
    let ended = kit.known(Credential::Session(first.secret)).await.unwrap_err();
    assert!(matches!(ended, AppError::Unauthenticated(_)));

    let second = kit.sign_in(ADMIN).await.unwrap();
    kit.clock.advance_ms(12 * 60 * 60 * 1_000 - 1);
    kit.known(Credential::Session(second.secret.clone())).await.unwrap();
    kit.clock.advance_ms(1);
    let ended = kit.known(Credential::Session(second.secret)).await.unwrap_err();
    assert!(matches!(ended, AppError::Unauthenticated(_)));
}

#[tokio::test]
async fn a_sign_in_whose_answer_was_lost_goes_on_with_the_same_session() {
    let kit = Kit::formed().await.unwrap();
    let caller = Kit::repeatable(&kit.anonymous(), Uuid::from_u128(90));
    kit.replica.trouble(Trouble::LostAnswer);
    let lost = kit.app.create_session(&caller, attempt(ADMIN, PASSWORD), "::1").await.unwrap_err();
    assert!(matches!(lost, AppError::OutcomeUnknown(_)));
    kit.replica.trouble(Trouble::None);
    kit.clock.advance_ms(5_000);
    let first = kit.app.create_session(&caller, attempt(ADMIN, PASSWORD), "::1").await.unwrap();
    let again = kit.app.create_session(&caller, attempt(ADMIN, PASSWORD), "::1").await.unwrap();
    assert_eq!(first, again);
    let known = kit.known(Credential::Session(first.token.unwrap())).await.unwrap();
    let wrong = kit.app.create_session(&caller, attempt(ADMIN, "wrong password 1"), "::1").await.unwrap_err();
    assert!(matches!(wrong, AppError::Unauthenticated(_)), "the key is no password: {wrong:?}");
    kit.app.delete_session(&known.caller).await.unwrap();
    let ended = kit.app.create_session(&caller, attempt(ADMIN, PASSWORD), "::1").await.unwrap_err();
    assert!(matches!(ended, AppError::Conflict(_)), "signed out since: {ended:?}");
    let another = kit.app.create_session(&kit.anonymous(), attempt(ADMIN, PASSWORD), "::1").await.unwrap();
    assert_ne!(again.token, another.token);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_are_told_apart_by_nothing() {
    let kit = Kit::formed().await.unwrap();
    let wrong = kit.app.create_session(&kit.anonymous(), attempt(ADMIN, "wrong password 1"), "::1").await;
    let unknown =
        kit.app.create_session(&kit.anonymous(), attempt("nobody@example.com", PASSWORD), "::1").await;
    let no_address =
        kit.app.create_session(&kit.anonymous(), attempt("not an address", PASSWORD), "::1").await;
    let too_long = kit.app.create_session(&kit.anonymous(), attempt(ADMIN, &"x".repeat(300)), "::1").await;
    let words: Vec<String> = [wrong, unknown, no_address, too_long]
        .into_iter()
        .map(|result| result.unwrap_err().to_string())
        .collect();
    assert!(words.iter().all(|text| *text == words[0] && text.contains("wrong")), "{words:?}");
    assert_eq!(kit.changes(), 1, "nothing was written");
}

#[tokio::test]
async fn guessing_is_slowed_down_and_told_when_to_try_again() {
    let kit = Kit::formed().await.unwrap();
    for _ in 0..5 {
        let refused =
            kit.app.create_session(&kit.anonymous(), attempt(ADMIN, "wrong password 1"), "::1").await;
        assert!(matches!(refused, Err(AppError::Unauthenticated(_))));
    }
    let held = kit.app.create_session(&kit.anonymous(), attempt(ADMIN, PASSWORD), "::1").await.unwrap_err();
    assert!(matches!(held, AppError::TooManyAttempts { retry_after_s: 1 }), "{held:?}");
    let elsewhere = kit.app.create_session(&kit.anonymous(), attempt(ADMIN, PASSWORD), "10.0.0.1").await;
    elsewhere.unwrap();
    kit.clock.advance_ms(1_000);
    kit.app.create_session(&kit.anonymous(), attempt(ADMIN, PASSWORD), "::1").await.unwrap();
}

#[tokio::test]
async fn stored_and_printed_values_hold_no_secret() {
    let kit = Kit::formed().await.unwrap();
    let session = kit.sign_in(ADMIN).await.unwrap();
    let state = format!("{:?}", kit.replica.memory().tables());
    let debug = format!("{session:?} {:?} {:?}", kit.app.keyring(), attempt(ADMIN, PASSWORD));
    let bytes = |text: &str| text.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ");
    for secret in [session.secret.expose(), PASSWORD] {
        assert!(!debug.contains(secret));
        assert!(!state.contains(&bytes(secret)));
    }
}

#[tokio::test]
async fn credentials_of_no_known_kind_are_refused_without_a_look_up() {
    let kit = Kit::formed().await.unwrap();
    for wrong in ["", "sk-123", "Basic abc", &"ses_".repeat(2_000)] {
        assert!(matches!(Credential::bearer(wrong), Err(AppError::Unauthenticated(_))), "{wrong}");
    }
    for wrong in ["ses_x", "scp_x", "eyJx"] {
        let credential = Credential::bearer(wrong).unwrap();
        let refused = kit.app.authenticate(&credential, Consistency::Linearizable).await.unwrap_err();
        assert!(matches!(refused, AppError::Unauthenticated(_)), "{wrong}: {refused:?}");
    }
}
