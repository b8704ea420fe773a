//! Compiles the protocol with a pure-Rust compiler, so that a fresh machine needs no `protoc`.

use std::path::PathBuf;

use prost::Message;

const FOLDER: &str = "proto/sentinel/admin/v1";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(FOLDER)? {
        files.push(entry?.path());
    }
    files.sort();
    let descriptors = protox::compile(files, ["proto"])?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("admin.bin");
    std::fs::write(out, descriptors.encode_to_vec())?;
    let mut config = prost_build::Config::new();
    config.enable_type_names();
    // They have one of their own, which shows no secret.
    let secret = [
        "ApiKeyCreated",
        "CertificateCreate",
        "CertificateExternalAccount",
        "CertificateReplace",
        "EnrolmentTokenCreated",
        "InternalCertificateIssued",
        "JoinTokenCreated",
        "MemberCreate",
        "PasswordReset",
        "ProjectSecretCreate",
        "ProjectSecretRotate",
    ];
    config.skip_debug(secret.map(|message| format!(".sentinel.admin.v1.{message}")));
    tonic_prost_build::configure()
        .codec_path("crate::codec::Strict")
        .compile_fds_with_config(descriptors, config)?;
    Ok(())
}
