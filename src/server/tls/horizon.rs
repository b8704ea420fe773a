//! For how long the certificate is still good, as a metric. Whether that is too short is for those to judge who look at the whole
//! cluster.

use std::time::Duration;

use super::serving::ServingCertificate;

/// How often to look.
const EVERY: Duration = Duration::from_secs(5);

/// Watches for ever.
pub async fn watch(certificate: ServingCertificate) {
    let gauge = metrics::gauge!("tls_certificate_not_after_seconds");
    loop {
        let not_after = certificate.shown().map(|pair| pair.not_after);
        gauge.set(not_after.map_or(0.0, |end| end.0 as f64 / 1_000.0));
        tokio::time::sleep(EVERY).await;
    }
}
