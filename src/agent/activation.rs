//! From an assignment to a proven proxy, or back.
//!
//! ```text
//! download ─▶ verify ─▶ stage ─▶ test ─▶ activate ─▶ prove ─▶ confirm ─▶ effective
//!     └──────────┴─────────┴───────┴─ failed, nothing touched
//!                                         └──────────┴──────────┴─ go back: previous release, proven again
//! ```
//! The state on disk says what has begun before it begins, so that whoever starts after a crash knows what to look at
//! ([`Activator::boot`]).

mod boot;
mod confirm;
mod drift;
mod earlier;
mod go_back;
mod outcome;
mod patience;
mod prune;
mod renewal;

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sentinel_api_types::agent::{NodeEventType, Severity, Update};
use sentinel_api_types::node::ActivationStage;
use sentinel_bundle::archive::OpenBundle;
use sentinel_bundle::change::{Activation, classify};
use sentinel_model::{NodeId, Ordinal, Sha256Digest, node};

pub use outcome::{Failure, FetchError, Outcome, Source};
use patience::Patience;

use super::board::{Board, Serving};
use super::identity::Keys;
use super::measure::Measuring;
use super::proxy::Proxy;
use super::release::Release;
use super::render::{Addresses, Here, RenderError, Rendered, render};
use super::secrets::Secrets;
use super::shelf::Shelf;
use super::state::StateFile;
use super::untold::Untold;
use super::verify::{self, Unverified};

/// How often an archive is fetched whose bytes are not the announced ones.
const FETCHES: u32 = 3;

/// What the proxy runs.
#[derive(Clone, Debug)]
struct Live {
    release: Release,
    /// Only the manifest and the template; the rest stays on disk.
    bundle: Arc<OpenBundle>,
    rendered: Arc<Rendered>,
}

/// How the proxy gets from one configuration to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Both are the same.
    Nothing,
    Reload,
    Upgrade,
    Start,
}

/// Owns the proxy and everything that decides what it runs.
pub struct Activator<P> {
    /// The proxy.
    pub proxy: P,
    shelf: Shelf,
    state: StateFile,
    node: NodeId,
    keys: Keys,
    here: Here,
    board: Arc<Board>,
    /// What the proxy shall run; it may be down.
    live: Option<Live>,
    patience: Patience,
    /// How long a member may be out of reach after a switch; zero: it is not looked.
    confirm_within: Duration,
    /// The assignment with which no member could be reached last, though one could without it.
    cut_off: Option<Ordinal>,
    /// What is remembered of looking at what really runs.
    measuring: Measuring,
    /// The values that nobody is told.
    untold: Untold,
    /// The values that could not be taken, and why, as it was told.
    not_taken: Option<(Sha256Digest, String)>,
}

impl<P: Proxy> Activator<P> {
    /// Does nothing so far; [`Activator::boot`] comes first.
    pub fn new(
        proxy: P,
        shelf: Shelf,
        state: StateFile,
        (node, keys): (NodeId, Keys),
        here: Here,
        board: Arc<Board>,
    ) -> Self {
        Self {
            proxy,
            shelf,
            state,
            node,
            keys,
            here,
            board,
            live: None,
            patience: Patience::default(),
            confirm_within: Duration::ZERO,
            cut_off: None,
            measuring: Measuring::default(),
            untold: Untold::default(),
            not_taken: None,
        }
    }

    /// From now on, what was activated goes back when no member can be reached within this time.
    #[must_use]
    pub fn confirming(mut self, within: Duration) -> Self {
        self.confirm_within = within;
        self
    }

    /// True when the archive of an assignment is on disk already, so that activating it needs no member.
    pub fn holds(&self, update: &Update) -> bool {
        let mut good = self.state.get().good.iter();
        good.any(|known| known.checksum == update.checksum && self.shelf.archive(known).is_ok())
    }

    /// Deals with an assignment. When this returns, the proxy runs the new release, or what it ran before. Without a source no member
    /// answers, and only what is on disk can be had: that was confirmed before.
    pub async fn activate(&mut self, update: &Update, source: Option<&dyn Source>) -> Outcome {
        let release = Release::new(update);
        let (generation, bundle) = (release.generation.0, release.bundle_id);
        let unsigned = verify::assignment(update, self.node, &self.keys).err().map(|error| error.to_string());
        if let Some(reason) = unsigned.or_else(|| self.state.get().refuses(release.at(), release.checksum)) {
            tracing::warn!(generation, %bundle, stage = "verify", reason, "an assignment is refused");
            let message = format!("bundle {} refused: {reason}", release.version);
            self.board.note(NodeEventType::Warning, Severity::Warn, message);
            return Outcome::Refused;
        }
        tracing::info!(generation, %bundle, version = release.version, "an assignment arrived");
        match self.attempt(&release, update.size_bytes, source).await {
            Ok(()) => {
                tracing::info!(generation, %bundle, version = release.version, "effective");
                let message = format!("bundle {} is effective (generation {generation})", release.version);
                self.board.note(NodeEventType::BundleSwitch, Severity::Info, message);
                Outcome::Effective
            }
            Err(failure) => self.failed(&release, failure),
        }
    }

