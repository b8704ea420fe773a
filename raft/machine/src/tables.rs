//! What state looks like: ordered tables of bytes, and typed rows on top.

use serde::Serialize;
use serde::de::DeserializeOwned;

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $text:literal;)*) => {
        /// Every table of the replicated state. The number stands in snapshots and is never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Table { $($(#[$doc])* $name = $id,)* }

        impl Table {
            /// All tables, in the order of their numbers.
            pub const ALL: &'static [Table] = &[$(Table::$name,)*];

            /// Name on disk.
            pub fn name(self) -> &'static str {
                match self { $(Table::$name => $text,)* }
            }

            /// Its place among [`Table::ALL`].
            pub fn place(self) -> usize {
                Self::ALL.partition_point(|table| *table < self)
            }

            /// The table with this number.
            pub fn from_id(id: u8) -> Option<Table> {
                match id { $($id => Some(Table::$name),)* _ => None }
            }
        }
    };
}

tables! {
    /// `"cluster"` → Cluster.
    Cluster = 1, "cluster";
    /// Counters of the machine itself: `"audit_seq"`, `"time"`.
    Machine = 2, "machine";
    /// request id → index, time, outcome: a retried write answers what it answered before.
    Requests = 3, "requests";
    /// log index → request id, log time: the order in which `Requests` forgets.
    RequestsByIndex = 4, "requests_by_index";
    /// member → ClusterMember, removed ones too.
    ClusterMembers = 5, "cluster_members";
    /// token → JoinToken.
    JoinTokens = 6, "join_tokens";
    /// digest of the secret → token.
    JoinTokenDigests = 7, "join_token_digests";
    /// org → Org.
    Orgs = 10, "orgs";
    /// slug → org.
    OrgSlugs = 11, "org_slugs";
    /// project → Project.
    Projects = 12, "projects";
    /// slug → project.
    ProjectSlugs = 13, "project_slugs";
    /// org, project → nothing.
    ProjectsByOrg = 14, "projects_by_org";
    /// project, window → FreezeWindow.
    FreezeWindows = 15, "freeze_windows";
    /// user → User.
    Users = 20, "users";
    /// e-mail → user.
    UserEmails = 21, "user_emails";
    /// org, user → Membership.
    Memberships = 22, "memberships";
    /// user, org → nothing.
    MembershipsByUser = 23, "memberships_by_user";
    /// token digest → Session.
    Sessions = 24, "sessions";
    /// expiry, token digest → nothing.
    SessionsByExpiry = 25, "sessions_by_expiry";
    /// key → ApiKey.
    ApiKeys = 26, "api_keys";
    /// key digest → key.
    ApiKeyDigests = 27, "api_key_digests";
    /// org, key → nothing.
    ApiKeysByOrg = 28, "api_keys_by_org";
    /// bundle → Bundle.
    Bundles = 30, "bundles";
    /// project, version → bundle.
    BundleVersions = 31, "bundle_versions";
    /// project, bundle → nothing. Bundle ids grow with time.
    BundlesByProject = 32, "bundles_by_project";
    /// project → bytes of its bundles' archives, revoked ones left out. Nothing for a project whose bundles are all of an older version.
    BundleBytes = 33, "bundle_bytes";
    /// bundle → BundleOutline: what changes from and to it are judged by. Nothing for revoked ones, and those of an older version.
    BundleOutlines = 34, "bundle_outlines";
    /// token → EnrolmentToken.
    EnrolmentTokens = 40, "enrolment_tokens";
    /// token digest → token.
    EnrolmentDigests = 41, "enrolment_digests";
    /// project, token → nothing.
    EnrolmentsByProject = 42, "enrolments_by_project";
    /// node → Node.
    Nodes = 43, "nodes";
    /// project, name → node.
    NodeNames = 44, "node_names";
    /// key digest → node.
    NodeKeyDigests = 45, "node_key_digests";
    /// node, log index, place → NodeEvent.
    NodeEvents = 46, "node_events";
    /// project, node → nothing, for nodes that nobody has decided about: they have the baseline that they joined with, or nothing.
    BaselineNodes = 47, "baseline_nodes";
    /// node → how many of its events are kept. Nothing for a node whose events are all of an older version.
    NodeEventCounts = 48, "node_event_counts";
    /// time, project → nothing: where nodes that joined wait for the baseline until then.
    BaselinesDue = 49, "baselines_due";
    /// rollout → Rollout.
    Rollouts = 50, "rollouts";
    /// project, rollout → nothing. Rollout ids grow with time.
    RolloutsByProject = 51, "rollouts_by_project";
    /// rollout → nothing, from when it begins to its end.
    RolloutsActive = 52, "rollouts_active";
    /// rollout, index → Step.
    RolloutSteps = 53, "rollout_steps";
    /// rollout, node → RolloutNode.
    RolloutNodes = 54, "rollout_nodes";
    /// rollout → Analysis, of a canary.
    RolloutAnalyses = 55, "rollout_analyses";
    /// project, log index → rollout, while it waits for its nodes: the queue of the project, the first one first.
    RolloutQueue = 56, "rollout_queue";
    /// node, log index → rollout that waits for the node.
    NodeQueue = 57, "node_queue";
    /// project, rollout → when to look at it, as long as it has not begun.
    RolloutsWaiting = 58, "rollouts_waiting";
    /// time, rollout → nothing: the same in the order of time.
    RolloutsDue = 59, "rollouts_due";
    /// number → AuditEntry.
    Audit = 60, "audit";
    /// org, number → nothing.
    AuditByOrg = 61, "audit_by_org";
    /// project, number → nothing.
    AuditByProject = 62, "audit_by_project";
    /// project, group → NodeGroup.
    NodeGroups = 70, "node_groups";
    /// project, template → RolloutTemplate.
    RolloutTemplates = 71, "rollout_templates";
    /// project → Simulator.
    Simulators = 72, "simulators";
    /// rollout → Checks, as far as one leader has seen them.
    RolloutChecks = 79, "rollout_checks";
    /// project, environment → Environment.
    Environments = 80, "environments";
    /// environment, node → nothing.
    EnvironmentNodes = 81, "environment_nodes";
    /// environment, bundle → Promotion: the bundle has been completed there.
    Promotions = 82, "promotions";
    /// environment, time, bundle → nothing: the same in the order of time.
    PromotionsByTime = 83, "promotions_by_time";
    /// time, environment → project: where nodes that joined wait for the baseline of the environment until then.
    EnvironmentBaselinesDue = 84, "environment_baselines_due";
    /// project, rule → PromotionRule.
    PromotionRules = 85, "promotion_rules";
    /// time, rule → project: when to look at it.
    PromotionRulesDue = 86, "promotion_rules_due";
    /// node → DriftNode: what was measured there. Nothing for a node that has measured nothing.
    DriftNodes = 90, "drift_nodes";
    /// project, event → DriftEvent. Their ids grow with time.
    DriftEvents = 91, "drift_events";
    /// project, node → event, while it lasts.
    DriftOpen = 92, "drift_open";
    /// project, log index, event → nothing, for those that are over: the order in which they are forgotten.
    DriftResolved = 93, "drift_resolved";
    /// time, project, event → nothing: when something has to be done about it.
    DriftDue = 94, "drift_due";
    /// project → DriftCounts.
    DriftCounts = 95, "drift_counts";
    /// node → RuntimeConfig: what it ran and was not assigned.
    RuntimeConfigs = 96, "runtime_configs";
    /// project, log index, node → nothing: the order in which they are forgotten.
    RuntimeConfigsByProject = 97, "runtime_configs_by_project";
    /// project, number of the kind, slug → ConfigObject.
    ConfigObjects = 110, "config_objects";
    /// project, number of the named kind, named slug, 0, number of the kind, slug → nothing, for each object that names another one.
    ConfigReferences = 111, "config_references";
    /// project → ConfigState. Nothing for a project whose configuration nobody has touched.
    ConfigStates = 112, "config_states";
    /// object → project, number of the kind, slug.
    ConfigObjectIds = 113, "config_object_ids";
    /// project, secret → ProjectSecret.
    Secrets = 114, "secrets";
    /// secret, version → SecretValue: sealed.
    SecretValues = 115, "secret_values";
    /// project, name of a secret, 0, number of the kind, slug → the fields of this object that name it.
    SecretUses = 116, "secret_uses";
    /// project, name of a secret, 0, environment or nothing → SecretName.
    SecretNames = 117, "secret_names";
    /// node → NodeSealingKey.
    NodeSealingKeys = 118, "node_sealing_keys";
    /// project, slug → Certificate.
    Certificates = 120, "certificates";
    /// certificate, version → CertificateContent: the chain, and the sealed key.
    CertificateContents = 121, "certificate_contents";
    /// 0 for its end or 1 for when an order is looked at, time, project, slug → nothing, for certificates for which there is such a time.
    CertificatesByTime = 122, "certificates_by_time";
    /// project, directory, 0, contact, 0, external account → AcmeAccount.
    AcmeAccounts = 123, "acme_accounts";
    /// token → AcmeChallenge, as long as its order is under way.
    AcmeChallenges = 124, "acme_challenges";
    /// project → InternalCa.
    InternalCas = 125, "internal_cas";
    /// project → InternalCaKey: sealed.
    InternalCaKeys = 126, "internal_ca_keys";
    /// project → InternalCrl: the list of revoked certificates that holds.
    InternalCrls = 127, "internal_crls";
    /// project, serial number → InternalCertificate.
    InternalCertificates = 128, "internal_certificates";
    /// project, time of issue, serial number → nothing.
    InternalCertificatesByTime = 129, "internal_certificates_by_time";
    /// project, end, serial number → nothing.
    InternalCertificatesByEnd = 130, "internal_certificates_by_end";
}

