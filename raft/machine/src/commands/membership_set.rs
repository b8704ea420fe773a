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
}

impl Apply for MembershipSet {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        context.require::<Org>(self.org_id.as_bytes(), "Org")?;
        context.require::<User>(self.user_id.as_bytes(), "User")?;
        if self.role < Role::Admin {
            refuse_last_admin(context, self.org_id, self.user_id)?;
        }
        let created_at = context.time;
        insert_membership(
            context,
            &Membership { org_id: self.org_id, user_id: self.user_id, role: self.role, created_at },
        )?;
        let id = self.user_id.to_string();
        let subject = Subject {
            resource_type: "member",
            resource_id: &id,
            org_id: Some(self.org_id),
            project_id: None,
        };
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
