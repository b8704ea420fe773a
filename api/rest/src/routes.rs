//! Every route, one file per noun.

pub mod acme_challenges;
pub mod agent;
pub mod api_keys;
pub mod approvals;
pub mod audit;
pub mod backups;
pub mod bundles;
pub mod calendar;
pub mod certificates;
pub mod cluster;
pub mod config;
pub mod drift;
pub mod enrolment_tokens;
pub mod environments;
pub mod events;
pub mod freeze_windows;
pub mod health;
pub mod internal_ca;
pub mod join_tokens;
pub mod members;
pub mod node_groups;
pub mod nodes;
pub mod orgs;
pub mod projects;
pub mod promotion_rules;
pub mod rollout_templates;
pub mod rollouts;
pub mod secrets;
pub mod service_templates;
pub mod session;
pub mod simulator;

use axum::middleware::from_fn;
use sentinel_app::App;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::openapi::Frame;
use crate::request::limit_time;

/// The public API, with its document.
pub fn api() -> OpenApiRouter<App> {
    let timely = OpenApiRouter::new()
        .merge(session::routes())
        .merge(orgs::routes())
        .merge(members::routes())
        .merge(projects::routes())
        .merge(audit::routes())
        .merge(api_keys::routes())
        .merge(enrolment_tokens::routes())
        .merge(nodes::routes())
        .merge(drift::routes())
        .merge(bundles::routes())
        .merge(rollouts::routes())
        .merge(approvals::routes())
        .merge(freeze_windows::routes())
        .merge(node_groups::routes())
        .merge(simulator::routes())
        .merge(environments::routes())
        .merge(promotion_rules::routes())
        .merge(rollout_templates::routes())
        .merge(config::routes())
        .merge(secrets::routes())
        .merge(certificates::routes())
        .merge(internal_ca::routes())
        .merge(service_templates::routes())
        .merge(calendar::routes())
        .merge(cluster::routes())
        .merge(join_tokens::routes())
        .merge(backups::routes())
        .merge(agent::routes())
        .layer(from_fn(limit_time));
    let slow = OpenApiRouter::new()
        .merge(agent::slow_routes())
        .merge(bundles::slow_routes())
        .merge(events::slow_routes());
    OpenApiRouter::with_openapi(Frame::openapi()).nest("/api/v1", timely.merge(slow))
}
