//! An identity on disk: one file, so that key, certificate and CAs are replaced together or not at all.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{PemObject as _, SectionKind};
use zeroize::Zeroizing;

use super::{Identity, IdentityError};
use crate::key::{KeyError, MemberKey};

/// The file in the directory: PEM. The member's chain, then its key, then the CAs that it trusts; before that, words for
/// people.
pub const FILE: &str = "identity.pem";
/// The file while it is being written.
const NEW_FILE: &str = "identity.pem.new";
/// Larger than any identity.
const FILE_MAX: u64 = 1024 * 1024;
/// Bytes of DER in a line of PEM.
const LINE: usize = 48;

/// An identity cannot be read from disk or written to it.
#[derive(Debug, thiserror::Error)]
pub enum IdentityFileError {
    /// There is none.
    #[error("there is no {}: this member has not joined a cluster yet; join with a token", .0.display())]
    Missing(PathBuf),
    /// Others can read the key.
    #[error("{} has mode {mode:o}, so others may have read the key in it: `chmod 600` it", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The file is not PEM, or has not one key.
    #[error("{} is damaged ({why}): restore it, or join again with a new token", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The key in it is none.
    #[error("{}: {cause}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: KeyError,
    },
    /// What is in it does not fit together.
    #[error("{} holds no identity: {cause}; restore it, or join again with a new token", path.display())]
    Identity {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: IdentityError,
    },
    /// The system refused.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl Identity {
    /// Reads what [`Identity::save`] wrote.
    pub fn load(directory: &Path) -> Result<Self, IdentityFileError> {
        let path = directory.join(FILE);
        let text = read(&path)?;
        let (mut chain, mut cas, mut key) = (Vec::new(), Vec::new(), None);
        let damaged = |why: &str| IdentityFileError::Damaged { path: path.clone(), why: why.to_owned() };
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(&text) {
            match section.map_err(|error| damaged(&error.to_string()))? {
                (SectionKind::Certificate, der) if key.is_none() => chain.push(CertificateDer::from(der)),
                (SectionKind::Certificate, der) => cas.push(CertificateDer::from(der)),
                (SectionKind::PrivateKey, der) if key.is_none() => key = Some(Zeroizing::new(der)),
                (SectionKind::PrivateKey, der) => {
                    drop(Zeroizing::new(der));
                    return Err(damaged("there are two keys"));
                }
                (kind, _) => return Err(damaged(&format!("there is a section {kind:?}"))),
            }
        }
        let key = MemberKey::from_pkcs8(&key.ok_or_else(|| damaged("there is no key"))?);
        let key = key.map_err(|cause| IdentityFileError::Key { path: path.clone(), cause })?;
        Self::new(cas, chain, key).map_err(|cause| IdentityFileError::Identity { path, cause })
    }

    /// Writes the identity into the directory (made if it is missing), in place of the one that is there. When this returns,
    /// the new one is on disk; when the machine stops before that, the old one still is, whole. Only its owner can read it.
    pub fn save(&self, directory: &Path) -> Result<(), IdentityFileError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |cause| IdentityFileError::Io { path, cause }
        };
        make_directory(directory).map_err(io(directory))?;
        let (path, new) = (directory.join(FILE), directory.join(NEW_FILE));
        write(&new, self.pem().as_bytes()).map_err(io(&new))?;
        std::fs::rename(&new, &path).map_err(io(&path))?;
        sync(directory).map_err(io(directory))
    }

    /// The CAs that this member trusts, in PEM: what those need who are to trust it.
    pub fn cas_pem(&self) -> String {
        let mut text = String::new();
        self.cas().iter().for_each(|der| section(&mut text, "CERTIFICATE", der));
        text
    }

    fn pem(&self) -> Zeroizing<String> {
        let key = self.key().pkcs8().expose();
        let certificates: usize = self.chain().iter().chain(self.cas()).map(|der| der.len() + 64).sum();
        // Enough for all of it, so that the text is never moved and leaves no copy of the key behind.
        let mut text = Zeroizing::new(String::with_capacity(512 + 2 * (certificates + key.len() + 64)));
        text.push_str(&format!("Certificate and key of {}, then the CAs that it trusts.\n", self.name()));
        text.push_str("Belongs to one member: do not copy it to another, and let nobody read it.\n");
        self.chain().iter().for_each(|der| section(&mut text, "CERTIFICATE", der));
        section(&mut text, "PRIVATE KEY", key);
        self.cas().iter().for_each(|der| section(&mut text, "CERTIFICATE", der));
        text
    }
}

fn section(text: &mut String, label: &str, der: &[u8]) {
    for part in ["-----BEGIN ", label, "-----\n"] {
        text.push_str(part);
    }
    for line in der.chunks(LINE) {
        STANDARD.encode_string(line, text);
        text.push('\n');
    }
    for part in ["-----END ", label, "-----\n"] {
        text.push_str(part);
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, IdentityFileError> {
    let io = |cause: io::Error| match cause.kind() {
        ErrorKind::NotFound => IdentityFileError::Missing(path.to_owned()),
        _ => IdentityFileError::Io { path: path.to_owned(), cause },
    };
    let file = File::open(path).map_err(io)?;
    let metadata = file.metadata().map_err(io)?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(IdentityFileError::Exposed { path: path.to_owned(), mode });
    }
    let length = usize::try_from(metadata.len().min(FILE_MAX)).unwrap_or(0);
    let mut text = Zeroizing::new(Vec::with_capacity(length + 1));
    file.take(FILE_MAX).read_to_end(&mut text).map_err(io)?;
    Ok(text)
}

fn make_directory(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    directory.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), sync)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What an earlier attempt left may have another mode.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
