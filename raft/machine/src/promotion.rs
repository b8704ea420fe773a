//! Promotions: which bundles have been completed in which environment.
//!
//! They are what the order of environments is judged by, and the newest one of an environment is what nodes are given that join it.

use std::collections::BTreeMap;

use sentinel_model::bundle::Bundle;
use sentinel_model::environment::Environment;
use sentinel_model::node::Node;
use sentinel_model::promotion::Promotion;
use sentinel_model::rollout::{Rollout, RolloutNode, RolloutNodeState};
use sentinel_model::{BundleId, EnvironmentId, ProjectId};

use crate::apply::Context;
use crate::baseline;
use crate::environment;
use crate::promotion_rule;
use crate::query;
use crate::rollout;
use crate::tables::{Order, Read, Scan, Table, TableError, key, load};

/// Whether and when a bundle was completed in an environment.
pub fn find(
    read: &(impl Read + ?Sized),
    environment: EnvironmentId,
    bundle: BundleId,
) -> Result<Option<Promotion>, TableError> {
    load(read, &key(&[environment.as_bytes(), bundle.as_bytes()]))
}

/// What was completed in an environment, the newest first, at most so many.
pub fn newest(
    read: &(impl Read + ?Sized),
    environment: EnvironmentId,
    most: usize,
) -> Result<Vec<Promotion>, TableError> {
    let all = Scan::all(Table::PromotionsByTime, environment.as_bytes());
    let pairs = read.scan(Scan { order: Order::Descending, limit: most, ..all })?;
    let bundles = pairs.iter().filter_map(|(key, _)| query::id_at_end(key)).map(BundleId);
    bundles.filter_map(|bundle| find(read, environment, bundle).transpose()).collect()
}

/// Takes note of the environments in which a rollout completes its bundle: those that have nodes of it, and whose other nodes run it
/// already or may not have it. Returns these, and in words why others are not among them. Call it before its nodes are let go.
pub(crate) fn complete(
    context: &mut Context<'_>,
    completed: &Rollout,
) -> Result<(Vec<Environment>, Vec<String>), TableError> {
    let environments = environment::all(context.tables(), completed.project_id)?;
    let (mut done, mut short) = (Vec::new(), Vec::new());
    if environments.is_empty() {
        return Ok((done, short));
    }
    let members = query::rollout_nodes(context.tables(), completed.id)?;
    let touched = environment::touched(
        context.tables(),
        completed.project_id,
        members.iter().map(|member| &member.node_id),
    )?;
    for environment in environments.into_iter().filter(|environment| touched.contains(&environment.id)) {
        if let Some(why) = not_covered(context, completed, &environment)? {
            short.push(format!("not completed in '{}': {why}", environment.name));
            continue;
        }
        note(context, completed, &environment)?;
        done.push(environment);
    }
    Ok((done, short))
}

/// Why the bundle is not completed in an environment, in words: a node that may have it and has it neither from this rollout nor otherwise,
/// one that has failed it, or that none has proven it. Nodes that the rollout has tolerated because they are away do not hold it up.
fn not_covered(
    context: &Context<'_>,
    completed: &Rollout,
    environment: &Environment,
) -> Result<Option<String>, TableError> {
    let bundle = completed.spec.bundle_id;
    let version = context.load::<Bundle>(bundle.as_bytes())?.map(|bundle| bundle.version).unwrap_or_default();
    let mut proven = false;
    for node in environment::nodes(context.tables(), environment.id)? {
        let row = key(&[completed.id.as_bytes(), node.id.as_bytes()]);
        let member = context.load::<RolloutNode>(&row)?;
        let completed_it = |member: &RolloutNode| matches!(member.state, RolloutNodeState::Completed { .. });
        let has_it = member.as_ref().is_some_and(completed_it) || runs(&node, bundle);
        proven |= has_it;
        let kept = member.as_ref().is_some_and(|member| member.state == RolloutNodeState::Kept);
        if member.is_some() && !kept && !has_it && node.failed_current() {
            return Ok(Some(format!("node '{}' has failed it", node.name)));
        }
        let joined =
            baseline::joined_since(&node, completed) && baseline::undecided(&node) && node.owner.is_none();
        let takes_it = !node.pinned_away_from(bundle) && node.versions.admits(&version);
        if member.is_none() && takes_it && !joined && !has_it {
            return Ok(Some(format!("node '{}' was not in it and does not run the bundle", node.name)));
        }
    }
    Ok((!proven).then(|| "no node of it has proven the bundle".to_owned()))
}

