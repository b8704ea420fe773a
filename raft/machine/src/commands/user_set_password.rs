//! Sets a person's password, and ends the sessions that the old one opened.

use sentinel_model::secret::PasswordHash;
use sentinel_model::session::Session;
use sentinel_model::user::{Membership, User};
use sentinel_model::{OrgId, Sha256Digest, UserId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::session_delete::delete_session;
use crate::outcome::{Rejection, Reply};
use crate::query;
use crate::tables::{Read, Scan, Table, TableError, rows};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSetPassword {
    /// The person.
    pub user_id: UserId,
    /// Argon2id.
    pub password_hash: PasswordHash,
    /// Who sets it, and so which sessions end. Bytes from before this was told end none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<SetBy>,
}

/// Who sets a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetBy {
    /// The person, from the session with this token. It stays, every other one ends.
    Owner(Sha256Digest),
    /// An admin of this org, to which the person belongs and to no other. Every session ends.
    Admin(OrgId),
}

impl Apply for UserSetPassword {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut user = context.require::<User>(self.user_id.as_bytes(), "User")?;
        match self.by {
            // A reset or a change from elsewhere that came first has ended it: the password that was checked is an old one.
            Some(SetBy::Owner(kept)) => {
                let session = context.require::<Session>(&kept.0, "Session")?;
                if session.user_id != self.user_id {
                    return Err(Rejection::not_found("Session").into());
                }
            }
            Some(SetBy::Admin(org)) => {
                if let Some(refusal) = reset_refusal(context.tables(), org, self.user_id)? {
                    return Err(refusal.into());
                }
            }
            None => {}
        }
        user.password_hash = self.password_hash.clone();
        context.store(&user)?;
        let ended = self.end_sessions(context)?.to_string();
        let id = self.user_id.to_string();
        let (action, subject) = match self.by {
            Some(SetBy::Admin(org)) => ("user.password_reset", Subject::in_org("user", &id, org)),
            Some(SetBy::Owner(_)) | None => ("user.password_changed", Subject::of_cluster("user", &id)),
        };
        match self.by {
            Some(_) => context.record(action, subject, [("sessions_ended", ended)])?,
            None => context.record(action, subject, [])?,
        }
        Ok(Reply::Done)
    }
}

impl UserSetPassword {
    /// Ends the person's sessions, and says how many. Passwords are set too rarely for an index of sessions by person.
    fn end_sessions(&self, context: &mut Context<'_>) -> Result<usize, TableError> {
        let kept = match self.by {
            Some(SetBy::Owner(kept)) => Some(kept),
            Some(SetBy::Admin(_)) => None,
            None => return Ok(0),
        };
        let mut sessions: Vec<Session> = rows(context.tables(), Scan::all(Table::Sessions, &[]))?;
        sessions.retain(|session| session.user_id == self.user_id && Some(session.token_digest) != kept);
        for session in &sessions {
            delete_session(context, session)?;
        }
        Ok(sessions.len())
    }
}

/// Why an admin of `org` may not set this person's password, if so.
pub fn reset_refusal(read: &dyn Read, org: OrgId, user: UserId) -> Result<Option<Rejection>, TableError> {
    let of = query::memberships_of(read, user)?;
    let belongs = |membership: &Membership| membership.org_id == org;
    if !of.iter().any(belongs) {
        return Ok(Some(Rejection::not_found("Member")));
    }
    let elsewhere = !of.iter().all(belongs);
    Ok(elsewhere.then(|| {
        Rejection::WrongState(
            "this person belongs to another org too, which a new password would open; let them change it themselves, or have \
             them taken out of every other org first"
                .into(),
        )
    }))
}
