//! Checks: what must answer over HTTP while a step is observed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// Something that must answer while a step is observed. It is asked by the member that leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpCheck {
    /// What it is called; unique in the rollout.
    pub name: String,
    /// What is asked: http or https, without a user. Private addresses are asked where the project says so; loopback, link-local and
    /// metadata addresses never.
    pub url: String,
    /// How; GET when absent.
    #[serde(default)]
    pub method: CheckMethod,
    /// The status that passes, or a range of them; 200-299 when absent.
    #[serde(default = "usual_status")]
    #[schema(example = "200-299")]
    pub expected_status: String,
    /// What the first 64 KiB of the body must contain; at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_contains: Option<String>,
    /// Sent along, at most 16; answers have `***` in place of each value. No secrets: the cluster keeps them as they are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// How long it may take to answer; 5000 when absent.
    #[serde(default = "usual_timeout")]
    #[schema(minimum = 100, maximum = 30000)]
    pub timeout_ms: u32,
    /// How long after an answer it is asked again; 10 when absent.
    #[serde(default = "usual_interval")]
    #[schema(minimum = 1, maximum = 300)]
    pub interval_seconds: u32,
    /// How often it must have passed since the step began, without a failure between; 3 when absent.
    #[serde(default = "usual_times")]
    #[schema(minimum = 1, maximum = 100)]
    pub passes: u32,
    /// How often it must have failed, without a pass between, to break the gate; 3 when absent.
    #[serde(default = "usual_times")]
    #[schema(minimum = 1, maximum = 100)]
    pub failures: u32,
}

impl HttpCheck {
    /// One in which nothing is said but what is asked.
    pub fn usual(name: String, url: String) -> Self {
        Self {
            name,
            url,
            method: CheckMethod::default(),
            expected_status: usual_status(),
            body_contains: None,
            headers: BTreeMap::new(),
            timeout_ms: usual_timeout(),
            interval_seconds: usual_interval(),
            passes: usual_times(),
            failures: usual_times(),
        }
    }
}

fn usual_status() -> String {
    "200-299".to_owned()
}

fn usual_timeout() -> u32 {
    5_000
}

fn usual_interval() -> u32 {
    10
}

fn usual_times() -> u32 {
    3
}

/// How something is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum CheckMethod {
    /// With the body.
    #[default]
    #[serde(rename = "GET")]
    Get,
    /// Without.
    #[serde(rename = "HEAD")]
    Head,
}

/// How a check does in the step that is observed, or was last, as the member that leads has told it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckResult {
    /// Which one.
    pub name: String,
    /// The step, from zero; null before it was made.
    pub step_index: Option<u32>,
    /// How often it has passed in a row since the step began, or since another member leads.
    pub passes: u32,
    /// How often it has failed in a row.
    pub failures: u32,
    /// Status of the newest answer.
    pub status: Option<u16>,
    /// How long that took.
    pub latency_ms: Option<u32>,
    /// Why it has not passed.
    pub error: Option<String>,
    /// When that was.
    pub checked_at: Option<Timestamp>,
}
