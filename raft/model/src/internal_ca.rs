//! The internal CA of a project: it vouches for clients of the project's own. Its key is sealed and in a row of its own; keys of what it issues are nowhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::name::{check_name, check_slug};
use crate::secret::Sealed;
use crate::{InternalCaId, InvalidValue, ProjectId, Sha256Digest, Time};

/// Most certificates of a project that are kept.
pub const ISSUED_MAX: u64 = 10_000;
/// How long a certificate is kept after its end, in milliseconds: 90 days.
pub const KEPT_MS: u64 = 90 * DAY_MS;
/// Longest life of a CA, and the usual one, in days.
pub const CA_DAYS_MAX: u32 = 3_650;
/// Usual life of a certificate, in days.
pub const CERTIFICATE_DAYS: u32 = 90;
/// How long a list of revoked certificates holds, in milliseconds: 7 days.
pub const CRL_MS: u64 = 7 * DAY_MS;
/// Most alternative names of a certificate.
pub const SANS_MAX: usize = 100;
/// Longest certificate, in bytes of PEM.
pub const PEM_MAX: usize = 64 << 10;
/// Longest list of revoked certificates, in bytes of PEM.
pub const CRL_MAX: usize = 2 << 20;
/// Longest sealed key, in bytes.
pub const SEALED_MAX: usize = 1_024;
/// Longest name in a subject, in characters, as X.509 has it.
const SUBJECT_MAX: usize = 64;
/// Longest alternative name, in bytes.
const SAN_MAX: usize = 253;
/// Milliseconds of a day.
pub const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// The internal CA of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternalCa {
    /// Identity: the next CA of the project is another one.
    pub id: InternalCaId,
    /// The project.
    pub project_id: ProjectId,
    /// Common name of its subject.
    pub subject_cn: String,
    /// The kind of its key.
    pub key_algorithm: KeyAlgorithm,
    /// Its certificate in PEM.
    pub certificate: String,
    /// SHA-256 of its DER.
    pub fingerprint: Sha256Digest,
    /// From when it holds.
    pub not_before: Time,
    /// Until when it holds.
    pub not_after: Time,
    /// How many certificates it has revoked, those that are not kept any more with them.
    pub revocations: u64,
    /// The list of revoked certificates that holds.
    pub crl: CrlFacts,
    /// How many certificates are kept.
    pub kept: u64,
    /// Who made it, as the audit log names them.
    pub created_by: String,
    /// When it was made.
    pub created_at: Time,
}

/// The kind of a CA's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyAlgorithm {
    /// ECDSA on P-384.
    EcP384,
    /// ECDSA on P-256.
    EcP256,
}

/// What a list of revoked certificates says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrlFacts {
    /// Its number, from 1.
    pub number: u64,
    /// How many certificates were revoked when it was made: with more of them there must be another one.
    pub revocations: u64,
    /// When it was made.
    pub this_update: Time,
    /// Until when it holds.
    pub next_update: Time,
}

/// The key of an internal CA.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternalCaKey {
    /// The project.
    pub project_id: ProjectId,
    /// The CA.
    pub ca_id: InternalCaId,
    /// PKCS#8, sealed for its project and CA: it opens nowhere else.
    pub sealed: Sealed,
}

/// The list of revoked certificates of a CA, signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternalCrl {
    /// The project.
    pub project_id: ProjectId,
    /// The CA.
    pub ca_id: InternalCaId,
    /// PEM.
    pub pem: String,
}

/// The serial number of a certificate: random, 16 bytes, the first of them from 0x40 to 0x7f.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Serial(pub [u8; 16]);

impl Serial {
    /// Of random bytes.
    pub fn of(mut random: [u8; 16]) -> Self {
        // Neither negative nor with zeros in front: it has one form alone, whoever writes it.
        random[0] = random[0] & 0x3f | 0x40;
        Self(random)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Serial {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let refused = || InvalidValue::new("serial", "must be 32 hexadecimal digits");
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(refused());
        }
        Ok(Self(u128::from_str_radix(text, 16).map_err(|_| refused())?.to_be_bytes()))
    }
}

/// A certificate that the CA of a project has issued. Its key is with whoever asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternalCertificate {
    /// The project.
    pub project_id: ProjectId,
    /// The CA.
    pub ca_id: InternalCaId,
    /// Its number.
    pub serial: Serial,
    /// What the project calls it; the next one of the same client has the same name.
    pub name: String,
    /// Common name of its subject.
    pub subject_cn: String,
    /// Organisational unit of its subject.
    pub subject_ou: Option<String>,
    /// Alternative names: DNS names, addresses, e-mail addresses and URIs.
    pub sans: Vec<String>,
    /// The certificate in PEM.
    pub certificate: String,
    /// SHA-256 of its DER.
    pub fingerprint: Sha256Digest,
    /// From when it holds.
    pub not_before: Time,
    /// Until when it holds.
    pub not_after: Time,
    /// That it was revoked.
    pub revocation: Option<Revocation>,
    /// Who asked for it, as the audit log names them.
    pub issued_by: String,
    /// When.
    pub issued_at: Time,
}

/// That a certificate was revoked. It is for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// Why.
    pub reason: Reason,
    /// When.
    pub at: Time,
    /// By whom, as the audit log names them.
    pub by: String,
}

