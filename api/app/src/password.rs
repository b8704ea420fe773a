//! Password hashing: Argon2id, off the async workers, a few at a time.

use std::sync::Arc;

use argon2::password_hash::phc;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use sentinel_model::secret::PasswordHash;
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use crate::error::AppError;
use crate::gate::Gate;

/// Hashings at the same time: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;
/// Hashings that may wait.
const WAITING_MAX: usize = 64;

/// Hashes and checks passwords. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Passwords(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    gate: Gate,
    /// Compared against when the account does not exist, so that the time of the answer does not tell.
    dummy: OnceCell<PasswordHash>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Inner { gate: Gate::new(AT_ONCE, WAITING_MAX), dummy: OnceCell::new() }))
    }
}

impl Passwords {
    /// The hash of a new password.
    pub async fn hash(&self, password: &str) -> Result<PasswordHash, AppError> {
        let password = Zeroizing::new(password.to_owned());
        self.0
            .gate
            .run("sign-ins", move || {
                let hash: phc::PasswordHash =
                    Argon2::default().hash_password(password.as_bytes()).map_err(AppError::internal)?;
                Ok(PasswordHash(hash.to_string()))
            })
            .await
    }

    /// Whether `password` is the one behind `hash`. Without a hash it takes the same time and is false.
    pub async fn verify(&self, password: &str, hash: Option<&PasswordHash>) -> Result<bool, AppError> {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash.clone(),
            None => self.0.dummy.get_or_try_init(|| self.hash("a password that nobody has")).await?.clone(),
        };
        let password = Zeroizing::new(password.to_owned());
        let matches = self
            .0
            .gate
            .run("sign-ins", move || {
                let parsed = phc::PasswordHash::new(&hash.0).map_err(AppError::internal)?;
                Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
            })
            .await?;
        Ok(matches && known)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_and_nothing_else() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse battery").await.unwrap();
        assert!(hash.0.starts_with("$argon2id$"));
        assert!(passwords.verify("correct horse battery", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("correct horse batterx", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("a password that nobody has", None).await.unwrap());
    }
}
