//! What comes of documents as people write them.
#![allow(clippy::unwrap_used)]

use sentinel_model::config::policy::Retry;
use sentinel_model::config::{Service, UpstreamGroup};

use super::*;
use crate::emit::emit;

const PETSTORE: &str = include_str!("../../../../tests/fuzz/seeds/openapi/petstore-3.0.yaml");
const SHOP: &str = include_str!("../../../../tests/fuzz/seeds/openapi/shop-3.1.json");
const RELATIVE: &str = include_str!("../../../../tests/fuzz/seeds/openapi/relative-3.0.json");
const MINIMAL: &str = include_str!("../../../../tests/fuzz/seeds/openapi/minimal-3.1.yaml");

fn petstore() -> Options {
    Options { prefix: Some("pets".to_owned()), ..Options::default() }
}

fn fresh(text: &str, options: &Options) -> Import {
    let made = import(text, options, &Document::default()).unwrap();
    emit(&made.changes).unwrap();
    made
}

/// The project after the changes of an import, with what is gone.
fn added(present: &Document, import: &Import) -> Document {
    let mut after = present.clone();
    for (slug, object) in import.changes.clone().into_objects() {
        after.put(&slug, object);
    }
    emit(&after).unwrap();
    after
}

/// The project after the changes of an import, without what is gone.
fn applied(present: &Document, import: &Import) -> Document {
    let mut after = present.clone();
    for (slug, object) in import.changes.clone().into_objects() {
        after.put(&slug, object);
    }
    for object in import.objects.iter().filter(|object| object.state == State::Gone) {
        match object.kind {
            Kind::Service => drop(after.services.remove(&object.slug)),
            _ => drop(after.upstream_groups.remove(&object.slug)),
        }
    }
    emit(&after).unwrap();
    after
}

fn states(import: &Import, state: State) -> Vec<&str> {
    import.objects.iter().filter(|one| one.state == state).map(|one| one.slug.as_str()).collect()
}

fn left_out<'i>(import: &'i Import, what: &str) -> &'i LeftOut {
    import.left_out.iter().find(|one| one.what.starts_with(what)).unwrap_or_else(|| panic!("{what}"))
}

fn routes(import: &Import) -> Vec<(&str, String)> {
    let of = |(slug, service): (&'_ String, &'_ Service)| {
        (slug.clone(), format!("{} {}", service.methods.join(","), service.route_path))
    };
    let all: Vec<(String, String)> = import.changes.services.iter().map(of).collect();
    all.into_iter().map(|(slug, route)| (&*slug.leak(), route)).collect()
}

#[test]
fn each_path_template_becomes_a_service_that_goes_to_the_documents_first_server() {
    let made = fresh(PETSTORE, &petstore());
    assert_eq!((made.openapi.as_str(), made.title.as_str()), ("3.0.3", "Swagger Petstore"));
    let expected = [
        ("pets-pets", "GET,HEAD,POST /v1/pets"),
        ("pets-pets-mine", "GET,HEAD /v1/pets/mine"),
        ("pets-pets-petid", "DELETE,GET,HEAD /v1/pets/*"),
        ("pets-pets-petid-photos", "PUT /v1/pets/*/photos"),
    ];
    assert_eq!(routes(&made), expected.map(|(slug, route)| (slug, route.to_owned())));
    let group = &made.changes.upstream_groups["pets"];
    assert_eq!((group.targets[0].host.as_str(), group.targets[0].port), ("petstore.example.com", 8443));
    assert!(group.tls.is_some());
    let service = &made.changes.services["pets-pets-petid"];
    assert_eq!(service.description, "/pets/{petId}: One pet (imported as pets: pets-pets-petid)");
    assert_eq!(service.upstream_group.as_deref(), Some("pets"));
    assert!(service.enabled);
}

