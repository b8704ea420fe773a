//! The cluster's level: what it is, what it could be, who holds it back, and how it is raised.

use sentinel_api_types::cluster::{ClusterLevel, LevelRaise};
use sentinel_machine::commands::cluster_level_raise::ClusterLevelRaise;
use sentinel_machine::commands::cluster_member_admit;
use sentinel_machine::{ClusterStatus, MemberStatus};
use sentinel_model::cluster::ClusterMember;

use crate::access::{Operation, Place};
use crate::app::App;
use crate::caller::Caller;
use crate::change::Change;
use crate::error::AppError;

impl App {
    /// Raises the cluster's level by one, for ever. What members know is not in the log, so this member says whom it has asked.
    pub async fn raise_level(&self, caller: &Caller, request: LevelRaise) -> Result<(), AppError> {
        let view = self.read(caller).await?;
        self.authorize(Operation::ClusterLevelRaise, caller, Place::Cluster, &view)?;
        let LevelRaise { from, to } = request;
        let change = Change::making("cluster.level_raised").with("from", from).with("to", to);
        if self.repeated(&view, caller, &change)?.is_some() {
            return Ok(());
        }
        let mut members = cluster_member_admit::all(&*view.tables)?;
        members.retain(|member| member.removed_at.is_none());
        let held_back = held_back(to, &members, &self.cluster());
        if !held_back.is_empty() {
            return Err(AppError::Conflict(format!(
                "not every member knows level {to}: {}. Start each with a version that knows it, or take it out",
                held_back.join("; ")
            )));
        }
        let known_by = members.iter().map(|member| member.id).collect();
        self.commit(caller, change, ClusterLevelRaise { from, to, known_by }).await?;
        Ok(())
    }
}

/// The level for people.
pub(super) fn shape(now: u16, admitted: &[ClusterMember], status: &ClusterStatus) -> ClusterLevel {
    let members: Vec<_> = admitted.iter().filter(|member| member.removed_at.is_none()).cloned().collect();
    let levels = || members.iter().map(|member| known(seat(member, status)));
    let next = now.saturating_add(1);
    // As long as nobody knows more, nobody holds anything back.
    let wanted = levels().any(|level| level >= next);
    let held_back = if wanted { held_back(next, &members, status) } else { Vec::new() };
    ClusterLevel {
        now,
        known: levels().min().unwrap_or(1),
        raise_to: (wanted && held_back.is_empty()).then_some(next),
        held_back,
    }
}

/// Whoever keeps the cluster from going to this level, and why.
fn held_back(to: u16, members: &[ClusterMember], status: &ClusterStatus) -> Vec<String> {
    let why = |member: &ClusterMember| {
        let Some(seat) = seat(member, status) else { return Some("joins just now".to_owned()) };
        if seat.silent_since.is_some() {
            return Some("does not answer".to_owned());
        }
        match &seat.build {
            None => Some("has not said yet what it knows".to_owned()),
            Some(build) if build.level < to => {
                let version = build.version.as_deref().map(|version| format!(" (version {version})"));
                Some(format!("knows levels up to {}{}", build.level, version.unwrap_or_default()))
            }
            Some(_) => None,
        }
    };
    let named = |member: &ClusterMember| why(member).map(|why| format!("member-{} {why}", member.id));
    members.iter().filter_map(named).collect()
}

fn seat<'a>(member: &ClusterMember, status: &'a ClusterStatus) -> Option<&'a MemberStatus> {
    status.members.iter().find(|seat| seat.id == member.id)
}

/// What a member said that it knows. One that said nothing may be of any age.
fn known(seat: Option<&MemberStatus>) -> u16 {
    seat.and_then(|seat| seat.build.as_ref()).map_or(1, |build| build.level)
}
