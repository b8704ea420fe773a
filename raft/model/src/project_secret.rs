//! Secrets of a project: values that its configuration names as `${secrets.NAME}` and that nothing shows.

use serde::{Deserialize, Serialize};

use crate::name::check_text;
use crate::secret::Sealed;
use crate::{EnvironmentId, InvalidValue, NodeId, ProjectId, SecretId, Time};

/// Most secrets of one project; one that has another value in an environment counts twice.
pub const SECRETS_MAX: usize = 500;
/// Longest name, in bytes.
pub const NAME_MAX: usize = 64;
/// Longest value, in bytes.
pub const VALUE_MAX: usize = 64 << 10;
/// Longest sealed value, in bytes: the value, and what sealing adds to it.
pub const SEALED_MAX: usize = VALUE_MAX + 128;
/// Versions of a secret that are kept.
pub const VERSIONS_KEPT: usize = 5;
/// Bytes that the sealed values of a project may have together, those of earlier versions with them.
pub const BYTES_MAX: u64 = 16 << 20;

/// Bytes of the key of a node.
pub const SEALING_KEY_BYTES: usize = 32;

/// A secret. Its values are in [`SecretValue`]s, so that nobody who looks at secrets has them in hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectSecret {
    /// Identity.
    pub id: SecretId,
    /// The project.
    pub project_id: ProjectId,
    /// What the configuration calls it. Several have the same name when they are for several environments.
    pub name: String,
    /// Only nodes in this environment get it, and before the one that is for all; `None`: it is for all nodes.
    pub environment_id: Option<EnvironmentId>,
    /// What it is for.
    pub description: String,
    /// The versions that are kept, the newest last: never empty, at most [`VERSIONS_KEPT`].
    pub versions: Vec<SecretVersion>,
    /// Who made it, as the audit log names them.
    pub created_by: String,
    /// When it was made.
    pub created_at: Time,
    /// When its value or its description last changed.
    pub updated_at: Time,
}

/// One value that a secret has or had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretVersion {
    /// Its number, from 1.
    pub number: u64,
    /// Since when.
    pub at: Time,
    /// By whom, as the audit log names them.
    pub by: String,
    /// Bytes of the sealed value.
    pub bytes: u64,
}

/// The value of one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretValue {
    /// The secret.
    pub secret_id: SecretId,
    /// The version.
    pub version: u64,
    /// The value, sealed for its project, secret and version: it opens nowhere else.
    pub sealed: Sealed,
}

/// Where the value that holds is found by what the configuration calls it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretName {
    /// The project.
    pub project_id: ProjectId,
    /// The name.
    pub name: String,
    /// As in [`ProjectSecret::environment_id`].
    pub environment_id: Option<EnvironmentId>,
    /// The secret.
    pub secret_id: SecretId,
    /// Its version that holds.
    pub version: u64,
}

/// The key that a node has told: what it is handed is sealed for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeSealingKey {
    /// The node.
    pub node_id: NodeId,
    /// An X25519 public key, [`SEALING_KEY_BYTES`] bytes.
    pub public_key: Vec<u8>,
    /// Since when.
    pub set_at: Time,
}

impl ProjectSecret {
    /// The number of the version that holds.
    pub fn version(&self) -> u64 {
        self.versions.last().map_or(0, |version| version.number)
    }

    /// Bytes of its sealed values.
    pub fn bytes(&self) -> u64 {
        self.versions.iter().map(|version| version.bytes).sum()
    }

    /// Adds a version. Those that are not kept any more are returned.
    pub fn rotate(&mut self, version: SecretVersion) -> Vec<SecretVersion> {
        self.updated_at = version.at;
        self.versions.push(version);
        let surplus = self.versions.len().saturating_sub(VERSIONS_KEPT);
        self.versions.drain(..surplus).collect()
    }

    /// Checks every field; the first refusal names it.
    ///
    /// # Errors
    /// A field is not as it must be.
    pub fn check(&self) -> Result<(), InvalidValue> {
        check_secret_name("name", &self.name)?;
        check_text("description", &self.description)
    }
}

/// Checks the name of a secret: a capital letter, then capital letters, digits and `_`; at most 64.
///
/// # Errors
/// It is another one.
pub fn check_secret_name(field: &str, name: &str) -> Result<(), InvalidValue> {
    if is_name(name) {
        return Ok(());
    }
    let message = format!(
        "must be 1 to {NAME_MAX} capital letters, digits and '_', a letter first, such as 'API_TOKEN'"
    );
    Err(InvalidValue::new(field, message))
}

