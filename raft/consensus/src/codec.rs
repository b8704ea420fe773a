//! Structures to bytes and back, for the wire between members. Named fields: members of neighbouring versions understand
//! each other as long as fields are only added.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tonic::Status;

use crate::proto::{Chunk, Frame};

/// Largest message between members, in bytes: an append of a few of the largest commands.
pub const MESSAGE_MAX: usize = 64 * 1024 * 1024;
/// Bytes in a chunk of a stream.
pub const CHUNK: usize = 512 * 1024;

/// To a frame.
pub fn frame<T: Serialize>(value: &T) -> Result<Frame, Status> {
    let payload = rmp_serde::to_vec_named(value).map_err(|error| Status::internal(error.to_string()))?;
    Ok(Frame { payload })
}

/// From a frame.
pub fn unframe<T: DeserializeOwned>(frame: &Frame) -> Result<T, Status> {
    rmp_serde::from_slice(&frame.payload).map_err(|error| Status::invalid_argument(error.to_string()))
}

/// A chunk with its checksum.
pub fn chunk(payload: Vec<u8>) -> Chunk {
    Chunk { crc32c: crc32c::crc32c(&payload), payload }
}

/// The bytes of a chunk, or the refusal of one that changed on its way.
pub fn unchunk(chunk: Chunk) -> Result<Vec<u8>, Status> {
    if crc32c::crc32c(&chunk.payload) == chunk.crc32c {
        Ok(chunk.payload)
    } else {
        Err(Status::data_loss("a chunk arrived damaged"))
    }
}
