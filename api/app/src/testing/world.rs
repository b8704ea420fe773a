//! People, keys, projects, bundles and nodes for tests, made through the use cases themselves.

use sentinel_api_types::Secret;
use sentinel_api_types::agent::RegisterRequest;
use sentinel_api_types::api_key::{ApiKeyCreate, Scope};
use sentinel_api_types::bundle::BundleCreate;
use sentinel_api_types::enrolment::EnrolmentTokenCreate;
use sentinel_api_types::member::{MemberCreate, Role};
use sentinel_api_types::org::OrgCreate;
use sentinel_api_types::project::ProjectCreate;
use sentinel_api_types::session::{SessionCreate, SessionKind};
use sentinel_machine::Consistency;
use sentinel_model::{BundleId, NodeId, ProjectId, RequestId};

use super::{ADMIN, Kit, PASSWORD};
use crate::app::Settings;
use crate::authenticate::Credential;
use crate::caller::{Caller, Identity};
use crate::clock::{Ids, RandomIds};
use crate::error::AppError;

/// The org that the kit's cluster begins with.
pub const ORG: &str = "default";
/// The project of [`World`].
pub const PROJECT: &str = "shop";
/// The other tenant's org.
pub const OTHER_ORG: &str = "other";
/// The other tenant's project.
pub const OTHER_PROJECT: &str = "other-shop";

/// A configuration that compiles.
pub const SOURCE: &str = r#"system { worker-threads 2; }
listeners { listener "public" { address "127.0.0.1:${node.http_port}"; }; }
upstreams { upstream "shop" { target "127.0.0.1:9001"; }; }
routes {
    route "everything" { matches { path-prefix "/"; }; upstream "shop"; }
}
"#;

/// A credential with the caller behind it.
#[derive(Clone, Debug)]
pub struct Known {
    /// As a client sends it.
    pub secret: Secret,
    /// As a use case sees it.
    pub caller: Caller,
}

impl Known {
    /// The same caller with another request.
    pub fn again(&self) -> Caller {
        Kit::again(&self.caller)
    }
}

/// Two tenants: `default` with everybody, a project and a node, and `other` with an administrator, a project and a node.
pub struct World {
    /// The application and its fakes.
    pub kit: Kit,
    /// Administrator of the cluster and of `default`.
    pub admin: Known,
    /// Operator in `default`.
    pub operator: Known,
    /// Reader in `default`.
    pub reader: Known,
    /// Administrator of `other`.
    pub outsider: Known,
    /// `shop`.
    pub project: ProjectId,
    /// A node of `shop`.
    pub node: (NodeId, Known),
    /// A node of `other-shop`.
    pub other_node: (NodeId, Known),
}

impl World {
    /// Makes the world.
    pub async fn new() -> Result<Self, AppError> {
        Self::with(Settings::default()).await
    }

    /// The same with other numbers.
    pub async fn with(settings: Settings) -> Result<Self, AppError> {
        Self::of(Kit::formed_with(settings).await?).await
    }

    /// The same in a cluster that is at this level.
    pub async fn at_level(level: u16) -> Result<Self, AppError> {
        Self::of(Kit::formed_at(level, Settings::default()).await?).await
    }

    async fn of(kit: Kit) -> Result<Self, AppError> {
        let admin = kit.sign_in(ADMIN).await?;
        let operator = kit.join(&admin, ORG, "operator@example.com", Role::Operator).await?;
        let reader = kit.join(&admin, ORG, "reader@example.com", Role::Reader).await?;
        let project = kit.project(&admin, ORG, PROJECT).await?;
        let org = OrgCreate { name: "Other".into(), slug: Some(OTHER_ORG.into()) };
        kit.app.create_org(&admin.again(), org).await?;
        let outsider = kit.join(&admin, OTHER_ORG, "outsider@example.com", Role::Admin).await?;
        // The cluster's administrator leaves again: from here on the two tenants share nobody.
        let admin_id = admin.caller.person()?.user.id;
        kit.app.delete_member(&outsider.again(), OTHER_ORG, admin_id).await?;
        kit.project(&outsider, OTHER_ORG, OTHER_PROJECT).await?;
        let node = kit.node(&operator, PROJECT, "edge-1").await?;
        let other_node = kit.node(&outsider, OTHER_PROJECT, "other-1").await?;
        Ok(Self { kit, admin, operator, reader, outsider, project, node, other_node })
    }
}

