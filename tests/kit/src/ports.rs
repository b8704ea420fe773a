//! Ports for servers that must know each other's address before they start.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// First of the range, below the kernel's range for outgoing connections, so that none of those can be in the way.
const FIRST: u16 = 12_000;
const COUNT: u16 = 18_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port on loopback that nobody listens on. Test processes begin at different places of the range.
pub fn free() -> u16 {
    let start = (std::process::id().wrapping_mul(97) % u32::from(COUNT)) as u16;
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + start.wrapping_add(step) % COUNT;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port between {FIRST} and {}", FIRST + COUNT);
}
