//! Join tokens.

use sentinel_api_types::join_token::{
    JoinToken, JoinTokenBody, JoinTokenCreate, JoinTokenCreated, JoinTokenList,
};
use sentinel_api_types::{Secret, timestamp};
use sentinel_machine::commands::cluster_member_admit;
use sentinel_machine::commands::join_token_create;
use sentinel_machine::commands::join_token_revoke::JoinTokenRevoke;
use sentinel_machine::{Scan, Table, tables};
use sentinel_model::cluster::{self, Cluster};
use sentinel_model::join::JoinTicket;
use sentinel_model::{JoinTokenId, Sha256Digest, Time};
use sha2::{Digest, Sha256};

use crate::access::{Operation, Place};
use crate::app::{App, written};
use crate::caller::Caller;
use crate::change::{Change, used_for_another};
use crate::error::AppError;

/// Life of a token when nobody says otherwise, in seconds.
const LIFE_S: u64 = 60 * 60;

impl App {
    /// The join tokens, newest first.
    pub async fn list_join_tokens(&self, caller: &Caller) -> Result<JoinTokenList, AppError> {
        let view = self.read(caller).await?;
        self.authorize(Operation::JoinTokenList, caller, Place::Cluster, &view)?;
        // Bounded by the command that makes them.
        let mut tokens: Vec<cluster::JoinToken> =
            tables::rows(&*view.tables, Scan::all(Table::JoinTokens, &[]))?;
        tokens.sort_by_key(|token| std::cmp::Reverse(token.created_at));
        let now = self.now();
        Ok(JoinTokenList { join_tokens: tokens.into_iter().map(|token| shape(token, now)).collect() })
    }

    /// Adds a join token. What it is given out with tells a new member where the others are and which CA to trust.
    pub async fn create_join_token(
        &self,
        caller: &Caller,
        request: JoinTokenCreate,
    ) -> Result<JoinTokenCreated, AppError> {
        let view = self.read(caller).await?;
        self.authorize(Operation::JoinTokenCreate, caller, Place::Cluster, &view)?;
        let cluster: Option<Cluster> = tables::load(&*view.tables, b"cluster")?;
        let ca = cluster.and_then(|cluster| cluster.ca).ok_or_else(|| {
            AppError::Conflict(
                "this cluster has no CA, so no member can join it; form it with `cluster init`".into(),
            )
        })?;
        let members = cluster_member_admit::all(&*view.tables)?;
        let present = members.into_iter().filter(|member| member.removed_at.is_none());
        let uses = request.uses.unwrap_or(1);
        let life_s = request.ttl_s.unwrap_or(LIFE_S);
        let proof: [&[u8]; 2] = [&uses.to_be_bytes(), &life_s.to_be_bytes()];
        let secret = self.credential(caller, "join-token", &proof);
        let secret_digest = digest_of(&secret);
        let command = join_token_create::JoinTokenCreate {
            token_id: JoinTokenId(self.inner().parts.ids.id()),
            secret_digest,
            uses,
            expires_at: self.now().plus_ms(life_s.saturating_mul(1_000)),
        };
        let change = Change::making("join_token.created").with("uses", uses);
        let committed = self.commit(caller, change, command).await?;
        let made = cluster_member_admit::token(&*committed.view.tables, secret_digest)?;
        // The digest covers request, uses and life.
        let made = made.ok_or_else(used_for_another)?;
        let ticket = JoinTicket {
            ca: Sha256Digest(Sha256::digest(&ca.certificate).into()),
            secret,
            addresses: present.map(|member| member.place.peer_address).collect(),
        };
        Ok(JoinTokenCreated { join_token: shape(made, self.now()), token: Secret::new(ticket.reveal()) })
    }

    /// Revokes a join token. Members that joined with it stay.
    pub async fn revoke_join_token(
        &self,
        caller: &Caller,
        id: JoinTokenId,
    ) -> Result<JoinTokenBody, AppError> {
        let view = self.read(caller).await?;
        self.authorize(Operation::JoinTokenRevoke, caller, Place::Cluster, &view)?;
        let command = JoinTokenRevoke { token_id: id };
        let committed = self.commit(caller, Change::to("join_token.revoked", id), command).await?;
        let token = written(&committed.view, id.as_bytes(), "Join token")?;
        Ok(JoinTokenBody { join_token: shape(token, self.now()) })
    }
}

/// All that is stored of a secret.
pub(super) fn digest_of(secret: &[u8; 32]) -> Sha256Digest {
    Sha256Digest(Sha256::digest(secret).into())
}

fn shape(token: cluster::JoinToken, now: Time) -> JoinToken {
    JoinToken {
        id: token.id,
        usable: token.refusal(now).is_none(),
        uses_left: token.uses_left,
        expires_at: timestamp(token.expires_at),
        revoked_at: token.revoked_at.map(timestamp),
        inserted_at: timestamp(token.created_at),
    }
}
