//! Services to begin with: each template makes a document of one service and the group of servers behind it, which is added to what a
//! project has. A template has nothing that the proxy does not do, and says what it leaves out for that reason.

mod table;
mod target;

use sentinel_model::InvalidValue;
use sentinel_model::config::upstream_group::UpstreamTls;
use sentinel_model::config::{Document, Service, UpstreamGroup};

use crate::capability::{Feature, Verdict};
use crate::emit::emit;
use crate::problem::Problem;

pub use table::ALL;

/// A service to begin with.
#[derive(Debug)]
pub struct ServiceTemplate {
    /// Its stable name.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What kind of service it is for.
    pub category: &'static str,
    /// What it does.
    pub description: &'static str,
    /// Its path, where nobody says another one.
    pub path: &'static str,
    /// What people expect of it, and it does not have.
    pub left_out: &'static [LeftOut],
    /// Its servers speak TLS in any case.
    tls: bool,
    /// What it has besides path, hosts and targets, which are there already.
    preset: fn(&mut Service, &mut UpstreamGroup),
}

/// What a template does not have.
#[derive(Debug, Clone, Copy)]
pub struct LeftOut {
    /// What it is.
    pub what: &'static str,
    why: Why,
}

/// Why a template does not have something.
#[derive(Debug, Clone, Copy)]
enum Why {
    /// The proxy does not do it.
    Feature(Feature),
    /// Another reason.
    Words(&'static str),
}

/// Something that is said when a template is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// It must be said.
    pub required: bool,
    /// Several can be said.
    pub many: bool,
    /// What it is where nobody says it.
    pub usual: Option<&'static str>,
}

/// What is said when a template is used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// The slug of the service and of its group; the template's name unless given.
    pub slug: Option<String>,
    /// On which hosts; on all unless given.
    pub hosts: Vec<String>,
    /// Which paths.
    pub path: Option<String>,
    /// Where it goes: `10.0.0.1:8080`, or `https://api.example.com`.
    pub targets: Vec<String>,
    /// The name that the targets' certificate must have.
    pub server_name: Option<String>,
}

impl LeftOut {
    /// Why it is left out, and what to do instead where that is known.
    pub fn why(&self) -> String {
        match self.why {
            Why::Words(words) => words.to_owned(),
            Why::Feature(feature) => match (feature.verdict(), feature.refusal()) {
                // What it advises is to leave it out, which is done.
                (Verdict::Guard, Some((message, _))) => message,
                (_, Some((message, instead))) => format!("{message}; {instead}"),
                (_, None) => feature.title().to_owned(),
            },
        }
    }

    /// The feature that it would need.
    pub fn feature(&self) -> Option<Feature> {
        match self.why {
            Why::Feature(feature) => Some(feature),
            Why::Words(_) => None,
        }
    }
}

impl ServiceTemplate {
    /// The template with this name.
    pub fn named(name: &str) -> Option<&'static ServiceTemplate> {
        ALL.iter().find(|template| template.name == name)
    }

    /// What can be said when it is used.
    pub fn parameters(&self) -> [Parameter; 5] {
        let optional =
            |name, description| Parameter { name, description, required: false, many: false, usual: None };
        [
            Parameter {
                usual: Some(self.name),
                ..optional("slug", "The slug of the service, and of the upstream group behind it")
            },
            Parameter {
                many: true,
                ..optional(
                    "hosts",
                    "On which hosts: names, or *.example.com for all below; on all unless given",
                )
            },
            Parameter {
                usual: Some(self.path),
                ..optional("path", "Which paths: /shop/* is /shop and everything below")
            },
            Parameter {
                many: true,
                required: true,
                ..optional("targets", "Where it goes: 10.0.0.1:8080, or https://api.example.com for TLS")
            },
            optional(
                "server_name",
                "The name that the targets' certificate must have; their host unless given, so needed where they have several",
            ),
        ]
    }

    /// A document of the service and its group. It compiles by itself, so it says all that is wrong with the values.
    ///
    /// # Errors
    /// What is wrong, by the parameter: `targets[1]`.
    pub fn fill(&self, values: &Values) -> Result<Document, Vec<InvalidValue>> {
        let slug = values.slug.as_deref().unwrap_or(self.name);
        let (targets, tls) = target::read_all(&values.targets, self.tls)?;
        let mut group = UpstreamGroup { targets, ..UpstreamGroup::default() };
        match (&values.server_name, tls) {
            (server_name, true) => {
                group.tls = Some(UpstreamTls { server_name: server_name.clone(), ..UpstreamTls::default() });
            }
            (Some(_), false) => {
                let message =
                    "the targets speak no TLS; write them as https://api.example.com, or leave it out";
                return Err(vec![InvalidValue::new("server_name", message)]);
            }
            (None, false) => {}
        }
        let mut service = Service {
            enabled: true,
            route_path: values.path.as_deref().unwrap_or(self.path).to_owned(),
            hosts: values.hosts.clone(),
            upstream_group: Some(slug.to_owned()),
            ..Service::default()
        };
        (self.preset)(&mut service, &mut group);
        let mut document = Document::default();
        document.put(slug, service.into());
        document.put(slug, group.into());
        match emit(&document) {
            Ok(_) => Ok(document),
            Err(problems) => Err(problems.into_iter().map(|problem| of_parameter(slug, problem)).collect()),
        }
    }
}

/// A finding at the parameter that it comes from.
fn of_parameter(slug: &str, problem: Problem) -> InvalidValue {
    let path = problem.path.unwrap_or_default();
    let below = |plural: &str| {
        path.strip_prefix(&format!("{plural}.{slug}")).map(|rest| rest.trim_start_matches('.'))
    };
    let field = match (below("services"), below("upstream_groups")) {
        (Some(""), _) | (_, Some("")) => "slug".to_owned(),
        (Some("route_path"), _) => "path".to_owned(),
        (Some(rest), _) if rest.starts_with("hosts") => rest.to_owned(),
        (_, Some("tls.server_name")) => "server_name".to_owned(),
        (_, Some(rest)) if rest.starts_with("targets") => rest.split('.').next().unwrap_or(rest).to_owned(),
        _ => path,
    };
    let message = match problem.help {
        Some(help) => format!("{}; {help}", problem.message),
        None => problem.message,
    };
    InvalidValue { field, message }
}

#[cfg(test)]
mod tests;
