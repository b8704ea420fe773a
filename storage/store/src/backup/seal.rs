//! Encryption of a stream in frames.
//!
//! The key of a file is HKDF-SHA256 over the key-encryption key with the file's own random salt. Each frame is sealed with
//! AES-256-GCM; its nonce is its number and whether it is the last, and the head of the file is associated with each. So no frame
//! can be left out, moved, or taken from another file, and the end cannot be cut off.
//!
//! ```text
//! length u32, the highest bit set in the last frame | ciphertext with tag
//! ```

use std::io::{self, Read, Write};

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{BackupError, damaged};

const MAGIC: &[u8; 7] = b"SCPBKUP";
const FORMAT: u8 = 1;
const KEY_ID: usize = 8;
/// Bytes of the salt of a file.
pub(super) const SALT: usize = 32;
const HEAD: usize = 7 + 1 + KEY_ID + SALT;
/// Plain bytes in a frame.
pub(super) const FRAME: usize = 256 * 1024;
const TAG: usize = 16;
const LAST: u32 = 1 << 31;

fn key_id(kek: &[u8; 32]) -> [u8; KEY_ID] {
    let mut hash = Sha256::new();
    hash.update(b"sentinel-kek-id-v1\0");
    hash.update(kek);
    let digest: [u8; 32] = hash.finalize().into();
    let mut id = [0; KEY_ID];
    id.copy_from_slice(&digest[..KEY_ID]);
    id
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Sealer {
    cipher: Aes256Gcm,
    head: Vec<u8>,
    frames: u64,
}

impl Sealer {
    fn new(kek: &[u8; 32], head: &[u8]) -> io::Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        let salt = &head[HEAD - SALT..];
        let derived = Hkdf::<Sha256>::new(Some(salt), &kek[..]).expand(b"sentinel-backup-v1", &mut key[..]);
        derived.map_err(|_| io::Error::other("no key could be derived"))?;
        let cipher = Aes256Gcm::new_from_slice(&key[..]).map_err(|_| io::Error::other("no cipher"))?;
        Ok(Self { cipher, head: head.to_vec(), frames: 0 })
    }

    fn nonce(&mut self, last: bool) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&self.frames.to_be_bytes());
        nonce[11] = u8::from(last);
        self.frames += 1;
        nonce
    }

    fn seal(&mut self, plain: &[u8], last: bool) -> io::Result<Vec<u8>> {
        let nonce = Nonce::from(self.nonce(last));
        let payload = Payload { msg: plain, aad: &self.head };
        self.cipher.encrypt(&nonce, payload).map_err(|_| io::Error::other("a frame was not encrypted"))
    }

    fn open(&mut self, sealed: &[u8], last: bool) -> io::Result<Vec<u8>> {
        let frame = self.frames;
        let nonce = Nonce::from(self.nonce(last));
        let payload = Payload { msg: sealed, aad: &self.head };
        let opened = self.cipher.decrypt(&nonce, payload);
        opened.map_err(|_| damaged(format!("frame {frame} has changed, or is not in its place")))
    }
}

/// Encrypts what is written to it.
pub(super) struct SealWriter<W: Write> {
    out: W,
    sealer: Sealer,
    plain: Vec<u8>,
}

impl<W: Write> SealWriter<W> {
    /// Writes the head. `salt` must be random, and another for each file.
    pub(super) fn begin(mut out: W, kek: &[u8; 32], salt: [u8; SALT]) -> io::Result<Self> {
        let head = [&MAGIC[..], &[FORMAT], &key_id(kek), &salt].concat();
        out.write_all(&head)?;
        Ok(Self { out, sealer: Sealer::new(kek, &head)?, plain: Vec::with_capacity(FRAME) })
    }

    /// Writes the last frame. Without it the file is not whole.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.frame(true)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn frame(&mut self, last: bool) -> io::Result<()> {
        let sealed = self.sealer.seal(&self.plain, last)?;
        self.plain.clear();
        let length = u32::try_from(sealed.len()).map_err(io::Error::other)?;
        self.out.write_all(&(if last { length | LAST } else { length }).to_be_bytes())?;
        self.out.write_all(&sealed)
    }
}

impl<W: Write> Write for SealWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.plain.len() == FRAME {
            self.frame(false)?;
        }
        let taken = bytes.len().min(FRAME - self.plain.len());
        self.plain.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Decrypts what is read through it. It ends only behind the last frame, and only if nothing follows that.
pub(super) struct SealReader<R: Read> {
    input: R,
    sealer: Sealer,
    plain: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> SealReader<R> {
    /// Reads the head.
    pub(super) fn begin(mut input: R, keys: &[Zeroizing<[u8; 32]>]) -> Result<Self, BackupError> {
        let mut head = [0; HEAD];
        let mut read = 0;
        while read < HEAD {
            match input.read(&mut head[read..])? {
                0 => break,
                some => read += some,
            }
        }
        if read < 8 || &head[..7] != MAGIC {
            return Err(BackupError::NotABackup);
        }
        if head[7] != FORMAT {
            return Err(BackupError::Newer(head[7]));
        }
        if read < HEAD {
            return Err(BackupError::Damaged("it is cut off in its head".into()));
        }
        let found = &head[8..8 + KEY_ID];
        let Some(kek) = keys.iter().find(|kek| key_id(kek) == found) else {
            let given: Vec<String> = keys.iter().map(|kek| hexadecimal(&key_id(kek))).collect();
            return Err(BackupError::OtherKey { found: hexadecimal(found), given: given.join(", ") });
        };
        let sealer = Sealer::new(kek, &head)?;
        Ok(Self { input, sealer, plain: Vec::new(), at: 0, ended: false })
    }

    fn next_frame(&mut self) -> io::Result<()> {
        let cut = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => damaged("it is cut off"),
            _ => error,
        };
        let mut length = [0; 4];
        self.input.read_exact(&mut length).map_err(cut)?;
        let length = u32::from_be_bytes(length);
        let (last, length) = (length & LAST != 0, (length & !LAST) as usize);
        if !(TAG..=FRAME + TAG).contains(&length) {
            return Err(damaged(format!("a frame of {length} bytes")));
        }
        let mut sealed = vec![0; length];
        self.input.read_exact(&mut sealed).map_err(cut)?;
        (self.plain, self.at) = (self.sealer.open(&sealed, last)?, 0);
        if last {
            self.ended = true;
            if self.input.read(&mut [0])? != 0 {
                return Err(damaged("something follows its end"));
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for SealReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.plain.len() {
            if self.ended {
                return Ok(0);
            }
            self.next_frame()?;
        }
        let taken = out.len().min(self.plain.len() - self.at);
        out[..taken].copy_from_slice(&self.plain[self.at..self.at + taken]);
        self.at += taken;
        Ok(taken)
    }
}
