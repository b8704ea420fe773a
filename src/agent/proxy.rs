//! The proxy as the agent sees it. `zentinel` runs processes of its own, `attached` signals somebody else's, tests fake one.
//!
//! Whoever implements it reads its configuration from the one path that it was made with, `DATA_DIR/current/zentinel.json`; the
//! activation decides where that points to.

use std::io;
use std::path::Path;

use async_trait::async_trait;
use sentinel_api_types::Timestamp;

use super::meter::Vitals;
use super::render::{Addresses, Target};
use super::untold::Untold;

/// See the module. Errors are in the proxy's own words where it had any.
#[async_trait]
pub trait Proxy: Send {
    /// The addresses of the process that runs; `None` when none does.
    fn running(&mut self) -> Option<Addresses>;

    /// Addresses for a process that is yet to be started.
    ///
    /// # Errors
    /// None are free.
    fn fresh_addresses(&mut self) -> io::Result<Addresses>;

    /// Why this proxy cannot be replaced by a new process, if it cannot.
    fn bound(&self) -> Option<&'static str>;

    /// True when the running process was started with the file of an earlier agent, so that it never reads what is written now: only a new
    /// process does.
    fn reads_earlier(&mut self) -> bool {
        false
    }

    /// Lets the proxy itself test a file.
    ///
    /// # Errors
    /// It is refused.
    async fn test(&mut self, config: &Path) -> Result<(), String>;

    /// Starts a process, with none running.
    ///
    /// # Errors
    /// It does not come up.
    async fn start(&mut self, target: &Target, addresses: Addresses) -> Result<(), String>;

    /// Makes the running process read its configuration again.
    ///
    /// # Errors
    /// There is none, or it cannot be told.
    async fn reload(&mut self) -> Result<(), String>;

    /// Starts a process that takes over the sockets of the running one, which then finishes its requests and ends.
    ///
    /// # Errors
    /// It does not come up. The old process may go on serving, or may have given up its sockets: [`Proxy::running`] tells.
    async fn upgrade(&mut self, target: &Target, addresses: Addresses) -> Result<(), String>;

    /// Waits until no replaced process takes new connections any more: for some seconds after [`Proxy::upgrade`] it and the new one share
    /// them.
    async fn alone(&mut self) {}

    /// Ends the running process, if there is one, without waiting for its requests.
    async fn stop(&mut self);

    /// Ends the running process, if there is one, after its requests.
    async fn drain(&mut self);

    /// Looks through the data listeners whether a configuration is at work.
    ///
    /// # Errors
    /// It is not.
    async fn prove(&mut self, target: &Target) -> Result<(), String>;

    /// Waits until the running process ends by itself; for ever when none runs. Returns its last words.
    async fn ended(&mut self) -> String;

    /// What has to be done now and then: replaced processes that do not end, logs that grow.
    async fn tend(&mut self);

    /// When the running process has read its configuration again since the last time that this was asked, without having been told to here;
    /// of several times the last. `None` also where that cannot be known.
    fn read_again(&mut self) -> Option<Timestamp> {
        None
    }

    /// From now on, nothing that this tells in words has any of these values in it.
    fn keep_to_itself(&mut self, untold: Untold);

    /// Where the running process is measured.
    fn vitals(&self) -> Option<Vitals>;
}
