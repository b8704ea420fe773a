//! Three members of etcd on loopback, as Debian packages it, with its defaults: every put is on the disks of a majority before it is
//! acknowledged. Its API is two messages here, written by hand from etcd's `rpc.proto`; fields that nobody reads are left out.

use std::process::Command;

use anyhow::{Context, Result};
use sentinel_kit::process::Process;
use sentinel_kit::{WorkDir, ports, until_ok};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic_prost::ProstCodec;

use crate::load::Client;

const MEMBERS: usize = 3;

/// `etcdserverpb.PutRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct PutRequest {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `etcdserverpb.PutResponse`.
#[derive(Clone, PartialEq, prost::Message)]
struct PutResponse {}

/// `etcdserverpb.StatusRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct StatusRequest {}

/// `etcdserverpb.StatusResponse`.
#[derive(Clone, PartialEq, prost::Message)]
struct StatusResponse {
    #[prost(message, optional, tag = "1")]
    header: Option<ResponseHeader>,
    #[prost(uint64, tag = "4")]
    leader: u64,
}

/// `etcdserverpb.ResponseHeader`.
#[derive(Clone, PartialEq, prost::Message)]
struct ResponseHeader {
    #[prost(uint64, tag = "2")]
    member_id: u64,
}

/// First line of `etcd --version`, or an error with the command that installs it.
pub fn version() -> Result<String> {
    let missing = "etcd is missing; install it with: apt-get install -y etcd-server etcd-client";
    let output = Command::new("etcd").arg("--version").output().ok().context(missing)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().map(|line| line.replace(" Version:", "")).context(missing)
}

/// A running cluster. Ended when dropped.
pub struct Etcd {
    processes: Vec<Process>,
    /// Client endpoints, the leader's first.
    endpoints: Vec<String>,
    _dir: WorkDir,
}

impl Etcd {
    /// Starts three members and waits until each takes a put.
    pub async fn start() -> Result<Self> {
        let dir = WorkDir::new("etcd");
        let url = || format!("http://127.0.0.1:{}", ports::free());
        let members: Vec<(String, String)> = (0..MEMBERS).map(|_| (url(), url())).collect();
        let all: Vec<String> =
            members.iter().enumerate().map(|(n, (_, peer))| format!("e{n}={peer}")).collect();
        let mut processes = Vec::new();
        for (number, (client, peer)) in members.iter().enumerate() {
            let name = format!("e{number}");
            let mut command = Command::new("etcd");
            command
                .args([
                    "--name",
                    &name,
                    "--initial-cluster",
                    &all.join(","),
                    "--initial-cluster-state",
                    "new",
                ])
                .args(["--listen-client-urls", client, "--advertise-client-urls", client])
                .args(["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer])
                .arg("--data-dir")
                .arg(dir.join(&name));
            processes.push(Process::start(&name, &mut command, &dir.join(&format!("{name}.log"))));
        }
        let mut endpoints = Vec::new();
        for (client, _) in members {
            until_ok("etcd takes a put", 30, || async {
                EtcdClient::new(&client, "first").await?.call().await
            })
            .await;
            let leads = leads(&client).await?;
            endpoints.insert(if leads { 0 } else { endpoints.len() }, client);
        }
        Ok(Self { processes, endpoints, _dir: dir })
    }

    /// Process ids.
    pub fn pids(&self) -> Vec<u32> {
        self.processes.iter().filter_map(Process::pid).collect()
    }

    /// Clients spread over the members, the first at the leader. `round` keeps their keys apart from those of other rounds.
    pub async fn clients(&self, count: usize, round: &str) -> Result<Vec<EtcdClient>> {
        let mut clients = Vec::new();
        for number in 0..count {
            let endpoint = &self.endpoints[number % MEMBERS];
            clients.push(EtcdClient::new(endpoint, &format!("{round}/{number:03}")).await?);
        }
        Ok(clients)
    }
}

async fn leads(endpoint: &str) -> Result<bool> {
    let mut grpc = tonic::client::Grpc::new(Channel::from_shared(endpoint.to_owned())?.connect().await?);
    grpc.ready().await?;
    let path = PathAndQuery::from_static("/etcdserverpb.Maintenance/Status");
    let codec = ProstCodec::<StatusRequest, StatusResponse>::default();
    let answer = grpc.unary(tonic::Request::new(StatusRequest {}), path, codec).await?.into_inner();
    Ok(answer.header.is_some_and(|header| header.member_id == answer.leader))
}

/// One client with its own connection, that puts 256 bytes under a new key each time.
pub struct EtcdClient {
    grpc: tonic::client::Grpc<Channel>,
    prefix: String,
    number: u64,
}

impl EtcdClient {
    async fn new(endpoint: &str, prefix: &str) -> Result<Self> {
        let channel = Channel::from_shared(endpoint.to_owned())?.tcp_nodelay(true).connect().await?;
        Ok(Self { grpc: tonic::client::Grpc::new(channel), prefix: prefix.to_owned(), number: 0 })
    }
}

impl Client for EtcdClient {
    async fn call(&mut self) -> Result<()> {
        self.number += 1;
        let key = format!("{}/{:08}", self.prefix, self.number).into_bytes();
        let put = PutRequest { key, value: vec![b'v'; crate::commits::VALUE] };
        self.grpc.ready().await?;
        let path = PathAndQuery::from_static("/etcdserverpb.KV/Put");
        let codec = ProstCodec::<PutRequest, PutResponse>::default();
        self.grpc.unary(tonic::Request::new(put), path, codec).await?;
        Ok(())
    }
}
