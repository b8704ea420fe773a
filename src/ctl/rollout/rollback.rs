//! The way back from a rollout; and where there is none, the command that comes to the same.

use std::collections::BTreeMap;

use sentinel_api_types::error::code;
use sentinel_api_types::rollout::{
    RolloutBody, RolloutDetail, RolloutNodeState, RolloutRollback, RolloutState, TargetSelector,
};
use sentinel_client::ClientError;
use sentinel_model::RolloutId;

use crate::ctl::connection::Connection;
use crate::ctl::failure::Advised;
use crate::ctl::rollout::progress::state;

/// Most nodes that are named one by one in an advice.
const NAMED_MAX: usize = 10;

/// Takes a rollout back.
pub async fn rollback(
    connection: &Connection,
    project: &str,
    id: RolloutId,
    reason: Option<String>,
) -> anyhow::Result<RolloutBody> {
    let client = &connection.client;
    match client.rollback_rollout(project, id, &RolloutRollback { reason }).await {
        Err(ClientError::Api(cause)) if cause.code == code::CONFLICT => {
            // Without a look at it there is nothing to add to the refusal.
            let Ok(detail) = client.rollout(project, id).await else {
                return Err(ClientError::Api(cause).into());
            };
            let advice = Some(instead(project, &detail));
            Err(Advised { text: cause.to_string(), advice, cause }.into())
        }
        outcome => Ok(outcome?),
    }
}

/// What to do instead.
fn instead(project: &str, detail: &RolloutDetail) -> String {
    let rollout = &detail.rollout;
    match rollout.state {
        // Here it would have been possible: the refusal itself says what stands in the way.
        RolloutState::Completed if rollout.standby_slot.is_some() => {
            format!("sentinel-cp rollout show {} --project {project} shows where it is", rollout.id)
        }
        RolloutState::Cancelled | RolloutState::RolledBack
            if rollout.standby_slot.is_some() && rollout.traffic_weight.is_some_and(|share| share > 0) =>
        {
            format!("sentinel-cp rollout show {} --project {project} shows where its traffic is", rollout.id)
        }
        RolloutState::Completed | RolloutState::Cancelled => earlier(project, detail),
        RolloutState::RollingBack | RolloutState::RolledBack => format!(
            "it is {} already: sentinel-cp rollout show {} --project {project}",
            state(rollout),
            rollout.id
        ),
        RolloutState::PendingApproval | RolloutState::Scheduled | RolloutState::Pending => {
            format!("it has moved nothing yet: sentinel-cp rollout cancel {} --project {project}", rollout.id)
        }
        // Here it would have been possible: the refusal itself says what stands in the way.
        RolloutState::Running | RolloutState::Paused | RolloutState::Failed => {
            format!("sentinel-cp rollout show {} --project {project} shows where it is", rollout.id)
        }
    }
}

/// Rolling out what the nodes ran before comes to the same, in steps and under gates.
pub fn earlier(project: &str, detail: &RolloutDetail) -> String {
    let over = state(&detail.rollout);
    let mut before: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in detail
        .nodes
        .iter()
        .filter(|node| !matches!(node.state, RolloutNodeState::Pending | RolloutNodeState::Kept))
    {
        if let (Some(version), Some(name)) = (&node.previous_version, &node.name) {
            before.entry(version).or_default().push(name);
        }
    }
    let create = |version: &str, nodes: &str| {
        format!("sentinel-cp rollout create --bundle {version}{nodes} --project {project}")
    };
    let named = |names: &Vec<&str>| names.iter().map(|name| format!(" --node {name}")).collect::<String>();
    let selected = match &detail.rollout.target_selector {
        TargetSelector::All {} => Some(String::new()),
        TargetSelector::Labels { labels } => {
            Some(labels.iter().map(|(key, value)| format!(" --label {key}={value}")).collect())
        }
        // Who belongs to a group may be others by now.
        TargetSelector::NodeIds { .. } | TargetSelector::Groups { .. } => None,
        TargetSelector::Environment { environment } => Some(format!(" --environment {environment}")),
    };
    let commands: Vec<String> = match (before.len(), selected) {
        (0, _) if detail.nodes.iter().all(|node| node.state == RolloutNodeState::Pending) => {
            return format!("it is {over}, and has moved no node");
        }
        (0, _) => {
            return format!(
                "it is {over}, and its nodes ran nothing before that could be rolled out instead"
            );
        }
        (1, Some(selected)) => before.keys().map(|version| create(version, &selected)).collect(),
        _ => before
            .iter()
            .map(|(version, names)| match names.len() {
                0..=NAMED_MAX => create(version, &named(names)),
                many => format!(
                    "{}  (the {many} nodes that `rollout show` has with it)",
                    create(version, " --node …")
                ),
            })
            .collect(),
    };
    format!("it is {over}: to leave it, roll out what its nodes ran before:\n  {}", commands.join("\n  "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ctl::rollout::progress::tests::{completed, detail};

    #[test]
    fn a_completed_rollout_is_left_by_rolling_out_the_earlier_bundle() {
        let same = detail("completed", &[completed("a", Some("1.0.0")), completed("b", Some("1.0.0"))]);
        let advice = instead("shop", &same);
        assert!(advice.ends_with("\n  sentinel-cp rollout create --bundle 1.0.0 --project shop"), "{advice}");

        let mixed = detail(
            "completed",
            &[completed("a", Some("1.0.0")), completed("b", Some("1.1.0")), completed("c", None)],
        );
        let advice = instead("shop", &mixed);
        assert!(advice.contains("--bundle 1.0.0 --node a --project shop\n"), "{advice}");
        assert!(advice.ends_with("--bundle 1.1.0 --node b --project shop"), "{advice}");

        let first = detail("completed", &[completed("a", None)]);
        assert!(instead("shop", &first).contains("ran nothing before"));
        let back = detail("rolled_back", &[completed("a", None)]);
        assert!(instead("shop", &back).contains("it is rolled back already"));
    }
}
