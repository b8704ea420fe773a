//! Entries applied per second: the state on disk beside tables in memory, which is what the state machine itself costs, and beside a
//! transaction with a single row, which is what the database costs at least.
//!
//! `cargo bench -p sentinel-store --bench apply -- [--seconds N] [--dir PATH]`
//!
//! Each entry is a node's event of 256 bytes, as in the comparison with etcd (`cargo xtask bench`), from one of many nodes. A member
//! applies entries in batches, one transaction each, that is not synced: the log is. Rows are measured in turns.
#![allow(clippy::unwrap_used)] // A failing disk should end the program with the place where it failed.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use sentinel_consensus::types::LogId;
use sentinel_machine::apply::apply;
use sentinel_machine::commands::node_events_append::NodeEventsAppend;
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::{Envelope, Write, tables};
use sentinel_model::audit::Actor;
use sentinel_model::node::{Node, NodeEvent, NodeEventType, NodeStatus, Severity, WEIGHT_FULL};
use sentinel_model::project::Project;
use sentinel_model::secret::Sealed;
use sentinel_model::{Generation, NodeId, OrgId, ProjectId, RequestId, Sha256Digest, Time};
use sentinel_store::tables::StateTables;
use uuid::Uuid;

const BATCHES: [usize; 5] = [1, 4, 16, 64, 256];
const NODES: u128 = 5_000;
const TURNS: u32 = 3;
const PROJECT: ProjectId = ProjectId(Uuid::from_u128(1));

fn main() {
    let (seconds, parent) = settings();
    let dir = parent.join(format!("apply-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let mut bench = Bench {
        disk: StateTables::open(&dir.join("state.redb")).unwrap(),
        memory: MemoryTables::default(),
        index: 1,
    };
    bench.fill();
    let turn = Duration::from_secs_f64(seconds / f64::from(TURNS * 3) / BATCHES.len() as f64);
    println!("applying entries, {seconds} s in all; microseconds for one entry");
    println!("{:>6} | {:>8} | {:>8} | {:>10} | {:>10}", "batch", "disk", "memory", "single row", "entries/s");
    for batch in BATCHES {
        let (mut disk, mut memory, mut single) = (Cost::default(), Cost::default(), Cost::default());
        for _ in 0..TURNS {
            disk.add(turn, batch, || bench.on_disk(batch));
            memory.add(turn, batch, || bench.in_memory(batch));
            single.add(turn, batch, || bench.single_row());
        }
        println!(
            "{batch:>6} | {:>8.1} | {:>8.1} | {:>10.1} | {:>10.0}",
            disk.us(),
            memory.us(),
            single.us(),
            1e6 / disk.us()
        );
    }
    drop(bench);
    std::fs::remove_dir_all(&dir).unwrap();
}

fn settings() -> (f64, PathBuf) {
    let (mut seconds, mut dir) = (15.0, std::env::temp_dir());
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seconds" => seconds = args.next().unwrap().parse().unwrap(),
            "--dir" => dir = args.next().unwrap().into(),
            // Cargo passes this to every bench.
            "--bench" => {}
            other => panic!("{other} is no option of this benchmark"),
        }
    }
    (seconds, dir)
}

#[derive(Default)]
struct Cost {
    elapsed: Duration,
    entries: usize,
}

impl Cost {
    fn add(&mut self, turn: Duration, batch: usize, mut work: impl FnMut()) {
        let begun = Instant::now();
        while begun.elapsed() < turn {
            work();
            self.entries += batch;
        }
        self.elapsed += begun.elapsed();
    }

    fn us(&self) -> f64 {
        self.elapsed.as_secs_f64() * 1e6 / self.entries as f64
    }
}

struct Bench {
    disk: StateTables,
    memory: MemoryTables,
    index: u64,
}

impl Bench {
    fn fill(&mut self) {
        let at = self.place();
        self.disk.write(at, None, |state| rows(state)).unwrap();
        rows(&mut self.memory).unwrap();
    }

    /// The next place in the log.
    fn place(&mut self) -> LogId {
        self.index += 1;
        LogId::new_term_index(1, self.index)
    }

    fn on_disk(&mut self, batch: usize) {
        let entries: Vec<_> = (0..batch).map(|_| (self.place(), event(self.index))).collect();
        let last = entries.last().unwrap().0;
        let work = |state: &mut dyn Write| {
            for (at, envelope) in &entries {
                let envelope = Envelope::decode(envelope).unwrap();
                apply(state, at.index, &envelope)?.outcome.unwrap();
            }
            Ok(())
        };
        self.disk.write(last, None, work).unwrap();
    }

    fn in_memory(&mut self, batch: usize) {
        for _ in 0..batch {
            let at = self.place();
            let envelope = Envelope::decode(&event(self.index)).unwrap();
            apply(&mut self.memory, at.index, &envelope).unwrap().outcome.unwrap();
        }
    }

    fn single_row(&mut self) {
        let at = self.place();
        self.disk.write(at, None, |state| tables::store(state, &project())).unwrap();
    }
}

fn rows(state: &mut dyn Write) -> Result<(), sentinel_machine::TableError> {
    tables::store(state, &project())?;
    (0..NODES).try_for_each(|number| tables::store(state, &node(number)))
}

fn project() -> Project {
    Project {
        catch_up: None,
        checks_private: false,
        id: PROJECT,
        org_id: OrgId(Uuid::from_u128(2)),
        name: "Bench".into(),
        slug: "bench".into(),
        description: String::new(),
        sealed_marker_key: Sealed(vec![7; 60]),
        baseline: None,
        created_at: Time(1),
        approval: Default::default(),
        drift: Default::default(),
        sandbox: false,
        simulated_in: Default::default(),
    }
}

fn node(number: u128) -> Node {
    let text = |what: &str| format!("{what}-{number:05}");
    let labels = [("site", text("site")), ("ring", "3".to_owned())];
    Node {
        id: NodeId(Uuid::from_u128(1_000 + number)),
        project_id: PROJECT,
        name: text("node"),
        labels: labels.map(|(key, value)| (key.to_owned(), value)).into(),
        capabilities: vec!["reload".into()],
        agent_version: "1.0.0".into(),
        proxy_version: "0.6.45".into(),
        hostname: text("host"),
        ip: "10.0.0.1".into(),
        key_digest: Sha256Digest([7; 32]),
        registered_at: Time(1),
        status: NodeStatus::Online,
        status_since: Time(1),
        generation: Generation::default(),
        assignment: None,
        offered: None,
        accepted: None,
        effective: None,
        failure: None,
        owner: None,
        weight: WEIGHT_FULL,
        weight_revision: 0,
        pinned_bundle_id: None,
        slot: None,
        versions: Default::default(),
        environment_id: None,
        simulated: false,
        given: Vec::new(),
    }
}

fn event(index: u64) -> Vec<u8> {
    let node_id = NodeId(Uuid::from_u128(1_000 + u128::from(index) * 7 % NODES));
    let event = NodeEvent {
        event_type: NodeEventType::Info,
        severity: Severity::Info,
        message: "v".repeat(256),
        at: Time(index as i64),
    };
    let envelope = Envelope {
        time: Time(index as i64),
        actor: Actor::Node(node_id),
        // Random, as those of clients are.
        request_id: RequestId(Uuid::from_u128(
            u128::from(index).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
        )),
        command: NodeEventsAppend { node_id, events: vec![event] }.into(),
    };
    envelope.encode().unwrap()
}