#[test]
fn what_no_object_can_say_is_told_with_its_reason_and_places() {
    let made = fresh(PETSTORE, &petstore());
    assert_eq!(left_out(&made, "Checks of credentials").places, ["api_key", "oauth"]);
    assert_eq!(
        left_out(&made, "Servers beside the first").places,
        ["https://staging.petstore.example.com/v1"]
    );
    assert_eq!(left_out(&made, "Callbacks").places, ["POST /pets"]);
    assert_eq!(left_out(&made, "The end of paths").places, ["/pets/{petId}"]);
    assert_eq!(left_out(&made, "Checks of parameters").count, 3);
    let made = fresh(SHOP, &Options::default());
    assert_eq!(left_out(&made, "Paths that are in another document").places, ["/elsewhere", "/loop"]);
    assert_eq!(left_out(&made, "Paths that the proxy cannot").places, ["/query?x=1", "/über"]);
    assert_eq!(left_out(&made, "Paths without").places, ["/nothing"]);
    assert_eq!(left_out(&made, "What stands beside").places, ["/reports/{year}-{month}.pdf"]);
    assert_eq!(left_out(&made, "Servers of single").places, ["POST /uploads"]);
    assert_eq!(left_out(&made, "Values of variables").places, ["port"]);
    assert_eq!(left_out(&made, "Extensions").places, ["x-owner", "x-amazon-apigateway-integration"]);
    assert_eq!(left_out(&made, "Callbacks").places, ["orderPaid"]);
}

#[test]
fn a_document_of_3_1_may_refer_to_its_own_path_items_and_fill_its_server() {
    let made = fresh(SHOP, &Options::default());
    assert_eq!(made.prefix, "shop-api");
    let services = &made.changes.services;
    assert_eq!(services["shop-api-orders"].methods, ["GET", "HEAD", "POST"]);
    assert_eq!(services["shop-api-orders"].route_path, "/api/orders");
    assert_eq!(services["shop-api-root"].route_path, "/api/");
    assert_eq!(services["shop-api-orders-orderid-lines-linenumber"].route_path, "/api/orders/*/lines/*");
    assert_eq!(services["shop-api-search"].route_path, "/q/search");
    assert_eq!(services["shop-api-search"].upstream_group.as_deref(), Some("shop-api-search-internal-443"));
    let target = &made.changes.upstream_groups["shop-api"].targets[0];
    assert_eq!((target.host.as_str(), target.port), ("shop.internal", 8080));
}

#[test]
fn the_same_document_again_changes_nothing() {
    for (text, options) in [(PETSTORE, petstore()), (SHOP, Options::default()), (MINIMAL, Options::default())]
    {
        let made = fresh(text, &options);
        let present = applied(&Document::default(), &made);
        let again = import(text, &options, &present).unwrap();
        assert_eq!(again.changes, Document::default());
        assert_eq!(states(&again, State::Unchanged).len(), made.objects.len());
        assert_eq!(again.left_out, made.left_out);
    }
}

