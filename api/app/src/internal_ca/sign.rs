//! Keys and signatures of internal CAs. Dates are written as X.509 wants them, also behind 2049.

use std::net::IpAddr;

use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PKCS_ECDSA_P384_SHA384, RevocationReason, RevokedCertParams, SanType, SerialNumber,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use sentinel_model::internal_ca::{CrlFacts, InternalCa, InternalCertificate, KeyAlgorithm, Reason, Serial};
use sentinel_model::{InvalidValue, Sha256Digest, Time};
use sha2::{Digest, Sha256};
use x509_parser::time::ASN1Time;
use zeroize::Zeroizing;

use crate::error::AppError;

/// From when to when something holds, in whole seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    pub(super) not_before: Time,
    pub(super) not_after: Time,
}

/// A certificate as it was signed.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) pem: String,
    pub(super) fingerprint: Sha256Digest,
}

/// What a certificate of a client shall say.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) subject_cn: &'a str,
    pub(super) subject_ou: Option<&'a str>,
    pub(super) sans: Vec<SanType>,
    pub(super) serial: Serial,
    pub(super) life: Life,
}

/// A CA with its key in hand.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A new key, in PKCS#8, with a certificate that it has signed itself.
    pub(super) fn make(
        subject_cn: &str,
        algorithm: KeyAlgorithm,
        serial: Serial,
        life: Life,
    ) -> Result<(Signed, Zeroizing<Vec<u8>>), AppError> {
        let algorithm = match algorithm {
            KeyAlgorithm::EcP384 => &PKCS_ECDSA_P384_SHA384,
            KeyAlgorithm::EcP256 => &PKCS_ECDSA_P256_SHA256,
        };
        let key = KeyPair::generate_for(algorithm).map_err(AppError::internal)?;
        let mut params = params(subject_cn, None, serial, life)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).map_err(AppError::internal)?;
        Ok((signed(&certificate), Zeroizing::new(key.serialize_der())))
    }

    /// One that there is: its certificate in PEM, and its key.
    pub(super) fn open(certificate: &str, key: &[u8]) -> Result<Self, AppError> {
        let der = CertificateDer::from_pem_slice(certificate.as_bytes()).map_err(AppError::internal)?;
        let key = KeyPair::try_from(&PrivatePkcs8KeyDer::from(key)).map_err(AppError::internal)?;
        let issuer = Issuer::from_ca_cert_der(&der, key).map_err(AppError::internal)?;
        Ok(Self { issuer })
    }

    /// A certificate of a client, with a new key in PEM.
    pub(super) fn issue(&self, asked: Asked<'_>) -> Result<(Signed, Zeroizing<String>), AppError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(AppError::internal)?;
        let mut params = params(asked.subject_cn, asked.subject_ou, asked.serial, asked.life)?;
        params.subject_alt_names = asked.sans;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer).map_err(AppError::internal)?;
        Ok((signed(&certificate), Zeroizing::new(key.serialize_pem())))
    }

    /// A list of revoked certificates, in PEM.
    pub(super) fn list(&self, facts: CrlFacts, revoked: &[InternalCertificate]) -> Result<String, AppError> {
        let entry = |one: &InternalCertificate| {
            let revocation = one.revocation.as_ref()?;
            let at = asn1(revocation.at).ok()?;
            Some(RevokedCertParams {
                serial_number: SerialNumber::from_slice(one.serial.as_bytes()),
                revocation_time: at.to_datetime(),
                reason_code: reason(revocation.reason),
                invalidity_date: None,
            })
        };
        let params = CertificateRevocationListParams {
            this_update: asn1(facts.this_update)?.to_datetime(),
            next_update: asn1(facts.next_update)?.to_datetime(),
            crl_number: SerialNumber::from(facts.number),
            issuing_distribution_point: None,
            revoked_certs: revoked.iter().filter_map(entry).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).and_then(|list| list.pem()).map_err(AppError::internal)
    }
}

/// The first list of a CA, which has nothing in it.
pub(super) fn first_list(certificate: &str, key: &[u8], facts: CrlFacts) -> Result<String, AppError> {
    Authority::open(certificate, key)?.list(facts, &[])
}

/// The alternative names that people write, by their kinds.
///
/// # Errors
/// One of them is no name.
pub(super) fn alternative_names(sans: &[String]) -> Result<Vec<SanType>, InvalidValue> {
    let each = |(number, name): (usize, &String)| {
        let ia5 = || {
            Ia5String::try_from(name.as_str())
                .map_err(|_| InvalidValue::new(format!("sans.{number}"), "must be of ASCII characters"))
        };
        Ok(match name.parse::<IpAddr>() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) if name.contains("://") => SanType::URI(ia5()?),
            Err(_) if name.contains('@') => SanType::Rfc822Name(ia5()?),
            Err(_) => SanType::DnsName(ia5()?),
        })
    };
    sans.iter().enumerate().map(each).collect()
}

/// What holds from a little before now, for the clocks of others, for so many days, and not longer than `within`.
pub(super) fn life(now: Time, days: u32, within: Option<&InternalCa>) -> Life {
    let second = now.0.div_euclid(1_000) * 1_000;
    let end = Time(second).plus_ms(u64::from(days) * sentinel_model::internal_ca::DAY_MS);
    let not_after = within.map_or(end, |ca| end.min(ca.not_after));
    Life { not_before: Time(second - SLACK_MS), not_after }
}

/// By how much the clocks of others may be behind, in milliseconds: an hour.
const SLACK_MS: i64 = 60 * 60 * 1_000;

fn params(
    subject_cn: &str,
    subject_ou: Option<&str>,
    serial: Serial,
    life: Life,
) -> Result<CertificateParams, AppError> {
    let mut params = CertificateParams::default();
    params.not_before = asn1(life.not_before)?.to_datetime();
    params.not_after = asn1(life.not_after)?.to_datetime();
    params.serial_number = Some(SerialNumber::from_slice(serial.as_bytes()));
    params.distinguished_name = DistinguishedName::new();
    if let Some(unit) = subject_ou {
        params.distinguished_name.push(DnType::OrganizationalUnitName, unit);
    }
    params.distinguished_name.push(DnType::CommonName, subject_cn);
    Ok(params)
}

fn signed(certificate: &rcgen::Certificate) -> Signed {
    Signed { pem: certificate.pem(), fingerprint: Sha256Digest(Sha256::digest(certificate.der()).into()) }
}

fn asn1(time: Time) -> Result<ASN1Time, AppError> {
    ASN1Time::from_timestamp(time.0.div_euclid(1_000)).map_err(AppError::internal)
}

/// One that nobody says is left out, as RFC 5280 wants it.
fn reason(reason: Reason) -> Option<RevocationReason> {
    Some(match reason {
        Reason::Unspecified => return None,
        Reason::KeyCompromise => RevocationReason::KeyCompromise,
        Reason::CaCompromise => RevocationReason::CaCompromise,
        Reason::AffiliationChanged => RevocationReason::AffiliationChanged,
        Reason::Superseded => RevocationReason::Superseded,
        Reason::CessationOfOperation => RevocationReason::CessationOfOperation,
        Reason::PrivilegeWithdrawn => RevocationReason::PrivilegeWithdrawn,
    })
}
