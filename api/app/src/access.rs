//! The one table of who may do what, and the one function that asks it.

use sentinel_machine::{Read, Table, TableError, tables};
use sentinel_model::api_key::{ApiKey, Scope};
use sentinel_model::session::Session;
use sentinel_model::user::{Membership, Role, User};
use sentinel_model::{NodeId, OrgId, ProjectId, Time, UserId};

use crate::caller::{Caller, Identity};
use crate::error::AppError;

/// Who may do an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whoever asks, without a credential.
    Anyone,
    /// Any signed-in person, about themselves or the cluster.
    Person,
    /// Any signed-in person and any API key: it is of no org.
    PersonOrKey,
    /// The cluster's administrator.
    ClusterAdmin,
    /// People with at least this role in the org, and API keys with this scope (`None`: no API key).
    Member(Role, Option<Scope>),
    /// The node itself.
    Node,
}

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident => $who:expr;)*) => {
        /// Everything that can be asked of the application.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Operation { $($(#[$doc])* $name,)* }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Operation] = &[$(Operation::$name,)*];

            /// Who may do it.
            pub fn who(self) -> Who {
                use {Role::*, Scope::*, Who::*};
                match self { $(Operation::$name => $who,)* }
            }
        }
    };
}

operations! {
    /// Sign in.
    SessionCreate => Anyone;
    /// See who is signed in.
    SessionShow => Person;
    /// Sign out.
    SessionDelete => Person;
    /// Change one's own password.
    PasswordChange => Person;
    /// See one's orgs.
    OrgList => Person;
    /// Add an org.
    OrgCreate => ClusterAdmin;
    /// See an org.
    OrgShow => Member(Reader, Some(NodesRead));
    /// See an org's public keys.
    SigningKeyList => Member(Reader, Some(BundlesRead));
    /// See an org's people.
    MemberList => Member(Reader, None);
    /// Add a person.
    MemberCreate => Member(Admin, None);
    /// Give a person another role.
    MemberUpdate => Member(Admin, None);
    /// Take a person out.
    MemberDelete => Member(Admin, None);
    /// Set a person's password.
    PasswordReset => Member(Admin, None);
    /// See an org's projects.
    ProjectList => Member(Reader, Some(NodesRead));
    /// Add a project.
    ProjectCreate => Member(Admin, None);
    /// See a project.
    ProjectShow => Member(Reader, Some(NodesRead));
    /// Change a project, who must agree to its rollouts above all.
    ProjectUpdate => Member(Admin, None);
    /// See a project at a glance.
    OverviewShow => Member(Reader, Some(NodesRead));
    /// See an org's changes. They tell of people and keys, so a program needs the scope that manages keys.
    OrgAuditList => Member(Reader, Some(ApiKeysAdmin));
    /// See a project's changes.
    ProjectAuditList => Member(Reader, Some(ApiKeysAdmin));
    /// See API keys.
    ApiKeyList => Member(Admin, Some(ApiKeysAdmin));
    /// See an API key.
    ApiKeyShow => Member(Admin, Some(ApiKeysAdmin));
    /// Add an API key.
    ApiKeyCreate => Member(Admin, Some(ApiKeysAdmin));
    /// Revoke an API key.
    ApiKeyRevoke => Member(Admin, Some(ApiKeysAdmin));
    /// Remove an API key.
    ApiKeyDelete => Member(Admin, Some(ApiKeysAdmin));
    /// See enrolment tokens.
    EnrolmentTokenList => Member(Reader, Some(NodesWrite));
    /// Add an enrolment token.
    EnrolmentTokenCreate => Member(Operator, Some(NodesWrite));
    /// Revoke an enrolment token.
    EnrolmentTokenRevoke => Member(Operator, Some(NodesWrite));
    /// See nodes.
    NodeList => Member(Reader, Some(NodesRead));
    /// See nodes in numbers.
    NodeStats => Member(Reader, Some(NodesRead));
    /// See a node.
    NodeShow => Member(Reader, Some(NodesRead));
    /// See what a node's agent told.
    NodeEventList => Member(Reader, Some(NodesRead));
    /// See why a node runs what it runs.
    NodeWhy => Member(Reader, Some(RolloutsRead));
    /// See what a node really runs, in full.
    RuntimeConfigShow => Member(Reader, Some(BundlesRead));
    /// See drift.
    DriftList => Member(Reader, Some(NodesRead));
    /// See drift in numbers.
    DriftStats => Member(Reader, Some(NodesRead));
    /// See one event of drift.
    DriftShow => Member(Reader, Some(NodesRead));
    /// Take drift elsewhere.
    DriftExport => Member(Reader, Some(NodesRead));
    /// Leave drift as it is.
    DriftResolve => Member(Operator, Some(NodesWrite));
    /// Change a node's labels, weight or pin.
    NodeUpdate => Member(Operator, Some(NodesWrite));
    /// Remove a node.
    NodeDelete => Member(Operator, Some(NodesWrite));
    /// Add a bundle.
    BundleCreate => Member(Operator, Some(BundlesWrite));
    /// Look at a configuration without keeping it.
    BundleValidate => Member(Operator, Some(BundlesWrite));
    /// See bundles.
    BundleList => Member(Reader, Some(BundlesRead));
    /// See a bundle.
    BundleShow => Member(Reader, Some(BundlesRead));
    /// See a bundle's text.
    BundleSource => Member(Reader, Some(BundlesRead));
    /// Compare two bundles.
    BundleDiff => Member(Reader, Some(BundlesRead));
    /// Learn where a bundle's archive is.
    BundleDownload => Member(Reader, Some(BundlesRead));
    /// Fetch a bundle's archive.
    BundleArchive => Member(Reader, Some(BundlesRead));
    /// Check a bundle's bytes against its signature.
    BundleVerify => Member(Reader, Some(BundlesRead));
    /// See a bundle's bill of materials.
    BundleSbom => Member(Reader, Some(BundlesRead));
    /// Assign a bundle to nodes.
    BundleAssign => Member(Operator, Some(BundlesWrite));
    /// Stop a bundle's distribution.
    BundleRevoke => Member(Operator, Some(BundlesWrite));
    /// Plan a rollout without starting it.
    RolloutPlan => Member(Operator, Some(RolloutsWrite));
    /// Play a rollout on a copy of the project.
    RolloutRehearse => Member(Operator, Some(RolloutsWrite));
    /// Start a rollout.
    RolloutCreate => Member(Operator, Some(RolloutsWrite));
    /// See rollouts.
    RolloutList => Member(Reader, Some(RolloutsRead));
    /// See a rollout.
    RolloutShow => Member(Reader, Some(RolloutsRead));
    /// Hold a rollout.
    RolloutPause => Member(Operator, Some(RolloutsWrite));
    /// Let a rollout go on.
    RolloutResume => Member(Operator, Some(RolloutsWrite));
    /// Lets the next step of a rollout begin.
    RolloutRelease => Member(Operator, Some(RolloutsWrite));
    /// Stop a rollout.
    RolloutCancel => Member(Operator, Some(RolloutsWrite));
    /// Take a rollout back.
    RolloutRollback => Member(Operator, Some(RolloutsWrite));
    /// Agree to a rollout. A program cannot agree to anything.
    RolloutApprove => Member(Operator, None);
    /// Refuse a rollout.
    RolloutReject => Member(Operator, None);
    /// Let a rollout through every freeze.
    RolloutBreakGlass => Member(Admin, None);
    /// See freeze windows.
    FreezeWindowList => Member(Reader, Some(RolloutsRead));
    /// Freeze a project.
    FreezeWindowCreate => Member(Admin, None);
    /// Take a freeze away: everything that it holds goes on.
    FreezeWindowDelete => Member(Admin, None);
    /// See groups of nodes.
    NodeGroupList => Member(Reader, Some(NodesRead));
    /// See a group with its nodes.
    NodeGroupShow => Member(Reader, Some(NodesRead));
    /// Make a group.
    NodeGroupCreate => Member(Operator, Some(NodesWrite));
    /// Change a group.
    NodeGroupUpdate => Member(Operator, Some(NodesWrite));
    /// Take a group away.
    NodeGroupDelete => Member(Operator, Some(NodesWrite));
    /// See the simulator of a sandbox.
    SimulatorShow => Member(Reader, Some(NodesRead));
    /// Start the simulator of a sandbox, or change what its nodes are like.
    SimulatorSet => Member(Operator, Some(NodesWrite));
    /// Stop the simulator of a sandbox.
    SimulatorStop => Member(Operator, Some(NodesWrite));
    /// See environments.
    EnvironmentList => Member(Reader, Some(NodesRead));
    /// See an environment.
    EnvironmentShow => Member(Reader, Some(NodesRead));
    /// Add an environment: the order is a rule on rollouts.
    EnvironmentCreate => Member(Admin, None);
    /// Add the environments that most projects want.
    EnvironmentDefaults => Member(Admin, None);
    /// Change an environment, its place in the order and who must agree to rollouts to it above all.
    EnvironmentUpdate => Member(Admin, None);
    /// Remove an environment.
    EnvironmentDelete => Member(Admin, None);
    /// See promotion rules.
    PromotionRuleList => Member(Reader, Some(RolloutsRead));
    /// Have what was completed in one environment go on to another one.
    PromotionRuleCreate => Member(Operator, Some(RolloutsWrite));
    /// Change such a rule.
    PromotionRuleUpdate => Member(Operator, Some(RolloutsWrite));
    /// Remove such a rule.
    PromotionRuleDelete => Member(Operator, Some(RolloutsWrite));
    /// See templates of rollouts.
    RolloutTemplateList => Member(Reader, Some(RolloutsRead));
    /// See a template of rollouts.
    RolloutTemplateShow => Member(Reader, Some(RolloutsRead));
    /// Make a template of rollouts.
    RolloutTemplateCreate => Member(Operator, Some(RolloutsWrite));
    /// Change a template of rollouts.
    RolloutTemplateUpdate => Member(Operator, Some(RolloutsWrite));
    /// Take a template of rollouts away.
    RolloutTemplateDelete => Member(Operator, Some(RolloutsWrite));
    /// See the objects of a configuration.
    ConfigList => Member(Reader, Some(ServicesRead));
    /// See an object of a configuration.
    ConfigShow => Member(Reader, Some(ServicesRead));
    /// See a whole configuration.
    ConfigExport => Member(Reader, Some(ServicesRead));
    /// Compare a document with a configuration.
    ConfigDiff => Member(Reader, Some(ServicesRead));
    /// Learn what the compiler says of a document.
    ConfigCheck => Member(Reader, Some(ServicesRead));
    /// Learn what the proxy would get of a document.
    ConfigPreview => Member(Reader, Some(ServicesRead));
    /// Make an object of a configuration.
    ConfigCreate => Member(Operator, Some(ServicesWrite));
    /// Replace what an object of a configuration says.
    ConfigReplace => Member(Operator, Some(ServicesWrite));
    /// Take an object of a configuration away.
    ConfigDelete => Member(Operator, Some(ServicesWrite));
    /// Make services of the description of an API, or learn what they would be.
    ConfigImport => Member(Operator, Some(ServicesWrite));
    /// Replace a configuration.
    ConfigApply => Member(Operator, Some(ServicesWrite));
    /// See secrets, without their values.
    SecretList => Member(Reader, Some(ServicesRead));
    /// See a secret, without its value.
    SecretShow => Member(Reader, Some(ServicesRead));
    /// Make a secret.
    SecretCreate => Member(Operator, Some(ServicesWrite));
    /// Give a secret another value.
    SecretRotate => Member(Operator, Some(ServicesWrite));
    /// Say something else of what a secret is for.
    SecretUpdate => Member(Operator, Some(ServicesWrite));
    /// Take a secret away.
    SecretDelete => Member(Operator, Some(ServicesWrite));
    /// See certificates, without their keys.
    CertificateList => Member(Reader, Some(ServicesRead));
    /// See a certificate and its chain, without its key.
    CertificateShow => Member(Reader, Some(ServicesRead));
    /// Add a certificate with its key.
    CertificateCreate => Member(Operator, Some(ServicesWrite));
    /// Have a certificate authority issue a certificate.
    CertificateRequest => Member(Operator, Some(ServicesWrite));
    /// Have a certificate issued anew.
    CertificateRenew => Member(Operator, Some(ServicesWrite));
    /// Give a certificate another chain and key.
    CertificateReplace => Member(Operator, Some(ServicesWrite));
    /// Say something else of what a certificate is for.
    CertificateUpdate => Member(Operator, Some(ServicesWrite));
    /// Take a certificate away.
    CertificateDelete => Member(Operator, Some(ServicesWrite));
    /// See the internal CA of a project and its list of revoked certificates, without its key.
    InternalCaShow => Member(Reader, Some(ServicesRead));
    /// Give a project an internal CA.
    InternalCaCreate => Member(Admin, Some(ServicesWrite));
    /// Take the internal CA of a project away.
    InternalCaDelete => Member(Admin, Some(ServicesWrite));
    /// See what an internal CA has issued.
    InternalCertificateList => Member(Reader, Some(ServicesRead));
    /// See a certificate of an internal CA, without its key.
    InternalCertificateShow => Member(Reader, Some(ServicesRead));
    /// Have an internal CA issue a certificate.
    InternalCertificateIssue => Member(Operator, Some(ServicesWrite));
    /// Revoke a certificate of an internal CA.
    InternalCertificateRevoke => Member(Operator, Some(ServicesWrite));
    /// See what a project is up to, day by day.
    CalendarShow => Member(Reader, Some(RolloutsRead));
    /// Watch what happens in a project.
    EventWatch => Member(Reader, Some(NodesRead));
    /// Watch what happens in all of one's orgs.
    EventWatchAll => Person;
    /// See services to begin with.
    ServiceTemplateList => PersonOrKey;
    /// Make a document of a service to begin with.
    ServiceTemplateFill => PersonOrKey;
    /// See the cluster.
    ClusterShow => PersonOrKey;
    /// See join tokens.
    JoinTokenList => ClusterAdmin;
    /// Add a join token.
    JoinTokenCreate => ClusterAdmin;
    /// Revoke a join token.
    JoinTokenRevoke => ClusterAdmin;
    /// See the changes of the cluster.
    ClusterAuditList => ClusterAdmin;
    /// Take a member out of the cluster.
    ClusterMemberRemove => ClusterAdmin;
    /// Let another member lead.
    LeadershipHandOver => ClusterAdmin;
    /// Raise the cluster's level.
    ClusterLevelRaise => ClusterAdmin;
    /// Have a backup made: everything, encrypted.
    BackupCreate => ClusterAdmin;
    /// Take note of a backup.
    BackupNote => ClusterAdmin;
    /// Enrol a node; the enrolment token is in the body.
    NodeRegister => Anyone;
    /// Tell that a node is alive.
    NodeHeartbeat => Node;
    /// Ask what a node shall run.
    NodeLatest => Node;
    /// Fetch what a node shall run.
    NodeArchive => Node;
    /// Fetch the values of the secrets that it names.
    NodeSecrets => Node;
    /// Answer a certificate authority that asks a node.
    NodeChallenge => Node;
    /// Exchange a node's key for a token.
    NodeToken => Node;
    /// Tell what happened at a node.
    NodeEventsAppend => Node;
    /// Tell the configuration that a node really runs.
    RuntimeConfigKeep => Node;
}