impl Kit {
    /// Who stands behind a credential, with a fresh request.
    pub async fn known(&self, credential: Credential) -> Result<Known, AppError> {
        let identity = self.app.authenticate(&credential, Consistency::Linearizable).await?;
        let secret = match credential {
            Credential::Session(secret)
            | Credential::ApiKey(secret)
            | Credential::NodeKey(secret)
            | Credential::NodeToken(secret) => secret,
            Credential::None => Secret::new(""),
        };
        Ok(Known { secret, caller: Caller::new(identity, RequestId(RandomIds.id())) })
    }

    /// Signs in with the kit's password.
    pub async fn sign_in(&self, email: &str) -> Result<Known, AppError> {
        let request =
            SessionCreate { email: email.into(), password: PASSWORD.into(), kind: SessionKind::Token };
        let session = self.app.create_session(&self.anonymous(), request, "::1").await?;
        let token = session.token.ok_or_else(|| AppError::internal("a sign-in gave no token"))?;
        self.known(Credential::Session(token)).await
    }

    /// Adds a person to an org and signs them in.
    pub async fn join(&self, by: &Known, org: &str, email: &str, role: Role) -> Result<Known, AppError> {
        let request =
            MemberCreate { email: email.into(), name: email.into(), password: PASSWORD.into(), role };
        self.app.create_member(&by.again(), org, request).await?;
        self.sign_in(email).await
    }

    /// Adds a project.
    pub async fn project(&self, by: &Known, org: &str, slug: &str) -> Result<ProjectId, AppError> {
        let request =
            ProjectCreate { name: slug.into(), slug: Some(slug.into()), description: None, sandbox: false };
        Ok(self.app.create_project(&by.again(), org, request).await?.project.id)
    }

    /// Makes an API key and authenticates with it.
    pub async fn key(&self, by: &Known, scopes: &[Scope], project: Option<&str>) -> Result<Known, AppError> {
        let request = ApiKeyCreate {
            org: None,
            name: "test".into(),
            scopes: scopes.to_vec(),
            project: project.map(str::to_owned),
            expires_at: None,
        };
        let made = self.app.create_api_key(&by.again(), request).await?;
        self.known(Credential::ApiKey(made.key)).await
    }

    /// Makes an enrolment token.
    pub async fn enrolment(&self, by: &Known, project: &str, uses: Option<u32>) -> Result<Secret, AppError> {
        let request =
            EnrolmentTokenCreate { name: "fleet".into(), uses, expires_at: None, environment: None };
        Ok(self.app.create_enrolment_token(&by.again(), project, request).await?.token)
    }

    /// What a node enrols with.
    pub fn registration(token: &Secret, name: &str) -> RegisterRequest {
        RegisterRequest {
            enrolment_token: token.clone(),
            name: name.into(),
            labels: Default::default(),
            capabilities: Vec::new(),
            version: Some("1.0".into()),
            proxy_version: Some("0.6".into()),
            ip: None,
            hostname: Some(format!("{name}.example.com")),
        }
    }

    /// Enrols a node.
    pub async fn node(&self, by: &Known, project: &str, name: &str) -> Result<(NodeId, Known), AppError> {
        let token = self.enrolment(by, project, Some(1)).await?;
        let request = Self::registration(&token, name);
        let made = self.app.register_node(&self.anonymous(), project, request, "127.0.0.1").await?;
        Ok((made.node_id, self.known(Credential::NodeKey(made.node_key)).await?))
    }

    /// Compiles a bundle from [`SOURCE`].
    pub async fn bundle(&self, by: &Known, project: &str, version: &str) -> Result<BundleId, AppError> {
        self.bundle_of(by, project, version, SOURCE).await
    }

    /// Compiles a bundle.
    pub async fn bundle_of(
        &self,
        by: &Known,
        project: &str,
        version: &str,
        source: &str,
    ) -> Result<BundleId, AppError> {
        let request = BundleCreate { version: version.into(), config_source: Some(source.into()) };
        Ok(self.app.create_bundle(&by.again(), project, request).await?.id)
    }

    /// A caller of this process itself.
    pub fn member(&self) -> Caller {
        Caller::new(Identity::Member(sentinel_model::MemberId(1)), RequestId(RandomIds.id()))
    }
}
