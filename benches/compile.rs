//! How long a document of the configuration model takes to become a signed bundle, beside the time that the proxy takes to read the result.
//!
//! `cargo bench -p sentinel-bundle --bench compile -- [--turns N] [--services N]`
//!
//! What is compiled has services with upstream groups, hosts, methods, retries, headers and CORS in turns. Nothing but the processor is
//! measured, one thread, with the allocator of the binary. Everything is measured in turns, and the shortest one counts: whatever else the machine
//! does makes the others longer.
//!
//! The yardstick is what the proxy itself does with its file when it starts and whenever it loads it again, before it uses it: `Config::from_file`
//! and then `validate` of `zentinel-config`. Of a file in the proxy's language, `from_file` looks for `include` first and parses it twice for that. A
//! bundle has JSON, because that language cannot say everything; as far as it can, the same configuration is measured in it, too.
#![allow(clippy::unwrap_used)] // A document that is refused should end the program with the reason.

use std::path::Path;
use std::time::{Duration, Instant};

use sentinel_bundle::archive::{self, MANIFEST, OpenLimits};
use sentinel_bundle::compile::{Artefact, CompileInput, OperationsOptions, Source, compile};
use sentinel_bundle::emit::emit;
use sentinel_bundle::node_vars::{Values, render};
use sentinel_bundle::sign::Signer;
use sentinel_bundle::{Config, proxy_config};
use sentinel_model::config::Document;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [usize; 4] = [100, 1_000, 2_500, 5_000];

/// Parts of a compilation that can be had alone. `emit` has the check of the document, which is taken off; the rest is what is left.
const PARTS: [&str; 7] = ["check", "emit", "to JSON", "parse", "validate", "compare", "pack"];

fn main() {
    let setting = |name: &str| {
        let value = std::env::args().skip_while(|argument| argument != name).nth(1);
        value.map(|value| value.parse::<usize>().unwrap())
    };
    let turns = setting("--turns").unwrap_or(9);
    let sizes = setting("--services").map_or(SIZES.to_vec(), |services| vec![services]);
    let dir = std::env::temp_dir().join(format!("compile-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();

    let mut measured = Vec::new();
    for services in sizes {
        measured.push(measure(services, turns, &dir));
    }
    std::fs::remove_dir_all(&dir).unwrap();

    println!("compiling documents, in milliseconds: the shortest of {turns} turns, one thread");
    print!("services |  compile");
    for part in PARTS.iter().chain(&["open", "rest"]) {
        print!(" | {part:>8}");
    }
    println!(" |  archive");
    for one in &measured {
        print!("{:>8} | {:>8.2}", one.services, one.compile);
        for part in one.parts.iter().chain([&one.rest()]) {
            print!(" | {part:>8.2}");
        }
        println!(" | {:>6} K", one.archive / 1_024);
    }

    println!();
    println!("beside what the proxy does with its file when it loads it: Config::from_file and validate");
    println!("services |  compile |     JSON |    ratio |      KDL |    ratio");
    for one in &measured {
        println!(
            "{:>8} | {:>8.2} | {:>8.2} | {:>8.2} | {:>8.1} | {:>8.2}",
            one.services,
            one.compile,
            one.json,
            one.compile / one.json,
            one.kdl,
            one.compile / one.kdl
        );
    }

    let of = |services: usize| measured.iter().find(|one| one.services == services);
    if let (Some(few), Some(many)) = (of(1_000), of(5_000)) {
        println!();
        println!(
            "five times as many services as 1,000 take {:.1} times as long to compile, {:.1} times as JSON and {:.1} times as KDL to load",
            many.compile / few.compile,
            many.json / few.json,
            many.kdl / few.kdl
        );
    }
}

/// In milliseconds.
struct Measured {
    services: usize,
    compile: f64,
    /// [`PARTS`], and opening the archive.
    parts: [f64; 8],
    /// What the proxy does with the result, and with the same in its own language.
    json: f64,
    kdl: f64,
    /// Bytes.
    archive: usize,
}

impl Measured {
    /// What is left of a compilation: the source as text, the bill of materials, digests, the signature.
    fn rest(&self) -> f64 {
        self.compile - self.parts.iter().sum::<f64>()
    }
}

fn measure(services: usize, turns: usize, dir: &Path) -> Measured {
    let document: Document = serde_json::from_value(document(services)).unwrap();
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
    let values = values(&artefact);
    let text = render(&artefact.compiled, &values).unwrap();
    let config = Config::from_json(&text).unwrap();
    let (json, kdl) = (dir.join("zentinel.json"), dir.join("zentinel.kdl"));
    std::fs::write(&json, &text).unwrap();
    std::fs::write(&kdl, render(&proxy_config::to_kdl(&artefact.config), &values).unwrap()).unwrap();
    let files = files(&artefact);
    let load = |file: &Path| Config::from_file(file).unwrap().validate().unwrap();

    let mut times: [Vec<f64>; 11] = Default::default();
    for _ in 0..turns {
        let turn = [
            time(|| signer.sign(&compile(&input).unwrap().manifest_digest)),
            time(|| load(&json)),
            time(|| load(&kdl)),
            time(|| document.check().unwrap()),
            time(|| emit(&document).unwrap()),
            time(|| proxy_config::to_json(&config).unwrap()),
            time(|| Config::from_json(&text).unwrap()),
            time(|| config.validate().unwrap()),
            time(|| proxy_config::equal(&config, &config).unwrap()),
            time(|| archive::write(&files).unwrap()),
            time(|| archive::open(&artefact.archive, &OpenLimits::default()).unwrap()),
        ];
        times.iter_mut().zip(turn).for_each(|(all, time)| all.push(time));
    }
    let [compile, json, kdl, check, emit, to_json, parse, validate, compare, pack, open] =
        times.map(shortest);
    // A compilation takes one of the two sides of the comparison from what it writes.
    let parts = [check, emit - check, to_json, parse, validate, compare / 2.0, pack, open];
    Measured { services, compile, parts, json, kdl, archive: artefact.archive.len() }
}

/// Addresses of a node.
fn values(artefact: &Artefact) -> Values {
    let variables = artefact.manifest.variables.iter().zip(20_000..);
    variables
        .map(|(variable, port)| {
            let address = format!("127.0.0.1:{port}");
            (variable.name.clone(), if variable.name == "http_port" { port.to_string() } else { address })
        })
        .collect()
}

/// The files of an archive, in their order.
fn files(artefact: &Artefact) -> Vec<(String, Vec<u8>)> {
    let mut files = archive::open(&artefact.archive, &OpenLimits::default()).unwrap().files;
    let listed = artefact.manifest.files.iter().map(|file| file.path.as_str());
    let paths = std::iter::once(MANIFEST).chain(listed);
    paths.filter_map(|path| files.remove_entry(path)).collect()
}

/// How long a piece of work takes with putting its result away, in milliseconds.
fn time<T>(work: impl FnOnce() -> T) -> f64 {
    let began = Instant::now();
    drop(std::hint::black_box(work()));
    let took: Duration = began.elapsed();
    took.as_secs_f64() * 1_000.0
}

fn shortest(times: Vec<f64>) -> f64 {
    times.into_iter().fold(f64::INFINITY, f64::min)
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
