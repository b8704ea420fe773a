//! What the documentation shows of the model is what the model says. `UPDATE=1` writes it anew.
#![allow(clippy::unwrap_used)]

use sentinel_model::rollout::life;

#[test]
fn the_document_shows_the_life_of_a_rollout() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rollouts.md");
    let document = std::fs::read_to_string(path).unwrap();
    let (before, rest) = document.split_once("<!-- life -->\n").unwrap();
    let (shown, after) = rest.split_once("<!-- /life -->").unwrap();
    if std::env::var_os("UPDATE").is_some() {
        let current = format!("{before}<!-- life -->\n{}<!-- /life -->{after}", life::table());
        std::fs::write(path, current).unwrap();
        return;
    }
    assert_eq!(shown, life::table(), "UPDATE=1 writes it anew");
}
