//! Ports for processes that are told where to listen.

use std::io;
use std::net::{SocketAddr, TcpListener};

use super::render::Addresses;

/// Where to look: below the kernel's range for outgoing connections, so that none of those can be in the way.
const RANGE: std::ops::Range<u16> = 30_000..32_700;
const ATTEMPTS: u32 = 400;

/// The same addresses with free ports where the port is zero.
///
/// # Errors
/// None is free.
pub fn fill(wanted: Addresses) -> io::Result<Addresses> {
    let ops = free(wanted.ops, None)?;
    Ok(Addresses { ops, metrics: free(wanted.metrics, Some(ops))? })
}

/// An address with a free port where the port is zero, and not this other one.
///
/// # Errors
/// None is free.
pub fn free(wanted: SocketAddr, other: Option<SocketAddr>) -> io::Result<SocketAddr> {
    if wanted.port() != 0 {
        return Ok(wanted);
    }
    for _ in 0..ATTEMPTS {
        let address = SocketAddr::new(wanted.ip(), rand::random_range(RANGE));
        if Some(address) != other && TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    Err(io::Error::new(io::ErrorKind::AddrInUse, format!("no free port for {}", wanted.ip())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_zero_becomes_a_free_port_and_a_number_stays() {
        let wanted =
            Addresses { ops: "127.0.0.1:0".parse().unwrap(), metrics: "127.0.0.1:9100".parse().unwrap() };
        let filled = fill(wanted).unwrap();
        assert!(RANGE.contains(&filled.ops.port()));
        assert_eq!(filled.metrics, wanted.metrics);
    }
}
