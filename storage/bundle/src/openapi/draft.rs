//! Services as a document has them, before it is looked at what a project has.

use std::collections::{BTreeMap, BTreeSet};

use sentinel_model::InvalidValue;
use sentinel_model::config::Kind;
use sentinel_model::config::check::{At, Findings};
use sentinel_model::config::service::Upstream;

use super::left_out::{Collected, Reason};
use super::path::{self, Route};
use super::server;
use super::spec::{Path, Spec};
use super::{By, Options};
use crate::limits::MAX_REGEXES;

/// A service as the document has it.
#[derive(Debug)]
pub(super) struct Draft {
    /// What its slug is made of.
    pub template: String,
    /// The others that are the same to the proxy.
    pub others: BTreeSet<String>,
    pub route_path: String,
    pub summary: String,
    pub methods: BTreeSet<String>,
    pub upstream: Option<Upstream>,
}

impl Draft {
    /// All templates that it stands for.
    pub fn templates(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.template).chain(&self.others)
    }
}

/// What comes of the paths of a document.
#[derive(Debug)]
pub(super) struct Drafts {
    /// By path of the service.
    pub all: Vec<Draft>,
    /// What the document has and none of them serves.
    pub unread: Unread,
}

/// Paths that a document has and that come to nothing.
#[derive(Debug, Default)]
pub(super) struct Unread {
    /// As the document writes them, or their first parts.
    pub templates: BTreeSet<String>,
    /// As a service would have them, where that can be said.
    pub route_paths: BTreeSet<String>,
}

/// A service for each path, or for each first part of them.
///
/// # Errors
/// The option that has to be said otherwise.
pub(super) fn drafts(
    spec: &Spec,
    options: &Options,
    left_out: &mut Collected,
) -> Result<Drafts, InvalidValue> {
    let given = match &options.base_path {
        Some(given) => Some(base_path(given)?),
        None => None,
    };
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    let mut unread = Unread::default();
    for template in &spec.unread {
        unread.note(given.as_ref().unwrap_or(&spec.server.base_path), template, options.by);
    }
    for path in &spec.paths {
        let server = path.server.as_ref().unwrap_or(&spec.server);
        let base = given.as_ref().unwrap_or(&server.base_path);
        let Some((route, template)) = routed(path, base, options.by) else {
            left_out.note(Reason::PathUnreadable, &path.template);
            unread.note(base, &path.template, options.by);
            continue;
        };
        if route.open_end {
            left_out.note(Reason::LastPart, &path.template);
        }
        if route.part_of_part {
            left_out.note(Reason::PartOfPart, &path.template);
        }
        let upstream = server.upstream.as_ref().or(spec.server.upstream.as_ref());
        if let Some(same) = drafts.get_mut(&route.path) {
            if options.by == By::Path {
                left_out.note(Reason::SamePath, &path.template);
            }
            if same.upstream.as_ref() != upstream {
                left_out.note(Reason::ServerOfOperation, &path.template);
            }
            same.methods.extend(path.methods.iter().cloned());
            if template != same.template {
                same.others.insert(template);
            }
            continue;
        }
        let draft = Draft {
            template,
            others: BTreeSet::new(),
            route_path: route.path.clone(),
            summary: if options.by == By::Path { path.summary.clone() } else { String::new() },
            methods: path.methods.clone(),
            upstream: upstream.cloned(),
        };
        drafts.insert(route.path, draft);
    }
    let all: Vec<Draft> = drafts.into_values().collect();
    let served: BTreeSet<&String> = all.iter().flat_map(Draft::templates).collect();
    unread.templates.retain(|template| !served.contains(template));
    bounded(&all)?;
    Ok(Drafts { all, unread })
}

impl Unread {
    fn note(&mut self, base: &str, template: &str, by: By) {
        let first = match by {
            By::Path => None,
            By::Prefix => path::first_part(base, template),
        };
        if let Some((route, part)) = first {
            self.route_paths.insert(route.path);
            self.templates.insert(part);
        }
        self.route_paths.extend(path::route(base, template).map(|route| route.path));
        self.templates.insert(template.to_owned());
    }
}

fn base_path(given: &str) -> Result<String, InvalidValue> {
    let base = server::base_path(given).filter(|base| base.is_empty() || is_path(base));
    base.ok_or_else(|| InvalidValue::new("base_path", "must be a path without parameters, such as /v1, or /"))
}

fn routed(path: &Path, base: &str, by: By) -> Option<(Route, String)> {
    // What cannot be asked for makes no service of its first part either.
    let whole = path::route(base, &path.template).filter(|route| is_path(&route.path))?;
    let (route, template) = match by {
        By::Path => (whole, path.template.clone()),
        By::Prefix => path::first_part(base, &path.template)?,
    };
    is_path(&route.path).then_some((route, template))
}

fn is_path(path: &str) -> bool {
    let mut findings = Findings::default();
    findings.path(path, At::Root);
    findings.into_all().is_empty()
}

/// A project and the proxy have room for so many.
fn bounded(drafts: &[Draft]) -> Result<(), InvalidValue> {
    let refused = |what: String| {
        Err(InvalidValue::new(
            "by",
            format!("{what}: let all paths with the same first part be one service (prefix)"),
        ))
    };
    let most = Kind::Service.most();
    if drafts.len() > most {
        return refused(format!(
            "there would be {} services, and a project has at most {most}",
            drafts.len()
        ));
    }
    let within = |draft: &&Draft| draft.route_path.trim_end_matches("/*").contains('*');
    let count = drafts.iter().filter(within).count();
    if count > MAX_REGEXES {
        return refused(format!(
            "{count} services would have a parameter in the middle of their path, and the proxy has at most {MAX_REGEXES} of them"
        ));
    }
    Ok(())
}
