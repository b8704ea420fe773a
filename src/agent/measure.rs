//! What really runs: the files of the release as they lie there now, against what the agent wrote; and the process, as the activation knows
//! it.
//!
//! Looking is cheap: a file is read again only when the kernel's stamp of it has changed, and all of them now and then. What is told in
//! heartbeats is small; the text of a configuration that differs is told once, in a request of its own.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sentinel_api_types::drift::{Difference, DifferenceKind, DriftSeverity, Measured, RuntimeConfigReport};
use sentinel_bundle::limits::MAX_READ_BYTES;
use sentinel_bundle::{drift, secrets};
use sentinel_model::drift::{CONFIG_BYTES_MAX, DIFFERENCES_MAX, PATH_TEXT_MAX, WORDS_MAX};
use sentinel_model::{Epoch, Generation, Sha256Digest};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};

use super::backoff::Backoff;
use super::board::Board;
use super::link::Link;
use super::render::Rendered;
use super::shelf::{CANDIDATE, EARLIER_CONFIG, WRITTEN};
use super::untold::Untold;

/// What a difference calls the process.
pub const PROCESS: &str = "proxy";
/// What it calls the pointer to the release.
const CURRENT: &str = "current";
/// How often every file is read, whatever its stamp says.
const READ_ALL_EVERY: Duration = Duration::from_secs(10 * 60);
/// Longest time that a process may be down without being told of: it is started again.
const GRACE: Duration = Duration::from_secs(10);
/// Most files looked at; a release has fewer.
const FILES_MAX: usize = 2_000;
/// Bytes read of one file; of a longer one only the length counts.
const READ_MAX: u64 = 64 << 20;
/// What is told instead of a text in which nobody can tell where the values of secrets are.
const UNREADABLE: &str = "(not shown: it cannot be read, and may have values of secrets in it)";
/// Pause between two texts that are told.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// What should be there.
pub struct Expected {
    /// The generation that is compared with.
    pub generation: Generation,
    /// Where the release lies.
    pub dir: PathBuf,
    /// It is the current one.
    pub current: bool,
    /// Path of the configuration there.
    pub config: String,
    /// What it was rendered to.
    pub rendered: Arc<Rendered>,
    /// The other files, by path.
    pub files: BTreeMap<String, Sha256Digest>,
    /// The configuration of an earlier agent is there, which the proxy still reads.
    pub earlier: bool,
    /// The values that nobody is told.
    pub untold: Untold,
}

impl Expected {
    /// What begins a digest of the configuration, which may have values of secrets in it.
    fn salt(&self) -> &[u8] {
        match self.rendered.secrets.salt() {
            [] => self.untold.salt(),
            own => own,
        }
    }
}

/// What is remembered between two looks.
pub struct Measuring {
    /// How often it is looked.
    pub every: Duration,
    /// What was found last.
    pub found: Option<Measured>,
    /// The process has read another configuration than the one that was written for it, whatever the file says now.
    pub astray: bool,
    /// The process reads the file of an earlier agent.
    pub earlier: bool,
    memory: Memory,
    unwell_since: Option<Instant>,
}

impl Default for Measuring {
    fn default() -> Self {
        let every = Duration::from_secs(30);
        Self {
            every,
            found: None,
            astray: false,
            earlier: false,
            memory: Memory::default(),
            unwell_since: None,
        }
    }
}

/// The text of a configuration that differs, as it is told; none when it does not.
type Text = Option<RuntimeConfigReport>;

impl Measuring {
    /// Nothing is known any more.
    pub fn forget(&mut self) {
        self.found = None;
    }

    /// True when something differed last.
    pub fn differs(&self) -> bool {
        self.found.as_ref().is_some_and(|found| found.severity.is_some())
    }

    /// The process is well.
    pub fn well(&mut self) {
        self.unwell_since = None;
    }

    /// The process is not; true when that has lasted.
    pub fn unwell(&mut self) -> bool {
        let since = *self.unwell_since.get_or_insert_with(Instant::now);
        since.elapsed() >= GRACE.min(self.every)
    }

