//! Gives a certificate another chain and key, which are its next version, or says something else of what it is for.

use sentinel_model::certificate::Certificate;
use sentinel_model::project::Project;
use sentinel_model::{CertificateId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::certificate::{self, Content};
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateChange {
    /// The project.
    pub project_id: ProjectId,
    /// Its slug.
    pub slug: String,
    /// The certificate: another one of the same slug is left alone.
    pub certificate_id: CertificateId,
    /// What changes.
    pub what: What,
    /// Who changes it, in words.
    pub by: String,
}

/// What changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// Its chain and its key.
    Content {
        /// The number of the version that this makes: the key is sealed for it.
        version: u64,
        /// Chain and key.
        content: Box<Content>,
    },
    /// What it is for.
    Description(String),
}

impl Apply for CertificateChange {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let before = require(context, self.project_id, &self.slug, self.certificate_id)?;
        let mut known = before.clone();
        let id = self.certificate_id.to_string();
        let subject = Subject::in_project("certificate", &id, &project);
        let slug = ("slug", self.slug.clone());
        match &self.what {
            What::Content { .. } if known.acme.is_some() => {
                let message = "the certificate is issued by a certificate authority; have it renewed instead";
                return Err(Rejection::WrongState(message.into()).into());
            }
            What::Content { version, content } => {
                if *version != known.version() + 1 {
                    let message = format!(
                        "the certificate was replaced meanwhile, and is at version {}; look at it again",
                        known.version()
                    );
                    return Err(Rejection::WrongState(message).into());
                }
                certificate::keep(context, Some(&before), &mut known, &self.by, content)?;
                let said = [slug, ("version", version.to_string())];
                let said = said.into_iter().chain(certificate::said(content));
                context.record("certificate.replaced", subject, said)?;
            }
            What::Description(description) => {
                known.description.clone_from(description);
                known.updated_at = context.time;
                known.check()?;
                context.store(&known)?;
                context.record("certificate.updated", subject, [slug, ("description", description.clone())])?;
            }
        }
        Ok(Reply::Done)
    }
}

/// The certificate with this slug, if it is this one.
pub(crate) fn require(
    context: &Context<'_>,
    project: ProjectId,
    slug: &str,
    id: CertificateId,
) -> Result<Certificate, Stop> {
    let known = context.require::<Certificate>(&certificate::row(project, slug), "Certificate")?;
    if known.id == id { Ok(known) } else { Err(Rejection::not_found("Certificate").into()) }
}
