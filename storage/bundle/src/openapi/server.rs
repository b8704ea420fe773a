//! Where the API is, as the document says it.

use sentinel_model::config::service::Upstream;
use serde_json::Value;

use super::left_out::{Collected, Reason};
use super::visits::Visits;

/// Most servers of one list that are looked at.
pub const SERVERS_MAX: usize = 20;
/// Longest URL, in bytes.
const URL_MAX: usize = 2_000;

/// A server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Server {
    /// Whom to ask; the document may leave that open.
    pub upstream: Option<Upstream>,
    /// What its paths begin with: empty, or `/v1`.
    pub base_path: String,
}

/// The first server of a list that can be used; nothing when the list names none.
///
/// # Errors
/// There is too much to look at, continuing a sentence that begins with the document.
pub(super) fn first(
    servers: Option<&Value>,
    at: &str,
    visits: &mut Visits,
    left_out: &mut Collected,
) -> Result<Option<Server>, String> {
    let servers = servers.and_then(Value::as_array).filter(|servers| !servers.is_empty());
    let Some(servers) = servers else { return Ok(None) };
    if servers.len() > SERVERS_MAX {
        left_out.note(Reason::ServersMany, at);
    }
    let mut chosen: Option<Server> = None;
    for server in servers.iter().take(SERVERS_MAX) {
        visits.take(1)?;
        let Some(url) = server.get("url").and_then(Value::as_str) else {
            left_out.note(Reason::ServerUnusable, at);
            continue;
        };
        if chosen.is_some() {
            left_out.note(Reason::OtherServers, url);
            continue;
        }
        if url.len() <= URL_MAX {
            visits.text(url)?;
            chosen = read(url, server.get("variables"), left_out);
        }
        if chosen.is_none() {
            left_out.note(Reason::ServerUnusable, url);
        }
    }
    Ok(Some(chosen.unwrap_or_default()))
}

fn read(url: &str, variables: Option<&Value>, left_out: &mut Collected) -> Option<Server> {
    let url = filled(url, variables, left_out)?;
    let (upstream, path) = match url.find("://") {
        None if url.starts_with("//") => return None,
        None => (None, url.as_str()),
        Some(scheme) => {
            let host = scheme + "://".len();
            let end = url[host..].find('/').map_or(url.len(), |slash| host + slash);
            (Some(Upstream::parse(&url[..end].to_ascii_lowercase()).ok()?), &url[end..])
        }
    };
    let base_path = base_path(path)?;
    Some(Server { upstream, base_path })
}

/// A path as the beginning of others: without a slash at its end. Whether it is one is seen with the first path that it is put before.
pub(super) fn base_path(path: &str) -> Option<String> {
    let path = path.strip_prefix('.').unwrap_or(path);
    let fine = path.is_empty() || path.starts_with('/');
    (fine && !path.contains(['?', '#', '{', '}', '*'])).then(|| path.trim_end_matches('/').to_owned())
}

/// A URL with the defaults of its variables.
fn filled(url: &str, variables: Option<&Value>, left_out: &mut Collected) -> Option<String> {
    let (mut rest, mut whole) = (url, String::new());
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let variable = variables?.get(name)?;
        let default = variable.get("default")?.as_str()?;
        if whole.len() + before.len() + default.len() > URL_MAX {
            return None;
        }
        whole.push_str(before);
        whole.push_str(default);
        let values = variable.get("enum").and_then(Value::as_array).map_or(0, Vec::len);
        if values > 1 {
            left_out.note(Reason::ServerVariables, name);
        }
        rest = after;
    }
    whole.push_str(rest);
    (whole.len() <= URL_MAX).then_some(whole)
}
