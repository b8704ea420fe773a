//! The proxy's own configuration crate, used in the process.

mod json;
mod kdl;
mod tree;

use std::path::PathBuf;

pub(crate) use json::Said;
pub use json::{Unwritable, equal, to_json, to_json_checked};
pub use kdl::to_kdl;

use zentinel_common::errors::ZentinelError;
use zentinel_config::validate::ValidationResult;
use zentinel_config::validate::unknown_keys::check_unknown_keys;
use zentinel_config::{AgentTransport, Config};

use crate::archive::Form;
use crate::node_vars::{self, Variable};
use crate::parser_thread;
use crate::problem::Problem;
use crate::syntax;

/// Parses a configuration of the proxy, in either of its forms, without node variables, as the agent does with the text it is about to activate.
///
/// The calling thread waits for a parser thread; do not call this on an asynchronous worker.
///
/// # Errors
/// The problem of the strict reader or of the proxy's parser, or that no parser thread is free.
pub fn parse(text: &str) -> Result<Config, Problem> {
    if Form::of(text) == Form::Document {
        return Config::from_json(text)
            .map_err(|error| Problem::new("proxy-refuses", first_paragraph(&format!("{error:#}"))));
    }
    syntax::check(text)?;
    match parser_thread::run(|| from_text(text)) {
        Ok(result) => result.map_err(|message| Problem::new("proxy-refuses", message)),
        Err(error) => Err(Problem::new("parser-unavailable", error.to_string())),
    }
}

/// Parses a template, to compare two bundles: node variables stay in its addresses as they are written.
///
/// # Errors
/// As [`parse`], and when the variables are malformed.
pub fn parse_template(template: &str, variables: &[Variable]) -> Result<Config, Problem> {
    let values = node_vars::stand_ins(template, variables);
    let text = node_vars::render(template, &values)
        .map_err(|error| Problem::new("node-variable-malformed", error.to_string()))?;
    let mut config = parse(&text)?;
    node_vars::put_back(&mut config, &values);
    Ok(config)
}

/// Parses on the current thread, which must be a parser thread; the text has passed the strict reader.
pub(crate) fn from_text(text: &str) -> Result<Config, String> {
    Config::from_kdl(text).map_err(|error| first_paragraph(&format!("{error:#}")))
}

/// The messages of the proxy's own validation, one per issue.
///
/// That validation looks for static roots and socket directories on the local disk. The control plane must give
/// the same answer whatever its disk holds, so these paths point at the root directory here; the text gets a
/// warning for each of them instead.
pub(crate) fn second_opinion(config: &Config) -> Vec<String> {
    let local = config.routes.iter().any(|route| route.static_files.is_some())
        || config.agents.iter().any(|agent| matches!(agent.transport, AgentTransport::UnixSocket { .. }));
    let judged = if local { &at_the_root(config.clone()) } else { config };
    match judged.validate() {
        Ok(()) => Vec::new(),
        Err(ZentinelError::Config { message, .. }) => issues(&message),
        Err(other) => vec![other.to_string()],
    }
}

/// The configuration with the root directory for every path that the proxy's validation looks for.
fn at_the_root(mut config: Config) -> Config {
    let root = PathBuf::from("/");
    for route in &mut config.routes {
        if let Some(files) = &mut route.static_files {
            files.root.clone_from(&root);
        }
    }
    for agent in &mut config.agents {
        if let AgentTransport::UnixSocket { path } = &mut agent.transport {
            path.clone_from(&root);
        }
    }
    config
}

/// The proxy's own list of unknown settings.
pub(crate) fn unknown_keys(text: &str) -> Vec<String> {
    let mut result = ValidationResult::new();
    check_unknown_keys(text, &mut result);
    result.warnings.into_iter().map(|warning| warning.message).collect()
}

/// Splits "Configuration has N issues" into its numbered parts.
fn issues(message: &str) -> Vec<String> {
    let body = message.rsplit_once("__all__: ").map_or(message, |(_, body)| body);
    let body = body.strip_prefix("Configuration validation failed: ").unwrap_or(body);
    let Some((_, numbered)) = body.split_once(" issues:\n\n") else { return vec![first_paragraph(body)] };
    numbered
        .split("\n\n")
        .map(|issue| {
            let unnumbered =
                issue.split_once(". ").filter(|(number, _)| number.bytes().all(|b| b.is_ascii_digit()));
            first_paragraph(unnumbered.map_or(issue, |(_, text)| text))
        })
        .collect()
}

/// The message without lists of everything that exists, whose order changes from run to run.
fn first_paragraph(message: &str) -> String {
    let lines = message.lines().map(str::trim).filter(|line| !line.is_empty());
    let kept: Vec<&str> =
        lines.take_while(|line| !line.starts_with("Available ") && !line.starts_with("Example")).collect();
    kept.join(" ")
}

/// The objects a message of the proxy names in quotes, as (word before the quote, identifier).
pub(crate) fn quoted(message: &str) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    let mut parts = message.split('\'');
    let mut before = parts.next().unwrap_or_default();
    while let (Some(inside), Some(after)) = (parts.next(), parts.next()) {
        let word = before.trim().rsplit(' ').next().unwrap_or_default().to_ascii_lowercase();
        found.push((word, inside));
        before = after;
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_issues_of_the_proxy_are_told_apart() {
        let message = "Configuration validation failed: __all__: Configuration has 2 issues:\n\n\
                       1. Route 'a' references upstream 'u' which doesn't exist.\nAvailable upstreams: 'x', 'y'\n\n\
                       2. Second thing";
        assert_eq!(
            issues(message),
            ["Route 'a' references upstream 'u' which doesn't exist.", "Second thing"]
        );
        assert_eq!(issues("Configuration validation failed: plain"), ["plain"]);
    }

    #[test]
    fn quoted_names_come_with_the_word_before_them() {
        let found = quoted("Route 'a' references upstream 'u' which");
        assert_eq!(found, [("route".to_owned(), "a"), ("upstream".to_owned(), "u")]);
    }

    #[test]
    fn a_text_that_would_overflow_the_proxys_parser_is_refused_before_it_is_parsed() {
        let problem = parse(&"a {".repeat(5000)).unwrap_err();
        assert_eq!(problem.code, "too-deep");
    }
}
