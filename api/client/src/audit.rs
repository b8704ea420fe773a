//! The audit log.

use sentinel_api_types::audit::{AuditList, AuditQuery};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// What changed in an org, newest first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn org_audit(&self, org: &str, query: &AuditQuery) -> Result<AuditList, ClientError> {
        self.ask(Call::get(&["orgs", org, "audit"]).query(query)).await
    }

    /// What changed in a project, newest first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn project_audit(&self, project: &str, query: &AuditQuery) -> Result<AuditList, ClientError> {
        self.ask(Call::get(&["projects", project, "audit"]).query(query)).await
    }

    /// What changed in no org, newest first: in the cluster, and what people did with their own accounts.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn cluster_audit(&self, query: &AuditQuery) -> Result<AuditList, ClientError> {
        self.ask(Call::get(&["cluster", "audit"]).query(query)).await
    }
}
