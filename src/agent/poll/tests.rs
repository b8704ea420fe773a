//! What is tried again, and what is not.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use sentinel_api_types::agent::{RegisterResponse, Weight};
use sentinel_model::NodeId;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

use sentinel_model::{Epoch, Generation};

use super::*;
use crate::agent::identity::Identity;
use crate::agent::local_http::LocalHttp;
use crate::agent::meter::Meter;
use crate::agent::sealing_key::SealingKey;
use crate::agent::testing::bundle;

/// What a member says to a node's polls.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there are few of them")]
enum Says {
    Run(Update),
    Nothing,
    NotKnown,
}

/// A member that answers polls, and what it was asked: the generation and the wait.
#[derive(Clone)]
struct Member {
    says: watch::Sender<Says>,
    asked: watch::Sender<Vec<(u64, u32)>>,
    /// The node's weight; `None`: it is of a version without.
    weight: watch::Sender<Option<Weight>>,
    /// Which values of secrets belong to what the node runs; `None`: it is of a version without.
    secrets: watch::Sender<Option<Sha256Digest>>,
}

async fn answer(State(member): State<Member>, query: Query<LatestQuery>, request: Request) -> Response {
    let close = [("connection", "close")];
    if !request.uri().path().ends_with("/bundles/latest") {
        return (StatusCode::NOT_FOUND, close).into_response();
    }
    let (have, wait) = (query.generation.unwrap_or_default(), query.wait.unwrap_or_default());
    member.asked.send_modify(|asked| asked.push((have.0, wait)));
    let mut says = member.says.subscribe();
    let mut weights = member.weight.subscribe();
    let mut stamps = member.secrets.subscribe();
    loop {
        let now = says.borrow_and_update().clone();
        let weight = *weights.borrow_and_update();
        if weight.is_none() && query.weight_revision.is_some() {
            return (StatusCode::BAD_REQUEST, close).into_response();
        }
        let secrets = *stamps.borrow_and_update();
        if secrets.is_none() && query.secrets.is_some() {
            return (StatusCode::BAD_REQUEST, close).into_response();
        }
        let newer = weight.zip(query.weight_revision).is_some_and(|(now, known)| now.revision > known)
            || secrets.zip(query.secrets).is_some_and(|(now, has)| now != has);
        match now {
            Says::Run(update) if update.generation > have => return (close, Json(update)).into_response(),
            Says::NotKnown => return (StatusCode::NOT_FOUND, close).into_response(),
            _ if wait == 0 || newer => {
                return (close, Json(NoUpdate { no_update: true, poll_after_s: 0, weight, secrets }))
                    .into_response();
            }
            _ => tokio::select! {
                changed = says.changed() => changed.unwrap(),
                changed = weights.changed() => changed.unwrap(),
                changed = stamps.changed() => changed.unwrap(),
            },
        }
    }
}

/// A member with an assignment, and an agent that polls it.
struct Polling {
    member: Member,
    serving: JoinHandle<()>,
    jobs: mpsc::Receiver<Job>,
    renewals: mpsc::Receiver<Renewal>,
    board: Arc<Board>,
    weights: Arc<Weights>,
    _dir: tempfile::TempDir,
    /// How many polls were looked at.
    seen: usize,
}

impl Polling {
    async fn start() -> Self {
        Self::of(Says::Run(bundle(1, "1.0").update()), None).await
    }

    async fn of(says: Says, weight: Option<Weight>) -> Self {
        Self::failing(says, weight, Duration::from_millis(20)).await
    }

