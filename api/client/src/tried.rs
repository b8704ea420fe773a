//! What became of the members that were asked: one error in the end, which names each of them.

use std::error::Error;
use std::io;

use reqwest::Url;
use sentinel_api_types::error::code;

use crate::error::ClientError;

/// The members that gave no answer for good, in the order in which they were asked, each with its weightiest error.
#[derive(Debug, Default)]
pub(crate) struct Tried(Vec<(String, ClientError)>);

impl Tried {
    pub(crate) fn note(&mut self, member: &Url, error: ClientError) {
        let member = member.as_str().trim_end_matches('/');
        match self.0.iter_mut().find(|(known, _)| known == member) {
            Some((_, known)) if weight(&error) >= weight(known) => *known = error,
            Some(_) => {}
            None => self.0.push((member.to_owned(), error)),
        }
    }

    /// The error that says most, with the reason of every member.
    pub(crate) fn verdict(self) -> ClientError {
        let reasons: Vec<String> =
            self.0.iter().map(|(member, error)| format!("{member} ({})", shortly(error))).collect();
        // Of errors that weigh the same, the newest.
        match self.0.into_iter().map(|(_, error)| error).max_by_key(weight) {
            None => ClientError::Unreachable("none was asked".to_owned()),
            Some(ClientError::Api(mut error)) => {
                if reasons.len() > 1 {
                    error.tried = reasons;
                }
                ClientError::Api(error)
            }
            Some(ClientError::Tls { trouble, .. }) => {
                ClientError::Tls { reasons: reasons.join(", "), trouble }
            }
            Some(_) => ClientError::Unreachable(reasons.join(", ")),
        }
    }
}

/// A member that may have begun a write says more than one that refused it, and that more than one that is away: a later
/// "nothing was changed" must not hide that it is not known.
fn weight(error: &ClientError) -> u8 {
    match error {
        ClientError::Api(error) if error.code == code::OUTCOME_UNKNOWN => 3,
        ClientError::Api(_) => 2,
        // It can be put right from here, unlike a member that is away.
        ClientError::Tls { .. } => 1,
        _ => 0,
    }
}

fn shortly(error: &ClientError) -> String {
    match error {
        ClientError::Api(error) if error.is_foreign() => format!("{}, not a member's answer", error.status),
        ClientError::Api(error) => format!("{} {}", error.status, error.code),
        ClientError::Unreachable(reason) | ClientError::Tls { reasons: reason, .. } => reason.clone(),
        other => other.to_string(),
    }
}

/// Why a request got no answer, in a few words: what lies at the bottom of the chain says it best.
pub(crate) fn reason(error: &reqwest::Error) -> String {
    let mut bottom: &(dyn Error + 'static) = error;
    while let Some(cause) = bottom.source() {
        bottom = cause;
        match bottom.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => return "connection refused".to_owned(),
            Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) => {
                return "the connection broke off".to_owned();
            }
            _ => {}
        }
    }
    let text = bottom.to_string();
    if error.is_timeout() {
        "no answer in time".to_owned()
    } else if text.starts_with("invalid HTTP") || text.starts_with("received unexpected message") {
        // The second: it spoke first, as SSH and mail servers do.
        "what listens there does not speak HTTP".to_owned()
    } else {
        text
    }
}
