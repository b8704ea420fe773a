//! Objects of a project's configuration as they are kept: what they say, and who changed that last.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::{Kind, Spec};
use crate::{ConfigObjectId, ProjectId, Time};

/// Changes of an object that are remembered; so far back can be told what has changed since.
pub const EDITS_KEPT: usize = 10;
/// Most fields that are told of one change.
pub const FIELDS_MAX: usize = 20;
/// Longest place of a field that is remembered, in characters; of a longer one its beginning is.
pub const FIELD_MAX: usize = 100;
/// Bytes that the objects of a project may have together, as they are kept.
pub const BYTES_MAX: u64 = 3 << 20;

/// An object of a project's configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfigObject {
    /// Identity; it goes with the object and is nobody else's afterwards.
    pub id: ConfigObjectId,
    /// The project.
    pub project_id: ProjectId,
    /// Its name in other objects, unique among those of its kind. It never changes.
    pub slug: String,
    /// The revision of the project's configuration at its last change: whoever knows it knows what the object says.
    pub revision: u64,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// Who changed it last, in words.
    pub updated_by: String,
    /// Its bytes, as they count for the project.
    pub bytes: u64,
    /// What it says.
    pub spec: Spec,
    /// Its last changes, the newest last.
    pub edits: Vec<Edit>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The revision that it made.
    pub revision: u64,
    /// Who, in words.
    pub by: String,
    /// When.
    pub at: Time,
    /// The fields that it changed, such as `retry.attempts`; of a whole configuration the objects, such as `services.shop`. At most
    /// [`FIELDS_MAX`].
    pub fields: Vec<String>,
}

/// What is known of a project's configuration without reading it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigState {
    /// The project.
    pub project_id: ProjectId,
    /// Grows by one with each change.
    pub revision: u64,
    /// How many objects there are, by the number of their kind.
    pub counts: std::collections::BTreeMap<u8, u64>,
    /// Bytes of all objects together.
    pub bytes: u64,
    /// The last changes, the newest last.
    pub edits: Vec<Edit>,
}

impl ConfigState {
    /// The configuration of a project that has none.
    pub fn empty(project_id: ProjectId) -> Self {
        Self { project_id, revision: 0, counts: Default::default(), bytes: 0, edits: Vec::new() }
    }

    /// How many objects of a kind there are.
    pub fn count(&self, kind: Kind) -> u64 {
        self.counts.get(&kind.number()).copied().unwrap_or_default()
    }
}

/// Adds a change, and forgets the oldest.
pub fn remember(edits: &mut Vec<Edit>, mut edit: Edit) {
    edit.fields.truncate(FIELDS_MAX);
    for field in &mut edit.fields {
        if let Some((end, _)) = field.char_indices().nth(FIELD_MAX) {
            field.truncate(end);
        }
    }
    edits.push(edit);
    let surplus = edits.len().saturating_sub(EDITS_KEPT);
    edits.drain(..surplus);
}

/// The fields that have changed since a revision, as far back as is remembered: each once, in their order. At most [`FIELDS_MAX`].
pub fn changed_since(edits: &[Edit], revision: u64) -> Vec<String> {
    let later = edits.iter().filter(|edit| edit.revision > revision);
    let mut fields: Vec<String> = later.flat_map(|edit| edit.fields.iter().cloned()).collect();
    fields.sort();
    fields.dedup();
    fields.truncate(FIELDS_MAX);
    fields
}

/// Where two objects differ: the places of fields, such as `retry.attempts` or `targets[2].weight`, in their order. A list that
/// has another length counts as a whole. All of them: whoever keeps them cuts.
pub fn differences(before: &Spec, after: &Spec) -> Vec<String> {
    let mut found = Vec::new();
    compare("", &before.content(), &after.content(), &mut found);
    found
}

fn compare(at: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let place = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                match (old.get(name), new.get(name)) {
                    (Some(old), Some(new)) => compare(&place, old, new, found),
                    _ => found.push(place),
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (number, (old, new)) in old.iter().zip(new).enumerate() {
                compare(&format!("{at}[{number}]"), old, new, found);
            }
        }
        _ if before == after => {}
        _ => found.push(at.to_owned()),
    }
}

#[cfg(test)]
mod tests;
