//! Bundles for the state of a benchmark, made through the public API.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::Method;
use sentinel_kit::{Api, Cluster};
use serde_json::json;
use tokio::task::JoinSet;

use crate::fleet::PROJECT;

/// Compilations under way at a time; a member turns away more than it can do.
const AT_ONCE: usize = 4;
/// What an attempt waits that was turned away.
const BUSY: Duration = Duration::from_millis(100);

/// Makes `count` bundles that differ, spread over the members.
pub async fn create(cluster: &Cluster, count: u32) -> Result<()> {
    let admin = cluster.admin(0).await;
    let next = Arc::new(AtomicU32::new(0));
    let mut tasks = JoinSet::new();
    for task in 0..AT_ONCE {
        let api = admin.at(&cluster.url(task % cluster.len()));
        let next = Arc::clone(&next);
        tasks.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return anyhow::Ok(());
                }
                one(&api, number).await.with_context(|| format!("bundle {number}"))?;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.context("a task ended")??;
    }
    Ok(())
}

async fn one(api: &Api, number: u32) -> Result<()> {
    let path = format!("/api/v1/projects/{PROJECT}/bundles");
    let body = json!({"version": format!("1.0.{number}"), "config_source": config(number)});
    loop {
        match api.send(Method::POST, &path, Some(&body)).await? {
            (201, _) => return Ok(()),
            (429 | 503, _) => tokio::time::sleep(BUSY).await,
            (status, answer) => anyhow::bail!("{status} {answer}"),
        }
    }
}

/// The source of a bundle that differs from those of other numbers.
pub fn config(number: u32) -> String {
    let port = 10_000 + number % 50_000;
    format!(
        r#"system {{
    worker-threads 2
}}

listeners {{
    listener "public" {{
        address "127.0.0.1:{port}"
    }}
}}

upstreams {{
    upstream "shop" {{
        target "127.0.0.1:9001"
        target "127.0.0.1:9002"
    }}
}}

routes {{
    route "everything" {{
        matches {{
            path-prefix "/"
        }}
        upstream "shop"
    }}
}}
"#
    )
}
