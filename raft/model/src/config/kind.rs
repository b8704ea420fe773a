//! The kinds of configuration objects.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check::{At, Findings};
use super::{Listener, Middleware, Reference, Service, Settings, TrustStore, UpstreamGroup};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident($spec:ty) = $number:literal, $plural:literal, $singular:literal;)*) => {
        /// What an object is. The number stands in keys of the state and is never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "schema", schema(as = ConfigKind))]
        pub enum Kind { $($(#[$doc])* $name = $number,)* }

        impl Kind {
            /// All kinds.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            /// Where a document has them: `services`.
            pub fn plural(self) -> &'static str {
                match self { $(Kind::$name => $plural,)* }
            }

            /// What people call one of them: `service`.
            pub fn singular(self) -> &'static str {
                match self { $(Kind::$name => $singular,)* }
            }

            /// The kind with this number.
            pub fn from_number(number: u8) -> Option<Kind> {
                match number { $($number => Some(Kind::$name),)* _ => None }
            }
        }

        /// An object of any kind, without its slug.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "spec", rename_all = "snake_case")]
        pub enum Spec { $($(#[$doc])* $name(Box<$spec>),)* }

        impl Spec {
            /// Its kind.
            pub fn kind(&self) -> Kind {
                match self { $(Spec::$name(_) => Kind::$name,)* }
            }

            /// Checks its fields, but not whether what it names exists.
            pub fn check(&self, at: At<'_>, findings: &mut Findings) {
                match self { $(Spec::$name(spec) => spec.check(at, findings),)* }
            }

            /// Everything that it names.
            pub fn references(&self) -> Vec<Reference<'_>> {
                match self { $(Spec::$name(spec) => spec.references(),)* }
            }

            /// What it says, as JSON.
            pub fn content(&self) -> Value {
                // Plain data always has a JSON form.
                match self { $(Spec::$name(spec) => serde_json::to_value(spec).unwrap_or_default(),)* }
            }

            /// What people call it; empty when they call it by its slug.
            pub fn name(&self) -> &str {
                match self { $(Spec::$name(spec) => &spec.name,)* }
            }
        }

        $(impl From<$spec> for Spec {
            fn from(spec: $spec) -> Self {
                Spec::$name(Box::new(spec))
            }
        })*
    };
}

kinds! {
    /// What holds for the whole proxy. A project has one at most, with the slug `default`.
    Settings(Settings) = 1, "settings", "settings";
    /// Where the proxy listens.
    Listener(Listener) = 2, "listeners", "listener";
    /// Which requests go where, and what happens on the way.
    Service(Service) = 3, "services", "service";
    /// Where requests go.
    UpstreamGroup(UpstreamGroup) = 4, "upstream_groups", "upstream group";
    /// Something that happens on the way, for several services.
    Middleware(Middleware) = 5, "middlewares", "middleware";
    /// Certificates that are trusted.
    TrustStore(TrustStore) = 6, "trust_stores", "trust store";
}

impl Kind {
    /// The number that stands in keys.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The kind that a document calls so: `services`.
    pub fn from_plural(plural: &str) -> Option<Kind> {
        Self::ALL.iter().copied().find(|kind| kind.plural() == plural)
    }

    /// Most objects of it in one project.
    pub fn most(self) -> usize {
        match self {
            Kind::Settings => 1,
            Kind::Listener => 64,
            Kind::Service => 5_000,
            Kind::UpstreamGroup => 5_000,
            Kind::Middleware => 500,
            Kind::TrustStore => 100,
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.singular())
    }
}
