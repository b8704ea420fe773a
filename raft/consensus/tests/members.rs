//! Members in one process, over real loopback connections and real files: what they promise together, one promise a test.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "members/blobs.rs"]
mod blobs;
#[path = "members/catching_up.rs"]
mod catching_up;
#[path = "members/cluster.rs"]
mod cluster;
#[path = "members/commands.rs"]
mod commands;
#[path = "members/gate_disk.rs"]
mod gate_disk;
#[path = "members/leading.rs"]
mod leading;
#[path = "members/levels.rs"]
mod levels;
#[path = "members/liveness.rs"]
mod liveness;
#[path = "members/membership.rs"]
mod membership;
#[path = "members/protocol.rs"]
mod protocol;
#[path = "members/recovery.rs"]
mod recovery;
#[path = "members/serving.rs"]
mod serving;
#[path = "members/upkeep.rs"]
mod upkeep;
