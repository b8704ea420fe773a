//! What the cluster looks like from here.

use std::time::Duration;

use openraft::Instant as _;
use openraft::async_runtime::WatchReceiver;
use openraft::storage::RaftStateMachine;
use sentinel_machine::{ClusterInfo, ClusterStatus, DiskStatus, MemberStatus};
use sentinel_model::MemberId;

use crate::member::Member;
use crate::types::{LogId, SnapshotFile, TypeConfig};

impl<SM> ClusterInfo for Member<SM>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    fn api_urls(&self) -> Vec<String> {
        let members = self.peers().members();
        members.values().map(|node| node.api_url.clone()).filter(|url| !url.is_empty()).collect()
    }

    fn status(&self) -> ClusterStatus {
        let metrics = self.raft().metrics().borrow_watched().clone();
        let index = |id: &Option<LogId>| id.as_ref().map_or(0, |id| id.index);
        let membership = metrics.membership_config.membership();
        let voters: Vec<u64> = membership.voter_ids().collect();
        let matched = |id: u64| {
            let progress = metrics.replication.as_ref()?;
            progress.get(&id).map(index)
        };
        let members = membership.nodes().map(|(id, node)| (id, self.founders().get(id).unwrap_or(node)));
        let members = members.map(|(id, node)| {
            let seen = self.reach().of(*id);
            let me = *id == metrics.id;
            let disk = if me { Some(self.own_disk()) } else { seen.disk };
            let facts = if me { self.own_facts() } else { seen.facts };
            let build = if me { Some(self.levels().build().clone()) } else { seen.build };
            let on_disk = if me { metrics.last_log_index } else { matched(*id).or(seen.log_index) };
            MemberStatus {
                id: MemberId(*id),
                peer_address: node.peer_address.clone(),
                api_url: node.api_url.clone(),
                voter: voters.contains(id),
                matched: on_disk,
                silent_since: seen.silent_since,
                disowns: seen.disowns,
                skew_ms: seen.skew_ms,
                disk,
                facts,
                build,
            }
        });
        ClusterStatus {
            member_id: MemberId(metrics.id),
            leader: metrics.current_leader.map(MemberId),
            term: metrics.current_term,
            committed: index(&metrics.cluster_committed),
            applied: index(&metrics.last_applied),
            snapshot: index(&metrics.snapshot),
            members: members.collect(),
            unready: self.unready(&metrics),
        }
    }
}

impl<SM> Member<SM>
where
    SM: RaftStateMachine<TypeConfig, SnapshotData = SnapshotFile>,
{
    /// What this member says of its disk.
    pub(crate) fn own_disk(&self) -> DiskStatus {
        let us = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let (last, max) = self.disk().log.latency();
        DiskStatus { last_us: us(last), max_us: us(max), sick: self.disk().sick() }
    }

    /// Why a write cannot commit here. Whoever was removed hears no leader any more, and has to know why.
    fn unready(&self, metrics: &openraft::RaftMetrics<TypeConfig>) -> Option<String> {
        let reason = self.unready_by_itself(metrics)?;
        let leads = metrics.current_leader == Some(metrics.id);
        // Of those who are members to this one: what was heard of others is not asked for any more.
        let disowned_by = self.peers().others().into_iter().find(|other| self.reach().of(*other).disowns);
        Some(match disowned_by.filter(|_| !leads) {
            Some(other) => format!(
                "member {other} says that this member is none of the cluster: it was removed, or the others went on without it ({reason})"
            ),
            None => reason,
        })
    }

    fn unready_by_itself(&self, metrics: &openraft::RaftMetrics<TypeConfig>) -> Option<String> {
        if let Err(fatal) = &metrics.running_state {
            return Some(format!("consensus has stopped here: {fatal}"));
        }
        if let Some(no_room) = self.disk().no_room() {
            return Some(no_room.reason);
        }
        let stalled = self.disk().log.stalled();
        if stalled > self.election() {
            return Some(format!("the disk of the log keeps a write waiting for {} ms", stalled.as_millis()));
        }
        let Some(leader) = metrics.current_leader else {
            return Some(
                "no leader is known here: an election is under way, or too few members are reachable".into(),
            );
        };
        if leader == metrics.id {
            let alone = metrics.membership_config.membership().voter_ids().count() == 1;
            let silence = metrics.last_quorum_acked.as_ref().map(|acked| acked.elapsed());
            return match silence {
                Some(silence) if silence <= self.patience() => None,
                _ if alone => None,
                Some(silence) => {
                    Some(format!("no majority has answered this leader for {} ms", silence.as_millis()))
                }
                None => Some("no majority has answered this leader yet".into()),
            };
        }
        if !self.has_heard_leader() {
            return Some(format!("the leader, member {leader}, was not heard since this member started"));
        }
        let silence = self.silence_of_leader();
        if silence > self.patience() {
            return Some(format!(
                "the leader, member {leader}, has been silent for {} ms",
                silence.as_millis()
            ));
        }
        let seen = self.reach().of(leader);
        if seen.silent_since.is_some() {
            return Some(format!("the leader, member {leader}, does not answer this member"));
        }
        if seen.disk.is_some_and(|disk| disk.sick) {
            return Some(format!("the leader, member {leader}, takes no writes: its disk hangs or is full"));
        }
        let (applied, committed) =
            (metrics.last_applied.map_or(0, |id| id.index), metrics.local_committed.map_or(0, |id| id.index));
        const BEHIND: u64 = 1_000;
        (committed.saturating_sub(applied) > BEHIND)
            .then(|| format!("this member is catching up: {applied} of {committed} entries are applied"))
    }
}
