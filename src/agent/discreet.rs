//! A proxy whose words are told without the values of secrets: it quotes its configuration where it complains of it, and what it says goes into logs,
//! events and answers.

use std::collections::VecDeque;
use std::io;
use std::path::Path;

use async_trait::async_trait;
use sentinel_api_types::Timestamp;

use super::meter::Vitals;
use super::proxy::Proxy;
use super::render::{Addresses, Target};
use super::secrets::Secrets;

/// Values that are remembered: those of now, and some of before, of which a log may still have words.
const REMEMBERED: usize = 8;

/// See the module.
pub struct Discreet<P> {
    proxy: P,
    known: VecDeque<Secrets>,
}

impl<P> Discreet<P> {
    /// Around a proxy.
    pub fn new(proxy: P) -> Self {
        Self { proxy, known: VecDeque::new() }
    }

    fn hide(&self, words: String) -> String {
        self.known.iter().fold(words, |words, secrets| secrets.hide_in(words))
    }
}

#[async_trait]
impl<P: Proxy> Proxy for Discreet<P> {
    fn running(&mut self) -> Option<Addresses> {
        self.proxy.running()
    }

    fn fresh_addresses(&mut self) -> io::Result<Addresses> {
        self.proxy.fresh_addresses()
    }

    fn bound(&self) -> Option<&'static str> {
        self.proxy.bound()
    }

    fn reads_earlier(&mut self) -> bool {
        self.proxy.reads_earlier()
    }

    fn keep_to_itself(&mut self, secrets: &Secrets) {
        if secrets.count() > 0 && !self.known.contains(secrets) {
            self.known.truncate(REMEMBERED - 1);
            self.known.push_front(secrets.clone());
        }
    }

    async fn test(&mut self, config: &Path) -> Result<(), String> {
        self.proxy.test(config).await.map_err(|words| self.hide(words))
    }

    async fn start(&mut self, target: &Target, addresses: Addresses) -> Result<(), String> {
        self.proxy.start(target, addresses).await.map_err(|words| self.hide(words))
    }

    async fn reload(&mut self) -> Result<(), String> {
        self.proxy.reload().await.map_err(|words| self.hide(words))
    }

    async fn upgrade(&mut self, target: &Target, addresses: Addresses) -> Result<(), String> {
        self.proxy.upgrade(target, addresses).await.map_err(|words| self.hide(words))
    }

    async fn alone(&mut self) {
        self.proxy.alone().await;
    }

    async fn stop(&mut self) {
        self.proxy.stop().await;
    }

    async fn drain(&mut self) {
        self.proxy.drain().await;
    }

    async fn prove(&mut self, target: &Target) -> Result<(), String> {
        self.proxy.prove(target).await.map_err(|words| self.hide(words))
    }

    async fn ended(&mut self) -> String {
        let words = self.proxy.ended().await;
        self.hide(words)
    }

    async fn tend(&mut self) {
        self.proxy.tend().await;
    }

    fn read_again(&mut self) -> Option<Timestamp> {
        self.proxy.read_again()
    }

    fn vitals(&self) -> Option<Vitals> {
        self.proxy.vitals()
    }
}
