//! Is the new bundle worse than what the other nodes run at the same time?
//!
//! [`Tally`] turns what nodes report into blocks of concurrent traffic, [`observe()`] judges one block after the other, and
//! [`evidence`] has the test behind it: one that may be looked at after every block and stopped at any of them.

pub mod evidence;
mod observe;
mod tally;

pub(crate) use evidence::KNOWN_FROM;
pub(crate) use observe::{JUDGED_MIN, in_doubt, seen};
pub use observe::{bound, observe};
pub(crate) use tally::REPORTS;
pub use tally::{BLOCK_MS, Block, Counted, Tally};

#[cfg(test)]
mod tests;
