//! What can go wrong in a use case: public words and internal cause apart.

use std::collections::BTreeMap;
use std::fmt::Display;

use sentinel_api_types::Problem;
use sentinel_api_types::error::code;
use sentinel_machine::{BlobError, ProposeError, ReadError, Rejection, TableError};
use sentinel_model::{InvalidValue, Time};

/// Why a use case did not go through. Each transport maps it once.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// No credential, or one that is not (or no longer) good.
    #[error("{0}")]
    Unauthenticated(String),
    /// A good credential without the right.
    #[error("{0}")]
    Forbidden(String),
    /// Not there, or another tenant's: the kind of object, in words.
    #[error("{0} not found")]
    NotFound(String),
    /// The project has none of this kind, of which it could have one: the kind, in words.
    #[error("No {0} configured")]
    NotConfigured(&'static str),
    /// Not possible in the object's state.
    #[error("{0}")]
    Conflict(String),
    /// Somebody else has changed it since the caller looked.
    #[error("{text}; look at it again")]
    Changed {
        /// What was changed, and by whom.
        text: String,
        /// Its revision now.
        revision: u64,
        /// Who changed it last.
        updated_by: String,
        /// When that was.
        updated_at: Time,
        /// What has changed since the caller looked, as far back as is remembered.
        changed_fields: Vec<String>,
    },
    /// Values that cannot be, by field.
    #[error("{}", fields_in_words(.0))]
    Invalid(BTreeMap<String, Vec<String>>),
    /// The configuration is refused.
    #[error("the configuration has {} problem(s)", .0.len())]
    InvalidConfig(Vec<Problem>),
    /// The cursor was altered, or is used with other filters.
    #[error("the cursor is not one of this list with these filters; begin again without it")]
    InvalidCursor,
    /// Too many attempts.
    #[error("too many attempts; try again in {retry_after_s} s")]
    TooManyAttempts {
        /// When to try again.
        retry_after_s: u64,
    },
    /// More often than is allowed.
    #[error("{limit}; try again in {retry_after_s} s")]
    TooOften {
        /// What is allowed, in words.
        limit: String,
        /// When to try again.
        retry_after_s: u64,
    },
    /// This member has as much of such work as it takes.
    #[error("this member is busy with {0}; try again shortly")]
    Busy(&'static str),
    /// What was sent is larger than allowed.
    #[error("{0}")]
    TooLarge(String),
    /// No leader; nothing was written.
    #[error("the cluster has no leader; nothing was changed")]
    NoLeader(String),
    /// The member takes no writes now, because of its disk; nothing was written. Another member may.
    #[error("nothing was changed: {0}")]
    ReadOnly(String),
    /// No majority answers.
    #[error("no majority of the members answers")]
    NoQuorum(String),
    /// This member lacks the entry that the reader asked for. Another one may have it.
    #[error(
        "this member has applied {applied} entries of the log, and x-min-index asks for {wanted}; ask again, or ask another member"
    )]
    Behind {
        /// The newest entry that it has applied.
        applied: u64,
        /// The one that was asked for.
        wanted: u64,
    },
    /// The write may or may not have happened.
    #[error("it is not known whether the change was made; ask again with the same Idempotency-Key")]
    OutcomeUnknown(String),
    /// Our fault. The cause goes to the log, never to the client.
    #[error("internal error")]
    Internal(String),
}

fn fields_in_words(fields: &BTreeMap<String, Vec<String>>) -> String {
    let lines = fields.iter().map(|(field, messages)| format!("{field}: {}", messages.join(", ")));
    lines.collect::<Vec<_>>().join("; ")
}

