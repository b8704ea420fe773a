//! Objects of the configuration model from what counts of a document, beside those that a project has.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use sentinel_model::InvalidValue;
use sentinel_model::config::check::{At, Findings};
use sentinel_model::config::document::check_object;
use sentinel_model::config::service::Upstream;
use sentinel_model::config::upstream_group::{Target, UpstreamTls};
use sentinel_model::config::{Document, Kind, Service, UpstreamGroup};
use sentinel_model::name::check_slug;

use super::left_out::{Collected, Reason};
use super::path::{self, PREFIX_MAX, Route};
use super::server;
use super::spec::{Path, Spec};
use super::{By, Import, Object, Options, State};
use crate::limits::MAX_REGEXES;

/// A service as the document has it.
struct Draft {
    /// What its slug is made of.
    template: String,
    route_path: String,
    summary: String,
    methods: BTreeSet<String>,
    upstream: Option<Upstream>,
}

/// What comes of it, so far.
struct Making<'a> {
    options: &'a Options,
    present: &'a Document,
    prefix: String,
    /// Whom the document names for all.
    usual: Option<&'a Upstream>,
    objects: Vec<Object>,
    changes: Document,
    left_out: Collected,
}

/// Makes the objects.
///
/// # Errors
/// The option that has to be said, or said otherwise.
pub(super) fn make(
    spec: &Spec,
    options: &Options,
    present: &Document,
    mut left_out: Collected,
) -> Result<Import, InvalidValue> {
    let prefix = prefix(spec, options)?;
    if let Some(group) = &options.upstream_group
        && !present.upstream_groups.contains_key(group)
    {
        return Err(InvalidValue::new(
            "upstream_group",
            format!("the upstream group '{group}' does not exist"),
        ));
    }
    let drafts = slugged(drafts(spec, options, &mut left_out)?, &prefix, &mut left_out);
    bounded(&drafts)?;
    let usual = spec.server.upstream.as_ref();
    let mut making = Making {
        options,
        present,
        prefix,
        usual,
        objects: Vec::new(),
        changes: Document::default(),
        left_out,
    };
    for (slug, draft) in drafts {
        making.service(slug, draft)?;
    }
    making.server_changed();
    making.gone();
    for (slug, object) in making.changes.clone().into_objects() {
        let mut findings = Findings::default();
        check_object(&slug, &object, At::Root, &mut findings);
        if let Some(found) = findings.into_all().into_iter().next() {
            return Err(found);
        }
    }
    let Making { prefix, mut objects, changes, left_out, .. } = making;
    objects.sort_by(|a, b| (a.kind, &a.slug).cmp(&(b.kind, &b.slug)));
    Ok(Import {
        title: spec.title.clone(),
        openapi: spec.openapi.clone(),
        prefix,
        objects,
        left_out: left_out.into_all(),
        changes,
    })
}

fn prefix(spec: &Spec, options: &Options) -> Result<String, InvalidValue> {
    let prefix = match &options.prefix {
        Some(given) => given.clone(),
        None => path::prefix_of(&spec.title),
    };
    if prefix.is_empty() && options.prefix.is_none() {
        return Err(InvalidValue::new("prefix", "is required: the document's title makes none"));
    }
    check_slug("prefix", &prefix)?;
    if prefix.len() > PREFIX_MAX {
        return Err(InvalidValue::new("prefix", format!("must have at most {PREFIX_MAX} characters")));
    }
    if prefix == "sentinel" || prefix.starts_with("sentinel-") {
        let message = "begins with `sentinel`, which is for what the control plane adds: take another one";
        return Err(InvalidValue::new("prefix", message));
    }
    Ok(prefix)
}

/// A service for each path, or for each first part of them, by its path.
fn drafts(spec: &Spec, options: &Options, left_out: &mut Collected) -> Result<Vec<Draft>, InvalidValue> {
    let given = match &options.base_path {
        Some(given) => Some(base_path(given)?),
        None => None,
    };
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    for path in &spec.paths {
        let server = path.server.as_ref().unwrap_or(&spec.server);
        let base = given.as_ref().unwrap_or(&server.base_path);
        let Some((route, template)) = routed(path, base, options.by) else {
            left_out.note(Reason::PathUnreadable, &path.template);
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
            continue;
        }
        let draft = Draft {
            template,
            route_path: route.path.clone(),
            summary: if options.by == By::Path { path.summary.clone() } else { String::new() },
            methods: path.methods.clone(),
            upstream: upstream.cloned(),
        };
        drafts.insert(route.path, draft);
    }
    Ok(drafts.into_values().collect())
}

