//! Pure deciders: what the leader proposes next.
//!
//! A decider looks at a state and a time and says what should happen, as a command of the state machine. It decides the same
//! whoever runs it, so a change of leader loses nothing: the next leader looks at the same state and goes on. Each decision
//! about a rollout carries the revision it was made on, so one that comes late is refused.
//!
//! What it must not do: read a clock, roll dice, do I/O, or remember anything between two calls. What it knows stands in the
//! view that it is given. What only saves work, or what may be lost with a leader, is kept by the caller and handed in:
//! [`nodes::SilenceQueue`], [`canary::Tally`], [`split::Split`].
//!
//! [`lead`] puts them together as a leader does, and [`rehearsal`] plays a leader and its nodes on a copy of a project.
//!
//! Where to start reading: [`rollout::decide`], then [`plan::plan_rollout`], [`canary`], [`nodes::decide_status`] and [`drift::decide`].
//! [`promotion::decide`] is what takes bundles from one environment to the next. [`why::why`] explains
//! to people what all of them have made of a node.

pub mod canary;
pub mod drift;
pub mod lead;
pub mod nodes;
pub mod plan;
pub mod promotion;
pub mod rehearsal;
pub mod rollout;
pub mod split;
pub mod why;

#[cfg(test)]
mod fixture;
