//! Looks at a chain and a key that somebody wants to have served, before anything of them is kept.
//!
//! Whether clients trust who issued it is not asked: many a project has a CA of its own.

use std::fmt::Write;
use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use sentinel_api_types::Secret;
use sentinel_model::certificate::{CHAIN_LENGTH_MAX, CHAIN_MAX, Facts, KEY_MAX, NAMES_MAX, WORDS_MAX};
use sentinel_model::{InvalidValue, Sha256Digest, Time};
use sha2::{Digest, Sha256};
use x509_parser::error::X509Error;
use x509_parser::extensions::GeneralName;
use x509_parser::oid_registry::OID_SIG_ED25519;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;
use zeroize::Zeroizing;

const CHAIN: &str = "chain";
const KEY: &str = "key";
/// Characters of Base64 in a line of PEM.
const LINE: usize = 64;

/// What was looked at and is good.
#[derive(Debug)]
pub(crate) struct Checked {
    /// What the first certificate of the chain says of itself.
    pub(crate) facts: Facts,
    /// The chain in PEM, without anything that stood around it.
    pub(crate) chain: String,
    /// The key in PEM, without anything that stood around it.
    pub(crate) key: Zeroizing<String>,
    /// What somebody should know who wants to serve with it.
    pub(crate) warnings: Vec<String>,
}

/// Looks at a chain and its key.
///
/// # Errors
/// One of them cannot be read, they do not belong together, the chain is not in order, or a certificate in it has ended. The key is
/// not in the message.
pub(crate) fn check(chain: &str, key: &Secret, now: Time) -> Result<Checked, InvalidValue> {
    let ders = certificates(chain)?;
    let parsed = ders.iter().enumerate().map(|(at, der)| parse(at, der)).collect::<Result<Vec<_>, _>>()?;
    let own = parsed.first().ok_or_else(no_certificate)?;
    let facts = facts(own, &ders[0])?;
    let mut warnings = Vec::new();
    for (at, certificate) in parsed.iter().enumerate() {
        in_time(at, certificate, now, &mut warnings)?;
    }
    for (at, pair) in parsed.windows(2).enumerate() {
        signed(at, &pair[0], &pair[1], &mut warnings)?;
    }
    if parsed.len() == 1 && own.issuer() != own.subject() {
        let issuer = own.issuer();
        warnings.push(format!(
            "the chain has only the certificate itself; clients that know '{issuer}' from elsewhere take it, and no others"
        ));
    }
    let text = ders.iter().map(|der| pem("CERTIFICATE", der)).collect();
    let key = private_key(key)?;
    let kept = Zeroizing::new(pem(label(&key), key.secret_der()));
    belongs(key, ders)?;
    facts.check()?;
    Ok(Checked { facts, chain: text, key: kept, warnings })
}

/// Looks at the certificates of those who vouch for a directory, and gives them back in PEM without what stood around them.
///
/// # Errors
/// One of them cannot be read.
pub(super) fn authorities(pem_text: &str) -> Result<String, InvalidValue> {
    let at_its_field = |refused: InvalidValue| InvalidValue::new("directory_ca", refused.message);
    let ders = certificates(pem_text).map_err(at_its_field)?;
    for (at, der) in ders.iter().enumerate() {
        parse(at, der).map_err(at_its_field)?;
    }
    Ok(ders.iter().map(|der| pem("CERTIFICATE", der)).collect())
}

fn refuse<T>(field: &str, message: impl Into<String>) -> Result<T, InvalidValue> {
    Err(InvalidValue::new(field, message))
}

fn no_certificate() -> InvalidValue {
    InvalidValue::new(CHAIN, "holds no certificate (PEM, `-----BEGIN CERTIFICATE-----`)")
}

