//! How dangerous a change of configurations is, judged from their outlines.
//!
//! An outline has of a configuration what the danger of leaving it, or of coming to it, depends on, as marks of its parts and
//! without their text. So the state machine can judge any change at any entry of the log, without an archive and without a parser.
//!
//! What is judged dangerous is part of the state machine: members must agree on it, so a change of it takes a cluster level.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::BundleId;
use crate::bundle::RiskLevel;

/// Most marks in an outline. A configuration with more has none, and every change from or to it is judged dangerous.
pub const MARKS_MAX: usize = 40_000;
/// Most bundles that one bundle is judged against; nodes that run more of them than that are a danger in themselves.
pub const AGAINST_MAX: usize = 50;

/// Half a SHA-256 over a part of a configuration, or over its name. Nobody finds two parts with one mark, not even on purpose.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(pub [u8; 16]);

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl Serialize for Mark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Mark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Mark;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("16 bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Mark, E> {
                bytes.try_into().map(Mark).map_err(|_| E::invalid_length(bytes.len(), &self))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Mark, A::Error> {
                let mut mark = [0; 16];
                for (place, byte) in mark.iter_mut().enumerate() {
                    *byte = seq.next_element()?.ok_or_else(|| A::Error::invalid_length(place, &self))?;
                }
                Ok(Mark(mark))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

/// What the danger of leaving a configuration, or of coming to it, depends on. Parts go by the marks of their names; what the
/// compiler adds is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// Length of the whole in its canonical form, in bytes.
    pub size: u64,
    /// Where it listens.
    pub listeners: BTreeMap<Mark, Endpoint>,
    /// Where it sends requests.
    pub upstreams: BTreeMap<Mark, Endpoint>,
    /// Whom it asks.
    pub agents: BTreeMap<Mark, Mark>,
    /// What it does with requests.
    pub filters: BTreeMap<Mark, Filter>,
    /// Which requests it takes.
    pub routes: BTreeMap<Mark, Route>,
    /// The web application firewall.
    pub waf: Option<Mark>,
    /// Limits of the whole.
    pub rate_limits: Option<Mark>,
}

/// A listener or an upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// All of it.
    pub whole: Mark,
    /// Certificates and verification, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Mark>,
}

/// A filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// All of it.
    pub whole: Mark,
    /// What it does.
    pub kind: FilterKind,
}

/// What a filter does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterKind {
    /// Asks an agent.
    Asks,
    /// Limits how many requests there may be.
    Limits,
    /// Anything else.
    Other,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// All of it.
    pub whole: Mark,
    /// The agents that its filters ask.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub asks: BTreeSet<Mark>,
    /// It lets requests through when they do not answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// Its own limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Mark>,
}

/// The outline of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleOutline {
    /// The bundle.
    pub bundle_id: BundleId,
    /// Its outline.
    pub outline: Outline,
}

/// The level and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// The highest level of any reason.
    pub level: RiskLevel,
    /// Stable words, sorted: for example `tls_config_changed`.
    pub reasons: Vec<String>,
}

/// How dangerous it is to give a bundle to nodes, by what they ran when it was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The highest level against any of them, and why.
    pub risk: Risk,
    /// What they ran.
    pub against: Vec<BundleId>,
}

struct Pair<'o> {
    old: &'o Outline,
    new: &'o Outline,
}

