//! Typed identifiers: mixing up two kinds is a compile error.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The sixteen bytes as they stand in table keys; they sort as the text form does.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

typed_ids! {
    /// An API key.
    ApiKeyId
    /// A bundle: the immutable compiled artefact.
    BundleId
    /// A certificate of a project.
    CertificateId
    /// One formation of the cluster.
    ClusterId
    /// An object of a project's configuration.
    ConfigObjectId
    /// An event of drift.
    DriftEventId
    /// A token with which nodes enrol.
    EnrolmentTokenId
    /// An environment of a project.
    EnvironmentId
    /// A freeze window.
    FreezeWindowId
    /// The internal CA of a project.
    InternalCaId
    /// A token with which members join the cluster.
    JoinTokenId
    /// A node: one managed proxy with its agent.
    NodeId
    /// An org, the outermost unit of tenancy.
    OrgId
    /// A project inside an org.
    ProjectId
    /// A group of nodes.
    NodeGroupId
    /// A rule by which bundles go on to the next environment.
    PromotionRuleId
    /// One request of a client. Doubles as the idempotency key of the write that it makes.
    RequestId
    /// A rollout.
    RolloutId
    /// A template of rollouts.
    RolloutTemplateId
    /// A secret of a project.
    SecretId
    /// A browser session.
    SessionId
    /// A person with a local account.
    UserId
}

/// A member of the Raft cluster. Small, given by the cluster; never used again after removal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MemberId(pub u64);

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number that only grows, per node: the newest assignment carries the highest. Zero means "never assigned".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(pub u64);

impl Generation {
    /// The generation after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