    /// With this pause after something that failed.
    async fn failing(says: Says, weight: Option<Weight>, pause: Duration) -> Self {
        let (says, weight) = (watch::Sender::new(says), watch::Sender::new(weight));
        let member =
            Member { says, asked: watch::Sender::default(), weight, secrets: watch::Sender::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(member.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let enrolled = RegisterResponse {
            node_id: NodeId(Uuid::nil()),
            node_key: "key".into(),
            poll_interval_s: 1,
            heartbeat_interval_s: 1,
            signing_keys: Vec::new(),
            members: Vec::new(),
        };
        let link = Link::new(
            &[url],
            &Identity::new("shop", "edge", enrolled),
            PathBuf::new(),
            SealingKey::of(Path::new("")),
        )
        .unwrap();
        let board = Arc::new(Board::new(Meter::new(LocalHttp::new().unwrap())));
        let (sender, jobs) = mpsc::channel(1);
        let soon = || Backoff::new(Duration::from_millis(20), Duration::from_millis(20));
        let dir = tempfile::tempdir().unwrap();
        let weights = Arc::new(Weights::open(dir.path(), NodeId(Uuid::nil())).unwrap());
        let (renew, renewals) = mpsc::channel(1);
        let work = (sender, renew);
        tokio::spawn(rounds(
            link,
            Arc::clone(&board),
            Arc::clone(&weights),
            work,
            soon(),
            Backoff::new(pause, pause),
        ));
        Self { member, serving, jobs, renewals, board, weights, _dir: dir, seen: 0 }
    }

    /// The next assignment that is to be activated.
    async fn job(&mut self) -> Job {
        timeout(Duration::from_secs(20), self.jobs.recv()).await.expect("an assignment comes").unwrap()
    }

    /// Waits until the member is asked so, after what was looked at before; no assignment may come meanwhile.
    async fn asked(&mut self, what: impl Fn(u64, u32) -> bool) {
        let mut asked = self.member.asked.subscribe();
        let place = |asked: &Vec<(u64, u32)>, seen: usize| {
            asked.iter().skip(seen).position(|(have, wait)| what(*have, *wait)).map(|place| seen + place + 1)
        };
        let wait =
            timeout(Duration::from_secs(20), asked.wait_for(|asked| place(asked, self.seen).is_some()));
        tokio::select! {
            job = self.jobs.recv() => panic!("{:?} is to be activated", job.map(|job| job.update.generation)),
            asked = wait => self.seen = place(&asked.expect("the member is asked").unwrap(), self.seen).unwrap(),
        }
    }
}

#[tokio::test]
async fn what_was_withdrawn_meanwhile_is_not_tried_again() {
    let mut polling = Polling::start().await;
    let job = polling.job().await;
    assert!(job.offered);
    polling.member.says.send_replace(Says::Nothing);
    job.answer.send(Outcome::Again).unwrap();
    polling.asked(|have, wait| have == 0 && wait == 0).await;
    polling.asked(|have, wait| have == 0 && wait > 0).await;
    // And the next assignment comes as ever.
    polling.member.says.send_replace(Says::Run(bundle(2, "1.1").update()));
    assert_eq!(polling.job().await.update.generation, Generation(2));
}

#[tokio::test]
async fn what_is_still_wanted_is_offered_anew_and_tried_again() {
    let mut polling = Polling::start().await;
    for _ in 0..3 {
        let job = polling.job().await;
        assert_eq!((job.update.generation, job.offered), (Generation(1), true));
        job.answer.send(Outcome::Again).unwrap();
    }
}

#[tokio::test]
async fn while_no_member_answers_the_last_known_wish_stands() {
    let mut polling = Polling::start().await;
    let job = polling.job().await;
    polling.serving.abort();
    assert!((&mut polling.serving).await.unwrap_err().is_cancelled());
    job.answer.send(Outcome::Again).unwrap();
    for _ in 0..2 {
        let job = polling.job().await;
        assert_eq!((job.update.generation, job.offered), (Generation(1), false));
        job.answer.send(Outcome::Again).unwrap();
    }
}

#[tokio::test]
async fn a_node_that_the_control_plane_does_not_know_any_more_tries_nothing_again() {
    let mut polling = Polling::start().await;
    let job = polling.job().await;
    polling.member.says.send_replace(Says::NotKnown);
    job.answer.send(Outcome::Again).unwrap();
    for _ in 0..3 {
        polling.asked(|have, _| have == 0).await;
    }
}

/// A weight of the first epoch.
fn weight(percent: u8, revision: u64) -> Option<Weight> {
    Some(Weight { percent, epoch: Epoch::FIRST, revision })
}

/// Waits until the agent knows this weight; no assignment may come meanwhile.
async fn has(polling: &Polling, percent: u8) {
    let known = async {
        while polling.weights.percent() != percent {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), known).await.unwrap_or_else(|_| panic!("it learns of {percent} %"));
}

#[tokio::test]
async fn a_new_weight_ends_the_wait_and_is_no_assignment() {
    let mut polling = Polling::of(Says::Nothing, weight(50, 1)).await;
    has(&polling, 50).await;
    // Told once, it waits for a newer one.
    polling.asked(|_, wait| wait > 0).await;
    polling.member.weight.send_replace(weight(0, 2));
    has(&polling, 0).await;
    polling.asked(|have, wait| have == 0 && wait > 0).await;
}

#[tokio::test]
async fn a_weight_comes_with_an_assignment_as_well() {
    let told = weight(10, 4);
    let mut polling = Polling::of(Says::Nothing, told).await;
    let update = Update { weight: weight(20, 5), ..bundle(1, "1.0").update() };
    polling.member.says.send_replace(Says::Run(update));
    assert_eq!(polling.job().await.update.generation, Generation(1));
    assert_eq!(polling.weights.percent(), 20);
}

#[tokio::test]
async fn a_member_of_a_version_without_weights_changes_none_and_is_waited_at_as_before() {
    let mut polling = Polling::of(Says::Nothing, weight(50, 1)).await;
    has(&polling, 50).await;
    polling.asked(|_, wait| wait > 0).await;
    // It refuses the question once, and is then asked as it knows it: that wait lasts.
    polling.member.weight.send_replace(None);
    polling.asked(|_, wait| wait > 0).await;
    assert_eq!(polling.weights.percent(), 50);
    polling.member.says.send_replace(Says::Run(bundle(2, "1.1").update()));
    assert_eq!(polling.job().await.update.generation, Generation(2));
}

#[tokio::test]
async fn other_values_of_secrets_are_taken_once_and_tried_again_when_they_were_not() {
    let stamp = |number: u8| Sha256Digest([number; 32]);
    let mut polling = Polling::of(Says::Nothing, None).await;
    polling.board.change(|facts| facts.secrets = Some(stamp(1)));
    polling.member.secrets.send_replace(Some(stamp(1)));
    polling.member.secrets.send_replace(Some(stamp(2)));
    let next = async |polling: &mut Polling| {
        timeout(Duration::from_secs(20), polling.renewals.recv()).await.expect("values come").unwrap()
    };
    let renewal = next(&mut polling).await;
    assert_eq!(renewal.stamp, stamp(2));
    renewal.answer.send(false).unwrap();
    let renewal = next(&mut polling).await;
    assert_eq!(renewal.stamp, stamp(2), "after a pause");
    polling.board.change(|facts| facts.secrets = Some(stamp(2)));
    renewal.answer.send(true).unwrap();
    polling.member.secrets.send_replace(Some(stamp(3)));
    let renewal = next(&mut polling).await;
    assert_eq!(renewal.stamp, stamp(3), "those of before do not come again");
    // What runs is not what is assigned any more: its values are nobody's business.
    polling.board.change(|facts| facts.secrets = None);
    renewal.answer.send(false).unwrap();
    polling.member.secrets.send_replace(Some(stamp(4)));
    assert!(timeout(Duration::from_millis(200), polling.renewals.recv()).await.is_err());
}

#[tokio::test]
async fn values_that_are_taken_after_others_that_were_not_are_taken_once() {
    let stamp = |number: u8| Sha256Digest([number; 32]);
    let mut polling = Polling::failing(Says::Nothing, None, Duration::from_secs(600)).await;
    polling.board.change(|facts| facts.secrets = Some(stamp(1)));
    polling.member.secrets.send_replace(Some(stamp(2)));
    let next = async |polling: &mut Polling| {
        timeout(Duration::from_secs(20), polling.renewals.recv()).await.expect("values come").unwrap()
    };
    next(&mut polling).await.answer.send(false).unwrap();
    assert!(timeout(Duration::from_millis(200), polling.renewals.recv()).await.is_err(), "not at once again");
    polling.member.secrets.send_replace(Some(stamp(3)));
    let renewal = next(&mut polling).await;
    polling.board.change(|facts| facts.secrets = Some(stamp(3)));
    renewal.answer.send(true).unwrap();
    let asked = polling.member.asked.borrow().len();
    assert!(timeout(Duration::from_millis(200), polling.renewals.recv()).await.is_err());
    assert!(polling.member.asked.borrow().len() <= asked + 2, "it waits for others");
}

#[tokio::test]
async fn a_member_of_a_version_without_secrets_is_asked_as_it_knows_it_until_one_tells_of_some() {
    let stamp = |number: u8| Sha256Digest([number; 32]);
    let mut polling = Polling::of(Says::Nothing, weight(50, 1)).await;
    has(&polling, 50).await;
    polling.board.change(|facts| facts.secrets = Some(stamp(1)));
    polling.member.weight.send_replace(weight(40, 2));
    has(&polling, 40).await;
    let asked = polling.member.asked.borrow().len();
    assert!(timeout(Duration::from_millis(200), polling.renewals.recv()).await.is_err());
    assert!(polling.member.asked.borrow().len() <= asked + 3, "it is refused once, and then waits");
    polling.member.secrets.send_replace(Some(stamp(2)));
    polling.member.weight.send_replace(weight(60, 3));
    let renewal = timeout(Duration::from_secs(20), polling.renewals.recv()).await.unwrap().unwrap();
    assert_eq!(renewal.stamp, stamp(2));
}
