//! What clients see has one order, whatever becomes of members and of the network between them.

use nix::sys::signal::Signal;
use sentinel_kit::{Cluster, until};

use crate::BINARY;
use crate::registers::Registers;

const ALL: [usize; 3] = [0, 1, 2];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_see_one_order_while_members_are_killed_stopped_and_parted() {
    let (mut cluster, links) = Cluster::linked(BINARY, 3, &[]).await;
    let registers = Registers::prepare(&cluster).await;
    let api = cluster.admin(0).await;
    let clients = registers.clients(6);
    clients.go_on("all is well", 150).await;

    let leader = cluster.leader(&api).await;
    cluster.kill9(leader);
    clients.go_on("the leader was killed", 40).await;
    cluster.launch(leader);
    cluster.ready(leader).await;

    // It wakes up as one who believes that it leads. What it says then must not be old.
    let leader = cluster.leader(&api).await;
    cluster.signal(leader, Signal::SIGSTOP);
    clients.go_on("the leader stands still", 40).await;
    cluster.signal(leader, Signal::SIGCONT);
    registers.healed(&ALL).await;

    let leader = cluster.leader(&api).await;
    let others: Vec<usize> = ALL.into_iter().filter(|index| *index != leader).collect();
    links.part(&[leader], &others);
    clients.go_on("the leader is alone", 40).await;
    links.heal();
    registers.healed(&ALL).await;

    // A member without connections to the others, and one that is killed: no majority. Nothing may be acknowledged that is lost.
    let leader = cluster.leader(&api).await;
    let (parted, killed) = ((leader + 1) % 3, (leader + 2) % 3);
    links.part(&[parted], &[leader, killed]);
    cluster.kill9(killed);
    until("the member that is left says that it cannot write", 30, || async {
        let ready = api.at(&cluster.url(leader)).send(reqwest::Method::GET, "/ready", None).await;
        ready.is_ok_and(|(status, _)| status == 503).then_some(())
    })
    .await;
    cluster.launch(killed);
    links.heal();
    cluster.ready(killed).await;
    registers.healed(&ALL).await;

    for member in ALL {
        cluster.kill9(member);
    }
    for member in ALL {
        cluster.launch(member);
    }
    for member in ALL {
        cluster.ready(member).await;
    }
    registers.healed(&ALL).await;
    clients.go_on("all were killed and started again", 40).await;
    registers.judge(clients, &ALL).await;
}
