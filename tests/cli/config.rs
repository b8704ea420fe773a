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
