//! Validation of a configuration text: the strict reader, the table of settings, the rules, and the proxy's own
//! configuration crate.

use zentinel_config::Config;

use crate::findings::Findings;
use crate::limits::MAX_SOURCE_BYTES;
use crate::node_vars::{self, Values, Variable, VariableError};
use crate::parser_thread;
use crate::problem::Problem;
use crate::proxy_config;
use crate::rules;
use crate::schema::{Thing, Weight};
use crate::syntax::{self, Document};
use crate::walk::{Facts, walk};

/// The host suffix of revision probes; no configuration of a user may match it.
pub const PROBE_SUFFIX: &str = ".sentinel-probe.invalid";

/// The highest priority a user's route may have.
pub const USER_PRIORITY: i32 = 100_000;

/// Whether the names the control plane keeps for itself may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reserved {
    /// The text comes from a user.
    #[default]
    Refused,
    /// The text was compiled by this crate.
    Allowed,
}

/// How a text is to be judged.
#[derive(Debug, Clone, Copy, Default)]
pub struct ValidateContext {
    /// Whether reserved names are allowed.
    pub reserved: Reserved,
    /// Also asks the proxy's own search for unknown settings, which parses the text once more. The table of this
    /// crate covers it, so the compiler uses this as a safety net and an editor does without.
    pub second_key_check: bool,
}

/// A text that may be compiled.
#[derive(Debug, Clone)]
pub struct Validated {
    /// The parsed configuration, with node variables in its addresses as they are written.
    pub config: Config,
    /// Findings that do not block.
    pub warnings: Vec<Problem>,
    /// The node variables, sorted by name.
    pub variables: Vec<Variable>,
}

/// Validates a configuration text.
///
/// The calling thread waits for a parser thread; do not call this on an asynchronous worker. The result depends on
/// the text alone: no file, clock or network is asked.
///
/// # Errors
/// All problems that were found, sorted by place.
pub fn validate(source: &str, context: &ValidateContext) -> Result<Validated, Vec<Problem>> {
    examine(source, context, None).map(|(validated, _)| validated)
}

/// As [`validate`], with given values for node variables or with stand-ins, which are returned.
pub(crate) fn examine(
    source: &str,
    context: &ValidateContext,
    given: Option<&Values>,
) -> Result<(Validated, Values), Vec<Problem>> {
    if context.reserved == Reserved::Refused && source.len() > MAX_SOURCE_BYTES {
        return Err(vec![syntax::too_large(source, MAX_SOURCE_BYTES)]);
    }
    let document = syntax::read(source).map_err(|problem| vec![problem])?;
    let mut findings = Findings::new(source);
    let facts = walk(&document, context.reserved, &mut findings);
    rules::apply(&document, &facts, &mut findings);
    required_blocks(&document, &mut findings);
    let variables = facts.variables();
    let values = stand_ins(source, &variables, &mut findings).map(|values| given.cloned().unwrap_or(values));
    let mut config = None;
    // The proxy's crate stops at its first complaint and has no places, so it is asked about good texts only.
    if let Some(values) = values.as_ref().filter(|_| !findings.has_problems()) {
        match parser_thread::run(|| ask_proxy(source, values, context.second_key_check)) {
            Ok((parsed, messages)) => {
                second_opinions(messages, &facts, &mut findings);
                config = parsed;
            }
            Err(error) => {
                findings.add_whole(Weight::Refuse, Problem::new("parser-unavailable", error.to_string()))
            }
        }
    }
    let (problems, warnings) = findings.finish();
    match (config, values) {
        (Some(mut config), Some(values)) if problems.is_empty() => {
            node_vars::put_back(&mut config, &values);
            Ok((Validated { config, warnings, variables }, values))
        }
        _ => Err(problems),
    }
}

fn required_blocks(document: &Document<'_>, findings: &mut Findings<'_>) {
    for (name, help) in [
        ("system", "add `system { worker-threads 0 }`"),
        ("listeners", "add `listeners { listener \"http\" { address \"0.0.0.0:${node.http_port}\" } }`"),
    ] {
        if document.blocks(name).next().is_none()
            && (name != "system" || document.blocks("server").next().is_none())
        {
            let problem =
                Problem::new("block-missing", format!("the `{name}` block is missing")).with_help(help);
            findings.add_whole(Weight::Refuse, problem);
        }
    }
}

/// What a variable in a comment is good for: nothing, and nodes would have to give it a value.
const IN_A_COMMENT: &str = "use it in the address of a listener, or write it in the comment without `$`";

/// Stand-ins for the node variables, or nothing when they are malformed.
fn stand_ins(source: &str, variables: &[Variable], findings: &mut Findings<'_>) -> Option<Values> {
    match node_vars::names(source) {
        Err(VariableError::Malformed { line }) => {
            let message = VariableError::Malformed { line }.to_string();
            let problem = Problem::new("node-variable-malformed", message).with_help(IN_A_COMMENT);
            findings.add_whole(Weight::Refuse, problem.at((line, 1)));
            None
        }
        Err(error) => {
            findings.add_whole(Weight::Refuse, Problem::new("too-many-objects", error.to_string()));
            None
        }
        Ok(names) => {
            let stray = names.iter().find(|name| !variables.iter().any(|variable| variable.name == **name));
            match stray {
                // A misplaced variable is reported at its place; this one stands only in a comment.
                Some(name) if !findings.has_problems() => {
                    let message =
                        format!("the node variable `{name}` stands in a comment, and in no address");
                    let problem = Problem::new("node-variable-misplaced", message).with_help(IN_A_COMMENT);
                    findings.add_whole(Weight::Refuse, problem.at((node_vars::line_of(source, name), 1)));
                    None
                }
                Some(_) => None,
                None => Some(node_vars::stand_ins(source, variables)),
            }
        }
    }
}

/// Runs on a parser thread.
fn ask_proxy(source: &str, values: &Values, keys: bool) -> (Option<Config>, Vec<String>) {
    let text = match node_vars::render(source, values) {
        Ok(text) => text,
        Err(error) => return (None, vec![error.to_string()]),
    };
    match proxy_config::from_text(&text) {
        Err(message) => (None, vec![message]),
        Ok(config) => {
            let mut messages = proxy_config::second_opinion(&config);
            if keys {
                messages.extend(proxy_config::unknown_keys(&text));
            }
            (Some(config), messages)
        }
    }
}

/// Finds the place of what the proxy complains about by the names it quotes.
fn second_opinions<'d>(messages: Vec<String>, facts: &Facts<'d>, findings: &mut Findings<'_>) {
    let mut messages = messages;
    messages.sort();
    for message in messages {
        let place = proxy_config::quoted(&message).into_iter().find_map(|(word, id)| {
            let thing = match word.as_str() {
                "route" => Thing::Route,
                "upstream" => Thing::Upstream,
                "listener" => Thing::Listener,
                "filter" => Thing::Filter,
                "agent" => Thing::Agent,
                "namespace" => Thing::Namespace,
                _ => return None,
            };
            facts.definition(thing, id)
        });
        let finding = Problem::new("proxy-refuses", message);
        match place {
            Some(at) => findings.add(Weight::Refuse, at, String::new, finding),
            None => findings.add_whole(Weight::Refuse, finding),
        }
    }
}

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod table_tests;
