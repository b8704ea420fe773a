//! The proxy's output: a file that it writes itself, so that it can go on without the agent. The agent reads its end, and keeps
//! it from growing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sentinel_api_types::Timestamp;

use crate::agent::untold::Untold;

/// Size at which the file is put aside.
const FILE_MAX: u64 = 8 << 20;
/// Most that is read of its end.
const READ_MAX: u64 = 256 << 10;
/// Longest part of it in a message.
const WORDS_MAX: usize = 800;
/// What the proxy says when it left out a part of a configuration that it calls applied.
const REFUSALS: &[&str] = &[
    "Failed to compile route matcher",
    "Failed to create upstream pool",
    "Configuration reload failed",
    "TLS certificate reload failed",
    "Upstream pool update timed out",
];
/// Errors of single requests, the agent's own among them, and of waiting for sockets say nothing about a configuration.
const BESIDE: &[&str] = &[
    "zentinel_proxy::proxy::http_trait",
    "pingora_proxy",
    "pingora_core::protocols",
    "pingora_core::server::transfer_fd",
];
/// What the proxy says when it is told to read its configuration again.
const RELOAD: &str = "Received SIGHUP";
/// What it says when it has read it, and the certificates with it.
const READ: &str = "Configuration reload completed successfully";
/// What a process says that will not come up, although it does not end.
const STUCK: &[&str] = &["is in use, will try again", "panicked at"];

/// See the module.
#[derive(Debug)]
pub struct ProxyLog {
    path: PathBuf,
    /// Where what is of interest begins.
    mark: u64,
    /// Up to where it was looked for reloads.
    looked: u64,
    /// The last reload that was found there and not told.
    reload: Option<Timestamp>,
    /// What nobody is told.
    untold: Untold,
}

