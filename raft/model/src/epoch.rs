//! Epochs of a cluster, and the order of assignments across them.
//!
//! A cluster that was restored from a backup, or went on without a majority that was lost, gives numbers again that it gave before:
//! it does not know of them. So it begins a new epoch, and whatever is ordered by a number is ordered by (epoch, number).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Generation;

/// A number that grows whenever the cluster begins anew from an earlier state. A cluster is formed in its first epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

impl Epoch {
    /// The epoch in which a cluster is formed, and of everything that was written before there were epochs.
    pub const FIRST: Epoch = Epoch(1);

    /// The epoch after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// True for [`Epoch::FIRST`].
    pub fn is_first(&self) -> bool {
        *self == Self::FIRST
    }
}

impl Default for Epoch {
    fn default() -> Self {
        Self::FIRST
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The place of an assignment among all that a node was ever given: a later epoch comes after every generation of an earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ordinal {
    /// Of the cluster that gave it.
    pub epoch: Epoch,
    /// In that epoch.
    pub generation: Generation,
}

impl fmt::Display for Ordinal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epoch.is_first() {
            self.generation.fmt(f)
        } else {
            write!(f, "{} of epoch {}", self.generation, self.epoch)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_epoch_comes_after_every_generation_of_an_earlier_one() {
        let at = |epoch, generation| Ordinal { epoch: Epoch(epoch), generation: Generation(generation) };
        assert!(at(2, 0) > at(1, u64::MAX));
        assert!(at(2, 3) > at(2, 2));
        assert_eq!(Ordinal::default(), at(1, 0));
        assert_eq!((at(1, 7).to_string(), at(2, 7).to_string()), ("7".into(), "7 of epoch 2".into()));
    }
}
