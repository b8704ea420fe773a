//! Attempts on drift: to look at, or to speak for, what is not one's own; and to have a node given something that a rollout, a pin or a
//! freeze keeps from it.

use std::time::Duration;

use sentinel_api_types::agent::{Health, HeartbeatRequest};
use sentinel_api_types::bundle::BundleAssign;
use sentinel_api_types::drift::{
    Difference, DifferenceKind, DriftQuery, DriftRemediation, DriftSeverity, Measured, RuntimeConfigReport,
};
use sentinel_api_types::node::NodeUpdate;
use sentinel_api_types::project::ProjectUpdate;
use sentinel_api_types::rollout::RolloutCreate;
use sentinel_model::Generation;

use super::super::world::PROJECT;
use super::{Answer, Attempt, Deed, Scene, Stage, Who, attempt};
use crate::app::digest_of;
use crate::error::AppError;
use crate::scheduler::{self, Limits};

/// Attempts that are for those transports alone that know drift.
pub const DRIFT: &[Attempt] = {
    use Answer::{Conflict, Forbidden, Invalid, NotFound};
    use Deed::{Assign, Look, LookElsewhere, Remediate, Resolve, ResolveAll, ResolveElsewhere, Tell};
    use Scene::{Drifting, DriftingFrozen, DriftingOwned, DriftingPinned};
    use Who::{Admin, Author, Key, Node, OtherNode, Reader, Stranger};
    &[
        // What a foreign node runs.
        attempt(Drifting, Stranger, Look, NotFound),
        attempt(Drifting, Stranger, LookElsewhere, NotFound),
        attempt(Drifting, OtherNode, Look, Forbidden),
        attempt(Drifting, OtherNode, Tell, NotFound),
        attempt(Drifting, Stranger, Tell, Forbidden),
        attempt(Drifting, Admin, Tell, Forbidden),
        attempt(Drifting, Key, Tell, Forbidden),
        // Drift that is not one's own.
        attempt(Drifting, Stranger, Resolve("x"), NotFound),
        attempt(Drifting, Stranger, ResolveElsewhere, NotFound),
        attempt(Drifting, Stranger, ResolveAll, NotFound),
        attempt(Drifting, Reader, Resolve("x"), Forbidden),
        attempt(Drifting, Reader, ResolveAll, Forbidden),
        attempt(Drifting, Node, Resolve("x"), Forbidden),
        attempt(Drifting, Node, ResolveAll, Forbidden),
        attempt(Drifting, OtherNode, Resolve("x"), Forbidden),
        attempt(Drifting, Author, Resolve(" "), Invalid),
        attempt(Drifting, Author, Remediate(false), Forbidden),
        attempt(Drifting, Key, Remediate(false), Forbidden),
        attempt(Drifting, Reader, Remediate(true), Forbidden),
        attempt(Drifting, Stranger, Remediate(true), NotFound),
        // What it was assigned, again.
        attempt(DriftingOwned, Author, Assign, Conflict),
        attempt(DriftingOwned, Admin, Assign, Conflict),
        attempt(DriftingOwned, Key, Assign, Conflict),
        attempt(DriftingPinned, Author, Assign, Conflict),
        attempt(DriftingPinned, Admin, Assign, Conflict),
        attempt(DriftingPinned, Key, Assign, Conflict),
        attempt(DriftingFrozen, Author, Assign, Conflict),
        attempt(DriftingFrozen, Admin, Assign, Conflict),
        attempt(DriftingFrozen, Key, Assign, Conflict),
    ]
};

impl Scene {
    /// Whether the leader may assert the assignment again.
    pub fn lets_reassert(self) -> bool {
        self == Scene::Drifting
    }
}

impl Stage {
    /// The free node runs the bundle, and drifts.
    pub(super) async fn begin_drift(&mut self, scene: Scene) -> Result<(), AppError> {
        use Scene::{Drifting, DriftingFrozen, DriftingOwned, DriftingPinned};
        if !matches!(scene, Drifting | DriftingFrozen | DriftingOwned | DriftingPinned) {
            return Ok(());
        }
        let (kit, by) = (&self.world.kit, &self.world.operator);
        let remediation = ProjectUpdate {
            drift_remediation: Some(DriftRemediation::Reassert),
            drift_delay_seconds: Some(60),
            ..ProjectUpdate::default()
        };
        kit.app.update_project(&self.world.admin.again(), PROJECT, remediation).await?;
        let request = BundleAssign { node_ids: vec![self.free] };
        kit.app.assign_bundle(&by.again(), PROJECT, self.bundle, request).await?;
        // First it runs it, and only then something else.
        for measured in [None, Some(self.measured())] {
            let told = HeartbeatRequest {
                health: Some(Health { status: "healthy".into() }),
                active_bundle_id: Some(self.bundle),
                effective_generation: Some(Generation(1)),
                measured,
                ..HeartbeatRequest::default()
            };
            kit.app.heartbeat(&self.node_key.again(), self.free, told).await?;
            kit.app.flush_facts().await?;
        }
        let found = kit.app.list_drift(&by.again(), PROJECT, &DriftQuery::default()).await?;
        let event =
            found.drift_events.first().ok_or_else(|| AppError::internal("the node does not drift"))?;
        self.drift = Some(event.id);
        match scene {
            DriftingOwned => {
                let bundle_id = kit.bundle(by, PROJECT, "2.0").await?;
                let request = RolloutCreate { bundle_id, ..self.request(None) };
                let made = kit.app.create_rollout(&by.again(), PROJECT, request).await?.rollout;
                kit.app.pause_rollout(&by.again(), PROJECT, made.id).await?;
            }
            DriftingPinned => {
                let other = kit.bundle(by, PROJECT, "2.0").await?;
                let pin = NodeUpdate { pinned_bundle_id: Some(Some(other)), ..NodeUpdate::default() };
                kit.app.update_node(&by.again(), PROJECT, self.free, pin).await?;
            }
            DriftingFrozen => self.freeze(None).await?,
            _ => {}
        }
        Ok(())
    }

    fn measured(&self) -> Measured {
        let path = "zentinel.kdl".to_owned();
        Measured {
            generation: Generation(1),
            expected_hash: digest_of("assigned"),
            actual_hash: digest_of("runs"),
            config_hash: Some(self.told().hash),
            severity: Some(DriftSeverity::High),
            summary: "settings: system".into(),
            differences: vec![Difference { path, kind: DifferenceKind::Changed, words: String::new() }],
            more: 0,
        }
    }

    /// What would be told in the node's name.
    pub fn told(&self) -> RuntimeConfigReport {
        let config_kdl = "system { worker-threads 3; }".to_owned();
        RuntimeConfigReport {
            generation: Generation(1),
            hash: digest_of(&config_kdl),
            config_kdl,
            expected_kdl: "system { worker-threads 2; }".into(),
            truncated: false,
        }
    }

    /// The time at which something is done about drift comes, and the leader looks.
    pub async fn scheduled(&self) {
        self.world.kit.clock.advance_ms(60_000);
        let hour = Duration::from_secs(3_600);
        scheduler::once(&self.world.kit.app, Limits { offline_after: hour, fresh: hour }).await;
    }
}
