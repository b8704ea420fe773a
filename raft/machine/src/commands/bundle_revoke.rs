//! Stops a bundle's distribution at once. Nodes that run it keep running it; nobody is given it any more.

use sentinel_model::BundleId;
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::project::Project;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::baseline::{self, Ground};
use crate::bundle_bytes;
use crate::outcome::{Rejection, Reply};
use crate::promotion;
use crate::tables::Table;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleRevoke {
    /// The bundle.
    pub bundle_id: BundleId,
}

impl Apply for BundleRevoke {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut bundle = context.require::<Bundle>(self.bundle_id.as_bytes(), "Bundle")?;
        if bundle.state != BundleState::Compiled {
            return Err(Rejection::WrongState("Only compiled bundles can be revoked".into()).into());
        }
        let mut project = context.require::<Project>(bundle.project_id.as_bytes(), "Project")?;
        if project.baseline == Some(bundle.id) {
            project.baseline = None;
            baseline::owe(context, &mut Ground::Project(project.clone()), None)?;
        }
        promotion::revoke(context, project.id, bundle.id)?;
        bundle_bytes::change(context, project.id, |bytes| bytes.saturating_sub(bundle.size_bytes))?;
        context.write().delete(Table::BundleOutlines, bundle.id.as_bytes())?;
        bundle.state = BundleState::Revoked;
        bundle.updated_at = context.time;
        context.store(&bundle)?;
        let id = self.bundle_id.to_string();
        let subject = Subject::in_project("bundle", &id, &project);
        context.record("bundle.revoked", subject, [("version", bundle.version)])?;
        Ok(Reply::Done)
    }
}
