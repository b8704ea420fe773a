//! A proxy that does as it is told and remembers what it was told, a source of archives, and a node around them.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use sentinel_api_types::node_secret::{NodeCertificate, NodeSecrets};
use sentinel_bundle::node_vars::Values;
use sentinel_model::Sha256Digest;
use tempfile::TempDir;
use tokio::sync::Notify;

use super::super::*;
use crate::agent::board::Facts;
use crate::agent::certificates::CertificateFiles;
use crate::agent::local_http::LocalHttp;
use crate::agent::meter::{Meter, Vitals};
use crate::agent::render::Target;
use crate::agent::testing::{Made, NODE, bundle, challenges, signer, vars};
use crate::agent::trust_stores::TrustStoreFiles;

/// What the proxy was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Test,
    Start,
    Reload,
    Upgrade,
    Stop,
    Prove,
}

/// See the module. Its process survives the agent: hand it over to the next one.
#[derive(Default)]
pub struct FakeProxy {
    running: Option<Addresses>,
    /// The probe host of what the process has loaded.
    loaded: Option<String>,
    config: PathBuf,
    /// The text that it has read.
    pub read: Option<String>,
    /// When it has read it again without having been told to by the agent.
    pub again: Option<Timestamp>,
    words: Vec<Word>,
    failures: VecDeque<(Word, String)>,
    late: Vec<(Word, usize, String)>,
    pub bound: Option<&'static str>,
    /// Its process was started by an earlier agent.
    pub earlier: bool,
    /// Notified: its process ends by itself.
    pub death: Arc<Notify>,
    ports: u16,
    untold: Untold,
}

impl FakeProxy {
    /// The next time that it is told this, it fails with these words.
    pub fn fail_once(&mut self, word: Word, words: &str) {
        self.failures.push_back((word, words.to_owned()));
    }

    /// It does this so many times more, and fails with these words then, once.
    pub fn fail_after(&mut self, word: Word, times: usize, words: &str) {
        self.late.push((word, times, words.to_owned()));
    }

    /// Its process ends by itself.
    pub fn die(&mut self) {
        self.running = None;
        self.loaded = None;
    }

    fn hear(&mut self, word: Word) -> Result<(), String> {
        self.words.push(word);
        self.failure(word).map_or(Ok(()), |words| Err(self.untold.hide_in(&words)))
    }

    fn failure(&mut self, word: Word) -> Option<String> {
        if let Some(place) = self.late.iter().position(|(at, ..)| *at == word) {
            match self.late[place].1.checked_sub(1) {
                Some(left) => self.late[place].1 = left,
                None => return Some(self.late.remove(place).2),
            }
        }
        let place = self.failures.iter().position(|(at, _)| *at == word)?;
        Some(self.failures.remove(place).unwrap().1)
    }

    /// Reads the configuration at its path, as the real one would.
    fn load(&mut self) -> Result<(), String> {
        let text = std::fs::read_to_string(&self.config).map_err(|error| error.to_string())?;
        let host = text.lines().find_map(|line| line.trim().strip_prefix("\"host\": \"rev-"));
        self.loaded = Some(format!("rev-{}", host.unwrap_or_default().trim_end_matches('"')));
        self.read = Some(text);
        Ok(())
    }
}

#[async_trait]
impl Proxy for FakeProxy {
    fn running(&mut self) -> Option<Addresses> {
        self.running
    }

    fn fresh_addresses(&mut self) -> io::Result<Addresses> {
        self.ports += 2;
        // A loopback address of this test's own, for the same reason as `http_port`.
        let [_, high, middle, low] = std::process::id().to_be_bytes();
        let address = |port: u16| SocketAddr::from(([127, 1 + high % 250, middle, low], 20_000 + port));
        Ok(Addresses { ops: address(self.ports), metrics: address(self.ports + 1) })
    }

