//! Requests about internal CAs.

use futures::FutureExt;
use sentinel_api_types::internal_ca::{
    InternalCaCreate, InternalCertificateIssue, InternalCertificateRevoke, RevocationReason,
};

use super::{Row, with_key};
use crate::access::Operation::*;
use crate::testing::World;
use crate::testing::world::PROJECT;

/// What there is.
pub(super) struct Known {
    /// A project without one.
    without: &'static str,
    /// Serial numbers.
    serials: [String; 2],
}

fn ca(subject_cn: &str) -> InternalCaCreate {
    InternalCaCreate { subject_cn: subject_cn.into(), key_algorithm: None, validity_days: None }
}

fn client(name: &str, subject_cn: &str) -> InternalCertificateIssue {
    let (name, subject_cn) = (name.into(), subject_cn.into());
    InternalCertificateIssue { name, subject_cn, subject_ou: None, sans: Vec::new(), validity_days: None }
}

pub(super) async fn issued(world: &World, without: &'static str) -> Known {
    let app = &world.kit.app;
    app.create_internal_ca(&world.admin.again(), PROJECT, ca("Clients")).await.unwrap();
    let mut serials = Vec::new();
    for name in ["one", "two"] {
        let made = app.issue_internal_certificate(&world.operator.again(), PROJECT, client(name, "A")).await;
        serials.push(made.unwrap().certificate.serial);
    }
    Known { without, serials: serials.try_into().unwrap() }
}

pub(super) fn of_internal_cas<'a>(world: &'a World, known: &'a Known) -> Vec<Row<'a>> {
    let (app, operator, admin) = (&world.kit.app, &world.operator.caller, &world.admin.caller);
    let [first, second] = &known.serials;
    let because = |reason| InternalCertificateRevoke { reason };
    vec![
        row!(
            InternalCertificateIssue,
            operator,
            |c| app.issue_internal_certificate(c, PROJECT, client("three", "A")),
            app.issue_internal_certificate(c, PROJECT, client("three", "B"))
        ),
        row!(
            InternalCertificateRevoke,
            operator,
            |c| app.revoke_internal_certificate(c, PROJECT, first, because(RevocationReason::Superseded)),
            app.revoke_internal_certificate(c, PROJECT, second, because(RevocationReason::Superseded))
        ),
        row!(
            InternalCertificateRevoke,
            operator,
            |c| app.revoke_internal_certificate(c, PROJECT, second, because(RevocationReason::Superseded)),
            app.revoke_internal_certificate(c, PROJECT, second, because(RevocationReason::KeyCompromise))
        ),
        row!(
            InternalCaCreate,
            admin,
            |c| app.create_internal_ca(c, known.without, ca("A")),
            app.create_internal_ca(c, known.without, ca("B"))
        ),
        row!(
            InternalCaDelete,
            admin,
            |c| app.delete_internal_ca(c, known.without),
            app.delete_internal_ca(c, PROJECT)
        ),
    ]
}
