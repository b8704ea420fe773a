//! One file of the UI, ready to be sent.

use std::borrow::Cow;

/// Path of the page that every route of the UI starts with.
pub const INDEX: &str = "index.html";

/// Files below this folder carry a hash of their content in their name.
#[cfg(not(sentinel_ui_headless))]
const HASHED: &str = "assets/";

/// A file of the UI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The body, packed as [`Asset::encoding`] says.
    pub bytes: Cow<'static, [u8]>,
    /// For `Content-Type`.
    pub content_type: &'static str,
    /// For `Content-Encoding`; `None`: not packed. Send `Vary: Accept-Encoding` either way.
    pub encoding: Option<&'static str>,
    /// For `ETag`, quotes included. Strong: variants that are packed differently have different tags.
    pub etag: String,
    /// The name changes with the content: `Cache-Control: public, max-age=31536000, immutable`. Otherwise `no-cache`.
    pub immutable: bool,
}

/// The file at `path` in the best variant that `accept_encoding` (the header's value, empty when there is none) allows.
///
/// `path` is relative to the root of the site, a leading slash is ignored, and the empty path is [`INDEX`]. `None`: no such
/// file. Paths of pages are no files either: answer them with `asset(INDEX, …)`.
pub fn asset(path: &str, accept_encoding: &str) -> Option<Asset> {
    let path = match path.strip_prefix('/').unwrap_or(path) {
        "" => INDEX,
        path => path,
    };
    find(path, accept_encoding)
}

#[cfg(sentinel_ui_headless)]
use crate::headless::find;

#[cfg(not(sentinel_ui_headless))]
fn find(path: &str, accept_encoding: &str) -> Option<Asset> {
    // Packed variants and the build's own stamp are no addresses. Neither is a way out of the folder in debug builds.
    let internal = path.split('/').any(|part| part.starts_with('.')) || path.contains('\\');
    if internal || path.ends_with(".br") || path.ends_with(".gz") {
        return None;
    }
    let plain = || Some((Dist::get(path)?, None));
    let packed = || {
        crate::encoding::accepted(accept_encoding).find_map(|packing| {
            let file = Dist::get(&format!("{path}.{}", packing.extension()))?;
            Some((file, Some(packing.name())))
        })
    };
    let (file, encoding) = packed().or_else(plain)?;
    Some(Asset {
        etag: etag(&file.metadata.sha256_hash()),
        bytes: file.data,
        content_type: content_type(path),
        encoding,
        immutable: path.starts_with(HASHED),
    })
}

#[cfg(not(sentinel_ui_headless))]
#[derive(rust_embed::RustEmbed)]
#[folder = "web/dist"]
struct Dist;

#[cfg(not(sentinel_ui_headless))]
fn etag(sha256: &[u8; 32]) -> String {
    let short: String = sha256.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{short}\"")
}

#[cfg(not(sentinel_ui_headless))]
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(all(test, not(sentinel_ui_headless)))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A script that the index page loads.
    fn script() -> String {
        let page = asset("/", "").unwrap();
        let html = String::from_utf8(page.bytes.into_owned()).unwrap();
        let at = html.find("src=\"/assets/").unwrap() + "src=\"".len();
        html[at..].split('"').next().unwrap().to_owned()
    }

    #[test]
    fn the_index_page_is_never_kept_and_has_an_entity_tag() {
        let page = asset("", "").unwrap();
        assert_eq!(page.content_type, "text/html; charset=utf-8");
        assert!(!page.immutable && page.encoding.is_none());
        assert!(page.etag.len() == 34 && page.etag.starts_with('"') && page.etag.ends_with('"'));
        assert_eq!(asset("/index.html", ""), Some(page));
    }

    #[test]
    fn a_script_comes_in_the_best_variant_that_the_client_accepts() {
        let path = script();
        let plain = asset(&path, "").unwrap();
        let gzip = asset(&path, "gzip, deflate").unwrap();
        let brotli = asset(&path, "gzip, deflate, br").unwrap();
        assert_eq!((plain.encoding, gzip.encoding, brotli.encoding), (None, Some("gzip"), Some("br")));
        assert!(brotli.bytes.len() < gzip.bytes.len() && gzip.bytes.len() < plain.bytes.len());
        assert!(plain.etag != gzip.etag && gzip.etag != brotli.etag);
        assert!(plain.immutable && brotli.content_type.starts_with("text/javascript"));
    }

    #[test]
    fn what_is_no_file_of_the_ui_is_not_there() {
        for path in
            ["/p/shop/nodes", "/.built", "../Cargo.toml", "/assets/../../package.json", "/index.html.br"]
        {
            assert_eq!(asset(path, "br"), None, "{path}");
        }
    }

    #[test]
    fn the_page_loads_nothing_that_its_own_policy_forbids() {
        let page = asset("/", "").unwrap();
        let html = String::from_utf8(page.bytes.into_owned()).unwrap();
        assert!(!html.contains("http://") && !html.contains("https://"));
        for script in html.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains("src=\"/"), "an inline script: {tag}");
        }
    }
}
