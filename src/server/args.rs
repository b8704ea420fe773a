//! What a member is told.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::addresses::MemberSpec;
use super::tls::TlsArgs;

/// Flags of `sentinel-cp server`. Each can be given by environment as well.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  sentinel-cp server --member-id 1 --members '1=127.0.0.1:4002=http://127.0.0.1:4000' \\
      --data-dir ./m1 --kek-file ./kek --bootstrap-admin ada@example.com
  (the first password is read from SENTINEL_CP_BOOTSTRAP_PASSWORD)

In this version members speak plain TCP to each other, and therefore listen on loopback only; so do REST and gRPC without TLS.")]
pub struct ServerArgs {
    /// Number of this member; fixed for the life of its data directory
    #[arg(long, env = "SENTINEL_CP_MEMBER_ID", value_name = "N")]
    pub member_id: u64,
    /// All members: ID=PEER_ADDRESS=API_URL, separated by commas
    #[arg(long, env = "SENTINEL_CP_MEMBERS", value_name = "LIST", value_delimiter = ',', required = true)]
    pub members: Vec<MemberSpec>,
    /// Where REST, the node API and the web UI are served
    #[arg(long, env = "SENTINEL_CP_HTTP", default_value = "127.0.0.1:4000", value_name = "ADDRESS")]
    pub http: SocketAddr,
    /// Where the gRPC admin API is served
    #[arg(long, env = "SENTINEL_CP_GRPC", default_value = "127.0.0.1:4001", value_name = "ADDRESS")]
    pub grpc: SocketAddr,
    #[command(flatten)]
    pub tls: TlsArgs,
    /// Everything this member stores
    #[arg(long, env = "SENTINEL_CP_DATA_DIR", default_value = "./sentinel-cp-data", value_name = "DIR")]
    pub data_dir: PathBuf,
    /// The key-encryption key, the same file on every member; made when missing, readable by its owner only
    #[arg(long, env = "SENTINEL_CP_KEK_FILE", value_name = "FILE")]
    pub kek_file: PathBuf,
    /// How often nodes are told to report
    #[arg(long, env = "SENTINEL_CP_HEARTBEAT_INTERVAL", default_value = "10s", value_parser = duration, value_name = "TIME")]
    pub heartbeat_interval: Duration,
    /// After how much silence a node counts as offline
    #[arg(long, env = "SENTINEL_CP_OFFLINE_AFTER", default_value = "120s", value_parser = duration, value_name = "TIME")]
    pub offline_after: Duration,
    /// E-mail address of the first administrator, for a cluster that has none yet
    #[arg(long, env = "SENTINEL_CP_BOOTSTRAP_ADMIN", value_name = "EMAIL")]
    pub bootstrap_admin: Option<String>,
    /// Their password
    #[arg(long, env = "SENTINEL_CP_BOOTSTRAP_PASSWORD", hide_env_values = true, hide = true)]
    pub bootstrap_password: Option<String>,
}

/// Reads `500ms`, `10s`, `2m`, `1h`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| format!("'{text}' is not a time such as 500ms, 10s, 2m"))?;
    let ms = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(format!("'{text}' is not a time: use ms, s, m or h, such as 500ms, 10s, 2m")),
    };
    match number.checked_mul(ms) {
        Some(ms) if ms > 0 => Ok(Duration::from_millis(ms)),
        _ => Err(format!("'{text}' is out of range")),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;
    use std::time::Duration;

    #[test]
    fn times_are_read_with_their_unit_and_nothing_else() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["10", "s", "1.5s", "-1s", "0s", "10 s", "99999999999999999999s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
