//! Today's binary on the data directories of earlier versions. Each was left behind by `kill -9` in the middle of a record, with a snapshot and
//! a log behind it; `cargo xtask scar` makes them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use reqwest::Method;
use sentinel_kit::{Api, Process, WorkDir, ports, until, until_ok};
use serde_json::{Value, json};

use crate::BINARY;

const TOKENS: &str = "/api/v1/projects/shop/enrolment-tokens";
const NODES: &str = "/api/v1/projects/shop/nodes";
/// What members know of nodes that are there, and keep nowhere.
const FLEETING: [&str; 5] = ["healthy", "last_seen_at", "status", "status_since", "traffic"];

/// A directory of an earlier version, and what was in it.
struct Scar {
    name: String,
    archive: PathBuf,
    facts: Value,
}

fn scars() -> Vec<Scar> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster/upgrade");
    let mut scars = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let archive = entry.unwrap().path();
        let name = archive.file_name().unwrap().to_str().unwrap();
        let Some(name) = name.strip_suffix(".tar.zst").map(str::to_owned) else { continue };
        let facts = std::fs::read(archive.with_file_name(format!("{name}.json"))).unwrap();
        scars.push(Scar { name, archive, facts: serde_json::from_slice(&facts).unwrap() });
    }
    scars.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(scars.len() >= 2, "the directories of at least two versions are here");
    scars
}

/// Today's member on such a directory.
struct Heir {
    work: WorkDir,
    facts: Value,
    http: String,
    /// The other addresses.
    rest: [String; 2],
    process: Option<Process>,
}

impl Heir {
    fn of(scar: &Scar) -> Self {
        let work = WorkDir::new("upgrade");
        let decoder = zstd::Decoder::new(std::fs::File::open(&scar.archive).unwrap()).unwrap();
        tar::Archive::new(decoder).unpack(work.join("data")).unwrap();
        Self::new(work, scar.facts.clone())
    }

    fn new(work: WorkDir, facts: Value) -> Self {
        let address = || format!("127.0.0.1:{}", ports::free());
        Self { work, facts, http: address(), rest: [address(), address()], process: None }
    }

    fn launch(&mut self, more: &[&str]) {
        let [peer, grpc] = &self.rest;
        let mut command = Command::new(BINARY);
        command.arg("server").arg("--data-dir").arg(self.work.join("data")).args(["--http", &self.http]);
        command.args(["--peer", peer, "--grpc", grpc]).args(more);
        self.process = Some(Process::start("heir", &mut command, &self.work.join("member.log")));
    }

    async fn start(&mut self) -> Api {
        self.launch(&[]);
        self.ready().await
    }

    /// Waits until it is ready, and signs in with the password of before.
    async fn ready(&self) -> Api {
        let api = Api::new(&self.url());
        until("the member is ready", 60, || async {
            let (status, _) = api.send(Method::GET, "/ready", None).await.ok()?;
            (status == 200).then_some(())
        })
        .await;
        let (email, password) = (&self.facts["email"], &self.facts["password"]);
        let (email, password) = (email.as_str().unwrap(), password.as_str().unwrap());
        let url = self.url();
        until_ok("the administrator signs in", 30, || Api::login(&url, email, password)).await
    }

    fn url(&self) -> String {
        format!("http://{}", self.http)
    }

    fn kill9(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill9();
        }
    }

    async fn ctl(&self, api: &Api, words: &[&str]) -> Output {
        let mut command = Command::new(BINARY);
        command.args(words).args(["-o", "json", "--server", &self.url()]);
        command.env("SENTINEL_CP_TOKEN", api.token().unwrap());
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }
}

