//! From a credential to an identity.
//!
//! Credentials are looked up in what this member has, at once; only one that is unknown here is looked up again in the newest
//! state, because it may have been made a moment ago at another member. Authorization looks again in the state that the request
//! reads, so a revoked credential is refused there.

use sentinel_api_types::Secret;
use sentinel_machine::{Consistency, Read, Table, View, query, tables};
use sentinel_model::NodeId;
use sentinel_model::node::Node;
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::session::Session;

use crate::access;
use crate::app::{App, digest_of};
use crate::caller::{Identity, SignedIn};
use crate::error::AppError;
use crate::node_token;

/// How session tokens begin.
pub const SESSION_PREFIX: &str = "ses_";
/// How API keys begin.
pub const API_KEY_PREFIX: &str = "scp_";
/// How enrolment tokens begin.
pub const ENROLMENT_PREFIX: &str = "enr_";
/// Longest credential looked at, in characters.
const LONGEST: usize = 4_096;

/// What came with a request.
#[derive(Clone, Debug)]
pub enum Credential {
    /// Nothing.
    None,
    /// A session's token, from the cookie or a header.
    Session(Secret),
    /// An API key.
    ApiKey(Secret),
    /// A node's key.
    NodeKey(Secret),
    /// A node's token.
    NodeToken(Secret),
}

impl Credential {
    /// Tells by its beginning what stands behind `Bearer`.
    pub fn bearer(text: &str) -> Result<Self, AppError> {
        if text.len() > LONGEST {
            return Err(AppError::Unauthenticated("the credential is too long to be one".into()));
        }
        if text.starts_with(SESSION_PREFIX) {
            Ok(Credential::Session(text.into()))
        } else if text.starts_with(API_KEY_PREFIX) {
            Ok(Credential::ApiKey(text.into()))
        } else if text.starts_with("eyJ") {
            Ok(Credential::NodeToken(text.into()))
        } else {
            Err(AppError::Unauthenticated("Invalid or expired API key".into()))
        }
    }
}

impl App {
    /// Who stands behind a credential. `consistency` as the request asked for its reads.
    pub async fn authenticate(
        &self,
        credential: &Credential,
        consistency: Consistency,
    ) -> Result<Identity, AppError> {
        if matches!(credential, Credential::None) {
            return Ok(Identity::Anonymous);
        }
        let view = self.read_stale().await?;
        match self.look_up(credential, &view) {
            Err(AppError::Unauthenticated(_)) if consistency == Consistency::Linearizable => {
                let newest = self.replica().read(Consistency::Linearizable).await?;
                self.look_up(credential, &newest)
            }
            other => other,
        }
    }

    fn look_up(&self, credential: &Credential, view: &View) -> Result<Identity, AppError> {
        let read = &*view.tables;
        match credential {
            Credential::None => Ok(Identity::Anonymous),
            Credential::Session(token) => self.session(read, token),
            Credential::ApiKey(key) => self.api_key(read, key),
            Credential::NodeKey(key) => node_by_key(read, key),
            Credential::NodeToken(token) => self.node_by_token(read, token),
        }
    }

    fn session(&self, read: &dyn Read, token: &Secret) -> Result<Identity, AppError> {
        let token_digest = digest_of(token.expose());
        let user = access::living_session(read, &token_digest.0, self.now())?;
        let session: Session = tables::load(read, &token_digest.0)?
            .ok_or_else(|| AppError::Unauthenticated("the session has ended; sign in again".into()))?;
        Ok(Identity::User(Box::new(SignedIn { user, token_digest, expires_at: session.expires_at })))
    }

    fn api_key(&self, read: &dyn Read, key: &Secret) -> Result<Identity, AppError> {
        let refused = || AppError::Unauthenticated("Invalid or expired API key".into());
        let id = read.get(Table::ApiKeyDigests, &digest_of(key.expose()).0)?.ok_or_else(refused)?;
        let id: [u8; 16] = id.as_slice().try_into().map_err(|_| refused())?;
        let (key, _) = access::living_key(read, &id, self.now())?;
        Ok(Identity::ApiKey(Box::new(key)))
    }

    fn node_by_token(&self, read: &dyn Read, token: &Secret) -> Result<Identity, AppError> {
        let refused = |text: &str| AppError::Unauthenticated(text.to_owned());
        let claimed = node_token::peek(token.expose())?;
        let project: Option<Project> = tables::load(read, claimed.project.as_bytes())?;
        let project = project.ok_or_else(|| refused("Unknown signing key"))?;
        let org: Option<Org> = tables::load(read, project.org_id.as_bytes())?;
        let org = org.ok_or_else(|| refused("Unknown signing key"))?;
        if org.signing_key.key_id != claimed.key_id {
            return Err(refused("Unknown signing key"));
        }
        let claims = node_token::verify(token.expose(), &org.signing_key.public_key, org.id, self.now())?;
        let node: Option<Node> = tables::load(read, claims.sub.as_bytes())?;
        match node {
            Some(node) if node.project_id == project.id => Ok(Identity::Node { node_id: node.id }),
            _ => Err(refused("Node not found")),
        }
    }
}

fn node_by_key(read: &dyn Read, key: &Secret) -> Result<Identity, AppError> {
    let refused = || AppError::Unauthenticated("Invalid node key".into());
    let id = read.get(Table::NodeKeyDigests, &digest_of(key.expose()).0)?.ok_or_else(refused)?;
    let id = query::id_at_end(&id).ok_or_else(refused)?;
    // Whether the node is still there is for authorization to see, in the state that the request reads.
    Ok(Identity::Node { node_id: NodeId(id) })
}
