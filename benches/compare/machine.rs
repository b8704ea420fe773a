//! What the run was on: without it no number means anything.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sentinel_kit::WorkDir;
use serde::Serialize;

use crate::load::{Sample, Summary};

/// How long the disk is tried.
const PROBE: Duration = Duration::from_secs(2);
/// Length of the file that is written to, in blocks of [`BLOCK`] bytes; it is begun anew when it is full.
const BLOCKS: usize = 65_536;
const BLOCK: usize = 256;

/// See the module.
#[derive(Serialize)]
pub struct Machine {
    /// Cores that this program may use.
    pub cores: usize,
    /// The processor's name.
    pub processor: String,
    /// In GiB.
    pub memory_gib: f64,
    /// Device, kind and file system of the data directories.
    pub disk: String,
    /// 256 bytes written and synced, one after the other, in a file that has its length already, as logs have: what a
    /// durable write costs at least.
    pub fdatasync: Summary,
    /// Of the last minute, before the run. Above 0.5 somebody else was at work.
    pub load_before: String,
}

/// Looks at the machine and tries its disk.
pub fn look() -> Result<Machine> {
    let load_before = fs::read_to_string("/proc/loadavg")?.split(' ').next().unwrap_or("?").to_owned();
    let dir = WorkDir::new("disk");
    Ok(Machine {
        cores: std::thread::available_parallelism()?.get(),
        processor: field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned()),
        memory_gib: memory_kib()? / 1_048_576.0,
        disk: disk(dir.path())?,
        fdatasync: probe(dir.path())?,
        load_before,
    })
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn memory_kib() -> Result<f64> {
    let text = field("/proc/meminfo", "MemTotal").context("/proc/meminfo has no MemTotal")?;
    Ok(text.trim_end_matches(" kB").parse()?)
}

fn probe(dir: &Path) -> Result<Summary> {
    let file = File::create(dir.join("probe"))?;
    // A file that grows costs a second write, of its new length: both sides reserve theirs.
    file.write_all_at(&vec![0; BLOCKS * BLOCK], 0)?;
    file.sync_all()?;
    let mut sample = Sample::default();
    let start = Instant::now();
    while start.elapsed() < PROBE {
        let begun = Instant::now();
        file.write_all_at(&[7; BLOCK], ((sample.len() % BLOCKS) * BLOCK) as u64)?;
        file.sync_data()?;
        sample.push(begun.elapsed());
    }
    Ok(sample.summary())
}

/// The device behind a directory, by its number: `/sys` knows whether it turns, `/proc/self/mountinfo` the file system.
fn disk(dir: &Path) -> Result<String> {
    let device = fs::metadata(dir)?.dev();
    let number = format!("{}:{}", (device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xfff00));
    let mounts = fs::read_to_string("/proc/self/mountinfo")?;
    let mount = mounts.lines().find(|line| line.split(' ').nth(2) == Some(&number));
    let system = mount.and_then(|line| line.split(" - ").nth(1)?.split(' ').next()).unwrap_or("unknown");
    let Ok(block) = fs::canonicalize(format!("/sys/dev/block/{number}")) else {
        return Ok(format!("{system}, no device behind it: syncing may cost nothing there"));
    };
    let name = block.file_name().unwrap_or_default().to_string_lossy();
    // A partition has no queue of its own.
    let rotates = [block.join("queue/rotational"), block.join("../queue/rotational")];
    let rotates = rotates.iter().find_map(|file| fs::read_to_string(file).ok());
    let kind = match (name.starts_with("vd"), rotates.as_deref().map(str::trim)) {
        (true, _) => "virtual",
        (_, Some("0")) => "solid state",
        (_, Some("1")) => "rotating",
        _ => "of unknown kind",
    };
    Ok(format!("{name}, {kind}, {system}"))
}
