//! Certificates of a project. A private key comes from a file or from standard input, and nothing prints it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::{ArgGroup, Args, Subcommand};
use sentinel_api_types::Secret;
use sentinel_api_types::certificate::{
    Certificate, CertificateBody, CertificateCreate, CertificateExternalAccount, CertificateReplace,
    CertificateRequest, CertificateUpdate, CertificateVersion,
};
use sentinel_model::certificate::{CHAIN_MAX, KEY_MAX};
use serde_json::json;

use super::connection::Connection;
use super::output::Table;
use super::words::{at, word};
use super::{failure, source, terminal};

/// What stands around the PEM in files, such as `openssl` writes it, may be as long again.
const AROUND: usize = 4;
/// Names that are shown in a list.
const NAMES_SHOWN: usize = 3;

/// What can be done with certificates.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp certificate upload web --chain fullchain.pem --key privkey.pem --project shop
  sentinel-cp certificate replace web --chain fullchain.pem --key privkey.pem --project shop
  sentinel-cp certificate list --project shop

Key, chain and dates are looked at before anything is kept. Nothing shows a key again, whoever asks.

{}", failure::EXIT_CODES))]
pub enum CertificateCommand {
    /// List the certificates of a project, with their names and ends
    #[command(after_help = "Examples:\n  sentinel-cp certificate list --project shop")]
    List,
    /// Show a certificate without its key: its names, who issued it, its versions
    #[command(after_help = "Examples:
  sentinel-cp certificate show web --project shop
  sentinel-cp certificate show web --project shop -o json | jq -r .chain")]
    Show {
        /// Slug
        certificate: String,
    },
    /// Add a certificate with its key
    #[command(after_help = "Examples:
  sentinel-cp certificate upload web --chain fullchain.pem --key privkey.pem --project shop
  pass show shop/web.key | sentinel-cp certificate upload web --chain fullchain.pem --key - --project shop

The chain begins with the server's own certificate, and behind each one is the one that signed it.")]
    Upload {
        /// What the project calls it from now on: 1 to 50 lower-case letters, digits and inner hyphens
        slug: String,
        #[command(flatten)]
        pair: PairArgs,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
    },
    /// Have a certificate authority issue a certificate, and renew it in time, by ACME
    #[command(after_help = "Examples:
  sentinel-cp certificate request web --domain shop.example.com --domain www.example.com --contact ada@example.com --project shop
  sentinel-cp certificate request web --domain shop.corp --contact ada@example.com --directory https://ca.corp/acme/directory --directory-ca ca.pem --external-key-id k1 --external-key hmac.txt --project shop

Each name must lead to nodes or members over HTTP, on port 80: the certificate authority asks there for a proof.")]
    Request {
        /// What the project calls it from now on: 1 to 50 lower-case letters, digits and inner hyphens
        slug: String,
        #[command(flatten)]
        acme: AcmeArgs,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
    },
    /// Have a certificate issued anew, now
    #[command(after_help = "Examples:
  sentinel-cp certificate renew web --project shop

The pause after a failure is over then. An order that is under way is left behind.")]
    Renew {
        /// Slug
        certificate: String,
    },
    /// Give a certificate another chain and key: its next version
    #[command(after_help = "Examples:
  sentinel-cp certificate replace web --chain fullchain.pem --key privkey.pem --project shop

Names that it was for, and is not any more, are told on standard error.")]
    Replace {
        /// Slug
        certificate: String,
        #[command(flatten)]
        pair: PairArgs,
    },
    /// Say something else of what a certificate is for
    #[command(after_help = "Examples:
  sentinel-cp certificate update web --description 'of the shop' --project shop")]
    #[command(group(ArgGroup::new("change").args(["description"]).required(true)))]
    Update {
        /// Slug
        certificate: String,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: String,
    },
    /// Take a certificate away, with all of its versions
    #[command(after_help = "Examples:\n  sentinel-cp certificate delete web --project shop --yes")]
    Delete {
        /// Slug
        certificate: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// What is asked of a certificate authority.
#[derive(Args, Debug)]
pub struct AcmeArgs {
    /// A name that it shall be for; may be repeated
    #[arg(long = "domain", required = true, value_name = "NAME")]
    domains: Vec<String>,
    /// E-mail address that the certificate authority writes to
    #[arg(long, value_name = "EMAIL")]
    contact: String,
    /// Directory of the certificate authority; that of Let's Encrypt when left out
    #[arg(long, value_name = "URL")]
    directory: Option<String>,
    /// A file with those who vouch for the directory, in PEM, and nobody else
    #[arg(long, value_name = "FILE")]
    directory_ca: Option<PathBuf>,
    /// Id of the account that one has with the certificate authority already
    #[arg(long, value_name = "ID", requires = "external_key")]
    external_key_id: Option<String>,
    /// A file with its HMAC key, as the certificate authority has given it; `-`: standard input
    #[arg(long, value_name = "FILE", requires = "external_key_id")]
    external_key: Option<PathBuf>,
}

/// A chain and its key.
#[derive(Args, Debug)]
pub struct PairArgs {
    /// A file with the chain in PEM, the server's own certificate first
    #[arg(long, value_name = "FILE")]
    chain: PathBuf,
    /// A file with the private key in PEM, not encrypted; `-`: standard input
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

impl CertificateCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        matches!(self, CertificateCommand::List | CertificateCommand::Show { .. })
    }
}

/// Carries it out.
pub async fn run(command: CertificateCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    let project = connection.project().await?;
    match command {
        CertificateCommand::List => {
            output.print(&client.certificates(&project).await?, |list| {
                let mut table = Table::new(&[
                    "slug",
                    "names",
                    "state",
                    "version",
                    "ends",
                    "days left",
                    "issuer",
                    "description",
                ]);
                for certificate in &list.certificates {
                    table.row(row(certificate));
                }
                table
            })?;
        }
        CertificateCommand::Show { certificate } => {
            output.print(&client.certificate(&project, &certificate).await?, detail)?;
        }
        CertificateCommand::Upload { slug, pair, description } => {
            let (chain, key) = pair.read()?;
            let request = CertificateCreate { slug, chain, key, description };
            let made = client.create_certificate(&project, &request).await?;
            warn(&made);
            output.say(&made, |made| says("added", made))?;
        }
        CertificateCommand::Request { slug, acme, description } => {
            let request = acme.request(slug, description)?;
            let made = client.request_certificate(&project, &request).await?;
            output.say(&made, |made| {
                let slug = &made.certificate.slug;
                format!("asked for certificate {slug}; see how far it is with `sentinel-cp certificate show {slug}`")
            })?;
        }
        CertificateCommand::Renew { certificate } => {
            let asked = client.renew_certificate(&project, &certificate).await?;
            output.say(&asked, |asked| format!("asked for certificate {} anew", asked.certificate.slug))?;
        }
        CertificateCommand::Replace { certificate, pair } => {
            let (chain, key) = pair.read()?;
            let request = CertificateReplace { chain, key };
            let replaced = client.replace_certificate(&project, &certificate, &request).await?;
            warn(&replaced);
            output.say(&replaced, |replaced| says("replaced", replaced))?;
        }
        CertificateCommand::Update { certificate, description } => {
            let request = CertificateUpdate { description };
            let changed = client.update_certificate(&project, &certificate, &request).await?;
            output.say(&changed, |changed| says("changed", changed))?;
        }
        CertificateCommand::Delete { certificate, yes } => {
            terminal::confirm(&format!("Take the certificate {certificate} of {project} away?"), yes)?;
            client.delete_certificate(&project, &certificate).await?;
            output.say(&json!({"deleted": certificate}), |_| format!("deleted certificate {certificate}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl AcmeArgs {
    fn request(self, slug: String, description: Option<String>) -> anyhow::Result<CertificateRequest> {
        let directory_ca = match &self.directory_ca {
            Some(file) => {
                Some(only_pem(&source::read(file, AROUND * CHAIN_MAX, "a chain")?.1, "CERTIFICATE"))
            }
            None => None,
        };
        let external_account = match (self.external_key_id, &self.external_key) {
            (Some(key_id), Some(file)) => {
                let key = zeroize::Zeroizing::new(source::read(file, KEY_MAX, "a key")?.1);
                Some(CertificateExternalAccount { key_id, hmac_key: Secret::new(key.trim()) })
            }
            _ => None,
        };
        Ok(CertificateRequest {
            slug,
            domains: self.domains,
            contact: self.contact,
            directory_url: self.directory,
            directory_ca,
            external_account,
            description,
        })
    }
}

impl PairArgs {
    fn read(&self) -> anyhow::Result<(String, Secret)> {
        if self.chain == Path::new("-") && self.key == Path::new("-") {
            bail!("chain and key cannot both come from standard input");
        }
        let (_, chain) = source::read(&self.chain, AROUND * CHAIN_MAX, "a chain")?;
        let (_, key) = source::read(&self.key, AROUND * KEY_MAX, "a key")?;
        let key = zeroize::Zeroizing::new(key);
        Ok((only_pem(&chain, "CERTIFICATE"), Secret::new(only_pem(&key, "PRIVATE KEY"))))
    }
}

/// The blocks of PEM in a text, where there are any of this kind: what stands around them is for people.
fn only_pem(text: &str, kind: &str) -> String {
    let (mut kept, mut inside, mut found) = (String::new(), false, false);
    for line in text.lines() {
        if line.starts_with("-----BEGIN ") {
            inside = true;
            found |= line.contains(kind);
        }
        if inside {
            kept.push_str(line);
            kept.push('\n');
        }
        if line.starts_with("-----END ") {
            inside = false;
        }
    }
    // What it is instead is for the member to say.
    if found { kept } else { text.to_owned() }
}

fn warn(body: &CertificateBody) {
    for warning in &body.warnings {
        eprintln!("warning: {}", super::output::clean(warning));
    }
}

fn says(what: &str, body: &CertificateBody) -> String {
    let certificate = &body.certificate;
    match &certificate.current {
        Some(current) => format!(
            "{what} certificate {}: version {}, for {}, until {}",
            certificate.slug,
            current.version,
            names(&current.names),
            at(current.not_after)
        ),
        None => format!("{what} certificate {}", certificate.slug),
    }
}

fn names(names: &[String]) -> String {
    match names.len().saturating_sub(NAMES_SHOWN) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..NAMES_SHOWN].join(", ")),
    }
}

fn row(certificate: &Certificate) -> [String; 8] {
    let current = certificate.current.as_ref();
    let of = |what: fn(&CertificateVersion) -> String| current.map(what).unwrap_or_default();
    [
        certificate.slug.clone(),
        match (&certificate.current, &certificate.acme) {
            (Some(current), _) => names(&current.names),
            (None, Some(acme)) => names(&acme.domains),
            (None, None) => String::new(),
        },
        certificate.acme.as_ref().map_or_else(|| "uploaded".to_owned(), |acme| word(&acme.state)),
        of(|current| current.version.to_string()),
        of(|current| at(current.not_after)),
        of(|current| current.days_left.to_string()),
        of(|current| current.issuer.clone()),
        certificate.description.clone(),
    ]
}

fn detail(body: &CertificateBody) -> Table {
    let certificate = &body.certificate;
    let mut table = Table::facts();
    table.fact("Slug", certificate.slug.clone());
    table.fact("Id", certificate.id.to_string());
    table.fact("Description", certificate.description.clone());
    if let Some(current) = &certificate.current {
        table.fact("Names", current.names.join(", "));
        table.fact("Issuer", current.issuer.clone());
        table.fact("Key", current.key_type.clone());
        table.fact("SHA-256", current.fingerprint.to_string());
        table.fact("Begins", at(current.not_before));
        table.fact("Ends", format!("{} ({} days left)", at(current.not_after), current.days_left));
    }
    if let Some(acme) = &certificate.acme {
        table.fact("Issued by", acme.directory_url.clone());
        table.fact("State", word(&acme.state));
        table.fact("Asked for", acme.domains.join(", "));
        table.fact("Contact", acme.contact.clone());
        table.fact("External account", acme.external_key_id.clone());
        if let Some(failure) = &acme.failure {
            let said = format!("{} ({} times, last at {})", failure.reason, failure.times, at(failure.at));
            table.fact("Failure", said);
        }
        table.fact("Next order", acme.next_attempt_at.map(at));
    }
    for version in &certificate.versions {
        let said =
            format!("{} by {}, until {}", at(version.inserted_at), version.created_by, at(version.not_after));
        table.fact(&format!("Version {}", version.version), said);
    }
    table.fact("Made", format!("{} by {}", at(certificate.inserted_at), certificate.created_by));
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_the_pem_is_left_out() {
        let block = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let text = format!("subject=CN=x\n{block}\n# the CA\n{block}");
        assert_eq!(only_pem(&text, "CERTIFICATE"), block.repeat(2));
        assert_eq!(only_pem("nothing\n", "CERTIFICATE"), "nothing\n");
        assert_eq!(only_pem(block, "PRIVATE KEY"), block);
    }

    #[test]
    fn of_many_names_a_few_are_shown() {
        let many: Vec<String> = (1..=5).map(|number| format!("n{number}")).collect();
        assert_eq!(names(&many), "n1, n2, n3 and 2 more");
        assert_eq!(names(&many[..3]), "n1, n2, n3");
    }
}
