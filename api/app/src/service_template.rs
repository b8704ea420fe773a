//! Services to begin with. They are the same for everybody, and making a document of one keeps nothing.

use sentinel_api_types::service_template::{
    ServiceTemplate, ServiceTemplateFill, ServiceTemplateLeftOut, ServiceTemplateList,
    ServiceTemplateParameter,
};
use sentinel_bundle::service_template::{self as built_in, Values};
use sentinel_model::config::Document;

use crate::access::{self, Operation, Place};
use crate::app::App;
use crate::caller::Caller;
use crate::config::invalid;
use crate::error::AppError;

impl App {
    /// Every template.
    pub async fn list_service_templates(&self, caller: &Caller) -> Result<ServiceTemplateList, AppError> {
        access::require_known(Operation::ServiceTemplateList, caller)?;
        let view = self.read(caller).await?;
        self.authorize(Operation::ServiceTemplateList, caller, Place::Cluster, &view)?;
        Ok(ServiceTemplateList { service_templates: built_in::ALL.iter().map(shape).collect() })
    }

    /// The document of a service that is made by a template: a part of a configuration, to be added to what a project has.
    pub async fn fill_service_template(
        &self,
        caller: &Caller,
        name: &str,
        request: ServiceTemplateFill,
    ) -> Result<Document, AppError> {
        access::require_known(Operation::ServiceTemplateFill, caller)?;
        let view = self.read(caller).await?;
        self.authorize(Operation::ServiceTemplateFill, caller, Place::Cluster, &view)?;
        let template = built_in::ServiceTemplate::named(name);
        let template = template.ok_or_else(|| AppError::not_found("Service template"))?;
        let ServiceTemplateFill { slug, hosts, path, targets, server_name } = request;
        template.fill(&Values { slug, hosts, path, targets, server_name }).map_err(invalid)
    }
}

fn shape(template: &built_in::ServiceTemplate) -> ServiceTemplate {
    let parameters = template.parameters().into_iter().map(|one| ServiceTemplateParameter {
        name: one.name.to_owned(),
        description: one.description.to_owned(),
        required: one.required,
        many: one.many,
        default: one.usual.map(str::to_owned),
    });
    let left_out = template
        .left_out
        .iter()
        .map(|one| ServiceTemplateLeftOut { what: one.what.to_owned(), why: one.why() });
    ServiceTemplate {
        name: template.name.to_owned(),
        title: template.title.to_owned(),
        category: template.category.to_owned(),
        description: template.description.to_owned(),
        parameters: parameters.collect(),
        left_out: left_out.collect(),
    }
}
