//! Which service of a project is that of a draft: what an earlier import made is found again, also when the document calls it otherwise by now.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use sentinel_model::config::{Document, Service};

use super::draft::{Draft, Drafts, Unread};
use super::left_out::{Collected, Reason};
use super::path;

/// What ends the description of an object that an import with this prefix made. The slug is in it, so that a copy is no import's.
pub(super) fn mark(prefix: &str, slug: &str) -> String {
    format!("(imported as {prefix}: {slug})")
}

/// What a description begins with. What a stranger wrote must not name a secret or a variable of the node.
pub(super) fn beginning(template: &str) -> String {
    template.chars().take(500).filter(|c| *c != '$').collect()
}

/// What becomes of the drafts.
#[derive(Debug, Default)]
pub(super) struct Claimed<'a> {
    /// By slug, each with the service that an earlier import made of it.
    pub drafts: BTreeMap<String, (Draft, Option<&'a Service>)>,
    /// Slugs of services whose paths the document still has, in a way that comes to nothing.
    pub kept: BTreeSet<String>,
}

/// A draft with the slugs that imports give it.
struct Wanting {
    draft: Draft,
    /// Each with what the description of its service begins with.
    slugs: BTreeMap<String, Vec<String>>,
}

impl Wanting {
    fn of(draft: Draft, prefix: &str) -> Self {
        let mut slugs: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for template in draft.templates() {
            for slug in slugs_of(prefix, template) {
                slugs.entry(slug).or_default().push(beginning(template));
            }
        }
        Self { draft, slugs }
    }
}

/// Services of earlier imports that are nobody's so far.
struct Free<'a> {
    services: BTreeMap<&'a str, &'a Service>,
    by_path: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Free<'a> {
    fn of(services: &BTreeMap<&'a str, &'a Service>) -> Self {
        let mut by_path: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (slug, service) in services {
            by_path.entry(service.route_path.as_str()).or_default().insert(*slug);
        }
        Self { services: services.clone(), by_path }
    }

    fn take(&mut self, slug: &str) -> Option<(&'a str, &'a Service)> {
        let (slug, service) = self.services.remove_entry(slug)?;
        if let Some(same) = self.by_path.get_mut(service.route_path.as_str()) {
            same.remove(slug);
        }
        Some((slug, service))
    }

    /// The first with a slug of a draft that is as it has to be.
    fn slugged(&self, own: &Wanting, is: impl Fn(&Service, &[String]) -> bool) -> Option<&'a str> {
        own.slugs.iter().find_map(|(slug, beginnings)| {
            let (slug, service) = self.services.get_key_value(slug.as_str())?;
            is(service, beginnings).then_some(*slug)
        })
    }

    fn at_path(&self, own: &Wanting) -> Option<&'a str> {
        self.by_path.get(own.draft.route_path.as_str())?.first().copied()
    }
}

/// The service was made of such a template, unless somebody has written another description.
fn made_of(service: &Service, beginnings: &[String]) -> bool {
    beginnings.iter().any(|beginning| {
        let rest = service.description.strip_prefix(beginning.as_str());
        rest.is_some_and(|rest| rest.starts_with([':', ' ']))
    })
}

/// The service of a draft among those that are free.
type Sign = for<'a> fn(&Wanting, &Free<'a>) -> Option<&'a str>;

/// By what it is known with its path, the surest first. Before its slug comes its path: whoever asks there knows nothing of slugs, and two
/// services with one path would be one too many.
const BY_PATH: [Sign; 2] = [
    |own, free| free.slugged(own, |service, _| service.route_path == own.draft.route_path),
    |own, free| free.at_path(own),
];

/// By what it is known when it has another path by now.
const BY_SLUG: [Sign; 2] =
    [|own, free| free.slugged(own, made_of), |own, free| free.slugged(own, |_, _| true)];

/// Finds the services of drafts, and gives slugs to those that have none.
pub(super) fn claimed<'a>(
    drafts: Drafts,
    prefix: &str,
    present: &'a Document,
    left_out: &mut Collected,
) -> Claimed<'a> {
    let mine = of_import(prefix, present);
    let mut free = Free::of(&mine);
    let mut fresh: Vec<Wanting> = drafts.all.into_iter().map(|draft| Wanting::of(draft, prefix)).collect();
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    for own in &fresh {
        *wanted.entry(path::slug(prefix, &own.draft.template)).or_default() += 1;
    }
    let mut found = BTreeMap::new();
    for sign in BY_PATH {
        fresh = known_by(sign, fresh, &mut free, &mut found);
    }
    // Whose path has a draft is served; of the others those stay that no draft can be known to be.
    let kept = kept_of(&drafts.unread, prefix, &free.services);
    for slug in &kept {
        free.take(slug);
    }
    for sign in BY_SLUG {
        fresh = known_by(sign, fresh, &mut free, &mut found);
    }
    for Wanting { draft, .. } in fresh {
        let mut slug = path::slug(prefix, &draft.template);
        // Of two that want the same none has it, unless it was there first.
        if path::too_long(&slug)
            || wanted.get(&slug).is_some_and(|count| *count > 1)
            || mine.contains_key(slug.as_str())
        {
            slug = path::told_apart(&slug, &draft.template);
        }
        match found.entry(slug) {
            Entry::Occupied(_) => left_out.note(Reason::Taken, &draft.template),
            Entry::Vacant(vacant) => drop(vacant.insert((draft, None))),
        }
    }
    Claimed { drafts: found, kept }
}

/// Finds the services that a sign knows; what is left are the drafts of the others.
fn known_by<'a>(
    sign: Sign,
    drafts: Vec<Wanting>,
    free: &mut Free<'a>,
    found: &mut BTreeMap<String, (Draft, Option<&'a Service>)>,
) -> Vec<Wanting> {
    let mut left = Vec::new();
    for own in drafts {
        match sign(&own, free).and_then(|slug| free.take(slug)) {
            Some((slug, service)) => drop(found.insert(slug.to_owned(), (own.draft, Some(service)))),
            None => left.push(own),
        }
    }
    left
}

/// What earlier imports with this prefix made.
pub(super) fn of_import<'a>(prefix: &str, present: &'a Document) -> BTreeMap<&'a str, &'a Service> {
    let below = format!("{prefix}-");
    let of_import = |(slug, service): &(&String, &Service)| {
        slug.starts_with(&below) && service.description.ends_with(&mark(prefix, slug))
    };
    present.services.iter().filter(of_import).map(|(slug, service)| (slug.as_str(), service)).collect()
}

/// The slug that a template has, unless it is too long, and the one that it has when it is to be told apart.
fn slugs_of(prefix: &str, template: &str) -> impl Iterator<Item = String> {
    let plain = path::slug(prefix, template);
    let apart = path::told_apart(&plain, template);
    [Some(plain).filter(|slug| !path::too_long(slug)), Some(apart)].into_iter().flatten()
}

fn kept_of(unread: &Unread, prefix: &str, free: &BTreeMap<&str, &Service>) -> BTreeSet<String> {
    let slugs: BTreeSet<String> =
        unread.templates.iter().flat_map(|template| slugs_of(prefix, template)).collect();
    let kept = |(slug, service): &(&&str, &&Service)| {
        slugs.contains(**slug) || unread.route_paths.contains(&service.route_path)
    };
    free.iter().filter(kept).map(|(slug, _)| (*slug).to_owned()).collect()
}