fn base_path(given: &str) -> Result<String, InvalidValue> {
    let base = server::base_path(given).filter(|base| base.is_empty() || is_path(base));
    base.ok_or_else(|| InvalidValue::new("base_path", "must be a path without parameters, such as /v1, or /"))
}

fn routed(path: &Path, base: &str, by: By) -> Option<(Route, String)> {
    let (route, template) = match by {
        By::Path => (path::route(base, &path.template)?, path.template.clone()),
        By::Prefix => {
            path::route(base, &path.template)?;
            path::first_part(base, &path.template)?
        }
    };
    is_path(&route.path).then_some((route, template))
}

fn is_path(path: &str) -> bool {
    let mut findings = Findings::default();
    findings.path(path, At::Root);
    findings.into_all().is_empty()
}

/// Every draft under a slug of its own, which depends on nothing but its template unless two want the same.
fn slugged(drafts: Vec<Draft>, prefix: &str, left_out: &mut Collected) -> BTreeMap<String, Draft> {
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    for draft in &drafts {
        *wanted.entry(path::slug(prefix, &draft.template)).or_default() += 1;
    }
    let mut slugged = BTreeMap::new();
    for draft in drafts {
        let mut slug = path::slug(prefix, &draft.template);
        if path::too_long(&slug) || wanted.get(&slug).is_some_and(|count| *count > 1) {
            slug = path::told_apart(&slug, &draft.template);
        }
        match slugged.entry(slug) {
            Entry::Occupied(_) => left_out.note(Reason::Taken, &draft.template),
            Entry::Vacant(free) => {
                free.insert(draft);
            }
        }
    }
    slugged
}

/// A project and the proxy have room for so many.
fn bounded(drafts: &BTreeMap<String, Draft>) -> Result<(), InvalidValue> {
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
    let count = drafts.values().filter(within).count();
    if count > MAX_REGEXES {
        return refused(format!(
            "{count} services would have a parameter in the middle of their path, and the proxy has at most {MAX_REGEXES} of them"
        ));
    }
    Ok(())
}