/// A table could not be read or written, or holds bytes that do not decode. The member must stop.
#[derive(Debug, thiserror::Error)]
#[error("table {table}: {message}")]
pub struct TableError {
    /// Which table.
    pub table: &'static str,
    /// What happened.
    pub message: String,
}

impl TableError {
    /// An error in `table`.
    pub fn new(table: Table, message: impl std::fmt::Display) -> Self {
        Self { table: table.name(), message: message.to_string() }
    }
}

/// Direction of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Smallest key first.
    Ascending,
    /// Largest key first.
    Descending,
}

/// A bounded walk over the keys that begin with a prefix.
#[derive(Clone, Copy, Debug)]
pub struct Scan<'a> {
    /// Which table.
    pub table: Table,
    /// Keys begin with this.
    pub prefix: &'a [u8],
    /// Begin behind this whole key, in the direction of the walk.
    pub after: Option<&'a [u8]>,
    /// Direction.
    pub order: Order,
    /// Most pairs returned.
    pub limit: usize,
}

impl<'a> Scan<'a> {
    /// All keys with `prefix`, ascending, without a limit. For prefixes that are bounded by a rule of the model.
    pub fn all(table: Table, prefix: &'a [u8]) -> Self {
        Self { table, prefix, after: None, order: Order::Ascending, limit: usize::MAX }
    }
}

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Read access to one consistent state.
pub trait Read {
    /// The value under `key`.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, TableError>;
    /// The pairs of a walk.
    fn scan(&self, scan: Scan<'_>) -> Result<Vec<Pair>, TableError>;

    /// How many keys a table has. Where state lives on disk it is kept with the table, so asking costs nothing.
    fn count(&self, table: Table) -> Result<u64, TableError> {
        Ok(self.scan(Scan::all(table, &[]))?.len() as u64)
    }
}

/// Write access, inside one atomic batch.
pub trait Write: Read {
    /// Sets the value under `key`.
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), TableError>;
    /// Removes `key`; removing what is not there is fine.
    fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), TableError>;
}

