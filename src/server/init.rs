//! `cluster init`: everything that a new cluster begins with, made on its first member before that runs.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Args;
use sentinel_app::keyring::ca_key_context;
use sentinel_app::password::Passwords;
use sentinel_app::{Clock, Ids, RandomIds, SystemClock};
use sentinel_model::cluster::ClusterCa;
use sentinel_model::{ClusterId, MemberId, name, user};
use sentinel_pki::{Ca, Identity, LIFETIME, MemberKey, MemberName};
use sentinel_store::Store;
use serde::Serialize;
use zeroize::Zeroizing;

use super::formation::Formation;
use super::kek::KekArgs;
use crate::durable;

/// The number of the first member.
const FOUNDER: MemberId = MemberId(1);

/// What `cluster init` takes.
#[derive(Args, Clone, Debug)]
pub struct InitArgs {
    /// Directory of the first member; must not hold a member yet
    #[arg(long, env = "SENTINEL_CP_DATA_DIR", default_value = "./sentinel-cp-data", value_name = "DIR")]
    pub data_dir: PathBuf,
    /// E-mail address of the first administrator
    #[arg(long, value_name = "EMAIL")]
    pub admin: String,
    /// Their password; one is made and printed when it is not set
    #[arg(long, env = "SENTINEL_CP_ADMIN_PASSWORD", hide_env_values = true, hide = true)]
    pub admin_password: Option<String>,
    /// Name of the first org
    #[arg(long, default_value = "Default", value_name = "NAME")]
    pub org: String,
    #[command(flatten)]
    pub kek: KekArgs,
}

/// What was made.
#[derive(Serialize)]
pub struct Initialized {
    /// Identity of the cluster.
    pub cluster_id: ClusterId,
    /// SHA-256 of the CA's certificate.
    pub ca_fingerprint: String,
    /// Directory of the first member.
    pub data_dir: PathBuf,
    /// Where the key-encryption key is, in words.
    pub key: String,
    /// E-mail address of the administrator.
    pub admin: String,
    /// Their password, if it was made here. Shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// Makes it. Whatever is wrong is found before anything is written.
pub async fn init(args: InitArgs) -> anyhow::Result<Initialized> {
    let dir = &args.data_dir;
    ensure!(
        !Store::holds_data(dir) && !dir.join(sentinel_pki::FILE).exists(),
        "{} holds a member already; choose another directory, or start it with `sentinel-cp server --data-dir {}`",
        dir.display(),
        dir.display()
    );
    let email = user::normalize_email("--admin", &args.admin)?;
    name::check_name("--org", &args.org)?;
    ensure!(!name::slug_of(&args.org).is_empty(), "--org: no slug can be made of '{}'", args.org);
    let made = args.admin_password.is_none();
    let password = Zeroizing::new(
        args.admin_password.clone().unwrap_or_else(|| hex::encode(rand::random::<[u8; 12]>())),
    );
    user::check_password("SENTINEL_CP_ADMIN_PASSWORD", &password)?;
    durable::private_dir(dir).with_context(|| format!("cannot create {}", dir.display()))?;
    let source = args.kek.source(dir);
    let keyring = source.load_or_create()?.keyring();

    let (ids, now) = (RandomIds, SystemClock::default().now());
    let cluster_id = ClusterId(ids.id());
    let ca = Ca::create(cluster_id, now)?;
    let key = MemberKey::generate()?;
    let certificate = ca.issue(&key.csr()?, MemberName::new(cluster_id, FOUNDER), now, LIFETIME)?;
    let randomness = [ids.secret(), ids.secret()];
    let sealed_key = keyring.seal(&ca_key_context(cluster_id), ca.key().expose(), randomness)?;
    let password_hash = Passwords::default().hash(&password).await?;
    Formation {
        cluster_id,
        ca: ClusterCa { certificate: ca.certificate().to_vec(), sealed_key },
        org_name: args.org.clone(),
        email: email.clone(),
        password_hash,
    }
    .save(dir)?;
    // Last: with it, the directory is that of a member.
    Identity::new(vec![ca.certificate().clone()], vec![certificate], key)?.save(dir)?;
    Ok(Initialized {
        cluster_id,
        ca_fingerprint: ca.fingerprint().to_string(),
        data_dir: dir.clone(),
        key: source.to_string(),
        admin: email,
        password: made.then(|| password.to_string()),
    })
}
