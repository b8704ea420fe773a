//! Rollouts as tables.

use sentinel_api_types::approval::RolloutApproval;
use sentinel_api_types::conflict::OnConflict;
use sentinel_api_types::group::NodeGroupRef;
use sentinel_api_types::promotion::RuleRollout;
use sentinel_api_types::rollout::{
    HealthGates, Hold, PlannedDomain, PlannedStep, Risk, Rollout, RolloutDetail, RolloutError, RolloutList,
    RolloutNode, RolloutNodeState, RolloutPlan, RolloutState, TargetSelector,
};
use sentinel_model::NodeGroupId;

use super::{blue_green, canary, check, gate, progress};
use crate::ctl::output::Table;
use crate::ctl::paging::more;
use crate::ctl::words::{at, labels, word};

/// A list of rollouts.
pub fn list(list: &RolloutList) -> Table {
    let mut table = Table::new(&["id", "bundle", "state", "step", "nodes", "started", "by"]);
    for rollout in &list.rollouts {
        table.row([
            rollout.id.to_string(),
            rollout.bundle_version.clone(),
            progress::state(rollout),
            format!("{}/{}", (rollout.current_step + 1).min(rollout.steps), rollout.steps),
            rollout.nodes.to_string(),
            if rollout.begun { at(rollout.started_at) } else { String::new() },
            rollout.created_by.clone(),
        ]);
    }
    more(list).into_iter().for_each(|note| table.note(note));
    table
}

/// A rollout by itself.
pub fn facts(rollout: &Rollout) -> Table {
    let mut table = Table::facts();
    table.fact("Id", rollout.id.to_string());
    table.fact("Bundle", rollout.bundle_version.clone());
    let by = rollout.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    table.fact("State", format!("{}{by}", progress::state(rollout)));
    table.fact(
        "Nodes",
        format!("{} ({})", rollout.nodes, targets(&rollout.target_selector, Some(&rollout.target_groups))),
    );
    table.fact("Environment", rollout.environment.as_ref().map(|environment| environment.name.clone()));
    table.fact("Steps", format!("{} ({})", rollout.steps, word(&rollout.strategy)));
    table.fact("Spread over", rollout.failure_domain.clone());
    table.fact("Gates", gates(&rollout.health_gates));
    for check in &rollout.checks {
        table.fact(&format!("Check {}", check.name), check::asked(check));
    }
    table.fact("Compared", rollout.canary_analysis_config.as_ref().map(canary::config));
    table.fact("Shifted", rollout.blue_green_config.as_ref().map(blue_green::config));
    table.fact("Traffic", blue_green::split(rollout));
    table.fact("When a step fails", (if rollout.auto_rollback { "go back" } else { "stop" }).to_owned());
    table.fact("Risk", rollout.risk.as_ref().map(risk));
    table.fact("Steps go on", (!rollout.auto_advance).then(|| "by hand".to_owned()));
    table.fact("Threshold", rollout.rollback_threshold.map(|percent| format!("{percent} % of all nodes")));
    table.fact(
        "When others have its nodes",
        (rollout.on_conflict != OnConflict::Refuse).then(|| word(&rollout.on_conflict)),
    );
    table.fact("Superseded by", rollout.superseded_by.map(|id| id.to_string()));
    table.fact("Begins", rollout.scheduled_at.map(at));
    if let Some(approval) = &rollout.approval {
        table.fact("Approvals", format!("{}, until {}", approvals(approval), at(approval.expires_at)));
        table.fact("Digest", approval.digest.to_string());
    }
    table.fact(
        "Through every freeze",
        rollout.break_glass.as_ref().map(|broken| format!("by {}: {}", broken.by, broken.reason)),
    );
    table.fact(
        "Past the order of environments",
        rollout.skip_order.as_ref().map(|skipped| format!("by {}: {}", skipped.by, skipped.reason)),
    );
    table.fact("From the template", rollout.template.as_ref().map(|template| template.name.clone()));
    table.fact("Asked for by the rule", rollout.promotion_rule_id.map(|id| id.to_string()));
    table.fact(
        "Waits for",
        rollout.hold.as_ref().map(|hold| format!("{} (since {})", hold.reason, at(hold.since))),
    );
    table.fact("Stopped by", rollout.error.as_ref().map(error));
    let (started, since) = match rollout.begun {
        true => ("Started", rollout.started_at),
        false => ("Asked for", rollout.inserted_at),
    };
    table.fact(started, format!("{} by {}", at(since), rollout.created_by));
    table.fact("Ended", rollout.completed_at.map(at));
    table
}