/// Why a certificate is revoked (RFC 5280, section 5.3.1). Those that can be taken back are not among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nobody says.
    Unspecified,
    /// Somebody else has its key.
    KeyCompromise,
    /// Somebody else has the key of the CA.
    CaCompromise,
    /// Its subject is not what it says any more.
    AffiliationChanged,
    /// There is another one in its place.
    Superseded,
    /// It is not needed any more.
    CessationOfOperation,
    /// Its subject may not do any more what it is for.
    PrivilegeWithdrawn,
}

impl Reason {
    /// As the audit log has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Unspecified => "unspecified",
            Reason::KeyCompromise => "key_compromise",
            Reason::CaCompromise => "ca_compromise",
            Reason::AffiliationChanged => "affiliation_changed",
            Reason::Superseded => "superseded",
            Reason::CessationOfOperation => "cessation_of_operation",
            Reason::PrivilegeWithdrawn => "privilege_withdrawn",
        }
    }
}

impl InternalCa {
    /// Checks its fields; the first refusal names it.
    ///
    /// # Errors
    /// A field is not as it must be.
    pub fn check(&self) -> Result<(), InvalidValue> {
        check_subject("subject_cn", &self.subject_cn)?;
        check_pem(&self.certificate)?;
        check_life(self.not_before, self.not_after)?;
        // A day more than a certificate may have: it begins a little before it is made.
        let most = u64::from(CA_DAYS_MAX + 1) * DAY_MS;
        if self.not_after.since(self.not_before) > most {
            let message = format!("must be at most {CA_DAYS_MAX} days");
            return Err(InvalidValue::new("validity_days", message));
        }
        Ok(())
    }

    /// When the next list of revoked certificates is made: half the life of this one is over, or it lacks one.
    pub fn crl_due(&self) -> Time {
        if self.crl.revocations < self.revocations {
            return self.crl.this_update;
        }
        self.crl.this_update.plus_ms(self.crl.next_update.since(self.crl.this_update) / 2)
    }
}

impl InternalCertificate {
    /// Checks its fields; the first refusal names it.
    ///
    /// # Errors
    /// A field is not as it must be.
    pub fn check(&self) -> Result<(), InvalidValue> {
        check_request(&self.name, &self.subject_cn, self.subject_ou.as_deref(), &self.sans)?;
        check_pem(&self.certificate)?;
        check_life(self.not_before, self.not_after)
    }

    /// When it is not kept any more.
    pub fn kept_until(&self) -> Time {
        self.not_after.plus_ms(KEPT_MS)
    }
}

/// Checks what somebody asks for, before anything is signed.
///
/// # Errors
/// A field is not as it must be.
pub fn check_request(
    name: &str,
    subject_cn: &str,
    subject_ou: Option<&str>,
    sans: &[String],
) -> Result<(), InvalidValue> {
    check_slug("name", name)?;
    check_subject("subject_cn", subject_cn)?;
    subject_ou.map_or(Ok(()), |unit| check_subject("subject_ou", unit))?;
    if sans.len() > SANS_MAX {
        return Err(InvalidValue::new("sans", format!("must be at most {SANS_MAX} names")));
    }
    for (number, name) in sans.iter().enumerate() {
        let plain = name.is_ascii() && !name.bytes().any(|byte| byte.is_ascii_control() || byte == b' ');
        if name.is_empty() || name.len() > SAN_MAX || !plain {
            let message = format!("must have 1 to {SAN_MAX} letters, digits and signs");
            return Err(InvalidValue::new(format!("sans.{number}"), message));
        }
    }
    Ok(())
}

/// Checks a name in a subject.
///
/// # Errors
/// It is empty, too long, or has characters that nobody sees.
pub fn check_subject(field: &str, text: &str) -> Result<(), InvalidValue> {
    check_name(field, text)?;
    if text.chars().count() > SUBJECT_MAX {
        return Err(InvalidValue::new(field, format!("must have at most {SUBJECT_MAX} characters")));
    }
    Ok(())
}

fn check_pem(pem: &str) -> Result<(), InvalidValue> {
    if pem.is_empty() || pem.len() > PEM_MAX {
        return Err(InvalidValue::new("certificate", format!("must have 1 to {PEM_MAX} bytes of PEM")));
    }
    Ok(())
}

fn check_life(not_before: Time, not_after: Time) -> Result<(), InvalidValue> {
    if not_after <= not_before {
        return Err(InvalidValue::new("validity_days", "it would end before it begins"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_serial_number_has_one_form() {
        for byte in [0, 0x40, 0x7f, 0x80, 0xff] {
            let serial = Serial::of([byte; 16]);
            assert!((0x40..=0x7f).contains(&serial.0[0]));
            assert_eq!(serial.to_string().parse(), Ok(serial));
        }
        for text in ["", "12", "+1234567890123456789012345678901", "zz345678901234567890123456789012"] {
            assert!(text.parse::<Serial>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_asked_for_has_limits() {
        let sans = |one: &str| vec!["a.example".to_owned(), one.to_owned()];
        assert!(check_request("ada", "Ada", Some("Shop"), &sans("ada@example.com")).is_ok());
        for (refused, field) in [
            (check_request("Ada", "Ada", None, &[]), "name"),
            (check_request("ada", "", None, &[]), "subject_cn"),
            (check_request("ada", &"a".repeat(65), None, &[]), "subject_cn"),
            (check_request("ada", "Ada", Some("a\nb"), &[]), "subject_ou"),
            (check_request("ada", "Ada", None, &sans("a b")), "sans.1"),
            (check_request("ada", "Ada", None, &vec!["a".to_owned(); SANS_MAX + 1]), "sans"),
        ] {
            assert_eq!(refused.unwrap_err().field, field);
        }
    }
}
