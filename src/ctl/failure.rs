//! What a failed command says, and its exit code.

use std::process::ExitCode;

use sentinel_api_types::error::code;
use sentinel_client::ClientError;
use serde_json::json;

use super::output::{Output, clean};

/// The command did what was asked.
pub const OK: u8 = 0;
/// It failed: nothing answers, or something broke.
pub const FAILED: u8 = 1;
/// There is no such thing, or it belongs to somebody else.
pub const NOT_FOUND: u8 = 3;
/// The cluster understood and said no; or what was checked is not good.
pub const REFUSED: u8 = 4;

/// Below the help of every noun; 2 is what a command line that cannot be read gives.
pub const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 refused";

/// What a failed sign-in begins with.
pub const SIGNING_IN: &str = "cannot sign in";

/// An answer of "no" that was printed already.
#[derive(Debug, thiserror::Error)]
#[error("refused")]
pub struct Refused;

/// There is no such thing.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotFound(pub String);

/// Says what went wrong and what to do, and chooses the exit code.
pub fn report(error: &anyhow::Error, output: Output) -> ExitCode {
    if error.is::<Refused>() {
        return ExitCode::from(REFUSED);
    }
    let (code, advice) = judge(error);
    match output {
        Output::Table => {
            eprintln!("error: {}", clean(&format!("{error:#}")));
            if let Some(advice) = advice {
                eprintln!("{advice}");
            }
        }
        Output::Json => eprintln!("{}", as_json(error)),
    }
    ExitCode::from(code)
}

fn judge(error: &anyhow::Error) -> (u8, Option<String>) {
    if error.is::<NotFound>() {
        return (NOT_FOUND, None);
    }
    match error.downcast_ref::<ClientError>() {
        // Somebody who is signing in need not be told to.
        Some(ClientError::Api(refusal)) if error.to_string() == SIGNING_IN => {
            (exit_code(refusal.status), None)
        }
        Some(ClientError::Api(refusal)) => (exit_code(refusal.status), advice(&refusal.code)),
        Some(_) => (
            FAILED,
            Some("is the cluster running there? Name a member with --server or SENTINEL_CP_SERVER".into()),
        ),
        None => (FAILED, None),
    }
}

/// The exit code for an HTTP status.
fn exit_code(status: u16) -> u8 {
    match status {
        404 => NOT_FOUND,
        // Waiting for the answer took too long: nobody said no.
        408 => FAILED,
        400..=499 => REFUSED,
        _ => FAILED,
    }
}

/// What to do about a refusal, where there is more to say than the refusal itself.
fn advice(code: &str) -> Option<String> {
    let advice = match code {
        code::UNAUTHENTICATED => "sign in: sentinel-cp login",
        code::FORBIDDEN => "your role or key does not allow this; sentinel-cp whoami shows what you are",
        code::NO_LEADER => "nothing was written; sentinel-cp cluster status shows the members",
        code::NO_QUORUM => "no majority of members answers; sentinel-cp cluster status shows them",
        code::OUTCOME_UNKNOWN => "it may have happened all the same: look before you repeat it",
        code::INTERNAL => "the member's log has the cause under the request id",
        _ => return None,
    };
    Some(advice.to_owned())
}

fn as_json(error: &anyhow::Error) -> serde_json::Value {
    match error.downcast_ref::<ClientError>() {
        Some(ClientError::Api(refusal)) => json!(refusal.body),
        _ => {
            json!({"error": format!("{error:#}"), "code": if error.is::<NotFound>() { code::NOT_FOUND } else { "failed" }})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_tell_refused_from_broken() {
        assert_eq!([401, 403, 409, 422, 429].map(exit_code), [REFUSED; 5]);
        assert_eq!([408, 500, 503, 504].map(exit_code), [FAILED; 4]);
        assert_eq!(exit_code(404), NOT_FOUND);
    }

    #[test]
    fn advice_is_given_where_a_refusal_does_not_say_what_to_do() {
        assert!(advice(code::UNAUTHENTICATED).is_some_and(|advice| advice.contains("login")));
        assert!(advice(code::OUTCOME_UNKNOWN).is_some_and(|advice| advice.contains("look before")));
        assert_eq!(advice(code::INVALID), None);
    }
}