impl ProxyLog {
    /// The log in a data directory, made when missing.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join("proxy.log");
        let mut log = Self { path, mark: 0, looked: 0, reload: None, untold: Untold::default() };
        log.for_process()?;
        log.rotate()?;
        log.mark();
        log.looked = log.mark;
        Ok(log)
    }

    /// From now on, nothing that is told of the log has any of these values in it.
    pub fn keep_to_itself(&mut self, untold: Untold) {
        self.untold = untold;
    }

    /// What nobody is told.
    pub fn untold(&self) -> &Untold {
        &self.untold
    }

    /// The file for a process to write to. It appends, so that a file made empty stays small.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn for_process(&self) -> io::Result<File> {
        OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)
    }

    /// What is written from now on is of interest.
    pub fn mark(&mut self) {
        self.mark = fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
    }

    /// When the proxy was told last to read its configuration again, if it was since this was asked last.
    pub fn reload(&mut self) -> Option<Timestamp> {
        self.look_for_reloads();
        self.reload.take()
    }

    /// What it was told so far was told by the agent.
    pub fn forget_reloads(&mut self) {
        self.reload();
    }

    fn look_for_reloads(&mut self) {
        let length = fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        if length == self.looked {
            return;
        }
        let text = self.since(self.looked);
        // Half a line is looked at when it is whole.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        self.looked = length.saturating_sub((text.len() - whole) as u64);
        let mut lines = text.get(..whole).unwrap_or_default().lines();
        if let Some(line) = lines.rfind(|line| line.contains(RELOAD)) {
            let time = line.split_whitespace().next().and_then(|time| time.parse().ok());
            self.reload = Some(time.unwrap_or_else(Timestamp::now));
        }
    }

    /// Errors since the mark, without those of single requests.
    pub fn errors_since_mark(&self) -> String {
        let text = self.since(self.mark);
        let errors: Vec<&str> = text.lines().filter_map(error).collect();
        self.words(&errors.join(" | "))
    }

    /// What the proxy left out of a configuration since the mark, in its words.
    pub fn refusal_since_mark(&self) -> Option<String> {
        self.line_since_mark(REFUSALS)
    }

    /// Why a process that was started since the mark will not come up, in its words.
    pub fn stuck_since_mark(&self) -> Option<String> {
        self.line_since_mark(STUCK)
    }

    fn line_since_mark(&self, any: &[&str]) -> Option<String> {
        let text = self.since(self.mark);
        let line = text.lines().find(|line| any.iter().any(|words| line.contains(words)))?;
        Some(self.words(without_time(line)))
    }

    /// True when the process has said since the mark that it has read its configuration again.
    pub fn read_since_mark(&self) -> bool {
        self.since(self.mark).contains(READ)
    }

    /// True when it has said since the mark that it was told to.
    pub fn told_since_mark(&self) -> bool {
        self.since(self.mark).contains(RELOAD)
    }

    /// Words as they are told: without values first, and then not too many.
    fn words(&self, text: &str) -> String {
        end_of(&self.untold.hide_in(text), WORDS_MAX)
    }

    /// The last lines.
    pub fn tail(&self, lines: usize) -> String {
        let text = self.since(0);
        let last: Vec<&str> = text.lines().rev().take(lines).map(without_time).collect();
        self.words(&last.into_iter().rev().collect::<Vec<_>>().join(" | "))
    }

    /// Puts a large file aside. The process goes on writing to the same file, which is copied and made empty.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn rotate(&mut self) -> io::Result<()> {
        if fs::metadata(&self.path)?.len() <= FILE_MAX {
            return Ok(());
        }
        self.look_for_reloads();
        let aside = self.path.with_extension("log.1");
        fs::copy(&self.path, aside)?;
        OpenOptions::new().write(true).open(&self.path)?.set_len(0)?;
        (self.mark, self.looked) = (0, 0);
        Ok(())
    }

    /// What was written from a place on; of much, the end, in whole lines: in a part of one, a part of a value would not be found.
    fn since(&self, from: u64) -> String {
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(&self.path)?;
            let length = file.metadata()?.len();
            // The file was made empty since then: everything in it is newer.
            let from = if from > length { 0 } else { from };
            let start = from.max(length.saturating_sub(READ_MAX));
            file.seek(SeekFrom::Start(start))?;
            let mut bytes = Vec::new();
            file.take(READ_MAX).read_to_end(&mut bytes)?;
            if start > from {
                let whole = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1);
                bytes.drain(..whole);
            }
            Ok(bytes)
        };
        match read() {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => {
                tracing::warn!(%error, path = %self.path.display(), "the proxy's log cannot be read");
                String::new()
            }
        }
    }
}

fn error(line: &str) -> Option<&str> {
    let line = without_time(line);
    let rest = line.strip_prefix("ERROR ").or_else(|| line.starts_with("Error:").then_some(line))?;
    (!BESIDE.iter().any(|place| rest.starts_with(place))).then_some(rest)
}

/// A line without the time in front.
fn without_time(line: &str) -> &str {
    match line.split_once(char::is_whitespace) {
        Some((time, rest)) if time.starts_with("20") && time.ends_with('Z') => rest.trim_start(),
        _ => line.trim(),
    }
}

