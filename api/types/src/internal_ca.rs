//! The internal CA of a project, and the certificates of clients that it issues. The key of the CA is in no answer; that of a certificate in one alone.

use sentinel_model::{InternalCaId, Sha256Digest};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{Secret, Timestamp};

/// The internal CA of a project, without its key: nothing shows that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InternalCa {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: InternalCaId,
    /// Common name of its subject.
    pub subject_cn: String,
    /// The kind of its key.
    pub key_algorithm: InternalCaKeyAlgorithm,
    /// SHA-256 of its DER, in hexadecimal digits.
    #[schema(value_type = String)]
    pub fingerprint: Sha256Digest,
    /// From when it holds.
    pub not_before: Timestamp,
    /// Until when it holds.
    pub not_after: Timestamp,
    /// Whole days until then; negative when it has ended.
    pub days_left: i64,
    /// Its certificate in PEM.
    pub certificate_pem: String,
    /// How many certificates of it are kept, of at most 10,000.
    pub certificates: u64,
    /// The list of revoked certificates that holds.
    pub crl: InternalCrl,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub inserted_at: Timestamp,
}

/// A list of revoked certificates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InternalCrl {
    /// Its number, which grows.
    pub number: u64,
    /// When it was made.
    pub this_update: Timestamp,
    /// Until when it holds; the next one is made long before.
    pub next_update: Timestamp,
}

/// The kind of a CA's key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InternalCaKeyAlgorithm {
    /// ECDSA on P-384.
    #[default]
    EcP384,
    /// ECDSA on P-256.
    EcP256,
}

/// The internal CA of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InternalCaBody {
    /// The CA.
    pub internal_ca: InternalCa,
}

/// An internal CA to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InternalCaCreate {
    /// Common name of its subject: 1 to 64 characters.
    pub subject_cn: String,
    /// The kind of its key; usually `ec_p384`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_algorithm: Option<InternalCaKeyAlgorithm>,
    /// Its life in days, 1 to 3650; usually 3650.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity_days: Option<u32>,
}

/// A certificate that an internal CA has issued. Its key is with whoever asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InternalCertificate {
    /// Its serial number: 32 hexadecimal digits.
    pub serial: String,
    /// What the project calls it; the next one of the same client may have the same name.
    pub name: String,
    /// Common name of its subject.
    pub subject_cn: String,
    /// Organisational unit of its subject.
    pub subject_ou: Option<String>,
    /// Alternative names: DNS names, addresses, e-mail addresses and URIs.
    pub sans: Vec<String>,
    /// SHA-256 of its DER, in hexadecimal digits.
    #[schema(value_type = String)]
    pub fingerprint: Sha256Digest,
    /// From when it holds.
    pub not_before: Timestamp,
    /// Until when it holds.
    pub not_after: Timestamp,
    /// Whole days until then; negative when it has ended.
    pub days_left: i64,
    /// Whether it holds.
    pub status: InternalCertificateStatus,
    /// That it was revoked; null: it was not.
    pub revocation: Option<InternalRevocation>,
    /// Who asked for it.
    pub issued_by: String,
    /// When.
    pub inserted_at: Timestamp,
}

/// Whether a certificate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InternalCertificateStatus {
    /// It holds.
    Valid,
    /// It was revoked.
    Revoked,
    /// Its time is over.
    Ended,
}

/// That a certificate was revoked. It is for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InternalRevocation {
    /// Why.
    pub reason: RevocationReason,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// Why a certificate is revoked (RFC 5280).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevocationReason {
    /// Nobody says.
    #[default]
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

/// One certificate in PEM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InternalCertificateBody {
    /// What it says of itself.
    pub certificate: InternalCertificate,
    /// The certificate in PEM.
    pub certificate_pem: String,
}

/// A certificate with its key, which is shown this once and kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InternalCertificateIssued {
    /// What it says of itself.
    pub certificate: InternalCertificate,
    /// The certificate in PEM.
    pub certificate_pem: String,
    /// The certificate and that of the CA, in PEM.
    pub chain_pem: String,
    /// Its private key in PEM (PKCS#8).
    #[schema(value_type = String, format = Password)]
    pub private_key: Secret,
}

/// Certificates of an internal CA, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InternalCertificateList {
    /// The newest first.
    pub certificates: Vec<InternalCertificate>,
    /// Length of this page.
    pub total: u64,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
}

/// Which certificates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InternalCertificatesQuery {
    /// Objects in the page; 50 when absent, at most 200.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A certificate to issue. Its key is an ECDSA key on P-256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InternalCertificateIssue {
    /// What the project calls it: 1 to 50 lower-case letters, digits and inner hyphens.
    pub name: String,
    /// Common name of its subject: 1 to 64 characters.
    pub subject_cn: String,
    /// Organisational unit of its subject: 1 to 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_ou: Option<String>,
    /// Alternative names, at most 100: DNS names, addresses, e-mail addresses and URIs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sans: Vec<String>,
    /// Its life in days, 1 to 3650; usually 90. It never outlives the CA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity_days: Option<u32>,
}

/// A certificate to revoke.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InternalCertificateRevoke {
    /// Why.
    #[serde(default)]
    pub reason: RevocationReason,
}