fn certificates(chain: &str) -> Result<Vec<CertificateDer<'static>>, InvalidValue> {
    if chain.len() > CHAIN_MAX {
        return refuse(CHAIN, format!("must have at most {CHAIN_MAX} bytes, not {}", chain.len()));
    }
    if chain.contains("PRIVATE KEY-----") {
        return refuse(
            CHAIN,
            "holds a private key, which everybody could read there; give certificates alone",
        );
    }
    let mut ders = Vec::new();
    for der in CertificateDer::pem_slice_iter(chain.as_bytes()) {
        let at = ders.len() + 1;
        ders.push(der.map_err(|_| InvalidValue::new(CHAIN, format!("certificate {at} cannot be read")))?);
    }
    match ders.len() {
        0 => Err(no_certificate()),
        many if many > CHAIN_LENGTH_MAX => {
            refuse(CHAIN, format!("must have at most {CHAIN_LENGTH_MAX} certificates, not {many}"))
        }
        _ => Ok(ders),
    }
}

fn parse<'a>(at: usize, der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, InvalidValue> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        _ => refuse(CHAIN, format!("certificate {} is not an X.509 certificate", at + 1)),
    }
}

fn facts(own: &X509Certificate<'_>, der: &CertificateDer<'_>) -> Result<Facts, InvalidValue> {
    let names = names(own)?;
    if names.is_empty() {
        return refuse(
            CHAIN,
            "certificate 1 carries no DNS name and no address (subject alternative names), so no client would take it",
        );
    }
    if names.len() > NAMES_MAX {
        let message = format!("certificate 1 is for {} names; at most {NAMES_MAX} can be kept", names.len());
        return refuse(CHAIN, message);
    }
    let mut issuer = own.issuer().to_string();
    if issuer.len() > WORDS_MAX {
        let end = (0..=WORDS_MAX).rev().find(|end| issuer.is_char_boundary(*end)).unwrap_or(0);
        issuer.truncate(end);
    }
    Ok(Facts {
        names,
        issuer,
        fingerprint: Sha256Digest(Sha256::digest(der).into()),
        key_type: key_type(own),
        not_before: time(own.validity().not_before.timestamp()),
        not_after: time(own.validity().not_after.timestamp()),
    })
}

fn names(own: &X509Certificate<'_>) -> Result<Vec<String>, InvalidValue> {
    let unreadable = |_| InvalidValue::new(CHAIN, "the names of certificate 1 cannot be read");
    let Some(found) = own.subject_alternative_name().map_err(unreadable)? else { return Ok(Vec::new()) };
    let mut names: Vec<String> = Vec::new();
    for name in &found.value.general_names {
        let name = match name {
            GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
            GeneralName::IPAddress(bytes) => address(bytes),
            _ => None,
        };
        names.extend(name.filter(|name| !names.contains(name)));
    }
    Ok(names)
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(four).to_string());
    }
    let sixteen = <[u8; 16]>::try_from(bytes).ok()?;
    Some(std::net::Ipv6Addr::from(sixteen).to_string())
}

fn key_type(own: &X509Certificate<'_>) -> String {
    let key = own.public_key();
    match key.parsed() {
        Ok(PublicKey::RSA(rsa)) => format!("RSA {}", rsa.key_size()),
        // The points of P-521 have 66 bytes to a coordinate.
        Ok(PublicKey::EC(point)) if point.key_size() == 528 => "ECDSA P-521".to_owned(),
        Ok(PublicKey::EC(point)) => format!("ECDSA P-{}", point.key_size()),
        _ if key.algorithm.algorithm == OID_SIG_ED25519 => "Ed25519".to_owned(),
        _ => key.algorithm.algorithm.to_id_string(),
    }
}

fn time(seconds: i64) -> Time {
    Time(seconds.saturating_mul(1_000))
}

