//! A configuration in the proxy's own language.

use sentinel_bundle::Problem;
use sentinel_bundle::archive::{self, OpenLimits};
use sentinel_bundle::compile::{CompileError, CompileInput, OperationsOptions, Source, compile};
use sentinel_bundle::validate::{ValidateContext, validate};

/// What a valid text can still be refused for: the compiler alone looks where secrets and certificates of the project are named.
const NAMED: &[&str] = &[
    "secret-malformed",
    "secret-misplaced",
    "secret-exposed",
    "certificate-malformed",
    "certificate-misplaced",
    "too-many-objects",
];
/// What a text says that names one.
const NAMES: [&str; 2] = ["${secrets.", "${certificates."];

/// A text is judged without a panic in the proxy's parser; one that is valid compiles, and what it compiles to can be opened; one that is not
/// does not.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let context = ValidateContext { second_key_check: true, ..ValidateContext::default() };
    let verdict = validate(text, &context);
    if let Err(problems) = &verdict {
        judged(problems);
    }
    let input = CompileInput {
        project_id: "fuzz",
        version: "1",
        source: Source::Text(text),
        marker_key: &[7; 32],
        operations: OperationsOptions::default(),
        extra_files: Vec::new(),
    };
    match (compile(&input), verdict) {
        (Ok(made), Ok(_)) => {
            let opened = archive::open(&made.archive, &OpenLimits::default());
            let opened = opened.unwrap_or_else(|error| panic!("what was compiled cannot be opened: {error}"));
            assert_eq!(opened.source(), Some(text), "the source comes back as it was written");
        }
        (Err(CompileError::Invalid(problems)), Err(_)) => judged(&problems),
        (Err(CompileError::Invalid(problems)), Ok(_)) => {
            judged(&problems);
            assert!(
                NAMES.iter().any(|name| text.contains(name)),
                "valid, and not compiled, and it names nothing: {problems:?}"
            );
            for problem in &problems {
                assert!(NAMED.contains(&problem.code), "valid, and not compiled: {problem}");
            }
        }
        (Err(error), _) => panic!("not a verdict about the text: {error}"),
        (Ok(_), Err(problems)) => panic!("compiled although it is not valid: {problems:?}"),
    }
}

fn judged(problems: &[Problem]) {
    assert!(!problems.is_empty(), "refused without a reason");
    for problem in problems {
        assert_ne!(problem.code, "parser-unavailable", "the proxy's parser failed: {problem}");
    }
}