    fn bound(&self) -> Option<&'static str> {
        self.bound
    }

    fn reads_earlier(&mut self) -> bool {
        self.running.is_some() && self.earlier
    }

    async fn test(&mut self, config: &Path) -> Result<(), String> {
        assert!(config.is_file());
        self.hear(Word::Test)
    }

    async fn start(&mut self, target: &Target, addresses: Addresses) -> Result<(), String> {
        assert!(self.running.is_none(), "started on top of a running process");
        assert_eq!(target.ops, addresses.ops);
        self.hear(Word::Start)?;
        self.earlier = false;
        self.load()?;
        self.running = Some(addresses);
        Ok(())
    }

    async fn reload(&mut self) -> Result<(), String> {
        assert!(self.running.is_some());
        assert!(!self.earlier, "told to read again a file that is written no more");
        self.hear(Word::Reload)?;
        self.load()
    }

    async fn upgrade(&mut self, _target: &Target, addresses: Addresses) -> Result<(), String> {
        assert_ne!(self.running, Some(addresses), "a new process needs new addresses");
        self.hear(Word::Upgrade)?;
        self.earlier = false;
        self.load()?;
        self.running = Some(addresses);
        Ok(())
    }

    async fn stop(&mut self) {
        self.words.push(Word::Stop);
        self.die();
    }

    async fn drain(&mut self) {
        self.stop().await;
    }

    async fn prove(&mut self, target: &Target) -> Result<(), String> {
        self.hear(Word::Prove)?;
        match &self.loaded {
            Some(host) if *host == target.probe.host => Ok(()),
            other => Err(format!("runs {other:?}")),
        }
    }

    async fn ended(&mut self) -> String {
        self.death.notified().await;
        self.die();
        "killed".to_owned()
    }

    async fn tend(&mut self) {}

    fn read_again(&mut self) -> Option<Timestamp> {
        self.again.take()
    }

    fn keep_to_itself(&mut self, untold: Untold) {
        self.untold = untold;
    }

    fn vitals(&self) -> Option<Vitals> {
        None
    }
}

/// Gives one archive, damaged or not at all as often as asked for.
pub struct FakeSource {
    archive: Vec<u8>,
    damaged: AtomicU32,
    unreachable: AtomicU32,
    fetched: AtomicU32,
    cut_off_by: Vec<u64>,
    reaches: Mutex<Vec<u64>>,
    secrets: (u8, Option<BTreeMap<String, String>>),
    certificate: Option<NodeCertificate>,
}

impl FakeSource {
    pub fn new(made: &Made) -> Self {
        let zero = AtomicU32::default;
        Self {
            archive: made.archive.clone(),
            damaged: zero(),
            unreachable: zero(),
            fetched: zero(),
            cut_off_by: Vec::new(),
            reaches: Mutex::default(),
            secrets: (0, None),
            certificate: None,
        }
    }

    /// The values of secrets, by which number they are told.
    pub fn with_secret(mut self, number: u8, name: &str, value: &str) -> Self {
        self.secrets = (number, Some(BTreeMap::from([(name.to_owned(), value.to_owned())])));
        self
    }

    /// No member can be reached while the node runs one of these generations.
    pub fn cut_off_by(mut self, generations: &[u64]) -> Self {
        self.cut_off_by = generations.to_vec();
        self
    }

    /// The generations that ran when it was looked whether a member can be reached.
    pub fn reaches(&self) -> Vec<u64> {
        std::mem::take(&mut self.reaches.lock().unwrap())
    }

    /// The certificate `edge`, by which number it is told.
    pub fn with_certificate(mut self, number: u8, chain: &str) -> Self {
        self.secrets = (number, Some(BTreeMap::new()));
        self.certificate = Some(NodeCertificate { chain: chain.to_owned(), key: "a key".into() });
        self
    }

    pub fn damaged(self, times: u32) -> Self {
        self.damaged.store(times, Ordering::SeqCst);
        self
    }

    pub fn unreachable(self, times: u32) -> Self {
        self.unreachable.store(times, Ordering::SeqCst);
        self
    }

    pub fn fetched(&self) -> u32 {
        self.fetched.load(Ordering::SeqCst)
    }
}

/// Members that have nothing for this node.
pub fn nobody() -> FakeSource {
    FakeSource::new(&bundle(1, "1.0"))
}

