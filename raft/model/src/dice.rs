//! What simulated nodes leave to chance, in a rehearsal and in `sentinel-cp sim`: it depends on nothing but the seed, the node and what is
//! decided. The order in which things happen has no say.

use crate::NodeId;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The dice of the node at a place.
    pub fn new(seed: u64, node: u64) -> Self {
        Self(mix(mix(seed) ^ node))
    }

    /// The dice of a node that is known by its id.
    pub fn of(seed: u64, node: NodeId) -> Self {
        let (high, low) = node.0.as_u64_pair();
        Self(mix(Self::new(seed, high).0 ^ low))
    }

    /// A number from 0.0 to below 1.0 for a question, such as "how slow", about a turn, such as a generation.
    pub fn share(self, question: &str, turn: u64) -> f64 {
        let question = question.bytes().fold(0, |hash, byte| mix(hash ^ u64::from(byte)));
        let bits = mix(self.0 ^ question ^ mix(turn)) >> 11;
        bits as f64 / (1u64 << 53) as f64
    }

    /// A number between two others.
    pub fn between(self, question: &str, turn: u64, least: f64, most: f64) -> f64 {
        least + (most - least) * self.share(question, turn)
    }
}

/// One step of SplitMix64: neighbouring numbers become unrelated ones.
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_has_the_same_answer_and_other_questions_have_others() {
        let dice = Dice::new(1, 2);
        assert_eq!(dice.share("a", 3), Dice::new(1, 2).share("a", 3));
        let others = [
            Dice::new(2, 2).share("a", 3),
            Dice::new(1, 3).share("a", 3),
            dice.share("b", 3),
            dice.share("a", 4),
        ];
        assert!(others.iter().all(|other| (other - dice.share("a", 3)).abs() > 1e-9), "{others:?}");
    }

    #[test]
    fn shares_are_spread_evenly() {
        let dice = Dice::new(7, 7);
        let below = (0..10_000).filter(|turn| dice.share("x", *turn) < 0.25).count();
        assert!((2_300..2_700).contains(&below), "{below}");
        assert!((0..1_000).all(|turn| (5.0..6.0).contains(&dice.between("y", turn, 5.0, 6.0))));
    }
}
