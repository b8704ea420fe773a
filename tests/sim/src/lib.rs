//! Simulation: real members, from log to use cases, over a simulated network, simulated clocks and simulated disks, all under one seed.
//!
//! A run is one thread, one runtime whose time stands still until nobody has anything to do, and one source of chance. So a seed
//! tells everything that happens in it, and a run that breaks an invariant can be repeated.
//!
//! What it must not do: know better than the product. Members are put together here as `src/server` does it, from the same parts.
//!
//! Where to start reading: [`scenario`] for what is played, [`invariant`] for what must hold, [`world`] for what it is played in.

pub mod agent;
pub mod client;
pub mod dice;
pub mod disk;
pub mod fault;
pub mod fleet;
pub mod history;
pub mod invariant;
pub mod ledger;
pub mod member;
pub mod net;
pub mod run;
pub mod scenario;
pub mod time;
pub mod trace;
pub mod world;
