//! Bundles from a file to a file.

use crate::cli::User;

/// A configuration that the proxy would take.
pub const SOURCE: &str = "\
system { worker-threads 2; }
listeners { listener \"public\" { address \"127.0.0.1:${node.http_port}\"; }; }
upstreams { upstream \"shop\" { target \"127.0.0.1:9001\"; }; }
routes {
    route \"everything\" { matches { path-prefix \"/\"; }; upstream \"shop\"; }
}
";

#[tokio::test(flavor = "multi_thread")]
async fn the_configurations_that_we_hand_out_are_ones_that_nodes_would_take() {
    let user = User::admin().await;
    user.run(&["project", "create", "Shop", "--slug", "shop"]).ok();
    for (name, source) in [
        ("example.kdl", include_str!("../../deploy/example/edge.kdl")),
        // What the editor of the web UI starts with.
        ("sample.kdl", include_str!("../../ui/web/src/pages/bundle/sample.kdl")),
    ] {
        let file = user.file(name, source);
        assert_eq!(
            user.run(&["bundle", "validate", &file]).ok(),
            format!("{name} is valid: 0 problems, 0 warnings\n")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_with_an_error_is_refused_with_its_line() {
    let user = User::admin().await;
    user.run(&["project", "create", "Shop", "--slug", "shop"]).ok();
    let file = user.file("edge.kdl", &SOURCE.replace("upstream \"shop\"; }\n", "upsteam \"shop\"; }\n"));
    let refused = user.run(&["bundle", "create", &file, "--version", "1.0.0"]).failed(4);
    assert!(
        refused.contains("edge.kdl:5:") && refused.contains("upsteam") && refused.contains('^'),
        "{refused}"
    );
    assert_eq!(user.run(&["bundle", "list"]).ok(), "none\n", "nothing was made");
    let checked = user.run(&["bundle", "validate", &file, "-o", "json"]);
    assert_eq!(checked.code, 4);
    let checked: serde_json::Value = serde_json::from_str(&checked.out).unwrap();
    assert!(
        checked["problems"].as_array().is_some_and(|problems| problems.iter().any(|one| one["line"] == 5))
    );
    user.run(&["bundle", "create", "nothing.kdl", "--version", "1.0.0"]).failed(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_made_fetched_and_verified_offline() {
    let mut user = User::admin().await;
    user.run(&["project", "create", "Shop", "--slug", "shop"]).ok();
    let file = user.file("edge.kdl", SOURCE);
    user.run(&["bundle", "validate", &file]).ok();
    user.run(&["bundle", "create", &file, "--version", "1.0.0"]).ok();
    user.run_with(&["bundle", "create", "-", "--version", "1.1.0"], &SOURCE.replace("9001", "9002")).ok();
    let diff = user.run(&["bundle", "diff", "1.0.0", "1.1.0"]).ok();
    assert!(diff.contains("-upstreams") && diff.contains("+upstreams") && diff.contains("9002"), "{diff}");
    let same = "no difference: 1.0.0 and 1.0.0 have the same configuration\n";
    assert_eq!(user.run(&["bundle", "diff", "1.0.0", "1.0.0"]).ok(), same);
    assert_eq!(user.run(&["bundle", "source", "1.0.0"]).ok(), SOURCE);
    assert_eq!(user.run(&["bundle", "sbom", "1.0.0"]).json()["bomFormat"], "CycloneDX");
    user.run(&["bundle", "download", "1.1.0", "--to", "shop.tar.zst"]).ok();
    assert!(user.run(&["bundle", "download", "1.1.0", "--to", "shop.tar.zst"]).failed(1).contains("--force"));
    let keys = user.run(&["org", "keys", "-o", "json"]).json();
    let key = keys["signing_keys"][0]["public_key"].as_str().unwrap().to_owned();

    user.cluster.stop(0);
    let verify = ["bundle", "verify", "shop.tar.zst", "--key", &key];
    assert!(user.run(&verify).ok().starts_with("good: bundle 1.1.0"));
    let path = user.cluster.path().join("shop.tar.zst");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert!(user.run(&verify).failed(4).contains("NOT what was signed"));
    user.run(&["bundle", "verify", "shop.tar.zst", "--key", "nonsense"]).failed(1);
}
