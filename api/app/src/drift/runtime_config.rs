//! The configuration that a node really runs.
//!
//! Nodes tell it only where it differs from what they were assigned, once for each text: the rest is what the bundle says, and a fleet that
//! switches must not put its configuration into the log once per node. What differs is replicated, since it is evidence, and whoever looks
//! into it must find it at every member; of each project a bounded number is kept.

use sentinel_api_types::agent::NodeEventsResponse;
use sentinel_api_types::drift::{
    DriftStatus, RuntimeConfig, RuntimeConfigBody, RuntimeConfigDiff, RuntimeConfigQuery,
    RuntimeConfigReport, RuntimeConfigSource, SemanticChange,
};
use sentinel_api_types::timestamp;
use sentinel_bundle::{diff, drift, proxy_config, semantic};
use sentinel_machine::commands::node_runtime_config_keep::NodeRuntimeConfigKeep;
use sentinel_machine::drift::LEVEL;
use sentinel_machine::{View, drift as drift_events, tables};
use sentinel_model::bundle::Bundle;
use sentinel_model::drift::{
    CONFIG_BYTES_MAX, CONFIG_PATH, DriftNode, EARLIER_CONFIG_PATH, Measurement, RuntimeConfig as Kept,
};
use sentinel_model::node::Node;
use sentinel_model::{Generation, NodeId};

use super::shape::{current, status};
use crate::access::Operation;
use crate::app::{App, digest_of};
use crate::bundle::unified;
use crate::caller::Caller;
use crate::change::{Proposed, used_for_another};
use crate::error::AppError;

impl App {
    /// What a node really runs, in full.
    pub async fn show_runtime_config(
        &self,
        caller: &Caller,
        project: &str,
        id: NodeId,
        query: &RuntimeConfigQuery,
    ) -> Result<RuntimeConfigBody, AppError> {
        let here = self.in_project(Operation::RuntimeConfigShow, caller, project).await?;
        let node = here.object::<Node>(&id)?;
        let read = &*here.view.tables;
        let known: Option<DriftNode> = tables::load(read, id.as_bytes())?;
        let measured = current(&node, known.as_ref());
        let (status, hash) = (status(&node, known.as_ref()), measured.and_then(|measured| measured.config));
        let unknown = || AppError::not_found("Runtime configuration");
        let is_config = |path: &str| path == CONFIG_PATH || path == EARLIER_CONFIG_PATH;
        let differs = |measured: &Measurement| measured.differences.iter().any(|one| is_config(&one.path));
        if let Some(event) = query.drift_event {
            let event = drift_events::event(read, here.project.id, event)?;
            let event = event.filter(|event| event.node_id == id);
            let event = event.ok_or_else(|| AppError::not_found("Drift event"))?;
            let kept: Option<Kept> = tables::load(read, id.as_bytes())?;
            let as_found = |kept: &Kept| {
                kept.generation == event.found.generation && Some(kept.digest) == event.found.config
            };
            let kept = kept.filter(as_found).ok_or_else(unknown)?;
            let runtime_config = RuntimeConfig { status, ..self.as_told(kept).await? };
            return Ok(RuntimeConfigBody { runtime_config });
        }
        if measured.is_some_and(differs) {
            // What the bundle says is just what does not run.
            let kept: Option<Kept> = tables::load(read, id.as_bytes())?;
            let kept = kept.filter(|kept| Some(kept.digest) == hash).ok_or_else(unknown)?;
            return Ok(RuntimeConfigBody { runtime_config: self.as_told(kept).await? });
        }
        let runs = node.effective.map(|fact| (fact.bundle_id, fact.generation));
        let (bundle_id, generation) = runs.ok_or_else(unknown)?;
        let bundle: Bundle = here.object(&bundle_id)?;
        Ok(RuntimeConfigBody {
            runtime_config: RuntimeConfig {
                node_id: id,
                status,
                generation,
                source: RuntimeConfigSource::Bundle,
                hash,
                config_kdl: self.compiled_of(&bundle).await?,
                truncated: false,
                updated_at: known.filter(|_| hash.is_some()).map(|known| timestamp(known.measured_at)),
                diff: None,
            },
        })
    }

    async fn as_told(&self, kept: Kept) -> Result<RuntimeConfig, AppError> {
        let (expected, text) = (kept.expected.clone(), kept.text.clone());
        let (generation, cut) = (kept.generation, kept.cut);
        let diff = self.heavy("comparisons", move || compared(&expected, &text, generation)).await?;
        // What a part of a text means says nothing about the whole: the agent has judged that.
        let diff = RuntimeConfigDiff { semantic: diff.semantic.filter(|_| !cut), ..diff };
        Ok(RuntimeConfig {
            node_id: kept.node_id,
            status: DriftStatus::Drifted,
            generation: kept.generation,
            source: RuntimeConfigSource::Node,
            hash: Some(kept.digest),
            config_kdl: kept.text,
            truncated: kept.cut,
            updated_at: Some(timestamp(kept.at)),
            diff: Some(diff),
        })
    }

