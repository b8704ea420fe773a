//! `sentinel-cp bundle verify FILE --key PUB`: is this file what the org signed? Works offline.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use sentinel_bundle::archive::{self, OpenLimits};
use sentinel_bundle::sign::PublicKey;
use sentinel_bundle::signature::Detached;
use serde_json::json;

use super::fetch::with_sig;
use crate::ctl::failure;
use crate::ctl::output::{self, Output};

/// See the module.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  sentinel-cp bundle verify shop-1.4.0.tar.zst --key key.pem
  sentinel-cp bundle verify shop-1.4.0.tar.zst --key 'BASE64 OF 32 BYTES' -o json

The signature is read from FILE.sig unless --signature names another file. `sentinel-cp org keys` shows an org's keys;
keep yours where you verify, so that nobody can change both.
Exit codes: 0 good, 4 not what was signed, 1 could not be checked.")]
pub struct VerifyArgs {
    /// The bundle archive
    file: PathBuf,
    /// The org's public key: base64, PEM, or a file with either
    #[arg(long, value_name = "KEY|FILE")]
    key: String,
    /// The detached signature
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
}

/// Carries it out.
pub fn run(args: &VerifyArgs, output: Output) -> anyhow::Result<ExitCode> {
    let limit = OpenLimits::default().max_archive;
    let size =
        fs::metadata(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?.len();
    if size > limit {
        bail!("{} has {size} bytes; a bundle has at most {limit}", args.file.display());
    }
    let bytes = fs::read(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    let signature = args.signature.clone().unwrap_or_else(|| with_sig(&args.file));
    let detached = fs::read(&signature).with_context(|| {
        let file = signature.display();
        format!("cannot read the signature {file}: download it with the bundle, or name it with --signature")
    })?;
    let key = key(&args.key)?;
    match check(&bytes, &detached, &key) {
        Ok((version, digest)) => {
            let key_id = key.key_id();
            let answer =
                json!({"verified": true, "version": version, "manifest_digest": digest, "key_id": key_id});
            output
                .say(&answer, |_| format!("good: bundle {version}, manifest {digest}, signed by {key_id}"))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            match output {
                Output::Table => eprintln!("NOT what was signed: {}", output::clean(&format!("{error:#}"))),
                programs => programs.whole(&json!({"verified": false, "reason": format!("{error:#}")}))?,
            }
            Ok(ExitCode::from(failure::REFUSED))
        }
    }
}

fn check(bytes: &[u8], detached: &[u8], key: &PublicKey) -> anyhow::Result<(String, String)> {
    let bundle = archive::open(bytes, &OpenLimits::default())?;
    Detached::parse(detached)?.verify(&bundle, key)?;
    Ok((bundle.manifest.version.clone(), hex::encode(bundle.manifest_digest)))
}

fn key(text: &str) -> anyhow::Result<PublicKey> {
    if let Ok(key) = PublicKey::parse(text) {
        return Ok(key);
    }
    match fs::read_to_string(text) {
        Ok(file) => {
            PublicKey::parse(file.trim()).with_context(|| format!("{text} holds no Ed25519 public key"))
        }
        Err(_) => bail!("--key is neither an Ed25519 public key (base64 or PEM) nor a readable file: {text}"),
    }
}

#[cfg(test)]
mod tests;
