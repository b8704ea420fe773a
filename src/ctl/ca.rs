//! The internal CA of a project, and the certificates of clients that it issues. A private key goes into a file for its owner alone, and nothing prints it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use sentinel_api_types::internal_ca::{
    InternalCaBody, InternalCaCreate, InternalCaKeyAlgorithm, InternalCertificate, InternalCertificateIssue,
    InternalCertificateRevoke, InternalCertificatesQuery, RevocationReason,
};
use serde_json::json;

use super::connection::Connection;
use super::output::Table;
use super::paging::Paging;
use super::words::{at, word};
use super::{failure, terminal};
use crate::durable;

/// What can be done with the internal CA.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp ca create --cn 'Clients of the shop' --project shop
  sentinel-cp ca issue ada --cn 'Ada Lovelace' --cert ada.pem --key ada.key --project shop
  sentinel-cp ca revoke 5f0c2a1b4d6e8f905f0c2a1b4d6e8f90 --reason key-compromise --project shop

A trust store of the configuration with `internal_ca: true` lets its clients in.

{}", failure::EXIT_CODES))]
pub enum CaCommand {
    /// Give a project an internal CA
    #[command(after_help = "Examples:
  sentinel-cp ca create --cn 'Clients of the shop' --project shop
  sentinel-cp ca create --cn 'Clients of the shop' --algorithm ec-p256 --days 1825 --project shop")]
    Create {
        /// Common name of its subject
        #[arg(long = "cn", value_name = "NAME")]
        subject_cn: String,
        /// Kind of its key
        #[arg(long, value_enum, default_value_t = Algorithm::EcP384)]
        algorithm: Algorithm,
        /// Its life in days, at most 3650
        #[arg(long, value_name = "N")]
        days: Option<u32>,
    },
    /// Show the internal CA, without its key
    #[command(after_help = "Examples:
  sentinel-cp ca show --project shop
  sentinel-cp ca show --pem --project shop | openssl x509 -noout -text")]
    Show {
        /// Print its certificate in PEM, and nothing else
        #[arg(long)]
        pem: bool,
    },
    /// Issue a certificate of a client, with a new key
    #[command(after_help = "Examples:
  sentinel-cp ca issue ada --cn 'Ada Lovelace' --cert ada.pem --key ada.key --project shop
  sentinel-cp ca issue billing --cn billing --ou backends --san billing.internal --days 30 --cert b.pem --key b.key --project shop

The files must not be there yet. The key is kept nowhere else: whoever loses it revokes the certificate and issues another one.")]
    Issue(IssueArgs),
    /// List what it has issued, the newest first
    #[command(
        after_help = "Examples:\n  sentinel-cp ca list --project shop\n  sentinel-cp ca list --limit 500 --project shop"
    )]
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Revoke a certificate, for ever
    #[command(after_help = "Examples:
  sentinel-cp ca revoke 5f0c2a1b4d6e8f905f0c2a1b4d6e8f90 --reason key-compromise --project shop

The proxy does not look at revocations: it lets the client in until the certificate ends.")]
    Revoke {
        /// Serial number, as the list shows it
        serial: String,
        /// Why
        #[arg(long, value_enum, default_value_t = Why::Unspecified)]
        reason: Why,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Print the list of revoked certificates that holds, in PEM
    #[command(after_help = "Examples:\n  sentinel-cp ca crl --project shop | openssl crl -noout -text")]
    Crl,
    /// Take the internal CA away, with everything that it has issued
    #[command(after_help = "Examples:\n  sentinel-cp ca delete --project shop --yes")]
    Delete {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// What a certificate shall say, and where it goes.
#[derive(Args, Debug)]
pub struct IssueArgs {
    /// What the project calls it: 1 to 50 lower-case letters, digits and inner hyphens
    name: String,
    /// Common name of its subject
    #[arg(long = "cn", value_name = "NAME")]
    subject_cn: String,
    /// Organisational unit of its subject
    #[arg(long = "ou", value_name = "NAME")]
    subject_ou: Option<String>,
    /// Alternative name: a DNS name, an address, an e-mail address or a URI; may be repeated
    #[arg(long = "san", value_name = "NAME")]
    sans: Vec<String>,
    /// Its life in days; 90 when left out
    #[arg(long, value_name = "N")]
    days: Option<u32>,
    /// File for the certificate and that of the CA, in PEM
    #[arg(long, value_name = "FILE")]
    cert: PathBuf,
    /// File for the private key in PEM, which its owner alone can read
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

/// Kind of a key.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Algorithm {
    /// ECDSA on P-384
    #[value(name = "ec-p384")]
    EcP384,
    /// ECDSA on P-256
    #[value(name = "ec-p256")]
    EcP256,
}

/// Why a certificate is revoked.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Why {
    /// Nobody says
    Unspecified,
    /// Somebody else has its key
    KeyCompromise,
    /// Somebody else has the key of the CA
    CaCompromise,
    /// Its subject is not what it says any more
    AffiliationChanged,
    /// There is another one in its place
    Superseded,
    /// It is not needed any more
    CessationOfOperation,
    /// Its subject may not do any more what it is for
    PrivilegeWithdrawn,
}

impl CaCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        matches!(self, CaCommand::Show { .. } | CaCommand::List { .. } | CaCommand::Crl)
    }
}

