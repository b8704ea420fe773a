//! Requests about the cluster and its members.

use futures::FutureExt;
use sentinel_api_types::backup::BackupNote;
use sentinel_api_types::cluster::{HandOver, LevelRaise};
use sentinel_api_types::join_token::JoinTokenCreate;
use sentinel_machine::Command;
use sentinel_model::{JoinTokenId, MemberId};

use super::{Row, with_key};
use crate::access::Operation::*;
use crate::testing::{START, World};

pub(super) struct Cluster {
    tokens: Vec<JoinTokenId>,
    members: Vec<MemberId>,
}

pub(super) async fn cluster(world: &World) -> Cluster {
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let made = world.kit.app.create_join_token(&world.admin.again(), JoinTokenCreate::default()).await;
        tokens.push(made.unwrap().join_token.id);
    }
    let members = world.kit.members(&world.admin, 3).await.unwrap();
    Cluster { tokens, members }
}

pub(super) fn of_cluster<'a>(world: &'a World, cluster: &'a Cluster) -> Vec<Row<'a>> {
    let (app, admin) = (&world.kit.app, &world.admin.caller);
    let (tokens, members) = (&cluster.tokens, &cluster.members);
    let token = |uses, ttl_s| JoinTokenCreate { uses, ttl_s };
    let backup = |index| BackupNote {
        taken_at: sentinel_api_types::timestamp(START),
        size_bytes: 1,
        place: "a file".into(),
        index,
        verified_at: None,
    };
    let raise = |from| LevelRaise { from, to: from + 1 };
    let to = |member: usize| HandOver { to: Some(members[member]) };
    vec![
        row!(
            JoinTokenCreate,
            admin,
            |c| app.create_join_token(c, token(None, None)),
            app.create_join_token(c, token(Some(2), None))
        ),
        row!(
            JoinTokenCreate,
            admin,
            |c| app.create_join_token(c, token(None, None)),
            app.create_join_token(c, token(None, Some(60)))
        ),
        row!(
            JoinTokenRevoke,
            admin,
            |c| app.revoke_join_token(c, tokens[0]),
            app.revoke_join_token(c, tokens[1])
        ),
        row!(LeadershipHandOver, admin, |c| app.hand_over(c, to(0)), app.hand_over(c, to(1))),
        row!(
            ClusterMemberRemove,
            admin,
            |c| app.remove_cluster_member(c, members[0]),
            app.remove_cluster_member(c, members[1])
        ),
        row!(
            ClusterLevelRaise,
            admin,
            |c| app.raise_level(c, raise(Command::LEVEL - 1)),
            app.raise_level(c, raise(Command::LEVEL))
        ),
        row!(BackupNote, admin, |c| app.note_backup(c, backup(7)), app.note_backup(c, backup(8))),
        row!(BackupCreate, admin, |c| app.create_backup(c), app.note_backup(c, backup(9))),
    ]
}