/// What `then` has and `now` lacks or tells otherwise. More than there was may be there.
fn lost(then: &Value, now: &Value, place: &str) -> Vec<String> {
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => {
            let fleeting = |key: &String| place.starts_with(NODES) && FLEETING.contains(&key.as_str());
            let kept = then.iter().filter(|(key, _)| !fleeting(key));
            let missing = |(key, value): (&String, &Value)| match now.get(key) {
                Some(now) => lost(value, now, &format!("{place}.{key}")),
                // What is not set may be left out.
                None if value.is_null() => Vec::new(),
                None => vec![format!("{place}.{key} is gone")],
            };
            kept.flat_map(missing).collect()
        }
        (Value::Array(then), Value::Array(now)) => {
            let id = |value: &Value| {
                ["id", "user_id", "slug", "seq"].iter().find_map(|key| value.get(*key).cloned())
            };
            let find = |(at, value): (usize, &Value)| {
                let same =
                    now.iter().find(|other| id(value).is_some() && id(other) == id(value)).or(now.get(at));
                match same {
                    Some(now) => lost(value, now, &format!("{place}[{at}]")),
                    None => vec![format!("{place}[{at}] is gone: {value}")],
                }
            };
            then.iter().enumerate().flat_map(find).collect()
        }
        _ if then == now => Vec::new(),
        _ => vec![format!("{place} was {then}, is {now}")],
    }
}

