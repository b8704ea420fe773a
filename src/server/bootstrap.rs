//! The first member carries out what `cluster init` prepared, and says where it is when that has changed.

use std::path::PathBuf;
use std::time::Duration;

use sentinel_app::{App, Initialize};
use sentinel_consensus::Member;
use sentinel_machine::Command;
use sentinel_machine::commands::cluster_init::Founding;
use sentinel_model::Sha256Digest;
use sentinel_model::cluster::MemberPlace;
use sentinel_store::StateMachine;
use tokio::sync::watch;

use super::admission::node;
use super::formation::Formation;

/// Pause after a failed attempt.
const PAUSE: Duration = Duration::from_millis(500);

/// Waits until this member leads, and forms the cluster. Ends when that is done, and nothing of it is left to do.
pub async fn form(
    app: App,
    formation: Formation,
    place: MemberPlace,
    key_digest: Sha256Digest,
    data_dir: PathBuf,
    mut leads: watch::Receiver<bool>,
) {
    let me = app.cluster().member_id;
    loop {
        match app.is_formed().await {
            Ok(true) => match Formation::done(&data_dir) {
                Ok(()) => return,
                Err(error) => tracing::error!(%error, "the cluster is formed, but not noted as such"),
            },
            Ok(false) if *leads.borrow() => {
                let formation = formation.clone();
                let founding = Founding { ca: formation.ca, member_id: me, place: place.clone(), key_digest };
                let first = Initialize {
                    cluster_id: Some(formation.cluster_id),
                    // Its first member is this one, and whoever joins has to know as much.
                    level: Command::LEVEL,
                    org_name: formation.org_name,
                    email: formation.email,
                    password_hash: formation.password_hash,
                    founding: Some(founding),
                };
                match app.initialize(first).await {
                    Ok(()) => {
                        tracing::info!(cluster = %formation.cluster_id, "the cluster is formed");
                        continue;
                    }
                    Err(error) => tracing::warn!(%error, "the cluster is not formed yet"),
                }
            }
            Ok(false) | Err(_) => {}
        }
        // Woken by a change of leader; looks again after a pause in any case.
        let _ = tokio::time::timeout(PAUSE, leads.changed()).await;
    }
}

/// Sees to it that the cluster knows where this member is. Ends when it does.
pub async fn announce(app: App, member: Member<StateMachine>, place: MemberPlace) {
    let me = app.cluster().member_id;
    loop {
        match app.cluster_members().await {
            Ok(rows) => match rows.into_iter().find(|row| row.id == me) {
                Some(row) if row.place == place => return,
                Some(_) => {
                    // By itself when it can; else somebody who knows the leader does it. The others cannot reach this member yet.
                    let known = app.move_member(me, &place).await.is_ok()
                        || member.announce(&node(place.clone())).await;
                    if known {
                        tracing::info!(
                            peer = place.peer_address,
                            api = place.api_url,
                            "the cluster knows where this member is"
                        );
                    }
                }
                // Its own admission is not applied here yet.
                None => {}
            },
            Err(error) => tracing::warn!(%error, "the members cannot be read"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
