//! Reads a backup from front to back.

use std::io::{self, Read};

use sentinel_model::Sha256Digest;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::record::{BLOB, DESCRIPTION, MANIFEST, Records, STATE};
use super::seal::SealReader;
use super::{BackupError, BlobEntry, Description, Manifest};

/// Where the parts of a backup go, in this order. Nothing of it counts until [`read`] has returned: only then is the backup known
/// to be whole.
pub trait Target {
    /// Which cluster and state it is.
    fn begin(&mut self, description: &Description) -> Result<(), BackupError>;
    /// The bytes of the state, as [`sentinel_machine::snapshot`] reads them. Returns how many rows they were.
    fn state(&mut self, input: &mut dyn Read) -> Result<u64, BackupError>;
    /// An archive, whose bytes have this digest.
    fn blob(&mut self, digest: Sha256Digest, bytes: &[u8]) -> Result<(), BackupError>;
}

/// Decrypts with whichever of the keys it was encrypted with, decodes and checks everything.
pub fn read(
    input: impl Read,
    keys: &[Zeroizing<[u8; 32]>],
    target: &mut dyn Target,
) -> Result<Manifest, BackupError> {
    let sealed = SealReader::begin(input, keys)?;
    let mut records = Records::new(zstd::stream::read::Decoder::new(sealed)?);
    let description: Description = decode(&records.take(DESCRIPTION)?)?;
    target.begin(&description)?;
    let mut state =
        StateReader { records: &mut records, part: Vec::new(), at: 0, hash: Sha256::new(), bytes: 0 };
    let rows = target.state(&mut state)?;
    if state.read(&mut [0])? != 0 {
        return Err(BackupError::Damaged("its state goes on behind its end".into()));
    }
    let (state_sha256, state_bytes) = (Sha256Digest(state.hash.finalize().into()), state.bytes);
    let mut blobs = Vec::new();
    while records.peek()? == Some(BLOB) {
        let payload = records.take(BLOB)?;
        let (digest, bytes) = payload
            .split_first_chunk::<32>()
            .ok_or_else(|| BackupError::Damaged("an archive without a digest".into()))?;
        let digest = Sha256Digest(*digest);
        if Sha256::digest(bytes)[..] != digest.0 {
            return Err(BackupError::Damaged(format!("the archive {digest} has other bytes")));
        }
        target.blob(digest, bytes)?;
        blobs.push(BlobEntry { digest, size: bytes.len() as u64 });
    }
    let manifest: Manifest = decode(&records.take(MANIFEST)?)?;
    if records.peek()?.is_some() {
        return Err(BackupError::Damaged("something follows its manifest".into()));
    }
    let found = Manifest { description, state_sha256, state_bytes, rows, blobs };
    if found != manifest {
        return Err(BackupError::Damaged("it does not hold what its manifest says".into()));
    }
    Ok(manifest)
}

fn decode<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, BackupError> {
    serde_json::from_slice(bytes).map_err(|error| BackupError::Damaged(error.to_string()))
}

/// The state, out of its records.
struct StateReader<'a, R: Read> {
    records: &'a mut Records<R>,
    part: Vec<u8>,
    at: usize,
    hash: Sha256,
    bytes: u64,
}

impl<R: Read> Read for StateReader<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.part.len() {
            if self.records.peek()? != Some(STATE) {
                return Ok(0);
            }
            (self.part, self.at) = (self.records.take(STATE)?, 0);
            self.hash.update(&self.part);
            self.bytes += self.part.len() as u64;
        }
        let taken = out.len().min(self.part.len() - self.at);
        out[..taken].copy_from_slice(&self.part[self.at..self.at + taken]);
        self.at += taken;
        Ok(taken)
    }
}
