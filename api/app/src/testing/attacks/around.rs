//! Ways round what holds in an environment: to take a node out of it, put it elsewhere or delete it, and to take away what holds there.

use sentinel_api_types::approval::ApprovalRule;
use sentinel_api_types::environment::EnvironmentUpdate;
use sentinel_api_types::node::NodeUpdate;

use super::super::world::PROJECT;
use super::{Answer, Attempt, Deed, Scene, Stage, Who, attempt};
use crate::error::AppError;

/// Attempts that are for those transports alone that move nodes between environments.
pub const AROUND: &[Attempt] = {
    use Answer::{Conflict, Forbidden, NotFound, Waits};
    use Deed::{Assign, Create, Loosen, Move, Remove};
    use Scene::{Closed, Guarded, Ordered};
    use Who::{Admin, Author, Key, Node, OtherNode, Reader, Stranger};
    &[
        // Out of the order, into none or one that comes earlier.
        attempt(Ordered, Author, Move(None), Forbidden),
        attempt(Ordered, Author, Move(Some("dev")), Forbidden),
        attempt(Ordered, Author, Move(Some("staging")), Forbidden),
        attempt(Ordered, Key, Move(None), Forbidden),
        attempt(Ordered, Key, Move(Some("staging")), Forbidden),
        attempt(Ordered, Reader, Move(None), Forbidden),
        attempt(Ordered, Node, Move(None), Forbidden),
        attempt(Ordered, OtherNode, Move(None), Forbidden),
        attempt(Ordered, Stranger, Move(None), NotFound),
        attempt(Ordered, Author, Remove, Forbidden),
        attempt(Ordered, Key, Remove, Forbidden),
        attempt(Ordered, Reader, Remove, Forbidden),
        attempt(Ordered, Node, Remove, Forbidden),
        attempt(Ordered, OtherNode, Remove, Forbidden),
        attempt(Ordered, Stranger, Remove, NotFound),
        attempt(Ordered, Author, Loosen("prod"), Forbidden),
        attempt(Ordered, Key, Loosen("prod"), Forbidden),
        attempt(Ordered, Reader, Loosen("prod"), Forbidden),
        attempt(Ordered, Stranger, Loosen("prod"), NotFound),
        // Away from those who must agree.
        attempt(Guarded, Author, Create, Waits),
        attempt(Guarded, Admin, Create, Waits),
        attempt(Guarded, Admin, Assign, Conflict),
        attempt(Guarded, Author, Move(None), Forbidden),
        attempt(Guarded, Author, Move(Some("staging")), Forbidden),
        attempt(Guarded, Key, Move(None), Forbidden),
        attempt(Guarded, Key, Move(Some("prod")), Forbidden),
        attempt(Guarded, Reader, Move(None), Forbidden),
        attempt(Guarded, Stranger, Move(None), NotFound),
        attempt(Guarded, Author, Remove, Forbidden),
        attempt(Guarded, Key, Remove, Forbidden),
        attempt(Guarded, Author, Loosen("dev"), Forbidden),
        attempt(Guarded, Key, Loosen("dev"), Forbidden),
        attempt(Guarded, Stranger, Loosen("dev"), NotFound),
        // Out of the freeze.
        attempt(Closed, Author, Create, Conflict),
        attempt(Closed, Admin, Create, Conflict),
        attempt(Closed, Admin, Assign, Conflict),
        attempt(Closed, Author, Move(None), Forbidden),
        attempt(Closed, Author, Move(Some("staging")), Forbidden),
        attempt(Closed, Key, Move(None), Forbidden),
        attempt(Closed, Key, Move(Some("staging")), Forbidden),
        attempt(Closed, Author, Remove, Forbidden),
        attempt(Closed, Key, Remove, Forbidden),
        attempt(Closed, Reader, Move(None), Forbidden),
        attempt(Closed, Stranger, Move(None), NotFound),
    ]
};

impl Stage {
    /// Puts nodes into environments. In order, the free one comes behind the other one.
    pub(super) async fn place(&self, scene: Scene) -> Result<(), AppError> {
        let places: &[_] = match scene {
            Scene::Ordered => &[(self.world.node.0, "staging"), (self.free, "prod")],
            Scene::Guarded | Scene::Closed => &[(self.free, "dev")],
            _ => return Ok(()),
        };
        let (app, admin) = (&self.world.kit.app, &self.world.admin);
        app.create_default_environments(&admin.again(), PROJECT).await?;
        for (node, slug) in places {
            let update = NodeUpdate { environment: Some(Some((*slug).to_owned())), ..NodeUpdate::default() };
            app.update_node(&admin.again(), PROJECT, *node, update).await?;
        }
        match scene {
            Scene::Closed => self.freeze(Some("dev")).await,
            Scene::Guarded => {
                let rule = ApprovalRule { risk_at_least: None, approvals: 2 };
                let rules =
                    EnvironmentUpdate { approval_rules: Some(vec![rule]), ..EnvironmentUpdate::default() };
                app.update_environment(&admin.again(), PROJECT, "dev", rules).await.map(|_| ())
            }
            _ => Ok(()),
        }
    }
}
