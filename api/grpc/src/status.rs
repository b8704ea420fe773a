//! The one mapping from what went wrong in a use case to a gRPC status.

use sentinel_app::AppError;
use tonic::{Code, Status};

/// See the module.
pub fn of(error: AppError) -> Status {
    if let Some(cause) = error.cause() {
        tracing::warn!(cause, "a gRPC call failed");
    }
    let code = match &error {
        AppError::Unauthenticated(_) => Code::Unauthenticated,
        AppError::Forbidden(_) => Code::PermissionDenied,
        AppError::NotFound(_) => Code::NotFound,
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
    Status::new(code, error.to_string())
}
