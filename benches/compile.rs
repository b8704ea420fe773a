//! How long a document of the configuration model takes to become a signed bundle, beside the time that the proxy's own crate takes to parse and
//! validate the result alone.
//!
//! `cargo bench -p sentinel-bundle --bench compile -- [--turns N]`
//!
//! Services have upstream groups, hosts, methods, retries, headers and CORS in turns. Both are measured in turns, the median counts, and the
//! ratio is of one run.
#![allow(clippy::unwrap_used)] // A document that is refused should end the program with the reason.

use std::time::{Duration, Instant};

use sentinel_bundle::compile::{CompileInput, OperationsOptions, Source, compile};
use sentinel_bundle::emit::emit;
use sentinel_bundle::node_vars::{Values, render};
use sentinel_bundle::sign::Signer;
use sentinel_bundle::{Config, proxy_config};
use sentinel_model::config::Document;
use serde_json::{Value, json};

const SIZES: [usize; 4] = [100, 1_000, 2_500, 5_000];

fn main() {
    let turns = std::env::args().skip_while(|argument| argument != "--turns").nth(1);
    let turns: usize = turns.map_or(7, |turns| turns.parse().unwrap());
    println!("compiling documents, median of {turns} turns, in milliseconds; one thread");
    println!(
        "{:>8} | {:>8} | {:>8} | {:>10} | {:>10} | {:>10} | {:>9} | {:>9} | {:>9}",
        "services", "check", "emit", "compile", "parse JSON", "parse KDL", "to JSON", "to KDL", "archive"
    );
    for size in SIZES {
        let document: Document = serde_json::from_value(document(size)).unwrap();
        let signer = Signer::from_seed(&[3; 32]);
        let input = CompileInput {
            project_id: "bench",
            version: "1.0.0",
            source: Source::Document(&document),
            marker_key: &[7; 32],
            operations: OperationsOptions::default(),
            extra_files: Vec::new(),
        };
        let artefact = compile(&input).unwrap();
        let values: Values = artefact
            .manifest
            .variables
            .iter()
            .zip(20_000..)
            .map(|(variable, port)| {
                let value =
                    if variable.name == "http_port" { port.to_string() } else { format!("127.0.0.1:{port}") };
                (variable.name.clone(), value)
            })
            .collect();
        let json = render(&artefact.compiled, &values).unwrap();
        let kdl = render(&proxy_config::to_kdl(&artefact.config), &values).unwrap();
        let (mut check, mut emitted, mut whole) = (Vec::new(), Vec::new(), Vec::new());
        let (mut from_json, mut from_kdl) = (Vec::new(), Vec::new());
        for _ in 0..turns {
            check.push(time(|| document.check().unwrap()));
            emitted.push(time(|| drop(emit(&document).unwrap())));
            whole.push(time(|| assert_ne!(signer.sign(&compile(&input).unwrap().manifest_digest), [0; 64])));
            from_json.push(time(|| Config::from_json(&json).unwrap().validate().unwrap()));
            from_kdl.push(time(|| Config::from_kdl(&kdl).unwrap().validate().unwrap()));
        }
        let whole = median(whole);
        let ratio = |other: Duration| format!("{:.2} x", whole.as_secs_f64() / other.as_secs_f64());
        let (from_json, from_kdl) = (median(from_json), median(from_kdl));
        println!(
            "{size:>8} | {:>8.1} | {:>8.1} | {:>10.1} | {:>10.1} | {:>10.1} | {:>9} | {:>9} | {:>7} K",
            ms(median(check)),
            ms(median(emitted)),
            ms(whole),
            ms(from_json),
            ms(from_kdl),
            ratio(from_json),
            ratio(from_kdl),
            artefact.archive.len() / 1_024
        );
    }
}

fn time(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn document(services: usize) -> Value {
    let mut document = json!({ "version": 1, "services": {}, "upstream_groups": {}, "middlewares": {
        "careful": { "middleware_type": "security", "config": { "no_sniff": true, "hsts_seconds": 3600 } },
    } });
    for number in 0..services {
        let slug = format!("service-{number}");
        let mut service = json!({
            "route_path": format!("/team-{}/service-{number}/*", number % 17),
            "hosts": [format!("s{number}.example.com")],
            "upstream_group": slug,
            "middlewares": [{ "middleware": "careful" }],
        });
        match number % 4 {
            0 => service["retry"] = json!({}),
            1 => service["methods"] = json!(["GET", "POST", "OPTIONS"]),
            2 => {
                service["headers"] =
                    json!({ "request": { "set": { "X-Service": slug }, "remove": ["X-Debug"] } })
            }
            _ => service["cors"] = json!({ "allowed_origins": ["https://shop.example.com"] }),
        }
        document["services"][&slug] = service;
        document["upstream_groups"][&slug] = json!({
            "targets": [
                { "host": format!("10.{}.{}.1", number / 250, number % 250), "port": 8_080 },
                { "host": format!("10.{}.{}.2", number / 250, number % 250), "port": 8_080 },
            ],
            "circuit_breaker": { "failure_threshold": 3 },
        });
    }
    document
}
