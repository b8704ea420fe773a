//! Compares the compiled configuration with the source, setting by setting.

use zentinel_config::{BuiltinHandler, Config, MatchCondition};

use super::inject::Injected;
use super::{MARKER_PRIORITY, MARKER_ROUTE, OPERATIONS};
use crate::certificates::{CHALLENGE_PATH, CHALLENGE_TARGET, CHALLENGES};
use crate::proxy_config::equal;

/// Checks that the generated objects are there and that without them the two configurations are equal.
///
/// # Errors
/// The part that differs.
pub(super) fn unchanged(
    source: &Config,
    mut compiled: Config,
    host: &str,
    injected: &Injected,
) -> Result<(), String> {
    take_marker(&mut compiled, host).ok_or("the marker route")?;
    if injected.challenges {
        take_challenges(&mut compiled).ok_or("the route for challenges")?;
    }
    let before = compiled.listeners.len();
    compiled.listeners.retain(|listener| {
        listener.id != OPERATIONS
            || listener.namespace.as_deref() != Some(OPERATIONS)
            || listener.tls.is_some()
    });
    let namespaces = compiled.namespaces.len();
    compiled.namespaces.retain(|namespace| namespace.id != OPERATIONS || namespace.routes.is_empty());
    if before != compiled.listeners.len() + 1 || namespaces != compiled.namespaces.len() + 1 {
        return Err("the operations listener".to_owned());
    }
    if injected.metrics_added {
        let metrics = &mut compiled.observability.metrics;
        if metrics.address == source.observability.metrics.address {
            return Err("the metrics address".to_owned());
        }
        metrics.address.clone_from(&source.observability.metrics.address);
    }
    equal(source, &compiled)
}

fn take_challenges(compiled: &mut Config) -> Option<()> {
    let at = compiled.routes.iter().position(|route| route.id == CHALLENGES)?;
    let route = compiled.routes.remove(at);
    let matches =
        matches!(route.matches.as_slice(), [MatchCondition::PathPrefix(path)] if path == CHALLENGE_PATH);
    let upstream = compiled.upstreams.remove(CHALLENGES)?;
    let there = matches!(upstream.targets.as_slice(), [target] if target.address == CHALLENGE_TARGET);
    let highest = compiled.routes.iter().all(|other| other.priority < route.priority);
    let fits = matches && there && highest && route.upstream.as_deref() == Some(CHALLENGES);
    fits.then_some(())
}

fn take_marker(compiled: &mut Config, host: &str) -> Option<()> {
    let at = compiled.routes.iter().position(|route| route.id == MARKER_ROUTE)?;
    let marker = compiled.routes.remove(at);
    let matches = match marker.matches.as_slice() {
        [MatchCondition::Host(own), MatchCondition::Path(path)] => own == host && path == "/",
        _ => false,
    };
    let highest = compiled.routes.iter().all(|route| route.priority < marker.priority);
    let fits = matches
        && highest
        && marker.priority.as_i32() == MARKER_PRIORITY
        && marker.builtin_handler == Some(BuiltinHandler::Status)
        && marker.filters.is_empty();
    fits.then_some(())
}
