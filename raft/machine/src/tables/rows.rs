//! Where each entity of the model lives.

use sentinel_model::acme::{AcmeAccount, AcmeChallenge};
use sentinel_model::api_key::ApiKey;
use sentinel_model::audit::AuditEntry;
use sentinel_model::bundle::Bundle;
use sentinel_model::canary::Analysis;
use sentinel_model::certificate::{Certificate, CertificateContent};
use sentinel_model::check::Checks;
use sentinel_model::cluster::{Cluster, ClusterMember, JoinToken};
use sentinel_model::config_object::{ConfigObject, ConfigState};
use sentinel_model::drift::{DriftCounts, DriftEvent, DriftNode, RuntimeConfig};
use sentinel_model::enrolment::EnrolmentToken;
use sentinel_model::environment::Environment;
use sentinel_model::freeze::FreezeWindow;
use sentinel_model::group::NodeGroup;
use sentinel_model::internal_ca::{InternalCa, InternalCaKey, InternalCertificate, InternalCrl};
use sentinel_model::node::Node;
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::project_secret::{NodeSealingKey, ProjectSecret, SecretName, SecretValue};
use sentinel_model::promotion::{Promotion, PromotionRule};
use sentinel_model::risk::BundleOutline;
use sentinel_model::rollout::{Rollout, RolloutNode, Step};
use sentinel_model::session::Session;
use sentinel_model::simulator::Simulator;
use sentinel_model::template::RolloutTemplate;
use sentinel_model::user::{Membership, User};

use crate::{acme, config, internal_ca, secret};

use super::{Read, Row, Scan, Table, TableError, decode, key};

macro_rules! rows {
    ($($row:ty, $table:ident, |$self_:ident| $key:expr;)*) => {$(
        impl Row for $row {
            const TABLE: Table = Table::$table;
            fn key(&self) -> Vec<u8> {
                let $self_ = self;
                $key
            }
        }
    )*

        /// Decodes every row of every entity, as whoever takes a state from elsewhere should before relying on it. Returns how many.
        pub fn check_rows(read: &dyn Read) -> Result<u64, TableError> {
            let mut rows = 0;
            $(rows += check::<$row>(read)?;)*
            Ok(rows)
        }
    };
}

/// Rows read at a time.
const PAGE: usize = 1_000;

fn check<R: Row>(read: &dyn Read) -> Result<u64, TableError> {
    let (mut rows, mut after) = (0, None::<Vec<u8>>);
    loop {
        let page = Scan { after: after.as_deref(), limit: PAGE, ..Scan::all(R::TABLE, &[]) };
        let pairs = read.scan(page)?;
        for (key, bytes) in &pairs {
            if decode::<R>(R::TABLE, bytes)?.key() != *key {
                return Err(TableError::new(R::TABLE, "a row lies under another key than its own"));
            }
            rows += 1;
        }
        match pairs.into_iter().next_back() {
            Some((last, _)) if rows % PAGE as u64 == 0 => after = Some(last),
            _ => return Ok(rows),
        }
    }
}

rows! {
    Cluster, Cluster, |_row| b"cluster".to_vec();
    ClusterMember, ClusterMembers, |row| row.id.0.to_be_bytes().to_vec();
    JoinToken, JoinTokens, |row| row.id.as_bytes().to_vec();
    Org, Orgs, |row| row.id.as_bytes().to_vec();
    Project, Projects, |row| row.id.as_bytes().to_vec();
    FreezeWindow, FreezeWindows, |row| key(&[row.project_id.as_bytes(), row.id.as_bytes()]);
    User, Users, |row| row.id.as_bytes().to_vec();
    Membership, Memberships, |row| key(&[row.org_id.as_bytes(), row.user_id.as_bytes()]);
    Session, Sessions, |row| row.token_digest.0.to_vec();
    ApiKey, ApiKeys, |row| row.id.as_bytes().to_vec();
    EnrolmentToken, EnrolmentTokens, |row| row.id.as_bytes().to_vec();
    Bundle, Bundles, |row| row.id.as_bytes().to_vec();
    BundleOutline, BundleOutlines, |row| row.bundle_id.as_bytes().to_vec();
    Node, Nodes, |row| row.id.as_bytes().to_vec();
    Rollout, Rollouts, |row| row.id.as_bytes().to_vec();
    Step, RolloutSteps, |row| key(&[row.rollout_id.as_bytes(), &row.index.to_be_bytes()]);
    Analysis, RolloutAnalyses, |row| row.rollout_id.as_bytes().to_vec();
    Checks, RolloutChecks, |row| row.rollout_id.as_bytes().to_vec();
    RolloutNode, RolloutNodes, |row| key(&[row.rollout_id.as_bytes(), row.node_id.as_bytes()]);
    AuditEntry, Audit, |row| row.seq.to_be_bytes().to_vec();
    RolloutTemplate, RolloutTemplates, |row| key(&[row.project_id.as_bytes(), row.id.as_bytes()]);
    NodeGroup, NodeGroups, |row| key(&[row.project_id.as_bytes(), row.id.as_bytes()]);
    Simulator, Simulators, |row| row.project_id.as_bytes().to_vec();
    Environment, Environments, |row| key(&[row.project_id.as_bytes(), row.id.as_bytes()]);
    Promotion, Promotions, |row| key(&[row.environment_id.as_bytes(), row.bundle_id.as_bytes()]);
    PromotionRule, PromotionRules, |row| key(&[row.project_id.as_bytes(), row.id.as_bytes()]);
    DriftNode, DriftNodes, |row| row.node_id.as_bytes().to_vec();
    DriftEvent, DriftEvents, |row| key(&[row.project_id.as_bytes(), row.id.as_bytes()]);
    DriftCounts, DriftCounts, |row| row.project_id.as_bytes().to_vec();
    RuntimeConfig, RuntimeConfigs, |row| row.node_id.as_bytes().to_vec();
    ConfigObject, ConfigObjects, |row| config::key_of(row.project_id, row.spec.kind(), &row.slug);
    ConfigState, ConfigStates, |row| row.project_id.as_bytes().to_vec();
    ProjectSecret, Secrets, |row| key(&[row.project_id.as_bytes(), row.id.as_bytes()]);
    SecretValue, SecretValues, |row| key(&[row.secret_id.as_bytes(), &row.version.to_be_bytes()]);
    SecretName, SecretNames, |row| secret::name_row(row.project_id, &row.name, row.environment_id);
    NodeSealingKey, NodeSealingKeys, |row| row.node_id.as_bytes().to_vec();
    Certificate, Certificates, |row| key(&[row.project_id.as_bytes(), row.slug.as_bytes()]);
    CertificateContent, CertificateContents, |row| key(&[row.certificate_id.as_bytes(), &row.version.to_be_bytes()]);
    AcmeAccount, AcmeAccounts, |row| acme::account_row(row.project_id, &row.directory_url, &row.contact, &row.external_key_id);
    AcmeChallenge, AcmeChallenges, |row| row.token.as_bytes().to_vec();
    InternalCa, InternalCas, |row| row.project_id.as_bytes().to_vec();
    InternalCaKey, InternalCaKeys, |row| row.project_id.as_bytes().to_vec();
    InternalCrl, InternalCrls, |row| row.project_id.as_bytes().to_vec();
    InternalCertificate, InternalCertificates, |row| internal_ca::row(row.project_id, row.serial);
}
