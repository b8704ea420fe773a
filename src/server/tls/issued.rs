//! A certificate of the cluster's own CA, which this member issues to itself: every member can open the CA's key.
//!
//! The key is in memory alone, and another one with each start: whoever trusts the CA need not care. Until the member knows the
//! CA, as while it joins, there is nothing to show, and handshakes fail.

use std::time::Duration;

use anyhow::Context;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use sentinel_api_types::timestamp;
use sentinel_app::App;
use sentinel_model::Time;
use sentinel_pki::{CLOCK_TOLERANCE, Ca, IdentityHandle, LIFETIME, MemberKey, ServerNames};

use super::pair::Pair;
use super::serving::ServingCertificate;
use crate::server::admission;

/// How often to look whether it is to be renewed.
const EVERY: Duration = Duration::from_secs(10);
/// How often to look for the CA before there is anything to show.
const SOON: Duration = Duration::from_millis(200);
/// What the concern is kept under.
const CONCERN: &str = "tls-cluster";

/// Keeps a good certificate under these names shown, for ever. Goes by the time that handshakes go by.
pub async fn keep(names: ServerNames, certificate: ServingCertificate, app: App, identity: IdentityHandle) {
    loop {
        let shown = certificate.shown();
        if due(shown.as_ref().map(|pair| pair.not_after), identity.now()) {
            match issue(&names, &app, identity.now()).await {
                Ok(Some(pair)) => {
                    tracing::info!(not_after = %timestamp(pair.not_after), "clients are shown a certificate of the cluster's CA");
                    certificate.show(pair);
                    app.concerns().set(CONCERN, None);
                }
                Ok(None) => tracing::debug!("this member does not know the cluster's CA yet"),
                Err(error) => {
                    let error = format!("{error:#}");
                    tracing::error!(error, "the certificate for clients cannot be issued");
                    let concern = format!("this member's certificate for clients cannot be issued: {error}");
                    app.concerns().set(CONCERN, Some(concern));
                }
            }
        }
        tokio::time::sleep(if certificate.shown().is_some() { EVERY } else { SOON }).await;
    }
}

/// When there is none, half of its life is over, or it was made by a clock that was ahead.
fn due(not_after: Option<Time>, now: Time) -> bool {
    let Some(end) = not_after else { return true };
    let left = Duration::from_millis(end.since(now));
    left < LIFETIME / 2 || left > LIFETIME + CLOCK_TOLERANCE
}

async fn issue(names: &ServerNames, app: &App, now: Time) -> anyhow::Result<Option<Pair>> {
    let ca = admission::ca(app).await?;
    ca.map(|ca| issue_from(&ca, names, now)).transpose()
}

fn issue_from(ca: &Ca, names: &ServerNames, now: Time) -> anyhow::Result<Pair> {
    let key = MemberKey::generate()?;
    let own = ca.issue_server(&key.csr()?, names, now, LIFETIME)?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.pkcs8().expose().to_vec()));
    // With the CA, for clients that know only its fingerprint.
    Pair::new(vec![own, ca.certificate().clone()], key).context("what the CA issued cannot be served with")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sentinel_model::ClusterId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn it_is_issued_anew_at_half_its_life_after_its_end_and_when_the_clock_was_ahead() {
        let begin = Time(1_800_000_000_000);
        let ca = Ca::create(ClusterId(Uuid::from_u128(1)), begin).unwrap();
        let names = ServerNames::new(["cp.example.com"], []).unwrap();
        let shown = issue_from(&ca, &names, begin).unwrap();
        let day = |days: i64| Time(begin.0 + days * 24 * 60 * 60 * 1_000);
        let due_on = |days: i64| due(Some(shown.not_after), day(days));
        assert!(due(None, begin), "there is none");
        assert_eq!([-3, 0, 14, 16, 31, 400].map(due_on), [true, false, false, true, true, true]);
    }
}
