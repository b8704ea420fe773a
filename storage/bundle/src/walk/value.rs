//! One value against what it may be.

use regex::RegexBuilder;

use super::{Walk, path};
use crate::limits::{MAX_REGEX_BYTES, MAX_REGEX_COMPILED, MAX_REGEXES};
use crate::node_vars;
use crate::problem::Problem;
use crate::schema::{Kind, Note, RATE_SHARED, Word};
use crate::syntax::{Entry, Value};
use crate::validate::{PROBE_SUFFIX, Reserved, USER_PRIORITY};
use crate::words::{nearest, shown};

const ADDRESS_HELP: &str = "write IP:PORT, for example \"127.0.0.1:8080\" or \"0.0.0.0:${node.http_port}\"";

impl<'d> Walk<'_, '_, 'd> {
    /// Checks one argument or property. `name` is the setting it belongs to.
    pub(super) fn value(&mut self, name: &str, kind: Kind, entry: &'d Entry<'d>) {
        let at = entry.at;
        match (kind, &entry.value) {
            (Kind::Bool, Value::Bool(_)) => {}
            (Kind::BoolNoted(noted, note), Value::Bool(flag)) => {
                if *flag == noted {
                    self.note(note, at, name);
                }
            }
            (Kind::Int(low, high), Value::Integer(number)) => {
                if !(low..=high).contains(number) {
                    let message = format!("`{name}` must be between {low} and {high}, not {number}");
                    self.problem(at, Problem::new("out-of-range", message));
                }
            }
            (Kind::Number(low, high), Value::Integer(_) | Value::Float(_)) => {
                let number = match entry.value {
                    Value::Integer(number) => number as f64,
                    Value::Float(number) => number,
                    _ => return,
                };
                if !(low..=high).contains(&number) {
                    let message = format!("`{name}` must be between {low} and {high}, not {number}");
                    self.problem(at, Problem::new("out-of-range", message));
                }
            }
            (Kind::Priority, Value::Integer(number)) => {
                let fits = i128::from(USER_PRIORITY)
                    .checked_sub(number.saturating_abs())
                    .is_some_and(|left| left >= 0);
                if !fits && self.reserved == Reserved::Refused {
                    let message = format!(
                        "a priority must be between -{USER_PRIORITY} and {USER_PRIORITY}, not {number}"
                    );
                    let help =
                        "higher priorities are reserved for the route that proves which revision is live";
                    self.problem(at, Problem::new("out-of-range", message).with_help(help));
                }
            }
            (Kind::SecondsOrText, Value::Integer(number)) => {
                if *number < 0 {
                    self.problem(at, Problem::new("out-of-range", format!("`{name}` must not be negative")));
                }
            }
            (_, Value::Text(text)) => self.text(name, kind, text, at),
            _ => self.wrong_type(name, kind, entry),
        }
    }

