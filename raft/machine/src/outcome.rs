//! What comes of a command.

use sentinel_model::{InvalidValue, Time};
use serde::{Deserialize, Serialize};

/// A command's result, the same on every member.
pub type Outcome = Result<Reply, Rejection>;

/// A command did what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// Done; nothing more to say.
    Done,
    /// Done to this many objects.
    Count(u64),
    /// Done; this is the revision since. Since level 5.
    Revision(u64),
}

/// A command was refused. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Rejection {
    /// The object is not there.
    #[error("{kind} not found")]
    NotFound {
        /// Kind of the object, in words.
        kind: String,
    },
    /// Something with this value is there already.
    #[error("{field}: {message}")]
    Taken {
        /// The field that must be unique.
        field: String,
        /// In words.
        message: String,
    },
    /// A value that cannot be.
    #[error("{0}")]
    Invalid(InvalidValue),
    /// The object is in a state in which this cannot be done.
    #[error("{0}")]
    WrongState(String),
    /// The decision was made on an older revision than the object has now.
    #[error("decided on revision {decided_on}, the object is at {current}")]
    Stale {
        /// Revision that the decision saw.
        decided_on: u64,
        /// Revision now.
        current: u64,
    },
    /// Who acts may not do this, by the roles that hold at this entry of the log.
    #[error("{0}")]
    Forbidden(String),
    /// A limit is reached.
    #[error("{0}")]
    Limit(String),
    /// Somebody else has changed it since the caller looked. Since level 5.
    #[error("{what} was changed by {by} meanwhile")]
    Changed {
        /// What was changed, in words.
        what: String,
        /// Its revision now.
        current: u64,
        /// Who changed it last, in words.
        by: String,
        /// When that was.
        at: Time,
        /// What has changed since the caller looked, as far back as is remembered.
        fields: Vec<String>,
    },
}

impl Rejection {
    /// An object of `kind` is not there.
    pub fn not_found(kind: &str) -> Self {
        Rejection::NotFound { kind: kind.to_owned() }
    }

    /// `field` must be unique.
    pub fn taken(field: &str, message: impl Into<String>) -> Self {
        Rejection::Taken { field: field.to_owned(), message: message.into() }
    }
}

impl From<InvalidValue> for Rejection {
    fn from(invalid: InvalidValue) -> Self {
        Rejection::Invalid(invalid)
    }
}
