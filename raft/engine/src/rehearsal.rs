//! A rehearsal: a rollout is played on a copy of a project, in simulated time, before anything runs.
//!
//! The copy is of rows: [`copy_of`] takes those that decide anything, without secrets, into tables in memory, and nothing goes back. On it
//! the rollout is created with the very command that creates it in life, [`crate::lead`] decides what a leader decides, and
//! [`sentinel_machine::apply()`] carries it out. Only two things are made up: what nodes do ([`Assumptions`]), and time. So what is said
//! of the course is said in the words of the state machine, and a rule that changes there changes here.
//!
//! What it must not do: know a clock (whoever calls says when it has taken too long), or be different the second time: everything
//! that is drawn comes from the seed.

mod advice;
mod copy;
mod course;
mod fleet;
mod stage;
#[cfg(test)]
mod tests;

use sentinel_machine::TableError;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::memory::MemoryTables;
use sentinel_model::audit::Actor;
use sentinel_model::{RolloutId, Time};
use uuid::Uuid;

pub use advice::{Comparison, advise, comparisons};
pub use copy::{Copied, CopyError, NODES_MAX, copy_of};
pub use course::{Course, Deed, End, Group, Peak, PlayedStep, TIMELINE_MAX, Wait, WaitKind};
pub use fleet::activation_times;

use stage::Stage;

/// The name of the rollout that is rehearsed. No rollout in life has it.
pub const ROLLOUT: RolloutId = RolloutId(Uuid::max());

/// What nodes do with a bundle that they have activated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Behaviour {
    /// Answers with a 5xx, in percent.
    pub error_percent: f64,
    /// 99th percentile of the time that answers take, in milliseconds.
    pub p99_ms: f64,
}

/// What is taken for granted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assumptions {
    /// From the assignment to the proof: the shortest and the longest time, in milliseconds; all in between are alike.
    pub activation_ms: (u64, u64),
    /// Within how long nodes speak, in milliseconds.
    pub heartbeat_ms: u64,
    /// Share of the nodes that fail to activate the new bundle, in percent.
    pub failing_percent: f64,
    /// Share of the nodes that are online and fall silent when it begins, in percent.
    pub silent_percent: f64,
    /// Requests that a node with all of its weight answers in a second, on average of the nodes.
    pub requests_per_second: f64,
    /// Nodes with any other bundle.
    pub old: Behaviour,
    /// Nodes with the new one.
    pub new: Behaviour,
    /// Everything that is drawn comes from it.
    pub seed: u64,
}

/// How the leader judges nodes, as in life.
#[derive(Clone, Copy, Debug)]
pub struct Judging {
    /// Silence after which a node is offline, in milliseconds.
    pub offline_after_ms: u64,
    /// Age up to which a heartbeat counts as fresh, in milliseconds.
    pub fresh_ms: u64,
}

/// Where it ends at the latest.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Simulated time, in milliseconds.
    pub simulated_ms: u64,
    /// Nodes read, over all looks.
    pub nodes_read: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { simulated_ms: 7 * 24 * 3_600_000, nodes_read: 20_000_000 }
    }
}

/// Whoever waits for it wants no more of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// It has taken too long.
    TimeOut,
    /// Nobody waits any more.
    Left,
}

/// What is rehearsed.
#[derive(Clone, Debug)]
pub struct Play {
    /// The command that would create it; its rollout is [`ROLLOUT`].
    pub create: RolloutCreate,
    /// Who asks.
    pub actor: Actor,
    /// When it begins.
    pub begins: Time,
    /// Newest log index of the state that was copied.
    pub applied: u64,
    /// What nodes do.
    pub assumed: Assumptions,
    /// How they are judged.
    pub judging: Judging,
    /// Where it ends.
    pub bounds: Bounds,
}

/// Plays it to its end. `halt` is asked between two looks.
///
/// # Errors
/// The copy does not decode.
pub fn rehearse(
    copy: MemoryTables,
    play: &Play,
    halt: &mut dyn FnMut() -> Option<Halt>,
) -> Result<Course, TableError> {
    Stage::new(copy, play)?.play(halt)
}
