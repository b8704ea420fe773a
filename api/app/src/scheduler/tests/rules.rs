//! Promotion rules: carried out when their time has come, and never twice.

use sentinel_api_types::approval::ApprovalRule;
use sentinel_api_types::environment::EnvironmentUpdate;
use sentinel_api_types::freeze::FreezeWindowCreate;
use sentinel_api_types::node::NodeUpdate;
use sentinel_api_types::promotion::{PromotionOutcome, PromotionRule, PromotionRuleCreate};
use sentinel_api_types::rollout::RolloutCreate;
use sentinel_api_types::timestamp;
use sentinel_machine::commands::nodes_report::{NodeFact, NodeReport};
use sentinel_machine::commands::rollout_advance::{RolloutAdvance, Transition};
use sentinel_model::node::Node;
use sentinel_model::rollout::RolloutState;

use super::cluster::{Cluster, PROJECT};
use super::governance::{pass, rollout};
use super::*;

const HOUR_MS: u64 = 3_600_000;

/// A node in development and one in production, with a rule between, and a rollout to development that has completed.
async fn completed(delay_minutes: u32) -> (Cluster, RolloutId) {
    let cluster = Cluster::new().await;
    let app = &cluster.app;
    app.create_default_environments(&cluster.operator(), PROJECT).await.unwrap();
    let rule = PromotionRuleCreate {
        source: "dev".into(),
        target: "prod".into(),
        delay_minutes: Some(delay_minutes),
        healthy_percent: Some(100),
        max_risk: None,
        rollout: None,
        enabled: None,
    };
    app.create_promotion_rule(&cluster.operator(), PROJECT, rule).await.unwrap();
    // They wait, so that the nodes can be put into their places.
    let at = timestamp(app.now().plus_ms(60_000));
    let rollouts =
        cluster.rollouts_as(2, |request| RolloutCreate { scheduled_at: Some(at), ..request }).await;
    let read = cluster.replica.memory.tables();
    let mut nodes = Vec::new();
    for (rollout, slug) in rollouts.iter().zip(["dev", "prod"]) {
        let node = query::rollout_nodes(&read, *rollout).unwrap()[0].node_id;
        let update = NodeUpdate { environment: Some(Some(slug.into())), ..NodeUpdate::default() };
        app.update_node(&cluster.operator(), PROJECT, node, update).await.unwrap();
        nodes.push(node);
    }
    app.cancel_rollout(&cluster.operator(), PROJECT, rollouts[1]).await.unwrap();
    pass(&cluster, 61_000).await;
    for transition in [Transition::Begin, Transition::StartStep] {
        advance(&cluster, rollouts[0], transition).await;
    }
    prove(&cluster, nodes[0]).await;
    for transition in [Transition::VerifyStep, Transition::CompleteStep] {
        advance(&cluster, rollouts[0], transition).await;
    }
    (cluster, rollouts[0])
}

async fn advance(cluster: &Cluster, rollout_id: RolloutId, transition: Transition) {
    let revision = rollout(cluster, rollout_id).revision;
    let command = RolloutAdvance { rollout_id, revision, transition };
    cluster.app.propose_as_member(command).await.unwrap().unwrap();
}

async fn prove(cluster: &Cluster, node_id: NodeId) {
    let node: Node = tables::load(&cluster.replica.memory.tables(), node_id.as_bytes()).unwrap().unwrap();
    let assignment = node.assignment.unwrap();
    let (bundle_id, generation) = (assignment.bundle_id, assignment.generation);
    let facts = [NodeFact::Status(NodeStatus::Online), NodeFact::Effective { bundle_id, generation }];
    let reports = facts.map(|fact| NodeReport { node_id, fact }).into();
    cluster.app.propose_as_member(NodesReport { reports }).await.unwrap().unwrap();
}

async fn rule(cluster: &Cluster) -> PromotionRule {
    cluster.app.list_promotion_rules(&cluster.operator(), PROJECT).await.unwrap().promotion_rules.remove(0)
}

async fn started(cluster: &Cluster) -> Option<RolloutId> {
    rule(cluster).await.last.and_then(|last| last.rollout_id)
}

