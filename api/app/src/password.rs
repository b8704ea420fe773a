//! Password hashing: Argon2id, off the async workers, a few at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use sentinel_model::secret::PasswordHash;
use tokio::sync::{OnceCell, Semaphore};
use zeroize::Zeroizing;

use crate::error::AppError;

/// Hashings at the same time: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;
/// Hashings that may wait.
const WAITING_MAX: usize = 64;

/// Hashes and checks passwords. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Passwords(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    permits: Semaphore,
    waiting: AtomicUsize,
    /// Compared against when the account does not exist, so that the time of the answer does not tell.
    dummy: OnceCell<PasswordHash>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Inner {
            permits: Semaphore::new(AT_ONCE),
            waiting: AtomicUsize::new(0),
            dummy: OnceCell::new(),
        }))
    }
}

impl Passwords {
    /// The hash of a new password.
    pub async fn hash(&self, password: &str) -> Result<PasswordHash, AppError> {
        let password = Zeroizing::new(password.to_owned());
        self.work(move || {
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
            .work(move || {
                let parsed = phc::PasswordHash::new(&hash.0).map_err(AppError::internal)?;
                Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
            })
            .await?;
        Ok(matches && known)
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let _place = Place::take(&self.0).ok_or(AppError::Busy("sign-ins"))?;
        let _permit = self.0.permits.acquire().await.map_err(AppError::internal)?;
        tokio::task::spawn_blocking(job).await.map_err(AppError::internal)?
    }
}

/// A place in the queue; given back when dropped.
struct Place<'a>(&'a Inner);

impl<'a> Place<'a> {
    fn take(inner: &'a Inner) -> Option<Self> {
        let before = inner.waiting.fetch_add(1, Ordering::SeqCst);
        let place = Place(inner);
        (before < WAITING_MAX + AT_ONCE).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
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

    #[tokio::test]
    async fn a_full_queue_turns_away_instead_of_growing() {
        let passwords = Passwords::default();
        passwords.0.waiting.store(WAITING_MAX + AT_ONCE, Ordering::SeqCst);
        assert!(matches!(passwords.hash("correct horse battery").await, Err(AppError::Busy(_))));
        assert_eq!(passwords.0.waiting.load(Ordering::SeqCst), WAITING_MAX + AT_ONCE);
    }
}
