//! The configuration of a project as one document.

use serde_json::json;
use tonic::Request;

use crate::admin::{Admin, Answer, answer};
use crate::message::{body, query};
use crate::proto::config_service_server::ConfigService;
use crate::proto::{
    ApplyConfigRequest, CheckConfigRequest, ConfigApplied, ConfigChecked, ConfigDiff, ConfigExport,
    DiffConfigRequest, ExportConfigRequest,
};

#[tonic::async_trait]
impl ConfigService for Admin {
    async fn apply_config(&self, request: Request<ApplyConfigRequest>) -> Answer<ConfigApplied> {
        let (caller, asked) = self.open(request).await?;
        answer(
            &caller,
            self.app.apply_config(&caller, &asked.project, query(&asked, &["project"])?, body(&asked)?).await,
        )
    }

    async fn check_config(&self, request: Request<CheckConfigRequest>) -> Answer<ConfigChecked> {
        let (caller, asked) = self.open(request).await?;
        let document = asked.body.is_some().then(|| body(&asked)).transpose()?;
        answer(&caller, self.app.check_config(&caller, &asked.project, document).await)
    }

    async fn diff_config(&self, request: Request<DiffConfigRequest>) -> Answer<ConfigDiff> {
        let (caller, asked) = self.open(request).await?;
        answer(
            &caller,
            self.app.diff_config(&caller, &asked.project, query(&asked, &["project"])?, body(&asked)?).await,
        )
    }

    async fn export_config(&self, request: Request<ExportConfigRequest>) -> Answer<ConfigExport> {
        let (caller, asked) = self.open(request).await?;
        let exported = self.app.export_config(&caller, &asked.project).await;
        answer(&caller, exported.map(|document| json!({ "document": document })))
    }
}
