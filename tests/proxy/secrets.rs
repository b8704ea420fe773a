//! A secret on its way: from whoever makes it, through three members, to a real proxy and its upstream; and nowhere else.

use std::ops::{Deref, DerefMut};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::signal::Signal;
use sentinel_kit::{Echo, until};
use serde_json::{Value, json};

use crate::BINARY;
use crate::edge::Edge;

/// Found nowhere by chance. The second one has what is written otherwise in JSON, in Rust and in URLs.
const CANARIES: [&str; 3] = ["canary-7c1e0f-one", "canary-7c1e0f-\"two\" & ä", "canary-7c1e0f-three"];
/// What all of them have in common, whatever is done to the rest.
const TRACE: &str = "canary-7c1e0f";

/// Three members, and a node whose upstream says which headers it got.
struct Keeping {
    edge: Edge,
    echo: Echo,
}

impl Deref for Keeping {
    type Target = Edge;

    fn deref(&self) -> &Edge {
        &self.edge
    }
}

impl DerefMut for Keeping {
    fn deref_mut(&mut self) -> &mut Edge {
        &mut self.edge
    }
}

impl Keeping {
    async fn start() -> Self {
        let edge = Edge::start(3, &["--log", "debug"], &["--measure-every", "1s", "--log", "debug"]).await;
        Self { edge, echo: Echo::start("echo").await }
    }

    /// Configures a service that sends the secret along, and has the node run a bundle of it.
    async fn send_along(&self, version: &str) -> String {
        let headers = json!({ "set": { "x-key": "Bearer ${secrets.TOKEN}", "x-version": version } });
        let document = json!({
            "version": 1,
            "settings": { "worker_threads": 1 },
            "listeners": { "http": { "address": "127.0.0.1:${node.http_port}" } },
            "services": { "all": {
                "route_path": "/*",
                "upstream_url": self.echo.url(),
                "headers": { "request": headers },
            } },
        });
        self.configure(version, &document).await
    }

    /// The header that the upstream gets; `None`: no answer.
    async fn header(&self) -> Option<String> {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = http.get(format!("http://{}/", self.agent.address())).send().await.ok()?;
        let told: Value = serde_json::from_str(&answer.text().await.ok()?).ok()?;
        Some(told["headers"]["x-key"][0].as_str()?.to_owned())
    }

    async fn comes(&self, value: &str) {
        let wanted = format!("Bearer {value}");
        until("the value is at the upstream", 60, || async {
            (self.header().await.as_ref() == Some(&wanted)).then_some(())
        })
        .await;
    }

    fn release(&self) -> PathBuf {
        self.agent.data_dir().join("current").canonicalize().unwrap()
    }

    /// Everything that a member answers to whoever may ask most.
    async fn answers(&self, secret: &str, bundles: &[String]) -> Vec<(String, Vec<u8>)> {
        let node = self.find().await.unwrap()["id"].as_str().unwrap().to_owned();
        let mut paths: Vec<String> = [
            "",
            "/secrets",
            "/config/export",
            "/services",
            "/nodes",
            "/nodes/stats",
            "/bundles",
            "/drift",
            "/audit",
            "/rollouts",
            "/calendar",
        ]
        .iter()
        .map(|rest| self.path(rest))
        .collect();
        paths.push(self.path(&format!("/secrets/{secret}")));
        for rest in ["", "/events", "/why", "/runtime-config"] {
            paths.push(self.path(&format!("/nodes/{node}{rest}")));
        }
        for bundle in bundles {
            for rest in ["", "/source", "/sbom", "/archive"] {
                paths.push(self.path(&format!("/bundles/{bundle}{rest}")));
            }
        }
        paths.push(self.path(&format!("/bundles/{}/diff?against={}", bundles[1], bundles[0])));
        paths.extend(["/metrics", "/health", "/ready"].map(str::to_owned));
        let mut answers = Vec::new();
        for path in paths {
            let bytes = self.api.bytes(&path).await.unwrap_or_else(|error| panic!("{path}: {error}"));
            answers.push((path, bytes));
        }
        answers
    }
}

fn has_trace(bytes: &[u8]) -> bool {
    let packed = zstd::decode_all(bytes).unwrap_or_default();
    let base64 = {
        use base64::Engine as _;
        // In any of the three places of a group of four.
        [0, 1, 2].map(|skip| {
            let text = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&TRACE.as_bytes()[skip..]);
            text.as_bytes()[..text.len() - 2].to_vec()
        })
    };
    let hex = hex::encode(TRACE).into_bytes();
    [bytes, &packed].iter().any(|bytes| {
        let mut wanted = base64.iter().chain([&hex]).map(Vec::as_slice).chain([TRACE.as_bytes()]);
        wanted.any(|wanted| bytes.windows(wanted.len()).any(|window| window == wanted))
    })
}

