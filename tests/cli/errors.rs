//! What is said when something is not there, not meant so, or away.

use serde_json::Value;

use crate::cli::User;

/// An id that nothing has.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_named_and_what_there_is_offered() {
    let user = User::admin().await;
    user.run(&["project", "create", "Shop", "--slug", "shop"]).ok();
    let project = user.run(&["project", "show", "nothing"]).failed(3);
    assert!(project.contains("Project nothing not found") && project.contains("project list"), "{project}");
    let rollout = user.run(&["rollout", "show", NOBODY]).failed(3);
    assert!(rollout.contains(&format!("Rollout {NOBODY} not found")), "{rollout}");
    assert!(rollout.contains("sentinel-cp rollout list --project shop"), "{rollout}");
    let only = ["key", "create", "k", "--scope", "nodes:read", "--only-project", "nothing"];
    assert!(user.run(&only).failed(3).contains("for the project nothing"));

    assert!(user.run(&["bundle", "show", "1.0.0"]).failed(3).contains("there are no newest bundles"));
    let file = user.file("edge.kdl", crate::bundles::SOURCE);
    user.run(&["bundle", "create", &file, "--version", "1.4.0"]).ok();
    let bundle = user.run(&["bundle", "show", "1.0.0"]).failed(3);
    assert!(bundle.contains("1.0.0; newest bundles: 1.4.0"), "{bundle}");
    assert!(user.run(&["node", "show", "edge-1"]).failed(3).contains("edge-1; there are no nodes"));
    let person = user.run(&["org", "members", "remove", "bob@example.com", "--yes"]).failed(3);
    assert!(person.contains("bob@example.com; people there: admin@example.com"), "{person}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_an_id_is_answered_with_an_example_of_one() {
    let user = User::stranger().await;
    for line in [["rollout", "show", "0198c5b2"], ["key", "revoke", "deploy"], ["token", "revoke", "rack-7"]]
    {
        let refused = user.run(&line).failed(2);
        assert!(refused.contains("this is not an id; ids are like 0"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_org_need_not_be_named_and_may_be_in_both_ways() {
    let user = User::admin().await;
    let shown = user.run(&["org", "show"]).ok();
    assert_eq!(user.run(&["org", "show", "--org", "default"]).ok(), shown);
    assert_eq!(user.run(&["org", "show", "default"]).ok(), shown);
    user.run(&["org", "show", "default", "--org", "default"]).failed(2);
    user.run(&["org", "create", "Acme"]).ok();
    let which = user.run(&["org", "keys"]).failed(1);
    assert!(which.contains("which org? Name it with --org") && which.contains("acme"), "{which}");
}

#[tokio::test(flavor = "multi_thread")]
async fn which_project_is_asked_only_where_that_is_the_question() {
    let mut user = User::admin().await;
    user.run(&["project", "create", "Shop", "--slug", "shop"]).ok();
    let create = ["key", "create", "look", "--scope", "bundles:read", "--only-project", "shop", "-o", "json"];
    let made = user.run(&create).json();
    let (key, url) = (made["key"].as_str().unwrap(), user.cluster.url(0));
    let run_with = |token: &str| {
        user.run_as(&["bundle", "list"], "", &[("SENTINEL_CP_TOKEN", token), ("SENTINEL_CP_SERVER", &url)])
    };
    let bound = run_with(key).failed(4);
    assert!(
        bound.contains("which project?") && bound.contains("--project or SENTINEL_CP_PROJECT"),
        "{bound}"
    );
    assert!(!bound.contains("whoami"), "a key may not ask that: {bound}");
    let invalid = run_with("scp_nonsense").failed(4);
    assert!(!invalid.contains("which project?") && invalid.contains("SENTINEL_CP_TOKEN is set"), "{invalid}");
    assert!(!invalid.contains("sign in"), "that would not help: {invalid}");
    user.cluster.stop(0);
    let gone = user.run(&["bundle", "list"]).failed(1);
    assert!(!gone.contains("which project?") && gone.contains("(connection refused)"), "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_majority_a_member_shows_what_it_has_to_those_who_ask_for_that() {
    let mut user = User::admin_of(3, &[]).await;
    user.run(&["project", "create", "Shop", "--slug", "shop"]).ok();
    let stale = user.run(&["project", "create", "Other", "--stale"]).failed(2);
    assert!(stale.contains("--stale is for commands that only look"), "{stale}");
    user.cluster.kill9(1);
    user.cluster.kill9(2);
    let failed = user.run(&["node", "list", "--project", "shop"]).failed(1);
    assert!(failed.contains("with --stale this command shows"), "{failed}");
    for index in 0..3 {
        assert!(failed.contains(&user.cluster.url(index)), "every member is named: {failed}");
    }
    assert!(failed.contains("request id: "), "{failed}");
    let as_json = user.run(&["node", "list", "--project", "shop", "-o", "json"]).failed(1);
    let as_json: Value = serde_json::from_str(&as_json).unwrap();
    assert!(as_json["request_id"].is_string(), "{as_json}");
    assert_eq!(user.run(&["node", "list", "--stale"]).ok(), "none\n", "also to find the only project");
    assert!(user.run(&["org", "show", "--stale"]).ok().contains("default"));
    assert_eq!(user.run(&["cluster", "status", "--stale"]).code, 1, "no write can commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_there_keeps_its_password_and_that_is_said() {
    let user = User::admin().await;
    user.run(&["org", "create", "Acme"]).ok();
    let add = |org: &str| {
        let line = ["org", "members", "add", "bob@example.com", "--name", "Bob", "--role", "reader"];
        user.run_with(&[&line[..], &["--org", org, "--password-stdin"]].concat(), "the first password")
    };
    let first = add("default");
    assert_eq!((first.code, first.err.as_str()), (0, ""), "{first:?}");
    let second = add("acme");
    assert!(second.err.contains("had an account already"), "{second:?}");
    assert!(second.err.contains("was not set"), "{second:?}");
    assert!(second.ok().contains("bob@example.com is reader of acme"));
}
