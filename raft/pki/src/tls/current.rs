//! The identity of the moment, ready for handshakes.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs::sign::any_ecdsa_type;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::CertifiedKey;

use super::provider;
use crate::identity::{Identity, IdentityError};

/// An identity with what the handshakes need of it.
#[derive(Debug)]
pub(crate) struct Shown {
    identity: Identity,
    pub(super) certified: Arc<CertifiedKey>,
    pub(super) roots: Arc<RootCertStore>,
    /// Knows the CAs and the time; not the names.
    pub(super) callers: Arc<dyn ClientCertVerifier>,
}

/// A place for one identity. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Current(Arc<RwLock<Arc<Shown>>>);

impl Shown {
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    fn new(identity: Identity) -> Result<Arc<Self>, IdentityError> {
        let tls = |error: rustls::Error| IdentityError::Tls(error.to_string());
        let key = PrivateKeyDer::Pkcs8(identity.key().pkcs8().expose().into());
        let key = any_ecdsa_type(&key).map_err(tls)?;
        let certified = Arc::new(CertifiedKey::new(identity.presented(), key));
        let roots = Arc::new(roots(identity.cas()).map_err(tls)?);
        let callers =
            WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(provider())).build();
        let callers = callers.map_err(|error| IdentityError::Tls(error.to_string()))?;
        Ok(Arc::new(Self { identity, certified, roots, callers }))
    }
}

impl Current {
    pub(crate) fn new(identity: Identity) -> Result<Self, IdentityError> {
        Ok(Self(Arc::new(RwLock::new(Shown::new(identity)?))))
    }

    pub(crate) fn get(&self) -> Arc<Shown> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set(&self, identity: Identity) -> Result<(), IdentityError> {
        let shown = Shown::new(identity)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = shown;
        Ok(())
    }
}

/// The CAs as rustls wants them.
pub(super) fn roots(cas: &[CertificateDer<'_>]) -> Result<RootCertStore, rustls::Error> {
    let mut roots = RootCertStore::empty();
    cas.iter().try_for_each(|ca| roots.add(ca.clone().into_owned()))?;
    Ok(roots)
}