/// All files below a directory that have a trace of a value in them.
fn traces(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(traces(&path));
        } else if kind.is_file() && std::fs::read(&path).is_ok_and(|bytes| has_trace(&bytes)) {
            found.push(path);
        }
    }
    found
}

#[test]
fn a_trace_is_found_however_it_is_written() {
    use base64::Engine as _;
    for before in ["", "x", "xx", "xxx"] {
        let text = format!("{before}{}", CANARIES[0]);
        assert!(has_trace(text.as_bytes()) && has_trace(hex::encode(&text).as_bytes()));
        assert!(has_trace(base64::engine::general_purpose::STANDARD.encode(&text).as_bytes()), "{before}");
        assert!(has_trace(&zstd::encode_all(text.as_bytes(), 3).unwrap()));
    }
    assert!(!has_trace(b"canary"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_reaches_the_proxy_and_nothing_else_has_a_trace_of_it() {
    let mut edge = Keeping::start().await;
    let made = json!({"name": "TOKEN", "value": CANARIES[0]});
    let made = edge.api.post(&edge.path("/secrets"), &made).await.unwrap();
    let secret = made["secret"]["id"].as_str().unwrap().to_owned();
    let first = edge.send_along("1.0").await;
    edge.comes(CANARIES[0]).await;

    // A rotation reaches it without another bundle, and from the disk of the node when it begins again.
    let rotate = edge.path(&format!("/secrets/{secret}/rotate"));
    edge.api.post(&rotate, &json!({"value": CANARIES[1]})).await.unwrap();
    edge.comes(CANARIES[1]).await;
    let second = edge.send_along("1.1").await;
    edge.comes(CANARIES[1]).await;
    edge.agent.kill9();
    edge.agent.launch();
    edge.api.post(&rotate, &json!({"value": CANARIES[2]})).await.unwrap();
    edge.comes(CANARIES[2]).await;

    // What the proxy cannot take is undone, and told without it.
    edge.api.post(&rotate, &json!({"value": format!("{TRACE}\nlines")})).await.unwrap();
    let node = edge.find().await.unwrap()["id"].as_str().unwrap().to_owned();
    let events = edge.path(&format!("/nodes/{node}/events"));
    until("the refusal is told", 60, || async {
        let list = edge.api.get(&events).await.ok()?.to_string();
        list.contains("the secret TOKEN has a line break").then_some(())
    })
    .await;
    assert_eq!(edge.header().await, Some(format!("Bearer {}", CANARIES[2])));
    edge.api.post(&rotate, &json!({"value": CANARIES[1]})).await.unwrap();
    edge.comes(CANARIES[1]).await;

    // Somebody edits what the proxy reads: the node tells it, without values, neither the one of now nor one of before.
    let config = edge.release().join("zentinel.json");
    let text = std::fs::read_to_string(&config).unwrap();
    let quoted = serde_json::to_string(CANARIES[1]).unwrap();
    let quoted = quoted.trim_matches('"');
    assert!(text.contains(quoted), "the value is where the proxy reads it");
    let edited = text.replace(quoted, CANARIES[0]).replace("\"x-version\"", "\"x-edited\"");
    std::fs::write(&config, edited).unwrap();
    let runs = edge.path(&format!("/nodes/{node}/runtime-config"));
    let told = until("the node tells what it runs", 60, || async {
        let told = edge.api.get(&runs).await.ok()?.to_string();
        told.contains("x-edited").then_some(told)
    })
    .await;
    assert!(!told.contains(TRACE), "{told}");

    let bundles = [first, second];
    for (path, bytes) in edge.answers(&secret, &bundles).await {
        assert!(!has_trace(&bytes), "{path}: {}", String::from_utf8_lossy(&bytes));
    }
    let backup = edge.cluster.path().join("backup");
    let made = Command::new(BINARY)
        .args(["cluster", "backup", "create", backup.to_str().unwrap(), "-o", "json"])
        .args(["--server", &edge.cluster.url(0)])
        .env("SENTINEL_CP_TOKEN", edge.api.token().unwrap())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    assert!(!has_trace(&made.stdout) && !has_trace(&made.stderr));
    assert!(std::fs::metadata(&backup).unwrap().len() > 0);
    // A member that dies badly says what it was doing.
    edge.cluster.signal(2, Signal::SIGABRT);

    let (release, own) = (edge.release(), edge.agent.data_dir().canonicalize().unwrap());
    for path in traces(edge.cluster.path()) {
        let path = path.canonicalize().unwrap();
        let of_node = path.starts_with(&own)
            && ["zentinel.json", "secrets.json"].contains(&path.file_name().unwrap().to_str().unwrap());
        assert!(of_node, "{} has a trace of a value", path.display());
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600,
            "{}",
            path.display()
        );
    }
    assert!(!traces(&release).is_empty(), "a trace is found where it belongs");
}
