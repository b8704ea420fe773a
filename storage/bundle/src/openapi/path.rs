//! Path templates as the model says paths, and the slugs that come of them.

use sentinel_model::name::{SLUG_MAX, slug_of};

use crate::manifest::sha256;

/// Longest prefix of slugs, in characters.
pub const PREFIX_MAX: usize = 30;
/// Characters of the digest that tells two slugs apart.
const DIGEST: usize = 6;

/// A template as a path of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// The path.
    pub path: String,
    /// It takes what is below too, because its last part is a parameter.
    pub open_end: bool,
    /// Some part is only partly a parameter.
    pub part_of_part: bool,
}

/// The path of a template such as `/users/{id}/orders`; nothing when it is none.
pub(super) fn route(base: &str, template: &str) -> Option<Route> {
    let mut route = Route { path: base.to_owned(), open_end: false, part_of_part: false };
    for part in template.strip_prefix('/')?.split('/') {
        route.path.push('/');
        route.open_end = false;
        match parameters(part)? {
            Parameters::None => route.path.push_str(part),
            Parameters::Whole => {
                route.path.push('*');
                route.open_end = true;
            }
            Parameters::Within => {
                route.path.push('*');
                route.open_end = true;
                route.part_of_part = true;
            }
        }
    }
    Some(route)
}

/// The path of everything with the same first part as a template, and that part.
pub(super) fn first_part(base: &str, template: &str) -> Option<(Route, String)> {
    let part = template.strip_prefix('/')?.split('/').next()?;
    let mut whole = route(base, &format!("/{part}"))?;
    if !part.is_empty() {
        whole.path.push_str("/*");
    }
    whole.open_end = false;
    Some((whole, format!("/{part}")))
}

enum Parameters {
    None,
    Whole,
    Within,
}

/// How much of a part of a path is a parameter; nothing when its braces do not fit or a star stands in it.
fn parameters(part: &str) -> Option<Parameters> {
    if part.contains('*') {
        return None;
    }
    let (mut names, mut outside, mut rest) = (0, false, part);
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        if name.is_empty() || name.contains('{') || before.contains('}') {
            return None;
        }
        names += 1;
        outside |= !before.is_empty();
        rest = after;
    }
    if rest.contains('}') {
        return None;
    }
    Some(match (names, outside || !rest.is_empty()) {
        (0, _) => Parameters::None,
        (1, false) => Parameters::Whole,
        _ => Parameters::Within,
    })
}

/// The slug of a template, if it is short enough and says something.
pub(super) fn slug(prefix: &str, template: &str) -> String {
    let words = slug_of_whole(template);
    format!("{prefix}-{}", if words.is_empty() { "root" } else { &words })
}

/// True when a slug has to be told apart from others by a digest because it is too long.
pub(super) fn too_long(slug: &str) -> bool {
    slug.len() > SLUG_MAX
}

/// A slug with a digest of the template, for those that are too long or that two templates would have.
pub(super) fn told_apart(slug: &str, template: &str) -> String {
    let digest: String = hex::encode(sha256(template.as_bytes())).chars().take(DIGEST).collect();
    let room = SLUG_MAX - DIGEST - 1;
    let cut: String = slug.chars().take(room).collect();
    format!("{}-{digest}", cut.trim_end_matches('-'))
}

/// As the model makes slugs, but of any length.
fn slug_of_whole(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => slug.push(c),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// The prefix that a title makes; empty when nothing of it can stand in a slug.
pub(super) fn prefix_of(title: &str) -> String {
    let slug = slug_of(title);
    let cut: String = slug.chars().take(PREFIX_MAX).collect();
    cut.trim_end_matches('-').to_owned()
}
