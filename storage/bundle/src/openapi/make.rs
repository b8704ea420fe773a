//! Objects of the configuration model from what counts of a document, beside those that a project has.

use std::collections::{BTreeMap, BTreeSet};

use sentinel_model::InvalidValue;
use sentinel_model::config::check::{At, Findings};
use sentinel_model::config::document::check_object;
use sentinel_model::config::service::{Destination, Upstream};
use sentinel_model::config::upstream_group::{Target, UpstreamTls};
use sentinel_model::config::{Document, Kind, Service, UpstreamGroup};
use sentinel_model::name::check_slug;

use super::claim::{self, Claimed, beginning, mark};
use super::draft::{Draft, drafts};
use super::left_out::{Collected, Reason};
use super::path::{self, PREFIX_MAX};
use super::spec::Spec;
use super::{Import, ImportError, Object, Options, State};

/// What comes of it, so far.
struct Making<'a> {
    options: &'a Options,
    present: &'a Document,
    prefix: String,
    /// Whom the document names for all.
    usual: Option<&'a Upstream>,
    /// Slugs of groups that several servers of the document would have.
    shared: BTreeSet<String>,
    /// The groups of which it is told that the document has another server, and that one.
    other_servers: BTreeSet<(String, String)>,
    objects: Vec<Object>,
    changes: Document,
    left_out: Collected,
}