/// How many have agreed, and who.
pub fn approvals(approval: &RolloutApproval) -> String {
    let names: Vec<&str> = approval.given.iter().map(|given| given.by.as_str()).collect();
    let who = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    format!("{} of {} approvals{who}", names.len(), approval.needed)
}

/// Why it waits, without the nodes and numbers of when that was told: those below are newer.
fn cause(hold: &Hold) -> String {
    let whole = hold.frozen || hold.for_person;
    let kind = hold.reason.split_once(": ").filter(|_| !whole).map_or(hold.reason.as_str(), |(kind, _)| kind);
    kind.to_owned()
}

/// A rollout with its nodes.
pub fn detail(detail: &RolloutDetail) -> Table {
    let mut rollout = detail.rollout.clone();
    if rollout.state == RolloutState::Running {
        rollout.hold = rollout.hold.map(|hold| Hold { reason: cause(&hold), ..hold });
    }
    let mut table = facts(&rollout);
    let rollout = &detail.rollout;
    table.fact("Progress", progress::counts(detail));
    for (domain, line) in progress::domains(detail) {
        table.fact(&domain, line);
    }
    for result in &detail.check_results {
        table.fact(&format!("Result {}", result.name), check::result(rollout, result));
    }
    for (name, line) in detail.canary_analysis_results.iter().flat_map(canary::analysis) {
        table.fact(name, line);
    }
    let mut nodes = Table::new(&[
        "step",
        "step state",
        "node",
        "state",
        "gates",
        "status",
        "converged",
        "previous",
        "failure",
    ]);
    // Without them, whoever looks at one that shifts traffic does not see which step is under way.
    for step in detail.steps.iter().filter(|step| step.traffic_weight.is_some_and(|share| share > 0)) {
        let to = step.deployment_slot.as_ref().map(word).unwrap_or_default();
        table.fact(
            "Share",
            format!(
                "step {}: {} % of the traffic to {to}, {}",
                step.step_index + 1,
                step.traffic_weight.unwrap_or_default(),
                progress::step(rollout, step)
            ),
        );
    }
    for node in &detail.nodes {
        let step = detail.steps.iter().find(|step| step.step_index == node.step);
        nodes.row([
            if kept(node) { String::new() } else { (node.step + 1).to_string() },
            step.filter(|_| !kept(node)).map(|step| progress::step(rollout, step)).unwrap_or_default(),
            name(node),
            progress::node(rollout, node).to_owned(),
            gate::words(&node.gates),
            node.status.as_ref().map(word).unwrap_or_default(),
            (if node.converged { "yes" } else { "no" }).to_owned(),
            node.previous_version.clone().unwrap_or_default(),
            node.failure
                .as_ref()
                .map(|failure| format!("{}: {}", word(&failure.stage), failure.message))
                .unwrap_or_default(),
        ]);
    }
    table.note("");
    table.note(nodes.to_string().trim_end());
    table
}

/// Its name, and whether it is there.
fn name(node: &RolloutNode) -> String {
    match (&node.name, &node.status) {
        (Some(name), Some(_)) => name.clone(),
        (Some(name), None) => format!("{name} (gone)"),
        (None, _) => format!("{} (gone)", node.node_id),
    }
}

fn kept(node: &RolloutNode) -> bool {
    node.state == RolloutNodeState::Kept
}

