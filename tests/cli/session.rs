//! Signing in, orgs, projects, keys.

use sentinel_kit::cluster::{ADMIN_EMAIL, ADMIN_PASSWORD};

use crate::cli::User;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_is_remembered_and_signs_out() {
    let user = User::stranger().await;
    user.cluster.admin(0).await;
    let url = user.cluster.url(0);
    assert!(user.run(&["whoami"]).failed(1).contains("sentinel-cp login"));
    assert!(user.run(&["login", "--server", &url]).failed(1).contains("with --email"));
    let login = ["login", "--server", &url, "--email", ADMIN_EMAIL, "--password-stdin"];
    let refused = user.run_with(&login, "not the password").failed(4);
    assert!(refused.contains("cannot sign in") && !refused.contains("sentinel-cp login"), "{refused}");
    user.run_with(&login, ADMIN_PASSWORD).ok();
    assert_eq!(user.run(&["whoami", "-o", "json"]).json()["user"]["email"], ADMIN_EMAIL);
    let logins = user.run(&["context", "list", "-o", "json"]).ok();
    assert!(logins.contains(ADMIN_EMAIL) && !logins.contains("ses_"), "{logins}");
    let elsewhere = user.run(&["org", "list", "--server", "http://127.0.0.1:1"]).failed(1);
    assert!(elsewhere.contains("the stored login is for"), "{elsewhere}");
    user.run(&["logout"]).ok();
    user.run(&["whoami"]).failed(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_tell_not_found_from_refused_from_wrong_usage() {
    let user = User::admin().await;
    user.run(&["project", "create", "Shop", "--slug", "shop"]).ok();
    assert!(user.run(&["project", "create", "Shop", "--slug", "shop"]).failed(4).contains("shop"));
    user.run(&["project", "show", "nothing"]).failed(3);
    user.run(&["node", "show", "nobody", "-p", "shop"]).failed(3);
    user.run(&["bundle", "show", "9.9.9", "-p", "shop"]).failed(3);
    user.run(&["rollout", "show", "-p", "shop"]).failed(3);
    user.run(&["project", "paint"]).failed(2);
    let as_json = user.run(&["project", "show", "nothing", "-o", "json"]).failed(3);
    let as_json: serde_json::Value = serde_json::from_str(&as_json).unwrap();
    assert_eq!(as_json["code"], "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_project_need_not_be_named_and_one_of_two_must_be() {
    let user = User::admin().await;
    assert!(user.run(&["bundle", "list"]).failed(1).contains("project create"));
    user.run(&["project", "create", "Shop", "--slug", "shop"]).ok();
    assert_eq!(user.run(&["bundle", "list"]).ok(), "none\n");
    user.run(&["project", "create", "Other", "--slug", "other"]).ok();
    let which = user.run(&["bundle", "list"]).failed(1);
    assert!(which.contains("shop") && which.contains("other") && which.contains("--project"), "{which}");
    assert_eq!(user.run_as(&["bundle", "list"], "", &[("SENTINEL_CP_PROJECT", "other")]).ok(), "none\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_does_what_its_scopes_say_until_it_is_revoked() {
    let user = User::admin().await;
    user.run(&["project", "create", "Shop", "--slug", "shop"]).ok();
    let create =
        ["key", "create", "look", "--scope", "bundles:read", "--only-project", "shop", "--expires", "1d"];
    let made = user.run(&[&create[..], &["-o", "json"]].concat()).json();
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    let url = user.cluster.url(0);
    let with_key =
        |line: &[&str]| user.run_as(line, "", &[("SENTINEL_CP_TOKEN", key), ("SENTINEL_CP_SERVER", &url)]);
    with_key(&["bundle", "list", "-p", "shop"]).ok();
    assert!(with_key(&["token", "create", "t", "-p", "shop"]).failed(4).contains("403"));
    assert!(!user.run(&["key", "list"]).ok().contains(key), "a key is shown once");
    assert!(user.run(&["key", "delete", id]).failed(1).contains("--yes"), "nobody was asked");
    user.run(&["key", "revoke", id]).ok();
    assert!(with_key(&["bundle", "list", "-p", "shop"]).failed(4).contains("401"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_is_gone_is_an_error_that_says_where_it_was_looked_for() {
    let mut user = User::admin().await;
    user.cluster.stop(0);
    let gone = user.run(&["cluster", "status"]).failed(1);
    assert!(gone.contains(&user.cluster.url(0)) && gone.contains("--server"), "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_changes_their_password_and_only_this_login_goes_on() {
    let user = User::admin().await;
    let url = user.cluster.url(0);
    let sign_in = |password: &str, context: &str| {
        let line = ["login", "--server", &url, "--email", ADMIN_EMAIL, "--password-stdin"];
        user.run_with(&[&line[..], &["--context", context]].concat(), password)
    };
    sign_in(ADMIN_PASSWORD, "elsewhere").ok();
    user.run(&["context", "use", "default"]).ok();
    assert!(user.run(&["passwd"]).failed(1).contains("--password-stdin"), "nobody was asked");
    let passwd = ["passwd", "--password-stdin"];
    let one_line = user.run_with(&passwd, ADMIN_PASSWORD).failed(1);
    assert!(one_line.contains("nothing was entered"), "{one_line}");
    let wrong = user.run_with(&passwd, "a wrong password\nanother long password\n").failed(4);
    assert!(wrong.contains("current: is not your current password"), "{wrong}");
    let short = user.run_with(&passwd, &format!("{ADMIN_PASSWORD}\nshort\n")).failed(4);
    assert!(short.contains("12 characters"), "{short}");
    let done = user.run_with(&passwd, &format!("{ADMIN_PASSWORD}\nanother long password\n")).ok();
    assert!(done.contains("your password is changed"), "{done}");
    user.run(&["whoami"]).ok();
    user.run(&["whoami", "--context", "elsewhere"]).failed(4);
    sign_in(ADMIN_PASSWORD, "elsewhere").failed(4);
    sign_in("another long password", "elsewhere").ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sets_a_new_password_for_somebody_else() {
    let user = User::admin().await;
    let url = user.cluster.url(0);
    let add = ["org", "members", "add", "bob@example.com", "--name", "Bob", "--role", "reader"];
    user.run_with(&[&add[..], &["--password-stdin"]].concat(), "the first long password").ok();
    let bob = |password: &str| {
        let line = ["login", "--server", &url, "--email", "bob@example.com", "--password-stdin"];
        user.run_with(&[&line[..], &["--context", "bob"]].concat(), password)
    };
    bob("the first long password").ok();
    user.run(&["context", "use", "default"]).ok();
    let reset = |person: &str| {
        let line = ["org", "members", "reset-password", person, "--password-stdin"];
        user.run_with(&line, "the second long password\n")
    };
    assert!(reset(ADMIN_EMAIL).failed(4).contains("this is your own account"));
    reset("nobody@example.com").failed(3);
    let done = reset("bob@example.com").ok();
    assert_eq!(done, "the password of bob@example.com is set; all of their sessions have ended\n");
    user.run(&["whoami", "--context", "bob"]).failed(4);
    bob("the first long password").failed(4);
    bob("the second long password").ok();
    let audit = ["audit", "list", "--org", "default", "--context", "default", "-o", "json"];
    assert!(user.run(&audit).ok().contains("user.password_reset"));
}
