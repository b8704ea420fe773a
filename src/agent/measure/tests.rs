#![allow(clippy::unwrap_used)]

use sentinel_bundle::archive::{Form, OpenBundle};

use super::*;
use crate::agent::render::render;
use crate::agent::secrets::Secrets;
use crate::agent::shelf::{ARCHIVE, CONFIG, CONTENT, Shelf};
use crate::agent::testing::{Made, addresses, bundle, here};

struct Node {
    dir: tempfile::TempDir,
    made: Made,
    shelf: Shelf,
    rendered: Arc<Rendered>,
    measuring: Measuring,
}

impl Node {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (made, shelf) = (bundle(1, "1.0"), Shelf::open(dir.path()).unwrap());
        let rendered = Arc::new(render(&made.open, &here(), &Secrets::default(), addresses()).unwrap());
        shelf.place(&made.release, &made.archive, &made.open).unwrap();
        shelf.write_config(&made.release, &rendered.text).unwrap();
        Self { dir, made, shelf, rendered, measuring: Measuring::default() }
    }

    fn place(&self) -> PathBuf {
        self.shelf.place_of(&self.made.release)
    }

    fn expected(&self, current: bool) -> Expected {
        let OpenBundle { manifest, .. } = &self.made.open;
        let listed = manifest.files.iter();
        let mut files: BTreeMap<String, Sha256Digest> =
            listed.map(|file| (format!("{CONTENT}/{}", file.path), file.sha256.parse().unwrap())).collect();
        files.insert(format!("{CONTENT}/manifest.json"), self.made.release.manifest_digest);
        files.insert(ARCHIVE.to_owned(), self.made.release.checksum);
        Expected {
            generation: self.made.release.generation,
            dir: self.place(),
            current,
            config: CONFIG.to_owned(),
            rendered: Arc::clone(&self.rendered),
            files,
            earlier: false,
            untold: Untold::default(),
        }
    }

    async fn look(&mut self) -> (Measured, Text) {
        let text = self.measuring.look(self.expected(true), None).await.unwrap();
        (self.measuring.found.clone().unwrap(), text)
    }

    fn edit(&self, path: &str, text: &str) {
        fs::write(self.place().join(path), text).unwrap();
    }
}

fn kinds(found: &Measured) -> Vec<(&str, DifferenceKind)> {
    found.differences.iter().map(|one| (one.path.as_str(), one.kind)).collect()
}

#[tokio::test]
async fn what_the_agent_wrote_is_in_sync() {
    let mut node = Node::new();
    let (found, text) = node.look().await;
    assert_eq!((found.expected_hash, found.severity), (found.actual_hash, None), "{found:?}");
    assert_eq!(text, None);
    let whole = Sha256Digest(Sha256::digest(node.rendered.text.as_bytes()).into());
    assert_eq!(found.config_hash, Some(whole));
}

#[tokio::test]
async fn an_edit_is_seen_with_what_it_means_and_its_text_and_so_is_its_end() {
    let mut node = Node::new();
    let before = node.look().await.0;
    let edited = node.rendered.text.replace("127.0.0.1:9001", "127.0.0.1:9666");
    node.edit(CONFIG, &edited);
    let (found, text) = node.look().await;
    assert_eq!(kinds(&found), [(CONFIG, DifferenceKind::Changed)]);
    assert_eq!(
        (found.severity, found.summary.as_str()),
        (Some(DriftSeverity::Medium), "upstreams: 1 changed")
    );
    assert_eq!(found.expected_hash, before.expected_hash);
    let text = text.unwrap();
    assert_eq!((Some(text.hash), &text.config_kdl), (found.config_hash, &edited));
    assert_eq!((&text.expected_kdl, text.truncated), (&node.rendered.text, false));
    let again = node.look().await.0;
    assert_eq!(again, found, "it is no news");
    node.edit(CONFIG, &node.rendered.text.clone());
    assert_eq!(node.look().await, (before, None));
}

/// Somebody puts the size and the time of a file back.
#[tokio::test]
async fn an_edit_that_hides_behind_its_stamp_is_seen() {
    let mut node = Node::new();
    node.look().await;
    let path = node.place().join(CONFIG);
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    node.edit(CONFIG, &node.rendered.text.replace("127.0.0.1:9001", "127.0.0.1:9002"));
    File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    assert_eq!(kinds(&node.look().await.0), [(CONFIG, DifferenceKind::Changed)]);
}

