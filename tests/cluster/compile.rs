//! The same input gives the same bytes on every member.

use std::collections::BTreeSet;

use sentinel_kit::Cluster;
use serde_json::json;

use crate::BINARY;

pub const CONFIG: &str = r#"schema-version "1.0"
system {
    worker-threads 1
}
listeners {
    listener "http" {
        address "127.0.0.1:${node.http_port}"
    }
}
routes {
    route "main" {
        priority "low"
        matches {
            path-prefix "/"
        }
        upstream "app"
    }
}
upstreams {
    upstream "app" {
        target "127.0.0.1:9000"
    }
}
"#;

/// A version can be taken once, so the repetitions are compilations that are not kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_input_compiled_on_each_member_twice_gives_the_same_digest() {
    let cluster = Cluster::start(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "same").await.unwrap();
    let body = json!({"version": "1.0.0", "config_source": CONFIG});
    let mut digests = BTreeSet::new();
    for member in [0, 1, 2, 0, 1, 2] {
        let api = api.at(&cluster.url(member));
        let built = api.post("/api/v1/projects/same/bundles/validate", &body).await.unwrap();
        assert_eq!(built["valid"], true, "{built}");
        digests.insert(built["checksum"].as_str().unwrap().to_owned());
    }
    let made = api.post("/api/v1/projects/same/bundles", &body).await.unwrap();
    digests.insert(made["bundle"]["checksum"].as_str().unwrap().to_owned());
    assert_eq!(digests.len(), 1, "{digests:?}");

    // The archive is readable from every member, byte for byte.
    let path = format!("/api/v1/projects/same/bundles/{}/archive", made["id"].as_str().unwrap());
    let mut archives = BTreeSet::new();
    for member in 0..3 {
        archives.insert(api.at(&cluster.url(member)).bytes(&path).await.unwrap());
    }
    assert_eq!(archives.len(), 1);
}
