//! Every command, one file each. Numbers are for ever: a kind is never reused, and a change of fields that old bytes do not
//! decode into gets a new schema number and a decoder for the old one.

use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop};
use crate::envelope::{Envelope, EnvelopeError};
use crate::outcome::Reply;

macro_rules! commands {
    ($($(#[$doc:meta])* $kind:literal schema $schema:literal level $level:literal $module:ident::$name:ident;)*) => {
        $(pub mod $module;)*

        /// Any command.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub enum Command { $($(#[$doc])* $name($module::$name),)* }

        impl Command {
            /// Every kind with the newest schema that this version writes and its name.
            pub const KINDS: &'static [(u16, u16, &'static str)] = &[$(($kind, $schema, stringify!($name)),)*];

            /// The level that this version knows: it knows every command up to that cluster level, and what those mean.
            pub const LEVEL: u16 = highest(&[$($level),*]);

            pub(crate) fn kind(&self) -> u16 {
                match self { $(Command::$name(_) => $kind,)* }
            }

            pub(crate) fn schema(&self) -> u16 {
                match self { $(Command::$name(_) => $schema,)* }
            }

            /// The cluster level from which on every voter knows this command with what it says: a kind's own level, or
            /// that of a field that came later.
            pub fn min_level(&self) -> u16 {
                match self { $(Command::$name(command) => command.level_of_content().max($level),)* }
            }

            /// It leaves exactly one audit entry when it goes through; otherwise none. See [`Apply::AUDITED`].
            pub fn audited(&self) -> bool {
                match self { $(Command::$name(_) => <$module::$name as Apply>::AUDITED,)* }
            }

            pub(crate) fn variant_name(&self) -> &'static str {
                match self { $(Command::$name(_) => stringify!($name),)* }
            }

            pub(crate) fn run(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
                match self { $(Command::$name(command) => command.apply(context),)* }
            }

            pub(crate) fn encode_with(&self, envelope: &Envelope) -> Result<Vec<u8>, EnvelopeError> {
                match self { $(Command::$name(command) => envelope.encode_payload($kind, command),)* }
            }

            pub(crate) fn decode_from(kind: u16, schema: u16, payload: &[u8]) -> Result<Envelope, EnvelopeError> {
                match (kind, schema) {
                    $(($kind, $schema) => Envelope::decode_payload::<$module::$name>(kind, payload),)*
                    _ => Err(EnvelopeError::Unknown { kind, schema, format: 1 }),
                }
            }
        }

        $(impl From<$module::$name> for Command {
            fn from(command: $module::$name) -> Self {
                Command::$name(command)
            }
        })*
    };
}

const fn highest(levels: &[u16]) -> u16 {
    let (mut highest, mut at) = (1, 0);
    while at < levels.len() {
        if levels[at] > highest {
            highest = levels[at];
        }
        at += 1;
    }
    highest
}

