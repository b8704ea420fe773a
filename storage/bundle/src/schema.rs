//! What proxy 0.6.45 reads from its configuration, as one table.
//!
//! The proxy drops what it does not know: unknown names, surplus arguments, values of the wrong type, the second
//! occurrence of a setting. This table names every setting its parser reads, the form it must have, and what is
//! known about it at run time: settings that do nothing, mislead or endanger carry a [`Note`]. The walk over a
//! text by this table is in `walk`; checks that need more than one setting are in `rules`.

mod filters;
mod listeners;
mod notes;
mod observability;
mod root;
mod routes;
mod upstreams;

pub(crate) use notes::RATE_SHARED;
pub(crate) use root::ROOT;

/// The version of the proxy the table describes and the configuration crate checks.
pub const PROXY_VERSION: &str = "0.6.45";

/// A kind of named object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Thing {
    Listener,
    Route,
    Upstream,
    Filter,
    Agent,
    Namespace,
}

impl Thing {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Thing::Listener => "listener",
            Thing::Route => "route",
            Thing::Upstream => "upstream",
            Thing::Filter => "filter",
            Thing::Agent => "agent",
            Thing::Namespace => "namespace",
        }
    }
}

/// Whether a note blocks the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Refuse,
    Warn,
}

/// What is known about a setting or a value. `message` continues a sentence that starts with its name.
#[derive(Debug)]
pub(crate) struct Note {
    pub(crate) weight: Weight,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
    pub(crate) help: &'static str,
}

const fn refuse(code: &'static str, message: &'static str, help: &'static str) -> Note {
    Note { weight: Weight::Refuse, code, message, help }
}

const fn warn(code: &'static str, message: &'static str, help: &'static str) -> Note {
    Note { weight: Weight::Warn, code, message, help }
}

/// One allowed word, possibly with a note.
#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) text: &'static str,
    pub(crate) note: Option<&'static Note>,
}

const fn word(text: &'static str) -> Word {
    Word { text, note: None }
}

const fn noted(text: &'static str, note: &'static Note) -> Word {
    Word { text, note: Some(note) }
}

/// What one argument may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Text,
    /// A file or directory on the node.
    File,
    Bool,
    /// A boolean where one of the two values carries a note.
    BoolNoted(bool, &'static Note),
    /// A whole number within bounds, both included.
    Int(i128, i128),
    /// A whole or decimal number within bounds, both included.
    Number(f64, f64),
    /// One of a few words.
    OneOf(&'static [Word]),
    /// A priority: a number within our bounds or one of the four names.
    Priority,
    /// `"30s"`, `"5m"`, `"1h"`, `"1d"`.
    Seconds,
    /// `"100ms"`, `"2s"`, `"1m"`.
    Millis,
    /// Whole seconds or a duration text.
    SecondsOrText,
    /// `IP:PORT`, possibly with node variables.
    Address,
    /// `HOST:PORT` of a target.
    Target,
    Regex,
    /// A host name, `*.` and a host name, or a regular expression.
    HostPattern,
    /// A path that starts with `/`.
    Path,
    HeaderName,
    Method,
    /// A status code written as text.
    StatusText,
    /// Codes of the form ISO 3166, header names and other short words.
    Token,
    /// A key of the rate limiter.
    RateKey(&'static [Word]),
    /// The identifier of an object defined elsewhere in the text.
    Refer(Thing),
}

/// The arguments of a node.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Args {
    None,
    One(Kind),
    Optional(Kind),
    /// One or more.
    Many(Kind),
    /// One, and possibly a second.
    Pair(Kind, Kind),
}

/// The block of a node.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Body {
    None,
    Optional(&'static Block),
    Required(&'static Block),
    /// The block depends on the node's first argument.
    ByArgument(&'static [(&'static str, &'static Block)]),
    /// The block depends on the first argument of one of its own settings.
    BySetting(&'static str, &'static [(&'static str, &'static Block)]),
    /// Any names, each a header with a value.
    Headers,
    /// Any names, each with a value; nothing further is known.
    Open,
}

/// One setting of a block.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    pub(crate) args: Args,
    pub(crate) body: Body,
    pub(crate) repeats: bool,
    pub(crate) properties: &'static [(&'static str, Kind)],
    pub(crate) note: Option<&'static Note>,
    pub(crate) defines: Option<Thing>,
}

/// The settings of one kind of block.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) settings: &'static [Setting],
    /// Advice for names that are often written here and not read.
    pub(crate) hints: &'static [(&'static str, &'static str)],
}

const fn block(settings: &'static [Setting]) -> Block {
    Block { settings, hints: &[] }
}

impl Block {
    const fn with_hints(mut self, hints: &'static [(&'static str, &'static str)]) -> Self {
        self.hints = hints;
        self
    }
}

/// A setting with arguments and no block.
const fn value(name: &'static str, args: Args) -> Setting {
    Setting { name, args, body: Body::None, repeats: false, properties: &[], note: None, defines: None }
}

/// A setting with one argument.
const fn one(name: &'static str, kind: Kind) -> Setting {
    value(name, Args::One(kind))
}

/// A text setting.
const fn text(name: &'static str) -> Setting {
    one(name, Kind::Text)
}

/// A boolean setting.
const fn flag(name: &'static str) -> Setting {
    one(name, Kind::Bool)
}

/// A whole-number setting within bounds.
const fn int(name: &'static str, low: i128, high: i128) -> Setting {
    one(name, Kind::Int(low, high))
}

/// A block without arguments.
const fn group(name: &'static str, block: &'static Block) -> Setting {
    Setting { body: Body::Required(block), ..value(name, Args::None) }
}

/// A block that defines a named object.
const fn object(name: &'static str, thing: Thing, body: Body) -> Setting {
    Setting { body, repeats: true, defines: Some(thing), ..value(name, Args::One(Kind::Text)) }
}

impl Setting {
    const fn note(mut self, note: &'static Note) -> Self {
        self.note = Some(note);
        self
    }

    const fn repeats(mut self) -> Self {
        self.repeats = true;
        self
    }

    const fn properties(mut self, properties: &'static [(&'static str, Kind)]) -> Self {
        self.properties = properties;
        self
    }

    const fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }
}

/// An hour, a day, a week and a year in seconds, and other bounds that keep casts inside the proxy harmless.
mod bounds {
    pub(super) const DAY: i128 = 86_400;
    pub(super) const YEAR: i128 = 366 * 86_400;
    pub(super) const MILLIS: i128 = 3_600_000;
    pub(super) const COUNT: i128 = 1_000_000_000;
    pub(super) const BYTES: i128 = 1 << 40;
}