    async fn attempt(
        &mut self,
        release: &Release,
        size: u64,
        source: Option<&dyn Source>,
    ) -> Result<(), Failure> {
        let (archive, bundle) = self.obtain(release, size, source).await?;
        let begun = self.state.change(|state| {
            state.project_id.get_or_insert_with(|| bundle.manifest.project_id.clone());
            state.begin(release);
        });
        begun.map_err(|error| Failure::passing(ActivationStage::Stage, error))?;
        let secrets = self.secrets_for(release, &bundle, source).await.map_err(|error| Failure {
            passing: error.passing,
            ..Failure::new(ActivationStage::Download, error.message)
        })?;
        let (next, way) = self.stage(release, (&archive, &secrets), bundle).await?;
        drop(archive);
        tracing::info!(generation = release.generation.0, stage = "test", way = ?way, "staged");
        let config = self.shelf.config(release);
        self.test(&config, &next.rendered.secrets).await?;
        let epoch = self.state.get().epoch();
        self.board.change(|facts| {
            // What is known of an earlier epoch is under numbers that may be given again.
            if facts.epoch != epoch {
                (facts.epoch, facts.effective) = (epoch, None);
            }
            facts.accepted = Some((release.bundle_id, release.generation));
        });
        // What changes nothing cuts nothing off.
        let witness = source.filter(|_| way != Way::Nothing);
        if let Err(mut failure) = self.bring_about(&next, way, witness).await {
            tracing::warn!(
                generation = release.generation.0,
                stage = name(failure.stage),
                reason = failure.message,
                "going back"
            );
            match self.go_back(way).await {
                Err(words) => {
                    // Nothing runs that could be compared with.
                    failure.passing |= failure.unconfirmed;
                    failure.message = format!("{}; and going back failed: {words}", failure.message);
                }
                Ok(()) => {
                    if let (true, Some(source)) = (failure.unconfirmed, witness) {
                        self.blame(&mut failure, release, source).await;
                    }
                }
            }
            return Err(failure);
        }
        self.live = Some(next);
        self.tell_effective().await;
        self.prune();
        Ok(())
    }

    /// The archive, from disk if it is there already, and what is in it.
    async fn obtain(
        &self,
        release: &Release,
        size: u64,
        source: Option<&dyn Source>,
    ) -> Result<(Vec<u8>, OpenBundle), Failure> {
        let mut kept = self.state.get().good.iter().filter(|known| known.checksum == release.checksum);
        if let Some(archive) = kept.find_map(|known| self.shelf.archive(known).ok())
            && let Ok(bundle) = self.verified(release, &archive)
        {
            return Ok((archive, bundle));
        }
        let Some(source) = source else {
            return Err(Failure::passing(
                ActivationStage::Download,
                "no member answers, and it is not on disk",
            ));
        };
        let mut fetches = 0;
        loop {
            fetches += 1;
            let archive = source.fetch(release, size).await.map_err(|error| Failure {
                passing: error.passing,
                ..Failure::new(ActivationStage::Download, error.message)
            })?;
            match self.verified(release, &archive) {
                Ok(bundle) => {
                    source.discard(release).await;
                    return Ok((archive, bundle));
                }
                // Damaged on the way, or at one member: what the next one has may be whole.
                Err(error @ Unverified::Checksum { .. }) if fetches < FETCHES => {
                    tracing::warn!(generation = release.generation.0, stage = "verify", %error, "fetching again");
                    source.discard(release).await;
                }
                Err(error) => {
                    source.discard(release).await;
                    return Err(Failure::new(ActivationStage::Verify, error));
                }
            }
        }
    }

    fn verified(&self, release: &Release, archive: &[u8]) -> Result<OpenBundle, Unverified> {
        let bundle = verify::bundle(release, archive, &self.keys)?;
        verify::project(&bundle, self.state.get().project_id.as_deref())?;
        Ok(bundle)
    }

