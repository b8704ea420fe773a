//! Requests about certificates.

use futures::FutureExt;
use sentinel_api_types::certificate::{CertificateCreate, CertificateReplace, CertificateUpdate};

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
    pairs
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
