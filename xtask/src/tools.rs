//! Tools that the checks need beside the Rust toolchain.
//!
//! What the system's package manager has is installed by it when that is possible without asking, else named together with
//! the command that installs it. What cargo can build is built once, and what Python has is installed once, apart from the system's.

mod built;
mod python;
mod system;

pub use built::zentinel;
pub use system::chromium;

/// Makes sure of all of them.
pub fn prepare() -> anyhow::Result<()> {
    system::compiler()?;
    system::node()?;
    system::faketime()?;
    println!("browser: {}", chromium()?.display());
    system::disks()?;
    system::haproxy()?;
    system::pebble()?;
    system::openssl()?;
    built::nextest()?;
    println!("proxy: {}", built::zentinel()?.display());
    println!("S3 server: {}", python::moto()?.display());
    Ok(())
}