    /// Puts the bundle on the shelf, rendered for the process that will run it, and decides how to get there.
    async fn stage(
        &mut self,
        release: &Release,
        (archive, secrets): (&[u8], &Secrets),
        mut bundle: OpenBundle,
    ) -> Result<(Live, Way), Failure> {
        let io = |error: std::io::Error| Failure::passing(ActivationStage::Stage, error);
        let refused = |error: RenderError| match error {
            RenderError::TrustStores(error) => Failure::passing(ActivationStage::Stage, error),
            error => Failure::new(ActivationStage::Stage, error),
        };
        self.shelf.place(release, archive, &bundle).map_err(io)?;
        self.shelf.write_secrets(release, secrets).map_err(io)?;
        bundle.keep_compiled();
        let bundle = Arc::new(bundle);
        let (rendered, way) = match self.proxy.running() {
            Some(addresses) => {
                let rendered = self.render(&bundle, secrets, addresses).await.map_err(refused)?;
                let way = self.way(&rendered)?;
                if way == Way::Upgrade {
                    let fresh = self.proxy.fresh_addresses().map_err(io)?;
                    (self.render(&bundle, secrets, fresh).await.map_err(refused)?, way)
                } else {
                    (rendered, way)
                }
            }
            None => {
                let fresh = self.proxy.fresh_addresses().map_err(io)?;
                (self.render(&bundle, secrets, fresh).await.map_err(refused)?, Way::Start)
            }
        };
        if matches!(way, Way::Upgrade | Way::Start) {
            self.check_free(&rendered).map_err(|words| Failure::new(ActivationStage::Activate, words))?;
        }
        self.shelf.write_config(release, &rendered.text).map_err(io)?;
        Ok((Live { release: release.clone(), bundle, rendered: Arc::new(rendered) }, way))
    }

    /// Has the proxy test a file, with the certificates in place that it names. Where it refuses, those of before are put back: it reads them
    /// whenever somebody tells it to read anything.
    async fn test(&mut self, config: &Path, secrets: &Secrets) -> Result<(), Failure> {
        let written = self.here.certificates.write(secrets);
        let mut failure = match written {
            Err(error) => Failure::passing(ActivationStage::Stage, error),
            Ok(()) => match self.proxy.test(config).await {
                Ok(()) => return Ok(()),
                Err(words) => Failure::new(ActivationStage::Test, words),
            },
        };
        let before = self.live.as_ref().map(|live| self.here.certificates.write(&live.rendered.secrets));
        if let Some(Err(error)) = before {
            failure.message =
                format!("{}; and the certificates of before are not put back: {error}", failure.message);
        }
        Err(failure)
    }

    /// Checks that a new process gets the addresses that the running one does not hold. Found out later, that would cost requests:
    /// a process that waits for one address serves none.
    fn check_free(&self, next: &Rendered) -> Result<(), String> {
        let held = |address: SocketAddr| {
            self.live
                .as_ref()
                .is_some_and(|live| live.rendered.target.listeners().any(|known| known.address == address))
        };
        for listener in next.target.listeners().filter(|listener| !held(listener.address)) {
            if let Err(error) = TcpListener::bind(listener.address) {
                return Err(format!(
                    "listener \"{}\" cannot have {}: {error}",
                    listener.id, listener.address
                ));
            }
        }
        Ok(())
    }

    /// How the running process gets to another configuration.
    fn way(&mut self, next: &Rendered) -> Result<Way, Failure> {
        if self.proxy.reads_earlier() {
            return match self.proxy.bound() {
                None => Ok(Way::Upgrade),
                Some(_) => Err(Failure::new(ActivationStage::Activate, self.started_with_earlier())),
            };
        }
        let live = self.live.as_ref().filter(|_| !self.runs_something_else());
        let Some(live) = live else {
            // It runs something that the agent does not know.
            return Ok(if self.proxy.bound().is_some() { Way::Reload } else { Way::Upgrade });
        };
        match classify(Some(&live.rendered.config), &next.config) {
            // The files of certificates are read again, whatever the configuration says.
            Activation::Unchanged if !live.rendered.secrets.same_certificates(&next.secrets) => {
                Ok(Way::Reload)
            }
            Activation::Unchanged => Ok(Way::Nothing),
            Activation::Reload => Ok(Way::Reload),
            Activation::Start => Ok(Way::Start),
            Activation::Upgrade { reasons } => match self.proxy.bound() {
                None => Ok(Way::Upgrade),
                Some(why) => {
                    let message = format!("a new process is needed ({}), but {why}", reasons.join(", "));
                    Err(Failure::new(ActivationStage::Activate, message))
                }
            },
        }
    }

    /// The proxy is brought to it and proves it, a member can still be reached, and that is written down.
    async fn bring_about(
        &mut self,
        next: &Live,
        way: Way,
        witness: Option<&dyn Source>,
    ) -> Result<(), Failure> {
        self.switch(next, way).await?;
        if let Some(source) = witness {
            self.confirm(&next.release, source, self.confirm_within).await?;
        }
        self.remember(&next.release)
    }

