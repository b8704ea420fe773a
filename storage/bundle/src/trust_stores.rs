//! Trust stores in the configuration of the proxy. Certificates of authorities are no secrets, so a bundle carries those that its listeners name, as
//! `trust-stores/SLUG.pem`. A listener says `${trust_stores.SLUG.DIGEST}`, and the agent of a node names the file there.
//!
//! The digest is in the name of that file. The proxy reads a trust store when it starts and not again: another content is another file, so that it is another
//! configuration, which needs another process.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, X509Certificate};
use zentinel_config::Config;

use crate::archive::OpenBundle;
use crate::manifest::sha256;
use crate::problem::Problem;
use crate::words::shown;

const OPEN: &str = "${trust_stores.";
const DIR: &str = "trust-stores/";
const END: &str = ".pem";
/// Bytes of the digest that a name has.
const DIGEST: usize = 8;
/// Characters of Base64 in a line of PEM.
const LINE: usize = 64;

/// The file of a trust store in a bundle.
pub fn path(slug: &str) -> String {
    format!("{DIR}{slug}{END}")
}

/// True for the path of a trust store in a bundle.
pub(crate) fn is_one(path: &str) -> bool {
    path.starts_with(DIR)
}

/// What stands for the file of a trust store with this content.
pub(crate) fn reference(slug: &str, content: &str) -> String {
    format!("{OPEN}{slug}.{}}}", digest(content.as_bytes()))
}

fn digest(content: &[u8]) -> String {
    hex::encode(&sha256(content)[..DIGEST])
}

/// The files that a node needs for a bundle, by name, with their content.
pub fn files(bundle: &OpenBundle) -> BTreeMap<String, &[u8]> {
    let stores = bundle.files.iter().filter_map(|(path, content)| Some((slug_of(path)?, content)));
    stores.map(|(slug, content)| (file_name(slug, &digest(content)), content.as_slice())).collect()
}

fn slug_of(path: &str) -> Option<&str> {
    path.strip_prefix(DIR)?.strip_suffix(END)
}

fn file_name(slug: &str, digest: &str) -> String {
    format!("{slug}-{digest}{END}")
}

/// Checks that a text has certificates of authorities and nothing else, and gives them back without what stood around them.
///
/// # Errors
/// What is wrong, for people.
pub(crate) fn authorities(pem: &str) -> Result<String, String> {
    let mut text = String::new();
    for (at, block) in Pem::iter_from_buffer(pem.as_bytes()).enumerate() {
        let number = at + 1;
        let block = block.map_err(|_| format!("block {number} cannot be read as PEM"))?;
        if block.label != "CERTIFICATE" {
            return Err(format!("block {number} is no certificate, but {}", shown(&block.label)));
        }
        let Ok(([], certificate)) = X509Certificate::from_der(&block.contents) else {
            return Err(format!("block {number} is not an X.509 certificate"));
        };
        if !certificate.is_ca() {
            let subject = shown(&certificate.subject().to_string());
            return Err(format!("block {number} ('{subject}') is not the certificate of an authority"));
        }
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        let encoded = STANDARD.encode(&block.contents);
        for at in (0..encoded.len()).step_by(LINE) {
            text.push_str(&encoded[at..encoded.len().min(at + LINE)]);
            text.push('\n');
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    if text.is_empty() { Err("holds no certificate".to_owned()) } else { Ok(text) }
}

/// Checks that a configuration names no trust store but these, and those by its listeners alone.
///
/// # Errors
/// A [`Problem`]: one is named elsewhere.
pub(crate) fn check(config: &Config, stores: &BTreeMap<String, String>) -> Result<(), Vec<Problem>> {
    let unreadable =
        |error: serde_json::Error| vec![Problem::new("trust-store-unreadable", error.to_string())];
    let text = serde_json::to_string(config).map_err(unreadable)?;
    let mentions = text.matches(OPEN).count();
    if mentions == 0 {
        return Ok(());
    }
    let listeners = config.listeners.iter().filter_map(|listener| listener.tls.as_ref());
    let named = listeners.filter_map(|tls| Some(said(tls.ca_file.as_deref()?)?.0));
    if named.filter(|slug| stores.contains_key(*slug)).count() == mentions {
        return Ok(());
    }
    let message = "a trust store can only be named by a listener of the configuration model";
    Err(vec![
        Problem::new("trust-store-misplaced", message).with_help("give a file of the node as `ca-file`"),
    ])
}

/// The slug and the digest that a path stands for.
fn said(path: &Path) -> Option<(&str, &str)> {
    let (slug, digest) = path.to_str()?.strip_prefix(OPEN)?.strip_suffix('}')?.split_once('.')?;
    let hex = digest.len() == 2 * DIGEST && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (hex && !slug.is_empty() && slug.bytes().all(plain)).then_some((slug, digest))
}

/// Names the files of a node, in `dir`.
pub fn place(config: &mut Config, dir: &Path) {
    let file = |path: &PathBuf| said(path).map(|(slug, digest)| dir.join(file_name(slug, digest)));
    for tls in config.listeners.iter_mut().filter_map(|listener| listener.tls.as_mut()) {
        if let Some(path) = tls.ca_file.as_ref().and_then(file) {
            tls.ca_file = Some(path);
        }
    }
}
