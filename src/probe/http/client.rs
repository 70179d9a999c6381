//! The clients behind the door: one for each way to connect, made when it is first needed and kept for the run, so
//! that connections are used again.
//!
//! Loading the trusted roots of the system costs more than a whole gate of plain requests, so nothing of TLS is
//! set up before an https URL is met.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::{Client, ClientBuilder, Url};

use super::connection::{Lookup, Timing};

/// How long a connection is kept without use. Shorter than the 2 s after which common Python servers close one,
/// because a request on a connection that is just being closed looks like a broken service.
const KEPT_IDLE: Duration = Duration::from_millis(1_500);

/// The clients that were needed so far.
#[derive(Debug, Default)]
pub(super) struct Clients {
    plain: PerPlace,
    secure: PerPlace,
}

/// Loopback is reached directly; for other hosts the proxy variables of the environment count.
#[derive(Debug, Default)]
struct PerPlace {
    loopback: OnceLock<Result<Client, String>>,
    remote: OnceLock<Result<Client, String>>,
}

impl Clients {
    /// The client for a URL.
    ///
    /// # Errors
    /// The whole cause, when a client could not be made, for example because the system trusts no root at all.
    pub(super) fn client_for(&self, url: &Url) -> Result<&Client, String> {
        let is_secure = url.scheme() == "https";
        let place = if is_secure { &self.secure } else { &self.plain };
        let (slot, is_loopback) = if is_loopback(url) { (&place.loopback, true) } else { (&place.remote, false) };
        let client = slot.get_or_init(|| {
            let builder = if is_secure { secure() } else { plain() };
            let builder = if is_loopback { builder.no_proxy() } else { builder };
            builder.build().map_err(|error| format!("{error:?}"))
        });
        client.as_ref().map_err(Clone::clone)
    }
}

/// What all clients have in common.
fn common() -> ClientBuilder {
    Client::builder()
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .pool_idle_timeout(KEPT_IDLE)
        .dns_resolver(Lookup)
        .connector_layer(Timing)
}

/// A client for http. The builder insists on some TLS; this one trusts nobody and costs nothing.
fn plain() -> ClientBuilder {
    let nobody = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider knows the default protocol versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    common().http1_only().tls_backend_preconfigured(nobody)
}

/// A client for https, with the trusted roots of the system.
fn secure() -> ClientBuilder {
    // An error says that there is a provider already, which is all that is wanted.
    drop(rustls::crypto::ring::default_provider().install_default());
    common().tls_backend_rustls()
}

/// Whether a URL leads to this very machine.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    match host.parse::<std::net::IpAddr>() {
        Ok(address) => address.is_loopback() || address.is_unspecified(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn loopback_is_told_from_other_hosts() {
        for text in
            ["http://127.0.0.1:80", "http://127.8.9.1", "http://[::1]:8000", "http://localhost", "http://a.localhost"]
        {
            assert!(is_loopback(&url(text)), "{text}");
        }
        for text in ["http://10.0.0.1", "http://localhost.example", "http://[2001:db8::1]"] {
            assert!(!is_loopback(&url(text)), "{text}");
        }
    }

    #[test]
    fn nothing_of_tls_is_set_up_for_plain_urls() {
        let clients = Clients::default();
        clients.client_for(&url("http://127.0.0.1:1")).unwrap();
        clients.client_for(&url("http://host.example")).unwrap();
        assert!(clients.secure.loopback.get().is_none() && clients.secure.remote.get().is_none());
    }

    #[test]
    fn a_client_is_made_once() {
        let clients = Clients::default();
        let first: *const Client = clients.client_for(&url("http://127.0.0.1:1")).unwrap();
        let second: *const Client = clients.client_for(&url("http://localhost:2/x")).unwrap();
        assert_eq!(first, second);
    }
}
