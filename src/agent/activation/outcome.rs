//! What an activation needs from outside, and what comes of it.

use async_trait::async_trait;
use sentinel_api_types::node::ActivationStage;

use crate::agent::release::Release;

/// Where archives come from.
#[async_trait]
pub trait Source: Send + Sync {
    /// The whole archive of a release, at most `size` bytes.
    ///
    /// # Errors
    /// [`FetchError`].
    async fn fetch(&self, release: &Release, size: u64) -> Result<Vec<u8>, FetchError>;

    /// The bytes were not the announced ones: begin anew.
    async fn discard(&self, release: &Release);
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
}

impl Failure {
    pub(super) fn new(stage: ActivationStage, message: impl ToString) -> Self {
        Self { stage, message: message.to_string(), passing: false }
    }

    pub(super) fn passing(stage: ActivationStage, message: impl ToString) -> Self {
        Self { stage, message: message.to_string(), passing: true }
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
