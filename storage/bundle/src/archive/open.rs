//! Reads an archive from an untrusted place.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use super::{ArchiveError, CHECKSUMS, Form, MANIFEST, SBOM, is_plain_path, tarball};
use crate::manifest::{Manifest, checksums, file_entry, sha256};
use crate::sign::{PublicKey, SignatureError};
use crate::trust_stores;
use crate::words::shown;

/// Bounds of what is read.
#[derive(Debug, Clone, Copy)]
pub struct OpenLimits {
    /// Largest compressed archive, in bytes.
    pub max_archive: u64,
    /// Largest sum of all files, in bytes.
    pub max_content: u64,
    /// Most files.
    pub max_files: usize,
    /// Most bytes of content per byte of archive; small archives may expand to eight mebibytes regardless.
    pub max_ratio: u64,
}

impl Default for OpenLimits {
    fn default() -> Self {
        Self { max_archive: 64 << 20, max_content: 64 << 20, max_files: 1024, max_ratio: 200 }
    }
}

/// The content of a bundle whose digests are right. Whether it comes from the right place is for
/// [`OpenBundle::verify`] to say.
#[derive(Debug, Clone)]
pub struct OpenBundle {
    /// The manifest.
    pub manifest: Manifest,
    /// SHA-256 of `manifest.json`; what the signature covers.
    pub manifest_digest: [u8; 32],
    /// Every file by path, with `manifest.json`.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl OpenBundle {
    /// Checks the signature.
    ///
    /// # Errors
    /// [`SignatureError`] when it is not the signature of this key over this manifest.
    pub fn verify(&self, key: &PublicKey, signature: &[u8; 64]) -> Result<(), SignatureError> {
        key.verify(&self.manifest_digest, signature)
    }

    /// The form of its configuration.
    pub fn form(&self) -> Form {
        if self.files.contains_key(Form::Document.compiled()) { Form::Document } else { Form::Text }
    }

    /// What a node renders for its proxy.
    pub fn compiled(&self) -> Option<&str> {
        self.text(self.form().compiled())
    }

    /// What the user wrote.
    pub fn source(&self) -> Option<&str> {
        self.text(self.form().source())
    }

    /// Forgets every file but those that a node needs to have its proxy run: the one that it renders, and trust stores.
    pub fn keep_compiled(&mut self) {
        let compiled = self.form().compiled();
        self.files.retain(|path, _| path == compiled || trust_stores::is_one(path));
    }

    /// A file as text.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }
}

/// Reads an archive and checks every file against the manifest.
///
/// # Errors
/// [`ArchiveError`].
pub fn open(bytes: &[u8], limits: &OpenLimits) -> Result<OpenBundle, ArchiveError> {
    let tar = decompress(bytes, limits)?;
    let Examined { files, manifest, manifest_digest } = examine(&tar, limits)?;
    let files = files.into_iter().map(|(path, content)| (path, content.to_vec())).collect();
    Ok(OpenBundle { manifest, manifest_digest, files })
}

/// Checks that [`open`] reads an archive.
///
/// # Errors
/// Those of it.
pub(crate) fn check(bytes: &[u8], limits: &OpenLimits) -> Result<(), ArchiveError> {
    examine(&decompress(bytes, limits)?, limits).map(drop)
}

/// A tar stream in which everything is as it must be.
struct Examined<'t> {
    files: Files<'t>,
    manifest: Manifest,
    manifest_digest: [u8; 32],
}

fn examine<'t>(tar: &'t [u8], limits: &OpenLimits) -> Result<Examined<'t>, ArchiveError> {
    let files = unpack(tar, limits)?;
    let manifest_bytes = find(&files, MANIFEST)?;
    let manifest = Manifest::from_bytes(manifest_bytes)?;
    let manifest_digest = sha256(manifest_bytes);
    for name in [CHECKSUMS, SBOM] {
        find(&files, name)?;
    }
    one_form(&files)?;
    check_files(&files, &manifest)?;
    let mut rest = Rest(Some(tar));
    tarball(&files, &mut rest)?;
    if rest.0.is_none_or(|rest| !rest.is_empty()) {
        return Err(ArchiveError::NotCanonical);
    }
    Ok(Examined { files, manifest, manifest_digest })
}

/// What is left of a tar stream after what was written here; `None`: something else was written.
struct Rest<'t>(Option<&'t [u8]>);

impl Write for Rest<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.and_then(|rest| rest.strip_prefix(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

type Files<'t> = Vec<(String, &'t [u8])>;

fn find<'t>(files: &Files<'t>, name: &str) -> Result<&'t [u8], ArchiveError> {
    files
        .iter()
        .find(|(path, _)| path == name)
        .map(|(_, content)| *content)
        .ok_or_else(|| ArchiveError::Missing(name.to_owned()))
}

