//! The files of the certificates that the proxy's listeners show. The proxy knows their paths from its start on, so these are the same for ever, and what
//! they lead to changes.
//!
//! ```text
//! DATA_DIR/certificates/<slug> -> .kept/<slug>-<digest16>     what the proxy reads
//!                       .kept/<slug>-<digest16>/chain.pem     the chain, the server's own certificate first
//!                                               key.pem       its private key
//! ```
//! A link changes in one step, so that nobody reads a chain with the key of another one.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sentinel_api_types::node_secret::NodeCertificate;
use sentinel_bundle::certificates::{CHAIN_FILE, KEY_FILE};
use sha2::{Digest, Sha256};

use super::secrets::Secrets;
use crate::durable;

const KEPT: &str = ".kept";

/// See the module.
#[derive(Clone, Debug)]
pub struct CertificateFiles {
    root: PathBuf,
}

impl CertificateFiles {
    /// Those in a data directory, which must be an absolute path.
    pub fn of(data_dir: &Path) -> Self {
        Self { root: data_dir.join("certificates") }
    }

    /// Where the directories of certificates are.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Puts certificates where the proxy reads them when it is told to. Those that are not among them stay as they are.
    ///
    /// # Errors
    /// Whatever the file system says. A certificate is as it was, or as it shall be.
    pub fn write(&self, secrets: &Secrets) -> io::Result<()> {
        for (slug, certificate) in secrets.certificates() {
            self.put(slug, certificate)?;
        }
        Ok(())
    }

    /// Removes all certificates but these, and all that no link leads to.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn keep(&self, slugs: &BTreeSet<String>) -> io::Result<()> {
        let mut led_to = BTreeSet::new();
        for name in names(&self.root)? {
            let link = self.root.join(&name);
            if name == KEPT {
                continue;
            }
            match fs::read_link(&link) {
                Ok(target) if slugs.contains(&name) => drop(led_to.insert(target)),
                Ok(_) => durable::remove(&link)?,
                // Somebody else's.
                Err(_) => {}
            }
        }
        for name in names(&self.root.join(KEPT))? {
            if !led_to.contains(&Path::new(KEPT).join(&name)) {
                fs::remove_dir_all(self.root.join(KEPT).join(name))?;
            }
        }
        Ok(())
    }

    fn put(&self, slug: &str, certificate: &NodeCertificate) -> io::Result<()> {
        let digest = Sha256::new()
            .chain_update(certificate.chain.as_bytes())
            .chain_update([0])
            .chain_update(certificate.key.expose().as_bytes())
            .finalize();
        let name = format!("{slug}-{}", hex::encode(&digest[..8]));
        let (link, target) = (self.root.join(slug), Path::new(KEPT).join(&name));
        let dir = self.root.join(&target);
        for dir in [&self.root, &self.root.join(KEPT), &dir] {
            durable::private_dir(dir)?;
        }
        // Also where the link leads there already: somebody may have changed them.
        for (file, text) in [(CHAIN_FILE, certificate.chain.as_str()), (KEY_FILE, certificate.key.expose())] {
            let path = dir.join(file);
            if !fs::read(&path).is_ok_and(|found| found == text.as_bytes()) {
                durable::replace(&path, text.as_bytes(), 0o600)?;
            }
        }
        let before = fs::read_link(&link).ok();
        if before.as_ref() == Some(&target) {
            return Ok(());
        }
        durable::point(&link, &target)?;
        // The proxy has read it; whoever goes back writes it again.
        if let Some(before) = before.filter(|before| before.starts_with(KEPT)) {
            let _ = fs::remove_dir_all(self.root.join(before));
        }
        Ok(())
    }
}

/// What is in a directory; nothing when it is not there.
fn names(dir: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt;

    use sentinel_api_types::node_secret::NodeSecrets;
    use sentinel_model::{BundleId, NodeId, Sha256Digest};
    use uuid::Uuid;

    use super::*;

    fn secrets(chain: &str) -> Secrets {
        let certificate = NodeCertificate { chain: chain.to_owned(), key: format!("key of {chain}").into() };
        Secrets::new(NodeSecrets {
            node_id: NodeId(Uuid::nil()),
            bundle_id: BundleId(Uuid::nil()),
            stamp: Sha256Digest([1; 32]),
            values: BTreeMap::new(),
            certificates: BTreeMap::from([("edge".to_owned(), certificate)]),
        })
    }

    #[test]
    fn the_path_stays_and_what_it_leads_to_changes_with_its_key() {
        let dir = tempfile::tempdir().unwrap();
        let files = CertificateFiles::of(dir.path());
        let read = |file: &str| fs::read_to_string(files.root().join("edge").join(file)).unwrap();
        for chain in ["one", "two", "one"] {
            files.write(&secrets(chain)).unwrap();
            assert_eq!((read(CHAIN_FILE), read(KEY_FILE)), (chain.to_owned(), format!("key of {chain}")));
            assert_eq!(fs::read_dir(files.root().join(KEPT)).unwrap().count(), 1, "the others are gone");
        }
        let mode = fs::metadata(files.root().join("edge").join(KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(files.root().join("edge").join(KEY_FILE), "another").unwrap();
        files.write(&secrets("one")).unwrap();
        assert_eq!(read(KEY_FILE), "key of one");
    }

    #[test]
    fn what_nothing_names_any_more_goes_with_its_key() {
        let dir = tempfile::tempdir().unwrap();
        let files = CertificateFiles::of(dir.path());
        files.keep(&BTreeSet::new()).unwrap();
        files.write(&secrets("one")).unwrap();
        fs::create_dir(files.root().join(KEPT).join("left-behind")).unwrap();
        files.keep(&BTreeSet::from(["edge".to_owned()])).unwrap();
        assert_eq!(names(&files.root().join(KEPT)).unwrap().len(), 1);
        assert!(files.root().join("edge").join(KEY_FILE).is_file());
        files.keep(&BTreeSet::new()).unwrap();
        assert_eq!(names(files.root()).unwrap(), [KEPT]);
        assert!(names(&files.root().join(KEPT)).unwrap().is_empty());
    }
}
