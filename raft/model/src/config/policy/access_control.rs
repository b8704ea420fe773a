//! From which addresses requests may come.

use serde::{Deserialize, Serialize};

use crate::config::check::{At, Findings};

/// From which addresses requests may come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AccessControl {
    /// Only from these: addresses, or networks such as `10.0.0.0/8`. Empty: from everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<String>,
    /// Never from these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<String>,
}

impl AccessControl {
    /// Checks its fields.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        findings.require(*self != Self::default(), at, "restricts nothing: give allow or deny");
        for (list, name) in [(&self.allow, "allow"), (&self.deny, "deny")] {
            let at = at.field(name);
            findings.distinct(list, 1_000, at);
            for (place, network) in list.iter().enumerate() {
                let message = "must be an address or a network, such as 10.0.0.0/8 or 2001:db8::/32";
                findings.require(is_network(network), at.item(place), message);
            }
        }
    }
}

fn is_network(text: &str) -> bool {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<std::net::IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}
