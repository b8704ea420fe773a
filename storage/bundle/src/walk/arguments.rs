//! Arguments and properties of one node, and the blocks that hold headers.

use super::{Reference, Walk, path};
use crate::problem::Problem;
use crate::schema::{Args, Block, Kind, Setting};
use crate::syntax::{Entry, Node};
use crate::words::{nearest, shown};

impl<'d> Walk<'_, '_, 'd> {
    pub(super) fn arguments(&mut self, block: &'static Block, setting: &'static Setting, node: &'d Node<'d>) {
        let (least, kinds, rest): (usize, &[Kind], Option<Kind>) = match &setting.args {
            Args::None => (0, &[], None),
            Args::One(kind) => (1, std::slice::from_ref(kind), None),
            Args::Optional(kind) => (0, std::slice::from_ref(kind), None),
            Args::Many(kind) => (1, &[], Some(*kind)),
            Args::Pair(first, second) => (1, &[*first, *second], None),
        };
        let mut count = 0usize;
        for entry in &node.entries {
            if let Some(key) = &entry.key {
                self.property(setting, key, entry);
                continue;
            }
            // A later argument that names a sibling setting is two settings that ran together on one line.
            let sibling =
                entry.value.as_text().filter(|text| block.settings.iter().any(|other| other.name == *text));
            match (kinds.get(count).copied().or(rest), sibling) {
                (_, Some(name)) if count > 0 => {
                    let message =
                        format!("\"{name}\" is read as a value of `{}`, not as a setting", setting.name);
                    let help = "put each setting on a line of its own, or separate them with `;`";
                    self.problem(entry.at, Problem::new("run-together", message).with_help(help));
                    return;
                }
                (Some(kind), _) => self.value(setting.name, kind, entry),
                (None, _) => {
                    let message = match kinds.len() {
                        0 => format!("`{}` takes no value", setting.name),
                        1 => format!("`{}` takes one value; the proxy reads only the first", setting.name),
                        n => format!("`{}` takes at most {n} values", setting.name),
                    };
                    self.problem(
                        entry.at,
                        Problem::new("surplus-argument", message).with_help("remove the rest"),
                    );
                    return;
                }
            }
            count += 1;
        }
        if count < least {
            let message = match setting.defines {
                Some(thing) => format!("a {} needs a name in quotes", thing.word()),
                None => format!("`{}` needs a value", setting.name),
            };
            self.problem(node.at, Problem::new("value-missing", message));
        }
    }

    fn property(&mut self, setting: &'static Setting, key: &str, entry: &'d Entry<'d>) {
        if let Some((name, kind)) = setting.properties.iter().find(|(name, _)| *name == key) {
            self.value(name, *kind, entry);
            return;
        }
        if !self.findings.has_room() {
            return;
        }
        let message =
            format!("`{}` has no property `{}`; the proxy would ignore it", setting.name, shown(key));
        let problem = Problem::new("unknown-property", message);
        let problem = match nearest(key, setting.properties.iter().map(|(name, _)| *name)) {
            Some(name) => problem.with_help(format!("did you mean `{name}`?")),
            None => problem.with_help("write it as a setting of its own inside the block"),
        };
        self.problem(entry.at, problem);
    }

    /// `set { Name "value" }`: the names are headers.
    pub(super) fn headers(&mut self, node: &'d Node<'d>) {
        let mut seen: Vec<&str> = Vec::new();
        let renaming = node.name == "rename";
        for header in node.children() {
            self.trail.push(header);
            if !super::value::is_token(&header.name) {
                let message = format!("`{}` is not a header name", shown(&header.name));
                self.problem(header.at, Problem::new("bad-header-name", message));
            }
            if seen.iter().any(|name| name.eq_ignore_ascii_case(&header.name)) {
                let message = format!("the header `{}` is listed twice", shown(&header.name));
                self.problem(header.at, Problem::new("duplicate-setting", message).with_help("remove one"));
            }
            seen.push(&header.name);
            let kind = if renaming { Kind::HeaderName } else { Kind::Text };
            match header.entries.as_slice() {
                [entry] if entry.key.is_none() => self.value("header", kind, entry),
                _ => {
                    let message = format!("the header `{}` needs exactly one value", shown(&header.name));
                    self.problem(
                        header.at,
                        Problem::new("bad-header", message).with_help("write Name \"value\""),
                    );
                }
            }
            if let Some(block) = &header.block {
                self.problem(block.open, Problem::new("block-unexpected", "a header takes no block"));
            }
            self.trail.pop();
        }
    }

    pub(super) fn refer(&mut self, thing: crate::schema::Thing, id: &'d str, at: usize) {
        let path = path(&self.trail);
        self.facts.references.push(Reference { thing, id, at, path });
    }
}
