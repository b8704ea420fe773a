//! Certificates in the configuration of the proxy. A bundle has no files of them: a listener says `${certificates.SLUG.chain}` and `${certificates.SLUG.key}`, and
//! the agent of a node names the files there in which it keeps them, always the same, so that a renewed certificate needs nothing but a reload.
//!
//! A bundle of a document, and one of a text that names a certificate, has a route for the challenges of a certificate authority (ACME, RFC 8555,
//! HTTP-01): whichever node is asked, its agent passes the question on to a member, which knows the answer.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::json;
use zentinel_config::{Config, RouteConfig, TlsConfig, UpstreamConfig};

use crate::problem::Problem;

const OPEN: &str = "${certificates.";
const CHAIN: &str = ".chain}";
const KEY: &str = ".key}";

/// Most certificates that one bundle names.
pub const NAMES_MAX: usize = 200;
/// The identifier of the generated route, and of its upstream.
pub const CHALLENGES: &str = "sentinel-acme";
/// What such questions begin with.
pub const CHALLENGE_PATH: &str = "/.well-known/acme-challenge/";
/// What stands for the address of the agent's answers in a bundle.
pub const CHALLENGE_TARGET: &str = "challenges.sentinel-agent.invalid:80";
/// The priority of the generated route in a text: below the marker, above everything else.
pub(crate) const CHALLENGE_PRIORITY: i32 = 999_999;

/// The name of the file with the chain, in the directory of a certificate.
pub const CHAIN_FILE: &str = "chain.pem";
/// The name of the file with the private key, there as well.
pub const KEY_FILE: &str = "key.pem";

/// What stands for the chain of a certificate.
pub(crate) fn chain(slug: &str) -> String {
    format!("{OPEN}{slug}{CHAIN}")
}

/// What stands for its private key.
pub(crate) fn key(slug: &str) -> String {
    format!("{OPEN}{slug}{KEY}")
}

/// The certificates that the listeners of a configuration name, sorted.
///
/// # Errors
/// [`Problem`]s: one is named elsewhere, or without its key, or not as it must be.
pub(crate) fn named(config: &Config) -> Result<Vec<String>, Vec<Problem>> {
    let unreadable =
        |error: serde_json::Error| vec![Problem::new("certificate-unreadable", error.to_string())];
    let text = serde_json::to_string(config).map_err(unreadable)?;
    if !text.contains(OPEN) {
        return Ok(Vec::new());
    }
    let (mut names, mut problems, mut placed) = (BTreeSet::new(), Vec::new(), 0);
    for listener in &config.listeners {
        for (chain, key) in listener.tls.iter().flat_map(pairs) {
            let place = format!("listeners.{}.tls", listener.id);
            match (said(chain, CHAIN), said(key, KEY)) {
                (Said::Nothing, Said::Nothing) => {}
                (Said::Slug(chain), Said::Slug(key)) if chain == key => {
                    placed += 2;
                    names.insert(chain.to_owned());
                }
                _ => {
                    let message = "a certificate stands with its key, as `${certificates.SLUG.chain}` and `${certificates.SLUG.key}`";
                    problems.push(Problem::new("certificate-malformed", message).in_path(place));
                }
            }
        }
    }
    if problems.is_empty() && text.matches(OPEN).count() > placed {
        let message = "a certificate can only be named by the TLS of a listener";
        problems.push(Problem::new("certificate-misplaced", message));
    }
    if names.len() > NAMES_MAX {
        let message = format!("a bundle may name at most {NAMES_MAX} certificates, not {}", names.len());
        problems.push(Problem::new("too-many-objects", message));
    }
    if problems.is_empty() { Ok(names.into_iter().collect()) } else { Err(problems) }
}

enum Said<'p> {
    /// A file of the node.
    Nothing,
    Slug(&'p str),
    Malformed,
}

fn said<'p>(path: Option<&'p Path>, end: &str) -> Said<'p> {
    let Some(text) = path.and_then(Path::to_str).filter(|text| text.contains(OPEN)) else {
        return Said::Nothing;
    };
    let slug = text.strip_prefix(OPEN).and_then(|text| text.strip_suffix(end));
    let plain = |slug: &&str| {
        !slug.is_empty()
            && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    slug.filter(plain).map_or(Said::Malformed, Said::Slug)
}

/// The certificates of a listener with their keys: its own, and those of single names.
fn pairs(tls: &TlsConfig) -> impl Iterator<Item = (Option<&Path>, Option<&Path>)> {
    let own = (tls.cert_file.as_deref(), tls.key_file.as_deref());
    let more = tls.additional_certs.iter().map(|one| (one.cert_file.as_deref(), one.key_file.as_deref()));
    std::iter::once(own).chain(more)
}

/// Names the files of a node: below `dir`, a directory for each certificate; and the address at which its agent answers challenges.
pub fn place(config: &mut Config, dir: &Path, challenges: SocketAddr) {
    let file = |path: &mut Option<PathBuf>| {
        for (end, name) in [(CHAIN, CHAIN_FILE), (KEY, KEY_FILE)] {
            if let Said::Slug(slug) = said(path.as_deref(), end) {
                *path = Some(dir.join(slug).join(name));
                return;
            }
        }
    };
    for tls in config.listeners.iter_mut().filter_map(|listener| listener.tls.as_mut()) {
        file(&mut tls.cert_file);
        file(&mut tls.key_file);
        for one in &mut tls.additional_certs {
            file(&mut one.cert_file);
            file(&mut one.key_file);
        }
    }
    for target in config.upstreams.get_mut(CHALLENGES).into_iter().flat_map(|upstream| &mut upstream.targets)
    {
        if target.address == CHALLENGE_TARGET {
            target.address = challenges.to_string();
        }
    }
}

/// The generated route and its upstream.
pub(crate) fn challenge_objects(priority: i32) -> Result<(RouteConfig, UpstreamConfig), serde_json::Error> {
    let route = json!({
        "id": CHALLENGES,
        "priority": priority,
        "matches": [{ "path_prefix": CHALLENGE_PATH }],
        "upstream": CHALLENGES,
    });
    let upstream = json!({ "id": CHALLENGES, "targets": [{ "address": CHALLENGE_TARGET }] });
    Ok((serde_json::from_value(route)?, serde_json::from_value(upstream)?))
}
