//! Services to begin with.

use clap::{Subcommand, ValueEnum};
use sentinel_api_types::error::{ErrorText, code};
use sentinel_api_types::service_template::ServiceTemplateFill;
use sentinel_client::ClientError;

use crate::ctl::connection::Connection;
use crate::ctl::failure::Refused;
use crate::ctl::output::{self, Output, Table, clean};

/// What can be done with templates of services.
#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  sentinel-cp config template list
  sentinel-cp config template show rest-api --set slug=shop --set host=shop.example.com --set target=10.0.0.1:8080
  sentinel-cp config template show static-files --set target=10.0.0.1:80 | sentinel-cp config apply -f - --keep-others --project shop

A template has nothing that the proxy does not do; the list tells what each leaves out, and why.")]
pub enum TemplateCommand {
    /// List the templates, with what each leaves out and why
    #[command(after_help = "Examples:
  sentinel-cp config template list
  sentinel-cp config template list -o json")]
    List,
    /// Write the service that a template makes, with its upstream group: a file for `config apply --keep-others`
    #[command(after_help = "Examples:
  sentinel-cp config template show rest-api --set target=10.0.0.1:8080
  sentinel-cp config template show rest-api --set slug=shop --set host=shop.example.com --set target=10.0.0.1:8080 --set target=10.0.0.2:8080
  sentinel-cp config template show grpc-gateway --set target=https://api.internal:9090 | sentinel-cp config apply -f - --keep-others --project shop")]
    Show {
        /// Name of the template
        name: String,
        /// slug=SLUG, path=/shop/*, server_name=NAME; host=NAME and target=HOST:PORT as often as there are some
        #[arg(long = "set", value_name = "NAME=VALUE", value_parser = said)]
        set: Vec<(Parameter, String)>,
    },
}

/// What can be said.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[value(rename_all = "snake_case")]
pub enum Parameter {
    /// The slug of the service
    Slug,
    /// A host
    Host,
    /// The path
    Path,
    /// A target
    Target,
    /// The name in the targets' certificate
    ServerName,
}

fn said(text: &str) -> Result<(Parameter, String), String> {
    let (name, value) =
        text.split_once('=').ok_or("write it as NAME=VALUE, such as host=shop.example.com")?;
    match Parameter::from_str(name, false) {
        Ok(parameter) => Ok((parameter, value.to_owned())),
        Err(_) => Err("there are slug, host, path, target and server_name".to_owned()),
    }
}

/// What is asked for; of what there is one of, the last word counts.
fn request(set: Vec<(Parameter, String)>) -> ServiceTemplateFill {
    let mut request = ServiceTemplateFill::default();
    for (parameter, value) in set {
        match parameter {
            Parameter::Slug => request.slug = Some(value),
            Parameter::Host => request.hosts.push(value),
            Parameter::Path => request.path = Some(value),
            Parameter::Target => request.targets.push(value),
            Parameter::ServerName => request.server_name = Some(value),
        }
    }
    request
}

impl TemplateCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        match self {
            TemplateCommand::List => true,
            // It is asked by POST.
            TemplateCommand::Show { .. } => false,
        }
    }
}

/// Carries it out.
pub async fn run(command: TemplateCommand, connection: &Connection) -> anyhow::Result<()> {
    let Connection { client, output, .. } = connection;
    match command {
        TemplateCommand::List => {
            let list = client.service_templates().await?;
            match output {
                Output::Table => {
                    for template in &list.service_templates {
                        let mut table = Table::facts();
                        table.fact("template", template.name.clone());
                        table.fact("for", template.title.clone());
                        table.fact("does", template.description.clone());
                        for one in &template.left_out {
                            table.fact("left out", format!("{}: {}", one.what, one.why));
                        }
                        output::text(&format!("{table}\n"))?;
                    }
                }
                programs => programs.whole(&list)?,
            }
        }
        TemplateCommand::Show { name, set } => {
            let document = match client.fill_service_template(&name, &request(set)).await {
                Ok(document) => document,
                Err(error) => return Err(refused(error, *output)),
            };
            match output {
                Output::Json => output::json(&document)?,
                Output::Table | Output::Yaml => output::yaml(&document)?,
            }
        }
    }
    Ok(())
}

/// What was wrong, each with what would have to be said.
fn refused(error: ClientError, output: Output) -> anyhow::Error {
    let ClientError::Api(refusal) = &error else { return error.into() };
    match (&refusal.body.error, output) {
        (ErrorText::Fields(fields), Output::Table) if refusal.code == code::INVALID => {
            for (field, messages) in fields {
                // What is a list in the request is said once for each here.
                let said = field.strip_prefix("hosts").map(|rest| format!("host{rest}"));
                let said = said.or_else(|| field.strip_prefix("targets").map(|rest| format!("target{rest}")));
                for message in messages {
                    eprintln!("error: --set {}: {}", clean(said.as_ref().unwrap_or(field)), clean(message));
                }
            }
            Refused.into()
        }
        // Programs get the refusal as it is.
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_said_becomes_a_request() {
        let set =
            ["slug=shop", "host=a.example.com", "target=10.0.0.1:80", "host=b.example.com", "path=/a=b"];
        let made = request(set.iter().map(|text| said(text).unwrap()).collect());
        assert_eq!(made.slug.as_deref(), Some("shop"));
        assert_eq!(made.hosts, ["a.example.com", "b.example.com"]);
        assert_eq!(made.targets, ["10.0.0.1:80"]);
        assert_eq!(made.path.as_deref(), Some("/a=b"));
        assert!(said("colour=red").is_err() && said("host").is_err());
    }
}
