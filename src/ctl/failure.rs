//! What a failed command says, and its exit code.

mod advice;

use std::process::ExitCode;

use sentinel_api_types::error::code;
use sentinel_client::{ApiError, ClientError};
use serde_json::json;

use super::output::{Output, clean};
use advice::{advice, in_full};

/// The command did what was asked.
pub const OK: u8 = 0;
/// It failed: nothing answers, or something broke.
pub const FAILED: u8 = 1;
/// The command line asks for what cannot be; clap gives this for all that it cannot read.
pub const USAGE: u8 = 2;
/// There is no such thing, or it belongs to somebody else.
pub const NOT_FOUND: u8 = 3;
/// The cluster understood and said no; or what was checked is not good.
pub const REFUSED: u8 = 4;

/// All works, and somebody should look before it does not.
pub const WARNED: u8 = 5;

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

/// A refusal in the command line's own words, where it knows more than the cluster: what happened, and what to do. The
/// refusal behind it gives the exit code.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct Advised {
    /// What happened.
    pub text: String,
    /// What to do.
    pub advice: Option<String>,
    /// What the cluster said.
    pub cause: Box<ApiError>,
}

/// How the command was run, as far as it matters for what to advise.
#[derive(Debug, Default)]
pub struct Asked {
    /// The login that was named.
    pub context: Option<String>,
    /// The credential was the one in `SENTINEL_CP_TOKEN`.
    pub token: bool,
    /// It only looks, and did not ask for what a member has at hand: `--stale` is worth a try.
    pub fresh_read: bool,
}

/// Says what went wrong and what to do, and chooses the exit code.
pub fn report(error: &anyhow::Error, output: Output, asked: &Asked) -> ExitCode {
    if error.is::<Refused>() {
        return ExitCode::from(REFUSED);
    }
    match output {
        Output::Table => {
            eprintln!("error: {}", clean(&text(error)));
            for line in advice(error, asked) {
                eprintln!("{}", clean(&line));
            }
        }
        // JSON is YAML as well.
        Output::Json | Output::Yaml => eprintln!("{}", as_json(error)),
    }
    ExitCode::from(exit_code(error))
}

/// The member's refusal behind an error, if that is what it is.
fn refusal(error: &anyhow::Error) -> Option<&ApiError> {
    match (error.downcast_ref::<Advised>(), error.downcast_ref::<ClientError>()) {
        (Some(advised), _) => Some(&advised.cause),
        (None, Some(ClientError::Api(refusal))) => Some(refusal),
        _ => None,
    }
}

fn text(error: &anyhow::Error) -> String {
    let text = format!("{error:#}");
    match refusal(error) {
        // The cluster says "Project not found"; which one was asked for is known here.
        Some(refusal) => text.replace(&refusal.to_string(), &in_full(refusal)),
        None => text,
    }
}

fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<NotFound>() {
        return NOT_FOUND;
    }
    match refusal(error) {
        // Nobody who could know said that it is not there.
        Some(refusal) if refusal.is_foreign() => FAILED,
        Some(refusal) => by_status(refusal.status),
        None => FAILED,
    }
}

/// The exit code for an HTTP status.
fn by_status(status: u16) -> u8 {
    match status {
        404 => NOT_FOUND,
        // Waiting for the answer took too long: nobody said no.
        408 => FAILED,
        400..=499 => REFUSED,
        _ => FAILED,
    }
}

/// The refusal as it came, and what else helps to find it again.
fn as_json(error: &anyhow::Error) -> serde_json::Value {
    let Some(refusal) = refusal(error) else {
        let code = if error.is::<NotFound>() { code::NOT_FOUND } else { "failed" };
        return json!({"error": format!("{error:#}"), "code": code});
    };
    let mut body = json!(refusal.body);
    if let Some(advised) = error.downcast_ref::<Advised>() {
        body["error"] = json!(advised.text);
    }
    if let Some(id) = &refusal.request_id {
        body["request_id"] = json!(id);
    }
    body
}

#[cfg(test)]
mod tests;