/// Where an operation takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere in particular.
    Cluster,
    /// In an org.
    Org(OrgId),
    /// In a project of an org.
    Project(OrgId, ProjectId),
    /// At a node.
    Node(NodeId),
}

impl Place {
    /// What another tenant is told: that there is no such thing.
    fn not_found(self) -> AppError {
        AppError::not_found(match self {
            Place::Cluster | Place::Org(_) => "Org",
            Place::Project(..) => "Project",
            Place::Node(_) => "Node",
        })
    }

    fn org(self) -> Option<OrgId> {
        match self {
            Place::Org(org) | Place::Project(org, _) => Some(org),
            Place::Cluster | Place::Node(_) => None,
        }
    }
}

/// Refuses who is nobody, before anything is looked up: so an anonymous caller learns nothing about what exists.
pub fn require_known(operation: Operation, caller: &Caller) -> Result<(), AppError> {
    match (operation.who(), &caller.identity) {
        (Who::Anyone, _) => Ok(()),
        (_, Identity::Anonymous) => Err(AppError::Unauthenticated(
            "give a credential: a session, an API key (Authorization: Bearer) or a node key (X-Zentinel-Node-Key)"
                .into(),
        )),
        (Who::Node, Identity::Node { .. } | Identity::Member(_)) => Ok(()),
        (Who::Node, _) => Err(AppError::Forbidden("only a node may do this, with its node key or token".into())),
        (_, Identity::Node { .. }) => Err(AppError::Forbidden("a node may not do this".into())),
        _ => Ok(()),
    }
}

