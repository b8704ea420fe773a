//! Changes what operators set of a node: labels, weight, pin, slot, versions, environment. Moves nothing: what it runs, it goes on running.

use std::collections::BTreeMap;

use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::node::{Node, Slot, WEIGHT_FULL};
use sentinel_model::project::Project;
use sentinel_model::rollout::Rollout;
use sentinel_model::user::Role;
use sentinel_model::version::VersionRange;
use sentinel_model::{BundleId, EnvironmentId, InvalidValue, NodeId, name};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::environment;
use crate::freeze;
use crate::governance;
use crate::outcome::{Rejection, Reply};
use crate::tables::TableError;

/// The level from which on nodes have settings.
pub const LEVEL: u16 = 4;

/// See the module. What is `None` stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeUpdate {
    /// The node.
    pub node_id: NodeId,
    /// All of its labels from now on.
    pub labels: Option<BTreeMap<String, String>>,
    /// Its weight in percent.
    pub weight: Option<u8>,
    /// Whether it is pinned.
    pub pin: Option<Pin>,
    /// The slot that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<SlotChange>,
    /// The lowest version of a bundle that it may be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_version: Option<VersionChange>,
    /// The highest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_version: Option<VersionChange>,
    /// The environment that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentChange>,
}

/// A change of one end of the range of versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VersionChange {
    /// This one.
    To(String),
    /// None: it is open there.
    Clear,
}

/// A change of the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentChange {
    /// It is in this one.
    To(EnvironmentId),
    /// It is in none.
    Clear,
}

/// A change of the slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotChange {
    /// It is in this one.
    To(Slot),
    /// It is in none.
    Clear,
}

/// A change of a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pin {
    /// It may be given this bundle and no other.
    To(BundleId),
    /// It is like any other node.
    Clear,
}

impl Apply for NodeUpdate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        self.check()?;
        let mut node = context.require::<Node>(self.node_id.as_bytes(), "Node")?;
        let project = context.require::<Project>(node.project_id.as_bytes(), "Project")?;
        let before = (node.pinned_bundle_id, node.versions.clone());
        let mut changes = vec![("name", node.name.clone()), ("changed", self.changed())];
        if let Some(labels) = &self.labels {
            let before = std::mem::replace(&mut node.labels, labels.clone());
            changes.extend([("labels_before", labels_text(&before)), ("labels", labels_text(labels))]);
        }
        if let Some(weight) = self.weight {
            require_free_to_weigh(context, &node)?;
            changes.extend([("weight_before", node.weight.to_string()), ("weight", weight.to_string())]);
            node.weigh(weight);
        }
        if let Some(pin) = self.pin {
            let before = node.pinned_bundle_id;
            node.pinned_bundle_id = match pin {
                Pin::To(bundle) => Some(bundle),
                Pin::Clear => None,
            };
            if node.pinned_bundle_id != before {
                require_free_to_pin(context, &node)?;
            }
            changes.extend([
                ("pinned_version_before", version(context, before)?),
                ("pinned_version", version(context, node.pinned_bundle_id)?),
                ("pinned_bundle_id", pin.to_string()),
            ]);
        }
        if let Some(change) = self.slot {
            let before = node.slot;
            node.slot = change.slot();
            if node.slot != before {
                require_unowned(&node)?;
            }
            let name = |slot: Option<Slot>| slot.map_or(NO_SLOT, Slot::as_str).to_owned();
            changes.extend([("slot_before", name(before)), ("slot", name(node.slot))]);
        }
        if self.min_version.is_some() || self.max_version.is_some() {
            changes.extend(self.constrain(&mut node)?);
        }
        if (node.pinned_bundle_id, &node.versions) != (before.0, &before.1) {
            require_pin_in_range(context, &node)?;
        }
        if let Some(change) = self.environment {
            changes.extend(move_node(context, &mut node, change)?);
        }
        context.store(&node)?;
        let id = self.node_id.to_string();
        context.record("node.updated", Subject::in_project("node", &id, &project), changes)?;
        Ok(Reply::Done)
    }
}

impl NodeUpdate {
    /// Of a node, without any change yet.
    pub fn of(node_id: NodeId) -> Self {
        Self { node_id, labels: None, weight: None, pin: None, slot: None, min_version: None, max_version: None, environment: None }
    }

