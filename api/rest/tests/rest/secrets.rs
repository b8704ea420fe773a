//! Secrets over HTTP: nothing that comes back has a value.

use serde_json::{Value, json};

use crate::client::Http;

const SECRETS: &str = "/api/v1/projects/shop/secrets";
const CANARY: &str = "canary-71c2";

#[tokio::test]
async fn no_answer_has_a_value_whether_it_is_taken_or_refused() {
    let http = Http::new().await;
    http.world.kit.raise().await.unwrap();
    let by = &http.world.operator;
    let create = |value: Value| json!({"name": "API_TOKEN", "value": value});
    let mut told = Vec::new();
    for wrong in [json!([CANARY]), json!({"inside": CANARY}), json!(710_071_007), json!(null)] {
        let refused = http.post(SECRETS, by, create(wrong)).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"));
        assert!(refused.json["error"]["value"].is_array(), "{refused:?}");
        told.push(refused);
    }
    let made = http.post(SECRETS, by, create(CANARY.into())).await;
    assert_eq!((made.status, made.json["secret"]["version"].as_u64()), (201, Some(1)));
    let one = format!("{SECRETS}/{}", made.json["secret"]["id"].as_str().unwrap());
    let rotated = http.post(&format!("{one}/rotate"), by, json!({ "value": CANARY })).await;
    assert_eq!((rotated.status, rotated.json["secret"]["version"].as_u64()), (200, Some(2)));
    told.push(http.post(SECRETS, by, create(CANARY.into())).await);
    assert_eq!(told.last().unwrap().status, 422, "the name is taken");
    told.push(http.post(&format!("{one}/rotate"), by, json!({ "value": CANARY, "x": 1 })).await);
    told.push(http.get(SECRETS, by).await);
    told.push(http.get(&one, by).await);
    told.push(http.get("/api/v1/projects/shop/audit", &http.world.admin).await);
    told.extend([made, rotated]);
    for reply in told {
        let text = String::from_utf8_lossy(&reply.bytes);
        assert!(!text.contains("canary") && !text.contains("710071007"), "{text}");
    }
}
