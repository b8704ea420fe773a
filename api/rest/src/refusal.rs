//! What a refusal looks like over HTTP: the one mapping from the application's errors to statuses and bodies.

use std::any::Any;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode, Uri, header};
use sentinel_api_types::error::{ErrorText, code};
use sentinel_api_types::{ErrorBody, timestamp};
use sentinel_app::AppError;
use serde_json::json;
use tower_http::csrf::ProtectionError;

/// The answer of a handler.
pub type Answer<T> = Result<Json<T>, Refusal>;

/// An answer that is no success.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    body: Box<ErrorBody>,
    retry_after_s: Option<u64>,
    cause: Option<Cause>,
}

/// Why a request failed, for the log only; travels beside the response.
#[derive(Clone, Debug)]
pub struct Cause(pub String);

impl Refusal {
    /// A refusal in one sentence.
    pub fn new(status: StatusCode, code: &str, text: impl Into<String>) -> Self {
        Self { status, body: Box::new(ErrorBody::text(code, text)), retry_after_s: None, cause: None }
    }

    /// A refusal of one field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        AppError::invalid(field, message).into()
    }
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        let status = match &error {
            AppError::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            AppError::Forbidden(_) => StatusCode::FORBIDDEN,
            AppError::NotFound(_) | AppError::NotConfigured(_) => StatusCode::NOT_FOUND,
            AppError::Conflict(_) => StatusCode::CONFLICT,
            AppError::Changed { .. } => StatusCode::PRECONDITION_FAILED,
            AppError::Invalid(_) | AppError::InvalidConfig(_) => StatusCode::UNPROCESSABLE_ENTITY,
            AppError::InvalidCursor => StatusCode::BAD_REQUEST,
            AppError::TooManyAttempts { .. } | AppError::TooOften { .. } | AppError::Busy(_) => {
                StatusCode::TOO_MANY_REQUESTS
            }
            AppError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            AppError::NoLeader(_)
            | AppError::ReadOnly(_)
            | AppError::NoQuorum(_)
            | AppError::Behind { .. } => StatusCode::SERVICE_UNAVAILABLE,
            AppError::OutcomeUnknown(_) => StatusCode::GATEWAY_TIMEOUT,
            AppError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut refusal = Refusal::new(status, error.code(), error.to_string());
        refusal.cause = error.cause().map(|cause| Cause(cause.to_owned()));
        match error {
            AppError::Invalid(fields) => refusal.body.error = ErrorText::Fields(fields),
            AppError::Changed { revision, updated_by, updated_at, changed_fields, .. } => {
                refusal.body.details = Some(json!({
                    "revision": revision,
                    "updated_by": updated_by,
                    "updated_at": timestamp(updated_at),
                    "changed_fields": changed_fields,
                }));
            }
            AppError::InvalidConfig(problems) => refusal.body.details = Some(json!({ "problems": problems })),
            AppError::TooManyAttempts { retry_after_s } | AppError::TooOften { retry_after_s, .. } => {
                refusal.retry_after_s = Some(retry_after_s);
            }
            AppError::Busy(_) => refusal.retry_after_s = Some(1),
            _ => {}
        }
        if let Some(seconds) = refusal.retry_after_s {
            refusal.body.details = Some(json!({ "retry_after_s": seconds }));
        }
        refusal
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(*self.body)).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"));
        }
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(cause);
        }
        response
    }
}

/// For paths that do not exist.
pub async fn no_route(method: Method, uri: Uri) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, code::NOT_FOUND, format!("there is no {method} {}", uri.path()))
}

/// For paths that exist with other methods.
pub async fn method_not_allowed(method: Method, uri: Uri) -> Refusal {
    let text = format!("{} does not take {method}", uri.path());
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, code::METHOD_NOT_ALLOWED, text)
}

/// For what a browser sends because another site told it to.
pub fn cross_site(_: ProtectionError) -> Response {
    let text = "the request was made by another site; open this one and try again";
    Refusal::new(StatusCode::FORBIDDEN, code::CROSS_SITE, text).into_response()
}

/// For a handler that panicked.
pub fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    let cause = format!("panic: {}", text.unwrap_or_default());
    Refusal::from(AppError::Internal(cause)).into_response()
}
