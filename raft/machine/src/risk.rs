//! How dangerous it is to give a bundle to nodes: against what each of them runs at this entry of the log, and not against what
//! somebody uploaded before.

use std::collections::BTreeSet;

use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::node::Node;
use sentinel_model::risk::{AGAINST_MAX, BundleOutline, Judged, Risk};
use sentinel_model::{BundleId, ProjectId};

use crate::tables::{Read, TableError, load};

/// Judges a bundle against what nodes run, and against what they shall run. What cannot be compared is judged as dangerous: a node
/// that has no bundle, and one whose bundle was revoked, or is gone, or was made by an older version.
pub fn judge<'n>(
    read: &(impl Read + ?Sized),
    bundle: &Bundle,
    nodes: impl IntoIterator<Item = &'n Node>,
) -> Result<Judged, TableError> {
    let (mut risk, mut against) = (Risk::none(), BTreeSet::new());
    for node in nodes {
        let before = against.len();
        against.extend(node.assignment.as_ref().map(|assignment| assignment.bundle_id));
        against.extend(node.effective.map(|fact| fact.bundle_id));
        if before == against.len() && node.assignment.is_none() && node.effective.is_none() {
            risk.join(&Risk::unknown("no_bundle_before"));
        }
    }
    let against: Vec<BundleId> = against.into_iter().collect();
    let compared = &against[..AGAINST_MAX.min(against.len())];
    if against.len() > AGAINST_MAX {
        risk.join(&Risk::unknown("too_many_bundles_before"));
    }
    let new: Option<BundleOutline> = load(read, bundle.id.as_bytes())?;
    for earlier in compared.iter().filter(|earlier| **earlier != bundle.id) {
        let change = match (outlined(read, bundle.project_id, *earlier)?, &new) {
            (Err(reason), _) => Risk::unknown(reason),
            (Ok(_), None) => Risk::unknown("not_outlined"),
            (Ok(old), Some(new)) => Risk::of(&old.outline, &new.outline),
        };
        risk.join(&change);
    }
    Ok(Judged { risk, against: compared.to_vec() })
}

/// The outline of a bundle that may be compared with, or why there is none.
fn outlined(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    bundle: BundleId,
) -> Result<Result<BundleOutline, &'static str>, TableError> {
    let Some(row) = load::<Bundle>(read, bundle.as_bytes())?.filter(|row| row.project_id == project) else {
        return Ok(Err("bundle_before_gone"));
    };
    if row.state != BundleState::Compiled {
        return Ok(Err("bundle_before_revoked"));
    }
    Ok(load::<BundleOutline>(read, bundle.as_bytes())?.ok_or("not_outlined"))
}

/// A risk as refusals and the audit log have it.
pub(crate) fn words(risk: &Risk) -> String {
    let level = risk.level.as_str();
    if risk.reasons.is_empty() { level.to_owned() } else { format!("{level}: {}", risk.reasons.join(", ")) }
}