/// Every bundle has its configuration in one form: which one counts must not depend on who reads it.
fn one_form(files: &Files<'_>) -> Result<(), ArchiveError> {
    let has = |name: &str| files.iter().any(|(path, _)| path == name);
    let form = if has(Form::Document.compiled()) { Form::Document } else { Form::Text };
    find(files, form.compiled())?;
    find(files, form.source())?;
    match Form::ALL
        .into_iter()
        .filter(|other| *other != form)
        .flat_map(|other| [other.compiled(), other.source()])
        .find(|name| has(name))
    {
        None => Ok(()),
        Some(other) => Err(ArchiveError::TwoForms(form.compiled(), other)),
    }
}

/// Decompresses one frame into bounded memory and insists that nothing follows it.
fn decompress(bytes: &[u8], limits: &OpenLimits) -> Result<Vec<u8>, ArchiveError> {
    if bytes.len() as u64 > limits.max_archive {
        return Err(ArchiveError::TooLarge(limits.max_archive));
    }
    let damaged = |error: std::io::Error| ArchiveError::Damaged(error.to_string());
    let by_ratio = (bytes.len() as u64).saturating_mul(limits.max_ratio).max(8 << 20);
    // Headers and padding of the tar format come on top of the content.
    let overhead = (limits.max_files as u64 + 2).saturating_mul(1024) + 10_240;
    let most = limits.max_content.min(by_ratio).saturating_add(overhead);
    let mut decoder = zstd::Decoder::with_buffer(bytes).map_err(damaged)?.single_frame();
    decoder.window_log_max(26).map_err(damaged)?;
    // What the archive says of itself is no more than a hint.
    let said = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten().unwrap_or_default();
    let mut tar = Vec::with_capacity(usize::try_from(said.min(most)).unwrap_or_default());
    decoder.by_ref().take(most + 1).read_to_end(&mut tar).map_err(damaged)?;
    if tar.len() as u64 > most {
        return Err(ArchiveError::TooLarge(most));
    }
    let rest = decoder.finish();
    if rest.is_empty() { Ok(tar) } else { Err(ArchiveError::TrailingBytes(rest.len())) }
}

/// Splits the tar stream into files. Raw entries: extended headers are not interpreted but refused.
fn unpack<'t>(tar: &'t [u8], limits: &OpenLimits) -> Result<Files<'t>, ArchiveError> {
    let damaged = |error: std::io::Error| ArchiveError::Damaged(error.to_string());
    let mut files: Files<'t> = Vec::new();
    let mut total = 0u64;
    let mut archive = tar::Archive::new(tar);
    for entry in archive.entries().map_err(damaged)?.raw(true) {
        let entry = entry.map_err(damaged)?;
        if files.len() >= limits.max_files {
            return Err(ArchiveError::TooManyFiles(limits.max_files));
        }
        let header = entry.header();
        let path = String::from_utf8_lossy(&header.path_bytes()).into_owned();
        if header.as_bytes()[156] != b'0' {
            return Err(ArchiveError::NotAFile(shown(&path)));
        }
        if !is_plain_path(&path) {
            return Err(ArchiveError::UnsafePath(shown(&path)));
        }
        if files.iter().any(|(known, _)| *known == path) {
            return Err(ArchiveError::Duplicate(path));
        }
        let size = entry.size();
        total = total.saturating_add(size);
        if total > limits.max_content {
            return Err(ArchiveError::TooLarge(limits.max_content));
        }
        let start = entry.raw_file_position();
        let range = usize::try_from(start).ok().zip(usize::try_from(start.saturating_add(size)).ok());
        let content = range.and_then(|(start, end)| tar.get(start..end));
        files.push((path, content.ok_or_else(|| ArchiveError::Damaged("a file is cut off".to_owned()))?));
    }
    Ok(files)
}

/// Every file is in the manifest with its size and digest, in the same order, and the other way round.
fn check_files(files: &Files<'_>, manifest: &Manifest) -> Result<(), ArchiveError> {
    let present: Vec<_> = files.iter().filter(|(path, _)| path != MANIFEST).collect();
    for (path, content) in &present {
        match manifest.files.iter().find(|file| file.path == *path) {
            None => return Err(ArchiveError::NotInManifest(path.clone())),
            Some(listed) if *listed != file_entry(path, content) => {
                return Err(ArchiveError::WrongContent(path.clone()));
            }
            Some(_) => {}
        }
    }
    for listed in &manifest.files {
        if !present.iter().any(|(path, _)| *path == listed.path) {
            return Err(ArchiveError::Missing(shown(&listed.path)));
        }
    }
    let first_is_manifest = files.first().is_some_and(|(path, _)| path == MANIFEST);
    let same_order = present.iter().map(|(path, _)| path).eq(manifest.files.iter().map(|file| &file.path));
    if !first_is_manifest || !same_order {
        return Err(ArchiveError::NotCanonical);
    }
    let expected = checksums(manifest.files.iter().filter(|file| file.path != CHECKSUMS));
    let found = files.iter().find(|(path, _)| path == CHECKSUMS).map(|(_, content)| *content);
    if found == Some(expected.as_bytes()) { Ok(()) } else { Err(ArchiveError::WrongChecksums) }
}
