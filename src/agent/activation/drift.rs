//! Does the node really run what was proven here? Looked at again and again, since others can change files and processes beside the agent.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use sentinel_api_types::Timestamp;
use sentinel_api_types::agent::{NodeEventType, Severity};
use sentinel_api_types::drift::{Difference, DifferenceKind};
use sentinel_model::drift::DriftSeverity;

use super::{Activator, Live};
use crate::agent::board::Serving;
use crate::agent::measure::{Expected, PROCESS};
use crate::agent::proxy::Proxy;
use crate::agent::shelf::{ARCHIVE, CONFIG, CONTENT, SECRETS};
use crate::agent::untold::Untold;

impl<P: Proxy> Activator<P> {
    /// From now on, what really runs is looked at so often.
    #[must_use]
    pub fn measuring(mut self, every: Duration) -> Self {
        self.measuring.every = every;
        self
    }

    /// How often what really runs is looked at.
    pub fn measures_every(&self) -> Duration {
        self.measuring.every
    }

    /// Looks at what really runs, and puts it on the board.
    pub async fn look(&mut self) {
        let live = self.live.clone();
        // What has not proven itself is no measure: it is told as a failure.
        let proven = live.filter(|live| self.state.get().effective.as_ref() == Some(&live.release));
        let Some(live) = proven else {
            self.measuring.forget();
            self.board.change(|facts| facts.measured = None);
            self.board.runtime_config.send_if_modified(|known| known.take().is_some());
            return;
        };
        if let Some(at) = self.proxy.read_again() {
            self.measuring.astray = self.read_something_else(&live, at);
        }
        if self.measuring.earlier {
            self.tidy_earlier(&live.release);
        }
        let process = self.process();
        let expected = Expected {
            earlier: self.measuring.earlier,
            untold: self.untold.clone(),
            ..expected(&live, self.shelf.place_of(&live.release), self.shelf.is_current(&live.release))
        };
        let began = self.measuring.differs();
        let Some(text) = self.measuring.look(expected, process).await else { return };
        let Some(found) = self.measuring.found.clone() else { return };
        if let Some(severity) = found.severity.filter(|_| !began) {
            let severity = DriftSeverity::from(severity).as_str();
            tracing::warn!(
                generation = found.generation.0,
                severity,
                found.summary,
                "what runs is not what was assigned"
            );
            let message = format!("what runs is not what was assigned ({severity}): {}", found.summary);
            self.board.note(NodeEventType::Warning, Severity::Warn, message);
        }
        self.board.change(|facts| facts.measured = Some(found));
        // Under the same number another text may be told in another epoch, and by other members.
        let text = text.map(|text| (live.release.epoch, text));
        self.board.runtime_config.send_if_modified(|known| {
            let news = *known != text;
            *known = text;
            news
        });
    }

    /// What is wrong with the process, if anything is and that has lasted: one that ended is started again in a moment.
    fn process(&mut self) -> Option<Difference> {
        let serving = self.board.watch().borrow().serving.clone();
        let running = self.proxy.running().is_some();
        let (kind, words) = match serving {
            Serving::No(words) if running => (DifferenceKind::OtherGeneration, words),
            Serving::No(words) => (DifferenceKind::NotRunning, words),
            _ if !running => (DifferenceKind::NotRunning, String::new()),
            _ => {
                self.measuring.well();
                let words = "it has read its configuration while that was not what was assigned".to_owned();
                let (path, kind) = (PROCESS.to_owned(), DifferenceKind::Changed);
                return self.measuring.astray.then_some(Difference { path, kind, words });
            }
        };
        self.measuring.unwell().then(|| Difference { path: PROCESS.to_owned(), kind, words })
    }

    /// True when the file that the proxy reads is not what was written for it.
    pub(super) fn finds_something_else(&self, live: &Live) -> bool {
        let found = fs::read(self.shelf.config(&live.release));
        !found.is_ok_and(|found| found == live.rendered.text.as_bytes())
    }

    /// True when what the proxy read at a moment is not, or need not be, what was written for it: the file has other bytes now, or was written
    /// after that moment, so that nobody knows which it had.
    fn read_something_else(&self, live: &Live, at: Timestamp) -> bool {
        let about = fs::metadata(self.shelf.config(&live.release));
        let since =
            about.map(|about| i128::from(about.ctime()) * 1_000_000_000 + i128::from(about.ctime_nsec()));
        !since.is_ok_and(|since| since <= at.as_nanosecond()) || self.finds_something_else(live)
    }

    /// True when the process may run something else than what is live here: then it is replaced, or told to read its files again, also for
    /// a release that is no different.
    pub(super) fn runs_something_else(&self) -> bool {
        let counts = |one: &Difference| one.kind != DifferenceKind::Extra;
        self.measuring.found.as_ref().is_some_and(|found| found.differences.iter().any(counts))
    }
}

/// What should be there.
fn expected(live: &Live, dir: std::path::PathBuf, current: bool) -> Expected {
    let manifest = &live.bundle.manifest;
    let listed = manifest
        .files
        .iter()
        .filter_map(|file| Some((format!("{CONTENT}/{}", file.path), file.sha256.parse().ok()?)));
    let own = [
        (format!("{CONTENT}/manifest.json"), live.release.manifest_digest),
        (ARCHIVE.to_owned(), live.release.checksum),
    ];
    let secrets = live.rendered.secrets.digest().map(|digest| (SECRETS.to_owned(), digest));
    Expected {
        generation: live.release.generation,
        dir,
        current,
        config: CONFIG.to_owned(),
        rendered: std::sync::Arc::clone(&live.rendered),
        files: listed.chain(own).chain(secrets).collect(),
        earlier: false,
        untold: Untold::default(),
    }
}
