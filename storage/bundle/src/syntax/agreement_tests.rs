//! Whatever the strict reader accepts, the KDL crate accepts too, and both see the same tree.
#![allow(clippy::unwrap_used)]

use kdl::{KdlDocument, KdlNode, KdlValue};
use proptest::prelude::*;

use super::tree::{Node, Value};
use super::{check, read};

fn ours(nodes: &[Node<'_>], out: &mut String) {
    for node in nodes {
        out.push_str(&format!("{:?}", node.name));
        for entry in &node.entries {
            let value = match &entry.value {
                Value::Text(text) => format!("{text:?}"),
                Value::Integer(number) => format!("i{number}"),
                Value::Float(number) => format!("f{number:?}"),
                Value::Bool(flag) => format!("b{flag}"),
                Value::Null => "null".to_owned(),
            };
            out.push_str(&format!(" {:?}={value}", entry.key));
        }
        if let Some(block) = &node.block {
            out.push('{');
            ours(&block.nodes, out);
            out.push('}');
        }
        out.push(';');
    }
}

fn theirs(nodes: &[KdlNode], out: &mut String) {
    for node in nodes {
        out.push_str(&format!("{:?}", node.name().value()));
        for entry in node.entries() {
            let value = match entry.value() {
                KdlValue::String(text) => format!("{text:?}"),
                KdlValue::Integer(number) => format!("i{number}"),
                KdlValue::Float(number) => format!("f{number:?}"),
                KdlValue::Bool(flag) => format!("b{flag}"),
                KdlValue::Null => "null".to_owned(),
            };
            out.push_str(&format!(" {:?}={value}", entry.name().map(kdl::KdlIdentifier::value)));
        }
        if let Some(children) = node.children() {
            out.push('{');
            theirs(children.nodes(), out);
            out.push('}');
        }
        out.push(';');
    }
}

/// Panics when the strict reader accepts a text that the KDL crate refuses or reads differently.
fn agree(source: &str) -> bool {
    let Ok(document) = read(source) else { return false };
    let parsed: KdlDocument = source.parse().unwrap_or_else(|error| panic!("{source:?}: {error:?}"));
    let (mut left, mut right) = (String::new(), String::new());
    ours(&document.nodes, &mut left);
    theirs(parsed.nodes(), &mut right);
    assert_eq!(left, right, "{source:?}");
    true
}

#[test]
fn both_readers_agree_on_every_construct() {
    for source in [
        "",
        "\u{feff}a",
        "a",
        "a;b",
        "a;",
        "a 1 -2 +3 0x1f 1.5 1e3 #true #false #null \"x\" y z=1 \"q r\"=\"s\"",
        "a k = v",
        "a { b; c { d } }",
        "a{b}",
        "a \"x\"{ b }\n",
        "a {}\nb {} ; c",
        "// c\na // d\n/* e /* f */ g */ b",
        "a /* x */ b /* y\n z */ c",
        "a \\\n  b \\ // c\n  d",
        "/- a { b }\nc",
        "x\n/- a { b }\nc",
        "x\n/- a { b }",
        "x { y\n /- z { w }\n }",
        "a /-1 2 /-k=3 4",
        "a /- 1 { b }",
        "a \"\\\\ \\\" \\n \\r \\t \\s \\b \\f \\u{41}\"",
        "a \"x \\  y\"",
        "a \"x \\\n   y\"",
        "a #\"raw \\ \" x\"#",
        "a ##\"raw \"# x\"##",
        "a \"\"",
        "a \"\"\"\n  x\n\n    y \\\" \\\\ \"\" z\n  \"\"\"",
        "a \"\"\"\n\"\"\"",
        "a \"\"\"\r\n x\r\n \"\"\"\r\nb",
        "a #\"\"\"\n  x \\ \"\"\n   \n  y\n  \"\"\"#",
        "\"quoted name\" 1",
        "a\r\nb\r\n",
        "- 1",
        "+a -b .c --",
        "a 1_000 0b1_0",
        "größe \"ü\" 世界=1",
        "a,b c:d <e> |f| @g $h %i &j ~k ^l !m ?n 'o `p",
        "system { worker-threads 2; }",
    ] {
        assert!(agree(source), "the strict reader refuses {source:?}: {:?}", check(source));
    }
}

const TOKENS: &[&str] = &[
    "a",
    "b-c",
    "\"x\"",
    "\"\\n\"",
    "\"y z\"",
    "#\"r\"#",
    "##\"r\"#\"##",
    "1",
    "-2",
    "1.5",
    "0x1f",
    "#true",
    "#null",
    "=",
    "k=1",
    "k=\"v\"",
    "{",
    "}",
    "{}",
    ";",
    "\n",
    "\n",
    " ",
    " ",
    "  ",
    "\t",
    "\\\n",
    "\\",
    "//c\n",
    "/*c*/",
    "/* /*n*/ */",
    "/-",
    "/- ",
    "/-{",
    "(t)",
    ")",
    "(",
    "\"",
    "#",
    "true",
    "\"\"\"\n x\n \"\"\"",
    "\"\"\"",
    "\r\n",
    "\u{a0}",
    ".",
    ",",
    "-",
    "*",
    "/",
    "é",
    "[",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 6000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_accepted_means_the_same_to_the_kdl_crate(
        picks in prop::collection::vec(prop::sample::select(TOKENS), 0..24)
    ) {
        agree(&picks.concat());
    }

    #[test]
    fn token_soup_with_spaces_agrees_too(
        picks in prop::collection::vec(prop::sample::select(TOKENS), 0..16)
    ) {
        agree(&picks.join(" "));
    }

    #[test]
    fn node_soup_agrees_too(
        picks in prop::collection::vec(
            prop::sample::select(&["a ", "b 1 ", "/-c ", "d {", "e {\n", "}", "}\n", "\n", ";", "/-f {", "/- 1 ", "k=1 ", "//x\n"][..]), 0..20)
    ) {
        agree(&picks.concat());
    }

    #[test]
    fn arbitrary_text_never_panics(source in "\\PC{0,200}") {
        agree(&source);
    }
}

#[test]
fn hostile_texts_are_refused_at_once() {
    let cases: Vec<(&str, String, &str)> = vec![
        ("open blocks", "a {".repeat(200_000), "too-deep"),
        ("balanced blocks", format!("{}{}", "a {".repeat(65), "}".repeat(65)), "too-deep"),
        ("closing braces", "}".repeat(500_000), "syntax"),
        ("stray parentheses", "a )\n".repeat(200_000), "syntax"),
        ("nodes on one line", "a {}b {}".repeat(100_000), "syntax"),
        ("many stars", format!("/*{}*/", "*".repeat(300_000)), "comment-too-dense"),
        ("many slashes", format!("/*{}*/", "x/".repeat(300_000)), "comment-too-dense"),
        ("nested comments", format!("{}{}", "/*".repeat(200_000), "*/".repeat(200_000)), "comment-too-dense"),
        ("open comment", format!("/*{}", "x".repeat(900_000)), "unterminated-comment"),
        ("open string", format!("a \"{}", "x".repeat(900_000)), "unterminated-string"),
        ("open multi-line string", format!("a \"\"\"\n{}", "x\n".repeat(400_000)), "unterminated-string"),
        ("open raw strings", "##\" ".repeat(200_000), "unterminated-string"),
        ("many hashes", format!("a {}\"x\"", "#".repeat(300_000)), "syntax"),
        ("commented blocks in commented blocks", "x\n/-a {".repeat(60), "kdl-unsupported"),
        ("commented child blocks", "a /-{".repeat(60), "kdl-unsupported"),
        ("repeated slashdash", format!("a {}1", "/-".repeat(300_000)), "kdl-unsupported"),
        ("type annotations", format!("{}a", "(t)".repeat(300_000)), "kdl-unsupported"),
        ("long name", format!("{} 1", "n".repeat(500_000)), "name-too-long"),
        ("long text", format!("a \"{}\"", "n".repeat(500_000)), "text-too-long"),
        ("long number", format!("a {}", "9".repeat(500_000)), "syntax"),
        ("many nodes", "a\n".repeat(400_000), "too-many-nodes"),
        ("many values", format!("a {}", "1 ".repeat(400_000)), "too-many-values"),
        ("too large", "\n".repeat(crate::limits::MAX_READ_BYTES + 1), "source-too-large"),
        ("control character", "a \u{1}".to_owned(), "forbidden-character"),
        ("direction mark", "a \"\u{202e}x\"".to_owned(), "forbidden-character"),
        ("lone carriage return", "a\rb".to_owned(), "forbidden-character"),
        ("line separator", "a \"x\u{2028}y\"".to_owned(), "forbidden-character"),
        ("mark in the middle", "a \u{feff}".to_owned(), "forbidden-character"),
    ];
    for (name, source, code) in cases {
        let problem = check(&source).expect_err(name);
        assert_eq!(problem.code, code, "{name}: {problem}");
    }
}

#[test]
fn syntax_problems_say_where_and_what() {
    for (source, place, code) in [
        ("a {\n  b \"x\n}", (2, 5), "unterminated-string"),
        ("a\n  b {\n", (2, 5), "unterminated-block"),
        ("a }", (1, 3), "syntax"),
        ("a true", (1, 3), "syntax"),
        ("a {\n  b 10s\n}", (2, 5), "syntax"),
        ("a {} b {}", (1, 6), "syntax"),
        ("a \"x\"y", (1, 3), "syntax"),
        ("a;;", (1, 3), "syntax"),
        ("a \"\\d+\"", (1, 4), "syntax"),
        ("{ a }", (1, 1), "syntax"),
        ("a \"\"\"\n    x\n  y\n    \"\"\"", (3, 1), "syntax"),
        ("a #maybe", (1, 3), "syntax"),
        ("/-a;b", (1, 4), "kdl-unsupported"),
    ] {
        let problem = check(source).expect_err(source);
        assert_eq!((problem.line, problem.column), (Some(place.0), Some(place.1)), "{source:?}: {problem}");
        assert_eq!(problem.code, code, "{source:?}: {problem}");
    }
}
