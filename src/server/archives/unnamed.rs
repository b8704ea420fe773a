//! Since when this member has seen that nothing names an archive.
//!
//! Files tell when they were last put, by a clock that may jump. That an archive is not named yet is over within seconds, so it
//! has to be seen for a while as well, by a clock that does not.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sentinel_model::Sha256Digest;

/// How long it has to be seen; a quarter of the grace, when that is shorter.
const SEEN: Duration = Duration::from_secs(10 * 60);

/// See the module.
#[derive(Debug, Default)]
pub struct Unnamed(BTreeMap<Sha256Digest, Instant>);

impl Unnamed {
    /// Takes in what nothing names now, and says which of it has been so for long enough.
    pub fn ripe(
        &mut self,
        now_unnamed: Vec<Sha256Digest>,
        now: Instant,
        grace: Duration,
    ) -> Vec<Sha256Digest> {
        let since = |digest| (digest, self.0.get(&digest).copied().unwrap_or(now));
        self.0 = now_unnamed.into_iter().map(since).collect();
        let long = |since: Instant| now.duration_since(since) >= SEEN.min(grace / 4);
        self.0.iter().filter(|(_, since)| long(**since)).map(|(digest, _)| *digest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    fn digest(n: u8) -> Sha256Digest {
        Sha256Digest([n; 32])
    }

    #[test]
    fn an_archive_has_to_be_seen_without_a_bundle_for_a_while_without_a_break() {
        let (mut unnamed, start) = (Unnamed::default(), Instant::now());
        let mut at = |minutes: u64, now_unnamed: &[u8]| {
            let digests = now_unnamed.iter().map(|n| digest(*n)).collect();
            unnamed.ripe(digests, start + Duration::from_secs(minutes * 60), DAY)
        };
        assert!(at(0, &[1, 2]).is_empty());
        assert!(at(9, &[1, 2, 3]).is_empty());
        assert_eq!(at(10, &[1, 3]), [digest(1)], "2 was named, 3 is not seen for long");
        assert_eq!(at(15, &[1, 2, 3]), [digest(1)], "2 begins anew");
        assert_eq!(at(19, &[2, 3]), [digest(3)]);
        assert_eq!(at(25, &[2]), [digest(2)]);
        assert!(at(26, &[]).is_empty());
    }

    #[test]
    fn where_the_grace_is_short_a_quarter_of_it_is_enough() {
        let (mut unnamed, start) = (Unnamed::default(), Instant::now());
        let grace = Duration::from_secs(60);
        assert!(unnamed.ripe(vec![digest(1)], start, grace).is_empty());
        assert!(unnamed.ripe(vec![digest(1)], start + grace / 5, grace).is_empty());
        assert_eq!(unnamed.ripe(vec![digest(1)], start + grace / 4, grace), [digest(1)]);
    }
}
