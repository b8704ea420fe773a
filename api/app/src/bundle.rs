//! Bundles.

mod artefact;
pub(crate) mod compile;
mod named;
mod room;
pub(crate) mod unified;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sentinel_api_types::bundle::{
    Bundle, BundleAssign, BundleAssigned, BundleBody, BundleCreate, BundleCreated, BundleList, BundleStatus,
    BundleValidate, BundleValidation, BundlesQuery,
};
use sentinel_api_types::timestamp;
use sentinel_bundle::archive::Form;
use sentinel_machine::commands::{bundle_assign, bundle_create, bundle_revoke};
use sentinel_machine::{Order, Read, Table, TableError, config, level, query, tables};
use sentinel_model::node::Node;
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::{BundleId, Sha256Digest, bundle, name};

use self::compile::Written;
use crate::access::Operation;
use crate::app::{App, written};
use crate::caller::Caller;
use crate::change::Change;
use crate::cursor::Binding;
use crate::error::AppError;
use crate::internal_ca;
use crate::page::{Walk, walk};

impl App {
    /// Compiles, signs, stores and adds a bundle. It is in the log only when its archive is on a majority's disk.
    pub async fn create_bundle(
        &self,
        caller: &Caller,
        project: &str,
        request: BundleCreate,
    ) -> Result<BundleCreated, AppError> {
        let here = self.in_project(Operation::BundleCreate, caller, project).await?;
        let read = &*here.view.tables;
        let change =
            Change::making("bundle.compiled").in_project(here.project.id).with("version", &request.version);
        if let Some(done) = self.repeated(&here.view, caller, &change)? {
            let id: BundleId = done.id()?;
            let bundle: bundle::Bundle = written(&done.view, id.as_bytes(), "Bundle")?;
            let source = self.source_of(&bundle).await?;
            // What the project had then is in the bundle; what it has by now is another matter.
            done.only_if(
                request.config_source.map_or(Form::of(&source) == Form::Document, |text| text == source),
            )?;
            return Ok(created(bundle));
        }
        name::check_identifier("version", &request.version)?;
        let taken = tables::key(&[here.project.id.as_bytes(), request.version.as_bytes()]);
        if read.get(Table::BundleVersions, &taken)?.is_some() {
            let message =
                format!("the project has a bundle '{}' already; choose another version", request.version);
            return Err(AppError::invalid("version", message));
        }
        // Before anything is compiled: a project without room learns it at once.
        self.require_room(read, here.project.id, 1)?;
        let org: Org = written(&here.view, here.project.org_id.as_bytes(), "Org")?;
        let (source, config_revision, listeners) = match request.config_source {
            Some(text) => (Written::Text(text), None, Vec::new()),
            None => {
                let (view, project) = (here.view.clone(), here.project.id);
                let revision = config::state_of(read, project)?.revision;
                if revision == 0 {
                    let message =
                        "is required: the project has no configuration yet that a bundle could be made of";
                    return Err(AppError::invalid("config_source", message));
                }
                let read = move || {
                    let mut document = config::document(config::all(&*view.tables, project)?);
                    let listeners = internal_ca::fill(&*view.tables, project, &mut document)?;
                    Ok((document, listeners.map_err(|problem| compile::refused(vec![problem]))?))
                };
                let (document, listeners) = self.long_read(read).await?;
                (Written::Document(Box::new(document)), Some(revision), listeners)
            }
        };
        let job = compile::Job {
            project_id: here.project.id.to_string(),
            version: request.version.clone(),
            written: source,
            marker_key: self.marker_key(&here.project)?,
            signing_seed: self.signing_seed(&org.signing_key)?,
            previous: self.previous_archive(compared(read, &here.project)?).await?,
        };
        let mut compiled = self.heavy("compilations", move || job.run()).await?;
        let unenforced = listeners.iter().map(|listener| internal_ca::warning(listener).to_string());
        compiled.warnings.extend(unenforced);
        self.require_room(read, here.project.id, compiled.archive.len() as u64)?;
        named::require_known(read, here.project.id, (&compiled.secrets, &compiled.certificates))?;
        let digest = self.blobs().put(compiled.archive.clone()).await?;
        if digest != compiled.digest {
            return Err(AppError::internal("the blob store names the archive by another digest"));
        }
        let level = level::of_cluster(read)?;
        let command = bundle_create::BundleCreate {
            bundle_id: BundleId(self.inner().parts.ids.id()),
            project_id: here.project.id,
            version: request.version,
            digest,
            size_bytes: compiled.archive.len() as u64,
            manifest_digest: compiled.manifest_digest,
            signature: compiled.signature,
            signing_key_id: org.signing_key.key_id,
            risk_level: compiled.risk_level,
            risk_reasons: compiled.risk_reasons,
            warnings: compiled.warnings,
            created_by: caller.label(),
            // A member of before there were outlines could not read it.
            outline: compiled.outline.filter(|_| level >= bundle_create::OUTLINE_LEVEL),
            config_revision,
            secrets: compiled.secrets,
            certificates: compiled.certificates,
        };
        let committed = self.commit(caller, change.with("checksum", digest), command).await?;
        let id: BundleId = committed.id()?;
        Ok(created(written(&committed.view, id.as_bytes(), "Bundle")?))
    }