/// Makes the objects.
///
/// # Errors
/// The option that has to be said, or said otherwise; or nothing comes of any path.
pub(super) fn make(
    spec: &Spec,
    options: &Options,
    present: &Document,
    mut left_out: Collected,
) -> Result<Import, ImportError> {
    let prefix = prefix(spec, options)?;
    if let Some(group) = &options.upstream_group
        && !present.upstream_groups.contains_key(group)
    {
        return Err(InvalidValue::new(
            "upstream_group",
            format!("the upstream group '{group}' does not exist"),
        )
        .into());
    }
    let drafts = drafts(spec, options, &mut left_out)?;
    if drafts.all.is_empty() {
        return Err(ImportError::Document("has no path that the proxy can have".to_owned()));
    }
    let usual = spec.server.upstream.as_ref();
    let shared = shared(drafts.all.iter().filter_map(|draft| draft.upstream.as_ref()), usual, &prefix);
    let Claimed { drafts, kept } = claim::claimed(drafts, &prefix, present, &mut left_out);
    let mut making = Making {
        options,
        present,
        prefix,
        usual,
        shared,
        other_servers: BTreeSet::new(),
        objects: Vec::new(),
        changes: Document::default(),
        left_out,
    };
    for (slug, (draft, known)) in drafts {
        making.service(slug, draft, known)?;
    }
    making.gone(&kept);
    for (slug, object) in making.changes.clone().into_objects() {
        let mut findings = Findings::default();
        check_object(&slug, &object, At::Root, &mut findings);
        if let Some(found) = findings.into_all().into_iter().next() {
            return Err(found.into());
        }
    }
    let Making { prefix, mut objects, changes, left_out, .. } = making;
    objects.sort_by(|a, b| (a.kind, &a.slug).cmp(&(b.kind, &b.slug)));
    Ok(Import {
        title: spec.title.clone(),
        openapi: spec.openapi.clone(),
        prefix,
        objects,
        left_alone: left_out.count(Reason::Taken),
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

/// Slugs of groups that several servers would have.
fn shared<'u>(
    all: impl Iterator<Item = &'u Upstream>,
    usual: Option<&Upstream>,
    prefix: &str,
) -> BTreeSet<String> {
    let mut urls: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for upstream in all.filter(|upstream| usual != Some(*upstream)) {
        urls.entry(path::slug(prefix, &place(upstream))).or_default().insert(url(upstream));
    }
    urls.into_iter().filter(|(_, urls)| urls.len() > 1).map(|(slug, _)| slug).collect()
}

impl Making<'_> {
    fn note(&mut self, kind: Kind, slug: &str, state: State) {
        self.objects.push(Object { kind, slug: slug.to_owned(), state });
    }

    /// A service of an earlier import is brought up to date; without one it is made.
    fn service(&mut self, slug: String, draft: Draft, known: Option<&Service>) -> Result<(), InvalidValue> {
        let Some(known) = known else {
            return self.made(slug, draft);
        };
        let mut service = Service { route_path: draft.route_path, ..known.clone() };
        if !draft.methods.iter().eq(known.methods.iter().collect::<BTreeSet<_>>()) {
            service.methods = draft.methods.into_iter().collect();
        }
        if !self.options.hosts.is_empty() {
            service.hosts.clone_from(&self.options.hosts);
        }
        match (&self.options.upstream_group, service.destination()) {
            (Some(group), Some(Destination::Group(_))) => service.upstream_group = Some(group.clone()),
            (Some(_), _) => self.left_out.note(Reason::GoesElsewhere, &slug),
            (None, Some(Destination::Group(group))) => self.server_changed(group, draft.upstream.as_ref()),
            (None, _) => {}
        }
        if service == *known {
            self.note(Kind::Service, &slug, State::Unchanged);
        } else {
            self.note(Kind::Service, &slug, State::Changed);
            self.changes.put(&slug, service.into());
        }
        Ok(())
    }

    fn made(&mut self, slug: String, draft: Draft) -> Result<(), InvalidValue> {
        if self.present.services.contains_key(&slug) {
            self.left_out.note(Reason::Taken, &slug);
            return Ok(());
        }
        let group = self.group(draft.upstream.as_ref())?;
        self.server_changed(&group, draft.upstream.as_ref());
        let service = Service {
            description: self.described(&draft, &slug),
            enabled: true,
            route_path: draft.route_path,
            hosts: self.options.hosts.clone(),
            methods: draft.methods.into_iter().collect(),
            upstream_group: Some(group),
            ..Service::default()
        };
        self.note(Kind::Service, &slug, State::Made);
        self.changes.put(&slug, service.into());
        Ok(())
    }

    fn described(&self, draft: &Draft, slug: &str) -> String {
        let template = beginning(&draft.template);
        let summary = if draft.summary.is_empty() { String::new() } else { format!(": {}", draft.summary) };
        format!("{template}{} {}", summary.replace('$', ""), mark(&self.prefix, slug))
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
            Some(known) if self.is_own(&slug, known) => {}
            Some(_) => {
                let message = format!(
                    "there is a group '{slug}' that no import made: name it here to use it, or take another prefix"
                );
                return Err(InvalidValue::new("upstream_group", message));
            }
            None => {
                let group = UpstreamGroup {
                    description: format!("Where the API is {}", mark(&self.prefix, &slug)),
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
        let slug = path::slug(&self.prefix, &place(upstream));
        let there = self.present.upstream_groups.get(&slug);
        let first = there.is_some_and(|known| self.is_own(&slug, known) && goes_to(known, upstream));
        if path::too_long(&slug) || (self.shared.contains(&slug) && !first) {
            return path::told_apart(&slug, &url(upstream));
        }
        slug
    }

    /// An import with this prefix made it.
    fn is_own(&self, slug: &str, group: &UpstreamGroup) -> bool {
        let named =
            slug.strip_prefix(&self.prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        named && group.description.ends_with(&mark(&self.prefix, slug))
    }

    /// The targets of a group that is there are not touched, so it is told when the document has another server by now.
    fn server_changed(&mut self, group: &str, upstream: Option<&Upstream>) {
        let (None, Some(upstream)) = (&self.options.upstream_group, upstream) else { return };
        let Some(known) = self.present.upstream_groups.get(group) else { return };
        if self.is_own(group, known)
            && !goes_to(known, upstream)
            && self.other_servers.insert((group.to_owned(), url(upstream)))
        {
            self.left_out.note(Reason::ServerChanged, &url(upstream));
        }
    }

    /// What an earlier import made and the document has no longer. What it has and nobody can read stays.
    fn gone(&mut self, kept: &BTreeSet<String>) {
        let services = self.objects.iter().filter(|object| object.kind == Kind::Service);
        let told: BTreeSet<String> = services.map(|object| object.slug.clone()).collect();
        let own = claim::of_import(&self.prefix, self.present);
        let mut named: BTreeSet<String> = self.changes.services.values().flat_map(groups_of).collect();
        for (slug, service) in &self.present.services {
            let state = match own.contains_key(slug.as_str()) && !told.contains(slug) {
                true if kept.contains(slug) => Some(State::Unchanged),
                true => Some(State::Gone),
                false => None,
            };
            if let Some(state) = state {
                self.note(Kind::Service, slug, state);
            }
            if state != Some(State::Gone) {
                named.extend(groups_of(self.changes.services.get(slug).unwrap_or(service)));
            }
        }
        for (slug, group) in &self.present.upstream_groups {
            if self.is_own(slug, group) {
                let state = if named.contains(slug) { State::Unchanged } else { State::Gone };
                self.note(Kind::UpstreamGroup, slug, state);
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

/// What the slug of its group is made of.
fn place(upstream: &Upstream) -> String {
    format!("{}-{}", upstream.host, upstream.port)
}

fn url(upstream: &Upstream) -> String {
    let scheme = if upstream.tls { "https" } else { "http" };
    format!("{scheme}://{}:{}", upstream.host, upstream.port)
}

/// A group has a server among its targets, and speaks to it as the document says.
fn goes_to(group: &UpstreamGroup, upstream: &Upstream) -> bool {
    let is = |target: &Target| target.host == upstream.host && target.port == upstream.port;
    group.tls.is_some() == upstream.tls && group.targets.iter().any(is)
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
