//! Compiles the protocol with a pure-Rust compiler, so that a fresh machine needs no `protoc`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = "proto/sentinel/peer/v1/peer.proto";
    println!("cargo::rerun-if-changed={file}");
    let descriptors = protox::compile([file], ["proto"])?;
    // Entries are taken out of what came over the wire, not copied.
    tonic_prost_build::configure().bytes(".sentinel.peer.v1.Proposals").compile_fds(descriptors)?;
    Ok(())
}