/// Carries it out.
pub async fn run(command: CaCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    let project = connection.project().await?;
    match command {
        CaCommand::Create { subject_cn, algorithm, days } => {
            let key_algorithm = Some(match algorithm {
                Algorithm::EcP384 => InternalCaKeyAlgorithm::EcP384,
                Algorithm::EcP256 => InternalCaKeyAlgorithm::EcP256,
            });
            let request = InternalCaCreate { subject_cn, key_algorithm, validity_days: days };
            let made = client.create_internal_ca(&project, &request).await?;
            output.say(&made, |made| {
                let ca = &made.internal_ca;
                format!("made the internal CA '{}', until {}", ca.subject_cn, at(ca.not_after))
            })?;
        }
        CaCommand::Show { pem: true } => {
            print!("{}", client.internal_ca(&project).await?.internal_ca.certificate_pem);
        }
        CaCommand::Show { pem: false } => output.print(&client.internal_ca(&project).await?, detail)?,
        CaCommand::Issue(args) => issue(args, &project, connection).await?,
        CaCommand::List { paging } => {
            let list = paging
                .collect(async |limit, cursor| {
                    let query = InternalCertificatesQuery { limit: Some(limit), cursor };
                    client.internal_certificates(&project, &query).await
                })
                .await?;
            output.print(&list, |list| {
                let mut table =
                    Table::new(&["serial", "name", "subject", "state", "ends", "days left", "by"]);
                for one in &list.certificates {
                    table.row(row(one));
                }
                table
            })?;
        }
        CaCommand::Revoke { serial, reason, yes } => {
            terminal::confirm(&format!("Revoke the certificate {serial} of {project} for ever?"), yes)?;
            let request = InternalCertificateRevoke { reason: reason.into() };
            let revoked = client.revoke_internal_certificate(&project, &serial, &request).await?;
            output.say(&revoked, |revoked| {
                let one = &revoked.certificate;
                format!("revoked certificate {} ({})", one.serial, one.name)
            })?;
        }
        CaCommand::Crl => print!("{}", client.internal_crl(&project).await?),
        CaCommand::Delete { yes } => {
            let question =
                format!("Take the internal CA of {project} away, with everything that it has issued?");
            terminal::confirm(&question, yes)?;
            client.delete_internal_ca(&project).await?;
            output.say(&json!({"deleted": "internal-ca"}), |_| {
                format!("deleted the internal CA of {project}")
            })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The files are made first: a key that can be written nowhere would be lost.
async fn issue(args: IssueArgs, project: &str, connection: &Connection) -> anyhow::Result<()> {
    let IssueArgs { name, subject_cn, subject_ou, sans, days, cert, key } = args;
    let (key, cert) = (Fresh::make(&key, 0o600)?, Fresh::make(&cert, 0o644)?);
    let request = InternalCertificateIssue { name, subject_cn, subject_ou, sans, validity_days: days };
    let made = connection.client.issue_internal_certificate(project, &request).await?;
    key.fill(made.private_key.expose())?;
    cert.fill(&made.chain_pem)?;
    connection.output.say(&made.certificate, |one| {
        format!("issued certificate {} ({}), until {}", one.serial, one.name, at(one.not_after))
    })
}

/// A new file, which is taken away again unless something is written into it.
struct Fresh {
    path: PathBuf,
    mode: u32,
    filled: bool,
}

impl Fresh {
    fn make(path: &Path, mode: u32) -> anyhow::Result<Self> {
        let whole = std::path::absolute(path).context("a file needs a name")?;
        durable::create(&whole, b"", mode).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self { path: whole, mode, filled: false })
    }

    fn fill(mut self, text: &str) -> anyhow::Result<()> {
        durable::replace(&self.path, text.as_bytes(), self.mode)
            .with_context(|| format!("cannot write {}", self.path.display()))?;
        self.filled = true;
        Ok(())
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if !self.filled {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl From<Why> for RevocationReason {
    fn from(why: Why) -> Self {
        match why {
            Why::Unspecified => RevocationReason::Unspecified,
            Why::KeyCompromise => RevocationReason::KeyCompromise,
            Why::CaCompromise => RevocationReason::CaCompromise,
            Why::AffiliationChanged => RevocationReason::AffiliationChanged,
            Why::Superseded => RevocationReason::Superseded,
            Why::CessationOfOperation => RevocationReason::CessationOfOperation,
            Why::PrivilegeWithdrawn => RevocationReason::PrivilegeWithdrawn,
        }
    }
}

fn row(one: &InternalCertificate) -> [String; 7] {
    [
        one.serial.clone(),
        one.name.clone(),
        one.subject_cn.clone(),
        match &one.revocation {
            Some(revocation) => format!("revoked ({})", word(&revocation.reason)),
            None => word(&one.status),
        },
        at(one.not_after),
        one.days_left.to_string(),
        one.issued_by.clone(),
    ]
}

fn detail(body: &InternalCaBody) -> Table {
    let ca = &body.internal_ca;
    let mut table = Table::facts();
    table.fact("Subject", ca.subject_cn.clone());
    table.fact("Id", ca.id.to_string());
    table.fact("Key", word(&ca.key_algorithm));
    table.fact("SHA-256", ca.fingerprint.to_string());
    table.fact("Begins", at(ca.not_before));
    table.fact("Ends", format!("{} ({} days left)", at(ca.not_after), ca.days_left));
    table.fact("Certificates", ca.certificates.to_string());
    table.fact("Revocations", format!("list {}, until {}", ca.crl.number, at(ca.crl.next_update)));
    table.fact("Made", format!("{} by {}", at(ca.inserted_at), ca.created_by));
    table
}
