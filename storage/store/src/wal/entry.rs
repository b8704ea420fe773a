//! What the log keeps: entries, points in the log, votes.

use bytes::Bytes;

/// One entry of the log. The payload is the caller's; the log only promises to give the same bytes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the log. Each entry's index is one more than the index of the entry before.
    pub index: u64,
    /// The term of the leader that proposed it.
    pub term: u64,
    /// The bytes to keep, at most [`WalOptions::max_payload`](super::WalOptions::max_payload) of them.
    pub payload: Bytes,
}

/// A place in the log together with the term of the entry there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogPoint {
    /// The index of the entry.
    pub index: u64,
    /// The term of the entry.
    pub term: u64,
}

/// A vote: the promise that a member must not forget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    /// The term voted in.
    pub term: u64,
    /// The member voted for.
    pub node: u64,
    /// Whether a majority is known to have given the same vote.
    pub committed: bool,
}

impl Vote {
    /// The size of the fixed record below, in bytes.
    pub(super) const SIZE: usize = 17;

    /// The record on disk: term, node, committed; little-endian; never changed.
    pub(super) fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..8].copy_from_slice(&self.term.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.node.to_le_bytes());
        bytes[16] = u8::from(self.committed);
        bytes
    }

    /// Reads the record; `None` if it is not one.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (term, rest) = bytes.split_first_chunk()?;
        let (node, rest) = rest.split_first_chunk()?;
        let committed = match rest {
            [0] => false,
            [1] => true,
            _ => return None,
        };
        Some(Self { term: u64::from_le_bytes(*term), node: u64::from_le_bytes(*node), committed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vote_has_these_bytes_for_ever() {
        let vote = Vote { term: 0x0102, node: 0x0304, committed: true };
        let bytes = [2, 1, 0, 0, 0, 0, 0, 0, 4, 3, 0, 0, 0, 0, 0, 0, 1];
        assert_eq!(vote.to_bytes(), bytes);
        assert_eq!(Vote::from_bytes(&bytes), Some(vote));
        assert_eq!(Vote::from_bytes(&bytes[..16]), None);
        assert_eq!(Vote::from_bytes(&[2; 17]), None, "the flag is zero or one");
    }
}
