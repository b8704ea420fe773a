//! Objects of a configuration, one by one.

use clap::ValueEnum;
use sentinel_api_types::config::{ConfigObject, Configurable};
use sentinel_api_types::{PAGE_MAX, PageQuery, Timestamp};
use sentinel_client::ClientError;
use sentinel_model::config::document::SETTINGS;
use sentinel_model::config::{
    Kind, Listener, Middleware, Service, Settings, Spec, TrustStore, UpstreamGroup,
};
use serde::Serialize;

use crate::ctl::connection::Connection;
use crate::ctl::output::{self, Output, Table, clean};
use crate::ctl::words::at;

/// A kind of object.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindArg {
    /// Which requests go where, and what happens on the way
    #[value(alias = "services")]
    Service,
    /// Where requests go
    #[value(alias = "upstream-groups")]
    UpstreamGroup,
    /// Where the proxy listens
    #[value(alias = "listeners")]
    Listener,
    /// Something that happens on the way, for several services
    #[value(alias = "middlewares")]
    Middleware,
    /// Certificates that are trusted
    #[value(alias = "trust-stores")]
    TrustStore,
    /// What holds for the whole proxy
    Settings,
}

impl KindArg {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            KindArg::Service => Kind::Service,
            KindArg::UpstreamGroup => Kind::UpstreamGroup,
            KindArg::Listener => Kind::Listener,
            KindArg::Middleware => Kind::Middleware,
            KindArg::TrustStore => Kind::TrustStore,
            KindArg::Settings => Kind::Settings,
        }
        .singular()
    }
}

/// Does the same with whatever type a kind has.
macro_rules! of_kind {
    ($kind:expr, |$type:ident| $then:expr) => {
        match $kind {
            KindArg::Service => {
                type $type = Service;
                $then
            }
            KindArg::UpstreamGroup => {
                type $type = UpstreamGroup;
                $then
            }
            KindArg::Listener => {
                type $type = Listener;
                $then
            }
            KindArg::Middleware => {
                type $type = Middleware;
                $then
            }
            KindArg::TrustStore => {
                type $type = TrustStore;
                $then
            }
            KindArg::Settings => {
                type $type = Settings;
                $then
            }
        }
    };
}

/// An object in a list.
#[derive(Serialize)]
struct Listed {
    kind: Kind,
    slug: String,
    name: String,
    revision: u64,
    updated_by: String,
    updated_at: Timestamp,
}

/// What is listed.
#[derive(Serialize)]
struct List {
    objects: Vec<Listed>,
    total: usize,
}

/// Lists the objects of a kind, or of every kind.
pub async fn list(connection: &Connection, project: &str, kind: Option<KindArg>) -> anyhow::Result<()> {
    let kinds = match &kind {
        Some(kind) => std::slice::from_ref(kind),
        None => KindArg::value_variants(),
    };
    let mut objects = Vec::new();
    for kind in kinds {
        objects.extend(of_kind!(kind, |T| all::<T>(connection, project).await?));
    }
    let list = List { total: objects.len(), objects };
    connection.output.print(&list, |list| {
        let mut table = Table::new(&["kind", "slug", "name", "revision", "changed", "by"]);
        for one in &list.objects {
            table.row([
                one.kind.to_string(),
                one.slug.clone(),
                one.name.clone(),
                one.revision.to_string(),
                at(one.updated_at),
                one.updated_by.clone(),
            ]);
        }
        table
    })
}

async fn all<T: Configurable>(connection: &Connection, project: &str) -> Result<Vec<Listed>, ClientError> {
    let listed = |object: ConfigObject<T>| {
        let spec: Spec = object.spec.into();
        Listed {
            kind: T::KIND,
            slug: object.slug,
            name: spec.name().to_owned(),
            revision: object.revision,
            updated_by: object.updated_by,
            updated_at: object.updated_at,
        }
    };
    if T::KIND == Kind::Settings {
        return match connection.client.config_object::<T>(project, SETTINGS).await {
            Ok(settings) => Ok(vec![listed(settings)]),
            // The project is there: others of its objects were listed, or it has none at all.
            Err(error) if is_absent(&error) => Ok(Vec::new()),
            Err(error) => Err(error),
        };
    }
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let query = PageQuery { limit: Some(PAGE_MAX), cursor };
        let page = connection.client.config_objects::<T>(project, &query).await?;
        let (objects, next) = T::objects(page);
        found.extend(objects.into_iter().map(listed));
        match next {
            Some(next) => cursor = Some(next),
            None => return Ok(found),
        }
    }
}

/// The settings are not there, but the project is.
fn is_absent(error: &ClientError) -> bool {
    matches!(error, ClientError::Api(refusal) if refusal.status == 404 && refusal.message.starts_with("Settings"))
}

/// Shows an object: what a file would have of it, below who changed it last.
pub async fn show(connection: &Connection, project: &str, kind: KindArg, named: &str) -> anyhow::Result<()> {
    of_kind!(kind, |T| {
        let object = connection.client.config_object::<T>(project, named).await?;
        match connection.output {
            Output::Table => {
                let spec = output::as_yaml(&object.spec)?;
                let head = format!(
                    "# {} {}, revision {}, changed {} by {}\n",
                    kind.words(),
                    object.slug,
                    object.revision,
                    at(object.updated_at),
                    object.updated_by,
                );
                output::text(&format!("{}{}", clean(&head), clean(&spec)))
            }
            programs => programs.whole(&object),
        }
    })
}

/// Takes an object away.
pub async fn delete(
    connection: &Connection,
    project: &str,
    kind: KindArg,
    named: &str,
) -> anyhow::Result<()> {
    of_kind!(kind, |T| Ok(connection.client.delete_config_object::<T>(project, named, None).await?))
}
