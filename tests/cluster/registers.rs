//! Clients that write, change on a condition and read while faults come and go, and what must hold in the end.
//!
//! Two kinds of registers of the public API: the bundle that a node shall run, with the number of its assignment (written by `assign`), and
//! the project that has a slug (made once; whoever comes second is refused). Default reads promise to be linearizable, so each register's
//! history must have one order.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::future::join_all;
use sentinel_kit::history::{Action, Answer, History};
use sentinel_kit::{Api, Cluster, until, until_ok};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::compile::CONFIG;

const PROJECT: &str = "registers";
const NODES: usize = 5;
const BUNDLES: usize = 10;
/// A member that does not answer in this time is given up, and another one is asked.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two operations of a client: enough of them for a verdict, few enough for the search.
const PAUSE: Duration = Duration::from_millis(15);
/// After the last fault is gone, writes go through again within this time, at every member.
const HEALED: Duration = Duration::from_secs(5);

/// See the module. Clones share.
#[derive(Clone)]
pub struct Registers {
    pub history: History,
    api: Api,
    org: Arc<str>,
    urls: Arc<Mutex<Vec<String>>>,
    nodes: Arc<Vec<String>>,
    bundles: Arc<Vec<String>>,
    numbers: Arc<AtomicU64>,
}

/// What became of a request.
enum Sent {
    Answered(u16, Value),
    Nothing,
    Unknown,
}

impl Registers {
    /// Makes nodes and bundles, while all is well.
    pub async fn prepare(cluster: &Cluster) -> Self {
        let api = cluster.admin(0).await;
        cluster.project(&api, PROJECT).await.unwrap();
        let orgs = api.get("/api/v1/orgs").await.unwrap();
        let org = orgs["orgs"][0]["slug"].as_str().unwrap().into();
        let token = cluster.enrolment_token(&api, PROJECT).await.unwrap();
        let (mut nodes, mut bundles) = (Vec::new(), Vec::new());
        for index in 0..NODES {
            let body = json!({"enrolment_token": token, "name": format!("node-{index}")});
            let made = api.post(&format!("/api/v1/projects/{PROJECT}/nodes/register"), &body).await.unwrap();
            nodes.push(made["node_id"].as_str().unwrap().to_owned());
        }
        for index in 0..BUNDLES {
            let body = json!({"version": format!("{index}.0.0"), "config_source": CONFIG});
            let made = api.post(&format!("/api/v1/projects/{PROJECT}/bundles"), &body).await.unwrap();
            bundles.push(made["id"].as_str().unwrap().to_owned());
        }
        Self {
            history: History::default(),
            api,
            org,
            urls: Arc::new(Mutex::new(cluster.urls())),
            nodes: Arc::new(nodes),
            bundles: Arc::new(bundles),
            numbers: Arc::default(),
        }
    }

    /// Clients that go on until they are stopped.
    pub fn clients(&self, count: usize) -> Clients {
        let client = |index| tokio::spawn(self.clone().client(format!("client {index}")));
        Clients(self.history.clone(), (0..count).map(client).collect())
    }

