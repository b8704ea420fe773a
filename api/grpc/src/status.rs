//! The one mapping from what went wrong in a use case to a gRPC status. Its details are for programs: `ErrorInfo` with the code that REST has as
//! `code`, `BadRequest` with the fields, `RetryInfo` with the time to wait.

use std::collections::HashMap;
use std::time::Duration;

use sentinel_api_types::error::code;
use sentinel_api_types::{Problem, timestamp};
use sentinel_app::AppError;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

/// Whose codes they are.
const DOMAIN: &str = "sentinel";
/// Most findings that are told.
const VIOLATIONS_MAX: usize = 10;
/// Longest finding and longest text, in characters: clients take some KiB of metadata.
const FINDING_MAX: usize = 250;
const TEXT_MAX: usize = 1_500;

/// See the module.
pub fn of(error: AppError) -> Status {
    let code = match &error {
        AppError::Unauthenticated(_) => Code::Unauthenticated,
        AppError::Forbidden(_) => Code::PermissionDenied,
        AppError::NotFound(_) | AppError::NotConfigured(_) => Code::NotFound,
        AppError::Conflict(_) => Code::FailedPrecondition,
        AppError::Changed { .. } => Code::Aborted,
        AppError::Invalid(_) | AppError::InvalidConfig(_) | AppError::InvalidCursor => Code::InvalidArgument,
        AppError::TooManyAttempts { .. } | AppError::TooOften { .. } | AppError::Busy(_) => {
            Code::ResourceExhausted
        }
        AppError::TooLarge(_) => Code::OutOfRange,
        AppError::NoLeader(_) | AppError::NoQuorum(_) | AppError::ReadOnly(_) | AppError::Behind { .. } => {
            Code::Unavailable
        }
        AppError::OutcomeUnknown(_) => Code::DeadlineExceeded,
        AppError::Internal(_) => Code::Internal,
    };
    let (mut text, cause) = (error.to_string(), error.cause().map(str::to_owned));
    let mut details = ErrorDetails::new();
    let mut more = HashMap::new();
    let reason = error.code();
    match error {
        AppError::Invalid(fields) => {
            let each = fields.into_iter().flat_map(|(field, messages)| {
                messages
                    .into_iter()
                    .map(move |message| FieldViolation::new(field.clone(), cut(&message, FINDING_MAX)))
            });
            details.set_bad_request(each.take(VIOLATIONS_MAX).collect::<Vec<_>>());
        }
        AppError::InvalidConfig(problems) => {
            if let Some(first) = problems.first() {
                text = format!("{text}; {}: {}", place(first), words(first));
            }
            let each = problems.iter().take(VIOLATIONS_MAX);
            details.set_bad_request(
                each.map(|problem| FieldViolation::new(place(problem), cut(&words(problem), FINDING_MAX)))
                    .collect::<Vec<_>>(),
            );
        }
        AppError::Changed { revision, updated_by, updated_at, changed_fields, .. } => {
            more.insert("revision".to_owned(), revision.to_string());
            more.insert("updated_by".to_owned(), updated_by);
            more.insert("updated_at".to_owned(), timestamp(updated_at).to_string());
            more.insert("changed_fields".to_owned(), cut(&changed_fields.join(", "), TEXT_MAX));
        }
        AppError::TooManyAttempts { retry_after_s } | AppError::TooOften { retry_after_s, .. } => {
            details.set_retry_info(Some(Duration::from_secs(retry_after_s)));
        }
        AppError::Busy(_) => {
            details.set_retry_info(Some(Duration::from_secs(1)));
        }
        _ => {}
    }
    details.set_error_info(reason, DOMAIN, more);
    let mut status = Status::with_error_details(code, cut(&text, TEXT_MAX), details);
    if let Some(cause) = cause {
        status.set_source(std::sync::Arc::new(Caused(cause)));
    }
    status
}

/// A refusal of one field.
pub fn field(field: &str, message: impl Into<String>) -> Status {
    of(AppError::invalid(field, message))
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Where in a configuration.
fn place(problem: &Problem) -> String {
    match (&problem.path, problem.line, problem.column) {
        (Some(path), _, _) => path.clone(),
        (None, Some(line), Some(column)) => format!("line {line}, column {column}"),
        (None, Some(line), None) => format!("line {line}"),
        _ => code::INVALID_CONFIG.to_owned(),
    }
}

fn words(problem: &Problem) -> String {
    match &problem.help {
        Some(help) => format!("{}; {help}", problem.message),
        None => problem.message.clone(),
    }
}

/// A cause as a source, which goes to the log and is never sent.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Caused(String);
