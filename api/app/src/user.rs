//! Passwords of people: changed by their owner, reset by an admin.

use sentinel_api_types::Secret;
use sentinel_api_types::member::PasswordReset;
use sentinel_api_types::session::PasswordChange;
use sentinel_machine::View;
use sentinel_machine::commands::user_set_password::{SetBy, UserSetPassword, reset_refusal};
use sentinel_model::UserId;
use sentinel_model::user::{PASSWORD_MAX, User, check_password};

use crate::access::{Operation, Place};
use crate::app::{App, written};
use crate::caller::Caller;
use crate::change::{Change, used_for_another};
use crate::error::AppError;

impl App {
    /// Changes the password of the person who is signed in. Their other sessions end, the one that asks stays. A wrong current
    /// password counts as a failed sign-in from `address`.
    pub async fn change_password(
        &self,
        caller: &Caller,
        request: PasswordChange,
        address: &str,
    ) -> Result<(), AppError> {
        let signed_in = caller.person()?;
        let view = self.read(caller).await?;
        self.authorize(Operation::PasswordChange, caller, Place::Cluster, &view)?;
        check_password("new", request.new.expose())?;
        let user: User = written(&view, signed_in.user.id.as_bytes(), "User")?;
        let change = Change::to("user.password_changed", user.id);
        if self.repeated(&view, caller, &change)?.is_some() {
            // The current password is the new one by now.
            let same = self.guess(&user, &request.new, &user.email, address).await?;
            return if same { Ok(()) } else { Err(used_for_another()) };
        }
        if !self.guess(&user, &request.current, &user.email, address).await? {
            return Err(AppError::invalid("current", "is not your current password"));
        }
        let by = SetBy::Owner(signed_in.token_digest);
        self.set_password(caller, change, user.id, &request.new, by).await
    }

    /// Sets the password of a person who belongs to this org and to no other. All of their sessions end.
    pub async fn reset_password(
        &self,
        caller: &Caller,
        org: &str,
        user_id: UserId,
        request: PasswordReset,
    ) -> Result<(), AppError> {
        let here = self.in_org(Operation::PasswordReset, caller, org).await?;
        check_password("password", request.password.expose())?;
        let change = Change::to("user.password_reset", user_id).in_org(here.org.id);
        if self.repeated(&here.view, caller, &change)?.is_some() {
            let user: User = written(&here.view, user_id.as_bytes(), "User")?;
            // Counted apart from sign-ins, so that an admin can hold nobody up.
            let (by, of) = (caller.label(), format!("reset of {user_id}"));
            let same = self.guess(&user, &request.password, &by, &of).await?;
            return if same { Ok(()) } else { Err(used_for_another()) };
        }
        if let Some(refusal) = reset_refusal(&*here.view.tables, here.org.id, user_id)? {
            return Err(refusal.into());
        }
        self.refuse_reset_of(caller, user_id, &here.view)?;
        self.set_password(caller, change, user_id, &request.password, SetBy::Admin(here.org.id)).await
    }

    /// An admin's session alone must not be enough to take over their own account, or that of somebody who may do more.
    fn refuse_reset_of(&self, caller: &Caller, user_id: UserId, view: &View) -> Result<(), AppError> {
        let admin = &caller.person()?.user;
        if admin.id == user_id {
            return Err(AppError::Conflict(
                "this is your own account; change your password with the current one instead".into(),
            ));
        }
        let user: User = written(view, user_id.as_bytes(), "User")?;
        if user.cluster_admin && !admin.cluster_admin {
            return Err(AppError::Conflict(
                "this person is the cluster's administrator, and only a cluster's administrator may set that password; they \
                 can change it themselves"
                    .into(),
            ));
        }
        Ok(())
    }

    async fn set_password(
        &self,
        caller: &Caller,
        change: Change,
        user_id: UserId,
        password: &Secret,
        by: SetBy,
    ) -> Result<(), AppError> {
        let password_hash = self.inner().passwords.hash(password.expose()).await?;
        self.commit(caller, change, UserSetPassword { user_id, password_hash, by: Some(by) }).await?;
        Ok(())
    }

    /// Whether this is the person's password. Whoever is wrong about it too often has to wait, as at a sign-in.
    async fn guess(&self, user: &User, password: &Secret, by: &str, address: &str) -> Result<bool, AppError> {
        let throttle = &self.inner().throttle;
        let wait_ms = throttle.wait_ms(by, address, self.now());
        if wait_ms > 0 {
            return Err(AppError::TooManyAttempts { retry_after_s: wait_ms.div_ceil(1_000) });
        }
        let fits = password.expose().len() <= PASSWORD_MAX;
        let right =
            fits && self.inner().passwords.verify(password.expose(), Some(&user.password_hash)).await?;
        match right {
            true => throttle.succeeded(by, address),
            false => throttle.failed(by, address, self.now()),
        }
        Ok(right)
    }
}