fn take(counter: &AtomicU32) -> bool {
    counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

#[async_trait]
impl Source for FakeSource {
    async fn fetch(&self, _release: &Release, size: u64) -> Result<Vec<u8>, FetchError> {
        self.fetched.fetch_add(1, Ordering::SeqCst);
        assert_eq!(size, self.archive.len() as u64);
        if take(&self.unreachable) {
            return Err(FetchError { message: "no member answers".to_owned(), passing: true });
        }
        let mut archive = self.archive.clone();
        if take(&self.damaged) {
            archive[30] ^= 1;
        }
        Ok(archive)
    }

    async fn secrets(&self, release: &Release) -> Result<Secrets, FetchError> {
        let (number, values) = self.secrets.clone();
        let Some(values) = values else {
            return Err(FetchError { message: "no value for this node".to_owned(), passing: false });
        };
        let values = values.into_iter().map(|(name, value)| (name, value.into())).collect();
        let stamp = Sha256Digest([number; 32]);
        let certificates = self.certificate.clone().map(|one| ("edge".to_owned(), one)).into_iter().collect();
        let opened = NodeSecrets { node_id: NODE, bundle_id: release.bundle_id, stamp, values, certificates };
        Ok(Secrets::new(opened))
    }

    async fn discard(&self, _release: &Release) {}

    async fn reach(&self, runs: &Release, within: Duration) -> Result<(), String> {
        self.reaches.lock().unwrap().push(runs.generation.0);
        match self.cut_off_by.contains(&runs.generation.0) {
            true => {
                tokio::time::sleep(within).await;
                Err("connection refused".to_owned())
            }
            false => Ok(()),
        }
    }
}

/// An agent's activation in a directory of its own.
pub struct Node {
    pub activator: Activator<FakeProxy>,
    pub board: Arc<Board>,
    dir: TempDir,
}

impl Node {
    /// A new node.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (activator, board) = make(dir.path(), FakeProxy::default(), vars());
        Self { activator, board, dir }
    }

    /// The agent was killed and begins again; its proxy goes on, or ended with it.
    pub async fn restarted(self, proxy_goes_on: bool) -> Self {
        self.restarted_with(proxy_goes_on, vars()).await
    }

    /// The same, with other values for the node variables.
    pub async fn restarted_with(self, proxy_goes_on: bool, vars: Values) -> Self {
        self.restarted_among(&FakeSource::new(&bundle(1, "1.0")), proxy_goes_on, vars).await
    }

    /// The same, among these members.
    pub async fn restarted_among(self, members: &FakeSource, proxy_goes_on: bool, vars: Values) -> Self {
        let Self { activator, dir, .. } = self;
        let mut proxy = activator.proxy;
        if !proxy_goes_on {
            proxy.die();
        }
        proxy.words.clear();
        let (mut activator, board) = make(dir.path(), proxy, vars);
        activator.boot(members).await.unwrap();
        Self { activator, board, dir }
    }

    /// Gives it a bundle that arrives whole.
    pub async fn activate(&mut self, made: &Made) -> Outcome {
        self.activator.activate(&made.update(), Some(&FakeSource::new(made))).await
    }

    /// What the proxy was told since the last time.
    pub fn words(&mut self) -> Vec<Word> {
        std::mem::take(&mut self.activator.proxy.words)
    }

    pub fn facts(&self) -> Facts {
        self.board.watch().borrow().clone()
    }

    /// The generation that state and board call effective.
    pub fn effective(&self) -> Option<u64> {
        let told = self.facts().effective.map(|(_, generation)| generation.0);
        let kept = self.activator.state.get().effective.as_ref().map(|release| release.generation.0);
        assert_eq!(told, kept, "what is told is what is written down");
        kept
    }

    /// True when the configuration that the proxy reads is of this version, and it has read it.
    pub fn serves(&self, version: &str) -> bool {
        let manifest = self.dir.path().join("current/content/manifest.json");
        let manifest = std::fs::read(manifest).unwrap();
        let manifest = sentinel_bundle::manifest::Manifest::from_bytes(&manifest).unwrap();
        manifest.version == version && self.activator.proxy.loaded.as_ref() == Some(&manifest.probe.host)
    }

    pub fn shelf_config(&self) -> PathBuf {
        self.activator.shelf.current_config()
    }

    /// It runs as an agent of an earlier version has left it: another file, which the process was started with. Returns its path.
    pub fn as_left_by_an_earlier_agent(&mut self) -> PathBuf {
        let config = self.shelf_config();
        let earlier = config.with_file_name(crate::agent::shelf::EARLIER_CONFIG);
        std::fs::rename(config, &earlier).unwrap();
        self.activator.proxy.earlier = true;
        earlier
    }

    /// Number of bundles on disk.
    pub fn on_disk(&self) -> usize {
        std::fs::read_dir(self.dir.path().join("bundles")).unwrap().count()
    }

    /// Moves the directory of all bundles, with an empty one left in its place.
    pub fn move_bundles(&self, from: &str, to: &str) {
        let (from, to) = (self.dir.path().join(from), self.dir.path().join(to));
        if to.exists() {
            std::fs::remove_dir_all(&to).unwrap();
        }
        std::fs::rename(&from, to).unwrap();
        std::fs::create_dir(from).unwrap();
    }

    /// Damages the archive of a release on disk; a second time undoes it.
    pub fn damage(&self, made: &Made) {
        let path = self.dir.path().join("bundles").join(made.release.dir_name()).join("bundle.tar.zst");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[30] ^= 1;
        std::fs::write(path, bytes).unwrap();
    }
}

fn make(dir: &Path, mut proxy: FakeProxy, vars: Values) -> (Activator<FakeProxy>, Arc<Board>) {
    let shelf = Shelf::open(dir).unwrap();
    proxy.config = shelf.current_config();
    let board = Arc::new(Board::new(Meter::new(LocalHttp::new().unwrap())));
    let state = StateFile::open(dir).unwrap();
    let here = Here {
        vars,
        certificates: CertificateFiles::of(dir),
        trust_stores: TrustStoreFiles::of(dir),
        challenges: challenges(),
    };
    let activator = Activator::new(proxy, shelf, state, (NODE, signer().keys()), here, Arc::clone(&board));
    (activator.confirming(Duration::from_millis(20)), board)
}
