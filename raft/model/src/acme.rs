//! Certificates that a certificate authority issues by ACME (RFC 8555): what is asked of it, and how far that is.

use serde::{Deserialize, Serialize};

use crate::certificate::{NAME_MAX, NAMES_MAX};
use crate::secret::Sealed;
use crate::{CertificateId, InvalidValue, ProjectId, Time};

/// The directory that is asked when no other one is named.
pub const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";
/// Longest URL, in bytes.
pub const URL_MAX: usize = 2_048;
/// Longest id of an external account, in bytes.
pub const KEY_ID_MAX: usize = 256;
/// Longest token of a challenge, in bytes.
pub const TOKEN_MAX: usize = 256;
/// Longest answer to a challenge, in bytes.
pub const ANSWER_MAX: usize = 512;
/// Longest words about what went wrong, in characters.
pub const REASON_MAX: usize = 500;
/// The pause after the first failure, in milliseconds. Each further one doubles it.
const PAUSE_MS: u64 = 60 * 1_000;
/// The longest pause that doubling makes, in milliseconds: a day.
const PAUSE_MAX_MS: u64 = 24 * 60 * 60 * 1_000;
/// The longest pause that a certificate authority can ask for, in milliseconds: a week.
const ASKED_PAUSE_MAX_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// What makes a certificate one that is issued by ACME.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acme {
    /// What is asked for, and of whom. It never changes.
    pub settings: AcmeSettings,
    /// Grows with each change of what stands below: decisions of a leader name it, and late ones are refused.
    pub revision: u64,
    /// How far it is.
    pub state: AcmeState,
    /// What went wrong since it last went well.
    pub failure: Option<Failure>,
}

/// What is asked for, and of whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcmeSettings {
    /// Where the certificate authority begins: its directory.
    pub directory_url: String,
    /// Who vouches for the directory, in PEM, and nobody else; `None`: who vouches for everybody.
    pub directory_ca: Option<String>,
    /// The names that it shall be for.
    pub domains: Vec<String>,
    /// Whom the certificate authority writes to.
    pub contact: String,
    /// An account that somebody has with the certificate authority already.
    pub external: Option<ExternalAccount>,
}

/// An account outside ACME, to which the ACME account is bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalAccount {
    /// Its id, as the certificate authority has given it.
    pub key_id: String,
    /// Its HMAC key, sealed for its certificate.
    pub sealed: Sealed,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AcmeState {
    /// The next order is made then.
    Due(Time),
    /// An order is under way.
    Ordered(Order),
}

/// An order that the certificate authority has taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Where it is found.
    pub url: String,
    /// Since when.
    pub since: Time,
    /// The version that comes of it.
    pub version: u64,
    /// The private key of that version, sealed for it.
    pub sealed: Sealed,
    /// The tokens of its challenges.
    pub tokens: Vec<String>,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// How often in a row.
    pub times: u32,
    /// In words.
    pub reason: String,
    /// When it last did.
    pub at: Time,
}

/// An account of a project with a certificate authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcmeAccount {
    /// The project.
    pub project_id: ProjectId,
    /// Directory of the certificate authority.
    pub directory_url: String,
    /// Whom it writes to.
    pub contact: String,
    /// Id of the external account that it is bound to; empty: none.
    pub external_key_id: String,
    /// The account with its key, sealed for exactly the above.
    pub sealed: Sealed,
    /// Since when.
    pub created_at: Time,
}

/// What somebody who asks for a token is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcmeChallenge {
    /// The token.
    pub token: String,
    /// The answer: the token, and the thumbprint of the account's key.
    pub answer: String,
    /// The project: its nodes give the answer, and those of others do not.
    pub project_id: ProjectId,
    /// The certificate.
    pub certificate_id: CertificateId,
}