fn in_time(
    at: usize,
    certificate: &X509Certificate<'_>,
    now: Time,
    warnings: &mut Vec<String>,
) -> Result<(), InvalidValue> {
    let validity = certificate.validity();
    let (begin, end) = (time(validity.not_before.timestamp()), time(validity.not_after.timestamp()));
    if end <= now {
        return refuse(CHAIN, format!("certificate {} has ended on {end}", at + 1));
    }
    if begin > now {
        warnings.push(format!("certificate {} holds only from {begin} on", at + 1));
    }
    Ok(())
}

/// A certificate and the one behind it in the chain, which must have signed it.
fn signed(
    at: usize,
    certificate: &X509Certificate<'_>,
    by: &X509Certificate<'_>,
    warnings: &mut Vec<String>,
) -> Result<(), InvalidValue> {
    let (this, next) = (at + 1, at + 2);
    let order = "the server's own comes first, and behind each one the one that signed it";
    if certificate.issuer() != by.subject() {
        let (issuer, subject) = (certificate.issuer(), by.subject());
        let message = format!(
            "certificate {this} is issued by '{issuer}', and certificate {next} is of '{subject}': {order}"
        );
        return refuse(CHAIN, message);
    }
    if !by.is_ca() {
        return refuse(CHAIN, format!("certificate {next} is not that of a CA, so it may sign no other one"));
    }
    match certificate.verify_signature(Some(by.public_key())) {
        Ok(()) => Ok(()),
        Err(X509Error::SignatureUnsupportedAlgorithm) => {
            warnings
                .push(format!("the signature of certificate {this} is of a kind that is not looked at here"));
            Ok(())
        }
        Err(_) => refuse(CHAIN, format!("certificate {this} is not signed by certificate {next}: {order}")),
    }
}

fn private_key(text: &Secret) -> Result<PrivateKeyDer<'static>, InvalidValue> {
    let text = text.expose();
    if text.len() > KEY_MAX {
        return refuse(KEY, format!("must have at most {KEY_MAX} bytes, not {}", text.len()));
    }
    if text.contains("ENCRYPTED") {
        return refuse(KEY, "is encrypted; take the passphrase off first, such as with `openssl pkey`");
    }
    let mut keys = PrivateKeyDer::pem_slice_iter(text.as_bytes());
    match (keys.next(), keys.next()) {
        (Some(Ok(key)), None) => Ok(key),
        (Some(Ok(_)), Some(_)) => refuse(KEY, "holds more than one private key"),
        _ => refuse(KEY, "holds no private key (PEM, `-----BEGIN PRIVATE KEY-----`)"),
    }
}

fn label(key: &PrivateKeyDer<'_>) -> &'static str {
    match key {
        PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
        PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
        _ => "PRIVATE KEY",
    }
}

fn provider() -> &'static Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    PROVIDER.get_or_init(|| Arc::new(aws_lc_rs::default_provider()))
}

fn belongs(key: PrivateKeyDer<'static>, chain: Vec<CertificateDer<'static>>) -> Result<(), InvalidValue> {
    let signing = provider().key_provider.load_private_key(key);
    // What the library says of a key that it does not take tells nothing of its value.
    let signing =
        signing.map_err(|error| InvalidValue::new(KEY, format!("cannot be used for TLS: {error}")))?;
    match CertifiedKey::new(chain, signing).keys_match() {
        Ok(()) => Ok(()),
        Err(_) => refuse(KEY, "is not the key of certificate 1 of the chain"),
    }
}

/// Bytes as PEM.
fn pem(label: &str, der: &[u8]) -> String {
    let text = Zeroizing::new(STANDARD.encode(der));
    let mut out = String::with_capacity(text.len() + text.len() / LINE + 2 * label.len() + 40);
    // Writing to a string does not fail.
    let _ = writeln!(out, "-----BEGIN {label}-----");
    for line in text.as_bytes().chunks(LINE) {
        out.push_str(std::str::from_utf8(line).unwrap_or_default());
        out.push('\n');
    }
    let _ = writeln!(out, "-----END {label}-----");
    out
}

#[cfg(test)]
mod tests;