/// Asks the table. The credential is looked up again in `read`, so one that was revoked a moment ago is refused even where the
/// member that authenticated it had not heard of that yet.
pub fn authorize(
    operation: Operation,
    caller: &Caller,
    place: Place,
    read: &dyn Read,
    now: Time,
) -> Result<(), AppError> {
    require_known(operation, caller)?;
    if operation.who() == Who::Anyone {
        return Ok(());
    }
    match &caller.identity {
        Identity::Anonymous => Err(AppError::Unauthenticated("sign in first".into())),
        Identity::Member(_) => Ok(()),
        Identity::User(signed_in) => {
            let user = living_session(read, &signed_in.token_digest.0, now)?;
            authorize_person(operation, &user, place, read)
        }
        Identity::ApiKey(key) => {
            let (key, role) = living_key(read, key.id.as_bytes(), now)?;
            authorize_key(operation, &key, role, place)
        }
        Identity::Node { node_id, .. } => match read.get(Table::Nodes, node_id.as_bytes())? {
            None => Err(AppError::Unauthenticated("the node was removed".into())),
            Some(_) if place == Place::Node(*node_id) => Ok(()),
            Some(_) => Err(place.not_found()),
        },
    }
}

fn authorize_person(
    operation: Operation,
    user: &User,
    place: Place,
    read: &dyn Read,
) -> Result<(), AppError> {
    match operation.who() {
        Who::Anyone | Who::Person | Who::PersonOrKey => Ok(()),
        Who::ClusterAdmin if user.cluster_admin => Ok(()),
        Who::ClusterAdmin => Err(AppError::Forbidden("only the cluster's administrator may do this".into())),
        Who::Node => Err(AppError::Forbidden("only a node may do this".into())),
        Who::Member(least, _) => {
            let org = place.org().ok_or_else(|| place.not_found())?;
            match role_in(read, org, user.id)? {
                None => Err(place.not_found()),
                Some(role) if role >= least => Ok(()),
                Some(role) => Err(AppError::Forbidden(format!(
                    "this needs the role {}, yours is {}",
                    least.as_str(),
                    role.as_str()
                ))),
            }
        }
    }
}

