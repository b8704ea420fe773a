//! Node variables: what differs between two nodes that run the same bundle.
//!
//! A bundle is immutable and signed, but two proxies on one host need different ports. The addresses in a
//! configuration may therefore contain `${node.NAME}`, which the agent of a node fills in from its own settings
//! when it activates the bundle. A variable stands for a whole address, for the IP, or for the port, and only
//! in the `address` of a listener or of the metrics server.

use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::limits::{MAX_VARIABLE_VALUE, MAX_VARIABLES};

const OPEN: &str = "${node.";
const CLOSE: char = '}';

/// The variable the generated operations listener is bound to; the agent always provides it.
pub const OPS_ADDR: &str = "ops_addr";

/// The variable of the metrics server when the configuration does not set an address; the agent provides it.
pub const METRICS_ADDR: &str = "metrics_addr";

/// Values of node variables by name.
pub type Values = BTreeMap<String, String>;

/// What a variable stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableKind {
    /// `IP:PORT`.
    Address,
    /// An IP address; version 6 in brackets, because a port follows.
    Ip,
    /// A port from 1 to 65535.
    Port,
}

impl VariableKind {
    /// True when a value is of this kind.
    pub fn accepts(self, value: &str) -> bool {
        match self {
            VariableKind::Address => value.parse::<SocketAddr>().is_ok(),
            VariableKind::Ip => {
                let inner = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
                value.parse::<Ipv4Addr>().is_ok()
                    || inner.is_some_and(|inner| inner.parse::<Ipv6Addr>().is_ok())
            }
            VariableKind::Port => value.parse::<u16>().is_ok_and(|port| port > 0),
        }
    }
}

/// A variable and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// The name, without `${node.` and `}`.
    pub name: String,
    /// What a value must look like.
    pub kind: VariableKind,
}

/// Why a template cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// `${node.` without a name or without the closing brace.
    #[error("line {line}: `${{node.` must be followed by a name of a-z, 0-9 and _ (at most 32) and `}}`")]
    Malformed {
        /// Line in the template, counted from 1.
        line: u32,
    },
    /// No value is given.
    #[error("the node variable `{name}` has no value")]
    Missing {
        /// The variable.
        name: String,
    },
    /// The value is not allowed.
    #[error("the value of the node variable `{name}` is not {expected}")]
    InvalidValue {
        /// The variable.
        name: String,
        /// What it would have to be.
        expected: &'static str,
    },
    /// More variables than allowed.
    #[error("a configuration may use at most {MAX_VARIABLES} node variables")]
    TooMany,
}

/// A piece of a template.
enum Piece<'a> {
    Plain(&'a str),
    Variable(&'a str),
}

fn pieces(template: &str) -> Result<Vec<Piece<'_>>, VariableError> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some(at) = first_reference(rest) {
        pieces.push(Piece::Plain(&rest[..at]));
        let after = &rest[at + OPEN.len()..];
        let name = after.split(CLOSE).next().unwrap_or_default();
        if !is_name(name) || after.len() == name.len() {
            let before = template.len() - rest.len() + at;
            let line = 1 + template[..before].matches('\n').count();
            return Err(VariableError::Malformed { line: u32::try_from(line).unwrap_or(u32::MAX) });
        }
        pieces.push(Piece::Variable(name));
        rest = &after[name.len() + CLOSE.len_utf8()..];
    }
    pieces.push(Piece::Plain(rest));
    Ok(pieces)
}

/// Where the first `${node.` begins. One byte is looked for much faster than seven.
fn first_reference(text: &str) -> Option<usize> {
    text.match_indices('$').map(|(at, _)| at).find(|at| text[*at..].starts_with(OPEN))
}

fn is_name(name: &str) -> bool {
    name.len() <= 32
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The names of the variables a text uses, also in comments.
///
/// # Errors
/// [`VariableError::Malformed`] and [`VariableError::TooMany`].
pub fn names(template: &str) -> Result<BTreeSet<String>, VariableError> {
    let mut names = BTreeSet::new();
    for piece in pieces(template)? {
        if let Piece::Variable(name) = piece {
            names.insert(name.to_owned());
        }
    }
    // What the compiler adds is no user's.
    let own = names.iter().filter(|name| ![OPS_ADDR, METRICS_ADDR].contains(&name.as_str())).count();
    if own > MAX_VARIABLES { Err(VariableError::TooMany) } else { Ok(names) }
}

/// The line, counted from 1, in which a variable is first used.
pub fn line_of(template: &str, name: &str) -> u32 {
    let used = format!("{OPEN}{name}{CLOSE}");
    let before = template.find(&used).map_or("", |at| &template[..at]);
    u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX)
}

