//! A real S3 server, in a process of its own: moto, from PyPI.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ports;
use crate::process::Process;

/// The version that is tested with.
pub const VERSION: &str = "5.2.5";

/// See the module. It keeps everything in memory.
pub struct S3 {
    port: u16,
    process: Process,
}

impl S3 {
    /// Starts one with an empty bucket.
    pub async fn start(dir: &Path, bucket: &str) -> Self {
        let port = ports::free();
        let mut command = Command::new(binary());
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        let s3 = Self { port, process: Process::start("moto", &mut command, &dir.join("moto.log")) };
        let made = || async {
            reqwest::Client::new().put(format!("{}/{bucket}", s3.url())).send().await?.error_for_status()
        };
        crate::until_ok("the bucket is made", 60, made).await;
        s3
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What a program needs in its environment to reach it.
    pub fn environment(&self) -> [(&'static str, String); 5] {
        [
            ("AWS_ENDPOINT_URL", self.url()),
            ("AWS_ALLOW_HTTP", "true".into()),
            ("AWS_REGION", "us-east-1".into()),
            ("AWS_ACCESS_KEY_ID", "test".into()),
            ("AWS_SECRET_ACCESS_KEY", "test".into()),
        ]
    }

    /// It goes away.
    pub fn stop(&mut self) {
        self.process.kill9();
    }
}

/// The server's program. A missing one fails the test with the command that installs it.
fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("SENTINEL_MOTO") {
        return path.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    let path = cache.unwrap_or_default().join(format!("sentinel-cp/tools/moto-{VERSION}/bin/moto_server"));
    assert!(
        path.is_file(),
        "moto is not at {}: run `cargo xtask test --only tools`, or set SENTINEL_MOTO to a moto_server {VERSION}",
        path.display()
    );
    path
}
