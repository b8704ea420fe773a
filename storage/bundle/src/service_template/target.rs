//! Targets as people write them.

use sentinel_model::InvalidValue;
use sentinel_model::config::service::Upstream;
use sentinel_model::config::upstream_group::Target;

/// The targets, and whether they speak TLS: all of them, or none. Those of `always_tls` do, and need not say so.
///
/// # Errors
/// What is wrong, by `targets[1]`.
pub(super) fn read_all(texts: &[String], always_tls: bool) -> Result<(Vec<Target>, bool), Vec<InvalidValue>> {
    let tls = always_tls || texts.first().is_some_and(|text| text.starts_with("https://"));
    let (mut targets, mut wrong) = (Vec::new(), Vec::new());
    for (place, text) in texts.iter().enumerate() {
        match read(text, tls, always_tls) {
            Ok(target) => targets.push(target),
            Err(message) => wrong.push(InvalidValue::new(format!("targets[{place}]"), message)),
        }
    }
    if texts.is_empty() {
        wrong.push(InvalidValue::new("targets", "is required: where it goes, such as 10.0.0.1:8080"));
    }
    if wrong.is_empty() { Ok((targets, tls)) } else { Err(wrong) }
}

fn read(text: &str, tls: bool, always_tls: bool) -> Result<Target, String> {
    let url = match text.contains("://") {
        true => text.to_owned(),
        false if always_tls => format!("https://{text}"),
        false => format!("http://{text}"),
    };
    let upstream = Upstream::parse(&url)?;
    if upstream.tls != tls {
        return Err(match always_tls {
            true => "must speak TLS: this template asks for HTTP/2, which the proxy does over TLS alone"
                .to_owned(),
            false => "all targets speak TLS, or none does".to_owned(),
        });
    }
    Ok(Target { host: upstream.host, port: upstream.port, weight: 100, max_connections: None, enabled: true })
}