/// What a step takes of each failure domain.
fn domains(table: &mut Table, key: &str, step: &PlannedStep) {
    let named = |domain: &PlannedDomain| match &domain.value {
        Some(value) => format!("{key} {value}"),
        None => format!("no {key}"),
    };
    let shares: Vec<String> = step
        .domains
        .iter()
        .map(|domain| format!("{} of {} in {}", domain.nodes, domain.of, named(domain)))
        .collect();
    table.note(format!("step {}: {}", step.index + 1, shares.join(", ")));
    let whole: Vec<String> =
        step.domains.iter().filter(|domain| domain.nodes == domain.of).map(named).collect();
    if !whole.is_empty() {
        table.note(format!("step {} cannot but take all of {}", step.index + 1, whole.join(", ")));
    }
}

/// Where and how it would go, where somebody else has said so: a template that was asked for, or could be.
pub fn settings(plan: &RolloutPlan) -> Vec<String> {
    let mut notes = Vec::new();
    if let (Some(template), Some(settings)) = (&plan.template, &plan.settings) {
        let place = settings.environment.as_ref().map(|one| format!(", in {}", one.slug)).unwrap_or_default();
        notes.push(format!(
            "from the template {}: {}{place}",
            template.name,
            targets(&settings.target_selector, None)
        ));
        let mut facts = Table::facts();
        manner(&mut facts, &settings.rollout);
        notes.push(facts.to_string().trim_end().to_owned());
    }
    notes.extend(plan.default_template.as_ref().map(|default| {
        format!(
            "there is a default template: --template '{}' takes what is not said here from it",
            default.name
        )
    }));
    notes
}

/// In which portions, in a few words.
pub fn portions(manner: &RuleRollout) -> String {
    let strategy = word(&manner.strategy).replace('_', " ");
    match (manner.batch_size, manner.batch_percentage) {
        (Some(1), _) => format!("{strategy}, one by one"),
        (Some(size), _) => format!("{strategy}, {size} at a time"),
        (None, Some(share)) => format!("{strategy}, {share} % at a time"),
        (None, None) => strategy,
    }
}

/// How a rollout goes.
pub fn manner(table: &mut Table, manner: &RuleRollout) {
    table.fact("Manner", portions(manner));
    table.fact("Spread over", manner.failure_domain.clone());
    table.fact("May be away", manner.max_unavailable.map(|nodes| nodes.to_string()));
    table.fact("Deadline", manner.progress_deadline_seconds.map(|seconds| format!("{seconds} s for a step")));
    table.fact("Gates", manner.health_gates.as_ref().map(gates));
    for check in &manner.checks {
        table.fact(&format!("Check {}", check.name), check::asked(check));
    }
    table.fact("Compared", manner.canary_analysis_config.as_ref().map(canary::config));
    table.fact("Shifted", manner.blue_green_config.as_ref().map(blue_green::config));
    table.fact(
        "When a step fails",
        (if manner.auto_rollback.unwrap_or(true) { "go back" } else { "stop" }).to_owned(),
    );
    table.fact("Steps go on", (manner.auto_advance == Some(false)).then(|| "by hand".to_owned()));
    table.fact("Threshold", manner.rollback_threshold.map(|percent| format!("{percent} % of all nodes")));
    table.fact("When others have its nodes", manner.on_conflict.as_ref().map(word));
}

/// A plan, spread over the values of a label where it is.
pub fn plan(plan: &RolloutPlan, policy: OnConflict) -> Table {
    let key = plan.settings.as_ref().and_then(|settings| settings.rollout.failure_domain.as_deref());
    let mut table = Table::new(&["step", "nodes"]);
    for step in &plan.steps {
        let names: Vec<_> = step.nodes.iter().map(|node| node.name.as_str()).collect();
        let names = names.join(", ");
        let what = match (step.deployment_slot, step.traffic_weight) {
            (Some(slot), Some(0)) => format!("{names} ({}): the bundle, without traffic", word(&slot)),
            (Some(slot), Some(share)) => format!("{share} % of the traffic to {}", word(&slot)),
            _ => names,
        };
        table.row([(step.index + 1).to_string(), what]);
    }
    if !plan.kept.is_empty() {
        let names: Vec<_> = plan.kept.iter().map(|node| node.name.as_str()).collect();
        table.note(format!("keep what they run, and lose their traffic: {}", names.join(", ")));
    }
    if let Some(key) = key {
        plan.steps.iter().for_each(|step| domains(&mut table, key, step));
    }
    for node in &plan.excluded {
        table.note(format!(
            "left out: {}, {}",
            node.name.clone().unwrap_or_else(|| node.id.to_string()),
            node.reason
        ));
    }
    for other in &plan.conflicts {
        let (state, nodes) = (word(&other.state).replace('_', " "), other.nodes);
        table.note(format!(
            "{nodes} of these nodes: the rollout {} of {} ({state}){}",
            other.rollout_id,
            other.bundle_version,
            what_becomes(policy)
        ));
    }
    if plan.approvals_needed > 0 {
        table.note(format!("approvals needed before it begins: {}", plan.approvals_needed));
    }
    for part in &plan.environments {
        table.note(format!("environment {}: {} nodes", part.environment.name, part.nodes));
    }
    if let Some(order) = &plan.out_of_order {
        table.note(format!("refused: {order}"));
    }
    if let Some(frozen) = &plan.frozen {
        table.note(frozen.clone());
    }
    table.note(format!("bundle {}, risk {}", plan.bundle.version, risk(&plan.risk)));
    table
}

