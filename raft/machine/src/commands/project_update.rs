//! Changes a project: its name, what it is for, who must agree to its rollouts, where their checks may go, what is done about drift, and
//! whether it is a sandbox.
//! People only, administrators of its org.

use sentinel_model::drift::{DriftPolicy, Remediation};
use sentinel_model::governance::ApprovalRule;
use sentinel_model::project::Project;
use sentinel_model::user::Role;
use sentinel_model::{ProjectId, name};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::drift;
use crate::governance;
use crate::outcome::Reply;
use crate::simulator;

/// See the module. What is `None` stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectUpdate {
    /// The project.
    pub project_id: ProjectId,
    /// Display name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// How many people must agree to which rollouts.
    pub approval_rules: Option<Vec<ApprovalRule>>,
    /// How long approvals are waited for, in hours.
    pub approval_expires_h: Option<u32>,
    /// Whether checks of its rollouts may go to private addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks_private: Option<bool>,
    /// What is done about drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<DriftChange>,
    /// Whether it is a place to try things.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<bool>,
}

/// A change of what is done about drift. What is `None` stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftChange {
    /// Whether something is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remediation: Option<Remediation>,
    /// How long drift lasts first, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_s: Option<u32>,
}

impl Apply for ProjectUpdate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        governance::require_person(context, &project, Role::Admin)?;
        if let Some(name) = &self.name {
            name::check_name("name", name)?;
            project.name = name.clone();
        }
        if let Some(description) = &self.description {
            name::check_text("description", description)?;
            project.description = description.clone();
        }
        if let Some(rules) = &self.approval_rules {
            project.approval.rules = rules.clone();
        }
        if let Some(hours) = self.approval_expires_h {
            project.approval.expires_h = hours;
        }
        if let Some(private) = self.checks_private {
            project.checks_private = private;
        }
        project.approval.check()?;
        if let Some(change) = self.drift {
            let policy = DriftPolicy {
                remediation: change.remediation.unwrap_or(project.drift.remediation),
                delay_s: change.delay_s.unwrap_or(project.drift.delay_s),
            };
            policy.check()?;
            project.drift = policy;
        }
        if let Some(sandbox) = self.sandbox {
            simulator::require_may_become(context.tables(), &project, sandbox)?;
            project.sandbox = sandbox;
        }
        context.store(&project)?;
        if self.drift.is_some() {
            drift::reschedule(context, &project, None)?;
        }
        let id = self.project_id.to_string();
        let subject = Subject::in_project("project", &id, &project);
        let private = self.checks_private.map(|private| ("checks_allow_private", private.to_string()));
        let changes = [
            ("name", project.name.clone()),
            ("description", project.description.clone()),
            ("approval_rules", words(&project.approval.rules)),
            ("approval_expires_hours", project.approval.expires_h.to_string()),
            ("drift_remediation", project.drift.remediation.as_str().to_owned()),
            ("drift_delay_seconds", project.drift.delay_s.to_string()),
        ];
        let sandbox = self.sandbox.map(|sandbox| ("sandbox", sandbox.to_string()));
        context.record("project.updated", subject, changes.into_iter().chain(private).chain(sandbox))?;
        Ok(Reply::Done)
    }
}

/// The rules as the audit log has them.
pub fn words(rules: &[ApprovalRule]) -> String {
    let rule = |rule: &ApprovalRule| match rule.risk_at_least {
        None => format!("all: {}", rule.approvals),
        Some(risk) => format!("risk {} and more: {}", risk.as_str(), rule.approvals),
    };
    if rules.is_empty() { "none".to_owned() } else { rules.iter().map(rule).collect::<Vec<_>>().join("; ") }
}
