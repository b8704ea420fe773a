//! Counts and times requests by method, route and status. What is counted is looked up once for each of these and kept: to put labels
//! together and to find their meters costs more than many a request.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::{Method, StatusCode};
use metrics::{Counter, Histogram};

/// The meters of one member. As many as there are routes, methods and statuses.
#[derive(Clone, Default)]
pub(crate) struct Meters(Arc<RwLock<HashMap<String, Vec<Meter>>>>);

#[derive(Clone)]
struct Meter {
    method: &'static str,
    status: StatusCode,
    requests: Counter,
    seconds: Histogram,
}

impl Meters {
    /// Takes in one request. `route` is what was matched, never what the client wrote.
    pub(crate) fn note(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let method = label(method);
        let meter = self.known(method, route, status).unwrap_or_else(|| self.register(method, route, status));
        meter.requests.increment(1);
        meter.seconds.record(took.as_secs_f64());
    }

    fn known(&self, method: &'static str, route: &str, status: StatusCode) -> Option<Meter> {
        let meters = self.0.read().unwrap_or_else(PoisonError::into_inner);
        meters.get(route)?.iter().find(|meter| meter.status == status && meter.method == method).cloned()
    }

    fn register(&self, method: &'static str, route: &str, status: StatusCode) -> Meter {
        let labels = [("method", method.to_owned()), ("route", route.to_owned())];
        let seconds = metrics::histogram!("http_request_duration_seconds", &labels);
        let [method_label, route_label] = labels;
        let status_label = ("status", status.as_u16().to_string());
        let requests = metrics::counter!("http_requests_total", &[method_label, route_label, status_label]);
        let meter = Meter { method, status, requests, seconds };
        let mut meters = self.0.write().unwrap_or_else(PoisonError::into_inner);
        meters.entry(route.to_owned()).or_default().push(meter.clone());
        meter
    }
}

/// Methods are whatever a client writes: the label takes only those that exist here.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
