//! What an activation needs from outside, and what comes of it.

use std::time::Duration;

use async_trait::async_trait;
use sentinel_api_types::node::ActivationStage;

use crate::agent::release::Release;
use crate::agent::secrets::Secrets;

/// The members, as far as an activation needs them: where archives come from, and whether they can still be reached.
#[async_trait]
pub trait Source: Send + Sync {
    /// The whole archive of a release, at most `size` bytes.
    ///
    /// # Errors
    /// [`FetchError`].
    async fn fetch(&self, release: &Release, size: u64) -> Result<Vec<u8>, FetchError>;

    /// The values of the secrets that a release names.
    ///
    /// # Errors
    /// [`FetchError`].
    async fn secrets(&self, release: &Release) -> Result<Secrets, FetchError>;

    /// The bytes were not the announced ones: begin anew.
    async fn discard(&self, release: &Release);

    /// Waits until a member answers this node, which runs `runs`, over a connection that is opened now.
    ///
    /// # Errors
    /// None did within this time; what the last one said, or why there was none.
    async fn reach(&self, runs: &Release, within: Duration) -> Result<(), String>;
}

/// Why an archive does not come.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct FetchError {
    /// In words.
    pub message: String,
    /// Later it may.
    pub passing: bool,
}

/// Why an activation did not come to its end.
#[derive(Debug)]
pub struct Failure {
    /// How far it came.
    pub stage: ActivationStage,
    /// In the proxy's own words where it had any.
    pub message: String,
    /// It has to do with this node's moment (network, disk) and not with the bundle: worth another try.
    pub passing: bool,
    /// The proxy runs it, and no member can be reached.
    pub(super) unconfirmed: bool,
}

impl Failure {
    pub(super) fn new(stage: ActivationStage, message: impl ToString) -> Self {
        Self { stage, message: message.to_string(), passing: false, unconfirmed: false }
    }

    pub(super) fn passing(stage: ActivationStage, message: impl ToString) -> Self {
        Self { passing: true, ..Self::new(stage, message) }
    }
}

/// How an assignment was dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The proxy has proven to run it.
    Effective,
    /// It failed for good.
    Failed,
    /// It failed and is worth another try.
    Again,
    /// It must not be activated: older than what is known.
    Refused,
}
