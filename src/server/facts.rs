//! What this member says of itself, so that whoever asks any member learns how all of them are.

use std::time::Duration;

use sentinel_app::App;
use sentinel_consensus::Member;
use sentinel_machine::MemberFacts;
use sentinel_pki::IdentityHandle;
use sentinel_store::StateMachine;

use super::archives::Known;
use super::room::Room;
use super::tls::ServingCertificate;

/// How often it is put together: as often as the others ask.
const EVERY: Duration = Duration::from_secs(1);

/// Where it comes from.
pub struct Sources {
    /// What the parts of this member complain of.
    pub app: App,
    /// The certificate for other members.
    pub identity: IdentityHandle,
    /// The certificate for clients; `None`: they speak without TLS.
    pub serving: Option<ServingCertificate>,
    /// Room on the disk.
    pub room: Room,
    /// Archives on it.
    pub archives: Known,
}

impl Sources {
    /// Tells for ever.
    pub async fn tell(self, member: Member<StateMachine>) {
        loop {
            member.say(self.now());
            tokio::time::sleep(EVERY).await;
        }
    }

    fn now(&self) -> MemberFacts {
        let identity = self.identity.identity();
        let shown = self.serving.as_ref().and_then(ServingCertificate::shown);
        MemberFacts {
            room: self.room.last(),
            certificate_until: Some(identity.validity().not_after),
            ca_until: Some(identity.issuer_validity().not_after),
            serving_until: shown.map(|pair| pair.not_after),
            concerns: self.app.concerns().all(),
            archives: self.archives.facts(),
            keys: self.app.key_ids(),
        }
    }
}
