//! Samples of bundles.

use std::collections::BTreeMap;

use sentinel_machine::Command;
use sentinel_machine::commands::bundle_create::BundleCreate;
use sentinel_model::bundle::RiskLevel;
use sentinel_model::risk::{Endpoint, Filter, FilterKind, Mark, Outline, Route};
use sentinel_model::{BundleId, ProjectId};

use crate::ids::*;

/// One of each form.
pub fn all() -> Vec<Command> {
    vec![
        bundle(NEW, SHOP, "2.0").into(),
        outlined().into(),
        BundleCreate { config_revision: Some(7), ..outlined() }.into(),
        BundleCreate { secrets: vec!["API_TOKEN".into()], certificates: vec!["edge".into()], ..outlined() }
            .into(),
    ]
}

pub fn bundle(bundle_id: BundleId, project_id: ProjectId, version: &str) -> BundleCreate {
    BundleCreate {
        bundle_id,
        project_id,
        version: version.into(),
        digest: digest(0x61),
        size_bytes: 12_345,
        manifest_digest: digest(0x62),
        signature: (100..164).collect(),
        signing_key_id: "sk_1".into(),
        risk_level: RiskLevel::Medium,
        risk_reasons: vec!["route_removed".into()],
        warnings: vec!["unused upstream 'x'".into()],
        created_by: "ada@example.com".into(),
        outline: None,
        config_revision: None,
        secrets: Vec::new(),
        certificates: Vec::new(),
    }
}

/// A bundle with an outline that has one of everything.
fn outlined() -> BundleCreate {
    let mark = |byte| Mark([byte; 16]);
    let outline = Outline {
        size: 5_000,
        listeners: BTreeMap::from([(mark(1), Endpoint { whole: mark(2), tls: Some(mark(3)) })]),
        upstreams: BTreeMap::from([(mark(4), Endpoint { whole: mark(5), tls: None })]),
        agents: BTreeMap::from([(mark(6), mark(7))]),
        filters: [FilterKind::Asks, FilterKind::Limits, FilterKind::Other]
            .into_iter()
            .zip(10..)
            .map(|(kind, name)| (mark(name), Filter { whole: mark(8), kind }))
            .collect(),
        routes: BTreeMap::from([(
            mark(20),
            Route { whole: mark(21), asks: [mark(6)].into(), open: true, limit: Some(mark(22)) },
        )]),
        waf: Some(mark(30)),
        rate_limits: None,
    };
    BundleCreate { outline: Some(outline), ..bundle(NEW, SHOP, "2.0") }
}
