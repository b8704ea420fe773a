//! Values that were sealed under a key-encryption key of before are sealed under the present one. What is in them stays the same.

use std::fmt;

use sentinel_model::InvalidValue;
use sentinel_model::cluster::Cluster;
use sentinel_model::secret::Sealed;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::sealed::Sealing;

/// Most values in one command.
pub const RESEALED_MAX: usize = 200;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reseal {
    /// Id of the key under which they are from now on.
    pub key_id: String,
    /// Which.
    pub values: Vec<Resealed>,
}

/// One value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resealed {
    /// Where its row is.
    pub at: Sealing,
    /// Key of the row.
    pub row: Vec<u8>,
    /// As it was seen; another one there now is left alone.
    pub from: Sealed,
    /// As it shall be.
    pub to: Sealed,
}

impl fmt::Debug for Resealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Resealed({:?})", self.at)
    }
}

impl Apply for Reseal {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        if self.values.is_empty() || self.values.len() > RESEALED_MAX {
            return Err(InvalidValue::new("values", format!("1 to {RESEALED_MAX} values")).into());
        }
        // The sum of them counts for quotas.
        if self.values.iter().any(|value| value.from.0.len() != value.to.0.len()) {
            return Err(InvalidValue::new("values", "a value is as long as it was").into());
        }
        let cluster = context.require::<Cluster>(b"cluster", "Cluster")?;
        let mut count = 0_u64;
        for Resealed { at, row, from, to } in &self.values {
            count += u64::from(at.replace(context, row, from, to)?);
        }
        if count == 0 {
            return Err(Rejection::WrongState("none of the values is as it was seen".into()).into());
        }
        let changes = [("key_id", self.key_id.clone()), ("values", count.to_string())];
        let id = cluster.id.to_string();
        context.record("cluster.resealed", Subject::of_cluster("cluster", &id), changes)?;
        Ok(Reply::Count(count))
    }
}