    async fn switch(&mut self, next: &Live, way: Way) -> Result<(), Failure> {
        let activate = |words: String| Failure::new(ActivationStage::Activate, words);
        let stop = |error: std::io::Error| Failure::passing(ActivationStage::Activate, error);
        self.shelf.point_to(&next.release).map_err(stop)?;
        self.carry_out(next, way).await.map_err(activate)?;
        self.prove(next).await.map_err(|words| Failure::new(ActivationStage::Prove, words))
    }

    /// Brings the proxy to the current release, and takes note whether what it finds there is what was written.
    async fn carry_out(&mut self, next: &Live, way: Way) -> Result<(), String> {
        let target = &next.rendered.target;
        let addresses = next.rendered.addresses;
        let astray = self.measuring.astray;
        match way {
            Way::Nothing => return Ok(()),
            Way::Reload => self.proxy.reload().await,
            Way::Upgrade => self.proxy.upgrade(target, addresses).await,
            Way::Start => self.proxy.start(target, addresses).await,
        }?;
        // It answers the same probes as the new process, with what nobody has assigned; and no probe tells whom it lets in.
        if way == Way::Upgrade && (astray || self.lets_in_others(next)) {
            self.proxy.alone().await;
        }
        self.measuring.astray = self.finds_something_else(next);
        self.tidy_earlier(&next.release);
        Ok(())
    }

    /// Whether what runs asks clients for other certificates than what comes.
    fn lets_in_others(&self, next: &Live) -> bool {
        let asked = |live: &Live| {
            let listeners = &live.rendered.config.listeners;
            let stores = listeners.iter().map(|listener| {
                let tls = listener.tls.as_ref();
                (listener.address.clone(), tls.and_then(|tls| tls.ca_file.clone()))
            });
            stores.filter(|(_, store)| store.is_some()).collect::<BTreeSet<_>>()
        };
        self.live.as_ref().is_some_and(|live| asked(live) != asked(next))
    }

    /// Has the proxy prove what it was brought to.
    async fn prove(&mut self, live: &Live) -> Result<(), String> {
        self.proxy.prove(&live.rendered.target).await?;
        // It reads a moment after it was told to.
        self.measuring.astray |= self.finds_something_else(live);
        Ok(())
    }

    fn remember(&mut self, release: &Release) -> Result<(), Failure> {
        self.state.change(|state| state.succeed(release)).map_err(|error| {
            Failure::passing(ActivationStage::Prove, format!("cannot be remembered: {error}"))
        })
    }

    /// Puts what is live on the board, and begins to measure it.
    async fn tell_effective(&self) {
        self.tell(Serving::Proven);
        self.measure().await;
    }

    /// Puts what the state says on the board, and whether the proxy serves it.
    fn tell(&self, serving: Serving) {
        let state = self.state.get();
        let epoch = state.epoch();
        let proven = state.effective.as_ref().filter(|release| release.epoch == epoch);
        let effective = proven.map(|release| (release.bundle_id, release.generation));
        let secrets = self.stamp();
        self.board.change(|facts| {
            if facts.epoch != epoch {
                (facts.epoch, facts.accepted) = (epoch, None);
            }
            facts.effective = effective;
            facts.accepted = facts.accepted.filter(|accepted| Some(*accepted) != effective).or(effective);
            facts.failure = state.failure().cloned();
            facts.handled = state.handled();
            facts.secrets = secrets;
            facts.serving = serving;
        });
    }

    /// Which values of secrets belong to what runs.
    fn stamp(&self) -> Option<Sha256Digest> {
        self.live.as_ref().and_then(|live| live.rendered.secrets.stamp())
    }

    async fn measure(&self) {
        match (&self.live, self.proxy.vitals()) {
            (Some(live), Some(vitals)) => self.board.meter.begin(live.release.generation, vitals).await,
            _ => self.board.meter.end().await,
        }
    }

    async fn render(
        &self,
        bundle: &Arc<OpenBundle>,
        secrets: &Secrets,
        addresses: Addresses,
    ) -> Result<Rendered, RenderError> {
        let (bundle, here, secrets) = (Arc::clone(bundle), self.here.clone(), secrets.clone());
        let rendered = tokio::task::spawn_blocking(move || render(&bundle, &here, &secrets, addresses)).await;
        // The words of a panic may quote what was parsed.
        rendered.unwrap_or_else(|_| Err(RenderError::Refused("the parser broke down".to_owned())))
    }
}

/// Whether a bundle names anything that this node has to be handed.
fn names_some(bundle: &OpenBundle) -> bool {
    !(bundle.manifest.secrets.is_empty() && bundle.manifest.certificates.is_empty())
}

/// A stage as every log and answer spells it.
fn name(stage: ActivationStage) -> &'static str {
    node::ActivationStage::from(stage).as_str()
}

#[cfg(test)]
mod tests;
