//! Which proxy this is.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

/// Longest time for the answer.
const WITHIN: Duration = Duration::from_secs(5);

/// The version that the binary tells, such as `0.6.45`.
///
/// # Errors
/// It cannot be run, or tells none.
pub async fn version(binary: &Path) -> Result<String, String> {
    let shown = binary.display();
    let mut command = Command::new(binary);
    command.arg("--version").stdin(Stdio::null()).kill_on_drop(true);
    let output = match timeout(WITHIN, command.output()).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(format!("cannot run {shown}: {error}")),
        Err(_) => return Err(format!("{shown} --version does not end within {} s", WITHIN.as_secs())),
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let digits = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.');
    match text.split_whitespace().find(digits) {
        Some(version) => Ok(version.chars().take(64).collect()),
        None => Err(format!("{shown} --version tells no version")),
    }
}
