//! The list of revoked certificates of an internal CA, signed anew: after a revocation, and by the leader before the list of before has ended.

use sentinel_machine::commands::internal_crl_renew::InternalCrlRenew;
use sentinel_machine::internal_ca::{self as machine, SignedCrl};
use sentinel_machine::{Consistency, Read, Rejection};
use sentinel_model::internal_ca::{CRL_MS, CrlFacts, InternalCa};
use sentinel_model::{ProjectId, Time};

use super::sign::Authority;
use crate::app::App;
use crate::error::AppError;
use crate::keyring::internal_ca_key_context;

/// How often it is tried when others revoke at the same time.
const TRIES: usize = 8;
/// Most lists that are made in one round of the leader.
const AT_ONCE: usize = 100;

impl App {
    /// Makes the lists anew that are due by now. Returns how many those were.
    pub async fn renew_internal_crls(&self) -> Result<usize, AppError> {
        let view = self.read_stale().await?;
        let due = machine::crls_due(&*view.tables, self.now(), AT_ONCE)?;
        let mut renewed = 0;
        for ca in &due {
            // One that cannot be made anew is in the way of no other.
            match self.renew_internal_crl(ca.project_id).await {
                Ok(()) => renewed += 1,
                Err(error) => {
                    tracing::warn!(project = %ca.project_id, %error, "a list of revoked certificates could not be made anew; the next try follows");
                }
            }
        }
        Ok(renewed)
    }

    /// Makes the list of a project anew, if that is due: what was revoked before this began is in the list that holds when it ends.
    pub(super) async fn renew_internal_crl(&self, project: ProjectId) -> Result<(), AppError> {
        for _ in 0..TRIES {
            let view = self.replica().read(Consistency::Linearizable).await?;
            let Some(ca) = machine::find(&*view.tables, project)? else { return Ok(()) };
            let now = self.now();
            if now < ca.crl_due() {
                return Ok(());
            }
            let crl = self.next_list(&*view.tables, &ca, now)?;
            let command = InternalCrlRenew { project_id: project, ca_id: ca.id, crl };
            match self.propose_as_member(command).await? {
                Ok(_) | Err(Rejection::NotFound { .. }) => return Ok(()),
                Err(Rejection::Stale { .. }) => {}
                Err(rejection) => return Err(rejection.into()),
            }
        }
        Err(AppError::Conflict("others revoke certificates at the same time".into()))
    }

    fn next_list(&self, read: &dyn Read, ca: &InternalCa, now: Time) -> Result<SignedCrl, AppError> {
        // Lists do not run backwards, whatever the clocks of members do.
        let this_update = Time(now.0.div_euclid(1_000) * 1_000).max(ca.crl.this_update);
        let facts = CrlFacts {
            number: ca.crl.number + 1,
            revocations: ca.revocations,
            this_update,
            next_update: this_update.plus_ms(CRL_MS),
        };
        let revoked = machine::revoked(read, ca.project_id, this_update)?;
        let pem = self.authority(read, ca)?.list(facts, &revoked)?;
        Ok(SignedCrl { facts, pem })
    }

    /// The CA with its key in hand.
    pub(super) fn authority(&self, read: &dyn Read, ca: &InternalCa) -> Result<Authority, AppError> {
        let kept = machine::sealed_key(read, ca.project_id)?;
        let kept = kept.ok_or_else(|| AppError::internal("an internal CA has no key"))?;
        let context = internal_ca_key_context(ca.project_id, ca.id);
        let key = self.keyring().unseal(&context, &kept.sealed).map_err(AppError::internal)?;
        Authority::open(&ca.certificate, &key)
    }
}
