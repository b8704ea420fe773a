//! gRPC transport: the admin services, health and reflection.
//!
//! A service extracts, calls one use case of `sentinel-app` and converts the answer. What it must not do: hold a business
//! rule. Start reading at [`routes`].

mod caller;
mod cluster;
mod convert;
mod events;
mod rollouts;
mod status;

/// The protocol, as generated.
#[allow(missing_docs, clippy::all, rust_2018_idioms)]
pub mod proto {
    tonic::include_proto!("sentinel.admin.v1");

    /// The protocol's description, for reflection.
    pub const DESCRIPTOR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/admin.bin"));
}

use sentinel_app::App;
use tonic::service::Routes;

use proto::cluster_service_server::ClusterServiceServer;
use proto::event_service_server::EventServiceServer;
use proto::rollout_service_server::RolloutServiceServer;

/// Largest message taken in, in bytes.
const MESSAGE_MAX: usize = 2 * 1024 * 1024;

/// Every service of a member.
pub async fn routes(app: App) -> Result<Routes, tonic_reflection::server::Error> {
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_serving::<ClusterServiceServer<cluster::Cluster>>().await;
    reporter.set_serving::<RolloutServiceServer<rollouts::Rollouts>>().await;
    reporter.set_serving::<EventServiceServer<events::Events>>().await;
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::DESCRIPTOR)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?;
    let cluster = ClusterServiceServer::new(cluster::Cluster(app.clone()));
    let rollouts = RolloutServiceServer::new(rollouts::Rollouts(app.clone()));
    let events = EventServiceServer::new(events::Events(app));
    Ok(Routes::default()
        .add_service(health)
        .add_service(reflection)
        .add_service(cluster.max_decoding_message_size(MESSAGE_MAX))
        .add_service(rollouts.max_decoding_message_size(MESSAGE_MAX))
        .add_service(events.max_decoding_message_size(MESSAGE_MAX)))
}
