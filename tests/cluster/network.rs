//! The network between members fails in each way that networks do, one after the other, under clients whose history must have one order.

use std::time::{Duration, Instant};

use sentinel_kit::{Api, Cluster, Links, Weather, until};
use serde_json::{Value, json};

use crate::BINARY;
use crate::registers::{Clients, Registers};

const ALL: [usize; 3] = [0, 1, 2];
/// From the moment at which a leader cannot lead any more until another one does, at the most: the leader's lease (1.2 s), an election
/// (another 1.2 s), and as much again for a vote that is split; the rest is for a machine that is busy.
const ELECTED: u64 = 15;

/// A cluster, its network, and clients that never stop.
struct Net {
    cluster: Cluster,
    links: Links,
    api: Api,
    registers: Registers,
    clients: Clients,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_see_one_order_and_the_cluster_heals_whatever_the_network_does() {
    let (cluster, links) = Cluster::linked(BINARY, 3, &[]).await;
    let registers = Registers::prepare(&cluster).await;
    let api = cluster.admin(0).await;
    let clients = registers.clients(5);
    let net = Net { cluster, links, api, registers, clients };
    net.clients.go_on("all is well", 150).await;

    net.a_leader_that_hears_nobody_gives_way().await;
    net.a_leader_that_nobody_hears_gives_way().await;
    net.a_bridge_keeps_the_leader().await;
    net.both_sides_of_a_split_answer_what_they_may().await;
    net.delay_and_jitter_cost_time_alone().await;
    net.loss_costs_time_alone().await;
    net.one_slow_link_is_not_waited_for().await;
    net.large_frames_that_vanish_cost_one_member().await;
    net.connections_that_nobody_ended_are_given_up().await;
    net.a_storm_of_resets_passes().await;
    net.flapping_leadership_settles().await;
    net.registers.judge(net.clients, &ALL).await;
}

impl Net {
    async fn leader(&self) -> (usize, Vec<usize>) {
        let leader = self.cluster.leader(&self.api).await;
        (leader, ALL.into_iter().filter(|member| *member != leader).collect())
    }

    async fn status(&self, member: usize) -> Value {
        let api = self.api.at(&self.cluster.url(member));
        api.get("/api/v1/cluster?consistency=stale").await.unwrap()
    }

    /// Waits until the others follow somebody else.
    async fn another_leads(&self, old: usize, others: &[usize]) {
        let began = Instant::now();
        until("another member leads", ELECTED, || async {
            let leader = self.status(others[0]).await["leader"].as_u64()?;
            (leader != old as u64 + 1).then_some(())
        })
        .await;
        eprintln!("another leader after {:?}", began.elapsed());
    }

    async fn heal(&self, what: &str) {
        self.links.heal();
        self.registers.healed(&ALL).await;
        self.clients.go_on(&format!("after {what}"), 20).await;
    }

    /// F2: it is heard, so nobody misses it, and it can commit nothing.
    async fn a_leader_that_hears_nobody_gives_way(&self) {
        let (leader, others) = self.leader().await;
        others.iter().for_each(|other| self.links.cut(*other, leader));
        self.another_leads(leader, &others).await;
        self.clients.go_on("a leader hears nobody", 30).await;
        self.heal("a leader heard nobody").await;
    }

    /// F2, the other way.
    async fn a_leader_that_nobody_hears_gives_way(&self) {
        let (leader, others) = self.leader().await;
        others.iter().for_each(|other| self.links.cut(leader, *other));
        self.another_leads(leader, &others).await;
        self.clients.go_on("nobody hears a leader", 30).await;
        self.heal("nobody heard a leader").await;
    }

    /// F3: two members do not reach each other, the third reaches both. Whoever leads keeps a majority, and its lead.
    async fn a_bridge_keeps_the_leader(&self) {
        let (leader, others) = self.leader().await;
        let term = self.status(leader).await["term"].clone();
        self.links.part(&[leader], &others[..1]);
        self.clients.go_on("there is a bridge", 40).await;
        let status = self.status(leader).await;
        assert_eq!(status["term"], term, "a member that misses the leader does not depose it: {status}");
        self.heal("there was a bridge").await;
        assert_eq!(self.cluster.leader(&self.api).await, leader);
    }

