//! What the checks of all configuration objects share: places, findings, and the rules of texts that many of them have.

use std::fmt;

use crate::InvalidValue;

/// Most findings that are told; a document with more is not mended in one go.
pub const FINDINGS_MAX: usize = 200;
/// Longest path, in bytes.
pub const PATH_MAX: usize = 1_000;
/// Longest value of a header, in bytes.
pub const HEADER_VALUE_MAX: usize = 2_000;
/// Most headers in one place.
pub const HEADERS_MAX: usize = 64;
/// Longest host name, in bytes.
pub const HOST_MAX: usize = 253;

/// Headers that say where a message ends and what becomes of its connection.
const FRAMING: &[&str] = &[
    "connection",
    "content-length",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Where something stands, as people write it: `services.shop.hosts[2]`. It costs nothing until it is shown.
#[derive(Clone, Copy, Debug)]
pub enum At<'a> {
    /// The whole.
    Root,
    /// A field of something.
    Field(&'a At<'a>, &'a str),
    /// An item of a list.
    Item(&'a At<'a>, usize),
}

impl<'a> At<'a> {
    /// A field of it.
    pub fn field(&'a self, name: &'a str) -> At<'a> {
        At::Field(self, name)
    }

    /// An item of it.
    pub fn item(&'a self, place: usize) -> At<'a> {
        At::Item(self, place)
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Root => Ok(()),
            At::Field(At::Root, name) => f.write_str(name),
            At::Field(parent, name) => write!(f, "{parent}.{name}"),
            At::Item(parent, place) => write!(f, "{parent}[{place}]"),
        }
    }
}

/// What is wrong, all of it.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<InvalidValue>,
    left_out: usize,
}

impl Findings {
    /// Takes note of something wrong.
    pub fn refuse(&mut self, at: At<'_>, message: impl Into<String>) {
        if self.found.len() < FINDINGS_MAX {
            self.found.push(InvalidValue::new(at.to_string(), message));
        } else {
            self.left_out += 1;
        }
    }

    /// Takes note of something wrong unless it is right.
    pub fn require(&mut self, right: bool, at: At<'_>, message: impl Into<String>) {
        if !right {
            self.refuse(at, message);
        }
    }

    /// Everything that was found, in the order in which it was looked at.
    pub fn into_all(mut self) -> Vec<InvalidValue> {
        if self.left_out > 0 {
            let message = format!("{} more problems are not listed", self.left_out);
            self.found.push(InvalidValue::new("", message));
        }
        self.found
    }

    /// A number has bounds.
    pub fn within(&mut self, number: u64, bounds: std::ops::RangeInclusive<u64>, at: At<'_>) {
        if !bounds.contains(&number) {
            self.refuse(at, format!("must be {} to {}, not {number}", bounds.start(), bounds.end()));
        }
    }

    /// A list has bounds, and nothing stands in it twice.
    pub fn distinct<T: Ord>(&mut self, items: &[T], most: usize, at: At<'_>) {
        if items.len() > most {
            self.refuse(at, format!("at most {most}, not {}", items.len()));
            return;
        }
        let mut seen = std::collections::BTreeSet::new();
        for (place, item) in items.iter().enumerate() {
            if !seen.insert(item) {
                self.refuse(at.item(place), "stands in the list twice");
            }
        }
    }

    /// A free text.
    pub fn text(&mut self, text: &str, most: usize, at: At<'_>) {
        let length = text.chars().count();
        if length > most {
            self.refuse(at, format!("must have at most {most} characters, not {length}"));
        } else if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.refuse(at, "must not hold control characters");
        }
    }

    /// Name and description for people.
    pub fn titles(&mut self, name: &str, description: &str, at: At<'_>) {
        if !name.is_empty()
            && let Err(refused) = crate::name::check_name("", name)
        {
            self.refuse(at.field("name"), refused.message);
        }
        self.text(description, crate::name::TEXT_MAX, at.field("description"));
    }

    /// The name of a header.
    pub fn header_name(&mut self, name: &str, at: At<'_>) {
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let right = (1..=100).contains(&name.len()) && name.chars().all(token);
        self.require(right, at, "must be the name of a header, such as 'X-Request-Id'");
    }

    /// The name of a header that may be changed: not one that says where a message ends and what becomes of its connection.
    pub fn changeable_header(&mut self, name: &str, at: At<'_>) {
        self.header_name(name, at);
        let own = FRAMING.contains(&name.to_ascii_lowercase().as_str());
        self.require(!own, at, "is between the proxy and its peer: changing it would break messages");
    }

    /// The value of a header.
    pub fn header_value(&mut self, value: &str, at: At<'_>) {
        let right =
            value.len() <= HEADER_VALUE_MAX && value.chars().all(|c| c == '\t' || (' '..='~').contains(&c));
        let message = format!("must be at most {HEADER_VALUE_MAX} printable ASCII characters");
        self.require(right, at, message);
    }

    /// A path, without a query.
    pub fn path(&mut self, path: &str, at: At<'_>) {
        let right = path.starts_with('/')
            && path.len() <= PATH_MAX
            && !path.contains("//")
            && path.chars().all(|c| ('!'..='~').contains(&c) && !"?#\\\"<>^`{|}".contains(c));
        let message = format!(
            "must start with '/' and be a path without query and without empty segments, of at most {PATH_MAX} characters; write others as %XX"
        );
        self.require(right, at, message);
    }

    /// A name or an IP address of a host, without a port.
    pub fn host(&mut self, host: &str, at: At<'_>) {
        self.require(is_host(host), at, "must be the name or the IP address of a host, without a port");
    }
}

/// True for a DNS name, an IPv4 address, or an IPv6 address in brackets.
pub fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner.parse::<std::net::Ipv6Addr>().is_ok();
    }
    is_dns_name(host)
}

/// True for a DNS name; also for an IPv4 address, which has the same form.
pub fn is_dns_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= HOST_MAX && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_as_people_write_it() {
        let (root, services) = (At::Root, "services");
        let at = root.field(services);
        let shop = at.field("shop");
        let hosts = shop.field("hosts");
        assert_eq!(hosts.item(2).to_string(), "services.shop.hosts[2]");
    }

    #[test]
    fn a_long_list_of_findings_says_how_many_are_left_out() {
        let mut findings = Findings::default();
        for _ in 0..FINDINGS_MAX + 3 {
            findings.refuse(At::Root, "wrong");
        }
        let all = findings.into_all();
        assert_eq!(all.len(), FINDINGS_MAX + 1);
        assert_eq!(all[FINDINGS_MAX].message, "3 more problems are not listed");
    }

    #[test]
    fn hosts_are_names_or_addresses() {
        for right in ["a", "a.example.com", "10.0.0.1", "[::1]", "my_db"] {
            assert!(is_host(right), "{right}");
        }
        for wrong in ["", "a:80", "::1", "-a", "a..b", "a b", "[a]", "http://a", "${node.x}"] {
            assert!(!is_host(wrong), "{wrong}");
        }
    }
}
