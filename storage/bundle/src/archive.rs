//! The `.tar.zst` archive: written in exactly one way, read with suspicion.
//!
//! Entries have a fixed order, owner 0, mode 0644 and time 0. Reading checks sizes, paths and digests, and then
//! writes the archive again in memory and compares: a tar stream that this crate would not have written is
//! refused, so nothing can hide in headers or padding.
//!
//! The compressed bytes depend on the zstd library, whose version `Cargo.lock` pins. What is signed is the digest
//! of the manifest, which does not depend on it.

mod form;
mod open;

#[cfg(test)]
mod tests;

use std::io::Write;

pub use form::Form;
pub(crate) use open::check;
pub use open::{OpenBundle, OpenLimits, open};

use crate::manifest::ManifestError;

/// The bill of materials.
pub const SBOM: &str = "sbom.cdx.json";
/// The manifest.
pub const MANIFEST: &str = "manifest.json";
/// The digests of the other files in the format of sha256sum.
pub const CHECKSUMS: &str = "checksums.txt";

/// How hard it is tried to make an archive small. The bytes of a text's archive are the same in every release.
const LEVEL: i32 = 9;

/// The same for a document. What it becomes has megabytes, is hardly larger this way, and it takes a twentieth of the time.
const LEVEL_OF_DOCUMENT: i32 = 3;

/// Why an archive cannot be written or is refused.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Compression or the tar format failed.
    #[error("the archive cannot be written: {0}")]
    Write(std::io::Error),
    /// Not a zstd stream, or damaged.
    #[error("the archive is damaged: {0}")]
    Damaged(String),
    /// Bytes follow the end of the archive.
    #[error("the archive is followed by {0} further bytes")]
    TrailingBytes(usize),
    /// Larger than allowed, compressed or not.
    #[error("the archive is too large: more than {0} bytes")]
    TooLarge(u64),
    /// More files than allowed.
    #[error("the archive has more than {0} files")]
    TooManyFiles(usize),
    /// An absolute path, `..`, a backslash, or another path that is not plain.
    #[error("the archive has a file with an unsafe path: {0}")]
    UnsafePath(String),
    /// A link, device, directory or extended header.
    #[error("the archive has an entry that is not a plain file: {0}")]
    NotAFile(String),
    /// Two files of one path.
    #[error("the archive has the file {0} twice")]
    Duplicate(String),
    /// A file that every bundle has is missing, or one the manifest names.
    #[error("the archive lacks the file {0}")]
    Missing(String),
    /// Files of both forms of a configuration.
    #[error("the archive has {0} and {1}, of which one says what runs")]
    TwoForms(&'static str, &'static str),
    /// A file the manifest does not name.
    #[error("the file {0} is not in the manifest")]
    NotInManifest(String),
    /// The size or digest of a file is not what the manifest says.
    #[error("the file {0} is not the one the manifest names")]
    WrongContent(String),
    /// `checksums.txt` does not say what the manifest says.
    #[error("checksums.txt contradicts the manifest")]
    WrongChecksums,
    /// The manifest cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Not the bytes this crate writes for these files.
    #[error("the archive is not in its canonical form")]
    NotCanonical,
}

/// Writes an archive of files in the given order.
///
/// # Errors
/// [`ArchiveError::Write`], for example when a path is longer than the format allows.
pub fn write<P: AsRef<str>, C: AsRef<[u8]>>(files: &[(P, C)]) -> Result<Vec<u8>, ArchiveError> {
    // Each has a header and is filled up.
    let size = files.iter().map(|(_, content)| content.as_ref().len() + 1_024).sum::<usize>() + 1_024;
    let mut tar = Vec::with_capacity(size);
    tarball(files, &mut tar)?;
    let document = files.iter().any(|(path, _)| path.as_ref() == Form::Document.compiled());
    let level = if document { LEVEL_OF_DOCUMENT } else { LEVEL };
    let mut encoder = zstd::Encoder::new(Vec::new(), level).map_err(ArchiveError::Write)?;
    encoder.include_checksum(true).map_err(ArchiveError::Write)?;
    encoder.set_pledged_src_size(Some(tar.len() as u64)).map_err(ArchiveError::Write)?;
    encoder.write_all(&tar).map_err(ArchiveError::Write)?;
    encoder.finish().map_err(ArchiveError::Write)
}

/// The tar stream of files: one way to write it.
fn tarball<P: AsRef<str>, C: AsRef<[u8]>>(files: &[(P, C)], to: impl Write) -> Result<(), ArchiveError> {
    let mut builder = tar::Builder::new(to);
    for (path, content) in files {
        let (path, content) = (path.as_ref(), content.as_ref());
        let mut header = tar::Header::new_ustar();
        header.set_path(path).map_err(ArchiveError::Write)?;
        header.set_entry_type(tar::EntryType::Regular);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, content).map_err(ArchiveError::Write)?;
    }
    builder.into_inner().map(drop).map_err(ArchiveError::Write)
}

/// True for relative paths of plain components: letters, digits, `.`, `_` and `-`, no leading dot, at most 100
/// bytes, at most 8 deep.
pub fn is_plain_path(path: &str) -> bool {
    path.len() <= 100
        && path.split('/').count() <= 8
        && path.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        })
}
