//! What is said about failures.
#![allow(clippy::unwrap_used)]

use anyhow::Context;
use sentinel_api_types::ErrorBody;
use sentinel_client::TlsTrouble;

use super::*;

fn refused(status: u16, code: &str, message: &str, path: &[&str]) -> anyhow::Error {
    ClientError::Api(Box::new(ApiError {
        status,
        code: code.to_owned(),
        message: message.to_owned(),
        details: None,
        body: ErrorBody::text(code, message),
        request_id: Some("r-1".to_owned()),
        member: "http://a:1".to_owned(),
        path: path.iter().map(|part| (*part).to_owned()).collect(),
        tried: Vec::new(),
    }))
    .into()
}

fn advised(error: &anyhow::Error, asked: &Asked) -> String {
    advice(error, asked).join("\n")
}

#[test]
fn exit_codes_tell_refused_from_broken() {
    assert_eq!([401, 403, 409, 422, 429].map(by_status), [REFUSED; 5]);
    assert_eq!([408, 500, 503, 504].map(by_status), [FAILED; 4]);
    assert_eq!(by_status(404), NOT_FOUND);
    let nobody = refused(404, "http", "what answers at http://a:1 is not a member", &[]);
    assert_eq!(exit_code(&nobody), FAILED, "a stranger's 404 says nothing about what there is");
}

#[test]
fn what_was_not_found_is_named_with_the_command_that_lists_what_there_is() {
    let asked = Asked::default();
    let project = refused(404, code::NOT_FOUND, "Project not found", &["projects", "nothing", "rollouts"]);
    assert_eq!(text(&project), "Project nothing not found (404 not_found)");
    assert_eq!(advised(&project, &asked), "sentinel-cp project list shows what there is");
    let rollout =
        refused(404, code::NOT_FOUND, "Rollout not found", &["projects", "shop", "rollouts", "7", "pause"]);
    assert_eq!(text(&rollout), "Rollout 7 not found (404 not_found)");
    assert_eq!(advised(&rollout, &asked), "sentinel-cp rollout list --project shop shows what there is");
    let body = refused(404, code::NOT_FOUND, "Project not found", &["api-keys"]);
    assert_eq!(text(&body), "Project not found (404 not_found)", "no name is better than a wrong one");
    let behind = project.context("cannot look");
    assert_eq!(text(&behind), "cannot look: Project nothing not found (404 not_found)");
}

#[test]
fn a_refused_token_of_the_environment_is_called_by_its_name() {
    let error = refused(401, code::UNAUTHENTICATED, "Invalid or expired API key", &["session"]);
    let login = advised(&error, &Asked::default());
    assert_eq!(login, "sign in: sentinel-cp login");
    let named = advised(&error, &Asked { context: Some("prod".into()), ..Asked::default() });
    assert_eq!(named, "sign in: sentinel-cp login --context prod");
    let token = advised(&error, &Asked { token: true, ..Asked::default() });
    assert!(token.contains("SENTINEL_CP_TOKEN") && !token.contains("sign in"), "{token}");
    let signing_in = Err::<(), _>(error).context(SIGNING_IN).unwrap_err();
    assert_eq!(advised(&signing_in, &Asked::default()), "");
}

#[test]
fn a_key_that_may_not_is_not_sent_to_whoami_which_it_may_not_either() {
    let error = refused(403, code::FORBIDDEN, "an API key may not do this", &["session"]);
    assert!(!advised(&error, &Asked { token: true, ..Asked::default() }).contains("whoami"));
    assert!(advised(&error, &Asked::default()).contains("whoami"));
    let own = "who asks for a rollout does not approve it; somebody else must";
    assert_eq!(advised(&refused(403, code::FORBIDDEN, own, &["approve"]), &Asked::default()), "");
}

#[test]
fn a_read_without_a_quorum_is_told_of_stale_and_nothing_else_is() {
    let error = refused(503, code::NO_QUORUM, "no majority of the members answers", &["session"]);
    assert!(advised(&error, &Asked { fresh_read: true, ..Asked::default() }).contains("--stale"));
    assert!(!advised(&error, &Asked::default()).contains("--stale"));
}

#[test]
fn a_fault_of_the_cluster_comes_with_the_request_id() {
    let error = refused(500, code::INTERNAL, "internal error", &["session"]);
    assert!(advised(&error, &Asked::default()).ends_with("\nrequest id: r-1 at http://a:1"));
    assert_eq!(as_json(&error)["request_id"], "r-1");
    let refused = refused(409, code::CONFLICT, "no", &["session"]);
    assert_eq!(advised(&refused, &Asked::default()), "");
}

#[test]
fn every_member_that_was_asked_is_named() {
    let mut error = refused(503, code::NO_QUORUM, "no majority of the members answers", &["session"]);
    if let Some(ClientError::Api(refusal)) = error.downcast_mut::<ClientError>() {
        refusal.tried = vec!["http://a:1 (503 no_quorum)".into(), "http://b:1 (connection refused)".into()];
    }
    let said = advised(&error, &Asked::default());
    assert!(
        said.starts_with("asked: http://a:1 (503 no_quorum), http://b:1 (connection refused)\n"),
        "{said}"
    );
}

#[test]
fn each_trouble_with_tls_comes_with_what_to_do() {
    let pin = sentinel_model::Sha256Digest([7; 32]);
    let wrong_name =
        TlsTrouble::WrongName { asked: "127.0.0.1".into(), names: vec!["cp.example.com".into()] };
    for (trouble, words) in [
        (TlsTrouble::UnknownCa, "--ca-file"),
        (TlsTrouble::OtherCa(pin), "openssl x509"),
        (wrong_name, "as its certificate does"),
        (TlsTrouble::Expired, "clock"),
        (TlsTrouble::NotYetValid, "clock"),
        (TlsTrouble::PlainText, "http://"),
    ] {
        let error: anyhow::Error = ClientError::Tls { reasons: trouble.to_string(), trouble }.into();
        assert_eq!(exit_code(&error), FAILED);
        let said = advised(&error, &Asked::default());
        assert!(said.contains(words), "{error}: {said}");
    }
}

#[test]
fn advice_of_the_commands_own_goes_first() {
    let Ok(ClientError::Api(cause)) = refused(403, code::FORBIDDEN, "no", &["session"]).downcast() else {
        panic!()
    };
    let error: anyhow::Error =
        Advised { text: "which project?".into(), advice: Some("name it".into()), cause }.into();
    assert_eq!((text(&error).as_str(), exit_code(&error)), ("which project?", REFUSED));
    assert_eq!(advised(&error, &Asked::default()), "name it");
    assert_eq!(as_json(&error)["error"], "which project?");
}
