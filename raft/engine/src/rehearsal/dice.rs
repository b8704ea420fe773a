//! Draws that depend on nothing but the seed, the node and the question: the order in which things happen has no say.

use sentinel_model::NodeId;

/// The dice of one node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub fn new(seed: u64, node: NodeId) -> Self {
        let (high, low) = node.0.as_u64_pair();
        Self(mix(mix(mix(seed) ^ high) ^ low))
    }

    /// From 0.0 to below 1.0, for a question about a turn.
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