/// It shall run it, and has proven that.
pub fn runs(node: &Node, bundle: BundleId) -> bool {
    let desired = node.assignment.as_ref().is_some_and(|assignment| assignment.bundle_id == bundle);
    let proven = node.effective.is_some_and(|fact| fact.bundle_id == bundle);
    desired && proven && node.converged() && !node.failed_current()
}

fn note(context: &mut Context<'_>, completed: &Rollout, environment: &Environment) -> Result<(), TableError> {
    if let Some(before) = find(context.tables(), environment.id, completed.spec.bundle_id)? {
        remove(context, &before)?;
    }
    let promotion = Promotion {
        environment_id: environment.id,
        bundle_id: completed.spec.bundle_id,
        rollout_id: completed.id,
        at: context.time,
        by: completed.created_by.clone(),
    };
    context.store(&promotion)?;
    context.write().put(Table::PromotionsByTime, &place(&promotion), b"")?;
    tell(context, completed, environment)?;
    promotion_rule::wake(context, completed.project_id, environment.id)
}

/// Whoever watches an environment learns of it.
fn tell(context: &mut Context<'_>, completed: &Rollout, environment: &Environment) -> Result<(), TableError> {
    let id = environment.id.to_string();
    let subject = crate::apply::Subject {
        resource_type: "environment",
        resource_id: &id,
        org_id: None,
        project_id: Some(completed.project_id),
    };
    let data = BTreeMap::from([
        ("bundle_id".to_owned(), completed.spec.bundle_id.to_string()),
        ("rollout_id".to_owned(), completed.id.to_string()),
    ]);
    context.event("environment.bundle_completed", subject, data);
    Ok(())
}

pub(crate) fn remove(context: &mut Context<'_>, promotion: &Promotion) -> Result<(), TableError> {
    let row = key(&[promotion.environment_id.as_bytes(), promotion.bundle_id.as_bytes()]);
    let write = context.write();
    write.delete(Table::Promotions, &row)?;
    write.delete(Table::PromotionsByTime, &place(promotion))
}

/// A bundle that is revoked has been completed nowhere.
pub(crate) fn revoke(
    context: &mut Context<'_>,
    project: ProjectId,
    bundle: BundleId,
) -> Result<(), crate::apply::Stop> {
    for environment in environment::all(context.tables(), project)? {
        let Some(promotion) = find(context.tables(), environment.id, bundle)? else { continue };
        remove(context, &promotion)?;
        promotion_rule::wake(context, project, environment.id)?;
        // What is owed was that bundle, or one that is still the newest.
        if newest(context.tables(), environment.id, 1)?.first().is_none_or(|next| next.at < promotion.at) {
            baseline::owe(context, &mut baseline::Ground::Environment(environment), None)?;
        }
    }
    Ok(())
}

/// A rollout that is taken back has completed its bundle nowhere. Returns where it had.
pub(crate) fn take_back(
    context: &mut Context<'_>,
    back: &Rollout,
) -> Result<Vec<Environment>, crate::apply::Stop> {
    let mut taken = Vec::new();
    for environment in environment::all(context.tables(), back.project_id)? {
        let promotion = find(context.tables(), environment.id, back.spec.bundle_id)?;
        if let Some(promotion) = promotion.filter(|promotion| promotion.rollout_id == back.id) {
            remove(context, &promotion)?;
            promotion_rule::wake(context, back.project_id, environment.id)?;
            taken.push(environment);
        }
    }
    Ok(taken)
}

fn place(promotion: &Promotion) -> Vec<u8> {
    let at = promotion.at.0.to_be_bytes();
    key(&[promotion.environment_id.as_bytes(), &at, promotion.bundle_id.as_bytes()])
}

/// What the audit log says of a completion, beside the nodes.
pub(crate) fn words(done: &[Environment], short: &[String]) -> String {
    let done = done.iter().map(|environment| format!("completed in '{}'", environment.name));
    let said: Vec<String> = done.chain(short.iter().cloned()).collect();
    rollout::clip(&said.iter().map(|words| format!("; {words}")).collect::<String>())
}
