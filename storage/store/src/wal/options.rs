//! The sizes and limits of a log.

use super::WalError;
use super::frame::{DATA_START, FRAME, MAX_PAYLOAD};

const KIB: u32 = 1 << 10;
const MIB: u32 = 1 << 20;

/// The sizes and limits of a log. None of them is remembered on disk; each opening may choose others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalOptions {
    /// A segment is finished when the next record would make it larger than this many bytes (64 MiB). A record that
    /// is larger than that all by itself gets a segment of its own.
    pub segment_bytes: u32,
    /// Segments grow by this many bytes of zeros at a time (1 MiB), so that most syncs need not write the file's size
    /// and block list as well.
    pub chunk_bytes: u32,
    /// The largest payload accepted, in bytes (8 MiB).
    pub max_payload: u32,
    /// Payloads of the newest entries kept in memory, in bytes (16 MiB). Entries not yet on disk are always kept.
    pub cache_bytes: usize,
    /// Payload bytes that may wait for the disk (32 MiB); the caller that wants to add more waits. One call may exceed
    /// it by itself.
    pub queue_bytes: usize,
    /// Calls that may wait for the disk (4096); the caller that wants to add another waits.
    pub queue_calls: usize,
}

impl Default for WalOptions {
    fn default() -> Self {
        Self {
            segment_bytes: 64 * MIB,
            chunk_bytes: MIB,
            max_payload: 8 * MIB,
            cache_bytes: 16 << 20,
            queue_bytes: 32 << 20,
            queue_calls: 4096,
        }
    }
}

impl WalOptions {
    /// The largest size of a segment in bytes: offsets inside it must fit in 32 bits with a record to spare.
    const MAX_SEGMENT: u32 = 1 << 30;
    /// Room for the header and the records that open a segment.
    const MIN_CHUNK: u32 = 4 * KIB;

    pub(super) fn check(&self) -> Result<(), WalError> {
        let refuse = |reason: String| Err(WalError::Refused { reason });
        if self.chunk_bytes < Self::MIN_CHUNK || self.chunk_bytes > self.segment_bytes {
            return refuse(format!(
                "chunk_bytes {} is not between {} and segment_bytes {}",
                self.chunk_bytes,
                Self::MIN_CHUNK,
                self.segment_bytes
            ));
        }
        if self.segment_bytes > Self::MAX_SEGMENT {
            return refuse(format!("segment_bytes {} is above {}", self.segment_bytes, Self::MAX_SEGMENT));
        }
        if self.max_payload > MAX_PAYLOAD {
            return refuse(format!("max_payload {} is above {MAX_PAYLOAD}", self.max_payload));
        }
        if self.queue_calls == 0 {
            return refuse("queue_calls is zero".to_owned());
        }
        Ok(())
    }
}

// The opening records of a segment, and a seal after them, fit in the smallest first chunk.
const _: () = assert!(DATA_START as usize + 8 * FRAME <= WalOptions::MIN_CHUNK as usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_sizes_are_refused_with_the_number_that_is_wrong() {
        WalOptions::default().check().expect("the defaults make sense");
        for (wrong, word) in [
            (WalOptions { chunk_bytes: 100, ..WalOptions::default() }, "chunk_bytes 100"),
            (WalOptions { segment_bytes: 8192, ..WalOptions::default() }, "segment_bytes 8192"),
            (WalOptions { segment_bytes: u32::MAX, ..WalOptions::default() }, "segment_bytes 4294967295"),
            (WalOptions { max_payload: u32::MAX, ..WalOptions::default() }, "max_payload 4294967295"),
            (WalOptions { queue_calls: 0, ..WalOptions::default() }, "queue_calls"),
        ] {
            let error = wrong.check().expect_err(word).to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
