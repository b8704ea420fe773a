//! The real proxy with what a document comes to.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, redirect};
use sentinel_bundle::archive::{self, OpenLimits};
use sentinel_bundle::certificates;
use sentinel_bundle::compile::{CompileInput, OperationsOptions, Source, compile};
use sentinel_bundle::node_vars;
use sentinel_bundle::proxy_config;
use sentinel_bundle::secrets::fill;
use sentinel_bundle::trust_stores;
use sentinel_kit::{Certificate, WorkDir, ports, until, zentinel};
use sentinel_model::config::Document;
use serde_json::Value;

/// The value of the secret `KEY`.
pub const SECRET: &str = "hunter2 \"quoted\"";

/// A proxy that runs a document.
pub struct Edge {
    child: Child,
    port: u16,
    tls: u16,
    pub dir: WorkDir,
    http: reqwest::Client,
}

/// What a client got.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// What the upstream says that it was asked.
    pub fn told(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Which upstream answered.
    pub fn name(&self) -> String {
        self.told()["name"].as_str().unwrap().to_owned()
    }

    /// A header of the answer.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Edge {
    /// Starts a proxy with a document, in which `DIR` stands for the directory of the test. A certificate lies there, `edge.crt` with its key
    /// `edge.key`; the node variables `http_port` and `https_port` are free ports.
    pub async fn start(document: Value) -> Self {
        let dir = WorkDir::new("features");
        let certificate = Certificate::of(&["edge.example.com"]);
        std::fs::write(dir.join("edge.crt"), &certificate.certificate_pem).unwrap();
        std::fs::write(dir.join("edge.key"), &certificate.key_pem).unwrap();
        let (port, tls) = (ports::free(), ports::free());
        let text = document.to_string().replace("DIR", &dir.path().display().to_string());
        let document: Document =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let input = CompileInput {
            project_id: "features",
            version: "1",
            source: Source::Document(&document),
            marker_key: &[7; 32],
            operations: OperationsOptions::default(),
            extra_files: Vec::new(),
        };
        let artefact = compile(&input).unwrap_or_else(|error| panic!("{error}"));
        let ops = format!("127.0.0.1:{}", ports::free());
        let values = BTreeMap::from([
            ("http_port".to_owned(), port.to_string()),
            ("https_port".to_owned(), tls.to_string()),
            ("ops_addr".to_owned(), ops.clone()),
            ("metrics_addr".to_owned(), format!("127.0.0.1:{}", ports::free())),
        ]);
        let config = dir.path().join("zentinel.json");
        // Where an agent keeps the certificates of the project.
        let kept = dir.path().join("certificates");
        for (slug, names) in [("edge", ["edge.example.com"]), ("wild", ["*.wild.example.com"])] {
            let certificate = Certificate::of(&names);
            std::fs::create_dir_all(kept.join(slug)).unwrap();
            std::fs::write(kept.join(slug).join("chain.pem"), &certificate.certificate_pem).unwrap();
            std::fs::write(kept.join(slug).join("key.pem"), &certificate.key_pem).unwrap();
        }
        let text = node_vars::render(&artefact.compiled, &values).unwrap();
        let mut placed = proxy_config::parse(&text).unwrap();
        certificates::place(&mut placed, &kept, "127.0.0.1:9".parse().unwrap());
        let bundle = archive::open(&artefact.archive, &OpenLimits::default()).unwrap();
        for (name, content) in trust_stores::files(&bundle) {
            std::fs::write(dir.path().join(name), content).unwrap();
        }
        trust_stores::place(&mut placed, dir.path());
        let text = proxy_config::to_json(&placed).unwrap();
        std::fs::write(&config, fill(&text, |name| (name == "KEY").then_some(SECRET)).unwrap()).unwrap();
        let log = std::fs::File::create(dir.path().join("proxy.log")).unwrap();
        let child = Command::new(zentinel::binary())
            .arg("-c")
            .arg(&config)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .danger_accept_invalid_certs(true)
            // After an answer that it made up itself the proxy resets the connection that it has just called kept.
            .pool_max_idle_per_host(0)
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        let edge = Self { child, port, tls, dir, http };
        let (status, host) = (format!("http://{ops}/status"), artefact.manifest.probe.host);
        until("the proxy answers", 30, || async {
            let up = edge.http.get(&status).send().await.ok()?.status() == 200;
            let probe = edge.http.get(edge.url("/")).header("host", &host).send().await.ok()?;
            (up && probe.status() == 200).then_some(())
        })
        .await;
        edge
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn tls_port(&self) -> u16 {
        self.tls
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Asks for a path.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[]).await
    }

    /// Asks for a path of a host.
    pub async fn on(&self, host: &str, path: &str) -> Answer {
        self.ask(Method::GET, path, &[("host", host)]).await
    }

    /// Asks with a method and headers.
    pub async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask_url(method, &self.url(path), headers).await.unwrap()
    }

    /// Asks a URL.
    pub async fn ask_url(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
    ) -> reqwest::Result<Answer> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
        }
        let response = self.http.request(method, url).headers(map).send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { status, headers, text: response.text().await? })
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
