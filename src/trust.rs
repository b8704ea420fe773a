//! Which CA is the cluster's: asked of everybody who calls a member over `https://`, in the same words.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use sentinel_client::{ClientError, TlsTrouble, Trust};
use sentinel_model::Sha256Digest;

/// Flags of every client.
#[derive(Args, Clone, Debug, Default)]
pub struct TrustArgs {
    /// A file with the CA that vouches for the members (PEM), trusted beside those of the system. It is remembered
    #[arg(
        long,
        global = true,
        env = "SENTINEL_CP_CA_FILE",
        hide_env_values = true,
        value_name = "FILE",
        conflicts_with = "ca_fingerprint"
    )]
    pub ca_file: Option<PathBuf>,
    /// SHA-256 of the CA's certificate: that CA is trusted, which the members have to send along, and no other. It is remembered
    #[arg(
        long,
        global = true,
        env = "SENTINEL_CP_CA_FINGERPRINT",
        hide_env_values = true,
        value_name = "SHA256",
        value_parser = fingerprint
    )]
    pub ca_fingerprint: Option<Sha256Digest>,
}

impl TrustArgs {
    /// What they say; `None`: nothing, so what is remembered counts.
    ///
    /// # Errors
    /// The file cannot be read, or holds no certificate.
    pub fn given(&self) -> anyhow::Result<Option<Trust>> {
        let Some(file) = &self.ca_file else { return Ok(self.ca_fingerprint.map(Trust::fingerprint)) };
        let pem = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Some(Trust::ca(pem).with_context(|| format!("--ca-file {}", file.display()))?))
    }
}

/// As it stands in a join token, as `cluster init` prints it, or as `openssl x509 -fingerprint -sha256` prints it.
fn fingerprint(text: &str) -> Result<Sha256Digest, String> {
    let text = text.trim();
    let plain = text.rsplit_once('=').map_or(text, |(_, rest)| rest).to_ascii_lowercase();
    let plain = plain.strip_prefix("sha256:").unwrap_or(&plain).replace(':', "");
    plain
        .parse()
        .map_err(|_| format!("'{text}' is not a SHA-256: 64 hexadecimal digits, with or without colons"))
}

/// What to do about trouble with TLS.
pub fn advice(trouble: &TlsTrouble) -> Option<&'static str> {
    Some(match trouble {
        TlsTrouble::UnknownCa => {
            "name the file with the CA of the members: --ca-file FILE or SENTINEL_CP_CA_FILE; or its fingerprint: --ca-fingerprint. Members that \
             serve with --tls-cluster have the cluster's CA: `sentinel-cp cluster ca` on a member's machine prints it"
        }
        TlsTrouble::OtherCa(_) => {
            "compare it with that of the CA (openssl x509 -in ca.pem -noout -fingerprint -sha256); with a fingerprint, members have \
             to send the CA along, at the end of the chain in their --tls-cert"
        }
        TlsTrouble::WrongName { .. } => {
            "name the member in the URL as its certificate does, or have a certificate made for this name too"
        }
        TlsTrouble::Expired | TlsTrouble::NotYetValid => {
            "look at the clock of this host; if it is right, the member needs another certificate"
        }
        TlsTrouble::PlainText => {
            "write http:// in place of https://, or start the member with --tls-cert and --tls-key"
        }
        TlsTrouble::Other(_) => return None,
    })
}

/// An error in words, with what to do when it is trouble with TLS: for logs, where nothing else stands beside it.
pub fn in_words(error: &ClientError) -> String {
    let advice = match error {
        ClientError::Tls { trouble, .. } => advice(trouble),
        _ => None,
    };
    advice.map_or_else(|| error.to_string(), |advice| format!("{error}; {advice}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::Parser;

    use super::*;

    #[derive(Parser, Debug)]
    struct Cli {
        #[command(flatten)]
        trust: TrustArgs,
    }

    fn given(args: &[&str]) -> anyhow::Result<Option<Trust>> {
        Cli::try_parse_from(["x"].iter().chain(args))?.trust.given()
    }

    #[test]
    fn a_fingerprint_is_read_as_tokens_openssl_and_the_beginning_of_a_cluster_write_it() {
        let plain = "ab".repeat(32);
        let openssl = format!("sha256 Fingerprint={}", vec!["AB"; 32].join(":"));
        let pinned = Some(Trust::fingerprint(Sha256Digest([0xab; 32])));
        let init = format!("sha256:{plain}");
        for text in [&plain, &plain.to_uppercase(), &openssl, &init] {
            assert_eq!(given(&["--ca-fingerprint", text]).unwrap(), pinned, "{text}");
        }
        for wrong in ["", "ab", &plain[1..], &format!("{plain}ab")] {
            assert!(
                given(&["--ca-fingerprint", wrong]).unwrap_err().to_string().contains("64 hex"),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_file_that_is_no_ca_is_refused_by_its_name_and_nothing_given_is_nothing() {
        assert_eq!(given(&[]).unwrap(), None);
        let missing = given(&["--ca-file", "no-such.pem"]).unwrap_err().to_string();
        assert!(missing.contains("no-such.pem"), "{missing}");
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ca.pem");
        std::fs::write(&file, "nothing").unwrap();
        let empty = format!("{:#}", given(&["--ca-file", file.to_str().unwrap()]).unwrap_err());
        assert!(empty.contains("ca.pem") && empty.contains("no certificate"), "{empty}");
        assert!(given(&["--ca-file", "a", "--ca-fingerprint", &"ab".repeat(32)]).is_err());
    }
}
