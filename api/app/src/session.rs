//! Signing in and out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sentinel_api_types::session::{Membership, Session, SessionCreate, User};
use sentinel_api_types::{Secret, org::OrgRef, project::ProjectRef, timestamp};
use sentinel_machine::commands::session_create;
use sentinel_machine::commands::session_delete::SessionDelete;
use sentinel_machine::{Read, Scan, Table, query, tables};
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::session;
use sentinel_model::user::{self, PASSWORD_MAX};
use sentinel_model::{SessionId, Time, UserId};

use crate::access::{Operation, Place};
use crate::app::{App, digest_of, written};
use crate::authenticate::SESSION_PREFIX;
use crate::caller::Caller;
use crate::change::{Change, used_for_another};
use crate::error::AppError;

/// Most projects of one org in the answer.
const PROJECTS_MAX: usize = 200;

impl App {
    /// Signs a person in. `address` is where the request came from. The answer always has the token.
    pub async fn create_session(
        &self,
        caller: &Caller,
        request: SessionCreate,
        address: &str,
    ) -> Result<Session, AppError> {
        let now = self.now();
        let throttle = &self.inner().throttle;
        let wait_ms = throttle.wait_ms(&request.email, address, now);
        if wait_ms > 0 {
            return Err(AppError::TooManyAttempts { retry_after_s: wait_ms.div_ceil(1_000) });
        }
        let view = self.read(caller).await?;
        let email = user::normalize_email("email", &request.email).ok();
        let known = match email {
            Some(email) => user_by_email(&*view.tables, &email)?,
            None => None,
        };
        let fits = request.password.expose().len() <= PASSWORD_MAX;
        let hash = known.as_ref().map(|user| &user.password_hash);
        let right = fits && self.inner().passwords.verify(request.password.expose(), hash).await?;
        let Some(user) = known.filter(|_| right) else {
            throttle.failed(&request.email, address, now);
            return Err(AppError::Unauthenticated("e-mail address or password is wrong".into()));
        };
        throttle.succeeded(&request.email, address);
        // The same request gives the same token again, so that a lost answer leaves nobody without. The password is checked
        // first, and a token made with an older one is not given out.
        let proof: [&[u8]; 2] = [user.id.as_bytes(), user.password_hash.0.as_bytes()];
        let secret = self.credential(caller, "session", &proof);
        let token = Secret::new(format!("{SESSION_PREFIX}{}", URL_SAFE_NO_PAD.encode(secret)));
        let expires_at = self.now().plus_ms(millis(self.settings().session_life));
        let command = session_create::SessionCreate {
            session_id: SessionId(self.inner().parts.ids.id()),
            token_digest: digest_of(token.expose()),
            user_id: user.id,
            expires_at,
        };
        let token_digest = command.token_digest;
        let change = Change::making("session.created").with("user_id", user.id);
        let committed = self.commit(caller, change, command).await?;
        let made: Option<session::Session> = tables::load(&*committed.view.tables, &token_digest.0)?;
        // Signed out since, or the password is another.
        let made = made.ok_or_else(used_for_another)?;
        let mut session = describe(&*committed.view.tables, user.id, made.expires_at)?;
        session.token = Some(token);
        Ok(session)
    }

    /// Who is signed in.
    pub async fn show_session(&self, caller: &Caller) -> Result<Session, AppError> {
        let signed_in = caller.person()?;
        let view = self.read(caller).await?;
        self.authorize(Operation::SessionShow, caller, Place::Cluster, &view)?;
        describe(&*view.tables, signed_in.user.id, signed_in.expires_at)
    }

    /// Signs the caller out.
    pub async fn delete_session(&self, caller: &Caller) -> Result<(), AppError> {
        let signed_in = caller.person()?;
        let view = self.read(caller).await?;
        self.authorize(Operation::SessionDelete, caller, Place::Cluster, &view)?;
        let token_digest = signed_in.token_digest;
        let own: session::Session = written(&view, &token_digest.0, "Session")?;
        self.commit(caller, Change::to("session.deleted", own.id), SessionDelete { token_digest }).await?;
        Ok(())
    }
}

/// The account behind an address.
pub(crate) fn user_by_email(read: &dyn Read, email: &str) -> Result<Option<user::User>, AppError> {
    let id = read.get(Table::UserEmails, email.as_bytes())?;
    Ok(id.map_or(Ok(None), |id| tables::load(read, &id))?)
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn describe(read: &dyn Read, user: UserId, expires_at: Time) -> Result<Session, AppError> {
    let user: user::User = tables::load(read, user.as_bytes())?
        .ok_or_else(|| AppError::Unauthenticated("the account is gone".into()))?;
    let mut memberships = Vec::new();
    for membership in query::memberships_of(read, user.id)? {
        let Some(org) = tables::load::<Org>(read, membership.org_id.as_bytes())? else { continue };
        let of_org = Scan { limit: PROJECTS_MAX, ..Scan::all(Table::ProjectsByOrg, org.id.as_bytes()) };
        let projects: Vec<Project> = query::behind_key(read, &read.scan(of_org)?)?;
        memberships.push(Membership {
            org: OrgRef { id: org.id, slug: org.slug, name: org.name },
            role: membership.role.into(),
            projects: projects
                .into_iter()
                .map(|project| ProjectRef {
                    id: project.id,
                    slug: project.slug,
                    name: project.name,
                    sandbox: project.sandbox,
                })
                .collect(),
        });
    }
    Ok(Session {
        user: User { id: user.id, email: user.email, name: user.name, cluster_admin: user.cluster_admin },
        memberships,
        expires_at: timestamp(expires_at),
        token: None,
    })
}
