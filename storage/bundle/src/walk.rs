//! Walks a text by the table of the proxy's settings.

mod arguments;
mod value;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::findings::Findings;
use crate::limits::{GENERATED_OBJECTS, MAX_LISTENERS, MAX_OBJECTS, MAX_ROUTES};
use crate::node_vars::{Variable, VariableKind};
use crate::problem::Problem;
use crate::schema::{Block, Body, ROOT, Setting, Thing, Weight};
use crate::syntax::{Document, Node};
use crate::validate::Reserved;
use crate::words::{nearest, shown};

/// A use of an object that must be defined somewhere.
#[derive(Debug)]
struct Reference<'d> {
    thing: Thing,
    id: &'d str,
    at: usize,
    path: String,
}

/// What the walk learned, for the checks that follow.
#[derive(Debug, Default)]
pub(crate) struct Facts<'d> {
    /// Where each object is defined, by kind and identifier. Routes of namespaces are not listed.
    definitions: BTreeMap<(Thing, &'d str), usize>,
    references: Vec<Reference<'d>>,
    /// The node variables and what their places say about them.
    variables: BTreeMap<String, VariableKind>,
    counts: HashMap<Thing, usize>,
    regexes: usize,
}

impl<'d> Facts<'d> {
    /// Where an object is defined.
    pub(crate) fn definition(&self, thing: Thing, id: &str) -> Option<usize> {
        self.definitions.get(&(thing, id)).copied()
    }

    /// The node variables in the addresses, sorted by name.
    pub(crate) fn variables(&self) -> Vec<Variable> {
        self.variables.iter().map(|(name, kind)| Variable { name: name.clone(), kind: *kind }).collect()
    }

    /// The places of the objects of a kind that nothing refers to.
    pub(crate) fn unused(&self, thing: Thing) -> HashSet<usize> {
        let used: HashSet<&str> = self
            .references
            .iter()
            .filter(|reference| reference.thing == thing)
            .map(|reference| reference.id)
            .collect();
        self.definitions
            .iter()
            .filter(|((kind, id), _)| *kind == thing && !used.contains(id))
            .map(|(_, at)| *at)
            .collect()
    }
}

/// Examines a whole document. Findings are added; what was learned is returned.
pub(crate) fn walk<'d>(
    document: &'d Document<'d>,
    reserved: Reserved,
    findings: &mut Findings<'_>,
) -> Facts<'d> {
    let mut walk = Walk { findings, reserved, trail: Vec::new(), facts: Facts::default() };
    walk.block(&ROOT, &document.nodes);
    walk.resolve();
    walk.facts
}

struct Walk<'w, 's, 'd> {
    findings: &'w mut Findings<'s>,
    reserved: Reserved,
    trail: Vec<&'d Node<'d>>,
    facts: Facts<'d>,
}

impl<'d> Walk<'_, '_, 'd> {
    fn problem(&mut self, at: usize, problem: Problem) {
        let trail = &self.trail;
        self.findings.add(Weight::Refuse, at, || path(trail), problem);
    }

