//! Throttling of sign-ins: after a few failures each further one must wait longer. In memory, per member.
//!
//! Failures are counted per account and address, and per address over all accounts. The latter only where an address stands for
//! a client: behind a loopback address is a proxy or a tunnel on this machine, and thus everybody.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use sentinel_model::Time;

/// Failures before the first delay.
const FREE: u32 = 5;
/// Failures of one address, over all accounts, before the first delay.
const FREE_PER_ADDRESS: u32 = 50;
/// The first delay; doubles with each further failure.
const FIRST_DELAY_MS: u64 = 1_000;
/// The longest delay.
const LONGEST_DELAY_MS: u64 = 15 * 60 * 1_000;
/// A counter without failures for this long is forgotten.
const FORGET_MS: u64 = 60 * 60 * 1_000;
/// Most counters; the ones longest without a failure go first.
const COUNTERS_MAX: usize = 20_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Account { email: String, address: String },
    Address(String),
}

#[derive(Clone, Copy, Debug)]
struct Counter {
    failures: u32,
    newest: Time,
}

/// Counts failed sign-ins.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<Key, Counter>>);

impl Throttle {
    /// Milliseconds that this sign-in must still wait; zero when it may be tried.
    pub fn wait_ms(&self, email: &str, address: &str, now: Time) -> u64 {
        let counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |key: &Key, free: u32| {
            counters
                .get(key)
                .map_or(0, |counter| delay(counter.failures, free).saturating_sub(now.since(counter.newest)))
        };
        let of_client = client(address).map_or(0, |client| of(&client, FREE_PER_ADDRESS));
        of(&account(email, address), FREE).max(of_client)
    }

    /// A sign-in failed.
    pub fn failed(&self, email: &str, address: &str, now: Time) {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in [Some(account(email, address)), client(address)].into_iter().flatten() {
            let counter = counters.entry(key).or_insert(Counter { failures: 0, newest: now });
            if now.since(counter.newest) > FORGET_MS {
                counter.failures = 0;
            }
            counter.failures = counter.failures.saturating_add(1);
            counter.newest = now;
        }
        if counters.len() > COUNTERS_MAX {
            counters.retain(|_, counter| now.since(counter.newest) <= FORGET_MS);
        }
        if counters.len() > COUNTERS_MAX {
            // Drop the older half at once, so that the next failures do not sort again.
            let mut ages: Vec<Time> = counters.values().map(|counter| counter.newest).collect();
            ages.sort_unstable();
            let median = ages[ages.len() / 2];
            counters.retain(|_, counter| counter.newest > median);
        }
    }

    /// A sign-in went through: its own counter begins anew, that of the address stays.
    pub fn succeeded(&self, email: &str, address: &str) {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counters.remove(&account(email, address));
    }
}

fn account(email: &str, address: &str) -> Key {
    // Bounded: a longer text cannot be an address that has an account.
    let email = email.trim().to_lowercase().chars().take(160).collect();
    Key::Account { email, address: address.to_owned() }
}

/// The client behind an address; `None` for a proxy on this machine.
fn client(address: &str) -> Option<Key> {
    let local = address.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback());
    (!local).then(|| Key::Address(address.to_owned()))
}

fn delay(failures: u32, free: u32) -> u64 {
    match failures.checked_sub(free) {
        None => 0,
        Some(beyond) => FIRST_DELAY_MS.saturating_mul(1 << beyond.min(20)).min(LONGEST_DELAY_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_after_five_failures_and_end_with_a_success() {
        let throttle = Throttle::default();
        let now = Time(1_000_000);
        for _ in 0..4 {
            throttle.failed("Ada@example.com", "::1", now);
        }
        assert_eq!(throttle.wait_ms("ada@example.com", "::1", now), 0);
        throttle.failed("ada@example.com ", "::1", now);
        assert_eq!(throttle.wait_ms("ada@example.com", "::1", now), 1_000);
        assert_eq!(throttle.wait_ms("ada@example.com", "::1", now.plus_ms(400)), 600);
        throttle.failed("ada@example.com", "::1", now);
        assert_eq!(throttle.wait_ms("ada@example.com", "::1", now), 2_000);
        for _ in 0..40 {
            throttle.failed("ada@example.com", "::1", now);
        }
        assert_eq!(throttle.wait_ms("ada@example.com", "::1", now), LONGEST_DELAY_MS);
        assert_eq!(throttle.wait_ms("ada@example.com", "10.0.0.9", now), 0, "another address is not held up");
        throttle.succeeded("ada@example.com", "::1");
        assert_eq!(throttle.wait_ms("ada@example.com", "::1", now), 0);
    }

    #[test]
    fn one_address_cannot_try_one_account_after_another_without_end() {
        let throttle = Throttle::default();
        for account in 0..FREE_PER_ADDRESS {
            throttle.failed(&format!("user-{account}@example.com"), "10.0.0.9", Time(0));
        }
        assert_eq!(throttle.wait_ms("fresh@example.com", "10.0.0.9", Time(0)), FIRST_DELAY_MS);
    }

    #[test]
    fn failures_behind_a_proxy_on_this_machine_hold_up_nobody_else() {
        for proxy in ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"] {
            let throttle = Throttle::default();
            for account in 0..10 * FREE_PER_ADDRESS {
                throttle.failed(&format!("user-{account}@example.com"), proxy, Time(0));
            }
            assert_eq!(throttle.wait_ms("fresh@example.com", proxy, Time(0)), 0, "{proxy}");
            for _ in 0..FREE {
                throttle.failed("ada@example.com", proxy, Time(0));
            }
            assert_eq!(throttle.wait_ms("ada@example.com", proxy, Time(0)), FIRST_DELAY_MS, "{proxy}");
        }
    }

    #[test]
    fn the_memory_is_bounded() {
        let throttle = Throttle::default();
        for n in 0..(COUNTERS_MAX as i64 + 5_000) {
            throttle.failed(&format!("user-{n}@example.com"), "::1", Time(n));
        }
        assert!(throttle.0.lock().unwrap_or_else(PoisonError::into_inner).len() <= COUNTERS_MAX);
    }
}