    /// A node tells what it really runs.
    pub async fn keep_runtime_config(
        &self,
        caller: &Caller,
        id: NodeId,
        report: RuntimeConfigReport,
    ) -> Result<NodeEventsResponse, AppError> {
        let (view, _) = self.this_node(Operation::RuntimeConfigKeep, caller, id).await?;
        for (field, text) in [("config_kdl", &report.config_kdl), ("expected_kdl", &report.expected_kdl)] {
            if text.len() > CONFIG_BYTES_MAX {
                return Err(AppError::invalid(field, format!("must have at most {CONFIG_BYTES_MAX} bytes")));
            }
        }
        if !report.truncated && digest_of(&report.config_kdl) != report.hash {
            return Err(AppError::invalid("hash", "is not the SHA-256 of the text"));
        }
        let hash = report.hash;
        let is_kept = |view: &View| -> Result<bool, AppError> {
            let kept: Option<Kept> = tables::load(&*view.tables, id.as_bytes())?;
            Ok(kept.is_some_and(|kept| kept.digest == hash && kept.generation == report.generation))
        };
        let told = || NodeEventsResponse { status: "ok".to_owned(), count: 1 };
        if is_kept(&view)? {
            return Ok(told());
        }
        self.spend_telling(id)?;
        if self.standing(&view)?.level < LEVEL {
            return Err(AppError::Conflict(format!(
                "the cluster takes no configurations below level {LEVEL}"
            )));
        }
        let command = NodeRuntimeConfigKeep {
            node_id: id,
            generation: report.generation,
            digest: report.hash,
            text: report.config_kdl,
            expected: report.expected_kdl,
            cut: report.truncated,
        };
        let Proposed { repeated, .. } = self.propose(caller, command).await?;
        if repeated && !is_kept(&self.read_stale().await?)? {
            return Err(used_for_another());
        }
        Ok(told())
    }
}

/// From what was assigned to what runs.
fn compared(expected: &str, text: &str, generation: Generation) -> Result<RuntimeConfigDiff, AppError> {
    let (before, after) = drift::comparable(expected, text);
    let lines = diff::text(&before, &after).map_err(|error| AppError::TooLarge(error.to_string()))?;
    let parsed = proxy_config::parse(expected).ok().zip(proxy_config::parse(text).ok());
    let found = parsed.and_then(|(expected, actual)| semantic::compare(&expected, &actual).ok());
    let semantic = found.map(|found| {
        let change = |(kind, changes): (&str, &semantic::Changes)| SemanticChange {
            kind: kind.to_owned(),
            added: changes.added.clone(),
            removed: changes.removed.clone(),
            changed: changes.changed.clone(),
        };
        let mut told: Vec<SemanticChange> =
            drift::kinds(&found).into_iter().filter(|(_, changes)| changes.count() > 0).map(change).collect();
        if !found.settings.is_empty() {
            let changed = found.settings.clone();
            told.push(SemanticChange { kind: "settings".to_owned(), changed, ..SemanticChange::default() });
        }
        told
    });
    Ok(RuntimeConfigDiff {
        additions: lines.additions.into(),
        deletions: lines.deletions.into(),
        diff: unified::render(&format!("generation {generation}"), "the node", &lines),
        semantic,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_what_somebody_has_changed_is_shown() {
        let expected = r#"system { worker-threads 1; }
            listeners { listener "l" { address "127.0.0.1:1"; }; }
            upstreams { upstream "u" { target "10.0.0.1:80"; }; }
            routes { route "r" { matches { path "/"; }; upstream "u"; }; }"#;
        let runs = proxy_config::to_json(&proxy_config::parse(expected).unwrap()).unwrap();
        let edited = runs.replace("10.0.0.1:80", "10.0.9.9:80");
        let found = compared(expected, &edited, Generation(4)).unwrap();
        assert_eq!((found.additions, found.deletions), (1, 1), "{}", found.diff);
        assert!(found.diff.contains("+          \"address\": \"10.0.9.9:80\""), "{}", found.diff);
        assert_eq!(found.semantic.unwrap()[0].changed, ["u"]);
        // What cannot be read is shown as it is.
        let broken = compared(&runs, "{ broken", Generation(4)).unwrap();
        assert!(broken.diff.contains("+{ broken") && broken.semantic.is_none(), "{}", broken.diff);
    }
}
