//! One HTTP/1.1 connection that sends bytes made beforehand and reads the answer's status. With two cores a full client would
//! take most of the machine from the server that is measured.

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// See the module.
pub struct Wire {
    stream: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

impl Wire {
    /// Connects to `127.0.0.1:PORT`.
    pub async fn connect(authority: &str) -> Result<Self> {
        let stream = TcpStream::connect(authority).await.with_context(|| authority.to_owned())?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), line: String::new(), body: Vec::new() })
    }

    /// Sends a whole request and reads the whole answer; an error says what the answer was.
    pub async fn ask(&mut self, request: &[u8]) -> Result<()> {
        self.stream.get_mut().write_all(request).await?;
        self.next_line().await?;
        let status = self.line.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut length = 0;
        loop {
            self.next_line().await?;
            if self.line.is_empty() {
                break;
            }
            if let Some((name, value)) = self.line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body).await?;
        if !status.starts_with('2') {
            bail!("{status} {}", String::from_utf8_lossy(&self.body));
        }
        Ok(())
    }

    async fn next_line(&mut self) -> Result<()> {
        self.line.clear();
        if self.stream.read_line(&mut self.line).await? == 0 {
            bail!("the server closed the connection");
        }
        self.line.truncate(self.line.trim_end().len());
        Ok(())
    }
}

/// A POST of JSON as bytes.
pub fn post(authority: &str, path: &str, headers: &str, json: &str) -> Vec<u8> {
    let length = json.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: {authority}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n{headers}\r\n{json}"
    )
    .into_bytes()
}