#[test]
fn what_people_gave_a_service_stays_when_the_document_changes() {
    let mut present = applied(&Document::default(), &fresh(PETSTORE, &petstore()));
    let retry: Retry = serde_json::from_str(r#"{"attempts": 2}"#).unwrap();
    let service = present.services.get_mut("pets-pets").unwrap();
    service.retry = Some(retry.clone());
    service.hosts = vec!["pets.example.com".to_owned()];
    present.upstream_groups.get_mut("pets").unwrap().targets[0].host = "10.0.0.1".to_owned();
    let newer =
        PETSTORE.replace("    post:\n      summary: Create a pet", "    put:\n      summary: Create a pet");
    let again = import(&newer, &petstore(), &present).unwrap();
    assert_eq!(states(&again, State::Changed), ["pets-pets"]);
    let service = &again.changes.services["pets-pets"];
    assert_eq!(service.methods, ["GET", "HEAD", "PUT"]);
    assert_eq!((service.retry.as_ref(), service.hosts.len()), (Some(&retry), 1));
    assert_eq!(left_out(&again, "Another server").places, ["https://petstore.example.com:8443"]);
    assert!(again.changes.upstream_groups.is_empty());
}

#[test]
fn services_that_the_document_lacks_are_gone_and_those_of_others_are_not() {
    let mut present = applied(&Document::default(), &fresh(PETSTORE, &petstore()));
    // Another import, whose slugs begin so too, and something made by hand.
    let other =
        import(PETSTORE, &Options { prefix: Some("pets-old".to_owned()), ..Options::default() }, &present);
    let mut other = other.unwrap().changes;
    for service in other.services.values_mut() {
        service.hosts = vec!["old.example.com".to_owned()];
    }
    present.services.append(&mut other.services);
    present.upstream_groups.append(&mut other.upstream_groups);
    let by_hand = Service { route_path: "/admin".to_owned(), ..present.services["pets-pets"].clone() };
    present.services.insert("pets-admin".to_owned(), Service { description: String::new(), ..by_hand });

    let smaller =
        PETSTORE.replace("  /pets/mine:", "  /x-mine:").replace("  /pets/{petId}/photos:", "  /cats:");
    let again = import(&smaller, &petstore(), &present).unwrap();
    assert_eq!(states(&again, State::Gone), ["pets-pets-mine", "pets-pets-petid-photos"]);
    assert_eq!(states(&again, State::Made), ["pets-cats", "pets-x-mine"]);
    applied(&present, &again);
}

#[test]
fn a_group_that_no_service_needs_any_more_is_gone() {
    let mut present = applied(&Document::default(), &fresh(PETSTORE, &petstore()));
    let by_hand = fresh(MINIMAL, &Options::default()).changes.upstream_groups["tiny"].clone();
    present.upstream_groups.insert("mine".to_owned(), by_hand);
    let options = Options { upstream_group: Some("mine".to_owned()), ..petstore() };
    let again = import(PETSTORE, &options, &present).unwrap();
    assert_eq!(states(&again, State::Gone), ["pets"]);
    assert_eq!(states(&again, State::Changed).len(), 4);
    assert!(again.changes.services.values().all(|one| one.upstream_group.as_deref() == Some("mine")));
    applied(&present, &again);
}

#[test]
fn a_service_without_the_mark_of_an_import_is_left_alone() {
    let mut present = applied(&Document::default(), &fresh(PETSTORE, &petstore()));
    present.services.get_mut("pets-pets-mine").unwrap().description = "Ours now".to_owned();
    present.services.get_mut("pets-pets-mine").unwrap().route_path = "/v1/pets/ours".to_owned();
    let again = import(PETSTORE, &petstore(), &present).unwrap();
    assert_eq!(left_out(&again, "Services whose slug").places, ["pets-pets-mine"]);
    assert_eq!(again.left_alone, 1);
    assert!(again.changes.services.is_empty() && states(&again, State::Gone).is_empty());
}

/// A document with these paths.
fn api(paths: &str) -> String {
    format!(
        r#"{{"openapi":"3.0.0","info":{{"title":"T"}},"servers":[{{"url":"http://a"}}],"paths":{{{paths}}}}}"#
    )
}

/// The project of a document, and a retry that somebody gave one of its services.
fn retrying(text: &str, slug: &str) -> (Document, Option<Retry>) {
    let mut present = applied(&Document::default(), &fresh(text, &Options::default()));
    let retry: Option<Retry> = serde_json::from_str(r#"{"attempts": 2}"#).unwrap();
    present.services.get_mut(slug).unwrap().retry.clone_from(&retry);
    (present, retry)
}

#[test]
fn a_parameter_of_another_name_leaves_the_service_as_it_is() {
    let (present, retry) = retrying(&api(r#""/pets/{petId}":{"get":{}}"#), "t-pets-petid");
    for (methods, state) in [(r#""get":{}"#, State::Unchanged), (r#""put":{}"#, State::Changed)] {
        let renamed = api(&format!(r#""/pets/{{id}}":{{{methods}}}"#));
        let again = import(&renamed, &Options::default(), &present).unwrap();
        assert_eq!(states(&again, state)[0], "t-pets-petid", "{:?}", again.objects);
        assert!(states(&again, State::Gone).is_empty() && states(&again, State::Made).is_empty());
        let after = applied(&present, &again);
        assert_eq!(after, added(&present, &again));
        assert_eq!(after.services["t-pets-petid"].retry, retry);
        assert_eq!(import(&renamed, &Options::default(), &after).unwrap().changes, Document::default());
    }
}

#[test]
fn of_two_templates_with_one_slug_the_one_that_was_there_first_keeps_it() {
    let (present, retry) = retrying(&api(r#""/a/b":{"get":{}}"#), "t-a-b");
    let both = api(r#""/a-b":{"get":{}},"/a/b":{"get":{}}"#);
    let again = import(&both, &Options::default(), &present).unwrap();
    assert!(states(&again, State::Unchanged).contains(&"t-a-b"));
    let made = states(&again, State::Made);
    assert!(made.len() == 1 && made[0].starts_with("t-a-b-"), "{made:?}");
    assert_eq!(again.changes.services[made[0]].route_path, "/a-b");
    let after = added(&present, &again);
    assert_eq!(after.services["t-a-b"].retry, retry);
    // Elsewhere, each is still known by what it was made of.
    let moved = Options { base_path: Some("/v2".to_owned()), ..Options::default() };
    let moved = added(&after, &import(&both, &moved, &after).unwrap());
    assert_eq!((moved.services["t-a-b"].route_path.as_str(), moved.services.len()), ("/v2/a/b", 2));
    assert_eq!(moved.services["t-a-b"].retry, retry);
}

#[test]
fn what_was_taken_apart_otherwise_before_compiles_beside_what_is_gone() {
    let present = applied(&Document::default(), &fresh(SHOP, &Options::default()));
    let by_prefix = Options { by: By::Prefix, ..Options::default() };
    let other = import(SHOP, &by_prefix, &present).unwrap();
    let beside = added(&present, &other);
    assert!(beside.services.len() >= present.services.len() && !states(&other, State::Gone).is_empty());
    added(&beside, &import(SHOP, &Options::default(), &beside).unwrap());
}

#[test]
fn a_service_is_not_gone_whose_path_the_document_has_and_cannot_be_read() {
    let before = api(r#""/a":{"get":{}},"/b/{x}":{"get":{}},"/c":{"get":{}},"/d/{x}/e":{"get":{}}"#);
    let present = applied(&Document::default(), &fresh(&before, &Options::default()));
    let after = api(
        r##""/a":{"$ref":"other.yaml#/a"},"/b/{y}":{"description":"nothing"},"/d/{x}/e":{"get":{}},"/d/{y}/e":{"put":{}},"/f":{"get":{}}"##,
    );
    // Of what was one path each, the first part serves what can be read.
    for (by, gone) in [(By::Path, &["t-c"][..]), (By::Prefix, &["t-c", "t-d-x-e"])] {
        let again = import(&after, &Options { by, ..Options::default() }, &present).unwrap();
        assert_eq!(states(&again, State::Gone), gone, "{by:?}");
        let kept = states(&again, State::Unchanged);
        assert!(kept.contains(&"t-a") && kept.contains(&"t-b-x"), "{kept:?}");
    }
    // What is also served keeps nothing from it, elsewhere either.
    let by_prefix = Options { by: By::Prefix, ..Options::default() };
    let first = api(r#""/b/x":{"get":{}}"#);
    let before = applied(&Document::default(), &fresh(&first, &by_prefix));
    let partly = api(r##""/b/x":{"get":{}},"/b/y":{"$ref":"#/nowhere"}"##);
    let moved = Options { base_path: Some("/v2".to_owned()), ..by_prefix };
    let again = import(&partly, &moved, &before).unwrap();
    assert_eq!(states(&again, State::Changed), ["t-b"]);
    assert!(states(&again, State::Made).is_empty(), "{:?}", again.objects);
    // Nobody else gets the slug meanwhile.
    let taking = api(r##""/b/x":{"get":{}},"/b/{x}":{"$ref":"#/nowhere"}"##);
    let again = import(&taking, &Options::default(), &present).unwrap();
    assert!(states(&again, State::Unchanged).contains(&"t-b-x"));
    assert!(states(&again, State::Made)[0].starts_with("t-b-x-"), "{:?}", again.objects);
    added(&present, &again);
}

#[test]
fn a_document_without_a_path_that_the_proxy_can_have_is_refused_whatever_there_is() {
    let present = applied(&Document::default(), &fresh(&api(r#""/a":{"get":{}}"#), &Options::default()));
    for present in [&Document::default(), &present] {
        let refused = import(&api(r#""/{a":{"get":{}}"#), &Options::default(), present).unwrap_err();
        assert_eq!(refused.to_string(), "the document has no path that the proxy can have");
    }
}

#[test]
fn a_path_that_the_proxy_cannot_have_makes_no_service_of_its_first_part() {
    let text = api(r#""/a/b":{"get":{}},"///c":{"put":{}}"#);
    for by in [By::Path, By::Prefix] {
        let made = fresh(&text, &Options { by, ..Options::default() });
        assert_eq!(made.changes.services.len(), 1, "{by:?}");
        assert_eq!(left_out(&made, "Paths that the proxy cannot have").places, ["///c"]);
    }
}

#[test]
fn a_copy_that_somebody_made_is_theirs() {
    let mut present = applied(&Document::default(), &fresh(PETSTORE, &petstore()));
    let mut copy = present.services["pets-pets"].clone();
    copy.hosts = vec!["beta.example.com".to_owned()];
    copy.upstream_group = Some("pets-beta".to_owned());
    present.services.insert("pets-pets-beta".to_owned(), copy);
    let copy = present.upstream_groups["pets"].clone();
    present.upstream_groups.insert("pets-beta".to_owned(), copy.clone());
    present.upstream_groups.insert("pets-spare".to_owned(), copy);
    let again = import(PETSTORE, &petstore(), &present).unwrap();
    assert!(states(&again, State::Gone).is_empty(), "{:?}", again.objects);
    assert!(!again.objects.iter().any(|one| one.slug.ends_with("-beta") || one.slug.ends_with("-spare")));
    assert_eq!(applied(&present, &again), present);
}

#[test]
fn a_service_that_somebody_sent_elsewhere_goes_there_still() {
    let mut present = applied(&Document::default(), &fresh(PETSTORE, &petstore()));
    let other = present.upstream_groups["pets"].clone();
    present.upstream_groups.insert("mine".to_owned(), UpstreamGroup { description: String::new(), ..other });
    let sent = [
        ("pets-pets", r#"{"traffic_split": {"splits": [{"upstream_group": "pets", "weight": 1}]}}"#),
        ("pets-pets-mine", r#"{"redirect_url": "https://example.com/new"}"#),
        ("pets-pets-petid", r#"{"respond_status": 410, "respond_body": "gone"}"#),
    ];
    for (slug, destination) in sent {
        let given: serde_json::Map<_, _> = serde_json::from_str(destination).unwrap();
        let service = present.services.get_mut(slug).unwrap();
        service.upstream_group = None;
        let mut whole = serde_json::to_value(&*service).unwrap();
        whole.as_object_mut().unwrap().extend(given);
        *service = serde_json::from_value(whole).unwrap();
    }
    let options = Options { upstream_group: Some("mine".to_owned()), ..petstore() };
    let again = import(PETSTORE, &options, &present).unwrap();
    assert_eq!(states(&again, State::Changed), ["pets-pets-petid-photos"]);
    assert_eq!(left_out(&again, "Services that go elsewhere").places, sent.map(|(slug, _)| slug));
    assert!(states(&again, State::Gone).is_empty(), "a share of the requests goes to it");
}

#[test]
fn another_server_is_told_of_every_path_and_with_its_tls() {
    let text = |usual: &str, own: &str| {
        format!(
            r#"{{"openapi":"3.0.0","info":{{"title":"T"}},"servers":[{{"url":"{usual}"}}],
            "paths":{{"/a":{{"get":{{}}}},"/b":{{"get":{{}},"servers":[{{"url":"{own}"}}]}}}}}}"#
        )
    };
    let present = applied(&Document::default(), &fresh(&text("http://a", "http://b"), &Options::default()));
    for (usual, own, told) in [
        ("http://a", "http://b", vec![]),
        ("http://a", "http://c", vec!["http://c:80"]),
        ("https://a:80", "http://b", vec!["https://a:80"]),
        ("http://b", "http://a", vec!["http://b:80", "http://a:80"]),
    ] {
        let again = import(&text(usual, own), &Options::default(), &present).unwrap();
        assert_eq!(again.changes, Document::default());
        let places: Vec<_> = again
            .left_out
            .iter()
            .filter(|one| one.what.starts_with("Another"))
            .flat_map(|one| &one.places)
            .collect();
        assert_eq!(places, told, "{usual} {own}");
    }
}

#[test]
fn two_servers_have_two_groups_whatever_they_are_called() {
    let path = |path: &str, url: &str| format!(r#""{path}":{{"get":{{}},"servers":[{{"url":"{url}"}}]}}"#);
    let before = api(&path("/a", "http://x.y"));
    let present = applied(&Document::default(), &fresh(&before, &Options::default()));
    assert!(present.upstream_groups.contains_key("t-x-y-80"));
    let three = [path("/a", "http://x.y"), path("/b", "http://x-y"), path("/c", "https://x.y:80")].join(",");
    let again = import(&api(&three), &Options::default(), &present).unwrap();
    let after = added(&present, &again);
    assert_eq!(after.services["t-a"].upstream_group.as_deref(), Some("t-x-y-80"));
    let group =
        |service: &str| &after.upstream_groups[after.services[service].upstream_group.as_ref().unwrap()];
    assert_eq!((group("t-b").targets[0].host.as_str(), group("t-b").tls.is_some()), ("x-y", false));
    assert_eq!((group("t-c").targets[0].host.as_str(), group("t-c").tls.is_some()), ("x.y", true));
    assert!(!again.left_out.iter().any(|one| one.what.starts_with("Another server")));
    assert_eq!(import(&api(&three), &Options::default(), &after).unwrap().changes, Document::default());
}

#[test]
fn paths_with_the_same_first_part_can_become_one_service() {
    let made = fresh(SHOP, &Options { by: By::Prefix, ..Options::default() });
    let services = &made.changes.services;
    assert_eq!(services["shop-api-orders"].route_path, "/api/orders/*");
    assert_eq!(services["shop-api-orders"].methods, ["GET", "HEAD", "PATCH", "POST"]);
    assert_eq!(services["shop-api-root"].route_path, "/api/");
    assert_eq!(services.len(), 5, "{:?}", services.keys());
}

#[test]
fn a_document_without_a_server_needs_a_group() {
    let refused = import(RELATIVE, &Options::default(), &Document::default()).unwrap_err();
    let ImportError::Option(refused) = refused else { panic!("{refused}") };
    assert_eq!(refused.field, "upstream_group");
    let options = Options { upstream_group: Some("tiny".to_owned()), ..Options::default() };
    assert!(matches!(import(RELATIVE, &options, &Document::default()), Err(ImportError::Option(_))));
    let present = applied(&Document::default(), &fresh(MINIMAL, &Options::default()));
    let made = import(RELATIVE, &options, &present).unwrap();
    let expected = ["/internal/a", "/internal/a/*/c"];
    assert!(made.changes.services.values().map(|one| one.route_path.as_str()).eq(expected));
}

#[test]
fn hosts_and_base_path_can_be_said() {
    let hosts = vec!["api.example.com".to_owned()];
    let options = Options { hosts: hosts.clone(), base_path: Some("/".to_owned()), ..petstore() };
    let made = fresh(PETSTORE, &options);
    let service = &made.changes.services["pets-pets-mine"];
    assert_eq!((service.route_path.as_str(), &service.hosts), ("/pets/mine", &hosts));
    for (options, field) in [
        (Options { base_path: Some("v1".to_owned()), ..petstore() }, "base_path"),
        (Options { base_path: Some("/{v}".to_owned()), ..petstore() }, "base_path"),
        (Options { hosts: vec!["Not a host".to_owned()], ..petstore() }, "hosts[0]"),
        (Options { prefix: Some("No".to_owned()), ..petstore() }, "prefix"),
        (Options { prefix: Some("x".repeat(31)), ..petstore() }, "prefix"),
        (Options { prefix: Some("sentinel-x".to_owned()), ..petstore() }, "prefix"),
    ] {
        match import(PETSTORE, &options, &Document::default()) {
            Err(ImportError::Option(refused)) => assert_eq!(refused.field, field, "{refused}"),
            other => panic!("{field}: {other:?}"),
        }
    }
}

#[test]
fn two_templates_with_one_slug_are_told_apart_whatever_their_order() {
    let made = fresh(
        &api(r#""/a/b":{"get":{}},"/a-b":{"get":{}},"/c/{x}/d":{"get":{}},"/c/{y}/d":{"post":{}}"#),
        &Options::default(),
    );
    let slugs: Vec<_> = made.changes.services.keys().map(String::as_str).collect();
    assert_eq!(slugs.len(), 3, "{slugs:?}");
    assert!(slugs[0].starts_with("t-a-b-") && slugs[1].starts_with("t-a-b-") && slugs[2] == "t-c-x-d");
    assert_eq!(made.changes.services["t-c-x-d"].methods, ["GET", "HEAD", "POST"]);
    assert_eq!(left_out(&made, "Paths that are the same").places, ["/c/{y}/d"]);
    let long = fresh(
        &api(&format!(r#""/{}":{{"get":{{}}}}"#, "long/".repeat(30).trim_end_matches('/'))),
        &Options::default(),
    );
    assert!(long.changes.services.keys().all(|slug| slug.len() == 50));
}

#[test]
fn what_is_not_openapi_3_is_refused_in_words() {
    for (text, words) in [
        ("", "is empty"),
        ("[]", "is not a map"),
        ("just a text", "is not a map"),
        ("a: 1", "does not say"),
        (include_str!("../../../../tests/fuzz/seeds/openapi/swagger-2.yaml"), "Swagger 2"),
        ("openapi: 4.0.0\npaths: {}", "OpenAPI 4.0.0"),
        ("openapi: 3.0.0\npaths: []", "not a map"),
        ("openapi: 3.0.0\npaths: {}", "no path"),
        ("openapi: 3.0.0\nopenapi: 3.0.0", "twice"),
        ("{\"openapi\": \"3.0.0\",", "EOF"),
        ("openapi: [", "line"),
    ] {
        match import(text, &Options::default(), &Document::default()) {
            Err(ImportError::Document(message)) => assert!(message.contains(words), "{text}: {message}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}
