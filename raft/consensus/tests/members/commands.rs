//! Commands to write.

use sentinel_machine::commands::backup_note::BackupNote;
use sentinel_machine::commands::cluster_init::ClusterInit;
use sentinel_machine::commands::org_create::OrgCreate;
use sentinel_machine::commands::user_set_password::UserSetPassword;
use sentinel_machine::{Command, Envelope};
use sentinel_model::audit::Actor;
use sentinel_model::cluster::BackupRecord;
use sentinel_model::org::SigningKey;
use sentinel_model::secret::{PasswordHash, Sealed};
use sentinel_model::{ClusterId, OrgId, RequestId, Time, UserId};
use uuid::Uuid;

pub const ADMIN: UserId = UserId(Uuid::from_u128(7));

pub fn envelope(request: Uuid, command: impl Into<Command>) -> Envelope {
    Envelope {
        time: Time(1_000),
        actor: Actor::Anonymous,
        request_id: RequestId(request),
        command: command.into(),
    }
}

/// A command that is rejected, and leaves its outcome behind.
pub fn nothing(request: Uuid) -> Envelope {
    envelope(
        request,
        UserSetPassword { user_id: UserId(Uuid::nil()), password_hash: PasswordHash("x".into()), by: None },
    )
}

/// [`nothing`], `bytes` long.
pub fn large(request: Uuid, bytes: usize) -> Envelope {
    envelope(
        request,
        UserSetPassword {
            user_id: UserId(Uuid::nil()),
            password_hash: PasswordHash("x".repeat(bytes)),
            by: None,
        },
    )
}

/// Forms the cluster.
pub fn form(request: Uuid) -> Envelope {
    let command = ClusterInit {
        cluster_id: ClusterId(Uuid::from_u128(1)),
        level: 1,
        org_id: OrgId(Uuid::from_u128(2)),
        org_name: "First".into(),
        org_slug: "first".into(),
        signing_key: signing_key(),
        user_id: ADMIN,
        email: "ada@example.com".into(),
        password_hash: PasswordHash("x".into()),
        founding: None,
    };
    envelope(request, command)
}

/// Adds an org. Applied twice, the second time is rejected.
pub fn org(request: Uuid) -> Envelope {
    let command = OrgCreate {
        org_id: OrgId(request),
        name: "Org".into(),
        slug: format!("org-{}", request.simple()),
        signing_key: signing_key(),
        admin: ADMIN,
    };
    envelope(request, command)
}

/// Takes note of a backup.
pub fn backup(request: Uuid) -> Envelope {
    let backup = BackupRecord {
        taken_at: Time(1_000),
        size_bytes: 1,
        place: "a file".into(),
        index: 1,
        verified_at: None,
    };
    envelope(request, BackupNote { backup })
}

fn signing_key() -> SigningKey {
    SigningKey { key_id: "sk_1".into(), public_key: [1; 32], sealed_seed: Sealed(vec![2; 60]) }
}
