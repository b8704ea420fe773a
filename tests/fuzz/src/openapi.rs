//! The description of an API that becomes services.

use sentinel_bundle::emit::emit;
use sentinel_bundle::openapi::{By, Import, ImportError, Options, State, import};
use sentinel_model::config::{Document, Kind};

/// A document becomes services that compile, and the same document again changes nothing; taken apart otherwise, elsewhere or with parameters
/// of other names, what was made before is found again, so that both compile beside one another.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let by_path = Options { prefix: Some("fuzz".to_owned()), ..Options::default() };
    let Ok(made) = import(text, &by_path, &Document::default()) else { return };
    assert!(made.objects.iter().all(|object| object.state == State::Made), "nothing was there before");
    let present = added(&Document::default(), &made);
    compiles(&present);
    let again =
        import(text, &by_path, &present).unwrap_or_else(|error| panic!("read once and not twice: {error}"));
    assert_eq!(again.changes, Document::default(), "the same document changes something");
    assert_eq!(again.left_out, made.left_out);
    let by_prefix = Options { by: By::Prefix, ..by_path.clone() };
    let other = match import(text, &by_prefix, &present) {
        Ok(other) => other,
        // What is below the first parts may be longer than a path can be.
        Err(ImportError::Document(_)) => return,
        Err(error) => panic!("by first parts not: {error}"),
    };
    let beside = added(&present, &other);
    compiles(&beside);
    compiles(&pruned(beside.clone(), &other));
    let elsewhere = Options { base_path: Some("/elsewhere".to_owned()), ..by_path.clone() };
    let renamed = text.replace("d}", "s}");
    for (text, options, present) in
        [(text, &by_path, &beside), (text, &elsewhere, &present), (&renamed, &by_path, &present)]
    {
        // Another text, or a longer path, may be one that nobody can read.
        let Ok(other) = import(text, options, present) else { continue };
        let beside = added(present, &other);
        compiles(&beside);
        compiles(&pruned(beside, &other));
    }
}

/// The configuration after an import, with what is gone.
fn added(present: &Document, import: &Import) -> Document {
    let mut after = present.clone();
    for (slug, object) in import.changes.clone().into_objects() {
        after.put(&slug, object);
    }
    after
}

/// A configuration without what an import says is gone.
fn pruned(mut after: Document, import: &Import) -> Document {
    for object in import.objects.iter().filter(|object| object.state == State::Gone) {
        match object.kind {
            Kind::Service => drop(after.services.remove(&object.slug)),
            Kind::UpstreamGroup => drop(after.upstream_groups.remove(&object.slug)),
            other => panic!("an import makes no {other}"),
        }
    }
    after
}

/// Everything has room by itself, and not always beside what is gone.
fn compiles(document: &Document) {
    if document.services.len() > Kind::Service.most() {
        return;
    }
    if let Err(problems) = emit(document) {
        let full = problems.iter().all(|problem| problem.code == "too-many-objects");
        assert!(full, "what an import makes does not compile: {problems:?}");
    }
}
