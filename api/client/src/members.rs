//! The members that a client knows, and which one it asks first.

use std::sync::{Mutex, PoisonError};

use reqwest::Url;

use crate::error::ClientError;

/// Most members that a client keeps.
const MEMBERS_MAX: usize = 32;

/// See the module.
#[derive(Debug)]
pub(crate) struct Members(Mutex<Known>);

#[derive(Debug)]
struct Known {
    urls: Vec<Url>,
    preferred: usize,
    /// How many were given when the client was made; these are never forgotten.
    given: usize,
}

impl Members {
    pub(crate) fn new<I, S>(urls: I) -> Result<Self, ClientError>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        let mut known = Vec::new();
        for text in urls {
            let url = base(text.as_ref())?;
            if !known.contains(&url) {
                known.push(url);
            }
        }
        if known.is_empty() || known.len() > MEMBERS_MAX {
            return Err(ClientError::Setup(format!("1 to {MEMBERS_MAX} members are needed")));
        }
        let given = known.len();
        Ok(Self(Mutex::new(Known { urls: known, preferred: 0, given })))
    }

    /// Adds what a member told about its cluster. What cannot be a member's address is left out.
    pub(crate) fn learn<S: AsRef<str>>(&self, told: &[S]) {
        let mut known = self.lock();
        let preferred = known.urls[known.preferred].clone();
        let given = known.given;
        let mut urls = known.urls[..given].to_vec();
        for url in told.iter().filter_map(|text| base(text.as_ref()).ok()) {
            if !urls.contains(&url) && urls.len() < MEMBERS_MAX {
                urls.push(url);
            }
        }
        known.preferred = urls.iter().position(|url| *url == preferred).unwrap_or(0);
        known.urls = urls;
    }

    /// All members, the one to ask first in front.
    pub(crate) fn in_order(&self) -> Vec<Url> {
        let known = self.lock();
        let mut urls = known.urls.clone();
        urls.rotate_left(known.preferred);
        urls
    }

    /// The next request begins with this member.
    pub(crate) fn prefer(&self, url: &Url) {
        let mut known = self.lock();
        if let Some(place) = known.urls.iter().position(|known| known == url) {
            known.preferred = place;
        }
    }

    /// The next request begins with the one behind this member, if it would have begun with it.
    pub(crate) fn avoid(&self, url: &Url) {
        let mut known = self.lock();
        if known.urls[known.preferred] == *url {
            known.preferred = (known.preferred + 1) % known.urls.len();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn base(text: &str) -> Result<Url, ClientError> {
    let refuse = |why: &str| ClientError::Setup(format!("'{text}' is not the URL of a member: {why}"));
    let url = Url::parse(text).map_err(|error| refuse(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(refuse("it begins with http:// or https:// and a host"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(refuse("it has no query, fragment or user"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn order(members: &Members) -> Vec<String> {
        members.in_order().iter().map(|url| url.port().unwrap_or(80).to_string()).collect()
    }

    #[test]
    fn the_member_that_answered_last_is_asked_first_and_one_that_failed_last() {
        let members = Members::new(["http://a:1", "http://a:2", "http://a:3", "http://a:2/"]).unwrap();
        assert_eq!(order(&members), ["1", "2", "3"]);
        members.avoid(&"http://a:1".parse().unwrap());
        assert_eq!(order(&members), ["2", "3", "1"]);
        members.prefer(&"http://a:3".parse().unwrap());
        assert_eq!(order(&members), ["3", "1", "2"]);
    }

    #[test]
    fn members_that_are_told_of_are_added_and_given_ones_never_forgotten() {
        let members = Members::new(["http://a:1"]).unwrap();
        members.learn(&["http://a:2", "nonsense", "ftp://a:3"]);
        members.prefer(&"http://a:2".parse().unwrap());
        members.learn(&["http://a:2", "http://a:4"]);
        assert_eq!(order(&members), ["2", "4", "1"]);
        members.learn::<&str>(&[]);
        assert_eq!(order(&members), ["1"]);
    }

    #[test]
    fn what_is_not_a_base_url_is_refused() {
        for wrong in ["", "a:1", "unix:/x", "http://", "http://a?x=1", "http://u@a"] {
            assert!(Members::new([wrong]).is_err(), "{wrong}");
        }
        assert!(Members::new::<_, &str>([]).is_err());
    }
}
