//! Requests about who must agree to rollouts, and when nothing goes forward. The cluster has been raised by now.

use futures::FutureExt;
use sentinel_api_types::approval::{ApprovalRule, RolloutApprove, RolloutBreakGlass, RolloutReject};
use sentinel_api_types::freeze::FreezeWindowCreate;
use sentinel_api_types::project::ProjectUpdate;
use sentinel_api_types::rollout::{RolloutCreate, RolloutRelease, Strategy, TargetSelector};
use sentinel_api_types::timestamp;
use sentinel_model::{FreezeWindowId, RolloutId, Sha256Digest};

use super::{Row, with_key};
use crate::access::Operation::*;
use crate::testing::World;
use crate::testing::world::PROJECT;

pub(super) struct Governed {
    by_hand: [RolloutId; 2],
    rollouts: Vec<(RolloutId, Sha256Digest)>,
    windows: [FreezeWindowId; 2],
}

/// Rollouts that wait for two approvals, and windows of next month.
pub(super) async fn governed(world: &World) -> Governed {
    let (app, admin) = (&world.kit.app, &world.admin);
    let by_hand =
        [world.waits_for_person("hand-a").await.unwrap(), world.waits_for_person("hand-b").await.unwrap()];
    let rule = ApprovalRule { risk_at_least: None, approvals: 2 };
    let rules = ProjectUpdate { approval_rules: Some(vec![rule]), ..ProjectUpdate::default() };
    app.update_project(&admin.again(), PROJECT, rules).await.unwrap();
    let bundle_id = world.kit.bundle(&world.operator, PROJECT, "governed").await.unwrap();
    let (node, _) = world.kit.node(&world.operator, PROJECT, "governed").await.unwrap();
    let mut rollouts = Vec::new();
    for _ in 0..3 {
        let request = RolloutCreate {
            bundle_id,
            target_selector: Some(TargetSelector::NodeIds { node_ids: vec![node] }),
            strategy: Some(Strategy::Rolling),
            batch_size: None,
            batch_percentage: None,
            canary_analysis_config: None,
            blue_green_config: None,
            max_unavailable: None,
            progress_deadline_seconds: None,
            health_gates: None,
            auto_rollback: None,
            failure_domain: None,
            rollback_threshold: None,
            auto_advance: None,
            checks: None,
            on_conflict: None,
            scheduled_at: None,
            override_freeze_reason: None,
            environment: None,
            skip_order_reason: None,
            template: None,
        };
        let made = app.create_rollout(&admin.again(), PROJECT, request).await.unwrap().rollout;
        rollouts.push((made.id, made.approval.unwrap().digest));
    }
    let mut windows = Vec::new();
    for name in ["one", "two"] {
        let made = app.create_freeze_window(&admin.again(), PROJECT, window(world, name, 2)).await.unwrap();
        windows.push(made.freeze_window.id);
    }
    Governed { by_hand, rollouts, windows: windows.try_into().unwrap() }
}

fn window(world: &World, name: &str, days: u64) -> FreezeWindowCreate {
    let from = world.kit.app.now().plus_ms(30 * 86_400_000);
    FreezeWindowCreate {
        name: name.into(),
        reason: None,
        from: Some(timestamp(from)),
        until: timestamp(from.plus_ms(days * 86_400_000)),
        recurrence: None,
        environment: None,
    }
}

pub(super) fn of_governed<'a>(world: &'a World, governed: &'a Governed) -> Vec<Row<'a>> {
    let (app, admin, operator) = (&world.kit.app, &world.admin.caller, &world.operator.caller);
    let [(one, digest), (two, _), (three, _)] = governed.rollouts[..] else { panic!() };
    let [first, second] = governed.windows;
    let [waits, another] = governed.by_hand;
    let release = |step_index| RolloutRelease { step_index };
    let described = |text: &str| ProjectUpdate { description: Some(text.into()), ..ProjectUpdate::default() };
    let hours = |hours| ProjectUpdate { approval_expires_hours: Some(hours), ..ProjectUpdate::default() };
    let approve = move || RolloutApprove { digest };
    let reject = |comment: &str| RolloutReject { comment: comment.into() };
    let glass = |reason: &str| RolloutBreakGlass { override_freeze_reason: reason.into() };
    vec![
        row!(
            ProjectUpdate,
            admin,
            |c| app.update_project(c, PROJECT, described("one")),
            app.update_project(c, PROJECT, described("two"))
        ),
        row!(
            ProjectUpdate,
            admin,
            |c| app.update_project(c, PROJECT, hours(24)),
            app.update_project(c, PROJECT, hours(25))
        ),
        row!(
            RolloutRelease,
            operator,
            |c| app.advance_rollout(c, PROJECT, waits, release(1)),
            app.advance_rollout(c, PROJECT, another, release(1))
        ),
        row!(
            RolloutRelease,
            operator,
            |c| app.advance_rollout(c, PROJECT, another, release(1)),
            app.advance_rollout(c, PROJECT, another, release(2))
        ),
        row!(
            RolloutApprove,
            operator,
            |c| app.approve_rollout(c, PROJECT, one, approve()),
            app.approve_rollout(c, PROJECT, two, approve())
        ),
        row!(
            RolloutReject,
            operator,
            |c| app.reject_rollout(c, PROJECT, two, reject("no")),
            app.reject_rollout(c, PROJECT, two, reject("not now"))
        ),
        row!(
            RolloutBreakGlass,
            admin,
            |c| app.break_glass(c, PROJECT, three, glass("down")),
            app.break_glass(c, PROJECT, three, glass("up"))
        ),
        row!(
            FreezeWindowCreate,
            admin,
            |c| app.create_freeze_window(c, PROJECT, window(world, "three", 1)),
            app.create_freeze_window(c, PROJECT, window(world, "three", 2))
        ),
        row!(
            FreezeWindowDelete,
            admin,
            |c| app.delete_freeze_window(c, PROJECT, first),
            app.delete_freeze_window(c, PROJECT, second)
        ),
    ]
}
