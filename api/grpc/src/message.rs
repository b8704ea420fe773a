//! Between the messages of the protocol and the shapes of the public API. Both say the same in JSON, field for field, so one way leads
//! through it for all of them; `tests/grpc/parity.rs` sees that no field is missing.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::LazyLock;

use prost::{Message, Name};
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage,
    Value as Field,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};
use tonic::Status;

use crate::{proto, status};

/// Everything that the protocol describes.
pub static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(proto::DESCRIPTOR).expect("the build made it"));

/// Reads an id in the field of this name.
pub fn id<T: FromStr>(field: &str, text: &str) -> Result<T, Status> {
    let message =
        || if text.is_empty() { "is required".to_owned() } else { format!("'{text}' is not a UUID") };
    text.parse().map_err(|_| status::field(field, message()))
}

/// What a request asks for in its `body`, without what it names in `clear`. A body that is absent says nothing.
pub fn body<M: Message + Name, T: DeserializeOwned + Serialize>(request: &M) -> Result<T, Status> {
    let mut fields = json(request, |field| field == "body" || field == "clear")?;
    let mut body = fields.remove("body").unwrap_or_else(|| Value::Object(Map::new()));
    let clear = fields.remove("clear");
    let clear: BTreeSet<&str> =
        clear.iter().filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect();
    if let Some(Kind::Message(known)) = descriptor::<M>().get_field_by_name("body").map(|field| field.kind())
    {
        for path in &clear {
            empty(&mut body, &known, path, path)?;
        }
    }
    let asked: T = decode(body)?;
    for path in clear {
        // What says nothing when it is empty would stay as it is, and nobody would know.
        if !says_nothing(&asked, path) {
            let text = format!("'{path}' cannot be cleared; say what it shall be");
            return Err(status::field("clear", text));
        }
    }
    Ok(asked)
}

/// What a request asks for in its own fields, but for those that name the object.
pub fn query<M: Message + Name, T: DeserializeOwned>(request: &M, names: &[&str]) -> Result<T, Status> {
    let own = |field: &str| field != "body" && field != "document" && !names.contains(&field);
    decode(Value::Object(json(request, own)?))
}

/// What a text in the field of this name says, which is JSON.
pub fn document<T: DeserializeOwned>(field: &str, text: &str) -> Result<T, Status> {
    let unreadable = |error: &serde_json::Error| status::field(field, format!("is not JSON: {error}"));
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let inner: &serde_json::Error = error.inner();
        if inner.is_data() { refusal(&error) } else { unreadable(inner) }
    })?;
    deserializer.end().map_err(|error| unreadable(&error))?;
    Ok(read)
}

/// The message that says what `value` says.
pub fn write<T: Serialize, M: Message + Name + Default>(value: &T) -> Result<M, Status> {
    let failed = |error: &dyn std::fmt::Display| {
        // Where, and not what: it may be a secret.
        let text = error.to_string();
        let text = text.split(['`', '"', '\'']).next().unwrap_or_default().to_owned();
        tracing::error!(message = M::NAME, error = text, "an answer has no words in gRPC");
        Status::internal("the answer could not be written")
    };
    let value = serde_json::to_value(value).map_err(|error| failed(&error))?;
    let message = DynamicMessage::deserialize(descriptor::<M>(), value).map_err(|error| failed(&error))?;
    message.transcode_to().map_err(|error| failed(&error))
}

/// The description of a message.
pub fn descriptor<M: Name>() -> MessageDescriptor {
    let name = M::full_name();
    POOL.get_message_by_name(&name).expect("messages are made of the same description")
}

/// Fields of a message as JSON. What is absent is left out.
fn json<M: Message + Name>(message: &M, keep: impl Fn(&str) -> bool) -> Result<Map<String, Value>, Status> {
    let mut dynamic = DynamicMessage::new(descriptor::<M>());
    dynamic.transcode_from(message).map_err(|error| Status::invalid_argument(error.to_string()))?;
    object(&dynamic, keep)
}

