//! What runs and should not.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, open};
use crate::message::{body, id, query};
use crate::proto::drift_service_server::DriftService;
use crate::proto::{
    DriftEventBody, DriftEventList, DriftExport, DriftResolvedAll, DriftStats, ExportDriftRequest,
    GetDriftRequest, GetDriftStatsRequest, GetRuntimeConfigRequest, ListDriftRequest, ResolveAllDriftRequest,
    ResolveDriftRequest, RuntimeConfigBody,
};

#[tonic::async_trait]
impl DriftService for Admin {
    async fn list_drift(&self, request: Request<ListDriftRequest>) -> Answer<DriftEventList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_drift(&caller, &asked.project, &query(&asked, &["project"])?).await)
    }

    async fn export_drift(&self, request: Request<ExportDriftRequest>) -> Answer<DriftExport> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.export_drift(&caller, &asked.project, &query(&asked, &["project"])?).await)
    }

    async fn resolve_all_drift(&self, request: Request<ResolveAllDriftRequest>) -> Answer<DriftResolvedAll> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.resolve_all_drift(&caller, &asked.project, body(&asked)?).await)
    }

    async fn get_drift_stats(&self, request: Request<GetDriftStatsRequest>) -> Answer<DriftStats> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.drift_stats(&caller, &asked.project).await)
    }

    async fn get_drift(&self, request: Request<GetDriftRequest>) -> Answer<DriftEventBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.show_drift(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn resolve_drift(&self, request: Request<ResolveDriftRequest>) -> Answer<DriftEventBody> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app.resolve_drift(&caller, &asked.project, id("id", &asked.id)?, body(&asked)?).await,
        )
    }

    async fn get_runtime_config(
        &self,
        request: Request<GetRuntimeConfigRequest>,
    ) -> Answer<RuntimeConfigBody> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app
                .show_runtime_config(
                    &caller,
                    &asked.project,
                    id("id", &asked.id)?,
                    &query(&asked, &["project", "id"])?,
                )
                .await,
        )
    }
}
