//! Work that would hold up a worker of the runtime.

use std::cell::Cell;
use std::io;

thread_local! {
    static HERE: Cell<bool> = const { Cell::new(false) };
}

/// From now on, what this thread would give to another one it does itself. For simulations, whose one thread decides the order of
/// everything.
pub fn stay_on_this_thread() {
    HERE.set(true);
}

pub(crate) fn stays_on_this_thread() -> bool {
    HERE.get()
}

/// Runs `work` where it holds up nobody. An error means that it panicked, or that the runtime ends.
pub async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    if HERE.get() {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)
}
