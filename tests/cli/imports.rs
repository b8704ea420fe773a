//! Descriptions of APIs that become services, from the command line.

use crate::cli::User;

const REFUSED: i32 = 4;

const PETS: &str = "openapi: 3.0.3
info: { title: Pets, version: '1' }
servers: [{ url: 'https://pets.example.com/v1' }]
security: [{ key: [] }]
paths:
  /pets: { get: {}, post: {} }
  /pets/{id}: { get: {} }
components: { securitySchemes: { key: { type: apiKey, name: X-Key, in: header } } }
";

fn in_shop(user: &User, line: &[&str]) -> crate::cli::Ran {
    tokio::task::block_in_place(|| user.run(&[line, &["--project", "shop"]].concat()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_description_is_shown_then_applied_then_brought_up_to_date() {
    let user = User::admin().await;
    tokio::task::block_in_place(|| user.run(&["project", "create", "Shop", "--slug", "shop"])).ok();
    let file = user.file("pets.yaml", PETS);
    let shown = in_shop(&user, &["config", "import", &file]).ok();
    assert!(
        shown.contains("+ service pets-pets-id\n") && shown.contains("+ upstream group pets\n"),
        "{shown}"
    );
    assert!(shown.contains("Checks of credentials: key\n"), "{shown}");
    assert!(
        shown.contains("would change shop: 3 added") && shown.contains("--apply --revision 0"),
        "{shown}"
    );
    assert_eq!(in_shop(&user, &["config", "export"]).ok(), "version: 1\n");

    let applied = in_shop(&user, &["config", "import", &file, "--apply", "--revision", "0"]).ok();
    assert!(applied.contains("changed shop: 3 added") && applied.contains("revision 1"), "{applied}");
    let again = in_shop(&user, &["config", "import", &file, "--apply"]).ok();
    assert!(again.contains("nothing to change in shop"), "{again}");
    let checked = in_shop(&user, &["config", "check"]).ok();
    assert!(checked.contains("the proxy does all of it"), "{checked}");

    let newer = PETS.replace("  /pets/{id}: { get: {} }\n", "").replace("post: {}", "put: {}");
    let newer = user.file("newer.yaml", &newer);
    let shown = in_shop(&user, &["config", "import", &newer]).ok();
    assert!(
        shown.contains("~ service pets-pets: methods") && shown.contains("? service pets-pets-id\n"),
        "{shown}"
    );
    let late = in_shop(&user, &["config", "import", &newer, "--apply", "--prune", "--revision", "0"]);
    late.failed(REFUSED);
    let pruned = in_shop(&user, &["config", "import", &newer, "--apply", "--prune", "-o", "json"]).json();
    assert_eq!((&pruned["changed"], &pruned["gone"], &pruned["revision"]), (&1.into(), &1.into(), &2.into()));
    let left = in_shop(&user, &["config", "export"]).ok();
    assert!(left.contains("pets-pets:") && !left.contains("pets-pets-id"), "{left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_description_is_refused_with_the_reason() {
    let user = User::admin().await;
    tokio::task::block_in_place(|| user.run(&["project", "create", "Shop", "--slug", "shop"])).ok();
    let file = user.file("old.yaml", "swagger: '2.0'\n");
    let refused = in_shop(&user, &["config", "import", &file]).failed(REFUSED);
    assert!(refused.contains("openapi: is Swagger 2"), "{refused}");
    let none = user.file("pets.yaml", &PETS.replace("https://pets.example.com", ""));
    let refused = in_shop(&user, &["config", "import", &none]).failed(REFUSED);
    assert!(refused.contains("upstream_group: is required"), "{refused}");
}
