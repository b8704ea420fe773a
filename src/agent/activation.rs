//! One activation: stage, test, switch, prove, and the way back.

use anyhow::Context;
use sentinel_api_types::node::ActivationStage;
use sentinel_bundle::archive::OpenBundle;
use sentinel_bundle::change::{self, Activation};
use sentinel_bundle::node_vars::{self, Values};
use sentinel_bundle::proxy_config;

/// An activation that did not succeed: how far it came, and why.
#[derive(Debug)]
pub struct Failed {
    /// The stage that failed.
    pub stage: ActivationStage,
    /// Why, in the proxy's own words where it had any.
    pub cause: anyhow::Error,
}

impl Failed {
    /// A failure of `stage`.
    pub fn at(stage: ActivationStage) -> impl FnOnce(anyhow::Error) -> Failed {
        move |cause| Failed { stage, cause }
    }
}

/// The configuration of a bundle with this node's values filled in.
pub fn render(bundle: &OpenBundle, values: &Values) -> anyhow::Result<String> {
    let template = bundle.text("zentinel.kdl").context("the bundle has no zentinel.kdl")?;
    node_vars::check(&bundle.manifest.variables, values)
        .map_err(|error| anyhow::anyhow!("{error}: give the agent a value with --var NAME=VALUE"))?;
    Ok(node_vars::render(template, values)?)
}

/// How to get from one configuration to the other.
pub async fn decide(running: Option<String>, next: String) -> anyhow::Result<Activation> {
    let decide = move || {
        let parse = |text: &str| proxy_config::parse(text).map_err(|problem| anyhow::anyhow!("{problem}"));
        let running = running.as_deref().map(parse).transpose()?;
        Ok(change::classify(running.as_ref(), &parse(&next)?))
    };
    tokio::task::spawn_blocking(decide).await?
}
