//! Orgs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sentinel_api_types::org::{Org, OrgBody, OrgCreate, OrgList, SigningKey, SigningKeyList};
use sentinel_api_types::{PageQuery, timestamp};
use sentinel_bundle::sign::Signer;
use sentinel_machine::commands::org_create;
use sentinel_machine::{Order, Table, tables};
use sentinel_model::name::slug_of;
use sentinel_model::{OrgId, org};
use zeroize::Zeroizing;

use crate::access::{Operation, Place};
use crate::app::{App, written};
use crate::caller::Caller;
use crate::change::Change;
use crate::cursor::Binding;
use crate::error::AppError;
use crate::keyring::signing_seed_context;
use crate::page::{Walk, walk};

impl App {
    /// The orgs that the caller belongs to.
    pub async fn list_orgs(&self, caller: &Caller, page: &PageQuery) -> Result<OrgList, AppError> {
        let user = caller.person()?.user.id;
        let view = self.read(caller).await?;
        self.authorize(Operation::OrgList, caller, Place::Cluster, &view)?;
        let read = &*view.tables;
        let binding = Binding::new("orgs", &[&user.to_string()]);
        let part = Walk {
            table: Table::MembershipsByUser,
            prefix: user.as_bytes(),
            order: Order::Ascending,
            binding: &binding,
            limit: page.limit,
            cursor: page.cursor.as_deref(),
        };
        let page = walk(read, self.keyring(), part, |(key, _)| {
            Ok(tables::load::<org::Org>(read, &key[key.len().saturating_sub(16)..])?.map(shape))
        })?;
        Ok(OrgList { total: page.total(), orgs: page.items, next_cursor: page.next_cursor })
    }

    /// Adds an org; the caller becomes its administrator.
    pub async fn create_org(&self, caller: &Caller, request: OrgCreate) -> Result<OrgBody, AppError> {
        let admin = caller.person()?.user.id;
        let view = self.read(caller).await?;
        self.authorize(Operation::OrgCreate, caller, Place::Cluster, &view)?;
        let slug = slug_or_made("slug", request.slug, &request.name)?;
        let command = org_create::OrgCreate {
            org_id: OrgId(self.inner().parts.ids.id()),
            name: request.name,
            slug,
            signing_key: self.new_signing_key()?,
            admin,
        };
        let change = Change::making("org.created").with("name", &command.name).with("slug", &command.slug);
        let committed = self.commit(caller, change, command).await?;
        let id: OrgId = committed.id()?;
        Ok(OrgBody { org: shape(written(&committed.view, id.as_bytes(), "Org")?) })
    }

    /// One org.
    pub async fn show_org(&self, caller: &Caller, slug: &str) -> Result<OrgBody, AppError> {
        let here = self.in_org(Operation::OrgShow, caller, slug).await?;
        Ok(OrgBody { org: shape(here.org) })
    }

    /// The public keys with which an org's bundles and node tokens are verified.
    pub async fn list_signing_keys(&self, caller: &Caller, slug: &str) -> Result<SigningKeyList, AppError> {
        let here = self.in_org(Operation::SigningKeyList, caller, slug).await?;
        let key = here.org.signing_key;
        Ok(SigningKeyList {
            signing_keys: vec![SigningKey {
                key_id: key.key_id,
                public_key: STANDARD.encode(key.public_key),
                algorithm: "Ed25519".to_owned(),
                active: true,
            }],
        })
    }

    /// A new signing key, its seed sealed.
    pub(crate) fn new_signing_key(&self) -> Result<org::SigningKey, AppError> {
        let ids = &self.inner().parts.ids;
        let seed = Zeroizing::new(ids.secret());
        let public = Signer::from_seed(&seed).public_key();
        let key_id = public.key_id();
        let sealed_seed = self
            .keyring()
            .seal(&signing_seed_context(&key_id), &seed[..], [ids.secret(), ids.secret()])
            .map_err(AppError::internal)?;
        Ok(org::SigningKey { key_id, public_key: public.to_bytes(), sealed_seed })
    }

    /// The seed of an org's signing key.
    pub(crate) fn signing_seed(&self, key: &org::SigningKey) -> Result<Zeroizing<[u8; 32]>, AppError> {
        let context = signing_seed_context(&key.key_id);
        self.keyring().unseal_32(&context, &key.sealed_seed).map_err(AppError::internal)
    }
}

/// The slug that was asked for, or one made of the name.
pub(crate) fn slug_or_made(field: &str, slug: Option<String>, name: &str) -> Result<String, AppError> {
    let slug = slug.unwrap_or_else(|| slug_of(name));
    if slug.is_empty() {
        return Err(AppError::invalid(field, "cannot be made from this name; give one, such as 'web-shop'"));
    }
    Ok(slug)
}

fn shape(org: org::Org) -> Org {
    Org { id: org.id, slug: org.slug, name: org.name, inserted_at: timestamp(org.created_at) }
}
