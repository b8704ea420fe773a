//! Bytes that must never be printed and are wiped when they are given up.

use std::fmt;

use zeroize::Zeroizing;

/// A private key in PKCS#8 DER, in clear. It cannot be printed, cloned or compared; whoever needs the bytes says so.
pub struct SecretDer(Zeroizing<Vec<u8>>);

impl SecretDer {
    /// Takes the bytes over; they are wiped when this is dropped.
    pub fn new(der: Vec<u8>) -> Self {
        Self(Zeroizing::new(der))
    }

    /// The bytes. Seal them before they go anywhere but a file with mode 0600.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretDer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDer(..)")
    }
}
