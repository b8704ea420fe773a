//! Members are killed, stopped, starved and run out of files, under clients whose history must have one order.

use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use sentinel_kit::{Api, Cluster, until};

use crate::BINARY;
use crate::registers::{Clients, Registers};

const ALL: [usize; 3] = [0, 1, 2];

struct Members {
    cluster: Cluster,
    api: Api,
    registers: Registers,
    clients: Clients,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_see_one_order_and_the_cluster_heals_whatever_becomes_of_a_process() {
    let cluster = Cluster::start(BINARY, 3, &[]).await;
    let registers = Registers::prepare(&cluster).await;
    let api = cluster.admin(0).await;
    let clients = registers.clients(5);
    let mut members = Members { cluster, api, registers, clients };
    members.clients.go_on("all is well", 150).await;

    members.a_leader_that_stood_still_says_nothing_old_when_it_goes_on().await;
    members.one_that_gets_little_of_a_processor_holds_nobody_up().await;
    members.one_that_has_no_files_left_lives_and_recovers().await;
    members.kills_in_a_row_lose_nothing().await;
    members.a_second_process_does_not_get_the_directory().await;
    members.registers.judge(members.clients, &ALL).await;
}

impl Members {
    async fn healed(&self, what: &str) {
        self.registers.healed(&ALL).await;
        self.clients.go_on(&format!("after {what}"), 20).await;
    }

    /// F14: twice as long as an election. What it is asked meanwhile it answers when it goes on, and then as one who believes to lead.
    async fn a_leader_that_stood_still_says_nothing_old_when_it_goes_on(&mut self) {
        for _ in 0..2 {
            let leader = self.cluster.leader(&self.api).await;
            self.cluster.signal(leader, Signal::SIGSTOP);
            self.clients.go_on("the leader stands still", 40).await;
            // These wait in its socket, and were asked after much was acknowledged elsewhere: the history tells an old answer.
            let asked = self.registers.read_soon("asks the sleeper", leader, 20);
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            self.cluster.signal(leader, Signal::SIGCONT);
            asked.await.unwrap();
            self.healed("the leader stood still").await;
        }
    }

    /// F16: a follower, then the leader, runs for a fifth of the time.
    async fn one_that_gets_little_of_a_processor_holds_nobody_up(&mut self) {
        let leader = self.cluster.leader(&self.api).await;
        for starved in [(leader + 1) % 3, leader] {
            let began = Instant::now();
            while began.elapsed() < Duration::from_secs(3) {
                self.cluster.signal(starved, Signal::SIGSTOP);
                tokio::time::sleep(Duration::from_millis(80)).await;
                self.cluster.signal(starved, Signal::SIGCONT);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            self.healed("one was starved").await;
        }
    }

    /// F17: a member that can open nothing more: no connection, no file.
    async fn one_that_has_no_files_left_lives_and_recovers(&mut self) {
        for starved in [0, self.cluster.leader(&self.api).await] {
            let pid = self.cluster.pid(starved).unwrap();
            let open = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count();
            let before = limit_of_files(pid, None);
            limit_of_files(pid, Some(&open.to_string()));
            let others: Vec<usize> = ALL.into_iter().filter(|member| *member != starved).collect();
            let mut held = Vec::new();
            let address = self.cluster.url(starved).trim_start_matches("http://").to_owned();
            for _ in 0..50 {
                held.extend(tokio::net::TcpStream::connect(&address).await);
            }
            self.clients.go_on("a member has no files left", 30).await;
            self.registers.healed(&others).await;
            drop(held);
            limit_of_files(pid, Some(&before));
            assert_eq!(self.cluster.pid(starved), Some(pid));
            self.healed("a member had no files left").await;
        }
    }

    /// F13: whoever leads, then two at once, again and again, in the middle of writes.
    async fn kills_in_a_row_lose_nothing(&mut self) {
        for round in 0..4 {
            let leader = self.cluster.leader(&self.api).await;
            let killed = match round % 2 {
                0 => vec![leader],
                _ => vec![leader, (leader + 1) % 3],
            };
            self.clients.go_on("between kills", 30).await;
            killed.iter().for_each(|member| self.cluster.kill9(*member));
            if killed.len() == 1 {
                self.clients.go_on("one was killed", 20).await;
            }
            killed.iter().for_each(|member| self.cluster.launch(*member));
            for member in killed {
                self.cluster.ready(member).await;
            }
            self.healed("kills").await;
        }
    }

    /// F30: two processes with one directory would each write what the other does not know of.
    async fn a_second_process_does_not_get_the_directory(&mut self) {
        let log = self.cluster.dir.join("second.log");
        let mut command = Command::new(BINARY);
        command.arg("server").arg("--data-dir").arg(self.cluster.data_dir(1));
        for address in ["--peer", "--http", "--grpc"] {
            command.args([address, &format!("127.0.0.1:{}", sentinel_kit::ports::free())]);
        }
        let mut second = sentinel_kit::Process::start("second", &mut command, &log);
        let ended = until("the second process ends", 30, || {
            let running = second.running();
            std::future::ready((!running).then_some(()))
        });
        ended.await;
        assert!(second.log().contains("is in use"), "{}", second.log());
        self.healed("a second process").await;
    }
}

/// Sets how many files a process may have open, and returns the limit as it was.
fn limit_of_files(pid: u32, limit: Option<&str>) -> String {
    let mut command = Command::new("prlimit");
    command.args(["--pid", &pid.to_string()]);
    match limit {
        Some(limit) => command.arg(format!("--nofile={limit}:")),
        None => command.args(["--nofile", "--noheadings", "--raw", "--output", "SOFT"]),
    };
    let output = command.output().expect("prlimit; install it with: apt-get install -y util-linux");
    assert!(output.status.success(), "prlimit: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
