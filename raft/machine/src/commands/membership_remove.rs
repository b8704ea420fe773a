//! Takes a person out of an org. The account stays; the org's API keys that they made stop working with it.

use sentinel_model::user::Membership;
use sentinel_model::{OrgId, UserId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::membership_set::refuse_last_admin;
use crate::outcome::Reply;
use crate::tables::{Table, key};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembershipRemove {
    /// The org.
    pub org_id: OrgId,
    /// The person.
    pub user_id: UserId,
}

impl Apply for MembershipRemove {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let row = key(&[self.org_id.as_bytes(), self.user_id.as_bytes()]);
        context.require::<Membership>(&row, "Member")?;
        refuse_last_admin(context, self.org_id, self.user_id)?;
        let by_user = key(&[self.user_id.as_bytes(), self.org_id.as_bytes()]);
        context.write().delete(Table::Memberships, &row)?;
        context.write().delete(Table::MembershipsByUser, &by_user)?;
        let id = self.user_id.to_string();
        let subject = Subject::in_org("member", &id, self.org_id);
        context.record("member.removed", subject, [])?;
        Ok(Reply::Done)
    }
}