/// Checks a value before it is sealed.
///
/// # Errors
/// It is empty or too long. The value is not in the message.
pub fn check_value(field: &str, value: &[u8]) -> Result<(), InvalidValue> {
    if value.is_empty() || value.len() > VALUE_MAX {
        let message = format!("must have 1 to {VALUE_MAX} bytes, not {}", value.len());
        return Err(InvalidValue::new(field, message));
    }
    Ok(())
}

/// Checks a value that is sealed.
///
/// # Errors
/// It is empty or too long.
pub fn check_sealed(field: &str, sealed: &Sealed) -> Result<(), InvalidValue> {
    if sealed.0.is_empty() || sealed.0.len() > SEALED_MAX {
        return Err(InvalidValue::new(field, format!("must have 1 to {VALUE_MAX} bytes")));
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_uppercase())
        && name.len() <= NAME_MAX
        && bytes.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// What stands before the name where a text names a secret.
pub const OPEN: &str = "${secrets.";

/// A place in a text where a secret is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention<'a> {
    /// Where `${secrets.` begins, in bytes.
    pub start: usize,
    /// Where the text goes on behind it, in bytes.
    pub end: usize,
    /// The name; `None` when what stands there is none, or is not closed.
    pub name: Option<&'a str>,
}

/// Every place of a text where a secret is named, in their order.
pub fn mentions(text: &str) -> impl Iterator<Item = Mention<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text.get(from..)?.find(OPEN)?;
        let inside = &text[start + OPEN.len()..];
        let name = inside.find('}').map(|close| &inside[..close]).filter(|name| is_name(name));
        let end = start + OPEN.len() + name.map_or(0, |name| name.len() + 1);
        from = end;
        Some(Mention { start, end, name })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use uuid::Uuid;

    use super::*;

    fn version(number: u64) -> SecretVersion {
        SecretVersion { number, at: Time(number as i64), by: "ada@example.com".into(), bytes: 10 }
    }

    fn secret() -> ProjectSecret {
        ProjectSecret {
            id: SecretId(Uuid::from_u128(1)),
            project_id: ProjectId(Uuid::from_u128(2)),
            name: "API_TOKEN".into(),
            environment_id: None,
            description: String::new(),
            versions: vec![version(1)],
            created_by: "ada@example.com".into(),
            created_at: Time(1),
            updated_at: Time(1),
        }
    }

    #[test]
    fn a_name_is_that_of_a_variable() {
        for name in ["A", "API_TOKEN", "A1", "A_", &"A".repeat(64)] {
            assert!(check_secret_name("name", name).is_ok(), "{name}");
        }
        for name in ["", "a", "1A", "_A", "A-B", "A B", "Ä", "A.B", &"A".repeat(65)] {
            assert_eq!(check_secret_name("name", name).unwrap_err().field, "name", "{name}");
        }
    }

    #[test]
    fn a_refused_value_is_not_in_the_message() {
        assert!(check_value("value", b"x").is_ok());
        assert!(check_value("value", &vec![b'x'; VALUE_MAX]).is_ok());
        assert!(check_value("value", b"").is_err());
        let refused = check_value("value", "hunter2".repeat(10_000).as_bytes()).unwrap_err();
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }

    #[test]
    fn the_last_versions_are_kept_and_the_others_returned() {
        let mut secret = secret();
        let gone: Vec<u64> =
            (2..=7).flat_map(|number| secret.rotate(version(number))).map(|version| version.number).collect();
        assert_eq!(gone, [1, 2]);
        assert_eq!((secret.versions.len(), secret.version(), secret.bytes()), (VERSIONS_KEPT, 7, 50));
        assert_eq!(secret.updated_at, Time(7));
    }

    #[test]
    fn a_text_names_secrets_in_their_order_and_says_where_it_fails_to() {
        let names = |text| mentions(text).map(|mention| mention.name).collect::<Vec<_>>();
        assert_eq!(names("Bearer ${secrets.A} ${secrets.B_2}"), [Some("A"), Some("B_2")]);
        assert_eq!(names("${secrets.a} ${secrets.} ${secrets.A"), [None, None, None]);
        assert_eq!(names("${secrets.${secrets.A}"), [None, Some("A")]);
        assert_eq!(names("${node.a} $secrets.A {secrets.A}"), []);
        let text = "x ${secrets.A}y";
        let mention = mentions(text).next().unwrap();
        assert_eq!((&text[mention.start..mention.end], &text[mention.end..]), ("${secrets.A}", "y"));
    }
}