    /// Refuses values that can never be.
    ///
    /// # Errors
    /// The first of them.
    pub fn check(&self) -> Result<(), InvalidValue> {
        if let Some(labels) = &self.labels {
            name::check_labels("labels", labels)?;
        }
        if self.weight.is_some_and(|weight| weight > WEIGHT_FULL) {
            return Err(InvalidValue::new("weight", format!("must be 0 to {WEIGHT_FULL} percent")));
        }
        for (field, end) in [("min_bundle_version", &self.min_version), ("max_bundle_version", &self.max_version)] {
            if let Some(VersionChange::To(version)) = end {
                let alone = VersionRange { min: Some(version.clone()), max: None };
                alone.check().map_err(|error| InvalidValue { field: field.into(), ..error })?;
            }
        }
        if self.changed().is_empty() {
            let message = "nothing to change: give labels, a weight, a pin, a slot, versions or an environment";
            return Err(InvalidValue::new("node", message));
        }
        Ok(())
    }

    /// Gives the node another range of versions. What it runs, it goes on running; what it is pinned to must be in the range.
    fn constrain(&self, node: &mut Node) -> Result<Vec<(&'static str, String)>, Stop> {
        let before = node.versions.clone();
        let end = |asked: &Option<VersionChange>, before: &Option<String>| match asked {
            Some(VersionChange::To(version)) => Some(version.clone()),
            Some(VersionChange::Clear) => None,
            None => before.clone(),
        };
        let versions = VersionRange {
            min: end(&self.min_version, &before.min),
            max: end(&self.max_version, &before.max),
        };
        versions.check()?;
        node.versions = versions;
        if node.versions != before {
            require_unowned(node)?;
        }
        let asked =
            [("min_bundle_version", &self.min_version), ("max_bundle_version", &self.max_version)];
        let asked = asked.into_iter().filter_map(|(name, end)| Some((name, end.as_ref()?.to_string())));
        let whole = [("versions_before", before.to_string()), ("versions", node.versions.to_string())];
        Ok(whole.into_iter().chain(asked).collect())
    }

    /// What it is about, as the audit entry says it.
    pub fn changed(&self) -> String {
        let asked = [
            ("labels", self.labels.is_some()),
            ("weight", self.weight.is_some()),
            ("pin", self.pin.is_some()),
            ("slot", self.slot.is_some()),
            ("min_bundle_version", self.min_version.is_some()),
            ("max_bundle_version", self.max_version.is_some()),
            ("environment", self.environment.is_some()),
        ];
        let asked: Vec<&str> = asked.into_iter().filter(|(_, asked)| *asked).map(|(name, _)| name).collect();
        asked.join(", ")
    }
}

impl std::fmt::Display for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Pin::To(bundle) => bundle.fmt(f),
            Pin::Clear => f.write_str(NO_PIN),
        }
    }
}

impl SlotChange {
    /// The slot from now on.
    fn slot(self) -> Option<Slot> {
        match self {
            SlotChange::To(slot) => Some(slot),
            SlotChange::Clear => None,
        }
    }
}

impl std::fmt::Display for SlotChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.slot().map_or(NO_SLOT, Slot::as_str))
    }
}

impl std::fmt::Display for VersionChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            VersionChange::To(version) => f.write_str(version),
            VersionChange::Clear => f.write_str("any"),
        }
    }
}

impl EnvironmentChange {
    /// The environment from now on.
    fn environment(self) -> Option<EnvironmentId> {
        match self {
            EnvironmentChange::To(id) => Some(id),
            EnvironmentChange::Clear => None,
        }
    }
}

impl std::fmt::Display for EnvironmentChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.environment() {
            Some(id) => id.fmt(f),
            None => f.write_str(NO_ENVIRONMENT),
        }
    }
}

/// Puts a node into another environment, and says so. It goes on running what it runs.
fn move_node(
    context: &mut Context<'_>,
    node: &mut Node,
    change: EnvironmentChange,
) -> Result<[(&'static str, String); 3], Stop> {
    let (before, after) = (node.environment_id, change.environment());
    let slug = |id: Option<EnvironmentId>, context: &Context<'_>| -> Result<String, TableError> {
        let Some(id) = id else { return Ok(NO_ENVIRONMENT.to_owned()) };
        let found = environment::find(context.tables(), node.project_id, id)?;
        Ok(found.map_or_else(|| id.to_string(), |found| found.slug))
    };
    let said = [
        ("environment_before", slug(before, context)?),
        ("environment", slug(after, context)?),
        ("environment_id", change.to_string()),
    ];
    if let Some(id) = after {
        environment::require(context, node.project_id, id)?;
    }
    if after != before {
        require_unowned(node)?;
        require_free_to_leave(context, node)?;
        environment::enter(context, node, after)?;
    }
    Ok(said)
}

