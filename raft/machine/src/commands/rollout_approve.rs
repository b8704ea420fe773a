//! A person agrees to a rollout, to exactly what its digest stands for. With the last agreement that it needs, it begins.

use sentinel_model::governance::GivenApproval;
use sentinel_model::project::Project;
use sentinel_model::rollout::{Deed, RolloutState};
use sentinel_model::user::Role;
use sentinel_model::{RolloutId, Sha256Digest};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::governance;
use crate::outcome::{Rejection, Reply};
use crate::planted::planted;
use crate::rollout;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutApprove {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// What the person looked at.
    pub digest: Sha256Digest,
    /// Who approves it, in words.
    pub by: String,
}

impl Apply for RolloutApprove {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut waiting = rollout::require(context, self.rollout_id)?;
        let project = context.require::<Project>(waiting.project_id.as_bytes(), "Project")?;
        let user_id = governance::require_person(context, &project, Role::Operator)?;
        let Some(mut approval) =
            waiting.governance.approval.take().filter(|_| waiting.state == RolloutState::PendingApproval)
        else {
            return Err(rollout::refuse(&waiting, Deed::Approve.participle()));
        };
        if context.time >= approval.expires_at {
            let message = format!("the time to approve this rollout ran out at {}", approval.expires_at);
            return Err(Rejection::WrongState(message).into());
        }
        if approval.digest != self.digest {
            let message = format!(
                "the digest of this rollout is {}, not {}: look at what it does before you approve it",
                approval.digest, self.digest
            );
            return Err(Rejection::WrongState(message).into());
        }
        if waiting.governance.author == Some(user_id) && !planted!(AuthorApproves) {
            let message = "who asks for a rollout does not approve it; somebody else must";
            return Err(Rejection::Forbidden(message.into()).into());
        }
        rollout::require_compiled(context, &waiting)?;
        governance::count(context, &project, &mut waiting, &mut approval)?;
        if approval.given.iter().any(|given| given.user_id == user_id) && !planted!(ApprovedTwice) {
            return Err(Rejection::WrongState("you have approved this rollout already".into()).into());
        }
        approval.given.push(GivenApproval { user_id, by: self.by.clone(), at: context.time });
        let (given, needed) = (approval.given.len(), approval.needed);
        waiting.governance.approval = Some(approval);
        let became = if given >= usize::from(needed) {
            governance::begin(context, &mut waiting, Deed::Approve)?
        } else {
            rollout::save(context, &mut waiting)?;
            waiting.state.as_str().to_owned()
        };
        let id = self.rollout_id.to_string();
        let subject = rollout::subject(context, &waiting, &id)?;
        context.record(
            "rollout.approved",
            subject,
            [
                ("by", self.by.clone()),
                ("digest", self.digest.to_string()),
                ("approvals", format!("{given} of {needed}")),
                ("state", became),
            ],
        )?;
        Ok(Reply::Done)
    }
}
