//! Where the proxy listens.

use core::net::SocketAddr;

use sentinel_model::config::Listener;
use sentinel_model::config::check::At;
use sentinel_model::config::listener::{ListenerTls, Protocol, TlsVersion};
use serde_json::json;
use zentinel_config::{ListenerConfig, ListenerProtocol, TlsConfig};

use super::Emitter;
use crate::capability::Feature;
use crate::certificates;
use crate::node_vars;
use crate::rules::listeners::collide;
use crate::trust_stores;

impl Emitter<'_> {
    pub(super) fn listener(
        &mut self,
        slug: &str,
        listener: &Listener,
        at: At<'_>,
    ) -> Result<(), serde_json::Error> {
        let Listener {
            name: _,
            description: _,
            address,
            protocol,
            tls,
            request_timeout_seconds,
            keepalive_timeout_seconds,
        } = listener;
        if node_vars::kinds_in_address(address).is_none() {
            self.refuse(
                "address-invalid",
                at.field("address"),
                format!("`{address}` is not IP:PORT"),
                "write an address such as 0.0.0.0:8080, or let nodes fill in a part: 0.0.0.0:${node.http_port}",
            );
            return Ok(());
        }
        let mut own: ListenerConfig = serde_json::from_value(json!({
            "id": slug,
            "address": address,
            "protocol": "http",
        }))?;
        match (protocol, tls) {
            (Protocol::Http, _) => drop(self.need(Feature::Listener, at)),
            (Protocol::Https, Some(tls)) if self.need(Feature::ListenerTls, at.field("tls")) => {
                own.protocol = ListenerProtocol::Https;
                own.tls = Some(self.tls(tls, at.field("tls"))?);
            }
            (Protocol::Https, _) => {}
        }
        if let Some(seconds) = request_timeout_seconds {
            let feature = match protocol {
                Protocol::Http => Feature::ListenerRequestTimeout,
                Protocol::Https => Feature::ListenerTlsTimeout,
            };
            self.need(feature, at.field("request_timeout_seconds"));
            own.request_timeout_secs = *seconds;
        }
        if let Some(seconds) = keepalive_timeout_seconds {
            self.need(Feature::ListenerKeepalive, at.field("keepalive_timeout_seconds"));
            own.keepalive_timeout_secs = *seconds;
        }
        self.config.listeners.push(own);
        Ok(())
    }

    /// One listener at each address, and one of them in the clear: through it a node proves what its proxy runs.
    pub(super) fn listeners_apart(&mut self) {
        let own = std::mem::take(&mut self.config.listeners);
        let text: String = own.iter().map(|listener| listener.address.clone() + " ").collect();
        let variables: Vec<_> = own
            .iter()
            .filter_map(|listener| node_vars::kinds_in_address(&listener.address))
            .flatten()
            .collect();
        let values = node_vars::stand_ins(&text, &variables);
        let among = At::Root.field("listeners");
        let mut taken: Vec<(SocketAddr, &str)> = Vec::new();
        for listener in &own {
            let rendered = node_vars::render(&listener.address, &values).ok();
            let Some(socket) = rendered.and_then(|text| text.parse::<SocketAddr>().ok()) else { continue };
            if let Some((_, other)) = taken.iter().find(|(other, _)| collide(*other, socket)) {
                let message = format!("`{}` is taken by the listener `{other}`", listener.address);
                let at = among.field(&listener.id);
                self.refuse("address-in-use", at.field("address"), message, "give it a port of its own");
            }
            taken.push((socket, &listener.id));
        }
        if !own.is_empty() && own.iter().all(|listener| listener.protocol != ListenerProtocol::Http) {
            let message = "no listener speaks plain HTTP, so nothing could prove that a bundle is live";
            let help = "add one, for example with address: 127.0.0.1:${node.http_port}";
            self.refuse("no-plain-listener", among, message, help);
        }
        self.config.listeners = own;
    }

    fn tls(&mut self, tls: &ListenerTls, at: At<'_>) -> Result<TlsConfig, serde_json::Error> {
        let ListenerTls { certificate, names, certificate_file, key_file, min_version, client_trust_store } =
            tls;
        let authorities = match client_trust_store {
            Some(slug) if self.need(Feature::ClientTrustStore, at.field("client_trust_store")) => {
                self.trust_store(slug)
            }
            _ => None,
        };
        let min_version = match min_version {
            TlsVersion::V1_2 => "TLS1.2",
            TlsVersion::V1_3 => {
                self.need(Feature::TlsMinVersion, at.field("min_version"));
                "TLS1.3"
            }
        };
        let (own, own_key) = match certificate {
            Some(slug) => {
                self.need(Feature::Certificate, at.field("certificate"));
                (certificates::chain(slug), certificates::key(slug))
            }
            None => (certificate_file.clone(), key_file.clone()),
        };
        if !names.is_empty() {
            self.need(Feature::CertificateNames, at.field("names"));
        }
        let named = names.iter().map(|one| {
            json!({
                "hostnames": one.hosts,
                "priority_hostnames": [],
                "cert_file": certificates::chain(&one.certificate),
                "key_file": certificates::key(&one.certificate),
            })
        });
        serde_json::from_value(json!({
            "cert_file": own,
            "key_file": own_key,
            "additional_certs": named.collect::<Vec<_>>(),
            "min_version": min_version,
            "client_auth": authorities.is_some(),
            "ca_file": authorities,
        }))
    }

    /// What stands for a trust store of the document, which is in the bundle then.
    fn trust_store(&mut self, slug: &str) -> Option<String> {
        let store = self.document.trust_stores.get(slug)?;
        match trust_stores::authorities(&store.certificates_pem) {
            Ok(pem) => {
                let reference = trust_stores::reference(slug, &pem);
                self.trust_stores.insert(slug.to_owned(), pem);
                Some(reference)
            }
            Err(message) => {
                let stores = At::Root.field("trust_stores");
                let at = stores.field(slug);
                let help = "give certificates of authorities alone, as PEM";
                self.refuse("trust-store-unusable", at.field("certificates_pem"), message, help);
                None
            }
        }
    }
}
