//! Every seed, through its target: what the fuzzer once found is looked at on every run of the tests.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sentinel_api_types::group::NodeGroupCreate;
use sentinel_api_types::node::NodesQuery;
use sentinel_api_types::rollout::{RolloutCreate, TargetSelector};
use sentinel_bundle::archive::{self, OpenLimits};
use sentinel_bundle::compile::{CompileError, CompileInput, OperationsOptions, Source, compile};
use sentinel_bundle::openapi::{Options, import};
use sentinel_bundle::validate::{ValidateContext, validate};
use sentinel_fuzz::{ALL, Target};
use sentinel_model::config::Document;
use sentinel_model::name::check_labels;
use sentinel_rest::extract::QueryArgs;

/// Largest seed, in bytes.
const SEED_MAX: u64 = 64 << 10;
/// Longest time that one may take, in a build without optimisation.
const TIME_MAX: Duration = Duration::from_secs(10);

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target)
}

fn seeds(target: &str) -> Vec<PathBuf> {
    let mut seeds: Vec<PathBuf> =
        fs::read_dir(folder(target)).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    assert!(seeds.len() >= 3, "{target} has {} seeds", seeds.len());
    seeds
}

fn compiled(source: Source<'_>) -> CompileInput<'_> {
    CompileInput {
        project_id: "fuzz",
        version: "1",
        source,
        marker_key: &[7; 32],
        operations: OperationsOptions::default(),
        extra_files: Vec::new(),
    }
}

fn every_seed_of(name: &str) {
    let target = Target::named(name).unwrap();
    for seed in seeds(name) {
        let bytes = fs::read(&seed).unwrap();
        assert!(bytes.len() as u64 <= SEED_MAX, "{} is too large to keep", seed.display());
        let began = Instant::now();
        (target.run)(&bytes);
        let took = began.elapsed();
        assert!(took < TIME_MAX, "{} took {took:?}", seed.display());
    }
}

#[test]
fn every_seed_of_configurations_is_judged() {
    every_seed_of("kdl");
}

#[test]
fn every_seed_of_archives_is_opened_or_refused() {
    every_seed_of("archive");
}

#[test]
fn every_seed_of_descriptions_of_apis_is_imported_or_refused() {
    every_seed_of("openapi");
}

#[test]
fn every_seed_of_selectors_is_read_or_refused() {
    every_seed_of("selectors");
}

#[test]
fn every_folder_of_seeds_has_a_target() {
    let folders = fs::read_dir(folder("")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut folders: Vec<String> = folders.map(|name| name.into_string().unwrap()).collect();
    folders.sort();
    assert!(folders.iter().map(String::as_str).eq(ALL.iter().map(|target| target.name)), "{folders:?}");
}

/// A fuzzer that begins with nothing that is accepted looks at refusals alone.
#[test]
fn each_target_begins_with_something_that_is_accepted() {
    let accepted = |target: &str, is: &dyn Fn(&[u8]) -> bool| {
        let count = seeds(target).iter().filter(|seed| is(&fs::read(seed).unwrap())).count();
        assert!(count >= 2, "{target}: {count}");
    };
    accepted("archive", &|bytes| archive::open(bytes, &OpenLimits::default()).is_ok());
    accepted("kdl", &|bytes| {
        std::str::from_utf8(bytes).is_ok_and(|text| validate(text, &ValidateContext::default()).is_ok())
    });
    accepted("openapi", &|bytes| {
        std::str::from_utf8(bytes)
            .is_ok_and(|text| import(text, &Options::default(), &Document::default()).is_ok())
    });
    let labels =
        |labels: &BTreeMap<String, String>| !labels.is_empty() && check_labels("labels", labels).is_ok();
    let target =
        |target: &TargetSelector| matches!(target, TargetSelector::Labels { labels: said } if labels(said));
    accepted("selectors", &|bytes| {
        std::str::from_utf8(bytes)
            .is_ok_and(|text| QueryArgs::<NodesQuery>::read(text).is_ok_and(|query| labels(&query.labels)))
    });
    accepted("selectors", &|bytes| {
        serde_json::from_slice(bytes).is_ok_and(|group: NodeGroupCreate| labels(&group.labels))
    });
    accepted("selectors", &|bytes| {
        serde_json::from_slice(bytes).is_ok_and(|selector: TargetSelector| target(&selector))
    });
    accepted("selectors", &|bytes| {
        serde_json::from_slice(bytes)
            .is_ok_and(|rollout: RolloutCreate| rollout.target_selector.as_ref().is_some_and(target))
    });
}

/// The target takes a refusal of a valid text for few reasons alone.
#[test]
fn texts_that_are_valid_and_not_compiled_are_among_the_seeds() {
    let mut codes = BTreeSet::new();
    for seed in seeds("kdl") {
        let Ok(text) = fs::read_to_string(seed) else { continue };
        if validate(&text, &ValidateContext::default()).is_ok()
            && let Err(CompileError::Invalid(problems)) = compile(&compiled(Source::Text(&text)))
        {
            codes.extend(problems.iter().map(|problem| problem.code));
        }
    }
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["certificate-misplaced", "secret-malformed"]);
}

/// `UPDATE=1` makes the archives among the seeds anew; those of earlier versions have to be read as well, so nothing else makes them.
#[test]
fn archives_of_texts_and_of_documents_are_among_the_seeds() {
    let source = include_str!("../../../deploy/example/edge.kdl");
    let document: Document = serde_json::from_str(
        r#"{"version": 1, "services": {"shop": {"route_path": "/*", "upstream_url": "http://10.0.0.1:8080"}}}"#,
    )
    .unwrap();
    for (name, source) in [("text", Source::Text(source)), ("document", Source::Document(&document))] {
        let path = folder("archive").join(format!("{name}.tar.zst"));
        if std::env::var_os("UPDATE").is_some() {
            let archive = compile(&compiled(source)).unwrap().archive;
            fs::write(
                folder("archive").join(format!("{name}.tar")),
                zstd::decode_all(archive.as_slice()).unwrap(),
            )
            .unwrap();
            fs::write(&path, archive).unwrap();
        }
        archive::open(&fs::read(path).unwrap(), &OpenLimits::default()).unwrap();
    }
}
