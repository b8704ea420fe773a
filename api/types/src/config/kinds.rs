//! One answer and one request for each kind of object.

use sentinel_model::config::{
    Kind, Listener, Middleware, Service, Settings, Spec, TrustStore, UpstreamGroup,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ConfigObject;

/// What an object of one kind says.
pub trait Configurable:
    Into<Spec> + Clone + PartialEq + Serialize + DeserializeOwned + Send + 'static
{
    /// The kind.
    const KIND: Kind;
    /// Where the API has them: `upstream-groups`.
    const PATH: &'static str;
    /// The answer with one of them.
    type Body: Serialize + DeserializeOwned + Send;
    /// The answer with a page of them.
    type List: Serialize + DeserializeOwned + Send;

    /// It, out of any kind; `None` for another one.
    fn of(spec: Spec) -> Option<Self>;
    /// An answer.
    fn body(object: ConfigObject<Self>) -> Self::Body;
    /// The object in an answer.
    fn object(body: Self::Body) -> ConfigObject<Self>;
    /// A page; there is another one behind the cursor.
    fn list(objects: Vec<ConfigObject<Self>>, next_cursor: Option<String>) -> Self::List;
    /// The objects of a page, and where the next one begins.
    fn objects(list: Self::List) -> (Vec<ConfigObject<Self>>, Option<String>);
}

macro_rules! configurable {
    ($($kind:ident, $path:literal, $body:ident $one:ident, $list:ident $many:ident, $object:ident, $create:ident;)*) => {$(
        /// One object.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
        pub struct $body {
            /// What it says, and who changed that last.
            #[schema(value_type = $object)]
            pub $one: ConfigObject<$kind>,
        }

        /// A page of objects.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
        pub struct $list {
            /// By slug.
            #[schema(value_type = Vec<$object>)]
            pub $many: Vec<ConfigObject<$kind>>,
            /// Length of the page.
            pub total: u64,
            /// Where the next page begins; null at the end.
            #[serde(default)]
            pub next_cursor: Option<String>,
        }

        super::schema::shapes!($kind, $object, $create);

        impl Configurable for $kind {
            const KIND: Kind = Kind::$kind;
            const PATH: &'static str = $path;
            type Body = $body;
            type List = $list;

            fn of(spec: Spec) -> Option<Self> {
                match spec {
                    Spec::$kind(spec) => Some(*spec),
                    _ => None,
                }
            }

            fn body(object: ConfigObject<Self>) -> $body {
                $body { $one: object }
            }

            fn object(body: $body) -> ConfigObject<Self> {
                body.$one
            }

            fn list($many: Vec<ConfigObject<Self>>, next_cursor: Option<String>) -> $list {
                $list { total: $many.len() as u64, $many, next_cursor }
            }

            fn objects(list: $list) -> (Vec<ConfigObject<Self>>, Option<String>) {
                (list.$many, list.next_cursor)
            }
        }
    )*};
}

configurable! {
    Service, "services", ServiceBody service, ServiceList services, ServiceObject, ServiceCreate;
    UpstreamGroup, "upstream-groups", UpstreamGroupBody upstream_group, UpstreamGroupList upstream_groups,
        UpstreamGroupObject, UpstreamGroupCreate;
    Listener, "listeners", ListenerBody listener, ListenerList listeners, ListenerObject, ListenerCreate;
    Middleware, "middlewares", MiddlewareBody middleware, MiddlewareList middlewares, MiddlewareObject,
        MiddlewareCreate;
    TrustStore, "trust-stores", TrustStoreBody trust_store, TrustStoreList trust_stores, TrustStoreObject,
        TrustStoreCreate;
    Settings, "config-settings", ConfigSettingsBody config_settings, SettingsList config_settings,
        SettingsObject, SettingsCreate;
}
