//! This member's own certificate: renewed when half of its life is over, or later, when the member was away; and when it turns out to
//! have been made by a clock that was ahead.
//!
//! Every member can open the CA's key, so each renews its own, and needs nobody for it: a cluster that was switched off until all
//! certificates had expired comes back by itself.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use sentinel_app::App;
use sentinel_model::Time;
use sentinel_pki::{Ca, IdentityHandle, LIFETIME, MemberKey};

use super::admission;

/// How often to look.
const EVERY: Duration = Duration::from_secs(10);

/// Renews the certificate if it is due, and says whether it did. The new one is on disk before it is shown.
pub fn renew(handle: &IdentityHandle, ca: &Ca, data_dir: &Path, now: Time) -> anyhow::Result<bool> {
    let identity = handle.identity();
    if !identity.renew_due(now) {
        return Ok(false);
    }
    let key = MemberKey::generate()?;
    let certificate = ca.issue(&key.csr()?, identity.name(), now, LIFETIME)?;
    let renewed = identity.renewed(vec![certificate], key)?;
    renewed.save(data_dir)?;
    handle.swap(renewed)?;
    Ok(true)
}

/// Keeps the certificate good for ever.
pub async fn keep(app: App, handle: IdentityHandle, data_dir: PathBuf) {
    loop {
        match look(&app, &handle, &data_dir).await {
            Ok(true) => tracing::info!("the certificate of this member is renewed"),
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the certificate of this member cannot be renewed"),
        }
        let left = handle.identity().validity().not_after.since(handle.now());
        metrics::gauge!("member_certificate_seconds_left").set(Duration::from_millis(left).as_secs_f64());
        tokio::time::sleep(EVERY).await;
    }
}

/// Goes by the time that handshakes go by. The application's never runs back, so it may be ahead of that by years.
async fn look(app: &App, handle: &IdentityHandle, data_dir: &Path) -> anyhow::Result<bool> {
    if !handle.identity().renew_due(handle.now()) {
        return Ok(false);
    }
    let ca = admission::ca(app).await?.context("this member does not know the CA yet")?;
    renew(handle, &ca, data_dir, handle.now())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sentinel_model::{ClusterId, MemberId};
    use sentinel_pki::{Identity, MemberName};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_certificate_is_renewed_at_half_its_life_long_after_it_expired_and_when_the_clock_was_ahead() {
        let dir = tempfile::tempdir().unwrap();
        let begin = Time(1_800_000_000_000);
        let cluster = ClusterId(Uuid::from_u128(1));
        let ca = Ca::create(cluster, begin).unwrap();
        let key = MemberKey::generate().unwrap();
        let issued =
            ca.issue(&key.csr().unwrap(), MemberName::new(cluster, MemberId(1)), begin, LIFETIME).unwrap();
        let identity = Identity::new(vec![ca.certificate().clone()], vec![issued], key).unwrap();
        let handle = IdentityHandle::new(identity).unwrap();
        let days = |days: u64| begin.plus_ms(days * 24 * 60 * 60 * 1_000);
        assert!(!renew(&handle, &ca, dir.path(), days(14)).unwrap());
        assert!(renew(&handle, &ca, dir.path(), days(16)).unwrap());
        let renewed = Identity::load(dir.path()).unwrap();
        assert_eq!(renewed.certificate(), handle.identity().certificate(), "on disk and shown");
        assert!(renewed.validity().not_after > days(45));
        assert!(renew(&handle, &ca, dir.path(), days(400)).unwrap(), "it had expired long ago");
        assert!(!handle.identity().expired(days(401)));
        assert!(renew(&handle, &ca, dir.path(), days(3)).unwrap(), "the clock had been ahead");
        assert!(handle.identity().validity().not_before < days(3));
    }
}