fn authorize_key(operation: Operation, key: &ApiKey, role: Role, place: Place) -> Result<(), AppError> {
    let (least, scope) = match operation.who() {
        Who::Member(least, scope) => (least, scope),
        Who::PersonOrKey => return Ok(()),
        _ => return Err(AppError::Forbidden("an API key may not do this; sign in instead".into())),
    };
    if place.org() != Some(key.org_id) {
        return Err(place.not_found());
    }
    match (key.project_id, place) {
        (Some(bound), Place::Project(_, project)) if bound != project => return Err(place.not_found()),
        (Some(_), Place::Org(_)) => {
            return Err(AppError::Forbidden("this API key reaches one project only".into()));
        }
        _ => {}
    }
    let Some(scope) = scope else {
        return Err(AppError::Forbidden("an API key may not do this; sign in instead".into()));
    };
    if !key.scopes.contains(&scope) {
        return Err(AppError::Forbidden(format!("Insufficient scope. Required: {}", scope.as_str())));
    }
    if role < least {
        return Err(AppError::Forbidden(format!(
            "who made this API key has the role {} by now; this needs {}",
            role.as_str(),
            least.as_str()
        )));
    }
    Ok(())
}

/// The role of a person in an org.
pub fn role_in(read: &dyn Read, org: OrgId, user: UserId) -> Result<Option<Role>, TableError> {
    let membership: Option<Membership> =
        tables::load(read, &tables::key(&[org.as_bytes(), user.as_bytes()]))?;
    Ok(membership.map(|membership| membership.role))
}

/// The person behind a session that is still good.
pub fn living_session(read: &dyn Read, token_digest: &[u8; 32], now: Time) -> Result<User, AppError> {
    let ended = || AppError::Unauthenticated("the session has ended; sign in again".into());
    let session: Session = tables::load(read, token_digest)?.ok_or_else(ended)?;
    if session.expires_at <= now {
        return Err(ended());
    }
    tables::load(read, session.user_id.as_bytes())?.ok_or_else(ended)
}

/// An API key that is still good, and the role of the person who made it.
pub fn living_key(read: &dyn Read, id: &[u8; 16], now: Time) -> Result<(ApiKey, Role), AppError> {
    let refused = || AppError::Unauthenticated("Invalid or expired API key".into());
    let key: ApiKey = tables::load(read, id)?.ok_or_else(refused)?;
    if key.revoked_at.is_some() || key.expires_at.is_some_and(|expiry| expiry <= now) {
        return Err(refused());
    }
    let role = role_in(read, key.org_id, key.user_id)?.ok_or_else(refused)?;
    Ok((key, role))
}
