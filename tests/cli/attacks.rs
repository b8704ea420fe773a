//! The table of attempts to go past approvals, freezes and environments, in the words of the command line.

use std::process::{Command, Stdio};

use sentinel_app::testing::attacks::{AROUND, ASSIGNMENTS, ATTEMPTS, Answer, Attempt, DRIFT, Deed, Stage};
use sentinel_rest::Options;

use crate::BINARY;

/// The command that is the deed; none where the command line has no words for it.
fn command(stage: &Stage, deed: Deed) -> Option<Vec<String>> {
    let (bundle, node) = (stage.bundle.to_string(), stage.free.to_string());
    let rollout = stage.rollout.map(|id| id.to_string()).unwrap_or_default();
    let drift = stage.drift.map(|id| id.to_string()).unwrap_or_default();
    let (digest, another) =
        (stage.digest.map(|digest| digest.to_string()).unwrap_or_default(), "0".repeat(64));
    let create = ["rollout", "create", "--bundle", &bundle, "--node", &node];
    let line: Vec<&str> = match deed {
        Deed::Create => create.to_vec(),
        Deed::CreateThrough(reason) => [&create[..], &["--break-glass", reason]].concat(),
        Deed::Skip(reason) => [&create[..], &["--skip-order", reason]].concat(),
        Deed::Approve => vec!["rollout", "approve", &rollout, "--digest", &digest],
        Deed::ApproveAnother => vec!["rollout", "approve", &rollout, "--digest", &another],
        Deed::Reject(comment) => vec!["rollout", "reject", &rollout, "--comment", comment],
        Deed::BreakGlass(reason) => vec!["rollout", "break-glass", &rollout, "--reason", reason],
        Deed::Resume => vec!["rollout", "resume", &rollout],
        Deed::Assign => vec!["bundle", "assign", &bundle, &node],
        Deed::Move(to) => vec!["node", "update", &node, "--environment", to.unwrap_or("none")],
        Deed::Remove => vec!["node", "delete", &node, "--yes"],
        Deed::Loosen(slug) => vec!["environment", "update", slug, "--place", "1", "--no-rules"],
        Deed::Resolve(reason) => vec!["drift", "resolve", &drift, "--reason", reason],
        Deed::ResolveElsewhere => vec!["drift", "resolve", &drift, "--reason", "x"],
        Deed::ResolveAll => vec!["drift", "resolve", "--all", "--reason", "x"],
        Deed::Look | Deed::LookElsewhere => vec!["drift", "show", &drift],
        Deed::Remediate(true) => vec!["project", "drift", "shop", "--remediation", "reassert"],
        Deed::Remediate(false) => vec!["project", "drift", "shop", "--remediation", "off"],
        Deed::Tell => return None,
    };
    let project = match deed {
        Deed::ResolveElsewhere | Deed::LookElsewhere => "other-shop",
        _ => "shop",
    };
    Some(line.iter().chain(&["--project", project]).map(|word| (*word).to_owned()).collect())
}

async fn try_it(attempt: &Attempt) -> bool {
    let stage = Stage::set(attempt.scene).await.unwrap();
    let Some(line) = command(&stage, attempt.deed) else { return false };
    let before = stage.state().await.unwrap();
    let router = sentinel_rest::router(stage.world.kit.app.clone(), Options::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let mut run = Command::new(BINARY);
    run.args(&line)
        .env("SENTINEL_CP_SERVER", server)
        .env("SENTINEL_CP_TOKEN", stage.by(attempt.who).secret.expose())
        .env("SENTINEL_CP_CONFIG_DIR", std::env::temp_dir().join("nobody-has-signed-in"))
        .stdin(Stdio::null());
    let ran = tokio::task::spawn_blocking(move || run.output().unwrap()).await.unwrap();
    serving.abort();
    let (code, said) = (ran.status.code().unwrap(), String::from_utf8_lossy(&ran.stderr).into_owned());
    let expected = match attempt.answer {
        Answer::Waits => 0,
        Answer::NotFound => 3,
        Answer::Forbidden | Answer::Conflict | Answer::Invalid => 4,
    };
    assert_eq!(code, expected, "{attempt:?}: {said}");
    if attempt.answer != Answer::Waits {
        assert_eq!(stage.state().await.unwrap(), before, "{attempt:?} left a trace");
    }
    assert!(stage.nothing_moved().await.unwrap(), "{attempt:?}");
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_past_approvals_and_freezes() {
    let mut left_out = 0;
    for attempt in [ATTEMPTS, ASSIGNMENTS, AROUND, DRIFT].into_iter().flatten() {
        left_out += usize::from(!try_it(attempt).await);
    }
    let told = DRIFT.iter().filter(|attempt| attempt.deed == Deed::Tell).count();
    assert_eq!(left_out, told, "everything but what nodes tell has words here");
}
