//! Where each entity of the model lives.

use sentinel_model::api_key::ApiKey;
use sentinel_model::audit::AuditEntry;
use sentinel_model::bundle::Bundle;
use sentinel_model::cluster::{Cluster, ClusterMember, JoinToken};
use sentinel_model::enrolment::EnrolmentToken;
use sentinel_model::node::Node;
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::rollout::{Rollout, RolloutNode, Step};
use sentinel_model::session::Session;
use sentinel_model::user::{Membership, User};

use super::{Row, Table, key};

macro_rules! rows {
    ($($row:ty, $table:ident, |$self_:ident| $key:expr;)*) => {$(
        impl Row for $row {
            const TABLE: Table = Table::$table;
            fn key(&self) -> Vec<u8> {
                let $self_ = self;
                $key
            }
        }
    )*};
}

rows! {
    Cluster, Cluster, |_row| b"cluster".to_vec();
    ClusterMember, ClusterMembers, |row| row.id.0.to_be_bytes().to_vec();
    JoinToken, JoinTokens, |row| row.id.as_bytes().to_vec();
    Org, Orgs, |row| row.id.as_bytes().to_vec();
    Project, Projects, |row| row.id.as_bytes().to_vec();
    User, Users, |row| row.id.as_bytes().to_vec();
    Membership, Memberships, |row| key(&[row.org_id.as_bytes(), row.user_id.as_bytes()]);
    Session, Sessions, |row| row.token_digest.0.to_vec();
    ApiKey, ApiKeys, |row| row.id.as_bytes().to_vec();
    EnrolmentToken, EnrolmentTokens, |row| row.id.as_bytes().to_vec();
    Bundle, Bundles, |row| row.id.as_bytes().to_vec();
    Node, Nodes, |row| row.id.as_bytes().to_vec();
    Rollout, Rollouts, |row| row.id.as_bytes().to_vec();
    Step, RolloutSteps, |row| key(&[row.rollout_id.as_bytes(), &row.index.to_be_bytes()]);
    RolloutNode, RolloutNodes, |row| key(&[row.rollout_id.as_bytes(), row.node_id.as_bytes()]);
    AuditEntry, Audit, |row| row.seq.to_be_bytes().to_vec();
}
