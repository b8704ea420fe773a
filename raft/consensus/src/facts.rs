//! What members say of themselves, on its way between them.

use sentinel_machine::{ArchiveFacts, Concern, MemberFacts};
use sentinel_model::Time;

use crate::proto;

/// Concerns that are told, and that are taken in.
const CONCERNS_MAX: usize = 16;
/// Key-encryption keys that are told, and that are taken in.
const KEYS_MAX: usize = 16;
/// Longest id of one, in characters.
const KEY_ID_MAX: usize = 64;
/// Longest words of one, in characters.
const WORDS_MAX: usize = 600;

/// As it is told.
pub(crate) fn said(facts: MemberFacts) -> proto::Facts {
    let ms = |time: Option<Time>| time.map_or(0, |time| time.0);
    let (free_bytes, least_bytes) = facts.room.unwrap_or_default();
    let concerns = facts.concerns.into_iter().take(CONCERNS_MAX);
    proto::Facts {
        free_bytes,
        least_bytes,
        certificate_until_ms: ms(facts.certificate_until),
        ca_until_ms: ms(facts.ca_until),
        serving_until_ms: ms(facts.serving_until),
        concerns: concerns.map(|Concern { words, grave }| proto::Concern { words, grave }).collect(),
        archives: facts.archives.map(|archives| proto::Archives {
            count: archives.count,
            bytes: archives.bytes,
            checked_at_ms: ms(archives.checked_at),
            missing: archives.missing,
            lost: archives.lost,
            damaged: archives.damaged,
        }),
        keys: facts.keys,
    }
}

/// As it is taken in: no more of it than can be shown.
pub(crate) fn heard(facts: proto::Facts) -> MemberFacts {
    let time = |ms: i64| (ms != 0).then_some(Time(ms));
    let short = |words: String| words.chars().take(WORDS_MAX).collect::<String>();
    let concerns = facts.concerns.into_iter().take(CONCERNS_MAX);
    let room = (facts.free_bytes, facts.least_bytes);
    MemberFacts {
        room: (room != (0, 0)).then_some(room),
        certificate_until: time(facts.certificate_until_ms),
        ca_until: time(facts.ca_until_ms),
        serving_until: time(facts.serving_until_ms),
        concerns: concerns.map(|told| Concern { words: short(told.words), grave: told.grave }).collect(),
        archives: facts.archives.map(|archives| ArchiveFacts {
            count: archives.count,
            bytes: archives.bytes,
            checked_at: time(archives.checked_at_ms),
            missing: archives.missing,
            lost: archives.lost,
            damaged: archives.damaged,
        }),
        keys: facts.keys.into_iter().filter(|id| id.len() <= KEY_ID_MAX).take(KEYS_MAX).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_says_the_other_hears_and_no_more_than_can_be_shown() {
        let facts = MemberFacts {
            room: Some((7, 3)),
            certificate_until: Some(Time(1)),
            ca_until: Some(Time(2)),
            serving_until: None,
            concerns: vec![Concern { words: "look".into(), grave: true }],
            archives: Some(ArchiveFacts {
                count: 1,
                bytes: 2,
                checked_at: Some(Time(3)),
                missing: 4,
                lost: 5,
                damaged: 6,
            }),
            keys: vec!["a1".into(), "b2".into()],
        };
        assert_eq!(heard(said(facts.clone())), facts);
        assert_eq!(heard(said(MemberFacts::default())), MemberFacts::default());
        let told = proto::Concern { words: "é".repeat(WORDS_MAX + 1), grave: false };
        let much = proto::Facts { concerns: vec![told; CONCERNS_MAX + 1], ..proto::Facts::default() };
        let taken = heard(much).concerns;
        assert_eq!(taken.len(), CONCERNS_MAX);
        assert_eq!(taken[0].words.chars().count(), WORDS_MAX);
    }
}