    fn text(&mut self, name: &str, kind: Kind, text: &'d str, at: usize) {
        if text.chars().any(|c| c.is_control() && c != '\t') {
            let message = format!("the value of `{name}` contains a control character or a line break");
            return self.problem(at, Problem::new("control-character", message));
        }
        if node_vars::mentioned(text) && !matches!(kind, Kind::Address) {
            let message =
                "a node variable may only stand in the `address` of a listener or of the metrics server";
            return self.problem(at, Problem::new("node-variable-misplaced", message));
        }
        match kind {
            Kind::Text => {}
            Kind::File => self.expect(!text.is_empty(), at, "bad-path", || format!("`{name}` needs a path")),
            Kind::OneOf(words) => self.one_of(name, words, text, at),
            Kind::Priority => self.expect(matches!(text, "critical" | "high" | "normal" | "low"), at, "unknown-value", || {
                format!("\"{}\" is not a priority: use a number, or critical, high, normal, low", shown(text))
            }),
            Kind::Seconds | Kind::SecondsOrText => {
                self.expect(is_duration(text, &["s", "m", "h", "d"]), at, "bad-duration", || {
                    format!("\"{}\" is not a duration: use for example \"30s\", \"5m\", \"1h\"", shown(text))
                });
            }
            Kind::Millis => self.expect(is_duration(text, &["ms", "s", "m"]), at, "bad-duration", || {
                format!("\"{}\" is not a duration: use for example \"100ms\", \"2s\", \"1m\"", shown(text))
            }),
            Kind::Address => self.address(text, at),
            Kind::Target => self.expect(is_target(text), at, "bad-address", || {
                format!("\"{}\" is not a target of the form HOST:PORT", shown(text))
            }),
            Kind::Regex => self.regex(text, text, at),
            Kind::HostPattern => self.host(text, at),
            Kind::Path => self.expect(text.starts_with('/') && !text.contains([' ', '?', '#']), at, "bad-path", || {
                format!("`{name}` must be a path that starts with `/` and has no space, `?` or `#`, not \"{}\"", shown(text))
            }),
            Kind::HeaderName => self.expect(is_token(text), at, "bad-header-name", || {
                format!("\"{}\" is not a header name", shown(text))
            }),
            Kind::Method => self.method(text, at),
            Kind::StatusText => {
                let fits = text.len() == 3 && text.parse::<u16>().is_ok_and(|status| (100..=599).contains(&status));
                self.expect(fits, at, "bad-status", || format!("\"{}\" is not a status code", shown(text)));
            }
            Kind::Token => self.expect(is_token(text), at, "bad-word", || {
                format!("`{name}` must be one word of letters, digits and - _ ., not \"{}\"", shown(text))
            }),
            Kind::RateKey(words) => match text.strip_prefix("header:") {
                Some(header) if is_token(header) => self.note(&RATE_SHARED, at, text),
                Some(_) => self.problem(at, Problem::new("bad-header-name", "`header:` needs the name of a header")),
                None => self.one_of(name, words, text, at),
            },
            Kind::Refer(thing) => self.refer(thing, text, at),
            Kind::Bool | Kind::BoolNoted(..) | Kind::Int(..) | Kind::Number(..) => {
                let problem = Problem::new("wrong-type", format!("`{name}` must be {}, not a text", expected(kind)))
                    .with_help("the proxy silently uses its default for a value of the wrong type");
                self.problem(at, problem);
            }
        }
    }

    fn wrong_type(&mut self, name: &str, kind: Kind, entry: &Entry<'_>) {
        let message = format!("`{name}` must be {}, not {}", expected(kind), entry.value.kind());
        let help = match (&entry.value, kind) {
            (Value::Integer(number), Kind::Text | Kind::StatusText | Kind::OneOf(_)) => {
                format!("write it in quotes: \"{number}\"")
            }
            _ => "the proxy silently uses its default for a value of the wrong type".to_owned(),
        };
        self.problem(entry.at, Problem::new("wrong-type", message).with_help(help));
    }

    fn expect(&mut self, fine: bool, at: usize, code: &'static str, message: impl FnOnce() -> String) {
        if !fine {
            self.problem(at, Problem::new(code, message()));
        }
    }

    fn note(&mut self, note: &'static Note, at: usize, subject: &str) {
        let trail = &self.trail;
        self.findings.note(note, at, || path(trail), &shown(subject));
    }

    fn one_of(&mut self, name: &str, words: &'static [Word], text: &str, at: usize) {
        match words.iter().find(|word| word.text == text) {
            Some(word) => {
                if let Some(note) = word.note {
                    self.note(note, at, text);
                }
            }
            None if !self.findings.has_room() => {}
            None => {
                let message = format!("\"{}\" is not a value of `{name}`", shown(text));
                let help = match nearest(text, words.iter().map(|word| word.text)) {
                    Some(word) => format!("did you mean \"{word}\"?"),
                    None => {
                        let usable = words.iter().filter(|word| {
                            word.note.is_none_or(|note| note.weight == crate::schema::Weight::Warn)
                        });
                        format!(
                            "possible are: {}",
                            usable.map(|word| word.text).collect::<Vec<_>>().join(", ")
                        )
                    }
                };
                self.problem(at, Problem::new("unknown-value", message).with_help(help));
            }
        }
    }

    fn address(&mut self, text: &str, at: usize) {
        let Some(variables) = node_vars::kinds_in_address(text) else {
            let message = format!("\"{}\" is not an address of the form IP:PORT", shown(text));
            return self.problem(at, Problem::new("bad-address", message).with_help(ADDRESS_HELP));
        };
        for variable in variables {
            if variable.name == node_vars::OPS_ADDR && self.reserved == Reserved::Refused {
                let message = format!("the node variable `{}` is reserved", node_vars::OPS_ADDR);
                self.problem(at, Problem::new("reserved-name", message).with_help("use another name"));
            }
            match self.facts.variables.get(&variable.name) {
                Some(kind) if *kind != variable.kind => {
                    let message = format!(
                        "the node variable `{}` stands for different things in different places",
                        variable.name
                    );
                    self.problem(
                        at,
                        Problem::new("node-variable-ambiguous", message).with_help("use two variables"),
                    );
                }
                _ => drop(self.facts.variables.insert(variable.name, variable.kind)),
            }
        }
    }

