//! A member that can help itself by starting anew does so, in the same process: under every service manager, and with none. A
//! fresh start checks what is on disk, sets aside what is damaged, and rebuilds it.

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

/// How often this process has begun anew without serving for long in between.
const COUNT: &str = "SENTINEL_CP_BEGUN_ANEW";
/// Longest pause before beginning anew.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// Who has served for so long is not in a circle.
const WELL: Duration = Duration::from_secs(600);

/// Counts from the start of a member.
pub struct Again {
    began: Instant,
    before: u32,
}

impl Default for Again {
    fn default() -> Self {
        let before = std::env::var(COUNT).ok().and_then(|count| count.parse().ok());
        Self { began: Instant::now(), before: before.unwrap_or(0) }
    }
}

impl Again {
    /// Begins anew, after a pause that grows from time to time. Returns only when that cannot be done.
    pub async fn begin(self, cause: &str) -> anyhow::Error {
        let before = if self.began.elapsed() > WELL { 0 } else { self.before };
        let pause = pause(before);
        tracing::warn!(cause, pause_ms = pause.as_millis(), "this member begins anew");
        tokio::time::sleep(pause).await;
        // Also when the file of the program has been replaced meanwhile.
        let mut program = Command::new("/proc/self/exe");
        if let Some(name) = std::env::args_os().next() {
            program.arg0(name);
        }
        let error =
            program.args(std::env::args_os().skip(1)).env(COUNT, before.saturating_add(1).to_string()).exec();
        anyhow::anyhow!("this member cannot go on ({cause}) and cannot begin anew: {error}")
    }
}

/// Nothing the first time, then a second, two, four.
fn pause(before: u32) -> Duration {
    match before.checked_sub(1) {
        None => Duration::ZERO,
        Some(doublings) => Duration::from_secs(1 << doublings.min(6)).min(PAUSE_MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_time_is_at_once_and_no_pause_is_longer_than_a_minute() {
        let pauses: Vec<u64> = (0..9).map(|before| pause(before).as_secs()).collect();
        assert_eq!(pauses, [0, 1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(pause(u32::MAX), PAUSE_MAX);
    }
}