impl AcmeSettings {
    /// Checks every field; the first refusal names it.
    ///
    /// # Errors
    /// A field is not as it must be.
    pub fn check(&self) -> Result<(), InvalidValue> {
        check_https("directory_url", &self.directory_url)?;
        if self.domains.is_empty() || self.domains.len() > NAMES_MAX {
            let message = format!("must have 1 to {NAMES_MAX} names, not {}", self.domains.len());
            return Err(InvalidValue::new("domains", message));
        }
        for (at, domain) in self.domains.iter().enumerate() {
            let field = format!("domains.{at}");
            check_domain(&field, domain)?;
            if self.domains[..at].contains(domain) {
                return Err(InvalidValue::new(field, "is there twice"));
            }
        }
        if self.contact.len() > NAME_MAX || !self.contact.contains('@') {
            return Err(InvalidValue::new("contact", "must be an e-mail address"));
        }
        if let Some(external) = &self.external {
            let legal = external.key_id.bytes().all(|byte| byte.is_ascii_graphic());
            if external.key_id.is_empty() || external.key_id.len() > KEY_ID_MAX || !legal {
                let message = format!("must have 1 to {KEY_ID_MAX} visible characters");
                return Err(InvalidValue::new("external_account.key_id", message));
            }
        }
        Ok(())
    }
}

impl Acme {
    /// Goes on to another state.
    pub fn turn(&mut self, state: AcmeState) {
        self.revision += 1;
        self.state = state;
    }

    /// When a leader has to look at it.
    pub fn due(&self) -> Time {
        match &self.state {
            AcmeState::Due(at) => *at,
            // Always: whatever the clock was when it began.
            AcmeState::Ordered(_) => Time(0),
        }
    }

    /// The order that is under way.
    pub fn order(&self) -> Option<&Order> {
        match &self.state {
            AcmeState::Due(_) => None,
            AcmeState::Ordered(order) => Some(order),
        }
    }

    /// It has failed, and begins anew after a pause: the longer, the more often it has; and not before the certificate authority wants it.
    pub fn fail(&mut self, reason: &str, now: Time, not_before: Option<Time>) {
        let times = self.failure.as_ref().map_or(0, |failure| failure.times).saturating_add(1);
        let doubled = PAUSE_MS.saturating_mul(1u64.checked_shl(times - 1).unwrap_or(u64::MAX));
        let asked = not_before.map_or(0, |time| time.since(now)).min(ASKED_PAUSE_MAX_MS);
        let pause = doubled.min(PAUSE_MAX_MS).max(asked);
        let reason = reason.chars().filter(|c| !c.is_control()).take(REASON_MAX).collect();
        self.failure = Some(Failure { times, reason, at: now });
        self.turn(AcmeState::Due(now.plus_ms(pause)));
    }
}

/// When a certificate is renewed: when two thirds of its life are over.
pub fn renewal(not_before: Time, not_after: Time) -> Time {
    not_before.plus_ms(not_after.since(not_before) / 3 * 2)
}

/// Checks a URL that a secret may be sent to, or that tells where secrets go.
///
/// # Errors
/// It is none, or is not of HTTPS, or holds a password.
pub fn check_https(field: &str, url: &str) -> Result<(), InvalidValue> {
    let refuse = |message: &str| Err(InvalidValue::new(field, message));
    let Some(rest) = url.strip_prefix("https://") else { return refuse("must begin with https://") };
    if url.len() > URL_MAX {
        return refuse("must have at most 2048 bytes");
    }
    // Of what RFC 3986 lets stand in a URL, without fragments and without the brackets of addresses of version 6.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=%".contains(&byte);
    let mut escapes = url.split('%').skip(1);
    let whole = |escape: &str| escape.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if !url.bytes().all(plain) || !escapes.all(whole) {
        return refuse(
            "must be a URL without blanks, brackets, backslashes, fragments and other characters that no URL has",
        );
    }
    match rest.split(['/', '?']).next() {
        None | Some("") => refuse("names no host"),
        Some(authority) if authority.contains('@') => refuse("must not hold a user or password"),
        Some(_) => Ok(()),
    }
}

/// Checks a name that a certificate shall be for.
///
/// # Errors
/// It is no DNS name in lower case, or a wildcard.
pub fn check_domain(field: &str, domain: &str) -> Result<(), InvalidValue> {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if domain.starts_with("*.") {
        let message =
            "is a wildcard, which cannot be proven over HTTP; name each name, or upload a certificate";
        return Err(InvalidValue::new(field, message));
    }
    let last = domain.rsplit('.').next().unwrap_or_default();
    let numeric = last.bytes().all(|byte| byte.is_ascii_digit());
    if domain.len() > NAME_MAX || !domain.contains('.') || numeric || !domain.split('.').all(label) {
        let message =
            "must be a whole DNS name in lower case, such as shop.example.com; other scripts as xn-- labels";
        return Err(InvalidValue::new(field, message));
    }
    Ok(())
}

