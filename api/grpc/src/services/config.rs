//! The configuration of a project as one document.

use sentinel_app::AppError;
use sentinel_model::config::Document;
use serde_json::{Value, json};
use tonic::Request;

use crate::admin::{Admin, Answer, answer, open};
use crate::message::{body, document, query};
use crate::proto::config_service_server::ConfigService;
use crate::proto::{
    ApplyConfigRequest, CheckConfigRequest, ConfigApplied, ConfigChecked, ConfigDiff, ConfigExport,
    ConfigImported, ConfigPreview, DiffConfigRequest, ExportConfigRequest, ImportConfigRequest,
    PreviewConfigRequest,
};

#[tonic::async_trait]
impl ConfigService for Admin {
    async fn apply_config(&self, request: Request<ApplyConfigRequest>) -> Answer<ConfigApplied> {
        let (caller, asked) = open(request)?;
        let (args, document) = (query(&asked, &["project"])?, document("document", &asked.document)?);
        answer(&caller, self.app.apply_config(&caller, &asked.project, args, document).await)
    }

    async fn check_config(&self, request: Request<CheckConfigRequest>) -> Answer<ConfigChecked> {
        let (caller, asked) = open(request)?;
        let document = asked.document.map(|text| document("document", &text)).transpose()?;
        answer(&caller, self.app.check_config(&caller, &asked.project, document).await)
    }

    async fn preview_config(&self, request: Request<PreviewConfigRequest>) -> Answer<ConfigPreview> {
        let (caller, asked) = open(request)?;
        let document = asked.document.map(|text| document("document", &text)).transpose()?;
        answer(&caller, self.app.preview_config(&caller, &asked.project, document).await)
    }

    async fn import_config(&self, request: Request<ImportConfigRequest>) -> Answer<ConfigImported> {
        let (caller, asked) = open(request)?;
        let imported = self.app.import_config(&caller, &asked.project, body(&asked)?).await;
        let told = imported.and_then(|imported| {
            let text = as_text(&imported.document)?;
            let mut told = serde_json::to_value(imported).map_err(AppError::internal)?;
            told["document"] = text["document"].clone();
            Ok(told)
        });
        answer(&caller, told)
    }

    async fn diff_config(&self, request: Request<DiffConfigRequest>) -> Answer<ConfigDiff> {
        let (caller, asked) = open(request)?;
        let (args, document) = (query(&asked, &["project"])?, document("document", &asked.document)?);
        answer(&caller, self.app.diff_config(&caller, &asked.project, args, document).await)
    }

    async fn export_config(&self, request: Request<ExportConfigRequest>) -> Answer<ConfigExport> {
        let (caller, asked) = open(request)?;
        let exported = self.app.export_config(&caller, &asked.project).await;
        answer(&caller, exported.and_then(|document| as_text(&document)))
    }
}

/// A configuration as the text that it goes as.
pub fn as_text(document: &Document) -> Result<Value, AppError> {
    let text = serde_json::to_string(document).map_err(AppError::internal)?;
    Ok(json!({ "document": text }))
}
