//! The bytes of a bundle, as they arrive.

use bytes::Bytes;
use reqwest::{Response, StatusCode, header};
use sentinel_model::Sha256Digest;

use crate::call::{Call, causes, member_of};
use crate::error::ClientError;

/// Where an interrupted download goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resume {
    /// Bytes that are already there.
    pub from: u64,
    /// The archive's digest. If the server's bytes have another one, they come from the beginning.
    pub checksum: Sha256Digest,
}

/// An archive on its way. The caller limits how much it takes.
#[derive(Debug)]
pub struct Archive {
    response: Response,
    /// Place of the first byte that comes: what was asked for, or zero when the server sends everything.
    pub from: u64,
}

impl Archive {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// [`ClientError::Unreadable`] when the connection breaks.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ClientError> {
        self.response.chunk().await.map_err(|error| ClientError::Unreadable {
            member: member_of(&self.response),
            reason: causes(&error),
        })
    }

    pub(crate) fn new(response: Response) -> Result<Self, ClientError> {
        let from = match response.status() {
            StatusCode::PARTIAL_CONTENT => {
                let range =
                    response.headers().get(header::CONTENT_RANGE).and_then(|range| range.to_str().ok());
                range.and_then(first_byte).ok_or_else(|| ClientError::Unreadable {
                    member: member_of(&response),
                    reason: "a part without Content-Range".to_owned(),
                })?
            }
            _ => 0,
        };
        Ok(Self { response, from })
    }
}

/// The request for an archive. Its body may take any time; what must not take long is each chunk, which is the caller's to say.
pub(crate) fn call<S: ToString>(path: &[S], resume: Option<Resume>) -> Call {
    let call = Call::get(path).within(None);
    match resume.filter(|resume| resume.from > 0) {
        Some(Resume { from, checksum }) => call
            .header(header::RANGE, format!("bytes={from}-"))
            .header(header::IF_RANGE, format!("\"{checksum}\"")),
        None => call,
    }
}

fn first_byte(range: &str) -> Option<u64> {
    range.strip_prefix("bytes ")?.split_once('-')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::first_byte;

    #[test]
    fn the_first_byte_is_read_from_the_range() {
        assert_eq!(first_byte("bytes 12-99/100"), Some(12));
        for wrong in ["", "bytes */100", "12-99/100", "bytes x-1/2"] {
            assert_eq!(first_byte(wrong), None, "{wrong}");
        }
    }
}
