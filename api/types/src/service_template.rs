//! Services to begin with.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A service to begin with. It has nothing that the proxy does not do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceTemplate {
    /// Its stable name, such as `rest-api`.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// What kind of service it is for, such as `api` or `websocket`.
    pub category: String,
    /// What it does.
    pub description: String,
    /// What can be said when it is used.
    pub parameters: Vec<ServiceTemplateParameter>,
    /// What people expect of it, and it does not have.
    pub left_out: Vec<ServiceTemplateLeftOut>,
}

/// Something that is said when a template is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceTemplateParameter {
    /// Its field in the request.
    pub name: String,
    /// What it is.
    pub description: String,
    /// It must be said.
    pub required: bool,
    /// It is a list.
    pub many: bool,
    /// What it is where nobody says it; null: nothing.
    pub default: Option<String>,
}

/// What a template does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceTemplateLeftOut {
    /// What it is.
    pub what: String,
    /// Why, and what to do instead where that is known.
    pub why: String,
}

/// Every template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceTemplateList {
    /// In the order in which they are shown.
    pub service_templates: Vec<ServiceTemplate>,
}

/// What is said when a template is used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceTemplateFill {
    /// The slug of the service, and of the upstream group behind it; the template's name unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// On which hosts: names, or `*.example.com` for all below. Empty: on all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Which paths: `/shop/*` is `/shop` and everything below; the template's own unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Where it goes: `10.0.0.1:8080`, or `https://api.example.com` for TLS.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// The name that the targets' certificate must have; their host unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
}
