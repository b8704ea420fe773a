//! Gives a person a role in an org.

use sentinel_model::org::Org;
use sentinel_model::user::{Membership, Role, User};
use sentinel_model::{OrgId, UserId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::tables::{Scan, Table, key, rows};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembershipSet {
    /// The org.
    pub org_id: OrgId,
    /// The person.
    pub user_id: UserId,
    /// The role.
    pub role: Role,
    /// Only for somebody who has a role in the org already: a change of role that races with a removal brings nobody back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub must_exist: bool,
}

impl Apply for MembershipSet {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        context.require::<Org>(self.org_id.as_bytes(), "Org")?;
        context.require::<User>(self.user_id.as_bytes(), "User")?;
        if self.role < Role::Admin {
            refuse_last_admin(context, self.org_id, self.user_id)?;
        }
        let known =
            context.load::<Membership>(&key(&[self.org_id.as_bytes(), self.user_id.as_bytes()]))?;
        if self.must_exist && known.is_none() {
            return Err(Rejection::not_found("Member").into());
        }
        // A change of role is no second beginning.
        let created_at = known.map_or(context.time, |known| known.created_at);
        insert_membership(
            context,
            &Membership { org_id: self.org_id, user_id: self.user_id, role: self.role, created_at },
        )?;
        let id = self.user_id.to_string();
        let subject = Subject::in_org("member", &id, self.org_id);
        context.record("member.role_set", subject, [("role", self.role.as_str().into())])?;
        Ok(Reply::Done)
    }
}

/// Writes a membership under both of its keys.
pub(super) fn insert_membership(context: &mut Context<'_>, membership: &Membership) -> Result<(), Stop> {
    context.store(membership)?;
    let by_user = key(&[membership.user_id.as_bytes(), membership.org_id.as_bytes()]);
    context.write().put(Table::MembershipsByUser, &by_user, b"")?;
    Ok(())
}

/// An org without an administrator could never be mended from inside.
pub(super) fn refuse_last_admin(context: &Context<'_>, org: OrgId, user: UserId) -> Result<(), Stop> {
    let members: Vec<Membership> = rows(context.tables(), Scan::all(Table::Memberships, org.as_bytes()))?;
    let is_admin = members.iter().any(|member| member.user_id == user && member.role == Role::Admin);
    let other_admin = members.iter().any(|member| member.user_id != user && member.role == Role::Admin);
    if is_admin && !other_admin {
        return Err(Rejection::WrongState(
            "this is the org's last administrator; make another one first".into(),
        )
        .into());
    }
    Ok(())
}
