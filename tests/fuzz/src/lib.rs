//! Fuzz targets. Each takes bytes as a stranger may send them, gives them to the code that reads them in the product, and panics where
//! that code breaks a promise: it answers every text, in bounded time and memory, and what it accepts is what it says it is.
//!
//! A target must not know how it is run: `cargo xtask fuzz` runs it with bytes that a fuzzer makes up (`src/bin/fuzz.rs`), and a test with
//! every file in `seeds` (`tests/seeds.rs`). What the fuzzer finds becomes a seed. Start reading at [`ALL`].

mod archive;
mod kdl;
mod openapi;
mod selectors;

/// Something that reads what strangers send.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, which is that of its folder of seeds.
    pub name: &'static str,
    /// Reads bytes; panics when a promise is broken.
    pub run: fn(&[u8]),
}

/// Every target.
pub const ALL: &[Target] = &[
    Target { name: "archive", run: archive::run },
    Target { name: "kdl", run: kdl::run },
    Target { name: "openapi", run: openapi::run },
    Target { name: "selectors", run: selectors::run },
];

impl Target {
    /// The target with this name.
    pub fn named(name: &str) -> Option<Target> {
        ALL.iter().copied().find(|target| target.name == name)
    }
}
