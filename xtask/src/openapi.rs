//! Writes the checked-in API description anew, and what is generated from it.

use crate::program::{cargo, run};
use crate::web;

/// Runs the test that compares `api/rest/openapi.json` in the mode in which it writes, then makes the UI's types of it.
pub fn refresh() -> anyhow::Result<()> {
    run(cargo(&["test", "--package", "sentinel-rest", "--locked", "openapi"]).env("UPDATE", "1"))?;
    web::install()?;
    run(&mut web::npm(&["run", "api:generate"]))
}