    /// Looks. `None`: it could not be looked, and nothing is known anew.
    pub async fn look(&mut self, expected: Expected, process: Option<Difference>) -> Option<Text> {
        let mut memory = std::mem::take(&mut self.memory);
        let before = self.found.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let found = memory.compare(&expected, process, before.as_ref());
            (memory, found)
        });
        match looked.await {
            Ok((memory, (found, text))) => {
                (self.memory, self.found) = (memory, Some(found));
                Some(text)
            }
            Err(error) => {
                tracing::error!(%error, "it could not be looked at what really runs");
                None
            }
        }
    }
}

/// The kernel's stamp of a file. Whoever sets the time of a change back leaves the time of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    size: u64,
    changed: (i64, i64),
    status: (i64, i64),
}

#[derive(Default)]
struct Memory {
    read: HashMap<PathBuf, (Stamp, Sha256Digest)>,
    read_all_at: Option<Instant>,
}

impl Memory {
    fn compare(
        &mut self,
        expected: &Expected,
        process: Option<Difference>,
        before: Option<&Measured>,
    ) -> (Measured, Text) {
        let now = Instant::now();
        if self.read_all_at.is_none_or(|at| now >= at) {
            self.read.clear();
            self.read_all_at = Some(now + READ_ALL_EVERY);
        }
        // Of a file with values of secrets in it, what is told is no digest that values could be tried against.
        let salt = expected.salt();
        let wanted = salted(salt, expected.rendered.text.as_bytes());
        let config = self.salted_digest(&expected.dir.join(&expected.config), salt);
        let mut look = Look::default();
        look.file(&expected.config, wanted, config);
        for (path, digest) in &expected.files {
            let found = self.digest(&expected.dir.join(path));
            look.file(path, *digest, found);
        }
        for extra in extra_files(expected) {
            look.differs(extra, DifferenceKind::Extra, String::new());
        }
        if !expected.current {
            look.differs(
                CURRENT.to_owned(),
                DifferenceKind::Changed,
                "it points to another release".to_owned(),
            );
        }
        // A process that may have read what the file says now adds nothing to that.
        let adds = |one: &Difference| one.kind != DifferenceKind::Changed || config == Some(wanted);
        if let Some(process) = process.filter(adds) {
            look.differs(process.path, process.kind, process.words);
        }
        self.read.retain(|path, _| path.starts_with(&expected.dir));
        let text = config.filter(|found| *found != wanted).and_then(|hash| told(expected, hash));
        let (text, whole) = text.unzip();
        let whole = whole.flatten();
        // Judging takes a parser: not again for the same.
        let actual = look.actual();
        let judged = match before {
            Some(before) if before.actual_hash == actual && before.generation == expected.generation => {
                (before.severity, before.summary.clone())
            }
            _ => look.judge(expected, whole.as_deref()),
        };
        (look.into_measured(expected.generation, config, actual, judged), text)
    }

    /// Digest of a file; `None` when it is not there, or is no file.
    fn digest(&mut self, path: &Path) -> Option<Sha256Digest> {
        self.salted_digest(path, &[])
    }

    fn salted_digest(&mut self, path: &Path, salt: &[u8]) -> Option<Sha256Digest> {
        let about = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
        let stamp = Stamp {
            inode: about.ino(),
            size: about.size(),
            changed: (about.mtime(), about.mtime_nsec()),
            status: (about.ctime(), about.ctime_nsec()),
        };
        if let Some((_, digest)) = self.read.get(path).filter(|(known, _)| *known == stamp) {
            return Some(*digest);
        }
        let digest = read(path, stamp.size, salt).ok()?;
        if self.read.len() < FILES_MAX {
            self.read.insert(path.to_owned(), (stamp, digest));
        }
        Some(digest)
    }
}

fn salted(salt: &[u8], bytes: &[u8]) -> Sha256Digest {
    Sha256Digest(Sha256::new().chain_update(salt).chain_update(bytes).finalize().into())
}

fn read(path: &Path, size: u64, salt: &[u8]) -> io::Result<Sha256Digest> {
    let mut hasher = Sha256::new();
    hasher.update(salt);
    if size > READ_MAX {
        hasher.update(size.to_be_bytes());
    } else {
        let mut file = File::open(path)?.take(READ_MAX);
        let mut part = vec![0; 64 << 10];
        loop {
            match file.read(&mut part)? {
                0 => break,
                read => hasher.update(part.get(..read).unwrap_or_default()),
            }
        }
    }
    Ok(Sha256Digest(hasher.finalize().into()))
}

