//! Which addresses requests go to that somebody else asked for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A range of addresses, as in `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    address: IpAddr,
    bits: u8,
}

impl Range {
    const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), bits }
    }

    const fn v6(a: u16, b: u16, c: u16, last: u16, bits: u8) -> Self {
        Self { address: IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, last)), bits }
    }

    /// Whether the address is one of them.
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(range), IpAddr::V4(address)) => {
                u32::from(range) ^ u32::from(address) <= low(32, self.bits) as u32
            }
            (IpAddr::V6(range), IpAddr::V6(address)) => {
                u128::from(range) ^ u128::from(address) <= low(128, self.bits)
            }
            _ => false,
        }
    }
}

/// The bits that differ within a range.
fn low(width: u32, bits: u8) -> u128 {
    match width - u32::from(bits) {
        128 => u128::MAX,
        free => (1u128 << free) - 1,
    }
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no range of addresses such as 10.0.0.0/8 or ::1/128");
        let (address, bits) = text.split_once('/').ok_or_else(wrong)?;
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let bits: u8 = bits.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        if bits > most { Err(wrong()) } else { Ok(Self { address, bits }) }
    }
}

/// Where clouds tell machines who they are, and hand out their credentials. In no setting is there a reason to ask there.
const METADATA: [Range; 6] = [
    Range::v4(169, 254, 169, 254, 32),
    Range::v4(100, 100, 100, 200, 32),
    Range::v4(192, 0, 0, 192, 32),
    Range::v4(168, 63, 129, 16, 32),
    Range::v6(0xfd00, 0x0ec2, 0, 0x0254, 128),
    Range::v6(0xfd20, 0x00ce, 0, 0x0254, 128),
];

/// Networks of one's own.
const PRIVATE: [Range; 5] = [
    Range::v4(10, 0, 0, 0, 8),
    Range::v4(172, 16, 0, 0, 12),
    Range::v4(192, 168, 0, 0, 16),
    Range::v4(100, 64, 0, 0, 10),
    Range::v6(0xfc00, 0, 0, 0, 7),
];

/// What kind of an address it is, with its article, if nobody goes there; `private`: the project may ask private ones.
pub fn refusal(address: IpAddr, private: bool) -> Option<&'static str> {
    let among = |ranges: &[Range]| ranges.iter().any(|range| range.holds(address));
    if among(&METADATA) {
        return Some("a metadata");
    }
    if among(&PRIVATE) {
        return (!private).then_some("a private");
    }
    match address {
        IpAddr::V4(address) => refusal_v4(address),
        IpAddr::V6(address) => refusal_v6(address),
    }
}

fn refusal_v4(address: Ipv4Addr) -> Option<&'static str> {
    const RESERVED: [Range; 6] = [
        Range::v4(192, 0, 0, 0, 24),
        Range::v4(192, 0, 2, 0, 24),
        Range::v4(198, 51, 100, 0, 24),
        Range::v4(203, 0, 113, 0, 24),
        Range::v4(198, 18, 0, 0, 15),
        Range::v4(192, 88, 99, 0, 24),
    ];
    let [first, ..] = address.octets();
    match first {
        0 => Some("an unspecified"),
        127 => Some("a loopback"),
        169 if address.is_link_local() => Some("a link-local"),
        224..=239 => Some("a multicast"),
        240.. => Some("a reserved"),
        _ => RESERVED.iter().any(|range| range.holds(address.into())).then_some("a reserved"),
    }
}

fn refusal_v6(address: Ipv6Addr) -> Option<&'static str> {
    // What leads into the other address space, by way of whatever translates it.
    const TRANSLATED: [Range; 6] = [
        Range::v6(0, 0, 0, 0, 80),
        Range::v6(0x64, 0xff9b, 0, 0, 96),
        Range::v6(0x64, 0xff9b, 1, 0, 48),
        Range::v6(0x2001, 0, 0, 0, 32),
        Range::v6(0x2002, 0, 0, 0, 16),
        Range::v6(0x2001, 0x0db8, 0, 0, 32),
    ];
    match address {
        _ if address.is_unspecified() => Some("an unspecified"),
        _ if address.is_loopback() => Some("a loopback"),
        _ if address.is_multicast() => Some("a multicast"),
        _ if address.segments()[0] & 0xffc0 == 0xfe80 => Some("a link-local"),
        _ if TRANSLATED.iter().any(|range| range.holds(address.into())) => Some("a translated"),
        _ if address.segments()[0] & 0xe000 != 0x2000 => Some("a reserved"),
        _ => None,
    }
}