    /// Looks at a configuration without keeping it.
    pub async fn validate_bundle(
        &self,
        caller: &Caller,
        project: &str,
        request: BundleValidate,
    ) -> Result<BundleValidation, AppError> {
        let here = self.in_project(Operation::BundleValidate, caller, project).await?;
        if let Some(version) = &request.version {
            name::check_identifier("version", version)?;
        }
        let (project_id, key) = (here.project.id.to_string(), self.marker_key(&here.project)?);
        let work = move || {
            let mut found = compile::validate(&request.config_source)?;
            if let Some(version) = request.version.filter(|_| found.valid) {
                let digest = compile::rehearse(&project_id, &version, &request.config_source, &key)?;
                found.checksum = Some(digest.to_string());
            }
            Ok(found)
        };
        self.heavy("compilations", work).await
    }

    /// Bundles of a project, newest first.
    pub async fn list_bundles(
        &self,
        caller: &Caller,
        project: &str,
        query: &BundlesQuery,
    ) -> Result<BundleList, AppError> {
        let here = self.in_project(Operation::BundleList, caller, project).await?;
        let read = &*here.view.tables;
        let status = query.status.map(|status| format!("{status:?}")).unwrap_or_default();
        let binding = Binding::new("bundles", &[&here.project.id.to_string(), &status]);
        let part = Walk {
            table: Table::BundlesByProject,
            prefix: here.project.id.as_bytes(),
            order: Order::Descending,
            binding: &binding,
            limit: query.limit,
            cursor: query.cursor.as_deref(),
        };
        let page = walk(read, self.keyring(), part, |(key, _)| {
            let found: Option<bundle::Bundle> = tables::load(read, &key[key.len().saturating_sub(16)..])?;
            let wanted = |bundle: &bundle::Bundle| {
                query.status.is_none_or(|status| BundleStatus::from(bundle.state) == status)
            };
            Ok(found.filter(wanted).map(shape))
        })?;
        Ok(BundleList { total: page.total(), bundles: page.items, next_cursor: page.next_cursor })
    }

    /// One bundle.
    pub async fn show_bundle(
        &self,
        caller: &Caller,
        project: &str,
        id: BundleId,
    ) -> Result<BundleBody, AppError> {
        let here = self.in_project(Operation::BundleShow, caller, project).await?;
        Ok(BundleBody { bundle: shape(here.object(&id)?) })
    }