/// Files in the directory of a release that do not belong there, a bounded number.
fn extra_files(expected: &Expected) -> Vec<String> {
    let mut extra = BTreeSet::new();
    let mut dirs = vec![expected.dir.clone()];
    let mut looked = 0;
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            looked += 1;
            if looked > FILES_MAX {
                return extra.into_iter().collect();
            }
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                dirs.push(path);
                continue;
            }
            let name = path.strip_prefix(&expected.dir).map(|path| path.to_string_lossy().into_owned());
            let earlier = |name: &String| expected.earlier && *name == EARLIER_CONFIG;
            let own = |name: &String| [expected.config.as_str(), WRITTEN, CANDIDATE].contains(&name.as_str());
            let belongs = |name: &String| own(name) || expected.files.contains_key(name) || earlier(name);
            extra.extend(name.ok().filter(|name| !belongs(name)));
        }
    }
    extra.into_iter().collect()
}

/// The configuration as it is told, up to so many bytes of it; and the whole of it, which is what is judged, if it is the text that the digest
/// is of.
fn told(expected: &Expected, hash: Sha256Digest) -> Option<(RuntimeConfigReport, Option<String>)> {
    let file = File::open(expected.dir.join(&expected.config)).ok()?;
    let mut bytes = Vec::new();
    // As JSON a configuration may be longer than any text that was written.
    let most = MAX_READ_BYTES + expected.rendered.text.len();
    file.take(most as u64 + 1).read_to_end(&mut bytes).ok()?;
    let secrets = &expected.rendered.secrets;
    let same = salted(expected.salt(), &bytes) == hash;
    let veiled = !expected.untold.is_empty();
    // What is told without values of secrets is not all of it either.
    let mut truncated = !same || veiled;
    let mut cut = |text: &str| {
        let mut end = text.len().min(CONFIG_BYTES_MAX);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        truncated |= end < text.len();
        text.get(..end).unwrap_or_default().to_owned()
    };
    let text = String::from_utf8_lossy(&bytes);
    let shown = match veiled {
        true => {
            let untold = expected.untold.pairs();
            secrets::mask(&text, expected.rendered.shown(), &secrets.values(), &untold)
                .map_or_else(|| Cow::Borrowed(UNREADABLE), Cow::Owned)
        }
        false => Cow::Borrowed(&*text),
    };
    let (config_kdl, expected_kdl) = (cut(&shown), cut(expected.rendered.shown()));
    // Bytes that are no text are not what the digest is of.
    truncated |= matches!(text, Cow::Owned(_));
    let generation = expected.generation;
    let whole = same.then(|| text.into_owned());
    Some((RuntimeConfigReport { generation, hash, config_kdl, expected_kdl, truncated }, whole))
}

/// What one look finds.
#[derive(Default)]
struct Look {
    expected: Sha256,
    found: Sha256,
    differences: Vec<Difference>,
}

impl Look {
    fn file(&mut self, path: &str, wanted: Sha256Digest, found: Option<Sha256Digest>) {
        feed(&mut self.expected, path, &wanted.0);
        match found {
            Some(found) => feed(&mut self.found, path, &found.0),
            None => feed(&mut self.found, path, b"missing"),
        }
        let kind = match found {
            None => DifferenceKind::Missing,
            Some(found) if found != wanted => DifferenceKind::Changed,
            Some(_) => return,
        };
        self.differences.push(Difference { path: path.to_owned(), kind, words: String::new() });
    }

    /// The words are not part of the digest: they may change while it is the same.
    fn differs(&mut self, path: String, kind: DifferenceKind, words: String) {
        feed(&mut self.found, &path, sentinel_model::drift::DifferenceKind::from(kind).as_str().as_bytes());
        self.differences.push(Difference { path, kind, words });
    }

    fn actual(&self) -> Sha256Digest {
        Sha256Digest(self.found.clone().finalize().into())
    }

