//! The leader has made an order. From when this is applied, every member can answer for its challenges.

use sentinel_model::acme::{
    ANSWER_MAX, AcmeChallenge, AcmeState, Order, is_token,
};
use sentinel_model::certificate::{CHAIN_MAX, NAMES_MAX, SEALED_MAX};
use sentinel_model::project::Project;
use sentinel_model::secret::Sealed;
use serde::{Deserialize, Serialize};

use crate::acme::{self, Decided};
use crate::apply::{Apply, Context, Stop, Subject};
use crate::certificate;
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateOrder {
    /// Of which certificate.
    pub on: Decided,
    /// Where the order is found.
    pub url: String,
    /// The version that comes of it.
    pub version: u64,
    /// The private key of that version, sealed for it.
    pub sealed: Sealed,
    /// Token and answer of each challenge.
    pub challenges: Vec<(String, String)>,
}

impl Apply for CertificateOrder {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.on.project_id.as_bytes(), "Project")?;
        let before = acme::decided(context, &self.on)?;
        self.check(before.version())?;
        let mut after = before.clone();
        let was = acme::of_mut(&mut after)?;
        acme::forget(context, was.order())?;
        let tokens = self.challenges.iter().map(|(token, _)| token.clone()).collect();
        let (url, sealed) = (self.url.clone(), self.sealed.clone());
        let order = Order { url, since: context.time, version: self.version, sealed, tokens };
        was.turn(AcmeState::Ordered(order));
        let room = certificate::room(context.tables(), &before)?;
        if room < (CHAIN_MAX + SEALED_MAX) as u64 {
            let message = "the certificates of the project have no room for another one; delete some".to_owned();
            return Err(Rejection::Limit(message).into());
        }
        for (token, answer) in &self.challenges {
            // Certificate authorities choose them: one must not take the answer of another one's away.
            if acme::challenge(context.tables(), token)?.is_some() {
                let message = "a token of the order is one of another order that is under way".to_owned();
                return Err(Rejection::WrongState(message).into());
            }
            context.store(&AcmeChallenge {
                token: token.clone(),
                answer: answer.clone(),
                project_id: before.project_id,
                certificate_id: before.id,
            })?;
        }
        certificate::store(context, Some(&before), &after)?;
        let id = before.id.to_string();
        let subject = Subject::in_project("certificate", &id, &project);
        let said = [("slug", before.slug), ("order", self.url.clone())];
        context.record("certificate.ordered", subject, said)?;
        Ok(Reply::Done)
    }
}

impl CertificateOrder {
    fn check(&self, version: u64) -> Result<(), Rejection> {
        if self.version != version + 1 {
            return Err(Rejection::WrongState(format!("the certificate is at version {version}")));
        }
        let lengths = [(self.url.len(), sentinel_model::acme::URL_MAX), (self.sealed.0.len(), SEALED_MAX)];
        let whole = lengths.iter().all(|(length, most)| (1..=*most).contains(length));
        let challenges = self.challenges.len() <= NAMES_MAX
            && self.challenges.iter().all(|(token, answer)| is_token(token) && answer.len() <= ANSWER_MAX);
        if whole && challenges {
            Ok(())
        } else {
            Err(Rejection::Limit("the order has more than can be kept of one".into()))
        }
    }
}
