//! How messages are read: a request with a field that is not known here is refused, never half understood.

use std::marker::PhantomData;

use prost::bytes::Buf;
use prost::{Message, Name};
use prost_reflect::{DynamicMessage, Value};
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder};
use tonic_prost::{ProstCodec, ProstEncoder};

use crate::message::descriptor;

/// Reads `U`, writes `T`.
pub struct Strict<T, U>(PhantomData<(T, U)>);

impl<T, U> Default for Strict<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> Codec for Strict<T, U>
where
    T: Message + Send + 'static,
    U: Message + Name + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = Reader<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<T, U>::default().encoder()
    }

    fn decoder(&mut self) -> Self::Decoder {
        Reader(PhantomData)
    }
}

/// Reads requests without overlooking anything, and answers as they are: a client may be older than its member.
pub struct Reader<U>(PhantomData<U>);

impl<U: Message + Name + Default> Decoder for Reader<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining());
        let unreadable =
            |error: prost::DecodeError| Status::invalid_argument(format!("the message: {error}"));
        if U::NAME.ends_with("Request") {
            let seen = DynamicMessage::decode(descriptor::<U>(), bytes.clone()).map_err(unreadable)?;
            if let Some(place) = unknown(&seen) {
                let text = format!(
                    "{place}: this member does not know this field; ask one that runs the version that has it"
                );
                return Err(Status::invalid_argument(text));
            }
        }
        U::decode(bytes).map(Some).map_err(unreadable)
    }
}

/// The place of a field that is not known.
fn unknown(message: &DynamicMessage) -> Option<String> {
    let own = message.unknown_fields().next().map(|field| format!("field {}", field.number()));
    own.or_else(|| {
        message
            .fields()
            .find_map(|(field, value)| inside(value).map(|place| format!("{}.{place}", field.name())))
    })
}

fn inside(value: &Value) -> Option<String> {
    match value {
        Value::Message(message) => unknown(message),
        Value::List(values) => values.iter().find_map(inside),
        Value::Map(values) => values.values().find_map(inside),
        _ => None,
    }
}
