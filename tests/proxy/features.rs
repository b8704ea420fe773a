//! What the table of features says of the proxy, asked of the proxy: for each feature that it calls native, at least one request that would be
//! answered otherwise if it did nothing.

mod balancing;
mod destinations;
mod edge;
mod listeners;
mod matching;
mod policies;
mod settings;
mod templates;

use std::collections::BTreeSet;

use sentinel_bundle::capability::{Feature, Verdict};

use edge::Edge;

/// Every feature with the test that shows it.
const SHOWN: &[(&str, &[Feature])] = &[
    ("matching", matching::SHOWN),
    ("destinations", destinations::SHOWN),
    ("policies", policies::SHOWN),
    ("balancing", balancing::SHOWN),
    ("listeners", listeners::SHOWN),
    ("settings", settings::SHOWN),
];

#[test]
fn every_native_feature_is_shown() {
    let shown: BTreeSet<Feature> = SHOWN.iter().flat_map(|(_, features)| features.iter().copied()).collect();
    let native: BTreeSet<Feature> =
        Feature::ALL.iter().copied().filter(|feature| feature.verdict() == Verdict::Native).collect();
    let missing: Vec<_> = native.difference(&shown).collect();
    let surplus: Vec<_> = shown.difference(&native).collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "not shown: {missing:?}; shown and not native: {surplus:?}"
    );
}
