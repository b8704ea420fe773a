//! Rules by which bundles go on to the next environment: when each is to be looked at, and what holds it.

use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::node::NodeStatus;
use sentinel_model::promotion::PromotionRule;
use sentinel_model::rollout::{RolloutNode, RolloutNodeState};
use sentinel_model::user::Role;
use sentinel_model::{EnvironmentId, NodeId, ProjectId, PromotionRuleId, RolloutId, Time};

use crate::apply::Context;
use crate::environment;
use crate::governance;
use crate::promotion;
use crate::query;
use crate::risk;
use crate::tables::{Read, Scan, Table, TableError, key, load, rows};
use crate::waiting;

/// The rules of a project, the oldest first.
pub fn all(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Vec<PromotionRule>, TableError> {
    rows(read, Scan::all(Table::PromotionRules, project.as_bytes()))
}

/// One rule of a project.
pub fn find(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    id: PromotionRuleId,
) -> Result<Option<PromotionRule>, TableError> {
    load(read, &row(project, id))
}

/// Rules whose time to be looked at has come, the earliest first, at most so many.
pub fn due(read: &(impl Read + ?Sized), now: Time, most: usize) -> Result<Vec<PromotionRule>, TableError> {
    let mut rules = Vec::new();
    for (place, project) in waiting::due_pairs(read, Table::PromotionRulesDue, now, most)? {
        let id = query::id_at_end(&place).map(PromotionRuleId);
        let project = query::id_at_end(&project).map(ProjectId);
        if let Some((project, id)) = project.zip(id) {
            rules.extend(find(read, project, id)?);
        }
    }
    Ok(rules)
}

/// Writes a rule, and when it is to be looked at.
pub(crate) fn save(context: &mut Context<'_>, rule: &PromotionRule) -> Result<(), TableError> {
    forget(context, rule)?;
    if let Some(at) = rule.look_at {
        context.write().put(Table::PromotionRulesDue, &place(at, rule.id), rule.project_id.as_bytes())?;
    }
    context.store(rule)
}

/// Takes a rule out of the list of those that wait.
pub(crate) fn forget(context: &mut Context<'_>, rule: &PromotionRule) -> Result<(), TableError> {
    let known = find(context.tables(), rule.project_id, rule.id)?;
    match known.and_then(|known| known.look_at) {
        Some(at) => context.write().delete(Table::PromotionRulesDue, &place(at, rule.id)),
        None => Ok(()),
    }
}

/// When a rule has something to do: its delay after what was completed last in its source.
pub(crate) fn next_look(
    read: &(impl Read + ?Sized),
    rule: &PromotionRule,
) -> Result<Option<Time>, TableError> {
    let newest = promotion::newest(read, rule.source_id, 1)?.into_iter().next();
    let fresh = newest.filter(|newest| rule.enabled && !rule.is_through_with(newest.bundle_id, newest.at));
    Ok(fresh.map(|newest| rule.due(newest.at)))
}

/// What was completed last in an environment is another bundle by now, or the same one anew: the rules that take it on from there have
/// another time.
pub(crate) fn wake(
    context: &mut Context<'_>,
    project: ProjectId,
    source: EnvironmentId,
) -> Result<(), TableError> {
    for mut rule in all(context.tables(), project)?.into_iter().filter(|rule| rule.source_id == source) {
        rule.look_at = next_look(context.tables(), &rule)?;
        save(context, &rule)?;
    }
    Ok(())
}

/// Whether a rollout leaves a node what it runs.
fn keeps(read: &(impl Read + ?Sized), rollout: RolloutId, node: NodeId) -> Result<bool, TableError> {
    let member: Option<RolloutNode> = load(read, &key(&[rollout.as_bytes(), node.as_bytes()]))?;
    Ok(member.is_some_and(|member| member.state == RolloutNodeState::Kept))
}

/// Why a rule does not take a bundle on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// In words.
    pub words: String,
    /// It may be otherwise in a moment.
    pub passing: bool,
}

/// What of the conditions of a rule does not hold for this bundle; `None`: all of them do.
pub fn unmet(
    read: &(impl Read + ?Sized),
    rule: &PromotionRule,
    bundle: &Bundle,
) -> Result<Option<Unmet>, TableError> {
    let lasting = |words: String| Ok(Some(Unmet { words, passing: false }));
    if bundle.state != BundleState::Compiled {
        return lasting("the bundle was revoked".into());
    }
    let place =
        |id| environment::find(read, rule.project_id, id).map(|found| found.map(|found| found.ordinal));
    if place(rule.source_id)? >= place(rule.target_id)? {
        return lasting("the target comes before the source by now".into());
    }
    let project: Option<sentinel_model::project::Project> = load(read, rule.project_id.as_bytes())?;
    let role = match &project {
        Some(project) => governance::role_in(read, project.org_id, rule.author)?,
        None => None,
    };
    if role.is_none_or(|role| role < Role::Operator) {
        return lasting(format!("{}, who made the rule, may not start rollouts any more", rule.created_by));
    }
    if let Some(least) = rule.healthy_percent {
        let newest = promotion::find(read, rule.source_id, bundle.id)?;
        let (mut all, mut well) = (0u64, 0u64);
        for node in environment::nodes(read, rule.source_id)? {
            // The slot that a blue-green rollout leaves as it is need not run it.
            let kept = newest.as_ref().map_or(Ok(false), |newest| keeps(read, newest.rollout_id, node.id))?;
            if !kept && !node.pinned_away_from(bundle.id) && node.versions.admits(&bundle.version) {
                all += 1;
                well += u64::from(node.status == NodeStatus::Online && promotion::runs(&node, bundle.id));
            }
        }
        if all == 0 || well * 100 < all * u64::from(least) {
            let words =
                format!("{well} of {all} nodes of the source are online and run the bundle; {least} % must");
            return Ok(Some(Unmet { words, passing: true }));
        }
    }
    if let Some(highest) = rule.max_risk {
        let judged = risk::judge(read, bundle, &environment::nodes(read, rule.target_id)?)?;
        if judged.risk.level > highest {
            let (risk, highest) = (risk::words(&judged.risk), highest.as_str());
            return lasting(format!(
                "the risk for the nodes of the target is {risk}; at most {highest} is taken on"
            ));
        }
    }
    Ok(None)
}

pub(crate) fn row(project: ProjectId, id: PromotionRuleId) -> Vec<u8> {
    key(&[project.as_bytes(), id.as_bytes()])
}

fn place(at: Time, id: PromotionRuleId) -> Vec<u8> {
    key(&[&at.0.to_be_bytes(), id.as_bytes()])
}
