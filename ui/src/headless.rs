//! What is embedded when the UI was left out of the build.

use std::borrow::Cow;

use crate::asset::{Asset, INDEX};

const PAGE: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>Sentinel control plane</title>
<body style=\"font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem\">
<h1>No web UI</h1>
<p>This binary was built without the web UI (<code>SENTINEL_UI=skip</code>). The API and the command line work as always.
<p>To get the UI, install Node.js 20 or newer and build again without that variable.
</html>
";

pub(crate) fn find(path: &str, _accept_encoding: &str) -> Option<Asset> {
    (path == INDEX).then(|| Asset {
        bytes: Cow::Borrowed(PAGE.as_bytes()),
        content_type: "text/html; charset=utf-8",
        encoding: None,
        etag: "\"headless\"".to_owned(),
        immutable: false,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::asset;

    #[test]
    fn a_binary_without_the_ui_says_so() {
        let page = asset("/", "br").unwrap();
        assert!(String::from_utf8_lossy(&page.bytes).contains("without the web UI"));
        assert_eq!(asset("/assets/index.js", ""), None);
    }
}
