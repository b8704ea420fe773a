//! Certificates over HTTP: nothing that comes back has a key.

use sentinel_app::testing::certificates::Issued;
use serde_json::json;

use crate::client::Http;

const CERTIFICATES: &str = "/api/v1/projects/shop/certificates";

#[tokio::test]
async fn no_answer_has_a_key_whether_it_is_taken_or_refused() {
    let http = Http::new().await;
    http.world.kit.raise().await.unwrap();
    let by = &http.world.operator;
    let (pair, other) = (Issued::new(&["shop.example"]), Issued::new(&["shop.example"]));
    let web = |chain: &str, key: &str| json!({"slug": "web", "chain": chain, "key": key});
    let mut told = Vec::new();
    for (chain, key, field) in [
        (pair.chain(), other.key.clone(), "key"),
        (pair.chain(), pair.key.repeat(2), "key"),
        (format!("{}{}", pair.chain(), pair.key), pair.key.clone(), "chain"),
        (String::new(), pair.key.clone(), "chain"),
    ] {
        let refused = http.post(CERTIFICATES, by, web(&chain, &key)).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"));
        assert!(refused.json["error"][field].is_array(), "{refused:?}");
        told.push(refused);
    }
    let made = http.post(CERTIFICATES, by, web(&pair.chain(), &pair.key)).await;
    assert_eq!((made.status, made.json["certificate"]["current"]["version"].as_u64()), (201, Some(1)));
    let one = format!("{CERTIFICATES}/web");
    let replacement = json!({"chain": other.chain(), "key": other.key});
    let replaced = http.post(&format!("{one}/replace"), by, replacement).await;
    assert_eq!(
        (replaced.status, replaced.json["certificate"]["current"]["version"].as_u64()),
        (200, Some(2))
    );
    let again = http.post(CERTIFICATES, by, web(&pair.chain(), &pair.key)).await;
    assert_eq!(again.status, 422, "the slug is taken");
    told.push(http.post(&one, by, json!({"key": pair.key})).await);
    told.push(http.get(CERTIFICATES, by).await);
    told.push(http.get(&one, by).await);
    told.push(http.get("/api/v1/projects/shop/audit", &http.world.admin).await);
    told.extend([made, replaced, again]);
    for reply in told {
        let text = String::from_utf8_lossy(&reply.bytes);
        for key in [&pair.key, &other.key] {
            assert!(!text.contains(key.lines().nth(1).unwrap()), "{text}");
        }
    }
}
