//! Against members that break off, lie, or are away.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use sentinel_api_types::agent::{RegisterResponse, TrustedKey};
use sentinel_model::NodeId;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use super::*;
use crate::agent::identity::Identity;
use crate::agent::sealing_key::SealingKey;
use crate::agent::testing::{Made, bundle};

/// Serves an archive.
#[derive(Clone)]
struct Member {
    bytes: Arc<Vec<u8>>,
    /// Breaks off after so many bytes, as often as this says.
    breaks: Arc<AtomicU32>,
    status: u16,
    ranges: Arc<Mutex<Vec<Option<String>>>>,
}

/// Answers one request and closes the connection: by hand, so that it is certain how many bytes arrive.
async fn answer(member: &Member, mut stream: TcpStream) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await?);
    }
    let request = String::from_utf8_lossy(&request).to_lowercase();
    if !request.lines().next().unwrap_or_default().contains("/archive") {
        return stream
            .write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .await;
    }
    let range = request.lines().find_map(|line| line.strip_prefix("range: ")).map(str::to_owned);
    member.ranges.lock().unwrap().push(range.clone());
    let (status, from, bytes) = match (member.status, range) {
        (200, None) => ("200 OK", 0, member.bytes.as_slice()),
        (200, Some(range)) => {
            let from: usize =
                range.strip_prefix("bytes=").unwrap().strip_suffix('-').unwrap().parse().unwrap();
            ("206 Partial Content", from, &member.bytes[from..])
        }
        _ => ("409 Conflict", 0, br#"{"error":"Bundle has been revoked","code":"conflict"}"#.as_slice()),
    };
    let (length, last, total) = (bytes.len(), member.bytes.len() - 1, member.bytes.len());
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\ncontent-range: bytes {from}-{last}/{total}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let breaks =
        member.breaks.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
    stream.write_all(&bytes[..if breaks { length / 2 } else { length }]).await?;
    stream.shutdown().await
}

async fn member(bytes: Vec<u8>, breaks: u32, status: u16) -> (Link, Member, tempfile::TempDir) {
    let breaks = Arc::new(AtomicU32::new(breaks));
    let member = Member { bytes: Arc::new(bytes), breaks, status, ranges: Arc::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = member.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that went away is no concern of the member's.
            let _ = answer(&serving, stream).await;
        }
    });
    let dir = tempfile::tempdir().unwrap();
    (link(&url, dir.path()), member, dir)
}

fn link(url: &str, dir: &Path) -> Link {
    let identity = RegisterResponse {
        node_id: NodeId(Uuid::nil()),
        node_key: "key".into(),
        poll_interval_s: 1,
        heartbeat_interval_s: 1,
        signing_keys: vec![TrustedKey { key_id: String::new(), public_key: String::new() }],
        members: Vec::new(),
    };
    let servers = [url.to_owned()];
    Link::new(&servers, &Identity::new("shop", "edge", identity), dir.to_owned(), SealingKey::of(dir))
        .unwrap()
}

async fn get(link: &Link, dir: &Path, made: &Made, size: u64) -> Result<Vec<u8>, FetchError> {
    fetch(link, &dir.join("download"), &made.release, size).await
}

#[tokio::test]
async fn a_broken_download_goes_on_where_it_stopped() {
    let made = bundle(1, "1.0");
    let size = made.archive.len();
    let (link, member, dir) = member(made.archive.clone(), 2, 200).await;
    assert_eq!(get(&link, dir.path(), &made, size as u64).await.unwrap(), made.archive);
    let ranges = member.ranges.lock().unwrap().clone();
    let half = size / 2;
    let quarter = half + (size - half) / 2;
    assert_eq!(ranges, [None, Some(format!("bytes={half}-")), Some(format!("bytes={quarter}-"))]);
    // What is whole is not fetched a second time, also not by the next agent.
    get(&link, dir.path(), &made, size as u64).await.unwrap();
    assert_eq!(member.ranges.lock().unwrap().len(), 3);
    discard(&dir.path().join("download"), &made.release);
    get(&link, dir.path(), &made, size as u64).await.unwrap();
    assert_eq!(member.ranges.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn endless_and_oversized_archives_are_refused_for_good() {
    let made = bundle(1, "1.0");
    let (link, _, dir) = member(made.archive.clone(), 0, 200).await;
    for size in [made.archive.len() as u64 - 1, 0, SIZE_MAX + 1] {
        let error = get(&link, dir.path(), &made, size).await.unwrap_err();
        assert!(!error.passing, "{}", error.message);
    }
}

#[tokio::test]
async fn a_revoked_bundle_is_not_waited_for() {
    let made = bundle(1, "1.0");
    let (link, _, dir) = member(made.archive.clone(), 0, 409).await;
    let error = get(&link, dir.path(), &made, 100).await.unwrap_err();
    assert!(!error.passing && error.message.contains("revoked"), "{}", error.message);
}

#[tokio::test]
async fn what_is_left_of_another_download_goes() {
    let made = bundle(1, "1.0");
    let (link, _, dir) = member(made.archive.clone(), 0, 200).await;
    let downloads = dir.path().join("download");
    make_dir(&downloads).unwrap();
    fs::write(downloads.join("other.part"), b"x").unwrap();
    // More than the archive has, from whatever: begun anew.
    fs::write(part(&downloads, &made.release), vec![0; made.archive.len() + 1]).unwrap();
    assert_eq!(get(&link, dir.path(), &made, made.archive.len() as u64).await.unwrap(), made.archive);
    assert_eq!(fs::read_dir(&downloads).unwrap().count(), 1);
}
