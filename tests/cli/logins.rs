//! Several logins: none is lost, and none becomes the current one unasked.

use sentinel_kit::Cluster;
use sentinel_kit::cluster::{ADMIN_EMAIL, ADMIN_PASSWORD};

use crate::BINARY;
use crate::cli::{Ran, User};

fn sign_in(user: &User, server: &str, more: &[&str], environment: &[(&str, &str)]) -> Ran {
    let line = ["login", "--server", server, "--email", ADMIN_EMAIL, "--password-stdin"];
    user.run_as(&[&line[..], more].concat(), ADMIN_PASSWORD, environment)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_cluster_needs_a_name_and_signing_out_leaves_none_current() {
    let user = User::admin().await;
    let other = Cluster::start(BINARY, 1, &[]).await;
    other.admin(0).await;
    let url = other.url(0);
    let refused = sign_in(&user, &url, &[], &[]).failed(1);
    assert!(refused.contains("\"default\"") && refused.contains(&user.cluster.url(0)), "{refused}");
    assert!(refused.contains(&format!("sentinel-cp login --server {url} --context 127.0.0.1-")), "{refused}");
    let again = sign_in(&user, &user.cluster.url(0), &[], &[]).ok();
    assert!(again.contains("(login default)"), "the same cluster may be signed in to again: {again}");

    let named = sign_in(&user, &url, &["--context", "other"], &[]).ok();
    assert!(
        named.contains(&url)
            && named.contains("(login other; it is the current one now, and default needs --context)"),
        "{named}"
    );
    let out = user.run(&["logout"]).ok();
    assert!(out.contains("no login is current now") && out.contains("one of default"), "{out}");
    let nobody = user.run(&["whoami"]).failed(1);
    assert!(nobody.contains("no login is current; choose one of default"), "{nobody}");
    assert!(user.run(&["logout"]).failed(1).contains("no login is current"));
    assert!(user.run(&["context", "list"]).ok().contains("none is current"));
    user.run(&["context", "use", "default"]).ok();
    user.run(&["whoami"]).ok();

    sign_in(&user, &url, &["--context", "other"], &[]).ok();
    user.run(&["context", "use", "default"]).ok();
    let out = user.run(&["logout", "--context", "other"]).ok();
    assert!(out.contains("signed out (login other); the current login is still default"), "{out}");
    assert_eq!(user.run(&["logout"]).ok(), "signed out (login default)\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_the_environment_is_said_to_go_before_the_login() {
    let user = User::stranger().await;
    user.cluster.admin(0).await;
    let set = [("SENTINEL_CP_TOKEN", "scp_old")];
    let login = sign_in(&user, &user.cluster.url(0), &[], &set);
    assert_eq!(login.code, 0, "{login:?}");
    assert!(login.err.contains("SENTINEL_CP_TOKEN is set and goes before every login"), "{login:?}");
    let url = user.cluster.url(0);
    let whoami = user.run_as(&["whoami", "--server", &url], "", &set).failed(4);
    assert!(
        whoami.contains("SENTINEL_CP_TOKEN is set: it was used, before any login, and refused"),
        "{whoami}"
    );
    user.run(&["whoami"]).ok();
}
