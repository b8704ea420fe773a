//! What is sealed under the key-encryption key: rows with such values in them, so that they can be sealed anew under another key.

use sentinel_model::acme::{AcmeAccount, AcmeState};
use sentinel_model::certificate::{Certificate, CertificateContent};
use sentinel_model::cluster::Cluster;
use sentinel_model::internal_ca::InternalCaKey;
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::project_secret::SecretValue;
use sentinel_model::secret::Sealed;
use serde::{Deserialize, Serialize};

use crate::apply::{Context, Stop};
use crate::tables::{Row, load};

/// Where rows with sealed values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sealing {
    /// The key of the CA of the members.
    Cluster,
    /// Signing keys.
    Orgs,
    /// The keys of marker routes.
    Projects,
    /// Values of secrets.
    SecretValues,
    /// Private keys of certificates.
    CertificateContents,
    /// Keys of orders that are under way, and of external accounts.
    Certificates,
    /// Accounts with certificate authorities.
    AcmeAccounts,
    /// Keys of the internal CAs of projects.
    InternalCas,
}

/// A row with sealed values.
trait Seals: Row {
    fn sealed(&mut self) -> Vec<&mut Sealed>;
}

impl Seals for Cluster {
    fn sealed(&mut self) -> Vec<&mut Sealed> {
        self.ca.iter_mut().map(|ca| &mut ca.sealed_key).collect()
    }
}

impl Seals for Org {
    fn sealed(&mut self) -> Vec<&mut Sealed> {
        vec![&mut self.signing_key.sealed_seed]
    }
}

impl Seals for Project {
    fn sealed(&mut self) -> Vec<&mut Sealed> {
        vec![&mut self.sealed_marker_key]
    }
}

impl Seals for SecretValue {
    fn sealed(&mut self) -> Vec<&mut Sealed> {
        vec![&mut self.sealed]
    }
}

impl Seals for CertificateContent {
    fn sealed(&mut self) -> Vec<&mut Sealed> {
        vec![&mut self.sealed]
    }
}

impl Seals for Certificate {
    fn sealed(&mut self) -> Vec<&mut Sealed> {
        let Some(acme) = &mut self.acme else { return Vec::new() };
        let external = acme.settings.external.iter_mut().map(|external| &mut external.sealed);
        let order = match &mut acme.state {
            AcmeState::Ordered(order) => Some(&mut order.sealed),
            AcmeState::Due(_) => None,
        };
        external.chain(order).collect()
    }
}

impl Seals for AcmeAccount {
    fn sealed(&mut self) -> Vec<&mut Sealed> {
        vec![&mut self.sealed]
    }
}

impl Seals for InternalCaKey {
    fn sealed(&mut self) -> Vec<&mut Sealed> {
        vec![&mut self.sealed]
    }
}

impl Sealing {
    /// Puts `to` in the place of `from` in a row. False: it is not there, or not any more.
    pub(crate) fn replace(
        self,
        context: &mut Context<'_>,
        row: &[u8],
        from: &Sealed,
        to: &Sealed,
    ) -> Result<bool, Stop> {
        match self {
            Sealing::Cluster => replace::<Cluster>(context, row, from, to),
            Sealing::Orgs => replace::<Org>(context, row, from, to),
            Sealing::Projects => replace::<Project>(context, row, from, to),
            Sealing::SecretValues => replace::<SecretValue>(context, row, from, to),
            Sealing::CertificateContents => replace::<CertificateContent>(context, row, from, to),
            Sealing::Certificates => replace::<Certificate>(context, row, from, to),
            Sealing::AcmeAccounts => replace::<AcmeAccount>(context, row, from, to),
            Sealing::InternalCas => replace::<InternalCaKey>(context, row, from, to),
        }
    }
}

fn replace<R: Seals>(
    context: &mut Context<'_>,
    row: &[u8],
    from: &Sealed,
    to: &Sealed,
) -> Result<bool, Stop> {
    let Some(mut known) = load::<R>(context.tables(), row)? else { return Ok(false) };
    let Some(place) = known.sealed().into_iter().find(|sealed| *sealed == from) else { return Ok(false) };
    *place = to.clone();
    context.store(&known)?;
    Ok(true)
}