    async fn client(self, name: String) {
        loop {
            let newest = self.numbers.load(Ordering::Relaxed) / 3;
            match rand::random_range(0..10) {
                0..3 => self.assign(&name).await,
                3 => self.make_project(&name).await,
                4 => self.read_project(&name, newest.saturating_sub(rand::random_range(0..3))).await,
                _ => self.read_node(&name, rand::random_range(0..NODES), self.member()).await,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// From now on members that have joined are asked as well.
    pub fn know(&self, cluster: &Cluster) {
        *self.urls.lock().unwrap() = cluster.urls();
    }

    fn members(&self) -> usize {
        self.urls.lock().unwrap().len()
    }

    fn member(&self) -> usize {
        rand::random_range(0..self.members())
    }

    fn at(&self, member: usize) -> Api {
        self.api.at(&self.urls.lock().unwrap()[member])
    }

    async fn assign(&self, client: &str) {
        let (node, bundle) = (rand::random_range(0..NODES), rand::random_range(0..BUNDLES));
        let pending = self.history.begin(client, &format!("node-{node}"), Action::Write(bundle as u64));
        let path = format!("/api/v1/projects/{PROJECT}/bundles/{}/assign", self.bundles[bundle]);
        match self.post(&path, &json!({"node_ids": [self.nodes[node]]})).await {
            Sent::Answered(200, _) => pending.returned(Answer::Written),
            Sent::Answered(status, body) => panic!("{client}: an assignment was refused: {status} {body}"),
            Sent::Nothing => pending.never_happened(),
            Sent::Unknown => drop(pending),
        }
    }

    async fn make_project(&self, client: &str) {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        // Three clients or so are after the same slug.
        let slug = format!("slug-{}", number / 3);
        let pending = self.history.begin(client, &slug, Action::Swap { from: None, to: number });
        let body = json!({"name": format!("project {number}"), "slug": slug});
        match self.post(&format!("/api/v1/orgs/{}/projects", self.org), &body).await {
            Sent::Answered(201, _) => pending.returned(Answer::Swapped(true)),
            Sent::Answered(422, body) if body.to_string().contains("is taken") => {
                pending.returned(Answer::Swapped(false));
            }
            Sent::Answered(status, body) => panic!("{client}: a project was refused: {status} {body}"),
            Sent::Nothing => pending.never_happened(),
            Sent::Unknown => drop(pending),
        }
    }

    async fn read_project(&self, client: &str, number: u64) {
        let slug = format!("slug-{number}");
        let pending = self.history.begin(client, &slug, Action::Read);
        let path = format!("/api/v1/projects/{slug}");
        let value = match self.get(&path, self.member()).await {
            Sent::Answered(200, body) => {
                let name = body["project"]["name"].as_str().unwrap().to_owned();
                Some(name.trim_start_matches("project ").parse().unwrap())
            }
            Sent::Answered(404, _) => None,
            _ => return pending.never_happened(),
        };
        pending.returned(Answer::Value { value, changes: None });
    }

    async fn read_node(&self, client: &str, node: usize, member: usize) {
        let pending = self.history.begin(client, &format!("node-{node}"), Action::Read);
        let path = format!("/api/v1/projects/{PROJECT}/nodes/{}", self.nodes[node]);
        let Sent::Answered(200, body) = self.get(&path, member).await else {
            return pending.never_happened();
        };
        let desired = &body["node"]["desired"];
        let bundle = desired["bundle_id"].as_str();
        let value = bundle.map(|id| self.bundles.iter().position(|known| known == id).unwrap() as u64);
        let changes = desired["generation"].as_u64().unwrap_or(0);
        pending.returned(Answer::Value { value, changes: Some(changes) });
    }

    /// Reads at a member that may not answer yet.
    pub fn read_soon(&self, client: &str, member: usize, reads: usize) -> JoinHandle<()> {
        let (registers, client) = (self.clone(), client.to_owned());
        tokio::spawn(async move {
            let read = |read| registers.read_node(&client, read % NODES, member);
            join_all((0..reads).map(read)).await;
        })
    }

    /// A write at any member; when it is not known what became of it, it is repeated once, elsewhere, as the same request.
    async fn post(&self, path: &str, body: &Value) -> Sent {
        let key = uuid::Uuid::new_v4().to_string();
        let first = self.member();
        let sent = self.post_at(first, path, body, &key).await;
        let Sent::Unknown = sent else { return sent };
        match self.post_at((first + 1) % self.members(), path, body, &key).await {
            Sent::Answered(status, body) => Sent::Answered(status, body),
            Sent::Nothing | Sent::Unknown => Sent::Unknown,
        }
    }

    async fn post_at(&self, member: usize, path: &str, body: &Value, key: &str) -> Sent {
        let api = self.at(member);
        outcome(tokio::time::timeout(PATIENCE, api.post_keyed(path, body, key)).await)
    }

    async fn get(&self, path: &str, member: usize) -> Sent {
        let api = self.at(member);
        outcome(tokio::time::timeout(PATIENCE, api.send(reqwest::Method::GET, path, None)).await)
    }

    /// After the last fault is gone: a write goes through at each of `members`, soon. How soon it could be on this machine, now, tell
    /// the same writes again.
    pub async fn healed(&self, members: &[usize]) {
        let healed = self.written(members).await;
        let calm = self.written(members).await;
        eprintln!("writes at the members {members:?} after {healed:?}, then within {calm:?}");
        assert!(healed <= HEALED + calm * 10, "after healing {healed:?}, then {calm:?}, at {members:?}");
    }

    /// Time until a write has gone through at each of `members`.
    async fn written(&self, members: &[usize]) -> Duration {
        let began = Instant::now();
        let path = format!("/api/v1/projects/{PROJECT}/enrolment-tokens");
        let (path, name) = (&path, &json!({"name": "healed"}));
        let writes = members.iter().map(|member| async move {
            let api = self.at(*member);
            until_ok(&format!("a write at {member}"), 60, || api.post(path, name)).await
        });
        join_all(writes).await;
        began.elapsed()
    }

    /// Ends the clients, and judges: every member has the same state, what was acknowledged is in it, and there is an order of all
    /// that clients were told.
    pub async fn judge(&self, clients: Clients, members: &[usize]) {
        clients.stop().await;
        for member in members {
            for node in 0..NODES {
                self.read_node("last reader", node, *member).await;
            }
        }
        for number in 0..=self.numbers.load(Ordering::Relaxed) / 3 {
            self.read_project("last reader", number).await;
        }
        let history = self.history.clone();
        eprintln!("{} operations were answered", history.answered());
        tokio::task::spawn_blocking(move || history.assert_linearizable()).await.unwrap();
        self.agree(members).await;
    }

    /// Waits until all members, each from its own disk, tell the same.
    async fn agree(&self, members: &[usize]) {
        until("all members tell the same", 60, || async {
            let states = join_all(members.iter().map(|member| self.state(*member))).await;
            let first = states.first()?.as_ref()?;
            states.iter().all(|state| state.as_ref() == Some(first)).then_some(())
        })
        .await;
    }

    /// What a member has: every change so far in order, and what came of them.
    async fn state(&self, member: usize) -> Option<Vec<Value>> {
        let api = self.at(member);
        let (org, stale) = (&self.org, "limit=200&consistency=stale");
        let mut state = vec![api.get(&format!("/api/v1/projects/{PROJECT}/nodes?{stale}")).await.ok()?];
        let mut cursor = String::new();
        loop {
            let page = api.get(&format!("/api/v1/orgs/{org}/audit?{stale}{cursor}")).await.ok()?;
            let next = page["next_cursor"].as_str().map(|next| format!("&cursor={next}"));
            state.push(page["entries"].clone());
            match next {
                Some(next) => cursor = next,
                None => return Some(state),
            }
        }
    }
}

/// Answered, not sent at all, refused for want of a leader, or nobody knows.
fn outcome(sent: Result<anyhow::Result<(u16, Value)>, tokio::time::error::Elapsed>) -> Sent {
    match sent {
        // Nothing is written when there is no leader: that is a promise.
        Ok(Ok((503, _))) => Sent::Nothing,
        Ok(Ok((504, _))) => Sent::Unknown,
        Ok(Ok((status, body))) => Sent::Answered(status, body),
        Ok(Err(error)) if error.downcast_ref().is_some_and(reqwest::Error::is_connect) => Sent::Nothing,
        Ok(Err(_)) | Err(_) => Sent::Unknown,
    }
}

/// Clients at work.
pub struct Clients(History, Vec<JoinHandle<()>>);

impl Clients {
    /// Waits until so many more operations were answered: the cluster goes on.
    pub async fn go_on(&self, what: &str, operations: usize) {
        let goal = self.0.answered() + operations;
        until(&format!("clients get answers: {what}"), 90, || async {
            if let Some(ended) = self.1.iter().find(|client| client.is_finished()) {
                panic!("a client has ended, see above: {}", ended.id());
            }
            (self.0.answered() >= goal).then_some(())
        })
        .await;
    }

    /// Ends them in the middle of whatever they do.
    pub async fn stop(self) {
        for client in self.1 {
            client.abort();
            let ended = client.await;
            assert!(!ended.is_err_and(|error| error.is_panic()), "a client was refused, see above");
        }
    }
}
