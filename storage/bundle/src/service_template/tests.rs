#![allow(clippy::unwrap_used)]
use std::collections::BTreeSet;

use sentinel_model::name::check_slug;

use super::*;
use crate::compile::preview;

fn to(targets: &[&str]) -> Values {
    Values { targets: targets.iter().map(|text| (*text).to_owned()).collect(), ..Values::default() }
}

fn places(template: &str, values: &Values) -> Vec<String> {
    let wrong = ServiceTemplate::named(template).unwrap().fill(values).unwrap_err();
    wrong.into_iter().map(|one| one.field).collect()
}

#[test]
fn each_of_the_eleven_compiles_alone_and_beside_all_others() {
    assert_eq!(ALL.len(), 11);
    let names: BTreeSet<&str> = ALL.iter().map(|template| template.name).collect();
    assert_eq!(names.len(), ALL.len());
    let mut together = Document::default();
    for (number, template) in ALL.iter().enumerate() {
        check_slug("name", template.name).unwrap();
        for hosts in [Vec::new(), vec!["shop.example.com".to_owned()], vec!["*.example.com".to_owned()]] {
            let made = template.fill(&Values { hosts, ..to(&["10.0.0.1:8080"]) }).unwrap();
            let shown = preview(&made).unwrap_or_else(|error| panic!("{}: {error}", template.name));
            assert!(shown.warnings.is_empty(), "{}: {:?}", template.name, shown.warnings);
            assert_eq!(made.services[template.name].upstream_group.as_deref(), Some(template.name));
        }
        let values = Values {
            slug: Some(format!("s-{number}")),
            hosts: vec![format!("s-{number}.example.com")],
            path: Some("/own/*".to_owned()),
            ..to(&["https://10.0.0.1:8443", "https://10.0.0.1"])
        };
        for (slug, spec) in template.fill(&values).unwrap().into_objects() {
            together.put(&slug, spec);
        }
    }
    assert_eq!(together.services.len(), ALL.len());
    preview(&together).unwrap();
}

#[test]
fn nothing_is_left_out_that_can_be_had() {
    for template in ALL {
        assert!(!template.left_out.is_empty(), "{}", template.name);
        for one in template.left_out {
            let can = one.feature().is_some_and(|feature| feature.refusal().is_none());
            assert!(!can, "{} can have {:?} now", template.name, one.what);
            assert!(one.why().len() > 20, "{:?}", one.why());
        }
    }
}

#[test]
fn what_is_said_stands_in_the_document() {
    let values = Values {
        slug: Some("shop".to_owned()),
        hosts: vec!["shop.example.com".to_owned()],
        path: Some("/v2/*".to_owned()),
        targets: vec!["https://a.internal:8443".to_owned(), "https://b.internal".to_owned()],
        server_name: Some("api.internal".to_owned()),
    };
    let made = ServiceTemplate::named("rest-api").unwrap().fill(&values).unwrap();
    let (service, group) = (&made.services["shop"], &made.upstream_groups["shop"]);
    assert_eq!((service.route_path.as_str(), service.hosts.as_slice()), ("/v2/*", values.hosts.as_slice()));
    let targets: Vec<_> = group.targets.iter().map(|one| (one.host.as_str(), one.port)).collect();
    assert_eq!(targets, [("a.internal", 8443), ("b.internal", 443)]);
    assert_eq!(group.tls.as_ref().unwrap().server_name, values.server_name);
    let kept = |hosts: &[&str]| {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        let files = ServiceTemplate::named("static-files").unwrap();
        files.fill(&Values { hosts, ..to(&["10.0.0.1:80"]) }).unwrap().services["static-files"]
            .cache
            .is_some()
    };
    assert!(kept(&["a.example.com"]) && !kept(&[]) && !kept(&["a.example.com", "b.example.com"]));
}

#[test]
fn what_is_wrong_is_told_by_the_parameter() {
    assert_eq!(places("rest-api", &Values::default()), ["targets"]);
    assert_eq!(
        places("rest-api", &to(&["10.0.0.1:8080", "no host", "https://a"])),
        ["targets[1]", "targets[2]"]
    );
    assert_eq!(places("grpc-gateway", &to(&["http://10.0.0.1:9090"])), ["targets[0]"]);
    assert_eq!(places("grpc-gateway", &to(&["a.internal:1", "b.internal:1"])), ["server_name"]);
    let wrong = Values {
        slug: Some("Shop".to_owned()),
        hosts: vec!["a.example.com".to_owned(), "A".to_owned()],
        path: Some("x".to_owned()),
        ..to(&["10.0.0.1:1", "10.0.0.1:1"])
    };
    let told: BTreeSet<String> = places("rest-api", &wrong).into_iter().collect();
    assert_eq!(
        told.iter().map(String::as_str).collect::<Vec<_>>(),
        ["hosts[1]", "path", "slug", "targets[1]"]
    );
    assert_eq!(places("rest-api", &Values { slug: Some("sentinel-a".to_owned()), ..to(&["a:1"]) }), ["slug"]);
    assert_eq!(
        places("rest-api", &Values { server_name: Some("a".to_owned()), ..to(&["a:1"]) }),
        ["server_name"]
    );
}
