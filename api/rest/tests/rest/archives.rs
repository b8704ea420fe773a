//! Archives, whole and in parts.

use axum::body::Body;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::client::{Http, Reply, request};

#[tokio::test]
async fn an_archive_comes_whole_or_in_the_part_that_is_asked_for() {
    let http = Http::new().await;
    let world = &http.world;
    let bundle = world.kit.bundle(&world.operator, "shop", "1.0").await.unwrap();
    let (node, known) = (&world.node.0, &world.node.1);
    http.post(
        &format!("/api/v1/projects/shop/bundles/{bundle}/assign"),
        &world.operator,
        json!({"node_ids": [node]}),
    )
    .await;
    let update = http.get(&format!("/api/v1/nodes/{node}/bundles/latest"), known).await.json;
    for (path, by) in [
        (update["download_url"].as_str().unwrap().to_owned(), known),
        (format!("/api/v1/projects/shop/bundles/{bundle}/archive"), &world.reader),
    ] {
        let get = async |headers: &[(&str, &str)]| -> Reply {
            let mut builder = request("GET", &path, Some(by));
            for (name, value) in headers {
                builder = builder.header(*name, *value);
            }
            http.send(builder.body(Body::empty()).unwrap()).await
        };
        let whole = get(&[]).await;
        assert_eq!((whole.status, whole.header("content-type")), (200, "application/zstd"));
        assert_eq!(hex(&Sha256::digest(&whole.bytes)), update["checksum"].as_str().unwrap());
        let total = whole.bytes.len();
        let part = get(&[("range", "bytes=10-19")]).await;
        assert_eq!(
            (part.status, part.header("content-range")),
            (206, format!("bytes 10-19/{total}").as_str())
        );
        assert_eq!(part.bytes, whole.bytes[10..20]);
        let rest = get(&[("range", "bytes=10-"), ("if-range", whole.header("etag"))]).await;
        assert_eq!((rest.status, &rest.bytes[..]), (206, &whole.bytes[10..]));
        let changed = get(&[("range", "bytes=10-"), ("if-range", "\"other\"")]).await;
        assert_eq!((changed.status, changed.bytes.len()), (200, total), "a part of other bytes is no use");
        let outside = get(&[("range", &format!("bytes={total}-"))]).await;
        assert_eq!((outside.status, outside.code()), (416, "range_not_satisfiable"));
        assert_eq!(outside.header("content-range"), format!("bytes */{total}"));
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
