//! Where the real proxy is.

use std::path::PathBuf;

/// Version that the product manages.
pub const VERSION: &str = "0.6.45";

/// The real proxy's binary. A missing one fails the test with the command that installs it.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("SENTINEL_ZENTINEL") {
        return path.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    let path = cache.unwrap_or_default().join(format!("sentinel-cp/tools/zentinel-{VERSION}/bin/zentinel"));
    assert!(
        path.is_file(),
        "the proxy is not at {}: run `cargo xtask test --only tools`, or set SENTINEL_ZENTINEL to a zentinel {VERSION} binary",
        path.display()
    );
    path
}
