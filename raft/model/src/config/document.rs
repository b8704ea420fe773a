//! All objects of a project, as one document.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::check::{At, Findings};
use super::{Kind, Listener, Middleware, Service, Settings, Spec, TrustStore, UpstreamGroup};
use crate::InvalidValue;
use crate::name::check_slug;

/// The format that this version writes.
pub const VERSION: u32 = 1;
/// The slug of the settings.
pub const SETTINGS: &str = "default";

/// The configuration of a project: what `config export` writes and `config apply` reads. Objects stand under their slugs, so two that
/// say the same have the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ConfigDocument))]
pub struct Document {
    /// The format: 1.
    pub version: u32,
    /// What holds for the whole proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    /// Where the proxy listens, by slug. Without any it listens at `0.0.0.0:${node.http_port}`.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "crate::config::distinct::map"
    )]
    pub listeners: BTreeMap<String, Listener>,
    /// Which requests go where, by slug.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "crate::config::distinct::map"
    )]
    pub services: BTreeMap<String, Service>,
    /// Where requests go, by slug.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "crate::config::distinct::map"
    )]
    pub upstream_groups: BTreeMap<String, UpstreamGroup>,
    /// What happens on the way, by slug.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "crate::config::distinct::map"
    )]
    pub middlewares: BTreeMap<String, Middleware>,
    /// Certificates that are trusted, by slug.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "crate::config::distinct::map"
    )]
    pub trust_stores: BTreeMap<String, TrustStore>,
}

impl Default for Document {
    fn default() -> Self {
        Self {
            version: VERSION,
            settings: None,
            listeners: BTreeMap::new(),
            services: BTreeMap::new(),
            upstream_groups: BTreeMap::new(),
            middlewares: BTreeMap::new(),
            trust_stores: BTreeMap::new(),
        }
    }
}

impl Document {
    /// Adds an object, or replaces the one that has its kind and slug.
    pub fn put(&mut self, slug: &str, spec: Spec) {
        let slug = slug.to_owned();
        match spec {
            Spec::Settings(spec) => self.settings = Some(*spec),
            Spec::Listener(spec) => drop(self.listeners.insert(slug, *spec)),
            Spec::Service(spec) => drop(self.services.insert(slug, *spec)),
            Spec::UpstreamGroup(spec) => drop(self.upstream_groups.insert(slug, *spec)),
            Spec::Middleware(spec) => drop(self.middlewares.insert(slug, *spec)),
            Spec::TrustStore(spec) => drop(self.trust_stores.insert(slug, *spec)),
        }
    }

    /// Every object with its slug, by kind and slug.
    pub fn into_objects(self) -> Vec<(String, Spec)> {
        let mut objects: Vec<(String, Spec)> = Vec::new();
        objects.extend(self.settings.map(|spec| (SETTINGS.to_owned(), spec.into())));
        objects.extend(self.listeners.into_iter().map(|(slug, spec)| (slug, spec.into())));
        objects.extend(self.services.into_iter().map(|(slug, spec)| (slug, spec.into())));
        objects.extend(self.upstream_groups.into_iter().map(|(slug, spec)| (slug, spec.into())));
        objects.extend(self.middlewares.into_iter().map(|(slug, spec)| (slug, spec.into())));
        objects.extend(self.trust_stores.into_iter().map(|(slug, spec)| (slug, spec.into())));
        objects
    }

    /// True when it has the object.
    pub fn has(&self, kind: Kind, slug: &str) -> bool {
        match kind {
            Kind::Settings => self.settings.is_some() && slug == SETTINGS,
            Kind::Listener => self.listeners.contains_key(slug),
            Kind::Service => self.services.contains_key(slug),
            Kind::UpstreamGroup => self.upstream_groups.contains_key(slug),
            Kind::Middleware => self.middlewares.contains_key(slug),
            Kind::TrustStore => self.trust_stores.contains_key(slug),
        }
    }

    /// Checks every field of every object, and that everything that is named exists.
    ///
    /// # Errors
    /// All that is wrong, with paths such as `services.shop.retry.attempts`.
    pub fn check(&self) -> Result<(), Vec<InvalidValue>> {
        let mut findings = Findings::default();
        if self.version != VERSION {
            let message = format!("must be {VERSION}, the format that this version knows");
            findings.refuse(At::Root.field("version"), message);
        }
        for (slug, spec) in self.clone().into_objects() {
            let kind = spec.kind();
            let among = At::Field(&At::Root, kind.plural());
            let at = if kind == Kind::Settings { among } else { among.field(&slug) };
            check_object(&slug, &spec, at, &mut findings);
            for reference in spec.references() {
                if !self.has(reference.kind, reference.slug) {
                    findings.refuse(at.field(&reference.field), format!("{reference} does not exist"));
                }
            }
        }
        for kind in Kind::ALL {
            let count = self.count(*kind);
            if count > kind.most() {
                let message = format!("a project has at most {}, not {count}", kind.most());
                findings.refuse(At::Root.field(kind.plural()), message);
            }
        }
        let found = findings.into_all();
        if found.is_empty() { Ok(()) } else { Err(found) }
    }

    fn count(&self, kind: Kind) -> usize {
        match kind {
            Kind::Settings => usize::from(self.settings.is_some()),
            Kind::Listener => self.listeners.len(),
            Kind::Service => self.services.len(),
            Kind::UpstreamGroup => self.upstream_groups.len(),
            Kind::Middleware => self.middlewares.len(),
            Kind::TrustStore => self.trust_stores.len(),
        }
    }
}

/// Checks the slug and the fields of one object, but not whether what it names exists.
pub fn check_object(slug: &str, spec: &Spec, at: At<'_>, findings: &mut Findings) {
    if let Err(refused) = check_slug("slug", slug) {
        findings.refuse(at, format!("the slug {}", refused.message));
    }
    let id = uuid::Uuid::try_parse(slug).is_ok();
    findings.require(!id, at, "the slug must not look like an id");
    spec.check(at, findings);
}

#[cfg(test)]
mod tests;
