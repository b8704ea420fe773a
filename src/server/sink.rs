//! Where events go once entries are applied: to this member's history and to everyone who watches here.

use std::sync::Arc;

use sentinel_app::EventBus;
use sentinel_machine::Event;

/// What the state machine calls after entries are applied, for those that were applied together.
pub type Sink = Arc<dyn Fn(Vec<Event>) + Send + Sync>;

/// Events to the bus.
pub fn to(bus: EventBus) -> Sink {
    Arc::new(move |events| bus.publish(events))
}
