//! Rollouts whose next step waits for a person, in [`World`].

use sentinel_api_types::rollout::{RolloutCreate, Strategy, TargetSelector};
use sentinel_machine::commands::nodes_report::{NodeFact, NodeReport, NodesReport};
use sentinel_machine::commands::rollout_advance::{RolloutAdvance, Transition};
use sentinel_model::node::NodeStatus;
use sentinel_model::{NodeId, RolloutId};

use super::World;
use super::world::PROJECT;
use crate::error::AppError;

impl World {
    /// A rollout to two new nodes, of which the first has proven the bundle and the second one waits. Their names and the bundle's
    /// version begin so.
    pub async fn waits_for_person(&self, name: &str) -> Result<RolloutId, AppError> {
        let bundle_id = self.kit.bundle(&self.operator, PROJECT, name).await?;
        let mut node_ids = Vec::new();
        for number in [1, 2] {
            let node = self.kit.node(&self.operator, PROJECT, &format!("{name}-{number}")).await?;
            node_ids.push(node.0);
        }
        let request = RolloutCreate {
            bundle_id,
            template: None,
            target_selector: Some(TargetSelector::NodeIds { node_ids }),
            strategy: Some(Strategy::Rolling),
            batch_size: Some(1),
            batch_percentage: None,
            canary_analysis_config: None,
            blue_green_config: None,
            max_unavailable: None,
            progress_deadline_seconds: None,
            health_gates: None,
            auto_rollback: None,
            auto_advance: Some(false),
            failure_domain: None,
            rollback_threshold: None,
            checks: None,
            on_conflict: None,
            scheduled_at: None,
            override_freeze_reason: None,
            environment: None,
            skip_order_reason: None,
        };
        let made = self.kit.app.create_rollout(&self.operator.again(), PROJECT, request).await?;
        let rollout_id = made.rollout.id;
        self.decides(rollout_id, Transition::StartStep).await?;
        let detail = self.kit.app.show_rollout(&self.reader.again(), PROJECT, rollout_id).await?;
        for node in &detail.steps[0].node_ids {
            self.proves(*node).await?;
        }
        self.decides(rollout_id, Transition::VerifyStep).await?;
        self.decides(rollout_id, Transition::CompleteStep).await?;
        Ok(rollout_id)
    }

    /// The scheduler decides.
    pub async fn decides(&self, rollout_id: RolloutId, transition: Transition) -> Result<(), AppError> {
        let app = &self.kit.app;
        let revision = app.show_rollout(&self.reader.again(), PROJECT, rollout_id).await?.rollout.revision;
        let advance = RolloutAdvance { rollout_id, revision, transition };
        app.propose_as_member(advance).await?.map(drop).map_err(AppError::internal)
    }

    /// The node is online, and has proven what it was given last.
    pub async fn proves(&self, node_id: NodeId) -> Result<(), AppError> {
        let shown = self.kit.app.show_node(&self.reader.again(), PROJECT, node_id).await?.node;
        let mut facts = vec![NodeFact::Status(NodeStatus::Online)];
        facts.extend(shown.desired.map(|desired| NodeFact::Effective {
            bundle_id: desired.bundle_id,
            generation: desired.generation,
        }));
        let reports = facts.into_iter().map(|fact| NodeReport { node_id, fact }).collect();
        self.kit.app.propose_as_member(NodesReport { reports }).await?.map(drop).map_err(AppError::internal)
    }
}