fn object(message: &DynamicMessage, keep: impl Fn(&str) -> bool) -> Result<Map<String, Value>, Status> {
    let mut fields = Map::new();
    for field in message.descriptor().fields().filter(|field| keep(field.name())) {
        // An empty text or a zero without presence is a value that somebody has given.
        let optional = field.supports_presence() || field.is_list() || field.is_map();
        if !optional || message.has_field(&field) {
            fields.insert(field.name().to_owned(), value(field.name(), &message.get_field(&field))?);
        }
    }
    Ok(fields)
}

fn value(name: &str, field: &Field) -> Result<Value, Status> {
    Ok(match field {
        Field::Bool(value) => Value::Bool(*value),
        Field::I32(number) => Value::from(*number),
        Field::I64(number) => Value::from(*number),
        Field::U32(number) => Value::from(*number),
        Field::U64(number) => Value::from(*number),
        Field::F64(number) => {
            let number = Number::from_f64(*number).ok_or_else(|| status::field(name, "must be a number"))?;
            Value::Number(number)
        }
        Field::String(text) => Value::String(text.clone()),
        // They have a form of their own.
        Field::Message(message) if message.descriptor().package_name() == "google.protobuf" => message
            .serialize(serde_json::value::Serializer)
            .map_err(|error| status::field(name, error.to_string()))?,
        Field::Message(message) => Value::Object(object(message, |_| true)?),
        Field::List(values) => values.iter().map(|one| value(name, one)).collect::<Result<_, _>>()?,
        Field::Map(values) => {
            let mut map = Map::new();
            for (key, one) in values {
                let MapKey::String(key) = key else {
                    return Err(status::field(name, "has keys that are no texts"));
                };
                map.insert(key.clone(), value(name, one)?);
            }
            Value::Object(map)
        }
        Field::F32(_) | Field::Bytes(_) | Field::EnumNumber(_) => {
            return Err(status::field(name, "is of a kind that this protocol does not use"));
        }
    })
}

/// Empties the field at `path`, of which `left` is left to go.
fn empty(value: &mut Value, known: &MessageDescriptor, path: &str, left: &str) -> Result<(), Status> {
    let refuse = |why: &str| Err(status::field("clear", format!("'{path}' {why}")));
    let (name, rest) = left.split_once('.').map_or((left, None), |(name, rest)| (name, Some(rest)));
    let (Some(field), Value::Object(fields)) = (known.get_field_by_name(name), value) else {
        return refuse(&format!("is not a field of {}", known.name()));
    };
    match (rest, field.kind(), fields.get_mut(name)) {
        (None, _, Some(_)) => refuse("is also given; do one or the other"),
        (None, _, None) => {
            fields.insert(name.to_owned(), nothing(&field));
            Ok(())
        }
        (Some(rest), Kind::Message(known), Some(inner)) if inner.is_object() && !field.is_map() => {
            empty(inner, &known, path, rest)
        }
        // To make it for this would say that everything else in it is as usual.
        (Some(_), Kind::Message(_), None) if !field.is_list() && !field.is_map() => {
            refuse(&format!("is inside of '{name}', which the body does not have; give that as a whole"))
        }
        (Some(_), _, _) => refuse(&format!("has no fields in '{name}'")),
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

/// Whether what was understood says that the field is empty, instead of saying nothing of it.
fn says_nothing(asked: &impl Serialize, path: &str) -> bool {
    let Ok(asked) = serde_json::to_value(asked) else { return false };
    match asked.pointer(&format!("/{}", path.replace('.', "/"))) {
        Some(Value::Null) => true,
        Some(Value::Array(values)) => values.is_empty(),
        Some(Value::Object(values)) => values.is_empty(),
        _ => false,
    }
}

fn decode<T: DeserializeOwned>(value: Value) -> Result<T, Status> {
    serde_path_to_error::deserialize(value).map_err(|error| refusal(&error))
}

/// Names the field, as far as serde tells it.
fn refusal(error: &serde_path_to_error::Error<serde_json::Error>) -> Status {
    let path = error.path().to_string();
    let message = error.inner().to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let join = |name: &str| match path.as_str() {
        "." => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        return status::field(&join(name), "is required");
    }
    status::field(if path == "." { "body" } else { &path }, message)
}

#[cfg(test)]
mod tests;
