//! People in an org.

use sentinel_api_types::member::{Member, MemberBody, MemberCreate, MemberList, MemberUpdate};
use sentinel_api_types::{PageQuery, timestamp};
use sentinel_machine::commands::membership_remove::MembershipRemove;
use sentinel_machine::commands::membership_set::MembershipSet;
use sentinel_machine::commands::user_create::UserCreate;
use sentinel_machine::{Order, Read, Table, TableError, tables};
use sentinel_model::user::{self, Membership, User};
use sentinel_model::{OrgId, UserId, name};

use crate::access::{Operation, role_in};
use crate::app::{App, written};
use crate::caller::Caller;
use crate::change::Change;
use crate::cursor::Binding;
use crate::error::AppError;
use crate::page::{Walk, walk};
use crate::scope::InOrg;
use crate::session::user_by_email;

impl App {
    /// The people of an org.
    pub async fn list_members(
        &self,
        caller: &Caller,
        org: &str,
        page: &PageQuery,
    ) -> Result<MemberList, AppError> {
        let here = self.in_org(Operation::MemberList, caller, org).await?;
        let read = &*here.view.tables;
        let binding = Binding::new("members", &[&here.org.id.to_string()]);
        let part = Walk {
            table: Table::Memberships,
            prefix: here.org.id.as_bytes(),
            order: Order::Ascending,
            binding: &binding,
            limit: page.limit,
            cursor: page.cursor.as_deref(),
        };
        let page = walk(read, self.keyring(), part, |(_, value)| {
            shape(read, &tables::decode::<Membership>(Table::Memberships, value)?)
        })?;
        Ok(MemberList { total: page.total(), members: page.items, next_cursor: page.next_cursor })
    }

    /// Adds a person to an org. An address that has an account already joins with that account, its name and its password.
    pub async fn create_member(
        &self,
        caller: &Caller,
        org: &str,
        request: MemberCreate,
    ) -> Result<MemberBody, AppError> {
        let here = self.in_org(Operation::MemberCreate, caller, org).await?;
        let org_id = here.org.id;
        let email = user::normalize_email("email", &request.email)?;
        name::check_name("name", &request.name)?;
        user::check_password("password", request.password.expose())?;
        let known = user_by_email(&*here.view.tables, &email)?;
        let role: user::Role = request.role.into();
        let new =
            Change::making("user.created").in_org(org_id).with("email", &email).with("role", role.as_str());
        let joins = |known: &User| role_set(org_id, known.id, role);
        if let Some(user) =
            self.joined_before(&here, caller, &new, known.as_ref().map(joins), &request.name)?
        {
            return found(&*here.view.tables, org_id, user);
        }
        if let Some(known) = known {
            if role_in(&*here.view.tables, org_id, known.id)?.is_some() {
                return Err(AppError::invalid("email", format!("'{email}' belongs to the org already")));
            }
            let command = MembershipSet { org_id, user_id: known.id, role, must_exist: false };
            let committed = self.commit(caller, joins(&known), command).await?;
            return found(&*committed.view.tables, org_id, known.id);
        }
        let command = UserCreate {
            user_id: UserId(self.inner().parts.ids.id()),
            email,
            name: request.name,
            password_hash: self.inner().passwords.hash(request.password.expose()).await?,
            org_id,
            role,
        };
        let committed = self.commit(caller, new, command).await?;
        found(&*committed.view.tables, org_id, committed.id()?)
    }

    /// The person whom this very request added before: with a new account, or with one that was there.
    fn joined_before(
        &self,
        here: &InOrg,
        caller: &Caller,
        new: &Change,
        joins: Option<Change>,
        name: &str,
    ) -> Result<Option<UserId>, AppError> {
        if let Some(joins) = joins
            && let Ok(Some(done)) = self.repeated(&here.view, caller, &joins)
        {
            return done.id().map(Some);
        }
        let Some(done) = self.repeated(&here.view, caller, new)? else { return Ok(None) };
        let id: UserId = done.id()?;
        let user: User = written(&done.view, id.as_bytes(), "User")?;
        done.only_if(user.name == name)?;
        Ok(Some(id))
    }

    /// Gives a person another role.
    pub async fn update_member(
        &self,
        caller: &Caller,
        org: &str,
        user_id: UserId,
        request: MemberUpdate,
    ) -> Result<MemberBody, AppError> {
        let here = self.in_org(Operation::MemberUpdate, caller, org).await?;
        if role_in(&*here.view.tables, here.org.id, user_id)?.is_none() {
            return Err(AppError::not_found("Member"));
        }
        let role = request.role.into();
        let command = MembershipSet { org_id: here.org.id, user_id, role, must_exist: true };
        let committed = self.commit(caller, role_set(here.org.id, user_id, role), command).await?;
        found(&*committed.view.tables, here.org.id, user_id)
    }

    /// Takes a person out of an org.
    pub async fn delete_member(&self, caller: &Caller, org: &str, user_id: UserId) -> Result<(), AppError> {
        let here = self.in_org(Operation::MemberDelete, caller, org).await?;
        let change = Change::to("member.removed", user_id).in_org(here.org.id);
        self.commit(caller, change, MembershipRemove { org_id: here.org.id, user_id }).await?;
        Ok(())
    }
}

fn role_set(org: OrgId, user: UserId, role: user::Role) -> Change {
    Change::to("member.role_set", user).in_org(org).with("role", role.as_str())
}

fn found(read: &dyn Read, org: OrgId, user: UserId) -> Result<MemberBody, AppError> {
    let membership: Option<Membership> =
        tables::load(read, &tables::key(&[org.as_bytes(), user.as_bytes()]))?;
    let member = membership.map_or(Ok(None), |membership| shape(read, &membership))?;
    Ok(MemberBody { member: member.ok_or_else(|| AppError::not_found("Member"))? })
}

fn shape(read: &dyn Read, membership: &Membership) -> Result<Option<Member>, TableError> {
    let user: Option<User> = tables::load(read, membership.user_id.as_bytes())?;
    Ok(user.map(|user| Member {
        user_id: user.id,
        email: user.email,
        name: user.name,
        role: membership.role.into(),
        inserted_at: timestamp(membership.created_at),
    }))
}
