//! Clocks that differ, jump, and jump back. Each member runs with a clock of its own, which the test sets while it runs.

use std::path::{Path, PathBuf};

use sentinel_kit::{Api, Cluster, until_ok};

use crate::BINARY;
use crate::registers::{Clients, Registers};

const ALL: [usize; 3] = [0, 1, 2];
const HOUR: i64 = 3_600;
const YEAR: i64 = 365 * 24 * HOUR;

struct Clocks {
    cluster: Cluster,
    api: Api,
    registers: Registers,
    clients: Clients,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_see_one_order_and_members_know_each_other_whatever_their_clocks_say() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    let library = library();
    for member in ALL {
        give_clock(&mut cluster, member, &library);
        cluster.stop(member);
        cluster.launch(member);
        cluster.ready(member).await;
    }
    let registers = Registers::prepare(&cluster).await;
    let api = cluster.admin(0).await;
    let clients = registers.clients(5);
    let mut clocks = Clocks { cluster, api, registers, clients };
    clocks.clients.go_on("clocks agree", 30).await;

    clocks.members_two_hours_apart_take_each_other().await;
    clocks.a_leader_whose_clock_jumps_leads_on().await;
    clocks.one_that_believes_in_another_year_costs_nobody_else().await;
    clocks.registers.judge(clocks.clients, &ALL).await;
    expired_certificates_are_renewed(&mut clocks.cluster).await;
}

impl Clocks {
    /// F31: one second and one hour ahead and behind, under every leader, with connections that are made anew.
    async fn members_two_hours_apart_take_each_other(&mut self) {
        for ahead in [1, HOUR - 60] {
            for member in ALL {
                set_clock(&self.cluster, member, [-ahead, 0, ahead][member]);
            }
            let leader = self.cluster.leader(&self.api).await;
            self.cluster.kill9(leader);
            self.clients.go_on("clocks differ and the leader was killed", 20).await;
            self.cluster.launch(leader);
            self.cluster.ready(leader).await;
            self.healed("clocks differed").await;
        }
        ALL.iter().for_each(|member| set_clock(&self.cluster, *member, 0));
    }

    /// F32: what its clock said before is not taken back, and time goes on.
    async fn a_leader_whose_clock_jumps_leads_on(&mut self) {
        let leader = self.cluster.leader(&self.api).await;
        for seconds in [90 * 60, -90 * 60, 0] {
            set_clock(&self.cluster, leader, seconds);
            self.clients.go_on("the leader's clock jumped", 20).await;
        }
        self.healed("the leader's clock jumped").await;
    }

    /// F32: to it all certificates have expired, its own among them. It takes part again when it is started with the right time.
    async fn one_that_believes_in_another_year_costs_nobody_else(&mut self) {
        let strange = (self.cluster.leader(&self.api).await + 1) % 3;
        for seconds in [2 * YEAR, -YEAR] {
            set_clock(&self.cluster, strange, seconds);
            self.cluster.kill9(strange);
            self.cluster.launch(strange);
            self.clients.go_on("one member believes in another year", 30).await;
            // What its certificate says now comes from that year.
            self.cluster.kill9(strange);
            set_clock(&self.cluster, strange, 0);
            self.cluster.launch(strange);
            self.cluster.ready(strange).await;
            self.healed("one member believed in another year").await;
        }
    }

    async fn healed(&self, what: &str) {
        self.registers.healed(&ALL).await;
        self.clients.go_on(&format!("after {what}"), 20).await;
    }
}

/// F44: a cluster that was switched off until every certificate had expired comes back by itself.
async fn expired_certificates_are_renewed(cluster: &mut Cluster) {
    ALL.iter().for_each(|member| cluster.stop(*member));
    for member in ALL {
        set_clock(cluster, member, 40 * 24 * HOUR);
        cluster.launch(member);
    }
    for member in ALL {
        cluster.ready(member).await;
    }
    let api = cluster.admin(0).await;
    for member in ALL {
        let slug = format!("after-{member}");
        let api = api.at(&cluster.url(member));
        until_ok("a write", 10, || cluster.project(&api, &slug)).await;
    }
}

fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let mut found = folders.map(|folder| folder.path().join("faketime/libfaketime.so.1"));
    let found = found.find(|library| library.exists());
    found.expect("libfaketime.so.1; install it with: apt-get install -y libfaketime")
}

fn clock_file(cluster: &Cluster, member: usize) -> PathBuf {
    cluster.path().join(format!("clock-{}", member + 1))
}

/// A clock that says what the file says, from the member's next start on. What measures durations goes on as it was.
fn give_clock(cluster: &mut Cluster, member: usize, library: &Path) {
    set_clock(cluster, member, 0);
    let file = clock_file(cluster, member);
    cluster.set_environment(
        member,
        &[
            ("LD_PRELOAD", library.to_str().unwrap()),
            ("FAKETIME_TIMESTAMP_FILE", file.to_str().unwrap()),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("DONT_FAKE_MONOTONIC", "1"),
        ],
    );
}

/// Replaced whole: a member that reads meanwhile finds one or the other.
fn set_clock(cluster: &Cluster, member: usize, seconds: i64) {
    let file = clock_file(cluster, member);
    let new = file.with_extension("new");
    std::fs::write(&new, format!("{seconds:+}\n")).unwrap();
    std::fs::rename(new, file).unwrap();
}
