//! A configuration as a file, from the command line.

use std::path::Path;

use crate::cli::User;

const REFUSED: i32 = 4;
const NOT_FOUND: i32 = 3;

/// A project without anything in it, whose administrator is signed in.
async fn shop() -> User {
    let user = User::admin().await;
    run(&user, &["project", "create", "Shop", "--slug", "shop"]).ok();
    user
}

fn run(user: &User, line: &[&str]) -> crate::cli::Ran {
    tokio::task::block_in_place(|| user.run(line))
}

fn in_shop(user: &User, line: &[&str]) -> crate::cli::Ran {
    run(user, &[line, &["--project", "shop"]].concat())
}

fn example() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/example/shop.yaml");
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_is_valid_and_what_is_exported_is_applied_byte_for_byte() {
    let user = shop().await;
    let file = user.file("shop.yaml", &example());
    let checked = in_shop(&user, &["config", "check", "-f", &file]).ok();
    assert!(checked.contains("shop.yaml is valid"), "{checked}");
    let dry = in_shop(&user, &["config", "apply", "-f", &file, "--dry-run"]).ok();
    assert!(dry.contains("+ service checkout\n") && dry.contains("would change shop: 8 added"), "{dry}");
    assert_eq!(in_shop(&user, &["config", "export"]).ok(), "version: 1\n");
    let applied = in_shop(&user, &["config", "apply", "-f", &file]).ok();
    assert!(applied.contains("changed shop: 8 added, 0 changed, 0 removed; revision 1"), "{applied}");

    let yaml = in_shop(&user, &["config", "export"]).ok();
    assert!(example().contains("attempts: 3") && yaml.contains("attempts: 3"), "{yaml}");
    assert_eq!(in_shop(&user, &["config", "export", "-o", "yaml"]).ok(), yaml);
    let json = in_shop(&user, &["config", "export", "-o", "json"]).ok();
    for (name, text) in [("again.yaml", &yaml), ("again.json", &json)] {
        let again = user.file(name, text);
        let told = in_shop(&user, &["config", "apply", "-f", &again]).ok();
        assert_eq!(told, "shop has this configuration already\n");
        let diff = in_shop(&user, &["config", "diff", "-f", &again]).ok();
        assert!(diff.starts_with("no difference"), "{diff}");
    }
    // Into an empty project, through standard input.
    run(&user, &["project", "create", "Copy", "--slug", "copy"]).ok();
    let apply = ["config", "apply", "-f", "-", "--project", "copy"];
    tokio::task::block_in_place(|| user.run_with(&apply, &yaml)).ok();
    assert_eq!(run(&user, &["config", "export", "--project", "copy"]).ok(), yaml);
    assert_eq!(run(&user, &["config", "export", "--project", "copy", "-o", "json"]).ok(), json);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_changes_what_it_says_and_others_go_unless_they_shall_stay() {
    let user = shop().await;
    let whole = user.file("shop.yaml", &example());
    in_shop(&user, &["config", "apply", "-f", &whole]).ok();
    let part = "version: 1\nservices:\n  old:\n    route_path: /old\n    respond_status: 404\n";
    let part = user.file("part.yaml", part);
    let diff = in_shop(&user, &["config", "diff", "-f", &part]).ok();
    assert!(diff.contains("~ service old: redirect_url, respond_status\n"), "{diff}");
    assert!(
        diff.contains("- upstream group shop\n") && diff.contains("0 added, 1 changed, 7 removed"),
        "{diff}"
    );
    let kept = in_shop(&user, &["config", "apply", "-f", &part, "--keep-others"]).ok();
    assert!(kept.contains("changed shop: 0 added, 1 changed, 0 removed; revision 2"), "{kept}");

    let listed = in_shop(&user, &["config", "list"]).ok();
    assert!(
        listed.contains("upstream group") && listed.contains("shop-next") && listed.contains("settings"),
        "{listed}"
    );
    let services = in_shop(&user, &["config", "list", "services", "-o", "json"]).json();
    let slugs: Vec<&str> =
        services["objects"].as_array().unwrap().iter().map(|one| one["slug"].as_str().unwrap()).collect();
    assert_eq!(slugs, ["checkout", "old", "shop"]);
    let shown = in_shop(&user, &["config", "show", "service", "old"]).ok();
    assert!(shown.starts_with("# service old, revision 2, changed "), "{shown}");
    assert!(shown.ends_with("route_path: /old\nrespond_status: 404\n"), "{shown}");
    let shown = in_shop(&user, &["config", "show", "settings", "default", "-o", "yaml"]).ok();
    assert!(shown.contains("max_header_count: 64"), "{shown}");

    let used = in_shop(&user, &["config", "delete", "upstream-group", "shop-next", "--yes"]).failed(REFUSED);
    assert!(used.contains("is in use: the service 'checkout' names it"), "{used}");
    in_shop(&user, &["config", "delete", "service", "checkout", "--yes"]).ok();
    in_shop(&user, &["config", "delete", "upstream-group", "shop-next", "--yes"]).ok();
    in_shop(&user, &["config", "show", "service", "checkout"]).failed(NOT_FOUND);
    let gone = in_shop(&user, &["config", "apply", "-f", &part]).ok();
    assert!(gone.contains("- settings default\n"), "{gone}");
    assert_eq!(in_shop(&user, &["config", "list", "-o", "json"]).json()["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_file_is_told_with_place_and_line_and_changes_nothing() {
    let user = shop().await;
    let apply = |name: &str, text: &str| {
        let file = user.file(name, text);
        in_shop(&user, &["config", "apply", "-f", &file]).failed(REFUSED)
    };
    let unknown = apply("a.yaml", "version: 1\nservices:\n  shop:\n    colour: red\n");
    assert!(
        unknown.contains("a.yaml: services.shop") && unknown.contains("unknown field `colour`"),
        "{unknown}"
    );
    assert!(unknown.contains("line 4"), "{unknown}");
    let twice = apply("b.yaml", "version: 1\nservices: {}\nservices: {}\n");
    assert!(twice.contains("`services` stands twice"), "{twice}");
    let wrong = apply(
        "c.json",
        r#"{"version": 1, "services": {"shop": {"route_path": "x", "upstream_group": "none"}}}"#,
    );
    assert!(wrong.contains("c.json: error: services.shop.route_path: must start with '/'"), "{wrong}");
    assert!(
        wrong.contains("services.shop.upstream_group: the upstream group 'none' does not exist"),
        "{wrong}"
    );
    let large = user.file("large.yaml", &"#".repeat((8 << 20) + 1));
    let large = in_shop(&user, &["config", "apply", "-f", &large]).failed(1);
    assert!(large.contains("a configuration may have 8388608"), "{large}");
    assert_eq!(in_shop(&user, &["config", "export"]).ok(), "version: 1\n");

    let query = "version: 1\nservices:\n  a:\n    route_path: /\n    respond_status: 404\n    match_query:\n      a: '1'\n";
    let query = user.file("query.yaml", query);
    let checked = in_shop(&user, &["config", "check", "-f", &query]);
    assert_eq!(checked.code, REFUSED);
    assert!(
        checked.err.contains("at services.a.match_query") && checked.err.contains("help: "),
        "{checked:?}"
    );
    assert!(checked.out.contains("query.yaml is NOT valid: 1 problem"), "{checked:?}");
    let own = in_shop(&user, &["config", "check", "-o", "json"]);
    assert_eq!(own.code, REFUSED);
    assert!(own.out.contains("no-service"), "{own:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_becomes_a_service_beside_the_others_and_what_the_proxy_gets_is_shown() {
    let user = shop().await;
    let file = user.file("shop.yaml", &example());
    in_shop(&user, &["config", "apply", "-f", &file]).ok();
    let listed = run(&user, &["config", "template", "list"]).ok();
    for told in ["rest-api", "needs the guard", "Compression with gzip and brotli", "sse-streaming"] {
        assert!(listed.contains(told), "{listed}");
    }
    let list = run(&user, &["config", "template", "list", "-o", "json"]).json();
    assert_eq!(list["service_templates"].as_array().unwrap().len(), 11);

    let show =
        |more: &[&str]| run(&user, &[&["config", "template", "show", "web-application"], more].concat());
    let nothing = show(&[]).failed(REFUSED);
    assert!(nothing.contains("--set target: is required"), "{nothing}");
    let wrong = show(&["--set", "target=10.0.0.1:0", "--set", "host=A"]).failed(REFUSED);
    assert!(wrong.contains("--set target[0]: the port must be 1 to 65535"), "{wrong}");
    run(&user, &["config", "template", "show", "none", "--set", "target=a:1"]).failed(NOT_FOUND);
    let set = ["--set", "slug=pages", "--set", "host=pages.example.com", "--set", "target=10.0.0.9:3000"];
    let made = show(&set).ok();
    assert!(made.contains("pages.example.com") && made.contains("no_sniff: true"), "{made}");
    let apply = ["config", "apply", "-f", "-", "--keep-others", "--project", "shop"];
    let applied = tokio::task::block_in_place(|| user.run_with(&apply, &made)).ok();
    assert!(applied.contains("2 added, 0 changed, 0 removed"), "{applied}");

    let own = in_shop(&user, &["config", "preview"]).ok();
    let shown: serde_json::Value = serde_json::from_str(&own).unwrap();
    assert_eq!(shown["upstreams"]["pages"]["targets"][0]["address"], "10.0.0.9:3000");
    let kdl = in_shop(&user, &["config", "preview", "--kdl"]).ok();
    assert!(kdl.contains("upstream \"pages\" {") && kdl.starts_with("schema-version"), "{kdl}");
    let whole = in_shop(&user, &["config", "preview", "-f", &file, "-o", "json"]).json();
    assert_eq!(whole["valid"], true);
    assert_eq!(whole["generated"]["digest"].as_str().unwrap().len(), 64);
    assert!(!whole["generated"]["json"].as_str().unwrap().contains("pages"), "{whole}");
    let packed = example().replace("attempts: 3", "attempts: 3\n      per_try_timeout_ms: 100");
    let packed = user.file("packed.yaml", &packed);
    let refused = in_shop(&user, &["config", "preview", "-f", &packed]);
    assert_eq!((refused.code, refused.out.as_str()), (REFUSED, ""), "{refused:?}");
    assert!(refused.err.contains("help: use timeout_seconds"), "{refused:?}");
}
