//! What parts of this member think somebody should look at: they say so here, and take it back when it is over.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use sentinel_machine::Concern;

/// A board with one place for each part. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Concerns(Arc<RwLock<BTreeMap<&'static str, Concern>>>);

impl Concerns {
    /// Says what there is to look at about `about`; `None`: nothing (any more).
    pub fn set(&self, about: &'static str, concern: Option<String>) {
        self.put(about, concern, false);
    }

    /// The same of what is grave: this member is not well. `/health` says it as well, to everybody who asks, so it must hold nothing
    /// that strangers must not read.
    pub fn tell(&self, about: &'static str, concern: Option<String>) {
        self.put(about, concern, true);
    }

    fn put(&self, about: &'static str, words: Option<String>, grave: bool) {
        let mut board = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match words {
            Some(words) => board.insert(about, Concern { words, grave }),
            None => board.remove(about),
        };
    }

    /// All of them, in the order of what they are about.
    pub fn all(&self) -> Vec<Concern> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// The grave ones, by what they are about.
    pub fn told(&self) -> BTreeMap<&'static str, String> {
        let board = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let told = board.iter().filter(|(_, concern)| concern.grave);
        told.map(|(about, concern)| (*about, concern.words.clone())).collect()
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
        let words = || board.all().into_iter().map(|concern| concern.words).collect::<Vec<_>>();
        assert_eq!(words(), ["the first, worse", "the second"]);
        board.set("a", None);
        board.set("c", None);
        assert_eq!(words(), ["the second"]);
    }

    #[test]
    fn strangers_are_told_what_is_meant_for_them_alone() {
        let board = Concerns::default();
        board.set("a", Some("where the key is".into()));
        board.tell("b", Some("the disk is full".into()));
        assert_eq!(board.told().into_iter().collect::<Vec<_>>(), [("b", "the disk is full".to_owned())]);
        assert_eq!(board.all().into_iter().filter(|concern| concern.grave).count(), 1);
        assert_eq!(board.all().len(), 2);
        board.tell("b", None);
        assert!(board.told().is_empty());
    }
}
