//! What the documentation shows of the table of features is what the table says. `UPDATE=1` writes it anew.
#![allow(clippy::unwrap_used)]

use sentinel_bundle::capability;

#[test]
fn the_document_shows_the_table_of_features() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/features.md");
    let document = std::fs::read_to_string(path).unwrap();
    let (before, rest) = document.split_once("<!-- features -->\n").unwrap();
    let (shown, after) = rest.split_once("<!-- /features -->").unwrap();
    if std::env::var_os("UPDATE").is_some() {
        let current = format!("{before}<!-- features -->\n{}<!-- /features -->{after}", capability::table());
        std::fs::write(path, current).unwrap();
        return;
    }
    assert_eq!(shown, capability::table(), "UPDATE=1 writes it anew");
}
