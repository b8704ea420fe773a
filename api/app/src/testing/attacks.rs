//! Attempts to let a rollout go forward past approvals, freezes and environments. One table for every transport: each tries all of it in its
//! own words, and gets the same answers.

mod around;
mod drift;

use sentinel_api_types::approval::{ApprovalRule, RolloutApprove, RolloutReject};
use sentinel_api_types::bundle::{BundleAssign, RiskLevel};
use sentinel_api_types::freeze::FreezeWindowCreate;
use sentinel_api_types::member::Role;
use sentinel_api_types::project::ProjectUpdate;
use sentinel_api_types::rollout::{RolloutCreate, Strategy, TargetSelector};
use sentinel_api_types::timestamp;
use sentinel_machine::{query, waiting};
use sentinel_model::{BundleId, DriftEventId, Generation, NodeId, RolloutId, Sha256Digest};

use super::world::{Known, ORG, PROJECT, SOURCE, World};
use crate::error::AppError;
pub use around::AROUND;
pub use drift::DRIFT;

/// Who tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The operator who asked for the rollout.
    Author,
    /// Another operator.
    Operator,
    /// An administrator of the org.
    Admin,
    /// Somebody who only looks.
    Reader,
    /// An administrator of another org.
    Stranger,
    /// A program with an administrator's key and every scope.
    Key,
    /// The node that no rollout has, with its own key.
    Node,
    /// A node of the other org, with its own key.
    OtherNode,
}

