//! Threads with a large stack for parsers that recurse.
//!
//! The KDL crate inside the configuration crate recurses. The strict reader bounds how deep, but neither a tokio
//! worker nor a blocking thread (2 MiB) is the place for it, and an unbounded number of 16 MiB stacks is not
//! either. The calling thread waits, so asynchronous code calls this from a blocking context.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

use crate::limits::{MAX_PARSERS, MAX_WAITING, PARSER_STACK};

/// Why nothing could be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParserError {
    /// As many callers wait as are allowed; try again later.
    #[error("too many configurations are being examined at the moment; try again in a moment")]
    Busy,
    /// The parser of the proxy panicked on this text.
    #[error("the parser of the proxy failed on this text")]
    Panicked,
    /// The system gave no thread.
    #[error("no thread for the parser: {0}")]
    NoThread(String),
}

#[derive(Debug, Default)]
struct Load {
    running: usize,
    waiting: usize,
}

/// Seats for parser threads.
struct Seats {
    load: Mutex<Load>,
    freed: Condvar,
    running: usize,
    waiting: usize,
}

static SEATS: Seats = Seats::new(MAX_PARSERS, MAX_WAITING);

impl Seats {
    const fn new(running: usize, waiting: usize) -> Self {
        let load = Mutex::new(Load { running: 0, waiting: 0 });
        Self { load, freed: Condvar::new(), running, waiting }
    }

    fn take(&self) -> Result<Seat<'_>, ParserError> {
        let mut load = self.load.lock().unwrap_or_else(PoisonError::into_inner);
        if load.running >= self.running {
            if load.waiting >= self.waiting {
                return Err(ParserError::Busy);
            }
            load.waiting += 1;
            load = self
                .freed
                .wait_while(load, |load| load.running >= self.running)
                .unwrap_or_else(PoisonError::into_inner);
            load.waiting -= 1;
        }
        load.running += 1;
        Ok(Seat { seats: self })
    }
}

struct Seat<'s> {
    seats: &'s Seats,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.seats.load.lock().unwrap_or_else(PoisonError::into_inner).running -= 1;
        self.seats.freed.notify_one();
    }
}

/// Runs `work` on a thread with a large stack and waits for it.
pub(crate) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, ParserError> {
    run_on(&SEATS, work)
}

fn run_on<T: Send>(seats: &Seats, work: impl FnOnce() -> T + Send) -> Result<T, ParserError> {
    let _seat = seats.take()?;
    thread::scope(|scope| {
        let builder = thread::Builder::new().name("kdl-parser".to_owned()).stack_size(PARSER_STACK);
        let handle =
            builder.spawn_scoped(scope, work).map_err(|error| ParserError::NoThread(error.to_string()))?;
        handle.join().map_err(|_| ParserError::Panicked)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_panic_is_reported_and_frees_the_seat() {
        let seats = Seats::new(1, 0);
        assert_eq!(run_on(&seats, || -> u8 { panic!("on purpose") }), Err(ParserError::Panicked));
        assert_eq!(run_on(&seats, || 7), Ok(7));
    }

    #[test]
    fn callers_beyond_the_limit_are_turned_away_and_waiting_ones_are_served() {
        let seats = Seats::new(1, 1);
        thread::scope(|scope| {
            let (started, wait_started) = mpsc::channel();
            let (release, wait_release) = mpsc::channel::<()>();
            let seats = &seats;
            let first = scope.spawn(move || {
                run_on(seats, move || {
                    started.send(()).unwrap();
                    wait_release.recv().unwrap();
                    1
                })
            });
            wait_started.recv().unwrap();
            let second = scope.spawn(move || run_on(seats, || 2));
            while seats.load.lock().unwrap().waiting == 0 {
                thread::yield_now();
            }
            assert_eq!(run_on(seats, || 3), Err(ParserError::Busy));
            release.send(()).unwrap();
            assert_eq!(first.join().unwrap(), Ok(1));
            assert_eq!(second.join().unwrap(), Ok(2));
        });
    }

    #[test]
    fn the_stack_is_deep_enough_for_the_deepest_accepted_text() {
        let source =
            format!("{}{}", "a {".repeat(crate::limits::MAX_DEPTH), "}".repeat(crate::limits::MAX_DEPTH));
        crate::syntax::check(&source).unwrap();
        assert!(run(|| source.parse::<kdl::KdlDocument>().is_ok()).unwrap());
        let marks = crate::limits::MAX_COMMENT_MARKS - 4;
        let source = format!("/*{}*/a", "*".repeat(marks));
        crate::syntax::check(&source).unwrap();
        assert!(run(|| source.parse::<kdl::KdlDocument>().is_ok()).unwrap());
    }
}
