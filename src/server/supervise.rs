//! Duties that must not end: one that does, by an error, a panic or by itself, ends the member, and the service manager starts it
//! again. A member that goes on without one of them looks well and is not.

use std::any::Any;
use std::fmt::Display;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Runs a duty until `stop`, and stops everything when it ends before. One that has nothing more to do waits for `stop` itself.
pub fn supervise<E: Display + Send + 'static>(
    duty: &'static str,
    stop: &CancellationToken,
    work: impl Future<Output = Result<(), E>> + Send + 'static,
) -> JoinHandle<()> {
    let stop = stop.clone();
    tokio::spawn(async move {
        let ended = AssertUnwindSafe(work).catch_unwind().await;
        let cause = match ended {
            Ok(Ok(())) if stop.is_cancelled() => return,
            Ok(Ok(())) => "it ended by itself".to_owned(),
            Ok(Err(error)) => error.to_string(),
            Err(panic) => format!("it panicked: {}", words(&*panic)),
        };
        if stop.is_cancelled() {
            tracing::warn!(duty, cause, "a duty did not end well while the member stopped");
            return;
        }
        tracing::error!(duty, cause, "a duty of this member has ended, so the member stops; start it again");
        stop.cancel();
    })
}

/// The same for a duty that knows no errors and no end: it is dropped when the member stops.
pub fn endless(
    duty: &'static str,
    stop: &CancellationToken,
    work: impl Future<Output = ()> + Send + 'static,
) -> JoinHandle<()> {
    let stopped = stop.clone();
    supervise(duty, stop, async move {
        tokio::select! {
            () = stopped.cancelled() => {}
            () = work => {}
        }
        Ok::<(), std::convert::Infallible>(())
    })
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without words")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn whatever_ends_a_duty_stops_the_member() {
        let stop = CancellationToken::new();
        supervise("a", &stop, async { Err("the socket is gone") }).await.unwrap();
        assert!(stop.is_cancelled(), "an error");
        let stop = CancellationToken::new();
        supervise("b", &stop, async { Ok::<(), &str>(()) }).await.unwrap();
        assert!(stop.is_cancelled(), "its end");
        let stop = CancellationToken::new();
        endless("c", &stop, async { panic!("index {}", 7) }).await.unwrap();
        assert!(stop.is_cancelled(), "a panic");
        let stop = CancellationToken::new();
        endless("d", &stop, std::future::ready(())).await.unwrap();
        assert!(stop.is_cancelled(), "the end of what has none");
    }

    #[tokio::test]
    async fn a_duty_ends_with_the_member_and_is_no_cause_of_anything() {
        let stop = CancellationToken::new();
        let duty = endless("a", &stop, std::future::pending());
        stop.cancel();
        duty.await.unwrap();
    }
}
