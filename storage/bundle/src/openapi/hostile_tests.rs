//! Documents that try to exhaust processor, memory or stack.
#![allow(clippy::unwrap_used)]

use std::fmt::Write;

use super::*;

fn refused(text: &str) -> String {
    match import(text, &Options::default(), &Document::default()) {
        Err(ImportError::Document(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn aliases_that_repeat_aliases_are_bounded() {
    assert!(refused(include_str!("../../../../tests/fuzz/seeds/openapi/laughs.yaml")).contains("values"));
    let mut text = format!("openapi: 3.0.0\na: &a {}\nb:\n", "x".repeat(100_000));
    text.push_str(&"- *a\n".repeat(1_000));
    assert!(refused(&text).contains("bytes of text"));
}

#[test]
fn an_alias_inside_what_it_names_is_refused() {
    assert!(refused("openapi: 3.0.0\na: &a [*a]\n").contains("anchor"));
    assert!(!refused(include_str!("../../../../tests/fuzz/seeds/openapi/cycle.yaml")).is_empty());
}

#[test]
fn references_in_a_circle_come_to_an_end() {
    let text = r##"{"openapi":"3.0.0","info":{"title":"T"},"paths":{"/a":{"$ref":"#/paths/~1b"},"/b":{"$ref":"#/paths/~1a"},"/c":{"$ref":"#"}}}"##;
    assert!(refused(text).contains("no path"));
}

#[test]
fn deep_nesting_is_refused_at_its_depth() {
    for open in ["[", "{\"a\":"] {
        let json = format!("{{\"openapi\":\"3.0.0\",\"x\":{}", open.repeat(TEXT_MAX / 8));
        assert!(refused(&json).contains("deep"), "{}", refused(&json));
    }
    for open in ["[", "{a: ", "- "] {
        let yaml = format!("openapi: 3.0.0\nx:\n {}", open.repeat(500_000));
        assert!(!refused(&yaml).is_empty());
    }
    let yaml = format!("openapi: 3.0.0\nx: {}{}", "[".repeat(110), "]".repeat(110));
    assert!(refused(&yaml).contains("deep"), "{}", refused(&yaml));
    // Each alias goes as deep as is allowed, and all of them together would not come back from it.
    let mut yaml = format!("openapi: 3.0.0\na0: &a0 {}{}\n", "[".repeat(60), "]".repeat(60));
    for number in 1..2_000 {
        writeln!(yaml, "a{number}: &a{number} {}*a{}{}", "[".repeat(60), number - 1, "]".repeat(60)).unwrap();
    }
    assert!(refused(&yaml).contains("deep"), "{}", refused(&yaml));
}

#[test]
fn giant_numbers_and_texts_are_read_or_refused() {
    for number in [
        "1e999999",
        "-1e999999",
        "9".repeat(400).as_str(),
        ".inf",
        ".nan",
        "0x",
        "1_000",
        "123456789012345678901234567890",
    ] {
        let yaml = format!(
            "openapi: 3.0.0\ninfo: {{title: T}}\nservers: [{{url: 'http://a'}}]\nx: {number}\npaths: {{/a: {{get: {{}}}}}}"
        );
        let made = import(&yaml, &Options::default(), &Document::default()).unwrap();
        assert_eq!(made.changes.services.len(), 1, "{number}");
    }
    assert!(refused("{\"openapi\":\"3.0.0\",\"x\":1e999999}").contains("number"));
    assert!(refused(&" ".repeat(TEXT_MAX + 1)).contains("bytes"));
}

#[test]
fn more_operations_and_services_than_a_project_holds_are_refused() {
    let document = |count: usize, path: &dyn Fn(usize) -> String| {
        let mut text =
            r#"{"openapi":"3.0.0","info":{"title":"T"},"servers":[{"url":"http://a"}],"paths":{"#.to_owned();
        for number in 0..count {
            let comma = if number == 0 { "" } else { "," };
            write!(text, r#"{comma}"{}":{{"get":{{}},"put":{{}}}}"#, path(number)).unwrap();
        }
        text + "}}"
    };
    assert!(
        refused(&document(OPERATIONS_MAX / 2 + 1, &|number| format!("/{number}"))).contains("operations")
    );
    let many = document(501, &|number| format!("/all/{{x}}/{number}"));
    let refused = import(&many, &Options::default(), &Document::default()).unwrap_err();
    assert!(matches!(&refused, ImportError::Option(at) if at.field == "by"), "{refused}");
    let by_prefix = Options { by: By::Prefix, ..Options::default() };
    assert_eq!(import(&many, &by_prefix, &Document::default()).unwrap().changes.services.len(), 1);
}

#[test]
fn servers_that_are_no_servers_are_told_and_not_asked() {
    for url in [
        "http://",
        "http:///a",
        "ftp://a",
        "//a/b",
        "http://user@a",
        "http://a:99999",
        "{",
        "{x}",
        "}",
        "http://[::1",
    ] {
        let text = serde_json::json!({"openapi": "3.0.0", "info": {"title": "T"}, "servers": [{"url": url}, {}, 1], "paths": {"/a": {"get": {}}}});
        let refused = import(&text.to_string(), &Options::default(), &Document::default()).unwrap_err();
        assert!(
            matches!(&refused, ImportError::Option(at) if at.field == "upstream_group"),
            "{url}: {refused}"
        );
    }
}

#[test]
fn a_document_names_no_secret_of_the_project_that_imports_it() {
    let text = r#"{"openapi":"3.0.0","info":{"title":"T"},"servers":[{"url":"http://a"}],
        "paths":{"/a/${secrets.KEY}/$${secrets.KEY}":{"get":{"summary":"$${secrets.KEY} ${node.x}"}}}}"#;
    let made = import(text, &Options::default(), &Document::default()).unwrap();
    let written = serde_json::to_string(&made.changes).unwrap();
    assert!(written.contains("secrets.KEY") && !written.contains("${"), "{written}");
    crate::emit::emit(&made.changes).unwrap();
}

/// A document with so many paths, each of which is elsewhere in it.
fn referring(count: usize, reference: &str, elsewhere: &str) -> String {
    let paths: Vec<String> =
        (0..count).map(|number| format!(r#""/all/{number}":{{"$ref":"{reference}"}}"#)).collect();
    format!(
        r#"{{"openapi":"3.0.0","info":{{"title":"T"}},"servers":[{{"url":"http://a"}}],{elsewhere},"paths":{{{}}}}}"#,
        paths.join(",")
    )
}

#[test]
fn what_many_paths_refer_to_counts_for_each_of_them() {
    let keys: Vec<String> = (0..1_000).map(|number| format!(r#""x-{number}":1"#)).collect();
    let keys = keys.join(",");
    for item in [format!(r#"{{"get":{{}},{keys}}}"#), format!(r#"{{"get":{{{keys}}}}}"#)] {
        let refused = refused(&referring(2_000, "#/x", &format!(r#""x":{item}"#)));
        assert!(refused.contains("to look at"), "{refused}");
    }
    // Long references that lead to one another.
    let name = |number: usize| format!("{}{number}", "k".repeat(1_000));
    let chain: Vec<String> = (0..15)
        .map(|number| format!(r##""{}":{{"$ref":"#/{}"}}"##, name(number), name(number + 1)))
        .collect();
    let refused = refused(&referring(1_000, &format!("#/{}", name(0)), &chain.join(",")));
    assert!(refused.contains("to look at"), "{refused}");
}

#[test]
fn a_long_list_of_servers_is_looked_at_where_it_begins() {
    let servers = vec!["{}"; 2_000].join(",");
    let text = referring(2_000, "#/x", &format!(r#""x":{{"get":{{}},"servers":[{servers}]}}"#));
    let by_prefix = Options { by: By::Prefix, ..Options::default() };
    let made = import(&text, &by_prefix, &Document::default()).unwrap();
    assert_eq!(made.changes.services.len(), 1);
    let count = |what: &str| made.left_out.iter().find(|one| one.what.starts_with(what)).map(|one| one.count);
    assert_eq!(count("Servers that cannot"), Some(2_000 * SERVERS_MAX as u64));
    assert_eq!(count("Servers after"), Some(2_000));
    let variables =
        format!(r#"{{"url":"http://{{a}}","variables":{{"a":{{"default":"{}"}}}}}}"#, "a".repeat(3_000));
    let long = format!(r#"{{"url":"http://{}"}}"#, "a".repeat(3_000));
    for server in [variables, long] {
        let text = referring(3, "#/x", &format!(r#""x":{{"get":{{}},"servers":[{server}]}}"#));
        let made = import(&text, &by_prefix, &Document::default()).unwrap();
        assert!(
            made.left_out.iter().any(|one| one.what.starts_with("Servers that cannot") && one.count == 3)
        );
    }
}

#[test]
fn long_references_lead_nowhere_and_too_many_paths_are_refused() {
    for (length, there) in [(REFERENCE_MAX, true), (REFERENCE_MAX + 1, false)] {
        let name = "k".repeat(length - "#/".len());
        let text = referring(1, &format!("#/{name}"), &format!(r#""{name}":{{"get":{{}}}}"#));
        let made = import(&text, &Options::default(), &Document::default());
        assert_eq!(made.is_ok(), there, "{length}");
    }
    let text = |count| referring(count, "#/x", r#""x":{}"#);
    assert!(refused(&text(PATHS_MAX)).contains("no path"));
    assert!(refused(&text(PATHS_MAX + 1)).contains("paths"));
}
