//! Whether a bug was put back; never in a binary that is shipped.

#[cfg(feature = "planted")]
pub(crate) use sentinel_model::planted::Bug;

/// Whether this thread has it.
#[cfg(feature = "planted")]
macro_rules! planted {
    ($bug:ident) => {
        sentinel_model::planted::has(crate::planted::Bug::$bug)
    };
}

/// Nobody has it.
#[cfg(not(feature = "planted"))]
macro_rules! planted {
    ($bug:ident) => {
        false
    };
}

pub(crate) use planted;
