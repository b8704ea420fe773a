//! Forms the cluster: its identity, the first org and the first administrator, in one step.

use sentinel_model::cluster::{Cluster, ClusterCa, ClusterMember, MemberPlace};
use sentinel_model::org::{Org, SigningKey};
use sentinel_model::secret::PasswordHash;
use sentinel_model::user::{Membership, Role, User, normalize_email};
use sentinel_model::{ClusterId, Epoch, MemberId, OrgId, Sha256Digest, UserId, name};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::org_create::insert_org;
use crate::commands::user_create::insert_user;
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterInit {
    /// Identity of this formation.
    pub cluster_id: ClusterId,
    /// Feature level to begin with.
    pub level: u16,
    /// First org.
    pub org_id: OrgId,
    /// Its name.
    pub org_name: String,
    /// Its slug.
    pub org_slug: String,
    /// Its signing key.
    pub signing_key: SigningKey,
    /// First administrator.
    pub user_id: UserId,
    /// Their e-mail address.
    pub email: String,
    /// Their password, hashed.
    pub password_hash: PasswordHash,
    /// The cluster's CA and its first member; `None` where members have no certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub founding: Option<Founding>,
}

/// What a cluster begins with whose members know each other by certificates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Founding {
    /// The CA.
    pub ca: ClusterCa,
    /// The first member.
    pub member_id: MemberId,
    /// Where it is.
    pub place: MemberPlace,
    /// Digest of its key.
    pub key_digest: Sha256Digest,
}

impl Apply for ClusterInit {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        if context.load::<Cluster>(b"cluster")?.is_some() {
            return Err(Rejection::WrongState("the cluster is formed already".into()).into());
        }
        name::check_name("org_name", &self.org_name)?;
        name::check_slug("org_slug", &self.org_slug)?;
        let email = normalize_email("email", &self.email)?;
        let created_at = context.time;
        let ca = self.founding.as_ref().map(|founding| founding.ca.clone());
        context.store(&Cluster {
            id: self.cluster_id,
            level: self.level,
            created_at,
            ca,
            epoch: Epoch::FIRST,
            epoch_began: None,
            backup: None,
        })?;
        if let Some(founding) = &self.founding {
            founding.place.check()?;
            context.store(&ClusterMember {
                id: founding.member_id,
                place: founding.place.clone(),
                key_digest: founding.key_digest,
                token_id: None,
                joined_at: created_at,
                removed_at: None,
            })?;
        }
        insert_org(
            context,
            &Org {
                id: self.org_id,
                name: self.org_name.clone(),
                slug: self.org_slug.clone(),
                signing_key: self.signing_key.clone(),
                created_at,
            },
        )?;
        insert_user(
            context,
            &User {
                id: self.user_id,
                email: email.clone(),
                name: email.clone(),
                password_hash: self.password_hash.clone(),
                cluster_admin: true,
                created_at,
            },
        )?;
        super::membership_set::insert_membership(
            context,
            &Membership { org_id: self.org_id, user_id: self.user_id, role: Role::Admin, created_at },
        )?;
        let id = self.cluster_id.to_string();
        let subject = Subject::in_org("cluster", &id, self.org_id);
        context.record("cluster.initialized", subject, [("org", self.org_slug.clone()), ("admin", email)])?;
        Ok(Reply::Done)
    }
}
