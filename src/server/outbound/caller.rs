//! Who is asked more than once, and answers with more than a status.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use reqwest::{Certificate, Client, Method, Url};

use super::guard::Guard;
use super::{Outbound, builder, words};

/// Asks, over HTTPS alone. Cheap to clone: clones share.
#[derive(Clone, Debug)]
pub struct Caller {
    client: Client,
    guard: Guard,
}

impl Outbound {
    /// Whoever asks those for whom `authority` vouches, in PEM; `None`: those for whom somebody vouches whom everybody trusts. An answer may
    /// take this long.
    ///
    /// # Errors
    /// The authority cannot be read, in words.
    pub fn caller(&self, authority: Option<&str>, timeout: Duration) -> Result<Caller, String> {
        let guard = self.guard.going(false);
        let mut builder = builder(guard.clone()).timeout(timeout).https_only(true);
        if let Some(pem) = authority {
            let trusted = Certificate::from_pem_bundle(pem.as_bytes()).map_err(|error| words(&error))?;
            builder = builder.tls_certs_only(trusted);
        }
        Ok(Caller { client: builder.build().map_err(|error| words(&error))?, guard })
    }
}

impl Caller {
    /// Asks, and reads the answer if it is no longer than `most` bytes.
    ///
    /// # Errors
    /// There is no answer, or a longer one, in words that name no address.
    pub async fn send(
        &self,
        method: Method,
        url: Url,
        headers: HeaderMap,
        body: Bytes,
        most: usize,
    ) -> Result<(StatusCode, HeaderMap, Bytes), String> {
        // What is written as an address is not looked up.
        self.guard.require_literal(url.host_str().ok_or("names no host")?)?;
        let sent = self.client.request(method, url).headers(headers).body(body).send().await;
        let mut answer = sent.map_err(|error| words(&error))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut read = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| words(&error))? {
            if read.len() + chunk.len() > most {
                return Err(format!("the answer has more than {most} bytes"));
            }
            read.extend_from_slice(&chunk);
        }
        Ok((status, headers, read.freeze()))
    }
}