/// The end of a text of at most `max` bytes, without half a character.
pub fn end_of(text: &str, max: usize) -> String {
    let text = text.trim();
    if text.len() <= max {
        return text.to_owned();
    }
    let start = (text.len() - max..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    format!("…{}", &text[start..])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write;

    use super::*;

    const OLD: &str = "2026-11-24T13:06:34.060700Z ERROR zentinel: something before\n";
    const NEW: &str = "2026-11-24T13:06:35.523829Z  INFO zentinel: Configuration reloaded successfully\n\
        2026-11-24T13:06:35.523882Z ERROR zentinel_proxy::proxy::http_trait: Proxy error occurred\n\
        2026-11-24T13:06:35.523922Z ERROR pingora_proxy: Fail to early filter request\n\
        2026-11-24T13:06:35.523999Z ERROR zentinel_proxy::proxy: Failed to compile route matcher error=Invalid regex\n";

    #[test]
    fn only_errors_about_the_configuration_and_after_the_mark_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = ProxyLog::open(dir.path()).unwrap();
        let mut file = log.for_process().unwrap();
        file.write_all(OLD.as_bytes()).unwrap();
        log.mark();
        assert_eq!((log.errors_since_mark(), log.refusal_since_mark()), (String::new(), None));
        file.write_all(NEW.as_bytes()).unwrap();
        let words = "zentinel_proxy::proxy: Failed to compile route matcher error=Invalid regex";
        assert_eq!(log.errors_since_mark(), words);
        assert_eq!(log.refusal_since_mark().unwrap(), format!("ERROR {words}"));
        assert!(log.tail(1).ends_with("Invalid regex"));
        assert_eq!(log.stuck_since_mark(), None);
        file.write_all(b"2026-11-24T13:06:36Z  WARN pingora_core: 127.0.0.1:1 is in use, will try again\n")
            .unwrap();
        assert!(log.stuck_since_mark().is_some());
    }

    #[test]
    fn a_reload_is_told_once_and_not_when_the_agent_has_asked_for_it() {
        const RELOADED: &str =
            "2026-11-24T13:06:35.5Z  INFO zentinel: Received SIGHUP, triggering configuration reload\n";
        let dir = tempfile::tempdir().unwrap();
        let mut log = ProxyLog::open(dir.path()).unwrap();
        let mut file = log.for_process().unwrap();
        file.write_all(NEW.as_bytes()).unwrap();
        assert_eq!(log.reload(), None);
        file.write_all(RELOADED.as_bytes()).unwrap();
        assert_eq!(log.reload(), Some("2026-11-24T13:06:35.5Z".parse().unwrap()));
        assert_eq!(log.reload(), None);
        file.write_all(RELOADED.as_bytes()).unwrap();
        log.forget_reloads();
        assert_eq!(log.reload(), None);
        let (half, rest) = RELOADED.as_bytes().split_at(60);
        file.write_all(half).unwrap();
        assert_eq!(log.reload(), None, "half a line");
        file.write_all(rest).unwrap();
        assert!(log.reload().is_some());
        // Also when the file was put aside meanwhile.
        file.write_all(RELOADED.as_bytes()).unwrap();
        file.write_all(&vec![b'x'; usize::try_from(FILE_MAX).unwrap() + 1]).unwrap();
        log.look_for_reloads();
        log.rotate().unwrap();
        file.write_all(OLD.as_bytes()).unwrap();
        assert_eq!(log.reload(), None, "of so much the end is read");
        file.write_all(RELOADED.as_bytes()).unwrap();
        assert!(log.reload().is_some());
    }

    #[test]
    fn a_large_log_is_put_aside_while_the_process_goes_on_writing() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = ProxyLog::open(dir.path()).unwrap();
        let mut file = log.for_process().unwrap();
        file.write_all(&vec![b'x'; usize::try_from(FILE_MAX).unwrap() + 1]).unwrap();
        log.mark();
        log.rotate().unwrap();
        file.write_all(b"ERROR after\n").unwrap();
        assert_eq!(log.errors_since_mark(), "after");
        assert!(fs::metadata(dir.path().join("proxy.log")).unwrap().len() < 100);
        assert!(fs::metadata(dir.path().join("proxy.log.1")).unwrap().len() > FILE_MAX);
    }

    #[test]
    fn long_words_are_cut_in_front_and_never_inside_a_character() {
        assert_eq!(end_of(" short ", 10), "short");
        assert_eq!(end_of("ää", 3), "…ä");
    }

    #[test]
    fn of_a_long_log_whole_lines_are_looked_at() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = ProxyLog::open(dir.path()).unwrap();
        let mut file = log.for_process().unwrap();
        log.mark();
        let line = format!("ERROR first {}\n", "x".repeat(usize::try_from(READ_MAX).unwrap()));
        file.write_all(line.as_bytes()).unwrap();
        file.write_all(b"ERROR second\nINFO Configuration reload completed successfully\n").unwrap();
        assert_eq!(log.errors_since_mark(), "second");
        assert!(log.read_since_mark() && !log.told_since_mark());
    }
}
