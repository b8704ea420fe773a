//! An archive and its signature come from the cluster into two files.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use sentinel_bundle::archive::{self, OpenLimits};
use sentinel_bundle::signature::Detached;
use sentinel_model::BundleId;
use serde_json::json;

use crate::ctl::connection::Connection;
use crate::ctl::words::size;

/// Writes `FILE` and `FILE.sig`.
pub async fn download(
    connection: &Connection,
    project: &str,
    id: BundleId,
    to: Option<PathBuf>,
    force: bool,
) -> anyhow::Result<ExitCode> {
    let client = &connection.client;
    let offer = client.bundle_download(project, id).await?;
    let bytes = client.bundle_archive(project, id).await?;
    let bundle = archive::open(&bytes, &OpenLimits::default()).context("what arrived is not a bundle")?;
    let digest = hex::encode(bundle.manifest_digest);
    if digest != offer.manifest_digest.to_string() {
        bail!("what arrived is another bundle: its manifest is {digest}, not {}", offer.manifest_digest);
    }
    let to = to.unwrap_or_else(|| file_name(project, &bundle.manifest.version));
    let signature =
        Detached { key_id: offer.signing_key_id, manifest_digest: digest, signature: offer.signature };
    let signature_file = with_sig(&to);
    write(&to, &bytes, force)?;
    write(&signature_file, &signature.to_bytes()?, force)?;
    let answer = json!({"file": to, "signature": signature_file, "size": offer.size, "checksum": offer.checksum,
                        "key_id": signature.key_id});
    connection.output.say(&answer, |_| {
        format!("wrote {} ({}) and {}", to.display(), size(offer.size), signature_file.display())
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The name of the signature file beside a bundle file.
pub fn with_sig(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}

/// A name made of a project and a version, which may hold what a file name must not.
fn file_name(project: &str, version: &str) -> PathBuf {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.+".contains(c) { c } else { '_' };
    let version: String = version.chars().map(plain).collect();
    PathBuf::from(format!("{project}-{version}.tar.zst"))
}

fn write(file: &Path, bytes: &[u8], force: bool) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let written = options.open(file).and_then(|mut open| open.write_all(bytes));
    match written {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} is there already; --force writes over it, --to names another file", file.display())
        }
        Err(error) => {
            // Half an archive is worth nothing, and would stand in the way of the next attempt.
            let removed = if force { Ok(()) } else { fs::remove_file(file) };
            let rest =
                removed.err().map(|error| format!("; a part of it remains: {error}")).unwrap_or_default();
            Err(error).with_context(|| format!("cannot write {}{rest}", file.display()))
        }
        Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn file_names_hold_no_path() {
        assert_eq!(file_name("shop", "1.4.0"), PathBuf::from("shop-1.4.0.tar.zst"));
        assert_eq!(file_name("shop", "../x y"), PathBuf::from("shop-.._x_y.tar.zst"));
        assert_eq!(with_sig(Path::new("a.tar.zst")), PathBuf::from("a.tar.zst.sig"));
    }

    #[test]
    fn a_file_that_is_there_is_written_over_only_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        write(&file, b"one", false).unwrap();
        assert!(write(&file, b"two", false).unwrap_err().to_string().contains("--force"));
        assert_eq!(fs::read(&file).unwrap(), b"one");
        write(&file, b"2", true).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"2");
    }
}
