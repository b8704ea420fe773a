//! What a member knows of the archives on its disk, for whoever asks how it is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sentinel_app::Concerns;
use sentinel_machine::ArchiveFacts;
use sentinel_model::Time;
use sentinel_store::blobs::Found;

/// What archives that are not here are told under.
const MISSING: &str = "archives_missing";
/// What damaged ones are told under.
const DAMAGED: &str = "archives_damaged";

/// See the module. Clones share.
#[derive(Clone, Debug, Default)]
pub struct Known(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// `None` before the first look.
    looked: Option<ArchiveFacts>,
    checked_at: Option<Time>,
}

impl Known {
    /// What is known; `None` before the first look.
    pub fn facts(&self) -> Option<ArchiveFacts> {
        let inner = self.inner();
        inner.looked.map(|facts| ArchiveFacts { checked_at: inner.checked_at, ..facts })
    }

    /// Each of them was read, and the last one then.
    pub fn checked(&self, at: Time) {
        self.inner().checked_at = Some(at);
        metrics::gauge!("archives_checked_at").set(at.0 as f64 / 1_000.0);
    }

    /// A look has found this; so many that bundles name are not here, and so many of them are on no member that answers.
    pub fn looked(&self, found: &Found, missing: usize, lost: usize, concerns: &Concerns) {
        let facts = ArchiveFacts {
            count: found.blobs.len() as u64,
            bytes: found.blobs.values().sum(),
            checked_at: None,
            missing: missing as u64,
            lost: lost.min(missing) as u64,
            damaged: found.set_aside.len() as u64,
        };
        let before = self.inner().looked.replace(facts);
        metrics::gauge!("archives").set(facts.count as f64);
        metrics::gauge!("archives_bytes").set(facts.bytes as f64);
        metrics::gauge!("archives_missing").set(facts.missing as f64);
        metrics::gauge!("archives_lost").set(facts.lost as f64);
        metrics::gauge!("archives_set_aside").set(facts.damaged as f64);
        if facts.missing > 0 && before.is_none_or(|before| before.missing != facts.missing) {
            tracing::error!(missing, lost, "archives of bundles are missing on this member");
        }
        concerns.tell(MISSING, missing_words(&facts));
        concerns.tell(DAMAGED, damaged_words(&facts));
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What to say of those that are not here.
fn missing_words(facts: &ArchiveFacts) -> Option<String> {
    let mut words = Vec::new();
    if facts.lost > 0 {
        words.push(format!(
            "archives of bundles that no member has that answers: {}. Bring the members back that have them",
            facts.lost
        ));
    }
    let unkept = facts.missing - facts.lost;
    if unkept > 0 {
        words.push(format!(
            "archives of bundles that this member lacks and cannot keep: {unkept}. Make room on its disk, or see its log"
        ));
    }
    (!words.is_empty()).then(|| words.join("; "))
}

/// What to say of those that were set aside.
fn damaged_words(facts: &ArchiveFacts) -> Option<String> {
    (facts.damaged > 0).then(|| {
        format!(
            "archives of bundles that were damaged on this member's disk and set aside: {}. Check the disk; the files *.corrupt below \
             blobs/ may be removed, and go by themselves a week after another member had a good copy",
            facts.damaged
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sentinel_model::Sha256Digest;

    use super::*;

    #[test]
    fn what_is_wrong_is_told_until_it_is_over() {
        let (known, concerns) = (Known::default(), Concerns::default());
        assert_eq!(known.facts(), None, "nobody has looked");
        known.checked(Time(7));
        let mut found = Found::default();
        found.blobs.insert(Sha256Digest([1; 32]), 10);
        known.looked(&found, 0, 0, &concerns);
        let well = ArchiveFacts { count: 1, bytes: 10, checked_at: Some(Time(7)), ..ArchiveFacts::default() };
        assert_eq!(known.facts(), Some(well));
        assert!(concerns.told().is_empty());
        found.set_aside.insert(Sha256Digest([2; 32]));
        known.looked(&found, 3, 1, &concerns);
        assert_eq!(known.facts().unwrap(), ArchiveFacts { missing: 3, lost: 1, damaged: 1, ..well });
        let told = concerns.told();
        assert!(
            told[MISSING].contains("no member has that answers: 1.")
                && told[MISSING].contains("cannot keep: 2.")
        );
        assert!(told[DAMAGED].contains("set aside: 1."));
        known.looked(&Found::default(), 0, 0, &concerns);
        assert!(concerns.told().is_empty());
    }
}