// Level 1: everything that a cluster of the first day knows. Level 2: notes of backups, and epochs after the first. Level 3: who took
// a backup. Level 4: canaries, approvals, freezes and schedules of rollouts, settings of nodes (weight, labels, pin), groups,
// environments and the rules between them, checks over HTTP, drift, templates, sandboxes. Level 5: the configuration model, secrets
// and certificates.
commands! {
    /// Forms the cluster.
    1 schema 1 level 1 cluster_init::ClusterInit;
    /// Adds a token with which members join.
    2 schema 1 level 1 join_token_create::JoinTokenCreate;
    /// Revokes a join token.
    3 schema 1 level 1 join_token_revoke::JoinTokenRevoke;
    /// Lets a member in.
    4 schema 1 level 1 cluster_member_admit::ClusterMemberAdmit;
    /// Takes note of where a member is now.
    5 schema 1 level 1 cluster_member_move::ClusterMemberMove;
    /// Takes a member out, for ever.
    6 schema 1 level 1 cluster_member_remove::ClusterMemberRemove;
    /// Asks the leader to let another member lead.
    7 schema 1 level 1 leadership_hand_over::LeadershipHandOver;
    /// Raises the cluster's level, for ever.
    8 schema 1 level 1 cluster_level_raise::ClusterLevelRaise;
    /// Adds an org.
    10 schema 1 level 1 org_create::OrgCreate;
    /// Adds a project.
    11 schema 1 level 1 project_create::ProjectCreate;
    /// Changes a project.
    12 schema 1 level 4 project_update::ProjectUpdate;
    /// Adds a person with a local account to an org.
    20 schema 1 level 1 user_create::UserCreate;
    /// Sets a password.
    21 schema 1 level 1 user_set_password::UserSetPassword;
    /// Gives a person a role in an org.
    22 schema 1 level 1 membership_set::MembershipSet;
    /// Takes a person out of an org.
    23 schema 1 level 1 membership_remove::MembershipRemove;
    /// Signs a person in.
    24 schema 1 level 1 session_create::SessionCreate;
    /// Signs a person out.
    25 schema 1 level 1 session_delete::SessionDelete;
    /// Adds an API key.
    26 schema 1 level 1 api_key_create::ApiKeyCreate;
    /// Revokes an API key.
    27 schema 1 level 1 api_key_revoke::ApiKeyRevoke;
    /// Removes an API key.
    28 schema 1 level 1 api_key_delete::ApiKeyDelete;
    /// Adds a compiled bundle.
    30 schema 1 level 1 bundle_create::BundleCreate;
    /// Stops a bundle's distribution.
    31 schema 1 level 1 bundle_revoke::BundleRevoke;
    /// Assigns a bundle to nodes directly.
    32 schema 1 level 1 bundle_assign::BundleAssign;
    /// Adds an enrolment token.
    40 schema 1 level 1 enrolment_token_create::EnrolmentTokenCreate;
    /// Revokes an enrolment token.
    41 schema 1 level 1 enrolment_token_revoke::EnrolmentTokenRevoke;
    /// Enrols a node.
    42 schema 1 level 1 node_register::NodeRegister;
    /// Removes a node.
    43 schema 1 level 1 node_delete::NodeDelete;
    /// Facts that members learned about nodes.
    44 schema 1 level 1 nodes_report::NodesReport;
    /// Events that an agent sends.
    45 schema 1 level 1 node_events_append::NodeEventsAppend;
    /// Changes what operators set of a node.
    46 schema 1 level 4 node_update::NodeUpdate;
    /// Makes a group of nodes.
    47 schema 1 level 4 node_group_create::NodeGroupCreate;
    /// Changes a group of nodes.
    48 schema 1 level 4 node_group_update::NodeGroupUpdate;
    /// Takes a group of nodes away.
    49 schema 1 level 4 node_group_delete::NodeGroupDelete;
    /// Starts a rollout.
    50 schema 1 level 1 rollout_create::RolloutCreate;
    /// Holds a rollout.
    51 schema 1 level 1 rollout_pause::RolloutPause;
    /// Lets a held rollout go on.
    52 schema 1 level 1 rollout_resume::RolloutResume;
    /// Stops a rollout where it is.
    53 schema 1 level 1 rollout_cancel::RolloutCancel;
    /// Takes a rollout back.
    54 schema 1 level 1 rollout_rollback::RolloutRollback;
    /// The scheduler moves a rollout.
    55 schema 1 level 1 rollout_advance::RolloutAdvance;
    /// A person agrees to a rollout.
    56 schema 1 level 4 rollout_approve::RolloutApprove;
    /// A person refuses a rollout.
    57 schema 1 level 4 rollout_reject::RolloutReject;
    /// Lets a rollout through every freeze.
    58 schema 1 level 4 rollout_break_glass::RolloutBreakGlass;
    /// Takes note of how a canary compares.
    59 schema 1 level 4 rollout_observe::RolloutObserve;
    /// Freezes a project for a time.
    60 schema 1 level 4 freeze_window_create::FreezeWindowCreate;
    /// Takes a freeze away.
    61 schema 1 level 4 freeze_window_delete::FreezeWindowDelete;
    /// Gives the baseline to nodes that joined, after a freeze.
    62 schema 1 level 4 baseline_catch_up::BaselineCatchUp;
    /// A node's agent tells the configuration that really runs.
    63 schema 1 level 4 node_runtime_config_keep::NodeRuntimeConfigKeep;
    /// The scheduler does something about drift.
    65 schema 1 level 4 drift_advance::DriftAdvance;
    /// Somebody closes drift.
    66 schema 1 level 4 drift_resolve::DriftResolve;
    /// A person lets a step of a rollout begin.
    67 schema 1 level 4 rollout_release::RolloutRelease;
    /// Takes note of how the checks of a rollout do.
    69 schema 1 level 4 rollout_check::RolloutCheck;
    /// Takes note of a backup that is good.
    70 schema 1 level 2 backup_note::BackupNote;
    /// Begins a new epoch: the cluster goes on from an earlier state.
    71 schema 1 level 2 epoch_begin::EpochBegin;
    /// Somebody takes a backup away.
    72 schema 1 level 3 backup_take::BackupTake;
    /// Adds an environment to a project.
    80 schema 1 level 4 environment_create::EnvironmentCreate;
    /// Adds the environments that most projects want.
    81 schema 1 level 4 environment_defaults::EnvironmentDefaults;
    /// Changes an environment.
    82 schema 1 level 4 environment_update::EnvironmentUpdate;
    /// Removes an environment.
    83 schema 1 level 4 environment_delete::EnvironmentDelete;
    /// Adds a rule by which bundles go on to the next environment.
    84 schema 1 level 4 promotion_rule_create::PromotionRuleCreate;
    /// Changes such a rule.
    85 schema 1 level 4 promotion_rule_update::PromotionRuleUpdate;
    /// Removes such a rule.
    86 schema 1 level 4 promotion_rule_delete::PromotionRuleDelete;
    /// Takes note of why such a rule does not take a bundle on.
    87 schema 1 level 4 promotion_rule_note::PromotionRuleNote;
    /// Makes a template of rollouts.
    100 schema 1 level 4 rollout_template_create::RolloutTemplateCreate;
    /// Changes a template of rollouts.
    101 schema 1 level 4 rollout_template_update::RolloutTemplateUpdate;
    /// Takes a template of rollouts away.
    102 schema 1 level 4 rollout_template_delete::RolloutTemplateDelete;
    /// Starts the simulator of a sandbox, or changes what its nodes are like.
    103 schema 1 level 4 simulator_set::SimulatorSet;
    /// Stops the simulator of a sandbox.
    104 schema 1 level 4 simulator_stop::SimulatorStop;
    /// Changes objects of a project's configuration, all of them or none.
    110 schema 1 level 5 config_change::ConfigChange;
    /// Adds a secret to a project.
    111 schema 1 level 5 secret_create::SecretCreate;
    /// Gives a secret another value, or another description.
    112 schema 1 level 5 secret_change::SecretChange;
    /// Takes a secret away.
    113 schema 1 level 5 secret_delete::SecretDelete;
    /// Takes the key of a node, for which its secrets are sealed.
    114 schema 1 level 5 node_sealing_key_set::NodeSealingKeySet;
    /// Adds a certificate to a project.
    120 schema 1 level 5 certificate_create::CertificateCreate;
    /// Gives a certificate another chain and key, or another description.
    121 schema 1 level 5 certificate_change::CertificateChange;
    /// Takes a certificate away.
    122 schema 1 level 5 certificate_delete::CertificateDelete;
    /// Adds a certificate that a certificate authority shall issue.
    123 schema 1 level 5 certificate_request::CertificateRequest;
    /// Has a certificate issued anew.
    124 schema 1 level 5 certificate_renew::CertificateRenew;
    /// The leader has made an account with a certificate authority.
    125 schema 1 level 5 acme_account_keep::AcmeAccountKeep;
    /// The leader has made an order of a certificate.
    126 schema 1 level 5 certificate_order::CertificateOrder;
    /// A certificate was issued.
    127 schema 1 level 5 certificate_issue::CertificateIssue;
    /// A certificate was not issued.
    128 schema 1 level 5 certificate_fail::CertificateFail;
    /// Forgets an account that a certificate authority does not know any more.
    129 schema 1 level 5 acme_account_forget::AcmeAccountForget;
    /// Gives a project an internal CA.
    130 schema 1 level 5 internal_ca_create::InternalCaCreate;
    /// Takes the internal CA of a project away.
    131 schema 1 level 5 internal_ca_delete::InternalCaDelete;
    /// Takes a certificate that an internal CA has issued.
    132 schema 1 level 5 internal_certificate_issue::InternalCertificateIssue;
    /// Revokes a certificate of an internal CA.
    133 schema 1 level 5 internal_certificate_revoke::InternalCertificateRevoke;
    /// Makes the list of revoked certificates of an internal CA anew.
    134 schema 1 level 5 internal_crl_renew::InternalCrlRenew;
    /// Values are sealed under another key-encryption key.
    140 schema 1 level 5 reseal::Reseal;
}