/// What they try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Start a rollout of the bundle.
    Create,
    /// Start one through a freeze, for this reason.
    CreateThrough(&'static str),
    /// Agree to the rollout.
    Approve,
    /// Agree to something else under its name.
    ApproveAnother,
    /// Refuse it, with these words.
    Reject(&'static str),
    /// Let it through the freeze, for this reason.
    BreakGlass(&'static str),
    /// Let it go on.
    Resume,
    /// Give the bundle to the nodes directly.
    Assign,
    /// Start one past the order of environments, for this reason.
    Skip(&'static str),
    /// Put the node into this environment, or take it out of the one that it is in.
    Move(Option<&'static str>),
    /// Delete the node, to have it enrolled again in no environment.
    Remove,
    /// Make the environment that the node is in the first in the order, and without rules.
    Loosen(&'static str),
    /// Close the node's drift, for this reason.
    Resolve(&'static str),
    /// Close it by way of a project of one's own.
    ResolveElsewhere,
    /// Close all drift of the project.
    ResolveAll,
    /// Look at what the node runs.
    Look,
    /// Look at it by way of a project of one's own.
    LookElsewhere,
    /// Tell in the node's name what it runs.
    Tell,
    /// Have the leader assert assignments again, or no longer.
    Remediate(bool),
}

/// What there is when they try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// Two people must agree to every rollout, and there is none.
    Ruled,
    /// Such a rollout waits.
    Pending,
    /// One operator has agreed to it.
    Approved,
    /// It was refused.
    Rejected,
    /// Nobody decided in time, and the scheduler has not looked yet.
    Expired,
    /// A rollout is held by a person, and then everything is frozen.
    Frozen,
    /// Two people must agree to what is of high risk. The bundle is: for the free node, which runs what it was made from; another
    /// node runs the same source already. And it was uploaded twice, so that the second upload changed nothing.
    Twice,
    /// The free node is in production, and the other one in staging, in which nothing was completed.
    Ordered,
    /// The free node is in the first environment, and two people must agree to what goes there.
    Guarded,
    /// The free node is in the first environment, which is frozen.
    Closed,
    /// The free node drifts from the bundle, and the leader shall assert it again.
    Drifting,
    /// The same, and a rollout of something else has the node.
    DriftingOwned,
    /// The same, and the node is pinned to something else.
    DriftingPinned,
    /// The same, in a freeze.
    DriftingFrozen,
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is no such thing.
    NotFound,
    /// They may not.
    Forbidden,
    /// Not in this state.
    Conflict,
    /// Not with these words.
    Invalid,
    /// A rollout is made, and waits for approvals.
    Waits,
}

/// One attempt.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// What there is.
    pub scene: Scene,
    /// Who tries.
    pub who: Who,
    /// What they try.
    pub deed: Deed,
    /// What comes of it.
    pub answer: Answer,
}

const fn attempt(scene: Scene, who: Who, deed: Deed, answer: Answer) -> Attempt {
    Attempt { scene, who, deed, answer }
}

/// All of them.
pub const ATTEMPTS: &[Attempt] = {
    use Answer::{Conflict, Forbidden, Invalid, NotFound, Waits};
    use Deed::{Approve, ApproveAnother, BreakGlass, Create, CreateThrough, Reject, Resume, Skip};
    use Scene::{Approved, Expired, Frozen, Ordered, Pending, Rejected, Ruled, Twice};
    use Who::{Admin, Author, Key, Operator, Reader, Stranger};
    &[
        // Past the rule.
        attempt(Ruled, Author, Create, Waits),
        attempt(Ruled, Admin, Create, Waits),
        attempt(Ruled, Key, Create, Waits),
        attempt(Ruled, Admin, CreateThrough("now"), Waits),
        attempt(Ruled, Reader, Create, Forbidden),
        attempt(Ruled, Stranger, Create, NotFound),
        // Past a rule that goes by the risk.
        attempt(Twice, Author, Create, Waits),
        attempt(Twice, Admin, Create, Waits),
        attempt(Twice, Key, Create, Waits),
        attempt(Twice, Admin, CreateThrough("now"), Waits),
        // Approvals that are none.
        attempt(Pending, Author, Approve, Forbidden),
        attempt(Approved, Operator, Approve, Conflict),
        attempt(Pending, Reader, Approve, Forbidden),
        attempt(Pending, Key, Approve, Forbidden),
        attempt(Pending, Stranger, Approve, NotFound),
        attempt(Pending, Operator, ApproveAnother, Conflict),
        attempt(Expired, Operator, Approve, Conflict),
        attempt(Rejected, Operator, Approve, Conflict),
        attempt(Pending, Author, Resume, Conflict),
        attempt(Approved, Admin, Resume, Conflict),
        attempt(Pending, Operator, Reject(" "), Invalid),
        attempt(Pending, Reader, Reject("no"), Forbidden),
        attempt(Pending, Key, Reject("no"), Forbidden),
        attempt(Pending, Stranger, Reject("no"), NotFound),
        attempt(Rejected, Admin, Reject("again"), Conflict),
        // Through the freeze.
        attempt(Frozen, Author, Create, Conflict),
        attempt(Frozen, Admin, Create, Conflict),
        attempt(Frozen, Key, Create, Conflict),
        attempt(Frozen, Author, Resume, Conflict),
        attempt(Frozen, Admin, Resume, Conflict),
        attempt(Frozen, Key, Resume, Conflict),
        attempt(Frozen, Author, CreateThrough("please"), Forbidden),
        attempt(Frozen, Key, CreateThrough("please"), Forbidden),
        attempt(Frozen, Admin, CreateThrough(" "), Invalid),
        attempt(Frozen, Author, BreakGlass("please"), Forbidden),
        attempt(Frozen, Key, BreakGlass("please"), Forbidden),
        attempt(Frozen, Reader, BreakGlass("please"), Forbidden),
        attempt(Frozen, Stranger, BreakGlass("please"), NotFound),
        attempt(Frozen, Admin, BreakGlass("\t"), Invalid),
        // Past an environment.
        attempt(Ordered, Author, Create, Conflict),
        attempt(Ordered, Admin, Create, Conflict),
        attempt(Ordered, Key, Create, Conflict),
        attempt(Ordered, Admin, CreateThrough("now"), Conflict),
        attempt(Ordered, Author, Skip("please"), Forbidden),
        attempt(Ordered, Key, Skip("please"), Forbidden),
        attempt(Ordered, Reader, Skip("please"), Forbidden),
        attempt(Ordered, Stranger, Skip("please"), NotFound),
        attempt(Ordered, Admin, Skip(" "), Invalid),
        // With a reason the rules on approvals still hold.
        attempt(Ordered, Admin, Skip("INC-4711"), Waits),
    ]
};

/// Attempts that are for those transports alone that assign bundles to nodes directly.
pub const ASSIGNMENTS: &[Attempt] = {
    use Answer::{Conflict, Forbidden, NotFound};
    use Deed::Assign;
    use Scene::{Frozen, Ordered, Ruled, Twice};
    use Who::{Admin, Author, Key, Reader, Stranger};
    &[
        attempt(Ruled, Admin, Assign, Conflict),
        attempt(Ruled, Key, Assign, Conflict),
        attempt(Twice, Author, Assign, Conflict),
        attempt(Twice, Admin, Assign, Conflict),
        attempt(Twice, Key, Assign, Conflict),
        attempt(Frozen, Admin, Assign, Conflict),
        attempt(Ordered, Author, Assign, Conflict),
        attempt(Ordered, Admin, Assign, Conflict),
        attempt(Ordered, Key, Assign, Conflict),
        attempt(Twice, Reader, Assign, Forbidden),
        attempt(Twice, Stranger, Assign, NotFound),
    ]
};

/// A configuration that asks for more than [`SOURCE`]: to leave it is of high risk.
fn guarded() -> String {
    format!("{SOURCE}waf {{ mode \"off\"; }}\n")
}

/// A scene that is set.
pub struct Stage {
    /// Everybody and everything.
    pub world: World,
    /// What would run.
    pub bundle: BundleId,
    /// The rollout, where there is one.
    pub rollout: Option<RolloutId>,
    /// A node that no rollout has.
    pub free: NodeId,
    /// What is agreed to.
    pub digest: Option<Sha256Digest>,
    /// Another operator.
    pub operator: Known,
    /// An API key that may all.
    pub key: Known,
    /// The key of the free node.
    pub node_key: Known,
    /// The drift of the free node, where it drifts.
    pub drift: Option<DriftEventId>,
    /// What nodes had been given when the scene was set.
    pub given: Vec<Generation>,
}

impl Stage {
    /// Sets a scene.
    pub async fn set(scene: Scene) -> Result<Self, AppError> {
        let world = World::new().await?;
        world.kit.raise().await?;
        let kit = &world.kit;
        let operator = kit.join(&world.admin, ORG, "second@example.com", Role::Operator).await?;
        let every = sentinel_model::api_key::Scope::ALL.map(Into::into);
        let key = kit.key(&world.admin, &every, None).await?;
        let (free, node_key) = kit.node(&world.operator, PROJECT, "edge-2").await?;
        let bundle = match scene {
            Scene::Twice => uploaded_twice(&world, free).await?,
            _ => kit.bundle(&world.operator, PROJECT, "1.0").await?,
        };
        let mut stage = Self {
            world,
            bundle,
            rollout: None,
            free,
            digest: None,
            operator,
            key,
            node_key,
            drift: None,
            given: Vec::new(),
        };
        stage.begin_drift(scene).await?;
        stage.given = stage.generations().await?;
        if !matches!(scene, Scene::Frozen | Scene::Guarded | Scene::Closed) && stage.drift.is_none() {
            // Every bundle has a risk.
            let risk = if scene == Scene::Twice { RiskLevel::High } else { RiskLevel::Low };
            let rule = ApprovalRule { risk_at_least: Some(risk), approvals: 2 };
            let rules = ProjectUpdate {
                approval_rules: Some(vec![rule]),
                approval_expires_hours: Some(1),
                ..ProjectUpdate::default()
            };
            stage.world.kit.app.update_project(&stage.world.admin.again(), PROJECT, rules).await?;
        }
        stage.place(scene).await?;
        if matches!(
            scene,
            Scene::Pending | Scene::Approved | Scene::Rejected | Scene::Expired | Scene::Frozen
        ) {
            let (app, author) = (&stage.world.kit.app, &stage.world.operator);
            let request = RolloutCreate {
                target_selector: Some(TargetSelector::NodeIds { node_ids: vec![stage.world.node.0] }),
                ..stage.request(None)
            };
            let made = app.create_rollout(&author.again(), PROJECT, request).await?.rollout;
            stage.rollout = Some(made.id);
            stage.digest = made.approval.map(|approval| approval.digest);
        }
        stage.act(scene).await?;
        Ok(stage)
    }

    async fn act(&self, scene: Scene) -> Result<(), AppError> {
        let (app, Some(id)) = (&self.world.kit.app, self.rollout) else { return Ok(()) };
        match (scene, self.digest) {
            (Scene::Approved, Some(digest)) => {
                app.approve_rollout(&self.operator.again(), PROJECT, id, RolloutApprove { digest }).await?;
            }
            (Scene::Rejected, _) => {
                let comment = "no".to_owned();
                app.reject_rollout(&self.world.admin.again(), PROJECT, id, RolloutReject { comment }).await?;
            }
            (Scene::Expired, _) => self.world.kit.clock.advance_ms(3_600_000),
            (Scene::Frozen, _) => {
                app.pause_rollout(&self.world.operator.again(), PROJECT, id).await?;
                self.freeze(None).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Freezes an environment, or everything.
    async fn freeze(&self, environment: Option<&str>) -> Result<(), AppError> {
        let app = &self.world.kit.app;
        let freeze = FreezeWindowCreate {
            name: "release week".into(),
            reason: Some("sales".into()),
            from: None,
            until: timestamp(app.now().plus_ms(3_600_000)),
            recurrence: None,
            environment: environment.map(str::to_owned),
        };
        app.create_freeze_window(&self.world.admin.again(), PROJECT, freeze).await?;
        Ok(())
    }

    /// Whose credential it is.
    pub fn by(&self, who: Who) -> &Known {
        match who {
            Who::Author => &self.world.operator,
            Who::Operator => &self.operator,
            Who::Admin => &self.world.admin,
            Who::Reader => &self.world.reader,
            Who::Stranger => &self.world.outsider,
            Who::Key => &self.key,
            Who::Node => &self.node_key,
            Who::OtherNode => &self.world.other_node.1,
        }
    }

    /// A rollout of the bundle to the free node.
    pub fn request(&self, override_freeze_reason: Option<&str>) -> RolloutCreate {
        RolloutCreate {
            bundle_id: self.bundle,
            target_selector: Some(TargetSelector::NodeIds { node_ids: vec![self.free] }),
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
            override_freeze_reason: override_freeze_reason.map(str::to_owned),
            environment: None,
            skip_order_reason: None,
            template: None,
        }
    }

    /// The same, past the order of environments.
    pub fn skipping(&self, reason: &str) -> RolloutCreate {
        RolloutCreate { skip_order_reason: Some(reason.to_owned()), ..self.request(None) }
    }

    /// Everything that an attempt could have changed.
    pub async fn state(&self) -> Result<String, AppError> {
        let view = self.world.kit.app.read_stale().await?;
        let rollouts = (query::active_rollouts(&*view.tables)?, waiting::all(&*view.tables)?);
        let nodes = query::nodes_of(&*view.tables, self.world.project)?;
        let nodes: Vec<_> = nodes.iter().map(|node| (node.owner, node.generation)).collect();
        Ok(format!("{rollouts:?} {nodes:?} {}", self.world.kit.changes()))
    }

    /// Nothing was given to any node.
    pub async fn nothing_moved(&self) -> Result<bool, AppError> {
        Ok(self.generations().await? == self.given)
    }

    async fn generations(&self) -> Result<Vec<Generation>, AppError> {
        let view = self.world.kit.app.read_stale().await?;
        let nodes = query::nodes_of(&*view.tables, self.world.project)?;
        Ok(nodes.iter().map(|node| node.generation).collect())
    }
}

/// One node runs what the bundle was made from, and the other one what it was made to, and then it is uploaded again.
async fn uploaded_twice(world: &World, free: NodeId) -> Result<BundleId, AppError> {
    let (kit, by) = (&world.kit, &world.operator);
    let guarded = kit.bundle_of(by, PROJECT, "1.0", &guarded()).await?;
    let bare = kit.bundle(by, PROJECT, "2.0").await?;
    for (bundle, node) in [(guarded, free), (bare, world.node.0)] {
        let request = BundleAssign { node_ids: vec![node] };
        kit.app.assign_bundle(&by.again(), PROJECT, bundle, request).await?;
    }
    kit.bundle(by, PROJECT, "2.1").await
}
