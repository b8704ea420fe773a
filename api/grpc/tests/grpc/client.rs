//! A client that speaks JSON: every message of the protocol, without code made for each.

use std::sync::LazyLock;

use axum::Router;
use prost::Message;
use prost::bytes::{Buf, BufMut};
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, MethodDescriptor, SerializeOptions};
use sentinel_app::App;
use sentinel_app::testing::world::Known;
use serde_json::Value;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::{Request, Status};

pub static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(sentinel_grpc::proto::DESCRIPTOR).unwrap());

/// A method, as `Rollout.PlanRollout`.
pub fn method(name: &str) -> MethodDescriptor {
    let (noun, verb) = name.split_once('.').unwrap();
    let service = POOL.get_service_by_name(&format!("sentinel.admin.v1.{noun}Service")).unwrap();
    service.methods().find(|method| method.name() == verb).unwrap_or_else(|| panic!("no method {name}"))
}

/// A message as JSON, with the names of its fields and without what is absent.
pub fn json(message: &DynamicMessage) -> Value {
    let options = SerializeOptions::new().stringify_64_bit_integers(false).use_proto_field_name(true);
    message.serialize_with_options(serde_json::value::Serializer, &options).unwrap()
}

/// A client of the services of one member.
#[derive(Clone)]
pub struct Grpc {
    router: Router,
}

impl Grpc {
    pub fn new(app: App) -> Self {
        Self { router: sentinel_grpc::router(app).unwrap() }
    }

    /// Calls `Noun.Verb` with `request`.
    pub async fn call(&self, name: &str, by: &Known, request: Value) -> Result<Value, Status> {
        self.call_with(name, by, request, &[]).await.map(|(answer, _)| answer)
    }

    /// The same with metadata, and the metadata of the answer.
    pub async fn call_with(
        &self,
        name: &str,
        by: &Known,
        request: Value,
        metadata: &[(&'static str, String)],
    ) -> Result<(Value, MetadataMap), Status> {
        let method = method(name);
        let message = DynamicMessage::deserialize(method.input(), request).unwrap();
        let mut request = Request::new(message);
        let token = format!("Bearer {}", by.secret.expose());
        request.metadata_mut().insert("authorization", token.parse().unwrap());
        for (key, value) in metadata {
            request.metadata_mut().insert(*key, value.parse().unwrap());
        }
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        let mut client = tonic::client::Grpc::new(self.router.clone());
        client.ready().await.map_err(|error| Status::internal(error.to_string()))?;
        let answer = client.unary(request, path.parse().unwrap(), Dynamic(method.output())).await?;
        Ok((json(answer.get_ref()), answer.metadata().clone()))
    }
}

/// Messages of which only the description is known.
struct Dynamic(MessageDescriptor);

impl Codec for Dynamic {
    type Encode = DynamicMessage;
    type Decode = DynamicMessage;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self(self.0.clone())
    }

    fn decoder(&mut self) -> Self {
        Self(self.0.clone())
    }
}

impl Encoder for Dynamic {
    type Item = DynamicMessage;
    type Error = Status;

    fn encode(&mut self, message: DynamicMessage, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message.encode_to_vec().as_slice());
        Ok(())
    }
}

impl Decoder for Dynamic {
    type Item = DynamicMessage;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<DynamicMessage>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining());
        DynamicMessage::decode(self.0.clone(), bytes)
            .map(Some)
            .map_err(|error| Status::internal(error.to_string()))
    }
}
