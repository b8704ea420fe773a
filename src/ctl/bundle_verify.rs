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

/// See the module.
#[derive(Args)]
#[command(after_help = "Examples:
  sentinel-cp bundle verify shop-1.4.0.tar.zst --key key.pem
  sentinel-cp bundle verify shop-1.4.0.tar.zst --key 'MCowBQYDK2VwAyEA…' -o json

The signature is read from FILE.sig unless --signature names another file.
Exit code: 0 good, 4 not what was signed, 1 could not be checked.")]
pub struct VerifyArgs {
    /// The bundle archive
    file: PathBuf,
    /// The org's public key: base64, PEM, or a file with either
    #[arg(long, value_name = "KEY|FILE")]
    key: String,
    /// The detached signature
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
    /// How to answer
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Output {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Carries it out.
pub fn run(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let bytes = fs::read(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    let signature = args.signature.clone().unwrap_or_else(|| {
        let mut name = args.file.clone().into_os_string();
        name.push(".sig");
        name.into()
    });
    let detached = fs::read(&signature).with_context(|| {
        format!(
            "cannot read the signature {}: download it with the bundle, or name it with --signature",
            signature.display()
        )
    })?;
    let key = key(&args.key)?;
    match check(&bytes, &detached, &key) {
        Ok((version, digest)) => {
            match args.output {
                Output::Text => {
                    println!("good: bundle {version}, manifest {digest}, signed by {}", key.key_id())
                }
                Output::Json => {
                    println!(
                        "{}",
                        json!({"verified": true, "version": version, "manifest_digest": digest, "key_id": key.key_id()})
                    );
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            match args.output {
                Output::Text => eprintln!("NOT what was signed: {error:#}"),
                Output::Json => println!("{}", json!({"verified": false, "reason": format!("{error:#}")})),
            }
            Ok(ExitCode::from(4))
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