#[tokio::test]
async fn files_that_are_gone_changed_or_too_many_are_named_and_judged() {
    let mut node = Node::new();
    let compiled = format!("{CONTENT}/{}", Form::Text.compiled());
    node.edit("evil.json", "x");
    let (found, _) = node.look().await;
    assert_eq!(kinds(&found), [("evil.json", DifferenceKind::Extra)]);
    assert_eq!(found.severity, Some(DriftSeverity::Low));
    node.edit(&compiled, "x");
    let (found, text) = node.look().await;
    assert_eq!(kinds(&found)[0], (compiled.as_str(), DifferenceKind::Changed));
    assert_eq!((found.severity, text), (Some(DriftSeverity::Medium), None));
    fs::remove_file(node.place().join(CONFIG)).unwrap();
    let (found, text) = node.look().await;
    assert_eq!(kinds(&found)[0], (CONFIG, DifferenceKind::Missing));
    assert_eq!((found.severity, found.config_hash, text), (Some(DriftSeverity::Critical), None, None));
    std::os::unix::fs::symlink("/etc/hostname", node.place().join(CONFIG)).unwrap();
    assert_eq!(kinds(&node.look().await.0)[0], (CONFIG, DifferenceKind::Missing), "a link is no file");
    assert!(node.dir.path().exists());
}

#[tokio::test]
async fn a_pointer_and_a_process_that_are_others_are_differences() {
    let mut node = Node::new();
    let process = Difference {
        path: PROCESS.to_owned(),
        kind: DifferenceKind::OtherGeneration,
        words: "answers the probe from another process".to_owned(),
    };
    node.measuring.look(node.expected(false), Some(process)).await.unwrap();
    let found = node.measuring.found.clone().unwrap();
    let expected = [(CURRENT, DifferenceKind::Changed), (PROCESS, DifferenceKind::OtherGeneration)];
    assert_eq!(kinds(&found), expected);
    assert_eq!(found.severity, Some(DriftSeverity::Critical));
}

#[tokio::test]
async fn what_is_long_is_judged_as_a_whole_and_told_up_to_a_bound() {
    let mut node = Node::new();
    // A setting that the proxy does not know.
    let padding = format!("{{ \"note\": \"{}\",", "ä".repeat(CONFIG_BYTES_MAX));
    node.edit(CONFIG, &node.rendered.text.replacen('{', &padding, 1));
    let (found, text) = node.look().await;
    assert_eq!(found.severity, Some(DriftSeverity::Low), "it means the same: {}", found.summary);
    let text = text.unwrap();
    assert!(text.truncated && text.config_kdl.len() <= CONFIG_BYTES_MAX);
    assert_eq!(Some(text.hash), found.config_hash);
    let whole = fs::read(node.place().join(CONFIG)).unwrap();
    assert_eq!(text.hash, Sha256Digest(Sha256::digest(&whole).into()), "of the whole");
    let moved = node.rendered.text.replace("127.0.0.1:9001", "127.0.0.1:9666");
    node.edit(CONFIG, &moved.replacen('{', &padding, 1));
    let (found, _) = node.look().await;
    assert_eq!(
        (found.severity, found.summary.as_str()),
        (Some(DriftSeverity::Medium), "upstreams: 1 changed")
    );
}

#[test]
fn in_another_epoch_a_text_is_another_one() {
    let report = RuntimeConfigReport {
        generation: Generation(1),
        hash: Sha256Digest([1; 32]),
        config_kdl: String::new(),
        expected_kdl: String::new(),
        truncated: false,
    };
    let next = Epoch(Epoch::FIRST.0 + 1);
    assert_ne!(about(&(Epoch::FIRST, report.clone())), about(&(next, report)));
}

#[tokio::test]
async fn what_is_too_much_or_no_text_is_cut_and_said_to_be() {
    let mut node = Node::new();
    let long = format!("{{ \"note\": \"{}\",", "ä".repeat(MAX_READ_BYTES));
    let long = node.rendered.text.replacen('{', &long, 1);
    node.edit(CONFIG, &long);
    let (found, text) = node.look().await;
    let text = text.unwrap();
    assert!(text.truncated && text.config_kdl.len() <= CONFIG_BYTES_MAX);
    assert_eq!(found.severity, Some(DriftSeverity::High));
    fs::write(node.place().join(CONFIG), [0xff, 0xfe, b'a']).unwrap();
    assert!(node.look().await.1.unwrap().truncated);
    for number in 0..DIFFERENCES_MAX + 5 {
        node.edit(&format!("extra-{number}"), "");
    }
    let (found, _) = node.look().await;
    assert_eq!((found.differences.len(), found.more), (DIFFERENCES_MAX, 6));
    assert_eq!(found.differences[0].path, CONFIG, "what matters comes first");
}

#[tokio::test(start_paused = true)]
async fn a_process_that_is_started_again_in_a_moment_is_no_drift() {
    let mut measuring = Measuring::default();
    assert!(!measuring.unwell());
    tokio::time::advance(GRACE).await;
    assert!(measuring.unwell());
    measuring.well();
    assert!(!measuring.unwell());
}
