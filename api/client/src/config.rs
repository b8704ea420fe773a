//! The configuration of a project: its objects, and all of them as one document.

use reqwest::header;
use sentinel_api_types::PageQuery;
use sentinel_api_types::config::{
    ConfigApplied, ConfigApplyQuery, ConfigChecked, ConfigDiff, ConfigDiffQuery, ConfigImport,
    ConfigImported, ConfigObject, ConfigPreview, Configurable,
};
use sentinel_model::config::{Document, Kind};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

/// Where objects of a kind are, and one of them. The settings are one object, and have no other name.
fn path<T: Configurable>(project: &str, named: Option<&str>) -> Vec<String> {
    let mut path = vec!["projects".to_owned(), project.to_owned(), T::PATH.to_owned()];
    path.extend(named.filter(|_| T::KIND != Kind::Settings).map(str::to_owned));
    path
}

/// Only if the object is as it was.
fn if_seen(call: Call, seen: Option<u64>) -> Call {
    match seen {
        Some(revision) => call.header(header::IF_MATCH, format!("\"{revision}\"")),
        None => call,
    }
}

impl Client {
    /// A page of the objects of a kind. The settings have no list.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn config_objects<T: Configurable>(
        &self,
        project: &str,
        query: &PageQuery,
    ) -> Result<T::List, ClientError> {
        self.ask(Call::get(&path::<T>(project, None)).query(query)).await
    }

    /// An object, by its slug or its id.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn config_object<T: Configurable>(
        &self,
        project: &str,
        named: &str,
    ) -> Result<ConfigObject<T>, ClientError> {
        let body: T::Body = self.ask(Call::get(&path::<T>(project, Some(named)))).await?;
        Ok(T::object(body))
    }

    /// Makes an object. Without a slug it gets one that is made of its name.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_config_object<T: Configurable>(
        &self,
        project: &str,
        slug: Option<&str>,
        spec: &T,
    ) -> Result<ConfigObject<T>, ClientError> {
        let mut request =
            serde_json::to_value(spec).map_err(|error| ClientError::Setup(error.to_string()))?;
        if let (Some(slug), Some(fields)) = (slug, request.as_object_mut()) {
            fields.insert("slug".to_owned(), slug.into());
        }
        let body: T::Body = self.ask(Call::post(&path::<T>(project, None)).json(&request)).await?;
        Ok(T::object(body))
    }

    /// Says what an object is from now on; with a revision only if nobody has changed it since.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn replace_config_object<T: Configurable>(
        &self,
        project: &str,
        named: &str,
        seen: Option<u64>,
        spec: &T,
    ) -> Result<ConfigObject<T>, ClientError> {
        let call = Call::put(&path::<T>(project, Some(named))).json(spec);
        let body: T::Body = self.ask(if_seen(call, seen)).await?;
        Ok(T::object(body))
    }

    /// Takes an object away; with a revision only if nobody has changed it since.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete_config_object<T: Configurable>(
        &self,
        project: &str,
        named: &str,
        seen: Option<u64>,
    ) -> Result<(), ClientError> {
        self.tell(if_seen(Call::delete(&path::<T>(project, Some(named))), seen)).await
    }

    /// The whole configuration.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn export_config(&self, project: &str) -> Result<Document, ClientError> {
        self.ask(Call::get(&["projects", project, "config", "export"])).await
    }

    /// Changes the configuration to what a document says.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn apply_config(
        &self,
        project: &str,
        query: &ConfigApplyQuery,
        document: &Document,
    ) -> Result<ConfigApplied, ClientError> {
        let call = Call::post(&["projects", project, "config", "apply"]);
        self.ask(call.query(query).json(document)).await
    }

    /// What a document would change.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn diff_config(
        &self,
        project: &str,
        query: &ConfigDiffQuery,
        document: &Document,
    ) -> Result<ConfigDiff, ClientError> {
        let call = Call::post(&["projects", project, "config", "diff"]);
        self.ask(call.query(query).json(document)).await
    }

    /// What the compiler says of a document; without one, of the configuration that the project has.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn check_config(
        &self,
        project: &str,
        document: Option<&Document>,
    ) -> Result<ConfigChecked, ClientError> {
        let call = Call::post(&["projects", project, "config", "check"]);
        let call = match document {
            Some(document) => call.json(document),
            None => call,
        };
        self.ask(call).await
    }

    /// Makes services of the description of an API, or tells what they would be.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn import_config(
        &self,
        project: &str,
        request: &ConfigImport,
    ) -> Result<ConfigImported, ClientError> {
        self.ask(Call::post(&["projects", project, "config", "import"]).json(request)).await
    }

    /// As [`Client::check_config`], and what the proxy would get.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn preview_config(
        &self,
        project: &str,
        document: Option<&Document>,
    ) -> Result<ConfigPreview, ClientError> {
        let call = Call::post(&["projects", project, "config", "preview"]);
        let call = match document {
            Some(document) => call.json(document),
            None => call,
        };
        self.ask(call).await
    }
}