    fn block(&mut self, block: &'static Block, nodes: &'d [Node<'d>]) {
        let mut seen: Vec<&str> = Vec::new();
        for node in nodes {
            self.trail.push(node);
            match block.settings.iter().find(|setting| setting.name == node.name) {
                None => self.unknown(block, node),
                Some(setting) if !setting.repeats && seen.contains(&setting.name) => {
                    let message =
                        format!("`{}` is set twice; the proxy reads only one of them", setting.name);
                    self.problem(node.at, Problem::new("duplicate-setting", message).with_help("remove one"));
                }
                Some(setting) => {
                    seen.push(setting.name);
                    self.setting(block, setting, node);
                }
            }
            self.trail.pop();
        }
    }

    fn unknown(&mut self, block: &'static Block, node: &'d Node<'d>) {
        if !self.findings.has_room() {
            return;
        }
        let top = self.trail.len() == 1;
        let place = match self.trail.len().checked_sub(2).and_then(|parent| self.trail.get(parent)) {
            Some(parent) => format!("in `{}`", parent.name),
            None => "at the top level".to_owned(),
        };
        let code = if top { "unknown-block" } else { "unknown-key" };
        let message = format!("`{}` is not a setting {place}", shown(&node.name));
        let names = || block.settings.iter().map(|setting| setting.name);
        let help = match block.hints.iter().find(|(name, _)| *name == node.name) {
            Some((_, hint)) => (*hint).to_owned(),
            None => match nearest(&node.name, names()) {
                Some(name) => format!("did you mean `{name}`?"),
                None if block.settings.is_empty() => "nothing can be set here; remove the line".to_owned(),
                None => format!("possible here: {}", names().collect::<Vec<_>>().join(", ")),
            },
        };
        self.problem(node.at, Problem::new(code, message).with_help(help));
    }

    fn setting(&mut self, block: &'static Block, setting: &'static Setting, node: &'d Node<'d>) {
        if let Some(note) = setting.note {
            let trail = &self.trail;
            self.findings.note(note, node.at, || path(trail), setting.name);
            if note.weight == Weight::Refuse {
                return;
            }
        }
        self.arguments(block, setting, node);
        if let Some(thing) = setting.defines {
            self.define(thing, node);
        }
        self.body(setting, node);
    }

    fn body(&mut self, setting: &'static Setting, node: &'d Node<'d>) {
        match setting.body {
            Body::Open => {}
            Body::Optional(block) => self.block(block, node.children()),
            Body::Required(block) if node.block.is_some() => self.block(block, node.children()),
            Body::Headers if node.block.is_some() => self.headers(node),
            Body::Required(_) | Body::Headers => {
                let message = format!("`{}` needs a block", setting.name);
                self.problem(
                    node.at,
                    Problem::new("block-missing", message).with_help("write the settings in { }"),
                );
            }
            Body::ByArgument(blocks) => match node.first_text().and_then(|text| find(blocks, text)) {
                Some(block) => self.block(block, node.children()),
                None => self.no_block(setting, node),
            },
            Body::BySetting(name, blocks) => self.discriminated(name, blocks, node),
            Body::None => self.no_block(setting, node),
        }
    }

    fn no_block(&mut self, setting: &'static Setting, node: &'d Node<'d>) {
        if let Some(block) = &node.block {
            let message = format!("`{}` takes no block here; the proxy would ignore it", setting.name);
            self.problem(block.open, Problem::new("block-unexpected", message).with_help("remove the block"));
        }
    }

    /// A block whose settings depend on one of them, such as `filter` on its `type`.
    fn discriminated(
        &mut self,
        name: &'static str,
        blocks: &'static [(&'static str, &'static Block)],
        node: &'d Node<'d>,
    ) {
        let Some(chooser) = node.child(name) else {
            let message = format!("`{}` needs a `{name}`", node.name);
            let known = blocks.iter().map(|(text, _)| *text).collect::<Vec<_>>().join(", ");
            self.problem(
                node.at,
                Problem::new("setting-missing", message).with_help(format!("possible are: {known}")),
            );
            return;
        };
        match chooser.first_text().and_then(|text| find(blocks, text)) {
            Some(block) => self.block(block, node.children()),
            None => {
                // The chooser itself is described in every variant; examining it alone reports the unknown word.
                if let Some(setting) = blocks
                    .first()
                    .and_then(|(_, block)| block.settings.iter().find(|setting| setting.name == name))
                {
                    self.trail.push(chooser);
                    self.arguments(blocks[0].1, setting, chooser);
                    self.trail.pop();
                }
            }
        }
    }

    fn define(&mut self, thing: Thing, node: &'d Node<'d>) {
        let Some(id) = node.first_text() else { return };
        let count = self.facts.counts.entry(thing).or_default();
        *count += 1;
        let most = match thing {
            Thing::Route => MAX_ROUTES,
            Thing::Listener | Thing::Namespace => MAX_LISTENERS,
            Thing::Upstream | Thing::Filter | Thing::Agent => MAX_OBJECTS,
        };
        let generated = if self.reserved == Reserved::Allowed { GENERATED_OBJECTS } else { 0 };
        if *count == most + generated + 1 {
            self.problem(
                node.at,
                Problem::new("too-many-objects", format!("at most {most} {}s are allowed", thing.word())),
            );
        }
        if self.reserved == Reserved::Refused && id.starts_with("sentinel-") {
            let problem = Problem::new("reserved-name", format!("the name \"{}\" is reserved", shown(id)))
                .with_help("names that start with `sentinel-` belong to the control plane");
            self.problem(node.at, problem);
        }
        if id.contains(':') {
            let message = format!("the {} name \"{}\" contains `:`", thing.word(), shown(id));
            self.problem(
                node.at,
                Problem::new("bad-name", message).with_help("`:` separates scopes in references"),
            );
        }
        if self.trail.first().is_some_and(|top| top.name == "namespace") && thing != Thing::Namespace {
            return;
        }
        if self.facts.definitions.insert((thing, id), node.at).is_some() {
            let message = format!("the {} \"{}\" is defined twice", thing.word(), shown(id));
            self.problem(
                node.at,
                Problem::new("duplicate-name", message).with_help("give one of them another name"),
            );
        }
    }

    /// Reports references to objects that nobody defines.
    fn resolve(&mut self) {
        for reference in std::mem::take(&mut self.facts.references) {
            let known = self.facts.definitions.contains_key(&(reference.thing, reference.id));
            if !known && self.findings.has_room() {
                let word = reference.thing.word();
                let known = self
                    .facts
                    .definitions
                    .keys()
                    .filter(|(thing, _)| *thing == reference.thing)
                    .map(|(_, id)| *id);
                let help = match nearest(reference.id, known) {
                    Some(id) => format!("did you mean \"{id}\"?"),
                    None => {
                        format!("define it in `{word}s {{ {word} \"{}\" {{ ... }} }}`", shown(reference.id))
                    }
                };
                let message = format!("there is no {word} \"{}\"", shown(reference.id));
                let problem = Problem::new("unknown-reference", message).with_help(help);
                self.findings.add(Weight::Refuse, reference.at, || reference.path.clone(), problem);
            }
            self.facts.references.push(reference);
        }
    }
}

fn find(blocks: &'static [(&'static str, &'static Block)], text: &str) -> Option<&'static Block> {
    blocks.iter().find(|(name, _)| *name == text).map(|(_, block)| *block)
}

/// The place in the structure, for example `routes.route["api"].matches.path-regex`.
pub(crate) fn path(trail: &[&Node<'_>]) -> String {
    let segments = trail.iter().map(|node| match node.first_text() {
        Some(id) if node.block.is_some() => format!("{}[\"{}\"]", shown(&node.name), shown(id)),
        _ => shown(&node.name),
    });
    segments.collect::<Vec<_>>().join(".")
}