/// Replaces every variable by its value. Values that the template does not use are ignored.
///
/// # Errors
/// [`VariableError`], also when a used value has other characters than letters, digits and `. : _ - [ ]` (the
/// brackets for IPv6), is empty, or is longer than 64 bytes. Nothing a value contains can end the string around it.
pub fn render(template: &str, values: &Values) -> Result<String, VariableError> {
    let mut text = String::with_capacity(template.len());
    for piece in pieces(template)? {
        match piece {
            Piece::Plain(plain) => text.push_str(plain),
            Piece::Variable(name) => {
                let value =
                    values.get(name).ok_or_else(|| VariableError::Missing { name: name.to_owned() })?;
                if !is_harmless(value) {
                    return Err(VariableError::InvalidValue {
                        name: name.to_owned(),
                        expected: "a plain address",
                    });
                }
                text.push_str(value);
            }
        }
    }
    Ok(text)
}

/// Checks that every listed variable has a value of its kind.
///
/// # Errors
/// [`VariableError::Missing`] and [`VariableError::InvalidValue`].
pub fn check(variables: &[Variable], values: &Values) -> Result<(), VariableError> {
    for Variable { name, kind } in variables {
        let value = values.get(name).ok_or_else(|| VariableError::Missing { name: name.clone() })?;
        if !is_harmless(value) || !kind.accepts(value) {
            let expected = match kind {
                VariableKind::Address => "an address of the form IP:PORT",
                VariableKind::Ip => "an IP address (version 6 in brackets)",
                VariableKind::Port => "a port from 1 to 65535",
            };
            return Err(VariableError::InvalidValue { name: name.clone(), expected });
        }
    }
    Ok(())
}

fn is_harmless(value: &str) -> bool {
    (1..=MAX_VARIABLE_VALUE).contains(&value.len())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '_' | '-' | '[' | ']'))
}

/// The variables of one address with what each stands for, or nothing when the address has another form.
pub(crate) fn kinds_in_address(address: &str) -> Option<Vec<Variable>> {
    let variable = |text: &str, kind| match pieces(text).ok()?.as_slice() {
        [Piece::Plain(""), Piece::Variable(name), Piece::Plain("")] => {
            Some(Variable { name: (*name).to_owned(), kind })
        }
        _ => None,
    };
    if let Some(whole) = variable(address, VariableKind::Address) {
        return Some(vec![whole]);
    }
    if !address.contains(OPEN) {
        return address.parse::<SocketAddr>().is_ok().then(Vec::new);
    }
    let (ip, port) = address.rsplit_once(':')?;
    let mut found = Vec::new();
    match variable(ip, VariableKind::Ip) {
        Some(name) => found.push(name),
        None => drop(format!("{ip}:1").parse::<SocketAddr>().ok()?),
    }
    match variable(port, VariableKind::Port) {
        Some(name) => found.push(name),
        None => drop(port.parse::<u16>().ok()?),
    }
    Some(found)
}

/// Values that make a template a valid configuration text, for checking it without a node.
///
/// Neither the ports nor the IPs occur in the template as text, so that no clash appears that a node would not have, and [`put_back`] finds
/// nothing else.
pub(crate) fn stand_ins(template: &str, variables: &[Variable]) -> Values {
    let runs = template.as_bytes().split(|byte| !byte.is_ascii_digit());
    let taken: BTreeSet<&[u8]> = runs.filter(|run| run.len() == 5).collect();
    let mut free_ports = (20_000u32..65_000).filter(|port| !taken.contains(port.to_string().as_bytes()));
    let mut free_ips = (1..=u16::MAX)
        .map(|low| format!("127.1.{}.{}", low >> 8, low & 0xff))
        .filter(|ip| !template.contains(ip));
    variables
        .iter()
        .map(|variable| {
            let port = free_ports.next().unwrap_or(65_001);
            let value = match variable.kind {
                VariableKind::Address => format!("127.0.0.1:{port}"),
                VariableKind::Ip => free_ips.next().unwrap_or_else(|| "127.2.0.1".to_owned()),
                VariableKind::Port => port.to_string(),
            };
            (variable.name.clone(), value)
        })
        .collect()
}

/// Puts the variables back where their stand-ins are, so that two configurations are compared by what was written: a stand-in is the same
/// for other variables in another text.
pub(crate) fn put_back(config: &mut zentinel_config::Config, stand_ins: &Values) {
    let metrics = &mut config.observability.metrics.address;
    for address in config.listeners.iter_mut().map(|listener| &mut listener.address).chain([metrics]) {
        // One for the IP and one for the port.
        for _ in 0..2 {
            if let Some(text) = stand_ins.iter().find_map(|(name, value)| as_written(address, name, value)) {
                *address = text;
            }
        }
    }
}

/// The address with the variable in the place of its stand-in; `None`: that is not in it.
fn as_written(address: &str, name: &str, stand_in: &str) -> Option<String> {
    let port = || address.strip_suffix(stand_in).filter(|ip| ip.is_empty() || ip.ends_with(':'));
    let ip = || address.strip_prefix(stand_in).filter(|port| port.starts_with(':'));
    let written = reference(name);
    port().map(|ip| format!("{ip}{written}")).or_else(|| ip().map(|port| format!("{written}{port}")))
}