    /// How much it matters: the gravest of what differs.
    fn judge(&self, expected: &Expected, whole: Option<&str>) -> (Option<DriftSeverity>, String) {
        let mut severity = None;
        let mut words = Vec::new();
        for one in &self.differences {
            let is_config = one.path == expected.config;
            let (graver, said) = match one.kind {
                DifferenceKind::NotRunning => (DriftSeverity::Critical, "no proxy runs".to_owned()),
                DifferenceKind::OtherGeneration => {
                    (DriftSeverity::Critical, "the proxy does not prove the generation".to_owned())
                }
                DifferenceKind::Missing if is_config => {
                    (DriftSeverity::Critical, format!("{} is gone", one.path))
                }
                DifferenceKind::Changed if is_config => match whole {
                    Some(text) => {
                        let judged = drift::judge(&expected.rendered.config, text);
                        let severity = judged.severity.into();
                        // A parser quotes what it does not understand, and that may have been a value.
                        let quotes = !expected.untold.is_empty() && severity == DriftSeverity::Critical;
                        let words = match quotes {
                            true => "the configuration cannot be read".to_owned(),
                            false => expected.untold.hide_in(&judged.summary),
                        };
                        (severity, words)
                    }
                    None => (DriftSeverity::High, format!("{} is too long to be compared", one.path)),
                },
                DifferenceKind::Changed if one.path == PROCESS => {
                    (DriftSeverity::High, "the proxy has read another configuration".to_owned())
                }
                DifferenceKind::Changed if one.path == CURRENT => {
                    (DriftSeverity::High, "another release is the current one".to_owned())
                }
                DifferenceKind::Changed => (DriftSeverity::Medium, format!("{} changed", one.path)),
                DifferenceKind::Missing => (DriftSeverity::Medium, format!("{} is gone", one.path)),
                DifferenceKind::Extra => (DriftSeverity::Low, format!("{} does not belong there", one.path)),
            };
            severity = severity.max(Some(graver));
            words.push(said);
        }
        (severity, words.join("; "))
    }

    fn into_measured(
        self,
        generation: Generation,
        config_hash: Option<Sha256Digest>,
        actual_hash: Sha256Digest,
        (severity, summary): (Option<DriftSeverity>, String),
    ) -> Measured {
        let clip = |text: String, most: usize| text.chars().take(most).collect();
        let all = self.differences.len();
        let differences: Vec<Difference> = self
            .differences
            .into_iter()
            .take(DIFFERENCES_MAX)
            .map(|one| Difference {
                path: clip(one.path, PATH_TEXT_MAX),
                words: clip(one.words, WORDS_MAX),
                ..one
            })
            .collect();
        Measured {
            generation,
            expected_hash: Sha256Digest(self.expected.finalize().into()),
            actual_hash,
            config_hash,
            severity,
            summary: clip(summary, WORDS_MAX),
            more: u32::try_from(all - differences.len()).unwrap_or(u32::MAX),
            differences,
        }
    }
}

fn feed(hasher: &mut Sha256, path: &str, value: &[u8]) {
    for part in [path.as_bytes(), value] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
}

/// Tells the text of a configuration that runs and was not assigned, once for each. Never ends.
pub async fn send_runtime_config(link: Link, board: Arc<Board>) {
    let mut watch = board.runtime_config.subscribe();
    let mut troubles = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
    let mut sent = None;
    loop {
        let report = watch.borrow_and_update().clone();
        if report.is_none() {
            // It differs no more; what differs the next time may have been forgotten meanwhile.
            sent = None;
        }
        let news = report.filter(|told| sent != Some(about(told)));
        let Some(told) = news else {
            if watch.changed().await.is_err() {
                return;
            }
            continue;
        };
        if !board.takes_measurements.load(Ordering::Relaxed) {
            sleep(troubles.next()).await;
            continue;
        }
        let telling = link.ask(|client| {
            let report = told.1.clone();
            async move { client.keep_runtime_config(link.node, &report).await }
        });
        match telling.await {
            Ok(_) => {
                sent = Some(about(&told));
                troubles.reset();
                sleep(TELL_EVERY).await;
            }
            Err(error) if matches!(error.status(), Some(400 | 422)) => {
                tracing::error!(%error, "the configuration that runs is refused and not told");
                sent = Some(about(&told));
            }
            Err(error) => {
                tracing::debug!(%error, "the configuration that runs is told later");
                sleep(troubles.next()).await;
            }
        }
    }
}

/// What makes it another one. In another epoch the members know nothing of what was told before: they were restored, or are others.
fn about((epoch, report): &(Epoch, RuntimeConfigReport)) -> (Epoch, Generation, Sha256Digest) {
    (*epoch, report.generation, report.hash)
}

#[cfg(test)]
mod tests;