/// A typed row: which table it lives in, and under which key.
pub trait Row: Serialize + DeserializeOwned {
    /// Its table.
    const TABLE: Table;
    /// Its key.
    fn key(&self) -> Vec<u8>;
}

/// Joins the parts of a compound key.
pub fn key(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// Encodes a row. Named fields, so that rows written by other versions keep decoding.
pub fn encode<T: Serialize>(table: Table, value: &T) -> Result<Vec<u8>, TableError> {
    rmp_serde::to_vec_named(value).map_err(|error| TableError::new(table, error))
}

/// Decodes a row.
pub fn decode<T: DeserializeOwned>(table: Table, bytes: &[u8]) -> Result<T, TableError> {
    rmp_serde::from_slice(bytes).map_err(|error| TableError::new(table, error))
}

/// The row under `key`.
pub fn load<R: Row>(read: &(impl Read + ?Sized), key: &[u8]) -> Result<Option<R>, TableError> {
    read.get(R::TABLE, key)?.map(|bytes| decode(R::TABLE, &bytes)).transpose()
}

/// Writes a row under its key.
pub fn store<R: Row>(write: &mut (impl Write + ?Sized), row: &R) -> Result<(), TableError> {
    let bytes = encode(R::TABLE, row)?;
    write.put(R::TABLE, &row.key(), &bytes)
}

/// The rows of a walk over the row's own table.
pub fn rows<R: Row>(read: &(impl Read + ?Sized), scan: Scan<'_>) -> Result<Vec<R>, TableError> {
    read.scan(scan)?.iter().map(|(_, bytes)| decode(R::TABLE, bytes)).collect()
}

mod rows;

pub use rows::check_rows;
