//! Labels and what selects by them: in the query of a list, in the target of a rollout, in the rule of a group.

use std::collections::BTreeMap;

use sentinel_api_types::group::NodeGroupCreate;
use sentinel_api_types::node::NodesQuery;
use sentinel_api_types::rollout::{RolloutCreate, TargetSelector};
use sentinel_model::name::{LABEL_TEXT_MAX, LABELS_MAX, check_labels};
use sentinel_rest::extract::QueryArgs;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A selector that is read says the same when it is written and read again, and labels that pass have the bounds that are promised.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if !text.trim_start().starts_with('{') {
        if let Ok(query) = QueryArgs::<NodesQuery>::read(text) {
            bounded(&query.labels);
        }
        return;
    }
    if let Some(TargetSelector::Labels { labels }) = same::<TargetSelector>(text) {
        bounded(&labels);
    }
    if let Some(group) = same::<NodeGroupCreate>(text) {
        bounded(&group.labels);
    }
    if let Some(RolloutCreate { target_selector: Some(TargetSelector::Labels { labels }), .. }) = same(text) {
        bounded(&labels);
    }
}

fn same<T: Serialize + DeserializeOwned>(text: &str) -> Option<T> {
    let read: T = serde_json::from_str(text).ok()?;
    let written = serde_json::to_string(&read).unwrap_or_else(|error| panic!("{text}: {error}"));
    let again: T = serde_json::from_str(&written).unwrap_or_else(|error| panic!("{written}: {error}"));
    let rewritten = serde_json::to_string(&again).unwrap_or_else(|error| panic!("{written}: {error}"));
    assert_eq!(written, rewritten);
    Some(read)
}

fn bounded(labels: &BTreeMap<String, String>) {
    if check_labels("labels", labels).is_ok() {
        assert!(labels.len() <= LABELS_MAX);
        for text in labels.keys().chain(labels.values()) {
            assert!(
                text.chars().count() <= LABEL_TEXT_MAX && !text.chars().any(char::is_control),
                "{text:?}"
            );
        }
        assert!(labels.keys().all(|key| !key.is_empty()));
    }
}