impl Making<'_> {
    fn mark(&self) -> String {
        format!("(imported as {})", self.prefix)
    }

    fn note(&mut self, kind: Kind, slug: &str, state: State) {
        self.objects.push(Object { kind, slug: slug.to_owned(), state });
    }

    fn service(&mut self, slug: String, draft: Draft) -> Result<(), InvalidValue> {
        let Some(known) = self.present.services.get(&slug) else {
            let group = self.group(draft.upstream.as_ref())?;
            let service = Service {
                description: self.described(&draft),
                enabled: true,
                route_path: draft.route_path,
                hosts: self.options.hosts.clone(),
                methods: draft.methods.into_iter().collect(),
                upstream_group: Some(group),
                ..Service::default()
            };
            self.note(Kind::Service, &slug, State::Made);
            self.changes.put(&slug, service.into());
            return Ok(());
        };
        if !known.description.ends_with(&self.mark()) {
            self.left_out.note(Reason::Taken, &slug);
            return Ok(());
        }
        let mut service = Service { route_path: draft.route_path, ..known.clone() };
        if !draft.methods.iter().eq(known.methods.iter().collect::<BTreeSet<_>>()) {
            service.methods = draft.methods.into_iter().collect();
        }
        if !self.options.hosts.is_empty() {
            service.hosts.clone_from(&self.options.hosts);
        }
        if let Some(group) = &self.options.upstream_group {
            service = to_group(service, group);
        }
        if service == *known {
            self.note(Kind::Service, &slug, State::Unchanged);
        } else {
            self.note(Kind::Service, &slug, State::Changed);
            self.changes.put(&slug, service.into());
        }
        Ok(())
    }

    fn described(&self, draft: &Draft) -> String {
        let template: String = draft.template.chars().take(500).collect();
        let summary = if draft.summary.is_empty() { String::new() } else { format!(": {}", draft.summary) };
        // What a stranger wrote must not name a secret or a variable of the node.
        format!("{template}{summary}").replace('$', "") + " " + &self.mark()
    }

    /// The slug of the group that a new service goes to; it is made unless it is there.
    fn group(&mut self, upstream: Option<&Upstream>) -> Result<String, InvalidValue> {
        if let Some(group) = &self.options.upstream_group {
            return Ok(group.clone());
        }
        let Some(upstream) = upstream else {
            let message = "is required: the document names no server that can be asked, such as https://api.example.com";
            return Err(InvalidValue::new("upstream_group", message));
        };
        let slug = self.group_slug(upstream);
        if self.changes.upstream_groups.contains_key(&slug) {
            return Ok(slug);
        }
        match self.present.upstream_groups.get(&slug) {
            Some(known) if known.description.ends_with(&self.mark()) => {}
            Some(_) => {
                let message = format!(
                    "there is a group '{slug}' that no import made: name it here to use it, or take another prefix"
                );
                return Err(InvalidValue::new("upstream_group", message));
            }
            None => {
                let group = UpstreamGroup {
                    description: format!("Where the API is {}", self.mark()),
                    targets: vec![target(upstream)],
                    tls: upstream.tls.then(UpstreamTls::default),
                    ..UpstreamGroup::default()
                };
                self.note(Kind::UpstreamGroup, &slug, State::Made);
                self.changes.put(&slug, group.into());
            }
        }
        Ok(slug)
    }

    fn group_slug(&self, upstream: &Upstream) -> String {
        if self.usual == Some(upstream) {
            return self.prefix.clone();
        }
        let place = format!("{}-{}", upstream.host, upstream.port);
        let slug = path::slug(&self.prefix, &place);
        if path::too_long(&slug) { path::told_apart(&slug, &place) } else { slug }
    }

    /// The targets of a group that is there are not touched, so it is told when the document has another server by now.
    fn server_changed(&mut self) {
        if self.options.upstream_group.is_some() {
            return;
        }
        if let (Some(usual), Some(known)) = (self.usual, self.present.upstream_groups.get(&self.prefix))
            && known.description.ends_with(&self.mark())
            && !known.targets.iter().any(|target| target.host == usual.host && target.port == usual.port)
        {
            self.left_out.note(Reason::ServerChanged, &format!("{}:{}", usual.host, usual.port));
        }
    }

    /// What an earlier import made and the document has no longer.
    fn gone(&mut self) {
        let mark = self.mark();
        let below = format!("{}-", self.prefix);
        let told: BTreeSet<(Kind, String)> =
            self.objects.iter().map(|object| (object.kind, object.slug.clone())).collect();
        let mut named: BTreeSet<String> = BTreeSet::new();
        let mut gone = Vec::new();
        for (slug, service) in &self.present.services {
            let of_import = slug.starts_with(&below) && service.description.ends_with(&mark);
            if of_import && !told.contains(&(Kind::Service, slug.clone())) {
                gone.push(slug.clone());
            } else {
                named.extend(groups_of(self.changes.services.get(slug).unwrap_or(service)));
            }
        }
        named.extend(self.changes.services.values().flat_map(groups_of));
        for slug in gone {
            self.note(Kind::Service, &slug, State::Gone);
        }
        for (slug, group) in &self.present.upstream_groups {
            let of_import = *slug == self.prefix || slug.starts_with(&below);
            if of_import && group.description.ends_with(&mark) {
                let state = if named.contains(slug) { State::Unchanged } else { State::Gone };
                self.objects.push(Object { kind: Kind::UpstreamGroup, slug: slug.clone(), state });
            }
        }
    }
}

fn groups_of(service: &Service) -> Vec<String> {
    let references = service.references();
    references
        .into_iter()
        .filter(|one| one.kind == Kind::UpstreamGroup)
        .map(|one| one.slug.to_owned())
        .collect()
}

/// A service that goes to a group and nowhere else.
fn to_group(service: Service, group: &str) -> Service {
    Service {
        upstream_group: Some(group.to_owned()),
        upstream_url: None,
        traffic_split: None,
        redirect_url: None,
        redirect_status: None,
        respond_status: None,
        respond_body: None,
        ..service
    }
}

fn target(upstream: &Upstream) -> Target {
    Target {
        host: upstream.host.clone(),
        port: upstream.port,
        weight: 100,
        max_connections: None,
        enabled: true,
    }
}
