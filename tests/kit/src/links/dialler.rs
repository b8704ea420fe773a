//! Which process is at the other end of a connection on this machine.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

/// Who dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialler {
    /// A member.
    Member(usize),
    /// A process that is not known, or not yet.
    Stranger,
    /// Nobody any more.
    Gone,
}

/// Whose process holds the socket that is bound to `local` and connected to `remote`.
pub fn find(local: SocketAddr, remote: SocketAddr, processes: &HashMap<usize, u32>) -> Dialler {
    // What nobody holds any more has the number zero.
    let Some(inode) = inode(local, remote).filter(|inode| inode != "0") else { return Dialler::Gone };
    let socket = format!("socket:[{inode}]");
    let holds = |pid: u32| {
        let files = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        files
            .filter_map(|file| std::fs::read_link(file.path()).ok())
            .any(|target| target.as_os_str() == &*socket)
    };
    let found = processes.iter().find(|(_, pid)| holds(**pid));
    found.map_or(Dialler::Stranger, |(member, _)| Dialler::Member(*member))
}

fn inode(local: SocketAddr, remote: SocketAddr) -> Option<String> {
    let (local, remote) = (hexadecimal(local)?, hexadecimal(remote)?);
    let table = std::fs::read_to_string("/proc/net/tcp").ok()?;
    table.lines().find_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let found = columns.get(1) == Some(&&*local) && columns.get(2) == Some(&&*remote);
        found.then(|| columns.get(9).map(|inode| (*inode).to_owned())).flatten()
    })
}

/// An address as the kernel's table writes it: the bytes of the address as a number of this machine, then the port.
fn hexadecimal(address: SocketAddr) -> Option<String> {
    let IpAddr::V4(ip) = address.ip() else { return None };
    Some(format!("{:08X}:{:04X}", u32::from_ne_bytes(ip.octets()), address.port()))
}
