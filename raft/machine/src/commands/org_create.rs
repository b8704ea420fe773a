//! Adds an org with its signing key; who creates it becomes its administrator.

use sentinel_model::org::{Org, SigningKey};
use sentinel_model::user::{Membership, Role, User};
use sentinel_model::{OrgId, UserId, name};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::tables::Table;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgCreate {
    /// Identity.
    pub org_id: OrgId,
    /// Display name.
    pub name: String,
    /// Unique in the cluster.
    pub slug: String,
    /// Its signing key.
    pub signing_key: SigningKey,
    /// First administrator.
    pub admin: UserId,
}

impl Apply for OrgCreate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        name::check_name("name", &self.name)?;
        name::check_slug("slug", &self.slug)?;
        context.require::<User>(self.admin.as_bytes(), "User")?;
        let created_at = context.time;
        insert_org(
            context,
            &Org {
                id: self.org_id,
                name: self.name.clone(),
                slug: self.slug.clone(),
                signing_key: self.signing_key.clone(),
                created_at,
            },
        )?;
        super::membership_set::insert_membership(
            context,
            &Membership { org_id: self.org_id, user_id: self.admin, role: Role::Admin, created_at },
        )?;
        let id = self.org_id.to_string();
        let subject = Subject::in_org("org", &id, self.org_id);
        context.record("org.created", subject, [("name", self.name.clone()), ("slug", self.slug.clone())])?;
        Ok(Reply::Done)
    }
}

/// Writes an org and its slug; refuses a taken slug.
pub(super) fn insert_org(context: &mut Context<'_>, org: &Org) -> Result<(), Stop> {
    if context.tables().get(Table::OrgSlugs, org.slug.as_bytes())?.is_some() {
        return Err(Rejection::taken("slug", format!("the slug '{}' is taken", org.slug)).into());
    }
    context.require_new::<Org>(org.id.as_bytes(), "org")?;
    context.store(org)?;
    context.write().put(Table::OrgSlugs, org.slug.as_bytes(), org.id.as_bytes())?;
    Ok(())
}
