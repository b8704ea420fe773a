//! Certificates of a project. No answer has a private key.

use sentinel_model::{CertificateId, Sha256Digest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Secret, Timestamp};

/// A certificate, without its key: nothing shows that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Certificate {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: CertificateId,
    /// What the project calls it. It never changes.
    pub slug: String,
    /// What it is for.
    pub description: String,
    /// Where its versions come from.
    pub source: CertificateSource,
    /// What is asked of a certificate authority, and how far that is; null for one that is uploaded.
    pub acme: Option<CertificateAcme>,
    /// The version that holds; null: none has been issued yet.
    pub current: Option<CertificateVersion>,
    /// The versions that are kept, the newest first, at most five.
    pub versions: Vec<CertificateVersion>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub inserted_at: Timestamp,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
}

/// Where the versions of a certificate come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CertificateSource {
    /// People and programs put them in.
    Uploaded,
    /// A certificate authority issues them, by ACME.
    Acme,
}

/// What is asked of a certificate authority, and how far that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificateAcme {
    /// How far it is.
    pub state: AcmeStatus,
    /// The names that it shall be for.
    pub domains: Vec<String>,
    /// Where the certificate authority begins: its directory.
    pub directory_url: String,
    /// Who vouches for the directory, in PEM, and nobody else; null: who vouches for everybody.
    pub directory_ca: Option<String>,
    /// Whom the certificate authority writes to.
    pub contact: String,
    /// Id of the external account that the project's account is bound to.
    pub external_key_id: Option<String>,
    /// When the next order is made, be it to renew or after a failure; null while one is under way.
    pub next_attempt_at: Option<Timestamp>,
    /// What went wrong since it last went well.
    pub failure: Option<AcmeFailure>,
}

/// How far a certificate is that a certificate authority issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AcmeStatus {
    /// Nothing is ordered yet.
    Pending,
    /// An order is under way; members answer for its challenges.
    Ordered,
    /// It is issued, and is renewed in time.
    Issued,
    /// The last order failed; the next one follows.
    Failed,
}

/// What went wrong with an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AcmeFailure {
    /// In words, mostly those of the certificate authority.
    pub reason: String,
    /// How often in a row.
    pub times: u32,
    /// When it last did.
    pub at: Timestamp,
}

/// What a certificate is or was: the first one of the chain, the server's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificateVersion {
    /// Its number, from 1.
    pub version: u64,
    /// The names and addresses that it is for (subject alternative names), in lower case.
    pub names: Vec<String>,
    /// Who issued it.
    pub issuer: String,
    /// SHA-256 of its DER, in hexadecimal digits.
    #[schema(value_type = String)]
    pub fingerprint: Sha256Digest,
    /// The kind of its key, such as `ECDSA P-256`.
    pub key_type: String,
    /// From when it holds.
    pub not_before: Timestamp,
    /// Until when it holds.
    pub not_after: Timestamp,
    /// Whole days until then; negative when it has ended.
    pub days_left: i64,
    /// By whom this version was made.
    pub created_by: String,
    /// When this version was made.
    pub inserted_at: Timestamp,
}

/// One certificate with its chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificateBody {
    /// The certificate.
    pub certificate: Certificate,
    /// The chain of the version that holds, in PEM.
    pub chain: Option<String>,
    /// What whoever wants to serve with it should know, after it was made or replaced.
    pub warnings: Vec<String>,
}

/// The certificates of a project, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificateList {
    /// By slug.
    pub certificates: Vec<Certificate>,
    /// How many.
    pub total: u64,
}

/// A certificate to add.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateCreate {
    /// What the project calls it from now on: 1 to 50 lower-case letters, digits and inner hyphens.
    pub slug: String,
    /// The chain in PEM: the server's own certificate first, behind each one the one that signed it. At most ten, and 65,536 bytes.
    pub chain: String,
    /// The private key of the first one in PEM, not encrypted, at most 16,384 bytes. Nothing ever shows it again.
    #[schema(value_type = String, format = Password)]
    pub key: Secret,
    /// What it is for, at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Another chain and key for a certificate: its next version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateReplace {
    /// The chain from now on, in PEM: the server's own certificate first. At most ten, and 65,536 bytes.
    pub chain: String,
    /// The private key of the first one in PEM, not encrypted, at most 16,384 bytes. Nothing ever shows it again.
    #[schema(value_type = String, format = Password)]
    pub key: Secret,
}

/// What to change of a certificate beside chain and key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateUpdate {
    /// What it is for, at most 1,000 characters.
    pub description: String,
}

/// A certificate that a certificate authority shall issue, by ACME.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateRequest {
    /// What the project calls it from now on: 1 to 50 lower-case letters, digits and inner hyphens.
    pub slug: String,
    /// The names that it shall be for, 1 to 100 whole DNS names. Each must lead to nodes or members over HTTP, on port 80.
    pub domains: Vec<String>,
    /// E-mail address that the certificate authority writes to.
    pub contact: String,
    /// Directory of the certificate authority, over HTTPS; that of Let's Encrypt when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory_url: Option<String>,
    /// Who vouches for the directory, in PEM, and nobody else: for certificate authorities of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory_ca: Option<String>,
    /// An account that somebody has with the certificate authority already, where it asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_account: Option<CertificateExternalAccount>,
    /// What it is for, at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// An account outside ACME, to which the ACME account is bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateExternalAccount {
    /// Its id, as the certificate authority has given it.
    pub key_id: String,
    /// Its HMAC key in Base64 for URLs, as the certificate authority has given it. Nothing ever shows it again.
    #[schema(value_type = String, format = Password)]
    pub hmac_key: Secret,
}