/// True when a text mentions a node variable, well-formed or not.
pub(crate) fn mentioned(text: &str) -> bool {
    first_reference(text).is_some()
}

/// How often a text mentions node variables, well-formed or not.
pub(crate) fn mentions(text: &str) -> usize {
    text.match_indices('$').filter(|(at, _)| text[*at..].starts_with(OPEN)).count()
}

/// The text of a variable, as it is written in a template.
pub(crate) fn reference(name: &str) -> String {
    format!("{OPEN}{name}{CLOSE}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn rendering_replaces_every_occurrence_and_nothing_else() {
        let text = render(
            "a ${node.x} $ {node.x} ${other} ${node.x}",
            &values(&[("x", "127.0.0.1:80"), ("y", "!")]),
        );
        assert_eq!(text.unwrap(), "a 127.0.0.1:80 $ {node.x} ${other} 127.0.0.1:80");
    }

    #[test]
    fn a_value_cannot_leave_its_string() {
        for value in ["", "a\"b", "a b", "a\nb", "a}b", "a\\b", "ä", "/etc", &"1".repeat(65), "$", "#"] {
            let error = render("\"${node.x}\"", &values(&[("x", value)])).unwrap_err();
            assert!(matches!(error, VariableError::InvalidValue { .. }), "{value:?}");
        }
    }

    #[test]
    fn missing_and_malformed_variables_are_named() {
        let none = BTreeMap::new();
        assert_eq!(render("${node.x}", &none), Err(VariableError::Missing { name: "x".to_owned() }));
        for text in ["\n${node.}", "\n${node.A}", "\n${node.a b}", "\n${node.x", "\n${node.1}"] {
            assert_eq!(names(text), Err(VariableError::Malformed { line: 2 }), "{text:?}");
        }
        let many: String = (0..33).map(|n| format!("${{node.v{n}}}")).collect();
        assert_eq!(names(&many), Err(VariableError::TooMany));
        let most: String = (0..32).map(|n| format!("${{node.v{n}}}")).collect();
        let compiled = format!("{most}${{node.{OPS_ADDR}}}${{node.{METRICS_ADDR}}}");
        assert_eq!(names(&compiled).unwrap().len(), 34, "what the compiler adds takes no room");
    }

    #[test]
    fn the_place_of_a_variable_says_what_it_stands_for() {
        let kinds = |address: &str| {
            kinds_in_address(address)
                .map(|list| list.into_iter().map(|v| (v.name, v.kind)).collect::<Vec<_>>())
        };
        assert_eq!(kinds("127.0.0.1:80"), Some(vec![]));
        assert_eq!(kinds("[::1]:80"), Some(vec![]));
        assert_eq!(kinds("${node.a}"), Some(vec![("a".to_owned(), VariableKind::Address)]));
        assert_eq!(kinds("0.0.0.0:${node.p}"), Some(vec![("p".to_owned(), VariableKind::Port)]));
        assert_eq!(kinds("[::]:${node.p}"), Some(vec![("p".to_owned(), VariableKind::Port)]));
        assert_eq!(kinds("${node.i}:80"), Some(vec![("i".to_owned(), VariableKind::Ip)]));
        assert_eq!(
            kinds("${node.i}:${node.p}"),
            Some(vec![("i".to_owned(), VariableKind::Ip), ("p".to_owned(), VariableKind::Port)])
        );
        for wrong in
            ["localhost:80", "127.0.0.1", "127.0.0.1:8${node.p}", "10.0.0.${node.i}:80", "${node.a}x", ":80"]
        {
            assert_eq!(kinds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn values_are_checked_against_their_kind() {
        let port = [Variable { name: "p".to_owned(), kind: VariableKind::Port }];
        assert!(check(&port, &values(&[("p", "8080")])).is_ok());
        for wrong in ["0", "65536", "http", "127.0.0.1:80"] {
            assert!(check(&port, &values(&[("p", wrong)])).is_err(), "{wrong}");
        }
        assert!(check(&port, &BTreeMap::new()).is_err());
        let ip = [Variable { name: "i".to_owned(), kind: VariableKind::Ip }];
        for (value, fits) in
            [("0.0.0.0", true), ("[::]", true), ("::1", false), ("1.2.3", false), ("[1.2.3.4]", false)]
        {
            assert_eq!(check(&ip, &values(&[("i", value)])).is_ok(), fits, "{value}");
        }
    }

    #[test]
    fn stand_ins_avoid_the_ports_of_the_text() {
        let variables = [Variable { name: "p".to_owned(), kind: VariableKind::Port }];
        assert_eq!(stand_ins("20000 20001", &variables)["p"], "20002");
    }
}