    /// F1, F43: the side without a majority tells what it has to those who ask for that, and nothing else.
    async fn both_sides_of_a_split_answer_what_they_may(&self) {
        let (leader, others) = self.leader().await;
        self.links.part(&[leader], &others);
        self.another_leads(leader, &others).await;
        let alone = &self.api.at(&self.cluster.url(leader));
        let path = "/api/v1/projects/registers";
        let get = |path: String| async move { alone.send(reqwest::Method::GET, &path, None).await.unwrap() };
        let (status, body) = get(path.to_owned()).await;
        assert_eq!(status, 503, "a default read without a majority: {body}");
        let made = alone
            .send(reqwest::Method::POST, &format!("{path}/enrolment-tokens"), Some(&json!({"name": "alone"})))
            .await;
        let (status, body) = made.unwrap();
        assert!(status == 503 || status == 504, "a write without a majority: {status} {body}");
        for member in ALL {
            let api = self.api.at(&self.cluster.url(member));
            api.get(&format!("{path}?consistency=stale")).await.unwrap();
        }
        let (status, body) = get("/ready".to_owned()).await;
        assert_eq!(status, 503, "it knows that it cannot write: {body}");
        self.clients.go_on("the cluster is split", 30).await;
        self.heal("a split").await;
    }

    /// F4.
    async fn delay_and_jitter_cost_time_alone(&self) {
        for (delay, jitter) in [(1, 5), (20, 20)] {
            let (delay, jitter) = (Duration::from_millis(delay), Duration::from_millis(jitter));
            self.everywhere(Weather { delay, jitter, ..Weather::default() });
            self.clients
                .go_on(&format!("everything takes {delay:?} to {:?} longer", delay + jitter), 20)
                .await;
        }
        // A heartbeat that is not answered within 150 ms counts as lost, so from here on no leader can say for sure that it leads.
        for delay in [Duration::from_millis(300), Duration::from_secs(5)] {
            self.everywhere(Weather { delay, jitter: delay / 2, ..Weather::default() });
            let api = self.api.at(&self.cluster.url(0));
            until("a member says that it cannot write", 30, || async {
                let (status, _) = api.send(reqwest::Method::GET, "/ready", None).await.ok()?;
                (status == 503).then_some(())
            })
            .await;
        }
        self.heal("delays").await;
    }

    /// F5.
    async fn loss_costs_time_alone(&self) {
        for (loss_percent, answers) in [(5, 30), (15, 20), (30, 5)] {
            self.everywhere(Weather { loss_percent, ..Weather::default() });
            self.clients.go_on(&format!("{loss_percent} % are lost"), answers).await;
        }
        self.heal("loss").await;
    }

    /// F8.
    async fn one_slow_link_is_not_waited_for(&self) {
        let (leader, others) = self.leader().await;
        self.links.between(
            &[leader],
            &others[..1],
            Weather { bytes_per_s: Some(2_000), ..Weather::default() },
        );
        self.clients.go_on("one link is slow", 40).await;
        self.heal("a slow link").await;
    }

    /// F12.
    async fn large_frames_that_vanish_cost_one_member(&self) {
        let (leader, others) = self.leader().await;
        self.links.set(leader, others[0], Weather { largest: Some(400), ..Weather::default() });
        self.clients.go_on("large frames vanish", 40).await;
        // Connections on which one vanished never recover; they have to be given up.
        self.heal("large frames vanished").await;
    }

    /// F9.
    async fn connections_that_nobody_ended_are_given_up(&self) {
        let (leader, others) = self.leader().await;
        others.iter().for_each(|other| self.links.strand(leader, *other));
        self.clients.go_on("connections are dead and nobody was told", 30).await;
        self.heal("dead connections").await;
    }

    /// F9.
    async fn a_storm_of_resets_passes(&self) {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(3) {
            for (one, other) in [(0, 1), (0, 2), (1, 2)] {
                self.links.reset(one, other);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.heal("a storm of resets").await;
    }

    /// F42: every 100 ms the leader is cut off or handed over.
    async fn flapping_leadership_settles(&self) {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(3) {
            let heir = rand::random_range(0..3_usize);
            let asked = self.api.at(&self.cluster.url(heir));
            let to = json!({"to": heir + 1});
            let handed = asked.post("/api/v1/cluster/hand-over", &to);
            // Whether it is taken over does not matter here.
            let _ = tokio::time::timeout(Duration::from_millis(100), handed).await;
            let others: Vec<usize> = ALL.into_iter().filter(|member| *member != heir).collect();
            self.links.part(&[heir], &others);
            tokio::time::sleep(Duration::from_millis(100)).await;
            self.links.heal();
        }
        self.heal("flapping leadership").await;
    }

    fn everywhere(&self, weather: Weather) {
        self.links.between(&ALL, &ALL, weather);
    }
}
