//! Schemas of objects: what the model's type has, with the fields that every object has. A schema of both, one beside the other, would
//! refuse each other's fields.

use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};

/// Types that stand for the shape of a kind's objects in the document, and of requests that make one.
macro_rules! shapes {
    ($kind:ident, $object:ident, $create:ident) => {
        /// The shape of an object, for the document.
        #[derive(Clone, Copy, Debug)]
        pub struct $object;

        impl utoipa::PartialSchema for $object {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                crate::config::schema::object(<$kind as utoipa::PartialSchema>::schema())
            }
        }

        impl utoipa::ToSchema for $object {
            fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
                <$kind as utoipa::ToSchema>::schemas(schemas);
            }
        }

        /// The shape of a request for a new object, for the document.
        #[derive(Clone, Copy, Debug)]
        pub struct $create;

        impl utoipa::PartialSchema for $create {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                crate::config::schema::create(<$kind as utoipa::PartialSchema>::schema())
            }
        }

        impl utoipa::ToSchema for $create {
            fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
                <$kind as utoipa::ToSchema>::schemas(schemas);
            }
        }
    };
}

pub(super) use shapes;

/// What an answer has.
pub(super) fn object(spec: RefOr<Schema>) -> RefOr<Schema> {
    let uuid = || Some(SchemaFormat::KnownFormat(KnownFormat::Uuid));
    let time = || Some(SchemaFormat::KnownFormat(KnownFormat::DateTime));
    let fields = [
        ("id", Type::String, uuid(), "Identity."),
        (
            "slug",
            Type::String,
            None,
            "Its name in other objects, unique among those of its kind. It never changes.",
        ),
        ("project_id", Type::String, uuid(), "The project."),
        (
            "revision",
            Type::Integer,
            Some(SchemaFormat::KnownFormat(KnownFormat::Int64)),
            "Grows with each change of the project's configuration that changes this object; the answer's `ETag`.",
        ),
        ("updated_by", Type::String, None, "Who changed it last."),
        ("inserted_at", Type::String, time(), "When it was made."),
        ("updated_at", Type::String, time(), "When it last changed."),
    ];
    let own = fields.map(|(name, kind, format, words)| {
        let field = ObjectBuilder::new().schema_type(SchemaType::Type(kind)).format(format);
        (name, Schema::Object(field.description(Some(words)).build()), true)
    });
    // Answers may grow fields.
    with(spec, own, false)
}

/// What a request for a new object has.
pub(super) fn create(spec: RefOr<Schema>) -> RefOr<Schema> {
    let words =
        "Its name in other objects: lowercase letters, digits and inner hyphens. Made of `name` when absent.";
    let slug = ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .description(Some(words))
        .build();
    with(spec, [("slug", Schema::Object(slug), false)], true)
}

/// A type with further fields.
fn with<const N: usize>(spec: RefOr<Schema>, own: [(&str, Schema, bool); N], closed: bool) -> RefOr<Schema> {
    match spec {
        RefOr::T(Schema::Object(mut object)) => {
            for (name, field, required) in own {
                object.properties.insert(name.to_owned(), RefOr::T(field));
                if required {
                    object.required.push(name.to_owned());
                }
            }
            if !closed {
                object.additional_properties = None;
            }
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::AllOf(mut all)) => {
            let mut object = ObjectBuilder::new();
            for (name, field, required) in own {
                object = object.property(name, field);
                if required {
                    object = object.required(name);
                }
            }
            all.items.push(RefOr::T(Schema::Object(object.build())));
            RefOr::T(Schema::AllOf(all))
        }
        // No type of the model is anything else.
        other => other,
    }
}
