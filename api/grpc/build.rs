//! Compiles the protocol with a pure-Rust compiler, so that a fresh machine needs no `protoc`.

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = "proto/sentinel/admin/v1/admin.proto";
    println!("cargo::rerun-if-changed={file}");
    let descriptors = protox::compile([file], ["proto"])?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("admin.bin");
    std::fs::write(out, prost_message_bytes(&descriptors))?;
    tonic_prost_build::configure().build_client(true).compile_fds(descriptors)?;
    Ok(())
}

fn prost_message_bytes(descriptors: &impl prost::Message) -> Vec<u8> {
    descriptors.encode_to_vec()
}