/// Whether a text can be the token of a challenge: Base64 for URLs.
pub fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= TOKEN_MAX
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn settings() -> AcmeSettings {
        AcmeSettings {
            directory_url: LETS_ENCRYPT.into(),
            directory_ca: None,
            domains: vec!["shop.example".into(), "www.shop.example".into()],
            contact: "ada@example.com".into(),
            external: None,
        }
    }

    fn acme() -> Acme {
        Acme { settings: settings(), revision: 1, state: AcmeState::Due(Time(0)), failure: None }
    }

    #[test]
    fn settings_name_what_is_wrong_with_them() {
        assert_eq!(settings().check(), Ok(()));
        let with = |change: fn(&mut AcmeSettings)| {
            let mut settings = settings();
            change(&mut settings);
            settings.check().unwrap_err().field
        };
        for url in [
            "http://a.example/d",
            "https://",
            "https:///d",
            "https://a:b@c.example/",
            "https://a b/",
            "",
            "https://a/<x>",
            "https://[",
            "https://a|b/",
            "https://a/%zz",
        ] {
            assert!(check_https("directory_url", url).is_err(), "{url}");
        }
        assert_eq!(with(|settings| settings.directory_url = "http://a.example".into()), "directory_url");
        assert_eq!(with(|settings| settings.domains.clear()), "domains");
        assert_eq!(with(|settings| settings.domains = vec!["a.example".into(); 2]), "domains.1");
        assert_eq!(with(|settings| settings.contact = "ada".into()), "contact");
        let external = |settings: &mut AcmeSettings| {
            settings.external = Some(ExternalAccount { key_id: String::new(), sealed: Sealed(vec![1]) });
        };
        assert_eq!(with(external), "external_account.key_id");
    }

    #[test]
    fn a_domain_is_a_whole_dns_name_in_lower_case() {
        for domain in ["a.example", "xn--bcher-kva.example", "a-b.c1.example"] {
            assert_eq!(check_domain("d", domain), Ok(()), "{domain}");
        }
        let long = format!("{}.example", "a".repeat(64));
        for domain in [
            "",
            "a",
            "A.example",
            "a..example",
            ".example",
            "a.example.",
            "-a.example",
            "10.0.0.1",
            "*.a.example",
            &long,
        ] {
            assert!(check_domain("d", domain).is_err(), "{domain}");
        }
    }

    #[test]
    fn each_failure_doubles_the_pause_up_to_a_day() {
        let mut acme = acme();
        let mut pauses = Vec::new();
        for _ in 0..14 {
            acme.fail("no answer", Time(0), None);
            pauses.push(acme.due().0 / 60_000);
        }
        assert_eq!(pauses[..4], [1, 2, 4, 8]);
        assert_eq!(pauses[10..], [1_024, 1_440, 1_440, 1_440]);
        assert_eq!((acme.failure.as_ref().unwrap().times, acme.revision), (14, 15));
        for _ in 0..100 {
            acme.fail("no answer", Time(0), None);
        }
        assert_eq!(acme.due(), Time(24 * 60 * 60 * 1_000), "many times over");
    }

    #[test]
    fn a_pause_that_is_asked_for_is_made_within_a_week() {
        let mut acme = acme();
        acme.fail("too many\nrequests", Time(1_000), Some(Time(3_601_000)));
        assert_eq!(acme.due(), Time(3_601_000));
        assert_eq!(acme.failure.as_ref().unwrap().reason, "too manyrequests");
        acme.fail("for ever", Time(0), Some(Time(i64::MAX)));
        assert_eq!(acme.due(), Time(7 * 24 * 60 * 60 * 1_000));
    }

    #[test]
    fn a_certificate_is_renewed_when_two_thirds_of_its_life_are_over() {
        let day = 24 * 60 * 60 * 1_000;
        assert_eq!(renewal(Time(day), Time(91 * day)), Time(61 * day));
    }

    #[test]
    fn a_token_is_base64_for_urls() {
        assert!(is_token("evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA"));
        for text in ["", "a/b", "a.b", "a=", "ä", &"a".repeat(TOKEN_MAX + 1)] {
            assert!(!is_token(text), "{text}");
        }
    }
}
