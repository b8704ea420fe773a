//! How much the bundles of each project hold, kept as a number, so that a limit costs nothing to look at.

use sentinel_model::ProjectId;
use sentinel_model::bundle::{Bundle, BundleState};

use crate::apply::Context;
use crate::tables::{Read, Scan, Table, TableError, decode, encode};
use crate::{level, query};

/// Bytes of the archives of a project's bundles, revoked ones left out.
pub fn of(read: &(impl Read + ?Sized), project: ProjectId) -> Result<u64, TableError> {
    match read.get(Table::BundleBytes, project.as_bytes())? {
        Some(bytes) => decode(Table::BundleBytes, &bytes),
        // Nobody has made or revoked one since the cluster counts.
        None => sum(read, project),
    }
}

fn sum(read: &(impl Read + ?Sized), project: ProjectId) -> Result<u64, TableError> {
    let pairs = read.scan(Scan::all(Table::BundlesByProject, project.as_bytes()))?;
    let bundles: Vec<Bundle> = query::behind_key(read, &pairs)?;
    let kept = bundles.iter().filter(|bundle| bundle.state != BundleState::Revoked);
    Ok(kept.fold(0, |sum: u64, bundle| sum.saturating_add(bundle.size_bytes)))
}

/// The cluster level from which on every member knows the table.
const LEVEL: u16 = 2;

/// Keeps the number. For when the rows of bundles have not changed yet.
pub(crate) fn change(
    context: &mut Context<'_>,
    project: ProjectId,
    change: impl FnOnce(u64) -> u64,
) -> Result<(), TableError> {
    if level::of_cluster(context.tables())? < LEVEL {
        return Ok(());
    }
    let bytes = change(of(context.tables(), project)?);
    let encoded = encode(Table::BundleBytes, &bytes)?;
    context.write().put(Table::BundleBytes, project.as_bytes(), &encoded)
}
