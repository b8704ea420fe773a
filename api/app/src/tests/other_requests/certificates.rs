//! Requests about certificates.

use futures::FutureExt;
use sentinel_api_types::certificate::{
    CertificateCreate, CertificateExternalAccount, CertificateReplace, CertificateRequest, CertificateUpdate,
};

use super::{Row, with_key};
use crate::access::Operation::*;
use crate::testing::World;
use crate::testing::certificates::Issued;
use crate::testing::world::PROJECT;

/// Two pairs that are no use to each other.
pub(super) struct Pairs([Issued; 2]);

fn named(slug: &str, pair: &Issued) -> CertificateCreate {
    let (chain, key) = (pair.chain(), pair.key.as_str().into());
    CertificateCreate { slug: slug.into(), chain, key, description: None }
}

pub(super) async fn certificates(world: &World) -> Pairs {
    let pairs = Pairs([Issued::new(&["shop.example"]), Issued::new(&["shop.example"])]);
    for slug in ["one", "two"] {
        let request = named(slug, &pairs.0[0]);
        world.kit.app.create_certificate(&world.operator.again(), PROJECT, request).await.unwrap();
    }
    for slug in ["five", "six"] {
        world
            .kit
            .app
            .request_certificate(&world.operator.again(), PROJECT, asked(slug, "a.example"))
            .await
            .unwrap();
    }
    pairs
}

fn asked(slug: &str, domain: &str) -> CertificateRequest {
    CertificateRequest {
        slug: slug.into(),
        domains: vec![domain.into()],
        contact: "ada@example.com".into(),
        directory_url: None,
        directory_ca: None,
        external_account: None,
        description: None,
    }
}

/// Bound to an account outside, by a key.
fn bound(key: &str) -> CertificateRequest {
    let external = CertificateExternalAccount { key_id: "k1".into(), hmac_key: key.into() };
    CertificateRequest { external_account: Some(external), ..asked("eight", "a.example") }
}

pub(super) fn of_certificates<'a>(world: &'a World, pairs: &'a Pairs) -> Vec<Row<'a>> {
    let (app, operator) = (&world.kit.app, &world.operator.caller);
    let [first, second] = &pairs.0;
    let pair = |pair: &Issued| CertificateReplace { chain: pair.chain(), key: pair.key.as_str().into() };
    let described = |text: &str| CertificateUpdate { description: text.into() };
    let for_what = |text: &str| CertificateCreate { description: Some(text.into()), ..named("four", first) };
    vec![
        row!(
            CertificateCreate,
            operator,
            |c| app.create_certificate(c, PROJECT, named("three", first)),
            app.create_certificate(c, PROJECT, named("three", second))
        ),
        row!(
            CertificateCreate,
            operator,
            |c| app.create_certificate(c, PROJECT, for_what("a")),
            app.create_certificate(c, PROJECT, for_what("b"))
        ),
        row!(
            CertificateRequest,
            operator,
            |c| app.request_certificate(c, PROJECT, asked("seven", "a.example")),
            app.request_certificate(c, PROJECT, asked("seven", "b.example"))
        ),
        row!(
            CertificateRequest,
            operator,
            |c| app.request_certificate(c, PROJECT, bound("c2VjcmV0")),
            app.request_certificate(c, PROJECT, bound("c2VjcmV1"))
        ),
        row!(
            CertificateRenew,
            operator,
            |c| app.renew_certificate(c, PROJECT, "five"),
            app.renew_certificate(c, PROJECT, "six")
        ),
        row!(
            CertificateReplace,
            operator,
            |c| app.replace_certificate(c, PROJECT, "one", pair(second)),
            app.replace_certificate(c, PROJECT, "one", pair(first))
        ),
        row!(
            CertificateReplace,
            operator,
            |c| app.replace_certificate(c, PROJECT, "one", pair(second)),
            app.replace_certificate(c, PROJECT, "two", pair(second))
        ),
        row!(
            CertificateUpdate,
            operator,
            |c| app.update_certificate(c, PROJECT, "one", described("a")),
            app.update_certificate(c, PROJECT, "one", described("b"))
        ),
        row!(
            CertificateDelete,
            operator,
            |c| app.delete_certificate(c, PROJECT, "one"),
            app.delete_certificate(c, PROJECT, "two")
        ),
    ]
}
