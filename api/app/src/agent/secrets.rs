//! The values of secrets, handed to nodes.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::crypto::aws_lc_rs::hpke::DH_KEM_X25519_HKDF_SHA256_AES_256 as SUITE;
use rustls::crypto::hpke::{Hpke, HpkePublicKey};
use sentinel_api_types::Secret;
use sentinel_api_types::node_secret::{
    INFO, NodeCertificate, NodeSecrets, NodeSecretsRequest, SealedNodeSecrets,
};
use sentinel_machine::commands::node_sealing_key_set::{ANOTHER, NodeSealingKeySet};
use sentinel_machine::{Consistency, Read, View, certificate, node_secret, secret, tables};
use sentinel_model::bundle::Bundle;
use sentinel_model::node::Node;
use sentinel_model::project_secret::{NodeSealingKey, SEALING_KEY_BYTES};
use sentinel_model::{NodeId, ProjectId, Sha256Digest};
use zeroize::Zeroizing;

use super::its_bundle;
use crate::access::Operation;
use crate::app::{App, written};
use crate::caller::Caller;
use crate::change::Change;
use crate::error::AppError;
use crate::keyring::{certificate_key_context, project_secret_context};

/// Most bytes of values for one node: an answer is read whole, and sealed it is longer.
const VALUES_MAX: usize = 4 << 20;

impl App {
    /// The values of the secrets that a bundle names, which the node shall run or runs, sealed for the key of the node. The first key that a node tells is
    /// kept.
    pub async fn node_secrets(
        &self,
        caller: &Caller,
        id: NodeId,
        request: NodeSecretsRequest,
    ) -> Result<SealedNodeSecrets, AppError> {
        self.this_node(Operation::NodeSecrets, caller, id).await?;
        // It asks because it was told of something new, maybe by a member that is ahead of this one.
        let view = self.replica().read(Consistency::Linearizable).await?;
        let node: Node = written(&view, id.as_bytes(), "Node")?;
        let key = STANDARD.decode(&request.public_key).ok().filter(|key| key.len() == SEALING_KEY_BYTES);
        let key = key.ok_or_else(|| {
            AppError::invalid("public_key", format!("must be the base64 of {SEALING_KEY_BYTES} bytes"))
        })?;
        let bundle = its_bundle(&view, &node, request.bundle_id)?;
        // It could say that it runs any bundle of its project, to be handed the secrets of that one.
        if !node.was_given(bundle.id) {
            return Err(AppError::not_found("Bundle"));
        }
        let values = self.values(&view, &node, &bundle)?;
        self.require_sealing_key(caller, &view, id, &key).await?;
        let sealed = seal(key, &values)?;
        Ok(SealedNodeSecrets { stamp: values.stamp, sealed: STANDARD.encode(sealed) })
    }

    /// Which values belong to the bundle that a node should run now; nothing when it names none.
    pub(super) fn secrets_stamp(&self, view: &View, node: &Node) -> Result<Option<Sha256Digest>, AppError> {
        let read = &*view.tables;
        let Some(id) = node.supposed() else { return Ok(None) };
        let bundle: Option<Bundle> = tables::load(read, id.as_bytes())?;
        let names = |bundle: &Bundle| !(bundle.secrets.is_empty() && bundle.certificates.is_empty());
        let Some(bundle) = bundle.filter(names) else { return Ok(None) };
        Ok(Some(node_secret::stamp(read, &bundle, node.environment_id)?))
    }

    fn values(&self, view: &View, node: &Node, bundle: &Bundle) -> Result<NodeSecrets, AppError> {
        let (read, project) = (&*view.tables, node.project_id);
        let stamp = node_secret::stamp(read, bundle, node.environment_id)?;
        let mut values = BTreeMap::new();
        let mut missing = Vec::new();
        for name in &bundle.secrets {
            let Some(found) = secret::of_name(read, project, name, node.environment_id)? else {
                missing.push(name.as_str());
                continue;
            };
            let value = secret::value(read, found.secret_id, found.version)?;
            let value = value.ok_or_else(|| AppError::internal("a secret lacks the value of its version"))?;
            let context = project_secret_context(project, found.secret_id, found.version);
            let opened = self.keyring().unseal(&context, &value.sealed).map_err(AppError::internal)?;
            let text = std::str::from_utf8(&opened).map_err(|_| AppError::internal("a value is no text"))?;
            values.insert(name.clone(), Secret::new(text));
        }
        if !missing.is_empty() {
            return Err(AppError::Conflict(format!(
                "the bundle {} names secrets that have no value for this node: {}; make them for its environment, or for all",
                bundle.version,
                missing.join(", ")
            )));
        }
        let bytes: usize = values.values().map(|value| value.expose().len()).sum();
        if bytes > VALUES_MAX {
            return Err(AppError::Conflict(format!(
                "the secrets that the bundle {} names have more than {} MiB together, which is the most for a node",
                bundle.version,
                VALUES_MAX >> 20
            )));
        }
        let mut certificates = BTreeMap::new();
        for slug in &bundle.certificates {
            certificates.insert(slug.clone(), self.certificate_with_key(read, project, slug)?);
        }
        Ok(NodeSecrets { node_id: node.id, bundle_id: bundle.id, stamp, values, certificates })
    }

    fn certificate_with_key(
        &self,
        read: &dyn Read,
        project: ProjectId,
        slug: &str,
    ) -> Result<NodeCertificate, AppError> {
        let gone = || {
            AppError::Conflict(format!(
                "the bundle names the certificate {slug}, which the project does not have any more"
            ))
        };
        let found = certificate::find(read, project, slug)?.ok_or_else(gone)?;
        let content = certificate::content(read, &found)?.ok_or_else(gone)?;
        let context = certificate_key_context(project, found.id, content.version);
        let opened = self.keyring().unseal(&context, &content.sealed).map_err(AppError::internal)?;
        let key = std::str::from_utf8(&opened).map_err(|_| AppError::internal("a key is no text"))?;
        Ok(NodeCertificate { chain: content.chain, key: Secret::new(key) })
    }

    /// The key is the one that this node has told before, or is kept from now on.
    async fn require_sealing_key(
        &self,
        caller: &Caller,
        view: &View,
        id: NodeId,
        key: &[u8],
    ) -> Result<(), AppError> {
        let mut known: Option<NodeSealingKey> = tables::load(&*view.tables, id.as_bytes())?;
        let change = Change::to("node.sealing_key_set", id).with("public_key", hex::encode(key));
        if self.repeated(view, caller, &change)?.is_none() && known.is_none() {
            let command = NodeSealingKeySet { node_id: id, public_key: key.to_vec() };
            let committed = self.commit(caller, change, command).await?;
            known = tables::load(&*committed.view.tables, id.as_bytes())?;
        }
        match known {
            Some(known) if known.public_key == key => Ok(()),
            _ => Err(AppError::Conflict(ANOTHER.to_owned())),
        }
    }
}

/// The encapsulated key and the ciphertext.
fn seal(key: Vec<u8>, secrets: &NodeSecrets) -> Result<Vec<u8>, AppError> {
    let text = Zeroizing::new(serde_json::to_vec(secrets).map_err(AppError::internal)?);
    let sealed = SUITE.seal(INFO, secrets.node_id.as_bytes(), &text, &HpkePublicKey(key));
    let (encapsulated, sealed) = sealed.map_err(AppError::internal)?;
    Ok([encapsulated.0, sealed].concat())
}