/// Refuses to let a node out of an environment for everybody but administrators, in person, where that would be a way around what holds
/// there: a freeze, approvals, or the order.
pub(crate) fn require_free_to_leave(context: &Context<'_>, node: &Node) -> Result<(), Stop> {
    let Some(left) = node.environment_id else { return Ok(()) };
    let Some(left) = environment::find(context.tables(), node.project_id, left)? else { return Ok(()) };
    let frozen = freeze::over(context.tables(), node.project_id, || Ok([left.id].into()), context.time)?;
    let held = match (frozen.is_some(), !left.approval_rules.is_empty(), left.ordinal > 0) {
        (true, ..) => "is frozen",
        (_, true, _) => "has rules on approvals",
        (.., true) => "comes behind another one",
        _ => return Ok(()),
    };
    let project = context.require::<Project>(node.project_id.as_bytes(), "Project")?;
    match governance::require_person(context, &project, Role::Admin) {
        Ok(_) => Ok(()),
        Err(Stop::Rejected(Rejection::Forbidden(_))) => {
            let (node, left) = (&node.name, &left.name);
            let message = format!(
                "node '{node}' is in the environment '{left}', which {held}: only an administrator, in person, takes it out of there"
            );
            Err(Rejection::Forbidden(message).into())
        }
        Err(other) => Err(other),
    }
}

/// What the audit entry calls a node that is in no environment.
const NO_ENVIRONMENT: &str = "none";

/// What the audit entry calls a node that is in no slot.
const NO_SLOT: &str = "none";

/// What the audit entry calls a node without a pin.
const NO_PIN: &str = "none";

/// Labels as the audit entry has them.
pub fn labels_text(labels: &BTreeMap<String, String>) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ")
}

/// Refuses a new pin that cannot be kept: of a bundle that may not be handed out, or while a rollout moves the node. A pin is taken
/// away at any time.
fn require_free_to_pin(context: &Context<'_>, node: &Node) -> Result<(), Stop> {
    let Some(pinned) = node.pinned_bundle_id else { return Ok(()) };
    let bundle = context.require::<Bundle>(pinned.as_bytes(), "Bundle")?;
    if bundle.project_id != node.project_id {
        return Err(Rejection::not_found("Bundle").into());
    }
    if bundle.state != BundleState::Compiled {
        return Err(Rejection::WrongState("Bundle has been revoked".into()).into());
    }
    require_unowned(node)
}

fn require_unowned(node: &Node) -> Result<(), Stop> {
    match node.owner {
        None => Ok(()),
        Some(owner) => {
            let message = format!(
                "node '{}' belongs to the rollout {owner}; wait for it to end, or cancel it first",
                node.name
            );
            Err(Rejection::WrongState(message).into())
        }
    }
}

/// Refuses another weight while a rollout gives the node its share of the traffic.
fn require_free_to_weigh(context: &Context<'_>, node: &Node) -> Result<(), Stop> {
    let Some(owner) = node.owner else { return Ok(()) };
    let owner: Option<Rollout> = context.load(owner.as_bytes())?;
    if owner.is_some_and(|owner| owner.shift.is_some()) { require_unowned(node) } else { Ok(()) }
}

fn version(context: &Context<'_>, bundle: Option<BundleId>) -> Result<String, TableError> {
    let Some(id) = bundle else { return Ok(NO_PIN.to_owned()) };
    let bundle: Option<Bundle> = context.load(id.as_bytes())?;
    Ok(bundle.map_or_else(|| id.to_string(), |bundle| bundle.version))
}

fn require_pin_in_range(context: &Context<'_>, node: &Node) -> Result<(), Stop> {
    let Some(pinned) = node.pinned_bundle_id else { return Ok(()) };
    let bundle: Option<Bundle> = context.load(pinned.as_bytes())?;
    match bundle {
        Some(bundle) if !node.versions.admits(&bundle.version) => {
            let (name, version, range) = (&node.name, &bundle.version, &node.versions);
            let message = format!(
                "node '{name}' cannot be pinned to bundle '{version}' and take versions {range} only: change one of the two"
            );
            Err(Rejection::WrongState(message).into())
        }
        _ => Ok(()),
    }
}

/// Refuses to give a node another bundle than the one it is pinned to, and one of a version that it does not take.
pub(crate) fn require_admitted(
    context: &Context<'_>,
    node: &Node,
    bundle: &Bundle,
    advice: &str,
) -> Result<(), Stop> {
    if !node.versions.admits(&bundle.version) {
        let (name, version, range) = (&node.name, &bundle.version, &node.versions);
        let message = format!("node '{name}' takes versions {range} only, and not bundle '{version}'; {advice}, or change the versions that it takes");
        return Err(Rejection::WrongState(message).into());
    }
    if !node.pinned_away_from(bundle.id) {
        return Ok(());
    }
    let pinned = version(context, node.pinned_bundle_id)?;
    let message = format!("node '{}' is pinned to bundle '{pinned}': that one is the only one that it may be given, unless you unpin it first", node.name);
    Err(Rejection::WrongState(message).into())
}