impl AppError {
    /// A refusal of one field.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        AppError::Invalid(BTreeMap::from([(field.into(), vec![message.into()])]))
    }

    /// An object of `kind` is not there, or not the caller's.
    pub fn not_found(kind: &str) -> Self {
        AppError::NotFound(kind.to_owned())
    }

    /// Our fault; `cause` is for the log.
    pub fn internal(cause: impl Display) -> Self {
        AppError::Internal(cause.to_string())
    }

    /// Its stable word, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            AppError::Unauthenticated(_) => code::UNAUTHENTICATED,
            AppError::Forbidden(_) => code::FORBIDDEN,
            AppError::NotFound(_) | AppError::NotConfigured(_) => code::NOT_FOUND,
            AppError::Conflict(_) => code::CONFLICT,
            AppError::Changed { .. } => code::PRECONDITION_FAILED,
            AppError::Invalid(_) => code::INVALID,
            AppError::InvalidConfig(_) => code::INVALID_CONFIG,
            AppError::InvalidCursor => code::INVALID_CURSOR,
            AppError::TooManyAttempts { .. } | AppError::TooOften { .. } => code::TOO_MANY_ATTEMPTS,
            AppError::Busy(_) => code::BUSY,
            AppError::TooLarge(_) => code::BODY_TOO_LARGE,
            AppError::NoLeader(_) => code::NO_LEADER,
            AppError::ReadOnly(_) => code::READ_ONLY,
            AppError::NoQuorum(_) => code::NO_QUORUM,
            AppError::Behind { .. } => code::BEHIND,
            AppError::OutcomeUnknown(_) => code::OUTCOME_UNKNOWN,
            AppError::Internal(_) => code::INTERNAL,
        }
    }

    /// What the log shall hold beside the public text.
    pub fn cause(&self) -> Option<&str> {
        match self {
            AppError::Internal(cause)
            | AppError::NoLeader(cause)
            | AppError::NoQuorum(cause)
            | AppError::OutcomeUnknown(cause) => Some(cause),
            _ => None,
        }
    }
}

impl From<InvalidValue> for AppError {
    fn from(invalid: InvalidValue) -> Self {
        AppError::invalid(invalid.field, invalid.message)
    }
}

impl From<TableError> for AppError {
    fn from(error: TableError) -> Self {
        AppError::internal(error)
    }
}

impl From<Rejection> for AppError {
    fn from(rejection: Rejection) -> Self {
        let text = rejection.to_string();
        match rejection {
            Rejection::Changed { current, by, at, fields, .. } => AppError::Changed {
                text,
                revision: current,
                updated_by: by,
                updated_at: at,
                changed_fields: fields,
            },
            Rejection::NotFound { kind } => AppError::NotFound(kind),
            Rejection::Taken { field, message } => AppError::invalid(field, message),
            Rejection::Invalid(invalid) => invalid.into(),
            Rejection::Forbidden(text) => AppError::Forbidden(text),
            Rejection::WrongState(text) | Rejection::Limit(text) => AppError::Conflict(text),
            Rejection::Stale { .. } => AppError::Conflict("the object was changed by somebody else".into()),
        }
    }
}

impl From<ProposeError> for AppError {
    fn from(error: ProposeError) -> Self {
        match error {
            ProposeError::NoLeader(cause) => AppError::NoLeader(cause),
            ProposeError::Unknown(cause) => AppError::OutcomeUnknown(cause),
            ProposeError::TooLarge { size, limit } => {
                AppError::TooLarge(format!("the change has {size} bytes, at most {limit} are allowed"))
            }
            ProposeError::ReadOnly(reason) => AppError::ReadOnly(reason),
            ProposeError::Level { .. } => AppError::Conflict(format!(
                "{error}; `sentinel-cp cluster upgrade` raises it when every member runs a version that knows it"
            )),
            ProposeError::Fatal(cause) => AppError::Internal(cause),
        }
    }
}

impl From<ReadError> for AppError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NoQuorum(cause) => AppError::NoQuorum(cause),
            ReadError::Behind { applied, wanted } => AppError::Behind { applied, wanted },
            ReadError::NoRoom(reason) => AppError::ReadOnly(reason),
            ReadError::Fatal(cause) => AppError::Internal(cause),
        }
    }
}

impl From<BlobError> for AppError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::NoMajority { .. } => AppError::NoQuorum(error.to_string()),
            BlobError::TooLarge(_) => AppError::TooLarge(error.to_string()),
            BlobError::NotFound(_) | BlobError::Io(_) => AppError::internal(error),
        }
    }
}