    /// Compiles a regular expression the way the proxy does, with a smaller bound.
    fn regex(&mut self, shown_as: &str, pattern: &str, at: usize) {
        self.facts.regexes += 1;
        if self.facts.regexes > MAX_REGEXES {
            if self.facts.regexes == MAX_REGEXES + 1 {
                let message = format!("at most {MAX_REGEXES} regular expressions are allowed");
                self.problem(at, Problem::new("too-many-objects", message));
            }
            return;
        }
        if pattern.len() > MAX_REGEX_BYTES {
            let message = format!("a regular expression may have at most {MAX_REGEX_BYTES} bytes");
            return self.problem(at, Problem::new("bad-regex", message));
        }
        if let Err(error) = RegexBuilder::new(pattern).size_limit(MAX_REGEX_COMPILED).build() {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim().trim_start_matches("error: ");
            let message = format!("\"{}\" is not a regular expression: {reason}", shown(shown_as));
            let help = "the proxy would keep the old routes and report success";
            self.problem(at, Problem::new("bad-regex", message).with_help(help));
        }
    }

    fn host(&mut self, text: &str, at: usize) {
        // The proxy cuts the pattern at the first colon, takes off a trailing dot and lowers the case.
        let normal = text.split(':').next().unwrap_or_default();
        let normal = normal.strip_suffix('.').unwrap_or(normal).to_ascii_lowercase();
        if self.reserved == Reserved::Refused && normal.ends_with(PROBE_SUFFIX) {
            let message = format!("hosts that end in `{PROBE_SUFFIX}` are reserved");
            return self.problem(at, Problem::new("reserved-name", message));
        }
        let bare = normal.strip_prefix("*.").unwrap_or(&normal);
        if !bare.contains(['*', '[']) {
            let fine = !bare.is_empty()
                && text.is_ascii()
                && bare.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
                && !text.contains(':');
            let message = format!("\"{}\" is not a host name", shown(text));
            let help = "write \"example.com\" or \"*.example.com\", without scheme and port; encode other scripts as xn--";
            if !fine {
                self.problem(at, Problem::new("bad-host", message).with_help(help));
            }
            return;
        }
        if text.contains(':') || normal == "*" {
            let message = format!(
                "\"{}\" matches nothing: the proxy reads it as a broken regular expression",
                shown(text)
            );
            let help = "leave `host` out to match every host; addresses in brackets cannot be matched";
            return self.problem(at, Problem::new("bad-host", message).with_help(help));
        }
        self.regex(text, &normal, at);
    }

    fn method(&mut self, text: &str, at: usize) {
        let fine =
            !text.is_empty() && text.len() <= 32 && text.chars().all(|c| c.is_ascii_uppercase() || c == '-');
        self.expect(fine, at, "bad-method", || {
            format!("\"{}\" is not a method such as \"GET\"", shown(text))
        });
    }
}

/// What a kind is called in a message.
fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool | Kind::BoolNoted(..) => "#true or #false",
        Kind::Int(..) => "a whole number",
        Kind::Number(..) => "a number",
        Kind::Priority => "a number or a name such as \"high\"",
        Kind::Seconds | Kind::Millis | Kind::SecondsOrText => "a duration in quotes",
        _ => "a text in quotes",
    }
}

/// A header name, or another word without spaces.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 256
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
}

fn is_target(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let host_fits = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) => inner.parse::<core::net::Ipv6Addr>().is_ok(),
        None => {
            host.starts_with(|c: char| c.is_ascii_alphanumeric())
                && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
        }
    };
    host_fits && host.len() <= 255 && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// A number and one of the units, in ASCII: the proxy's own reader fails on other scripts.
fn is_duration(text: &str, units: &[&str]) -> bool {
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let plain = number.chars().all(|c| c.is_ascii_digit() || c == '.') && number.len() <= 12;
    plain && number.parse::<f64>().is_ok() && units.contains(&unit)
}
