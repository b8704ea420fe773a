//! How TLS is asked for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use sentinel_pki::ServerNames;

use super::{Files, Source};

/// Flags of a member's TLS towards clients.
#[derive(Args, Clone, Debug, Default)]
pub struct TlsArgs {
    /// Serve REST, web UI, node API and gRPC over TLS with the certificate chain in this file (PEM, the server's own first); it is
    /// read again when it changes, and on SIGHUP. Without TLS, members listen on loopback only
    #[arg(long, env = "SENTINEL_CP_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The key of that certificate (PEM)
    #[arg(long, env = "SENTINEL_CP_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Serve them over TLS with a certificate of the cluster's own CA instead, which this member issues to itself and renews. Clients
    /// trust the CA that `cluster ca` prints
    #[arg(long, env = "SENTINEL_CP_TLS_CLUSTER", conflicts_with_all = ["tls_cert", "tls_key"])]
    pub tls_cluster: bool,
    /// A DNS name or an address that clients use, for a certificate of the cluster's CA; beside those of --api-url, --http and --grpc, and
    /// loopback. Can be given several times
    #[arg(
        long = "tls-name",
        env = "SENTINEL_CP_TLS_NAMES",
        value_name = "NAME",
        value_delimiter = ',',
        requires = "tls_cluster"
    )]
    pub tls_names: Vec<String>,
}

impl TlsArgs {
    /// Whether clients are served over TLS.
    pub fn wanted(&self) -> bool {
        self.tls_cluster || self.tls_cert.is_some()
    }

    /// Where the certificate comes from, when TLS is asked for. `url` and `listening` are where clients find this member.
    ///
    /// # Errors
    /// A name is none, or one of members.
    pub fn source(&self, url: &str, listening: &[IpAddr]) -> anyhow::Result<Option<Source>> {
        if self.tls_cluster {
            let names = names(&self.tls_names, url, listening).context("--tls-name")?;
            return Ok(Some(Source::Cluster(names)));
        }
        let files = self.tls_cert.clone().zip(self.tls_key.clone());
        Ok(files.map(|(cert, key)| Source::Files(Files { cert, key })))
    }
}

/// Every name under which somebody may rightly look for this member.
fn names(given: &[String], url: &str, listening: &[IpAddr]) -> anyhow::Result<ServerNames> {
    let url: http::Uri = url.parse().context("--api-url")?;
    let host = url.host().map(|host| host.trim_matches(['[', ']']).to_owned());
    let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    let (mut dns, mut ips) = (vec!["localhost".to_owned()], loopback.to_vec());
    ips.extend(listening.iter().filter(|ip| !ip.is_unspecified()));
    for name in given.iter().cloned().chain(host) {
        match name.parse::<IpAddr>() {
            Ok(ip) => ips.push(ip),
            Err(_) => dns.push(name),
        }
    }
    dns.sort();
    dns.dedup();
    ips.sort();
    ips.dedup();
    Ok(ServerNames::new(dns, ips)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_certificate_of_the_cluster_has_every_name_that_clients_may_use_once() {
        let given = ["cp.example.com".to_owned(), "10.0.0.7".to_owned()];
        let listening = ["0.0.0.0".parse().unwrap(), "10.0.0.7".parse().unwrap()];
        let found = names(&given, "https://cp.example.com:4000", &listening).unwrap();
        let ips = ["10.0.0.7", "127.0.0.1", "::1"].map(|ip| ip.parse().unwrap());
        assert_eq!(found, ServerNames::new(["cp.example.com", "localhost"], ips).unwrap());
        let six = names(&[], "https://[fd00::7]:4000", &[]).unwrap();
        let ips = ["127.0.0.1", "::1", "fd00::7"].map(|ip| ip.parse().unwrap());
        assert_eq!(six, ServerNames::new(["localhost"], ips).unwrap());
        let wrong = names(&["a b".to_owned()], "https://cp.example.com", &[]).unwrap_err();
        assert!(wrong.to_string().contains("\"a b\" is not a DNS name"), "{wrong}");
    }
}