type Check = fn(&Pair<'_>) -> bool;

/// Every reason, its level, and when it applies.
static CHECKS: &[(&str, RiskLevel, Check)] = &[
    ("auth_policy_changed", RiskLevel::High, agents_changed),
    ("protection_removed", RiskLevel::High, protection_removed),
    ("tls_config_changed", RiskLevel::High, tls_changed),
    ("waf_changed", RiskLevel::High, |pair| pair.old.waf != pair.new.waf),
    ("route_removed", RiskLevel::Medium, |pair| removed(&pair.old.routes, &pair.new.routes)),
    ("many_route_changes", RiskLevel::Medium, |pair| route_changes(pair) > 10),
    ("upstream_removed", RiskLevel::Medium, |pair| removed(&pair.old.upstreams, &pair.new.upstreams)),
    ("listener_changed", RiskLevel::Medium, |pair| {
        pair.old
            .listeners
            .iter()
            .any(|(name, old)| pair.new.listeners.get(name).is_none_or(|new| new.whole != old.whole))
    }),
    ("rate_limit_changed", RiskLevel::Medium, rate_limits_changed),
    ("size_jump", RiskLevel::Medium, |pair| {
        let (old, new) = (pair.old.size, pair.new.size);
        old.max(new) > 4096 && old.max(new) > 2 * old.min(new)
    }),
];

impl Risk {
    /// Nothing that stands out.
    pub fn none() -> Self {
        Self { level: RiskLevel::Low, reasons: Vec::new() }
    }

    /// As dangerous as it gets, for this reason: what cannot be compared is not harmless.
    pub fn unknown(reason: &str) -> Self {
        Self { level: RiskLevel::High, reasons: vec![reason.to_owned()] }
    }

    /// Of a change from one configuration to another.
    pub fn of(old: &Outline, new: &Outline) -> Self {
        let pair = Pair { old, new };
        let mut risk = Self::none();
        for (reason, level, check) in CHECKS {
            if check(&pair) {
                risk.join(&Self { level: *level, reasons: vec![(*reason).to_owned()] });
            }
        }
        risk
    }

    /// Takes in another one: the higher level, and all the reasons.
    pub fn join(&mut self, other: &Risk) {
        self.level = self.level.max(other.level);
        self.reasons.extend(other.reasons.iter().cloned());
        self.reasons.sort();
        self.reasons.dedup();
    }
}

impl Outline {
    /// How many marks it has.
    pub fn marks(&self) -> usize {
        let asks: usize = self.routes.values().map(|route| route.asks.len()).sum();
        let parts = self.listeners.len() + self.upstreams.len() + self.agents.len() + self.filters.len();
        asks + 3 * (parts + self.routes.len())
    }
}

fn removed<T>(old: &BTreeMap<Mark, T>, new: &BTreeMap<Mark, T>) -> bool {
    old.keys().any(|name| !new.contains_key(name))
}

fn route_changes(pair: &Pair<'_>) -> usize {
    let (old, new) = (&pair.old.routes, &pair.new.routes);
    let added = new.keys().filter(|name| !old.contains_key(*name)).count();
    let gone_or_other =
        old.iter().filter(|(name, old)| new.get(name).is_none_or(|new| new.whole != old.whole));
    added + gone_or_other.count()
}

/// A filter of this kind is gone or different.
fn filters_changed(pair: &Pair<'_>, kind: FilterKind) -> bool {
    let other = |(name, old): (&Mark, &Filter)| {
        old.kind == kind && pair.new.filters.get(name).is_none_or(|new| new.whole != old.whole)
    };
    pair.old.filters.iter().any(other)
}

/// An existing agent, or a filter that asks one, is gone or different.
fn agents_changed(pair: &Pair<'_>) -> bool {
    pair.old.agents.iter().any(|(name, old)| pair.new.agents.get(name) != Some(old))
        || filters_changed(pair, FilterKind::Asks)
}

/// A route that asked an agent asks fewer, or fails open now.
fn protection_removed(pair: &Pair<'_>) -> bool {
    pair.old.routes.iter().any(|(name, old)| {
        let Some(new) = pair.new.routes.get(name) else { return false };
        !old.asks.is_subset(&new.asks) || (!old.asks.is_empty() && new.open && !old.open)
    })
}

/// Existing certificates or verification settings are gone or different.
fn tls_changed(pair: &Pair<'_>) -> bool {
    let listeners = pair.old.listeners.iter().any(|(name, old)| {
        old.tls.is_some() && pair.new.listeners.get(name).is_none_or(|new| new.tls != old.tls)
    });
    let upstreams = pair.old.upstreams.iter().any(|(name, old)| {
        old.tls.is_some() && pair.new.upstreams.get(name).is_some_and(|new| new.tls != old.tls)
    });
    listeners || upstreams
}

/// Existing limits are gone or different.
fn rate_limits_changed(pair: &Pair<'_>) -> bool {
    let policies = pair.old.routes.iter().any(|(name, old)| {
        old.limit.is_some() && pair.new.routes.get(name).is_some_and(|new| new.limit != old.limit)
    });
    policies || filters_changed(pair, FilterKind::Limits) || pair.old.rate_limits != pair.new.rate_limits
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn mark(byte: u8) -> Mark {
        Mark([byte; 16])
    }

    #[test]
    fn of_several_risks_the_highest_counts_with_all_the_reasons() {
        let mut risk = Risk::none();
        risk.join(&Risk { level: RiskLevel::Medium, reasons: vec!["route_removed".into()] });
        risk.join(&Risk::unknown("no_bundle_before"));
        risk.join(&Risk { level: RiskLevel::Low, reasons: vec!["route_removed".into()] });
        let reasons = vec!["no_bundle_before".to_owned(), "route_removed".to_owned()];
        assert_eq!(risk, Risk { level: RiskLevel::High, reasons });
    }

    #[test]
    fn the_same_is_no_change_and_what_comes_new_beside_it_is_harmless() {
        let mut old = Outline { waf: Some(mark(1)), ..Outline::default() };
        old.upstreams.insert(mark(2), Endpoint { whole: mark(3), tls: Some(mark(4)) });
        let mut new = old.clone();
        new.upstreams.insert(mark(5), Endpoint { whole: mark(3), tls: None });
        assert_eq!(Risk::of(&old, &old), Risk::none());
        assert_eq!(Risk::of(&old, &new), Risk::none());
        assert_eq!(Risk::of(&new, &old).reasons, ["upstream_removed"], "the way back is judged by itself");
    }
}