/// Defect: the rollout of a rule is left pending, and goes to all nodes.
#[tokio::test]
async fn a_rule_waits_for_its_time_and_starts_one_rollout_to_its_target() {
    let (cluster, first) = completed(60).await;
    let mut duty = duty(&cluster.app);
    duty.round().await;
    assert_eq!(started(&cluster).await, None);
    pass(&cluster, HOUR_MS + 1_000).await;
    duty.round().await;
    let made = started(&cluster).await.unwrap();
    assert_ne!(made, first);
    assert_eq!((rollout(&cluster, made).state, rollout(&cluster, made).nodes), (RolloutState::Running, 1));
    let shown = cluster.app.show_rollout(&cluster.operator(), PROJECT, made).await.unwrap().rollout;
    assert_eq!(shown.environment.unwrap().slug, "prod");
    assert!(shown.created_by.ends_with("by a promotion rule"), "{}", shown.created_by);
    assert_eq!(rule(&cluster).await.look_at, None);
    // Whatever comes of it, it is not tried again.
    cluster.app.cancel_rollout(&cluster.operator(), PROJECT, made).await.unwrap();
    let before = cluster.replica.memory.tables();
    pass(&cluster, HOUR_MS).await;
    duty.round().await;
    assert_eq!(started(&cluster).await, Some(made));
    assert_eq!(query::active_rollouts(&before).unwrap(), []);
}

#[tokio::test]
async fn who_made_the_rule_does_not_approve_its_rollout() {
    let (cluster, _) = completed(0).await;
    let rules = Some(vec![ApprovalRule { risk_at_least: None, approvals: 1 }]);
    let update = EnvironmentUpdate { approval_rules: rules, ..EnvironmentUpdate::default() };
    cluster.app.update_environment(&cluster.operator(), PROJECT, "prod", update).await.unwrap();
    let mut duty = duty(&cluster.app);
    duty.round().await;
    let made = started(&cluster).await.unwrap();
    let waits = rollout(&cluster, made);
    assert_eq!(waits.state, RolloutState::PendingApproval);
    let digest = waits.governance.approval.unwrap().digest;
    let approve = sentinel_api_types::approval::RolloutApprove { digest };
    let refused = cluster.app.approve_rollout(&cluster.operator(), PROJECT, made, approve).await.unwrap_err();
    assert!(refused.to_string().contains("does not approve it"), "{refused}");
}

#[tokio::test]
async fn what_holds_a_rule_is_told_and_it_is_looked_at_again() {
    let (cluster, first) = completed(0).await;
    let node = query::rollout_nodes(&cluster.replica.memory.tables(), first).unwrap()[0].node_id;
    let offline = NodeReport { node_id: node, fact: NodeFact::Status(NodeStatus::Offline) };
    cluster.app.propose_as_member(NodesReport { reports: vec![offline] }).await.unwrap().unwrap();
    let mut duty = duty(&cluster.app);
    duty.round().await;
    let last = rule(&cluster).await.last.unwrap();
    assert_eq!(last.outcome, PromotionOutcome::Waits);
    assert_eq!(last.reason.unwrap(), "0 of 1 nodes of the source are online and run the bundle; 100 % must");
    prove(&cluster, node).await;
    duty.round().await;
    assert_eq!(started(&cluster).await, None, "it is not looked at before its time");
    pass(&cluster, 301_000).await;
    duty.round().await;
    assert!(started(&cluster).await.is_some());
}

#[tokio::test]
async fn a_freeze_of_the_target_is_waited_for_and_a_plan_that_cannot_be_is_refused_once() {
    let (cluster, _) = completed(0).await;
    let freeze = FreezeWindowCreate {
        name: "sales".into(),
        reason: None,
        from: None,
        until: timestamp(cluster.app.now().plus_ms(HOUR_MS)),
        recurrence: None,
        environment: Some("prod".into()),
    };
    cluster.app.create_freeze_window(&cluster.operator(), PROJECT, freeze).await.unwrap();
    let mut duty = duty(&cluster.app);
    duty.round().await;
    let last = rule(&cluster).await.last.unwrap();
    assert!(last.reason.unwrap().contains("window 'sales' for the environment 'Production'"));
    // Nothing is there any more to roll out to.
    let nodes = query::nodes_of(&cluster.replica.memory.tables(), cluster_project(&cluster)).unwrap();
    let leaving = nodes.iter().find(|node| node.assignment.is_none()).unwrap().id;
    let update = NodeUpdate { environment: Some(None), ..NodeUpdate::default() };
    cluster.app.update_node(&cluster.operator(), PROJECT, leaving, update).await.unwrap();
    pass(&cluster, HOUR_MS + 1_000).await;
    duty.round().await;
    let last = rule(&cluster).await.last.unwrap();
    assert_eq!(
        (last.outcome, last.reason.as_deref()),
        (PromotionOutcome::Refused, Some("target_selector: the environment has no nodes"))
    );
    assert_eq!(rule(&cluster).await.look_at, None);
}

fn cluster_project(cluster: &Cluster) -> sentinel_model::ProjectId {
    query::project_by_slug(&cluster.replica.memory.tables(), PROJECT).unwrap().unwrap().id
}