    /// Assigns a bundle to nodes directly, past any rollout.
    pub async fn assign_bundle(
        &self,
        caller: &Caller,
        project: &str,
        id: BundleId,
        request: BundleAssign,
    ) -> Result<BundleAssigned, AppError> {
        let here = self.in_project(Operation::BundleAssign, caller, project).await?;
        here.object::<bundle::Bundle>(&id)?;
        let mut node_ids = request.node_ids;
        node_ids.sort_unstable();
        node_ids.dedup();
        let change = Change::to("bundle.assigned", id).with("nodes", node_ids.len());
        let command = bundle_assign::BundleAssign { bundle_id: id, node_ids: node_ids.clone() };
        let committed = self.commit(caller, change, command).await?;
        for node_id in node_ids {
            // The log does not keep which nodes these were. One that has nothing newer than before was not among them.
            let node: Option<Node> = tables::load(&*committed.view.tables, node_id.as_bytes())?;
            let assigned = |node: Node| node.assignment.is_some_and(|given| given.at >= committed.at);
            committed.only_if(node.is_none_or(assigned))?;
        }
        match committed.reply {
            sentinel_machine::Reply::Count(assigned) => Ok(BundleAssigned { assigned }),
            _ => Err(AppError::internal("an assignment does not tell its count")),
        }
    }

    /// Stops a bundle's distribution at once.
    pub async fn revoke_bundle(
        &self,
        caller: &Caller,
        project: &str,
        id: BundleId,
    ) -> Result<BundleBody, AppError> {
        let here = self.in_project(Operation::BundleRevoke, caller, project).await?;
        here.object::<bundle::Bundle>(&id)?;
        let command = bundle_revoke::BundleRevoke { bundle_id: id };
        let committed = self.commit(caller, Change::to("bundle.revoked", id), command).await?;
        Ok(BundleBody { bundle: shape(written(&committed.view, id.as_bytes(), "Bundle")?) })
    }

    /// The archive against which the risk of a new bundle is judged. One that no member has any more is told as such.
    async fn previous_archive(
        &self,
        previous: Option<bundle::Bundle>,
    ) -> Result<compile::Previous, AppError> {
        let Some(previous) = previous else { return Ok(compile::Previous::None) };
        match self.archive(previous.digest).await {
            Ok(bytes) => Ok(compile::Previous::Archive(bytes)),
            Err(error) => {
                let cause = error.cause().unwrap_or_default();
                tracing::warn!(bundle = %previous.id, cause, "the archive of the bundle to compare with cannot be had; risk is judged without it");
                Ok(compile::Previous::Unreadable)
            }
        }
    }
}

/// The bundle against which the risk of a new one is judged for a first look: what the fleet runs, and before any rollout came to its end, the newest.
fn compared(read: &dyn Read, project: &Project) -> Result<Option<bundle::Bundle>, TableError> {
    match project.baseline {
        Some(baseline) => tables::load(read, baseline.as_bytes()),
        None => query::newest_bundle(read, project.id),
    }
}

/// A bundle as the API shows it.
pub(crate) fn shape(bundle: bundle::Bundle) -> Bundle {
    Bundle {
        id: bundle.id,
        project_id: bundle.project_id,
        version: bundle.version,
        status: bundle.state.into(),
        checksum: bundle.digest,
        digest: bundle.digest,
        size_bytes: bundle.size_bytes,
        manifest_digest: bundle.manifest_digest,
        signed: !bundle.signature.is_empty(),
        signature: STANDARD.encode(&bundle.signature),
        signing_key_id: bundle.signing_key_id,
        risk_level: bundle.risk_level.into(),
        risk_reasons: bundle.risk_reasons,
        warnings: bundle.warnings,
        config_revision: bundle.config_revision,
        secrets: bundle.secrets,
        certificates: bundle.certificates,
        created_by: bundle.created_by,
        inserted_at: timestamp(bundle.created_at),
        updated_at: timestamp(bundle.updated_at),
    }
}

fn created(bundle: bundle::Bundle) -> BundleCreated {
    let bundle = shape(bundle);
    BundleCreated {
        id: bundle.id,
        version: bundle.version.clone(),
        status: bundle.status,
        project_id: bundle.project_id,
        bundle,
    }
}

/// A digest as the bundle crate gives it.
fn digest(bytes: [u8; 32]) -> Sha256Digest {
    Sha256Digest(bytes)
}
