//! What happened in a run, in one number: two runs of one seed must agree on it.

use std::sync::{Arc, Mutex, PoisonError};

use sentinel_machine::{Command, Envelope};
use sha2::{Digest, Sha256};

fn what(command: &Command) -> String {
    match command {
        Command::RolloutAdvance(advance) => format!("{:?}", advance.transition),
        other => other.name().to_owned(),
    }
}

/// See the module. Clones share.
#[derive(Clone, Default)]
pub struct Trace(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    hash: Sha256,
    lines: Vec<String>,
}

impl Trace {
    /// Something happened.
    pub fn note(&self, at_ms: u64, what: &str) {
        let line = format!("{at_ms:>8} {what}");
        tracing::debug!("{line}");
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.hash.update(line.as_bytes());
        state.lines.push(line);
    }

    /// An entry was applied for the first time. Its bytes do not count: sealed secrets in it are never the same twice.
    pub fn applied(&self, at_ms: u64, index: u64, term: u64, envelope: Option<&Envelope>) {
        let what = match envelope {
            Some(envelope) => format!(
                "applied {index} of term {term}: {} at {} by {:?}",
                what(&envelope.command),
                envelope.time.0,
                envelope.actor
            ),
            None => format!("applied {index} of term {term}: no command"),
        };
        self.note(at_ms, &what);
    }

    /// The number.
    pub fn digest(&self) -> String {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hex::encode(&state.hash.clone().finalize()[..8])
    }

    /// All of it.
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).lines.clone()
    }
}
