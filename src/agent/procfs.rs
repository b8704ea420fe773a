//! What the kernel tells of a process.

use std::fs;
use std::path::Path;

/// Clock ticks per second in `/proc`; fixed by the kernel's interface.
const TICKS_PER_SECOND: f64 = 100.0;

/// One process at one moment. The start time tells it from a later process with the same id.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Process {
    /// Its id.
    pub pid: i32,
    /// When it started, in ticks since boot.
    pub started: u64,
    /// It ended and nobody has taken note yet.
    pub ended: bool,
    /// Processor time used so far, in seconds.
    pub cpu_seconds: f64,
}

/// Looks a process up; `None` when there is none with this id.
pub fn process(pid: i32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name is in parentheses and may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |place: usize| fields.get(place).and_then(|text| text.parse::<u64>().ok());
    let ticks = number(11)? + number(12)?;
    Some(Process {
        pid,
        started: number(19)?,
        ended: matches!(fields.first(), Some(&"Z" | &"X")),
        cpu_seconds: ticks as f64 / TICKS_PER_SECOND,
    })
}

/// True while the process with this id and start time runs.
pub fn runs(pid: i32, started: u64) -> bool {
    process(pid).is_some_and(|process| process.started == started && !process.ended)
}

/// Memory in use, in bytes.
pub fn memory_bytes(pid: i32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<f64>().ok().map(|kib| kib * 1_024.0)
}

/// Memory that there is, in bytes: of the machine, or less when this is a container with a limit.
pub fn memory_total_bytes() -> Option<f64> {
    let table = fs::read_to_string("/proc/meminfo").ok()?;
    let line = table.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let machine = line.split_whitespace().next()?.parse::<f64>().ok()? * 1_024.0;
    let limit = fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let limit = limit.and_then(|text| text.trim().parse::<f64>().ok());
    Some(limit.map_or(machine, |limit| limit.min(machine)))
}

/// Processes whose command line has `-c CONFIG` in it with one of these, oldest first.
pub fn with_config(configs: &[&Path]) -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let mut found: Vec<Process> = pids
        .filter(|pid| names_config(*pid, configs))
        .filter_map(process)
        .filter(|process| !process.ended)
        .collect();
    found.sort_by_key(|process| process.started);
    found
}

/// True when an argument of a process is this path, or ends with it, as in `--config=PATH`.
pub fn mentions(pid: i32, path: &Path) -> bool {
    let Ok(line) = fs::read(format!("/proc/{pid}/cmdline")) else { return false };
    line.split(|byte| *byte == 0).any(|argument| argument.ends_with(path.as_os_str().as_encoded_bytes()))
}

fn names_config(pid: i32, configs: &[&Path]) -> bool {
    let Ok(line) = fs::read(format!("/proc/{pid}/cmdline")) else { return false };
    let arguments: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
    let named =
        |argument: &[u8]| configs.iter().any(|config| config.as_os_str().as_encoded_bytes() == argument);
    arguments.windows(2).any(|pair| pair[0] == b"-c" && named(pair[1]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_is_known_by_id_and_start_and_is_gone_when_it_ended() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let seen = process(pid).unwrap();
        assert!(runs(pid, seen.started) && !runs(pid, seen.started + 1));
        assert!(memory_bytes(pid).is_some());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!runs(pid, seen.started));
    }

    #[test]
    fn processes_are_found_by_their_configuration() {
        let dir = tempfile::tempdir().unwrap();
        let (config, other) = (dir.path().join("current/zentinel.json"), dir.path().join("other"));
        // A shell that ignores its arguments and waits for its input.
        let mut child = Command::new("sh")
            .args(["-c", "read line", "-c"])
            .arg(&config)
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        // The kernel shows the new command line a moment after the process exists.
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while with_config(&[&config]).is_empty() {
            assert!(std::time::Instant::now() < deadline);
            std::thread::yield_now();
        }
        let pids: Vec<i32> = with_config(&[&other, &config]).iter().map(|process| process.pid).collect();
        assert_eq!(pids, [i32::try_from(child.id()).unwrap()]);
        assert!(mentions(pids[0], &config) && !mentions(pids[0], &other));
        assert_eq!(with_config(&[&other]), []);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
