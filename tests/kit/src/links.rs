//! The network between members, with faults: every connection of one member to another goes through here, and each direction between
//! two members has a weather of its own. It works on connections of real processes and needs no privileges, no kernel modules and
//! no tools; nothing outlives the test.
//!
//! A member listens where it is told and advertises an address of ours. Who dials is found in `/proc`: the process that holds the
//! other end of the connection.

mod dialler;
mod line;

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::watch;

use dialler::Dialler;
use line::Line;

/// What happens to what one member sends to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// Nothing arrives; what was sent arrives when this is over, as with TCP.
    pub cut: bool,
    /// Everything arrives later by this.
    pub delay: Duration,
    /// And by up to this in addition.
    pub jitter: Duration,
    /// Share of what is sent that is lost and sent again after a pause that doubles, as TCP does.
    pub loss_percent: u32,
    /// No more than this arrives in a second.
    pub bytes_per_s: Option<u64>,
    /// What is sent in larger pieces never arrives, nor does anything after it on that connection.
    pub largest: Option<usize>,
}

/// From one member to another, by index.
type Direction = (usize, usize);

/// See the module. Clones share.
#[derive(Clone, Default)]
pub struct Links(Arc<Inner>);

struct Inner {
    /// Its own, so that what the test does holds nothing up. Gone when dropped.
    runtime: Option<Runtime>,
    processes: Mutex<HashMap<usize, u32>>,
    weather: Mutex<HashMap<Direction, watch::Sender<Weather>>>,
    lines: Mutex<Vec<Weak<Line>>>,
}

impl Default for Inner {
    fn default() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Self {
            runtime: Some(runtime.expect("a runtime")),
            processes: Mutex::default(),
            weather: Mutex::default(),
            lines: Mutex::default(),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Links {
    /// Takes connections to a member that listens at `real`, and returns where they are taken.
    pub fn serve(&self, to: usize, real: SocketAddr) -> SocketAddr {
        let listener = TcpListener::bind((real.ip(), 0)).expect("an address on loopback");
        let address = listener.local_addr().expect("the address of a listener");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let links = Arc::downgrade(&self.0);
        self.runtime().spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            while let Ok((dialled, from)) = listener.accept().await {
                let Some(links) = links.upgrade().map(Links) else { return };
                let taken = links.clone();
                links.runtime().spawn(async move {
                    let who = taken.who(from, address).await;
                    let line = who.map(|from| taken.line(from, to));
                    // What is under way does not keep the network.
                    drop(taken);
                    if let Some(line) = line {
                        line.carry(dialled, real).await;
                    }
                });
            }
        });
        address
    }

    /// Which process a member is from now on.
    pub fn is_process(&self, member: usize, pid: u32) {
        lock(&self.0.processes).insert(member, pid);
    }

    /// Sets the weather from one member to another.
    pub fn set(&self, from: usize, to: usize, weather: Weather) {
        self.sender(from, to).send_replace(weather);
    }

    /// Sets the weather in both directions between each of `some` and each of `others`.
    pub fn between(&self, some: &[usize], others: &[usize], weather: Weather) {
        for (one, other) in some.iter().flat_map(|one| others.iter().map(move |other| (*one, *other))) {
            self.set(one, other, weather);
            self.set(other, one, weather);
        }
    }

    /// Nothing passes between `some` and `others`.
    pub fn part(&self, some: &[usize], others: &[usize]) {
        self.between(some, others, Weather { cut: true, ..Weather::default() });
    }

    /// Nothing that `from` sends reaches `to`; the other direction is as it was.
    pub fn cut(&self, from: usize, to: usize) {
        self.set(from, to, Weather { cut: true, ..Weather::default() });
    }

    /// Fair weather everywhere.
    pub fn heal(&self) {
        for sender in lock(&self.0.weather).values() {
            sender.send_replace(Weather::default());
        }
    }

    /// Ends every connection between two members with a reset.
    pub fn reset(&self, one: usize, other: usize) {
        self.each_line(one, other, Line::reset);
    }

    /// Nothing passes any more on the connections that are there now, and neither end is told. New ones work.
    pub fn strand(&self, one: usize, other: usize) {
        self.each_line(one, other, Line::strand);
    }

    fn each_line(&self, one: usize, other: usize, what: impl Fn(&Line)) {
        let lines: Vec<_> = lock(&self.0.lines).iter().filter_map(Weak::upgrade).collect();
        lines.iter().filter(|line| line.joins(one, other)).for_each(|line| what(line));
    }

    fn sender(&self, from: usize, to: usize) -> watch::Sender<Weather> {
        lock(&self.0.weather).entry((from, to)).or_default().clone()
    }

    fn line(&self, from: usize, to: usize) -> Arc<Line> {
        let there = self.sender(from, to).subscribe();
        let back = self.sender(to, from).subscribe();
        let line = Arc::new(Line::new((from, to), there, back));
        let mut lines = lock(&self.0.lines);
        lines.retain(|line| line.strong_count() > 0);
        lines.push(Arc::downgrade(&line));
        line
    }

    fn runtime(&self) -> &Handle {
        self.0.runtime.as_ref().expect("present until dropped").handle()
    }

    async fn who(&self, from: SocketAddr, to: SocketAddr) -> Option<usize> {
        // A member is known a moment after it was started.
        for _ in 0..20 {
            let processes = lock(&self.0.processes).clone();
            match tokio::task::spawn_blocking(move || dialler::find(from, to, &processes)).await {
                Ok(Dialler::Member(member)) => return Some(member),
                Ok(Dialler::Stranger) => tokio::time::sleep(Duration::from_millis(20)).await,
                Ok(Dialler::Gone) | Err(_) => return None,
            }
        }
        None
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
