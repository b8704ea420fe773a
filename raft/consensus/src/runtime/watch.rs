//! Tokio's watch channel, which wakes those who wait in no particular order. On a thread whose order is decided by a simulation they
//! are woken in the order in which they began to wait.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use openraft::async_runtime::watch::{RecvError, SendError};
use openraft::async_runtime::{Watch, WatchReceiver, WatchSender};
use openraft::{OptionalSend, OptionalSync};
use tokio::sync::watch;

use crate::blocking;

/// See the module.
pub struct Ordered;

/// One end.
pub struct Sender<T> {
    inner: watch::Sender<T>,
    waiting: Waiting,
}

/// The other.
pub struct Receiver<T> {
    inner: watch::Receiver<T>,
    waiting: Waiting,
}

/// Those who wait, in a simulation. Clones share.
#[derive(Clone, Default)]
struct Waiting(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    next: u64,
    wakers: BTreeMap<u64, Option<Waker>>,
}

/// A place in the queue, given up when dropped.
struct Place(Waiting, u64);

impl Waiting {
    fn with<T>(&self, work: impl FnOnce(&mut Queue) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn place(&self) -> Place {
        let number = self.with(|queue| {
            queue.next += 1;
            queue.wakers.insert(queue.next, None);
            queue.next
        });
        Place(self.clone(), number)
    }

    fn wake(&self) {
        let wakers: Vec<Waker> =
            self.with(|queue| queue.wakers.values_mut().filter_map(Option::take).collect());
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.with(|queue| drop(queue.wakers.remove(&self.1)));
    }
}

impl<T: OptionalSend + OptionalSync> Sender<T> {
    /// A channel that holds `init`.
    pub fn new(init: T) -> Self {
        Ordered::channel(init).0
    }

    /// Holds `value` from now on, whether somebody listens or not.
    pub fn replace(&self, value: T) {
        drop(self.inner.send_replace(value));
        self.waiting.wake();
    }

    /// Another receiver.
    pub fn receiver(&self) -> Receiver<T> {
        Receiver { inner: self.inner.subscribe(), waiting: self.waiting.clone() }
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), waiting: self.waiting.clone() }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.waiting.wake();
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), waiting: self.waiting.clone() }
    }
}

impl Watch for Ordered {
    type Sender<T: OptionalSend + OptionalSync> = Sender<T>;
    type Receiver<T: OptionalSend + OptionalSync> = Receiver<T>;
    type Ref<'a, T: OptionalSend + 'a> = watch::Ref<'a, T>;

    fn channel<T: OptionalSend + OptionalSync>(init: T) -> (Sender<T>, Receiver<T>) {
        let ((sender, receiver), waiting) = (watch::channel(init), Waiting::default());
        (Sender { inner: sender, waiting: waiting.clone() }, Receiver { inner: receiver, waiting })
    }
}

impl<T: OptionalSend + OptionalSync> WatchSender<Ordered, T> for Sender<T> {
    fn send(&self, value: T) -> Result<(), SendError<T>> {
        let sent = self.inner.send(value).map_err(|error| SendError(error.0));
        self.waiting.wake();
        sent
    }

    fn send_if_modified<F>(&self, modify: F) -> bool
    where
        F: FnOnce(&mut T) -> bool,
    {
        let modified = self.inner.send_if_modified(modify);
        if modified {
            self.waiting.wake();
        }
        modified
    }

    fn borrow_watched(&self) -> watch::Ref<'_, T> {
        self.inner.borrow()
    }

    fn subscribe(&self) -> Receiver<T> {
        self.receiver()
    }
}

impl<T: OptionalSend + OptionalSync> WatchReceiver<Ordered, T> for Receiver<T> {
    async fn changed(&mut self) -> Result<(), RecvError> {
        if !blocking::stays_on_this_thread() {
            return self.inner.changed().await.map_err(|_| RecvError(()));
        }
        let place = self.waiting.place();
        poll_fn(|context| match self.inner.has_changed() {
            Err(_) => Poll::Ready(Err(RecvError(()))),
            Ok(true) => {
                self.inner.mark_unchanged();
                Poll::Ready(Ok(()))
            }
            Ok(false) => {
                let waker = context.waker().clone();
                place.0.with(|queue| queue.wakers.insert(place.1, Some(waker)));
                Poll::Pending
            }
        })
        .await
    }

    fn borrow_watched(&self) -> watch::Ref<'_, T> {
        self.inner.borrow()
    }

    fn borrow_and_update(&mut self) -> watch::Ref<'_, T> {
        self.inner.borrow_and_update()
    }
}
