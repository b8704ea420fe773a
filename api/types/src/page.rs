//! Paging, the same for every list.

use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// Objects in a page when nothing else is asked for.
pub const PAGE_DEFAULT: u32 = 50;
/// Most objects in a page.
pub const PAGE_MAX: u32 = 200;

/// Which page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Objects in the page; 50 when absent, at most 200.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before. Good only together with the same filters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
