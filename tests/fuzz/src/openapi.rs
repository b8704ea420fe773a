//! The description of an API that becomes services.

use sentinel_bundle::emit::emit;
use sentinel_bundle::openapi::{By, Import, Options, State, import};
use sentinel_model::config::{Document, Kind};

/// A document becomes services that compile, and the same document again changes nothing; taken apart otherwise, what was made before is
/// found again.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let by_path = Options { prefix: Some("fuzz".to_owned()), ..Options::default() };
    let Ok(made) = import(text, &by_path, &Document::default()) else { return };
    assert!(made.objects.iter().all(|object| object.state == State::Made), "nothing was there before");
    let present = applied(&Document::default(), &made);
    let again =
        import(text, &by_path, &present).unwrap_or_else(|error| panic!("read once and not twice: {error}"));
    assert_eq!(again.changes, Document::default(), "the same document changes something");
    assert_eq!(again.left_out, made.left_out);
    let by_prefix = Options { by: By::Prefix, ..by_path };
    let other =
        import(text, &by_prefix, &present).unwrap_or_else(|error| panic!("by first parts not: {error}"));
    applied(&present, &other);
}

/// The configuration after an import that takes away what is gone. It compiles.
fn applied(present: &Document, import: &Import) -> Document {
    let mut after = present.clone();
    for (slug, object) in import.changes.clone().into_objects() {
        after.put(&slug, object);
    }
    for object in import.objects.iter().filter(|object| object.state == State::Gone) {
        match object.kind {
            Kind::Service => drop(after.services.remove(&object.slug)),
            Kind::UpstreamGroup => drop(after.upstream_groups.remove(&object.slug)),
            other => panic!("an import makes no {other}"),
        }
    }
    if let Err(problems) = emit(&after) {
        panic!("what an import makes does not compile: {problems:?}");
    }
    after
}