/// What becomes of a rollout that is in the way.
fn what_becomes(policy: OnConflict) -> &'static str {
    match policy {
        OnConflict::Refuse => "",
        OnConflict::Queue => ", which is waited for",
        OnConflict::Supersede => ", which is cancelled, with all of its nodes",
    }
}

/// How dangerous it is, why, and against what that was judged.
fn risk(risk: &Risk) -> String {
    let reasons =
        if risk.reasons.is_empty() { String::new() } else { format!(" ({})", risk.reasons.join(", ")) };
    let versions: Vec<String> = risk
        .against
        .iter()
        .map(|base| base.version.clone().unwrap_or_else(|| base.bundle_id.to_string()))
        .collect();
    let against =
        if versions.is_empty() { String::new() } else { format!(", against {}", versions.join(", ")) };
    format!("{}{reasons}{against}", word(&risk.level))
}

/// What stopped a rollout, in one sentence.
pub fn error(error: &RolloutError) -> String {
    if error.exceptions.is_empty() {
        error.reason.clone()
    } else {
        format!("{}; did not come back: {}", error.reason, error.exceptions.join("; "))
    }
}

pub fn targets(selector: &TargetSelector, groups: Option<&[NodeGroupRef]>) -> String {
    match selector {
        TargetSelector::All {} => "all of the project".to_owned(),
        TargetSelector::Labels { labels: wanted } => format!("with {}", labels(wanted)),
        TargetSelector::NodeIds { .. } => "named one by one".to_owned(),
        TargetSelector::Groups { group_ids } => {
            let name = |id: &NodeGroupId| {
                let Some(groups) = groups else { return id.to_string() };
                let group = groups.iter().find(|group| group.id == *id);
                group.map_or_else(|| format!("{id}, which is gone"), |group| group.name.clone())
            };
            let names: Vec<String> = group_ids.iter().map(name).collect();
            format!("of {} {}", if names.len() == 1 { "the group" } else { "the groups" }, names.join(", "))
        }
        TargetSelector::Environment { environment } => format!("all of the environment {environment}"),
    }
}

fn gates(gates: &HealthGates) -> String {
    let mut words = Vec::new();
    if gates.heartbeat_healthy {
        words.push("healthy heartbeat".to_owned());
    }
    words.extend(gates.max_error_rate.map(|rate| format!("errors ≤ {rate} %")));
    words.extend(gates.max_latency_ms.map(|latency| format!("p99 ≤ {latency} ms")));
    words.extend(gates.max_cpu_percent.map(|percent| format!("processor ≤ {percent} %")));
    words.extend(gates.max_memory_percent.map(|percent| format!("memory ≤ {percent} %")));
    if gates.observe_seconds > 0 {
        words.push(format!("observed for {} s", gates.observe_seconds));
    }
    let unwatched = match (gates.max_error_rate, gates.max_latency_ms) {
        (None, None) => "; error rate and latency are not judged",
        _ => "",
    };
    let words = if words.is_empty() { "none".to_owned() } else { words.join(", ") };
    format!("{words}{unwatched}")
}
