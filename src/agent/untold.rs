//! Values of secrets that nobody is told: those of what runs, and of what the proxy may have read before or may read next. The proxy quotes its
//! configuration where it complains of it, and what it says goes into logs, events and answers; and whatever lies in the place of a configuration
//! may have been there before.

use std::fmt;
use std::sync::Arc;

use sentinel_bundle::secrets;

use super::secrets::Secrets;

/// How many sets of values are remembered.
const SETS_MAX: usize = 8;

/// See the module. Cheap to clone.
#[derive(Clone, Default)]
pub struct Untold(Option<Arc<Sets>>);

#[derive(Clone)]
struct Sets {
    /// The newest first.
    sets: Vec<Secrets>,
    salt: [u8; 32],
}

impl fmt::Debug for Untold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Untold").field(&self.0.as_ref().map_or(0, |known| known.sets.len())).finish()
    }
}

impl Untold {
    /// One more set, which is remembered longest from now on.
    pub fn learn(&mut self, secrets: &Secrets) {
        if secrets.count() == 0 {
            return;
        }
        let known = self.0.get_or_insert_with(|| Arc::new(Sets { sets: Vec::new(), salt: rand::random() }));
        let known = Arc::make_mut(known);
        known.sets.retain(|set| !set.same_values(secrets));
        known.sets.insert(0, secrets.clone());
        known.sets.truncate(SETS_MAX);
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// All of them, by name; a name may have several.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.0.iter().flat_map(|known| &known.sets).flat_map(Secrets::values).collect()
    }

    /// Words without any of them. Words are cut afterwards: half a value would not be found.
    pub fn hide_in(&self, words: &str) -> String {
        secrets::without(words, &self.pairs())
    }

    /// What begins a digest of a file that may have any of them in it, so that nobody can try values against it. Empty where there are none.
    pub fn salt(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], |known| &known.salt)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sentinel_api_types::Secret;
    use sentinel_api_types::node_secret::NodeSecrets;
    use sentinel_model::{BundleId, NodeId, Sha256Digest};
    use uuid::Uuid;

    use super::*;

    fn secrets(number: u8, value: &str) -> Secrets {
        Secrets::new(NodeSecrets {
            node_id: NodeId(Uuid::nil()),
            bundle_id: BundleId(Uuid::nil()),
            stamp: Sha256Digest([number; 32]),
            values: BTreeMap::from([("TOKEN".to_owned(), Secret::new(value))]),
            certificates: BTreeMap::new(),
        })
    }

    #[test]
    fn what_runs_stays_untold_however_many_others_were_tried() {
        let mut untold = Untold::default();
        untold.learn(&Secrets::default());
        assert!(untold.is_empty() && untold.salt().is_empty());
        for number in 0..20 {
            untold.learn(&secrets(number, &format!("tried-{number}")));
            untold.learn(&secrets(99, "runs"));
        }
        assert_eq!(untold.pairs().len(), SETS_MAX, "the same is remembered once");
        assert_eq!(untold.hide_in("runs, tried-19, tried-0"), "${secrets.TOKEN}, ${secrets.TOKEN}, tried-0");
        assert!(!format!("{untold:?}").contains("runs"));
    }
}
