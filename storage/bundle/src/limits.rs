//! Every limit of the crate in one place.
//!
//! A limit here protects either this process (memory, stack, processor time) or the proxy that reads the
//! compiled text later on a 2 MiB worker stack.

/// Largest accepted configuration source, in bytes.
pub const MAX_SOURCE_BYTES: usize = 1 << 20;

/// Largest text that is read at all: a source with the generated parts and rendered variables.
pub const MAX_READ_BYTES: usize = MAX_SOURCE_BYTES + (16 << 10);

/// How many objects of a kind the generated parts may add to the limits below.
pub const GENERATED_OBJECTS: usize = 16;

/// Deepest accepted nesting of `{ }` blocks.
///
/// The KDL crate inside the proxy recurses per block: 400 levels overflow a 2 MiB stack and abort the process.
pub const MAX_DEPTH: usize = 64;

/// Most `*` and `/` characters inside one block comment.
///
/// The KDL crate recurses once per such character: about 1600 overflow a 2 MiB stack.
pub const MAX_COMMENT_MARKS: usize = 256;

/// Most nodes in one configuration.
pub const MAX_NODES: usize = 150_000;

/// Most arguments and properties of one node.
pub const MAX_ENTRIES: usize = 4_096;

/// Longest node name, property name or identifier, in bytes.
pub const MAX_NAME_BYTES: usize = 256;

/// Longest text value, in bytes.
pub const MAX_TEXT_BYTES: usize = 16 << 10;

/// Most `#` signs around a raw string.
pub const MAX_RAW_HASHES: usize = 16;

/// Longest number as written, in bytes.
pub const MAX_NUMBER_BYTES: usize = 40;

/// Most routes, counted over all route blocks.
pub const MAX_ROUTES: usize = 5_000;

/// Most upstreams, filters or agents (each).
pub const MAX_OBJECTS: usize = 5_000;

/// Most listeners or namespaces (each).
pub const MAX_LISTENERS: usize = 64;

/// Most regular expressions in one configuration.
pub const MAX_REGEXES: usize = 500;

/// Longest regular expression, in bytes.
pub const MAX_REGEX_BYTES: usize = 1_000;

/// Largest compiled regular expression, in bytes; the proxy itself allows ten times as much.
pub const MAX_REGEX_COMPILED: usize = 1 << 20;

/// Most problems reported for one source; the rest is counted, not listed.
pub const MAX_PROBLEMS: usize = 200;

/// Most node variables in one configuration, beside those that the compiler adds.
pub const MAX_VARIABLES: usize = 32;

/// Longest value of a node variable, in bytes.
pub const MAX_VARIABLE_VALUE: usize = 64;

/// Parses that may run at the same time, each on a thread of its own.
pub const MAX_PARSERS: usize = 4;

/// Callers that may wait for a parser thread; further ones are turned away.
pub const MAX_WAITING: usize = 64;

/// Stack of a parser thread, in bytes.
pub const PARSER_STACK: usize = 16 << 20;

/// Longest bundle version text, in characters.
pub const MAX_VERSION_CHARS: usize = 100;

/// Most extra files in a bundle.
pub const MAX_EXTRA_FILES: usize = 1_000;

/// Largest sum of all files of a bundle, in bytes.
pub const MAX_CONTENT_BYTES: usize = 32 << 20;

/// Most lines of one side of a text comparison.
pub const MAX_DIFF_LINES: usize = 50_000;
