//! The time in a command that another member proposes.
//!
//! State takes the newest time it has seen for the present and never goes back. A member whose clock runs ahead would thus drag
//! everybody with it, for ever: deadlines that do not come, tokens that have expired. So the leader's clock is the bound: what
//! claims to come from the future comes from now.

use bytes::Bytes;
use sentinel_machine::{Envelope, EnvelopeError};
use sentinel_model::Time;

/// Ahead of the leader's clock by more than this, somebody should look at the clocks.
const WORTH_A_WARNING_MS: u64 = 2_000;

/// The entry as it goes into the log of a leader whose clock says `now`. An error when it is no command.
pub(crate) fn not_ahead(entry: Bytes, now: Time) -> Result<Bytes, EnvelopeError> {
    let mut envelope = Envelope::decode(&entry)?;
    if envelope.time <= now {
        return Ok(entry);
    }
    let ahead = envelope.time.since(now);
    if ahead > WORTH_A_WARNING_MS {
        tracing::warn!(ahead_ms = ahead, "a member's clock is ahead of this leader's: its time is not taken");
        metrics::counter!("consensus_clocks_ahead_total").increment(1);
    }
    envelope.time = now;
    envelope.encode().map(Bytes::from)
}
