//! Writes anew what is generated and checked in: the API description, the UI's types of it, the help of the command line.

use crate::program::{cargo, run};
use crate::web;

/// Runs the tests that compare these files in the mode in which they write, then makes the UI's types.
pub fn refresh() -> anyhow::Result<()> {
    run(cargo(&["test", "--workspace", "--locked", "--test", "openapi"]).env("UPDATE", "1"))?;
    web::install()?;
    run(&mut web::npm(&["run", "api:generate"]))?;
    let help = ["test", "--workspace", "--locked", "--bin", "sentinel-cp", "ctl::tests"];
    run(cargo(&help).env("INSTA_UPDATE", "always"))
}
