//! Drift.

use sentinel_api_types::agent::NodeEventsResponse;
use sentinel_api_types::drift::{
    DriftEventBody, DriftEventList, DriftExport, DriftExportQuery, DriftQuery, DriftResolve, DriftResolveAll,
    DriftResolvedAll, DriftStats, ExportFormat, RuntimeConfigBody, RuntimeConfigQuery, RuntimeConfigReport,
};
use sentinel_model::{DriftEventId, NodeId};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// Drift of a project's nodes.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn drift(&self, project: &str, query: &DriftQuery) -> Result<DriftEventList, ClientError> {
        self.ask(Call::get(&["projects", project, "drift"]).query(query)).await
    }

    /// The same in numbers.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn drift_stats(&self, project: &str) -> Result<DriftStats, ClientError> {
        self.ask(Call::get(&["projects", project, "drift", "stats"])).await
    }

    /// One event.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn drift_event(&self, project: &str, id: DriftEventId) -> Result<DriftEventBody, ClientError> {
        self.ask(Call::get(&["projects", project, "drift", &id.to_string()])).await
    }

    /// Leaves drift as it is.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn resolve_drift(
        &self,
        project: &str,
        id: DriftEventId,
        request: &DriftResolve,
    ) -> Result<DriftEventBody, ClientError> {
        self.ask(Call::post(&["projects", project, "drift", &id.to_string(), "resolve"]).json(request)).await
    }

    /// Leaves all drift that lasts as it is.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn resolve_all_drift(
        &self,
        project: &str,
        request: &DriftResolveAll,
    ) -> Result<DriftResolvedAll, ClientError> {
        self.ask(Call::post(&["projects", project, "drift", "resolve-all"]).json(request)).await
    }

    /// The events that match, as a document.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn export_drift(
        &self,
        project: &str,
        query: &DriftExportQuery,
    ) -> Result<DriftExport, ClientError> {
        let query = DriftExportQuery { format: Some(ExportFormat::Json), ..query.clone() };
        self.ask(Call::get(&["projects", project, "drift", "export"]).query(&query)).await
    }

    /// The configuration that a node really runs.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn runtime_config(
        &self,
        project: &str,
        id: NodeId,
        query: &RuntimeConfigQuery,
    ) -> Result<RuntimeConfigBody, ClientError> {
        let path = ["projects", project, "nodes", &id.to_string(), "runtime-config"];
        self.ask(Call::get(&path).query(query)).await
    }

    /// Tells the configuration that this node really runs.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn keep_runtime_config(
        &self,
        id: NodeId,
        report: &RuntimeConfigReport,
    ) -> Result<NodeEventsResponse, ClientError> {
        self.ask(Call::post(&["nodes", &id.to_string(), "runtime-config"]).json(report)).await
    }
}
