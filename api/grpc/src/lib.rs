//! gRPC transport: the admin services, health and reflection.
//!
//! The protocol is the REST API in other words: every message has the fields of the JSON object of its name, a request names its object first
//! and then has what REST has in the body and in the query. A service extracts, calls one use case of `sentinel-app` and writes the answer.
//! What it must not do: hold a business rule. Start reading at [`router`].

mod admin;
mod attend;
mod caller;
mod codec;
mod health;
mod message;
mod secret;
mod services;
mod status;

/// The protocol, as generated.
#[allow(missing_docs, clippy::all, rust_2018_idioms)]
pub mod proto {
    tonic::include_proto!("sentinel.admin.v1");

    /// The protocol's description, for reflection.
    pub const DESCRIPTOR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/admin.bin"));
}

use axum::Router;
use axum::middleware::from_fn_with_state;
use sentinel_app::App;
use tonic::service::Routes;
use tonic_health::pb::health_server::HealthServer;
use tower_http::catch_panic::CatchPanicLayer;

use admin::Admin;
use health::Readiness;
use proto::api_key_service_server::ApiKeyServiceServer;
use proto::audit_service_server::AuditServiceServer;
use proto::bundle_service_server::BundleServiceServer;
use proto::certificate_service_server::CertificateServiceServer;
use proto::cluster_service_server::ClusterServiceServer;
use proto::config_service_server::ConfigServiceServer;
use proto::drift_service_server::DriftServiceServer;
use proto::enrolment_token_service_server::EnrolmentTokenServiceServer;
use proto::environment_service_server::EnvironmentServiceServer;
use proto::event_service_server::EventServiceServer;
use proto::freeze_window_service_server::FreezeWindowServiceServer;
use proto::internal_ca_service_server::InternalCaServiceServer;
use proto::member_service_server::MemberServiceServer;
use proto::node_group_service_server::NodeGroupServiceServer;
use proto::node_service_server::NodeServiceServer;
use proto::org_service_server::OrgServiceServer;
use proto::project_service_server::ProjectServiceServer;
use proto::promotion_rule_service_server::PromotionRuleServiceServer;
use proto::rollout_service_server::RolloutServiceServer;
use proto::rollout_template_service_server::RolloutTemplateServiceServer;
use proto::secret_service_server::SecretServiceServer;
use proto::service_template_service_server::ServiceTemplateServiceServer;
use proto::simulator_service_server::SimulatorServiceServer;

/// Largest message taken in, in bytes.
const MESSAGE_MAX: usize = 2 * 1024 * 1024;
/// Largest message with a whole configuration in it, of which REST takes 8 MiB.
const DOCUMENT_MAX: usize = 8 * 1024 * 1024 + 4 * 1024;

/// Everything that a member serves over gRPC.
///
/// # Errors
/// The description of the protocol cannot be read, which the build excludes.
pub fn router(app: App) -> Result<Router, tonic_reflection::server::Error> {
    let described = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(proto::DESCRIPTOR)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let admin = Admin { app: app.clone() };
    let mut routes = Routes::default()
        .add_service(HealthServer::new(Readiness::new(app.clone())))
        .add_service(described().build_v1()?)
        // Many a client knows no other one.
        .add_service(described().build_v1alpha()?);
    macro_rules! serve {
        ($($server:ident up to $max:expr),* $(,)?) => {$(
            routes = routes.add_service($server::new(admin.clone()).max_decoding_message_size($max));
        )*};
    }
    serve! {
        ApiKeyServiceServer up to MESSAGE_MAX,
        AuditServiceServer up to MESSAGE_MAX,
        BundleServiceServer up to MESSAGE_MAX,
        CertificateServiceServer up to MESSAGE_MAX,
        ClusterServiceServer up to MESSAGE_MAX,
        ConfigServiceServer up to DOCUMENT_MAX,
        DriftServiceServer up to MESSAGE_MAX,
        EnrolmentTokenServiceServer up to MESSAGE_MAX,
        EnvironmentServiceServer up to MESSAGE_MAX,
        EventServiceServer up to MESSAGE_MAX,
        FreezeWindowServiceServer up to MESSAGE_MAX,
        InternalCaServiceServer up to MESSAGE_MAX,
        MemberServiceServer up to MESSAGE_MAX,
        NodeGroupServiceServer up to MESSAGE_MAX,
        NodeServiceServer up to MESSAGE_MAX,
        OrgServiceServer up to MESSAGE_MAX,
        ProjectServiceServer up to MESSAGE_MAX,
        PromotionRuleServiceServer up to MESSAGE_MAX,
        RolloutServiceServer up to MESSAGE_MAX,
        RolloutTemplateServiceServer up to MESSAGE_MAX,
        SecretServiceServer up to MESSAGE_MAX,
        ServiceTemplateServiceServer up to MESSAGE_MAX,
        SimulatorServiceServer up to MESSAGE_MAX,
    }
    Ok(routes
        .into_axum_router()
        .layer(CatchPanicLayer::custom(attend::panicked))
        .layer(from_fn_with_state(app, attend::attend)))
}
