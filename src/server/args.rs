//! What a member is told.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use sentinel_app::Secret;
use sentinel_model::cluster::MemberPlace;

use super::archives::ArchiveArgs;
use super::kek::KekArgs;
use super::outbound::Range;
use super::schedule::ScheduleArgs;
use super::size::ByteSize;
use super::tls::TlsArgs;

/// Flags of `sentinel-cp server`. Each can be given by environment as well.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  sentinel-cp cluster init --data-dir ./m1 --admin ada@example.com
  sentinel-cp server --data-dir ./m1

  sentinel-cp cluster token create
  sentinel-cp server --data-dir ./m2 --join TOKEN --peer 127.0.0.1:4012 --http 127.0.0.1:4010 --grpc 127.0.0.1:4011

  sentinel-cp server --data-dir ./m1 --http 0.0.0.0:4000 --grpc 0.0.0.0:4001 --api-url https://cp-1.example.com:4000 \\
      --tls-cert chain.pem --tls-key key.pem

A member is told who it is once, by `cluster init` or by a join token; from then on its data directory says so. Members speak
mutual TLS with each other. REST, the web UI and gRPC listen on loopback only, unless they are served over TLS.")]
pub struct ServerArgs {
    /// Everything this member stores
    #[arg(long, env = "SENTINEL_CP_DATA_DIR", default_value = "./sentinel-cp-data", value_name = "DIR")]
    pub data_dir: PathBuf,
    /// Where other members reach this one
    #[arg(long, env = "SENTINEL_CP_PEER", default_value = "127.0.0.1:4002", value_name = "ADDRESS")]
    pub peer: SocketAddr,
    /// What other members are told to dial, when that is not --peer: behind NAT, or a name
    #[arg(long, env = "SENTINEL_CP_PEER_ADVERTISE", value_name = "HOST:PORT")]
    pub peer_advertise: Option<String>,
    /// Where REST, the node API and the web UI are served
    #[arg(long, env = "SENTINEL_CP_HTTP", default_value = "127.0.0.1:4000", value_name = "ADDRESS")]
    pub http: SocketAddr,
    /// Where the gRPC admin API is served
    #[arg(long, env = "SENTINEL_CP_GRPC", default_value = "127.0.0.1:4001", value_name = "ADDRESS")]
    pub grpc: SocketAddr,
    #[command(flatten)]
    pub tls: TlsArgs,
    /// Base URL that clients and nodes are told to use; made of --http when left out
    #[arg(long, env = "SENTINEL_CP_API_URL", value_name = "URL")]
    pub api_url: Option<String>,
    /// Join a cluster with this token, of `cluster token create`; does nothing when this member has joined already
    // Read later: what is refused here would be printed, and it is a secret.
    #[arg(long, env = "SENTINEL_CP_JOIN", hide_env_values = true, value_name = "TOKEN", value_parser = secret)]
    pub join: Option<Secret>,
    #[command(flatten)]
    pub kek: KekArgs,
    #[command(flatten)]
    pub archives: ArchiveArgs,
    #[command(flatten)]
    pub schedule: ScheduleArgs,
    /// How often nodes are told to report
    #[arg(long, env = "SENTINEL_CP_HEARTBEAT_INTERVAL", default_value = "10s", value_parser = duration, value_name = "TIME")]
    pub heartbeat_interval: Duration,
    /// Free space on the disk of the data directory below which this member takes no writes and does not lead, until there is
    /// twice as much
    #[arg(long, env = "SENTINEL_CP_MIN_FREE", default_value = "64MiB", value_name = "SIZE")]
    pub min_free: ByteSize,
    /// Bytes that the archives of one project's bundles may have, revoked ones left out; the same at every member
    #[arg(long, env = "SENTINEL_CP_PROJECT_BUNDLE_BYTES", default_value = "1GiB", value_name = "SIZE")]
    pub project_bundle_bytes: ByteSize,
    /// Log entries between two snapshots; a quarter of it is kept in the log behind one. Fewer: less to replay at a start, more to write
    #[arg(long, env = "SENTINEL_CP_SNAPSHOT_EVERY", default_value_t = SNAPSHOT_EVERY, value_name = "N", value_parser = clap::value_parser!(u64).range(100..))]
    pub snapshot_every: u64,
    /// After how much silence a node counts as offline
    #[arg(long, env = "SENTINEL_CP_OFFLINE_AFTER", default_value = "120s", value_parser = duration, value_name = "TIME")]
    pub offline_after: Duration,
    /// Let checks of rollouts go to these addresses in any case, such as 127.0.0.0/8; may be repeated, and is the same at every member
    #[arg(long, env = "SENTINEL_CP_ALLOW_CHECKS_TO", value_delimiter = ',', value_name = "CIDR")]
    pub allow_checks_to: Vec<Range>,
}

/// Log entries between two snapshots, when nobody says otherwise.
pub const SNAPSHOT_EVERY: u64 = 20_000;

impl ServerArgs {
    /// Where this member says that it is.
    pub fn place(&self) -> MemberPlace {
        let scheme = if self.tls.wanted() { "https" } else { "http" };
        let api_url = self.api_url.clone().unwrap_or_else(|| format!("{scheme}://{}", self.http));
        MemberPlace {
            peer_address: self.peer_advertise.clone().unwrap_or_else(|| self.peer.to_string()),
            api_url: api_url.trim_end_matches('/').to_owned(),
        }
    }
}

fn secret(text: &str) -> Result<Secret, Infallible> {
    Ok(text.into())
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
