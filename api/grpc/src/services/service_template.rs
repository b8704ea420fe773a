//! Services to begin with.

use tonic::Request;

use super::config::as_text;
use crate::admin::{Admin, Answer, answer, open};
use crate::message::body;
use crate::proto::service_template_service_server::ServiceTemplateService;
use crate::proto::{
    ConfigExport, FillServiceTemplateRequest, ListServiceTemplatesRequest, ServiceTemplateList,
};

#[tonic::async_trait]
impl ServiceTemplateService for Admin {
    async fn list_service_templates(
        &self,
        request: Request<ListServiceTemplatesRequest>,
    ) -> Answer<ServiceTemplateList> {
        let (caller, _) = open(request)?;
        answer(&caller, self.app.list_service_templates(&caller).await)
    }

    async fn fill_service_template(
        &self,
        request: Request<FillServiceTemplateRequest>,
    ) -> Answer<ConfigExport> {
        let (caller, asked) = open(request)?;
        let filled = self.app.fill_service_template(&caller, &asked.name, body(&asked)?).await;
        answer(&caller, filled.and_then(|document| as_text(&document)))
    }
}
