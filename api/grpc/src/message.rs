//! Between the messages of the protocol and the shapes of the public API. Both say the same in JSON, field for field, so one way leads
//! through it for all of them; `tests/parity.rs` sees that no field is missing.

use std::str::FromStr;
use std::sync::LazyLock;

use prost::{Message, Name};
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, SerializeOptions,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};
use tonic::Status;

use crate::proto;

static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(proto::DESCRIPTOR).expect("the build made it"));

/// Up to here, every integer is a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads an id.
pub fn id<T: FromStr>(text: &str) -> Result<T, Status> {
    text.parse().map_err(|_| Status::invalid_argument(format!("id: '{text}' is not a UUID")))
}

/// What a request asks for in its `body`, without what it names in `clear`; a body that is absent says nothing.
pub fn body<M: Message + Name, T: DeserializeOwned>(request: &M) -> Result<T, Status> {
    let mut fields = json(request)?;
    let clear = fields.remove("clear");
    let mut body = fields.remove("body").unwrap_or_else(|| Value::Object(Map::new()));
    if let Some(Value::Array(paths)) = clear {
        let known = descriptor::<M>().get_field_by_name("body").map(|field| field.kind());
        let Some(Kind::Message(known)) = known else {
            return Err(Status::internal("a request without a body"));
        };
        for path in paths.iter().filter_map(Value::as_str) {
            empty(&mut body, &known, path, path)?;
        }
    }
    decode(body)
}

/// What a request asks for in its own fields, but for those that name the object.
pub fn query<M: Message + Name, T: DeserializeOwned>(request: &M, names: &[&str]) -> Result<T, Status> {
    let mut fields = json(request)?;
    fields.retain(|field, _| field != "body" && !names.contains(&field.as_str()));
    decode(Value::Object(fields))
}

/// The message that says what `value` says.
pub fn write<T: Serialize, M: Message + Name + Default>(value: &T) -> Result<M, Status> {
    let failed = |error: &dyn std::fmt::Display| {
        tracing::error!(message = M::NAME, %error, "an answer has no words in gRPC");
        Status::internal("the answer could not be written; the member's log says why")
    };
    let value = serde_json::to_value(value).map_err(|error| failed(&error))?;
    let message = DynamicMessage::deserialize(descriptor::<M>(), value).map_err(|error| failed(&error))?;
    message.transcode_to().map_err(|error| failed(&error))
}

fn descriptor<M: Name>() -> MessageDescriptor {
    let name = M::full_name();
    POOL.get_message_by_name(&name).expect("messages are made of the same description")
}

/// A message as JSON. What is absent is left out.
fn json<M: Message + Name>(message: &M) -> Result<Map<String, Value>, Status> {
    let failed = |error: &dyn std::fmt::Display| Status::invalid_argument(error.to_string());
    let mut dynamic = DynamicMessage::new(descriptor::<M>());
    dynamic.transcode_from(message).map_err(|error| failed(&error))?;
    let options = SerializeOptions::new().stringify_64_bit_integers(false).use_proto_field_name(true);
    let value = dynamic.serialize_with_options(serde_json::value::Serializer, &options);
    match value.map_err(|error| failed(&error))? {
        Value::Object(mut fields) => {
            fields.values_mut().for_each(whole);
            Ok(fields)
        }
        other => Err(failed(&format!("a {} is an object, not {other}", M::NAME))),
    }
}

/// Numbers in free-form parts are doubles on the wire; one without a fraction is an integer.
fn whole(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let double = number
                .as_f64()
                .filter(|double| number.is_f64() && double.fract() == 0.0 && double.abs() <= EXACT);
            if let Some(double) = double {
                // Exact, by the bound.
                #[allow(clippy::cast_possible_truncation)]
                let integer = double as i64;
                *number = Number::from(integer);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(whole),
        Value::Object(fields) => fields.values_mut().for_each(whole),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// Empties the field at `path`, of which `left` is left to go.
fn empty(value: &mut Value, known: &MessageDescriptor, path: &str, left: &str) -> Result<(), Status> {
    let refuse = |why: &str| Err(Status::invalid_argument(format!("clear: '{path}' {why}")));
    let (name, rest) = left.split_once('.').map_or((left, None), |(name, rest)| (name, Some(rest)));
    let (Some(field), Value::Object(fields)) = (known.get_field_by_name(name), value) else {
        return refuse(&format!("is not a field of {}", known.name()));
    };
    match (rest, field.kind()) {
        (None, _) if fields.contains_key(name) => refuse("is also given; do one or the other"),
        (None, _) => {
            fields.insert(name.to_owned(), nothing(&field));
            Ok(())
        }
        (Some(rest), Kind::Message(known)) if !field.is_list() && !field.is_map() => {
            let inner = fields.entry(name).or_insert_with(|| Value::Object(Map::new()));
            empty(inner, &known, path, rest)
        }
        (Some(_), _) => refuse(&format!("has no fields in '{name}'")),
    }
}

fn nothing(field: &FieldDescriptor) -> Value {
    if field.is_map() {
        Value::Object(Map::new())
    } else if field.is_list() {
        Value::Array(Vec::new())
    } else {
        Value::Null
    }
}

fn decode<T: DeserializeOwned>(value: Value) -> Result<T, Status> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let text = match path.as_str() {
            "." => error.inner().to_string(),
            path => format!("{path}: {}", error.inner()),
        };
        Status::invalid_argument(text)
    })
}

#[cfg(test)]
mod tests;
