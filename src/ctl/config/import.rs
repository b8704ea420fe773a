//! Services from the description of an API.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sentinel_api_types::config::{
    ConfigImport, ConfigImportBy, ConfigImportLeftOut, ConfigImportObject, ConfigImportState, ConfigImported,
};
use sentinel_bundle::openapi::TEXT_MAX;

use super::refused;
use crate::ctl::connection::Connection;
use crate::ctl::output::clean;
use crate::ctl::source;

/// Most places that are told of what is left out for one reason.
const PLACES_SHOWN: usize = 5;

/// How a description is to be read.
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// OpenAPI 3.0 or 3.1, YAML or JSON; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the slugs begin with; the document's title unless given
    #[arg(long, value_name = "SLUG")]
    prefix: Option<String>,
    /// The upstream group of all services that go to one; one of the document's first server unless given
    #[arg(long, value_name = "SLUG")]
    upstream_group: Option<String>,
    /// On which host, as often as there are some; new services are on all unless given
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// What the paths begin with, / for nothing; the path of the document's server unless given
    #[arg(long, value_name = "PATH")]
    base_path: Option<String>,
    /// What becomes one service
    #[arg(long, value_enum, default_value_t = By::Path)]
    by: By,
    /// Change the configuration; otherwise this tells what would be changed
    #[arg(long)]
    apply: bool,
    /// What an earlier import made and the document has no longer goes
    #[arg(long)]
    prune: bool,
    /// Only if the configuration still has this revision, as the look at it told
    #[arg(long, value_name = "NUMBER")]
    revision: Option<u64>,
}

/// What becomes one service.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// Each path template
    Path,
    /// All paths with the same first part
    Prefix,
}

/// Carries it out.
pub async fn run(args: ImportArgs, connection: &Connection) -> anyhow::Result<()> {
    let Connection { client, output, .. } = connection;
    let (name, openapi) = source::read(&args.file, TEXT_MAX, "a description of an API")?;
    let project = connection.project().await?;
    let prune = args.prune;
    let request = ConfigImport {
        openapi,
        prefix: args.prefix,
        upstream_group: args.upstream_group,
        hosts: args.host,
        base_path: args.base_path,
        by: Some(match args.by {
            By::Path => ConfigImportBy::Path,
            By::Prefix => ConfigImportBy::Prefix,
        }),
        apply: args.apply.then_some(true),
        prune: prune.then_some(true),
        revision: args.revision,
    };
    let imported = match client.import_config(&project, &request).await {
        Ok(imported) => imported,
        Err(error) => return Err(refused(error, &name, *output)),
    };
    output.say(&imported, |imported| told(imported, &project, prune))
}

fn told(imported: &ConfigImported, project: &str, prune: bool) -> String {
    let mut text: String = imported.objects.iter().map(|object| line(object, prune)).collect();
    if !imported.left_out.is_empty() {
        text.push_str("left out:\n");
        text.extend(imported.left_out.iter().map(left_out));
    }
    let ConfigImported { made, changed, unchanged, gone, left_alone, revision, .. } = imported;
    let gone = match (gone, prune) {
        (0, _) => String::new(),
        (_, true) => format!(", {gone} removed"),
        (_, false) => format!(", {gone} that the document has no longer (--prune takes them away)"),
    };
    let left_alone = match left_alone {
        0 => String::new(),
        some => format!(", {some} left alone"),
    };
    let counts = format!("{made} added, {changed} changed, {unchanged} as they are{left_alone}{gone}");
    let nothing = *made == 0 && *changed == 0 && (imported.gone == 0 || !prune);
    text.push_str(&match (nothing, imported.applied) {
        (true, _) => format!("nothing to change in {project}: {counts}"),
        (false, true) => format!("changed {project}: {counts}; revision {revision}"),
        (false, false) => {
            format!(
                "would change {project}: {counts}\nto change it: the same with --apply --revision {revision}"
            )
        }
    });
    clean(&text)
}

/// A line for each object that does not stay: `~ service pets-pets: methods`.
fn line(object: &ConfigImportObject, prune: bool) -> String {
    let mark = match object.state {
        ConfigImportState::Made => '+',
        ConfigImportState::Changed => '~',
        ConfigImportState::Gone if prune => '-',
        ConfigImportState::Gone => '?',
        ConfigImportState::Unchanged => return String::new(),
    };
    let fields = match object.fields.is_empty() {
        true => String::new(),
        false => format!(": {}", object.fields.join(", ")),
    };
    format!("{mark} {} {}{fields}\n", object.kind, object.slug)
}

fn left_out(one: &ConfigImportLeftOut) -> String {
    let shown = one.places.len().min(PLACES_SHOWN);
    let more = match one.count.saturating_sub(shown as u64) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("  {}: {}{more}\n    {}\n", one.what, one.places[..shown].join(", "), one.why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported(unchanged: u64, left_alone: u64) -> ConfigImported {
        ConfigImported {
            applied: false,
            revision: 3,
            title: String::new(),
            openapi_version: "3.0.0".to_owned(),
            prefix: "pets".to_owned(),
            made: 0,
            changed: 0,
            unchanged,
            gone: 0,
            left_alone,
            objects: Vec::new(),
            left_out: Vec::new(),
            document: sentinel_model::config::Document::default(),
        }
    }

    #[test]
    fn when_nothing_changes_it_is_told_what_is_left_alone() {
        let told = |unchanged, left_alone| told(&imported(unchanged, left_alone), "shop", false);
        assert_eq!(told(5, 0), "nothing to change in shop: 0 added, 0 changed, 5 as they are");
        assert_eq!(told(0, 4), "nothing to change in shop: 0 added, 0 changed, 0 as they are, 4 left alone");
    }

    #[test]
    fn what_is_left_out_is_told_with_some_of_its_places() {
        let one = ConfigImportLeftOut {
            what: "Servers".to_owned(),
            why: "because".to_owned(),
            count: 9,
            places: ["a", "b", "c", "d", "e", "f"].map(str::to_owned).to_vec(),
        };
        assert_eq!(left_out(&one), "  Servers: a, b, c, d, e and 4 more\n    because\n");
    }

    #[test]
    fn an_object_that_is_gone_is_only_taken_away_when_that_was_asked_for() {
        let object = ConfigImportObject {
            state: ConfigImportState::Gone,
            kind: sentinel_model::config::Kind::Service,
            slug: "pets".to_owned(),
            fields: Vec::new(),
        };
        assert_eq!(line(&object, true), "- service pets\n");
        assert_eq!(line(&object, false), "? service pets\n");
    }
}