async fn all_is_there(api: &Api, facts: &Value, scar: &str) {
    for (path, then) in facts["bodies"].as_object().unwrap() {
        let joint = if path.contains('?') { '&' } else { '?' };
        let now = api.get(&format!("{path}{joint}limit=200")).await.unwrap();
        let mut then = then.clone();
        // Of the page, not of what is on it.
        for key in ["total", "next_cursor"] {
            then.as_object_mut().unwrap().remove(key);
        }
        assert_eq!(lost(&then, &now, path), [""; 0], "{scar}");
    }
    for bundle in facts["bodies"]["/api/v1/projects/shop/bundles"]["bundles"].as_array().unwrap() {
        let path = format!("/api/v1/projects/shop/bundles/{}/verify", bundle["id"].as_str().unwrap());
        assert_eq!(api.get(&path).await.unwrap()["verified"], true, "{scar}: {path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_of_each_earlier_version_is_taken_over_with_all_that_was_in_it() {
    for scar in scars() {
        let mut heir = Heir::of(&scar);
        let facts = heir.facts.clone();
        assert!(facts["snapshot"].as_u64().unwrap() > 0, "{} has a snapshot", scar.name);
        assert!(
            facts["committed"].as_u64() > facts["snapshot"].as_u64(),
            "{} has a log behind it",
            scar.name
        );
        let api = heir.start().await;
        all_is_there(&api, &facts, &scar.name).await;
        // Whoever knew no checksums of rows would misread them, and refuses a layout that it does not know.
        let layout = std::fs::read_to_string(heir.work.join("data").join("FORMAT")).unwrap();
        assert_eq!(layout, "sentinel-cp data 2\n", "{}", scar.name);
        let status = api.get("/api/v1/cluster").await.unwrap();
        // The torn write is the only one that may be missing.
        assert!(status["committed"].as_u64() >= facts["committed"].as_u64(), "{}: {status}", scar.name);
        api.post(TOKENS, &json!({"name": "written today"})).await.unwrap();

        heir.kill9();
        let api = heir.start().await;
        all_is_there(&api, &facts, &scar.name).await;
        let tokens = api.get(&format!("{TOKENS}?limit=200")).await.unwrap();
        let tokens = tokens["enrolment_tokens"].as_array().unwrap();
        assert!(tokens.iter().any(|token| token["name"] == "written today"), "{}", scar.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_new_level_brings_waits_until_the_cluster_of_an_earlier_version_is_raised() {
    let scar = scars().remove(0);
    let mut heir = Heir::of(&scar);
    let api = heir.start().await;
    let level = |api: &Api| {
        let api = api.clone();
        async move { api.get("/api/v1/cluster").await.unwrap()["level"].clone() }
    };
    let known = level(&api).await["known"].as_u64().unwrap();
    assert_eq!(
        level(&api).await,
        json!({"now": 1, "known": known, "raise_to": 2, "held_back": []}),
        "{}",
        scar.name
    );
    let note = json!({"taken_at": "2026-11-24T12:00:00Z", "size_bytes": 9, "place": "a file", "index": 7});
    let take_note = || api.send(Method::POST, "/api/v1/cluster/backups/notes", Some(&note));
    let (early, refusal) = take_note().await.unwrap();
    assert_eq!(early, 409, "{refusal}");
    assert!(refusal["error"].as_str().unwrap().contains("cluster upgrade"), "{refusal}");

    // Whoever joins with the same binary holds nothing back, as soon as it is there.
    let token = api.post("/api/v1/cluster/join-tokens", &json!({"uses": 1})).await.unwrap();
    let mut second = Heir::new(WorkDir::new("upgrade"), heir.facts.clone());
    second.launch(&["--join", token["token"].as_str().unwrap()]);
    second.ready().await;
    until("both know the next level", 60, || async {
        let status = api.get("/api/v1/cluster").await.ok()?;
        let told = |member: &Value| member["level"] == known && member["version"].is_string();
        let members = status["members"].as_array()?;
        let voters = members.iter().filter(|member| member["voter"] == true && told(member)).count();
        (voters == 2 && status["level"]["raise_to"] == 2).then_some(())
    })
    .await;

    let unasked = heir.ctl(&api, &["cluster", "upgrade"]).await;
    let words = String::from_utf8_lossy(&unasked.stderr).into_owned();
    assert!(
        !unasked.status.success() && words.contains("cannot be undone") && words.contains("--yes"),
        "{words}"
    );
    let raised = heir.ctl(&api, &["cluster", "upgrade", "--yes"]).await;
    assert!(raised.status.success(), "{}", String::from_utf8_lossy(&raised.stderr));
    let raised: Value = serde_json::from_slice(&raised.stdout).unwrap();
    assert_eq!(raised, json!({"raised": true, "level": 2}));
    let (noted, body) = take_note().await.unwrap();
    assert_eq!(noted, 201, "{body}");

    for member in [&mut heir, &mut second] {
        member.kill9();
        member.launch(&[]);
    }
    let api = heir.ready().await;
    assert_eq!(level(&api).await["now"], 2);
    let there = second.ready().await;
    assert_eq!(level(&there).await["now"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_does_not_answer_holds_the_level_back_and_is_named() {
    let mut heir = Heir::of(&scars().remove(0));
    let api = heir.start().await;
    let token = api.post("/api/v1/cluster/join-tokens", &json!({"uses": 2})).await.unwrap();
    let mut others = Vec::new();
    for _ in 0..2 {
        let mut other = Heir::new(WorkDir::new("upgrade"), heir.facts.clone());
        other.launch(&["--join", token["token"].as_str().unwrap()]);
        other.ready().await;
        others.push(other);
    }
    until("all three vote", 60, || async {
        let status = api.get("/api/v1/cluster").await.ok()?;
        let voters = status["members"].as_array()?.iter().filter(|member| member["voter"] == true).count();
        (voters == 3 && status["level"]["raise_to"] == 2).then_some(())
    })
    .await;
    others[1].kill9();
    until("its silence is noticed", 60, || async {
        let status = api.get("/api/v1/cluster").await.ok()?;
        (status["level"]["held_back"] == json!(["member-3 does not answer"])).then_some(())
    })
    .await;
    let held = heir.ctl(&api, &["cluster", "upgrade", "--yes"]).await;
    let words = String::from_utf8_lossy(&held.stderr).into_owned();
    assert_eq!(held.status.code(), Some(1), "{words}");
    assert!(words.contains("member-3 does not answer"), "{words}");
    // Nor does it help to ask the API itself.
    let raise = json!({"from": 1, "to": 2});
    let (status, body) = api.send(Method::POST, "/api/v1/cluster/level", Some(&raise)).await.unwrap();
    assert_eq!(status, 409, "{body}");
    assert!(body["error"].as_str().unwrap().contains("member-3 does not answer"), "{body}");
    others[1].launch(&[]);
    others[1].ready().await;
    until("nobody holds it back", 60, || async {
        let status = api.get("/api/v1/cluster").await.ok()?;
        (status["level"]["raise_to"] == 2).then_some(())
    })
    .await;
}
