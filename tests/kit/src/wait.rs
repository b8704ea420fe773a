//! Waiting for a condition with a deadline.

use std::fmt::Debug;
use std::future::Future;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(50);

/// Waits until `condition` gives something. Panics after `seconds` and says what was waited for.
pub async fn until<T, F, Fut>(what: &str, seconds: u64, mut condition: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(Instant::now() < deadline, "waited {seconds} s for: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Waits until `attempt` succeeds. Panics after `seconds` with the last error.
pub async fn until_ok<T, E, F, Fut>(what: &str, seconds: u64, mut attempt: F) -> T
where
    E: Debug,
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        match attempt().await {
            Ok(value) => return value,
            Err(error) => assert!(Instant::now() < deadline, "waited {seconds} s for: {what}: {error:?}"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
