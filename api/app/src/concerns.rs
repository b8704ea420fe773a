//! What parts of this member think somebody should look at: they say so here, and take it back when it is over.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A board with one place for each part. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Concerns(Arc<RwLock<BTreeMap<&'static str, String>>>);

impl Concerns {
    /// Says what there is to look at about `about`; `None`: nothing (any more).
    pub fn set(&self, about: &'static str, concern: Option<String>) {
        let mut board = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match concern {
            Some(concern) => board.insert(about, concern),
            None => board.remove(about),
        };
    }

    /// All of them, in the order of what they are about.
    pub fn all(&self) -> Vec<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Concerns;

    #[test]
    fn a_concern_stands_until_it_is_taken_back() {
        let board = Concerns::default();
        board.set("b", Some("the second".into()));
        board.clone().set("a", Some("the first".into()));
        board.set("a", Some("the first, worse".into()));
        assert_eq!(board.all(), ["the first, worse", "the second"]);
        board.set("a", None);
        board.set("c", None);
        assert_eq!(board.all(), ["the second"]);
    }
}
