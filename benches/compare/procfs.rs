//! What the system says of a process. The kit keeps its processes to itself, so they are found by their command line.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Kernel ticks in a second; Linux tells programs 100 whatever it really uses.
const TICKS: f64 = 100.0;

/// The process that was started with this data directory.
pub fn pid_with(data_dir: &Path) -> Result<u32> {
    let wanted = data_dir.to_string_lossy();
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if line.split(|byte| *byte == 0).any(|word| word == wanted.as_bytes()) {
            return Ok(pid);
        }
    }
    anyhow::bail!("no process has {wanted} on its command line")
}

/// Processor time of a process so far, in seconds.
pub fn cpu_seconds(pid: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in parentheses may hold spaces; the numbers come after it, the state first.
    let numbers = text.rsplit_once(')').context("stat has a name")?.1;
    let numbers: Vec<&str> = numbers.split_whitespace().collect();
    let ticks = |place: usize| numbers.get(place).and_then(|text| text.parse::<f64>().ok());
    Ok((ticks(11).context("utime")? + ticks(12).context("stime")?) / TICKS)
}

/// Processor time of several processes.
pub fn cpu_seconds_of(pids: &[u32]) -> Result<f64> {
    pids.iter().map(|pid| cpu_seconds(*pid)).sum()
}

/// Resident memory now and at its highest, in MiB.
pub fn resident_mib(pid: u32) -> Result<(f64, f64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let mib = |name: &str| -> Option<f64> {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1_024.0)
    };
    Ok((mib("VmRSS:").context("VmRSS")?, mib("VmHWM:").context("VmHWM")?))
}
