//! What happened at a node, told by its agent. Each request is an entry of the log on every member, so a node may tell only so
//! often.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sentinel_api_types::agent::{NodeEventsRequest, NodeEventsResponse};
use sentinel_machine::commands::node_events_append::NodeEventsAppend;
use sentinel_machine::{Reply, Scan, Table, View, tables};
use sentinel_model::node::{EVENTS_KEPT, EVENTS_PER_REQUEST_MAX, NodeEvent};
use sentinel_model::{NodeId, Time};

use crate::access::Operation;
use crate::app::App;
use crate::caller::Caller;
use crate::change::{Proposed, used_for_another};
use crate::error::AppError;
use crate::liveness::NODES_MAX;

/// Requests that a node may send at once.
const AT_ONCE: u64 = 20;
/// After these, one request in so many milliseconds.
const EVERY_MS: u64 = 5_000;

/// How much each node has told lately. In memory, per member; a node that was quiet for long has no entry.
#[derive(Debug, Default)]
pub(crate) struct EventBudget(Mutex<HashMap<NodeId, Time>>);

impl EventBudget {
    /// Takes one request of a node, or says in how many milliseconds it would.
    fn take(&self, node: NodeId, now: Time) -> Result<(), u64> {
        let mut busy_until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The time until which the requests so far use up what is given back: a token bucket in one number.
        let used = busy_until.get(&node).map_or(now, |until| (*until).max(now)).plus_ms(EVERY_MS);
        let over = used.since(now).saturating_sub(AT_ONCE * EVERY_MS);
        if over > 0 {
            return Err(over);
        }
        busy_until.insert(node, used);
        if busy_until.len() > NODES_MAX {
            busy_until.retain(|_, until| *until > now);
        }
        Ok(())
    }
}

impl App {
    /// What happened at a node.
    pub async fn append_node_events(
        &self,
        caller: &Caller,
        id: NodeId,
        request: NodeEventsRequest,
    ) -> Result<NodeEventsResponse, AppError> {
        self.this_node(Operation::NodeEventsAppend, caller, id).await?;
        let at = self.now();
        self.spend_telling(id)?;
        let reports = match request {
            NodeEventsRequest::One(event) => vec![event],
            NodeEventsRequest::Many(batch) => batch.events,
        };
        let events: Vec<NodeEvent> = reports
            .into_iter()
            .map(|event| NodeEvent {
                event_type: event.event_type.into(),
                severity: event.severity.into(),
                message: event.message,
                at,
            })
            .collect();
        let command = NodeEventsAppend { node_id: id, events: events.clone() };
        let Proposed { index, repeated, reply } = self.propose(caller, command).await?;
        if repeated {
            check_appended(&self.read_stale().await?, id, index, &reply, &events)?;
        }
        Ok(NodeEventsResponse { status: "ok".to_owned(), count: events.len() as u64 })
    }
}

impl App {
    /// Takes one request of a node that becomes an entry of the log, or refuses it.
    pub(crate) fn spend_telling(&self, id: NodeId) -> Result<(), AppError> {
        self.inner().event_budget.take(id, self.now()).map_err(|wait_ms| AppError::TooOften {
            limit: format!(
                "a node may send events {AT_ONCE} times at once and then every {} s, up to \
                 {EVENTS_PER_REQUEST_MAX} in one request",
                EVERY_MS / 1_000
            ),
            retry_after_s: wait_ms.div_ceil(1_000),
        })
    }
}

/// Refuses a repeated key that stood for other events. They are compared themselves, as far as they are kept.
fn check_appended(
    view: &View,
    node: NodeId,
    index: u64,
    reply: &Reply,
    events: &[NodeEvent],
) -> Result<(), AppError> {
    if *reply != Reply::Count(events.len() as u64) {
        return Err(used_for_another());
    }
    let mut at = node.as_bytes().to_vec();
    at.extend(index.to_be_bytes());
    let kept: Vec<NodeEvent> = view
        .tables
        .scan(Scan::all(Table::NodeEvents, &at))?
        .iter()
        .map(|(_, value)| tables::decode(Table::NodeEvents, value))
        .collect::<Result<_, _>>()?;
    let forgotten = events.len().checked_sub(kept.len()).ok_or_else(used_for_another)?;
    let newer = view.tables.scan(Scan::all(Table::NodeEvents, node.as_bytes()))?.len() - kept.len();
    let same = |(kept, told): (&NodeEvent, &NodeEvent)| {
        (kept.event_type, kept.severity, &kept.message) == (told.event_type, told.severity, &told.message)
    };
    // Only newer ones push events out.
    let can_be = forgotten == 0 || newer + kept.len() == EVENTS_KEPT;
    if can_be && kept.iter().zip(&events[forgotten..]).all(same) { Ok(()) } else { Err(used_for_another()) }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_node_has_a_number_of_requests_at_once_and_gets_one_back_after_another() {
        let (budget, node) = (EventBudget::default(), NodeId(Uuid::from_u128(1)));
        let now = Time(1_000_000);
        for _ in 0..AT_ONCE {
            assert_eq!(budget.take(node, now), Ok(()));
        }
        assert_eq!(budget.take(node, now), Err(EVERY_MS));
        assert_eq!(budget.take(node, now.plus_ms(EVERY_MS - 1)), Err(1), "asking in vain costs nothing");
        assert_eq!(budget.take(NodeId(Uuid::from_u128(2)), now), Ok(()), "another node has its own");
        assert_eq!(budget.take(node, now.plus_ms(EVERY_MS)), Ok(()));
        assert_eq!(budget.take(node, now.plus_ms(EVERY_MS)), Err(EVERY_MS));
    }

    #[test]
    fn nodes_that_are_quiet_again_are_forgotten() {
        let budget = EventBudget::default();
        for n in 0..=NODES_MAX {
            assert_eq!(budget.take(NodeId(Uuid::from_u128(n as u128)), Time(n as i64)), Ok(()));
        }
        assert_eq!(budget.0.lock().unwrap_or_else(PoisonError::into_inner).len() as u64, EVERY_MS);
    }
}
