//! The bytes of a log entry: a hand-written frame around a MessagePack payload with named fields.
//!
//! ```text
//! magic "SCP1" | format u8 | min_level u16 | kind u16 | schema u16 | length u32 | payload | crc32c u32
//! ```
//! All numbers big-endian; the checksum covers everything before it. A kind that a member does not know halts it with a
//! clear message; it is never skipped, and [levels](crate::level) keep it from being there. Old bytes decode for ever: `tests/golden` holds one of each.

use sentinel_model::audit::Actor;
use sentinel_model::{RequestId, Time};
use serde::{Deserialize, Serialize};

use crate::commands::Command;

const MAGIC: &[u8; 4] = b"SCP1";
const FORMAT: u8 = 1;
const HEADER: usize = 4 + 1 + 2 + 2 + 2 + 4;

/// Largest encoded command, in bytes.
pub const ENVELOPE_MAX: usize = 4 * 1024 * 1024;

/// A command with everything that applying it needs to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// When it was proposed, by the proposing member's clock.
    pub time: Time,
    /// Who acts.
    pub actor: Actor,
    /// The request; a retry carries the same.
    pub request_id: RequestId,
    /// What shall happen.
    pub command: Command,
}

/// Bytes that are not an envelope which this member can apply.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Shorter than its own header says, or not ours at all.
    #[error("not a log entry of this product: {0}")]
    Malformed(&'static str),
    /// Bytes changed since they were written.
    #[error("log entry checksum is {found:08x}, computed {computed:08x}: the bytes have changed")]
    Checksum {
        /// In the bytes.
        found: u32,
        /// Of the bytes.
        computed: u32,
    },
    /// Written by a newer version.
    #[error("log entry of kind {kind} schema {schema} format {format} is newer than this member: upgrade it")]
    Unknown {
        /// Kind of the command.
        kind: u16,
        /// Version of its fields.
        schema: u16,
        /// Version of the frame.
        format: u8,
    },
    /// The payload does not decode.
    #[error("payload of kind {kind}: {message}")]
    Payload {
        /// Kind of the command.
        kind: u16,
        /// What the decoder said.
        message: String,
    },
    /// Larger than a log entry may be.
    #[error("the command has {0} bytes, more than a log entry may have")]
    TooLarge(usize),
}

#[derive(Serialize)]
pub(crate) struct PayloadRef<'a, C> {
    time: Time,
    actor: Actor,
    request_id: RequestId,
    command: &'a C,
}

#[derive(Deserialize)]
pub(crate) struct Payload<C> {
    time: Time,
    actor: Actor,
    request_id: RequestId,
    command: C,
}

impl Envelope {
    /// The bytes for the log.
    pub fn encode(&self) -> Result<Vec<u8>, EnvelopeError> {
        let payload = self.command.encode_with(self)?;
        let (kind, schema, min_level) =
            (self.command.kind(), self.command.schema(), self.command.min_level());
        let length = u32::try_from(payload.len()).map_err(|_| EnvelopeError::TooLarge(payload.len()))?;
        if payload.len() + HEADER + 4 > ENVELOPE_MAX {
            return Err(EnvelopeError::TooLarge(payload.len()));
        }
        let mut bytes = Vec::with_capacity(HEADER + payload.len() + 4);
        bytes.extend_from_slice(MAGIC);
        bytes.push(FORMAT);
        bytes.extend_from_slice(&min_level.to_be_bytes());
        bytes.extend_from_slice(&kind.to_be_bytes());
        bytes.extend_from_slice(&schema.to_be_bytes());
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&payload);
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_be_bytes());
        Ok(bytes)
    }

    /// Reads the bytes of a log entry.
    pub fn decode(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > ENVELOPE_MAX {
            return Err(EnvelopeError::TooLarge(bytes.len()));
        }
        if bytes.len() < HEADER + 4 || &bytes[..4] != MAGIC {
            return Err(EnvelopeError::Malformed("wrong magic or too short"));
        }
        let (body, sum) = bytes.split_at(bytes.len() - 4);
        let found = u32::from_be_bytes([sum[0], sum[1], sum[2], sum[3]]);
        let computed = crc32c::crc32c(body);
        if found != computed {
            return Err(EnvelopeError::Checksum { found, computed });
        }
        let u16_at = |at: usize| u16::from_be_bytes([body[at], body[at + 1]]);
        let (format, kind, schema) = (body[4], u16_at(7), u16_at(9));
        let length = u32::from_be_bytes([body[11], body[12], body[13], body[14]]) as usize;
        if format != FORMAT {
            return Err(EnvelopeError::Unknown { kind, schema, format });
        }
        let payload = &body[HEADER..];
        if payload.len() != length {
            return Err(EnvelopeError::Malformed("length does not match"));
        }
        Command::decode_from(kind, schema, payload)
    }

    /// The cluster level that it takes to understand the log from this entry on, told by its bytes alone: also of a command that
    /// this version does not know. `None` for what is no envelope.
    pub fn level_of(bytes: &[u8]) -> Option<u16> {
        let header = bytes.get(..HEADER).filter(|header| header.starts_with(MAGIC))?;
        let taken = u16::from_be_bytes([header[5], header[6]]);
        match Self::decode(bytes) {
            Ok(Self { command: Command::ClusterLevelRaise(raise), .. }) => Some(taken.max(raise.to)),
            _ => Some(taken),
        }
    }

    pub(crate) fn encode_payload<C: Serialize>(
        &self,
        kind: u16,
        command: &C,
    ) -> Result<Vec<u8>, EnvelopeError> {
        let payload = PayloadRef { time: self.time, actor: self.actor, request_id: self.request_id, command };
        rmp_serde::to_vec_named(&payload)
            .map_err(|error| EnvelopeError::Payload { kind, message: error.to_string() })
    }

    pub(crate) fn decode_payload<C>(kind: u16, bytes: &[u8]) -> Result<Self, EnvelopeError>
    where
        C: for<'de> Deserialize<'de> + Into<Command>,
    {
        let payload: Payload<C> = rmp_serde::from_slice(bytes)
            .map_err(|error| EnvelopeError::Payload { kind, message: error.to_string() })?;
        Ok(Self {
            time: payload.time,
            actor: payload.actor,
            request_id: payload.request_id,
            command: payload.command.into(),
        })
    }
}
