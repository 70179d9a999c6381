//! Servers with faults, and what is told of them.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use super::*;

/// A server on a free port of loopback; `serve` gets every connection with the head of its first request.
fn server(serve: impl Fn(&mut TcpStream, String) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            std::thread::spawn(move || {
                let head = read_head(&mut stream);
                serve(&mut stream, head);
            });
        }
    });
    url
}

/// A server that answers every request with the same text, and closes.
fn fixed(answer: &'static str) -> String {
    server(move |stream, _| drop(stream.write_all(answer.as_bytes())))
}

fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

async fn get(url: &str) -> Result<Response, HttpError> {
    Http::default().send(&Request::new("GET", url), &Limit::alone(Duration::from_secs(5))).await
}

/// A request that may take 300 ms.
fn short(url: &str) -> Request {
    Request { timeout: Duration::from_millis(300), ..Request::new("GET", url) }
}

async fn get_short(url: &str) -> Result<Response, HttpError> {
    Http::default().send(&short(url), &Limit::alone(Duration::from_secs(5))).await
}

#[tokio::test]
async fn an_answer_is_told_as_it_came() {
    let url = fixed(
        "HTTP/1.1 201 Created\r\nContent-Length: 2\r\nSet-Cookie: a=1\r\nX-One: 1\r\nSet-Cookie: b=2\r\n\r\nok",
    );
    let response = get(&format!("{url}/path?q=1")).await.unwrap();
    assert_eq!((response.status, response.version.as_str(), response.text().as_str()), (201, "HTTP/1.1", "ok"));
    assert_eq!(response.header_values("set-cookie").collect::<Vec<_>>(), ["a=1", "b=2"]);
    assert_eq!(response.header("content-length"), Some("2"));
    assert_eq!(response.url, format!("{url}/path?q=1"));
    assert_eq!(format!("http://{}", response.address.unwrap()), url);
    assert!(!response.truncated && response.hops.is_empty());
}

#[tokio::test]
async fn a_request_is_sent_as_it_is_written() {
    let url = server(|stream, head| {
        let text = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{head}", head.len());
        drop(stream.write_all(text.as_bytes()));
    });
    let request = Request { body: b"12345".to_vec(), ..Request::new("PUT", format!("{url}/x")) }
        .header("x-name", "value")
        .query(&[("a".to_owned(), "b c".to_owned())]);
    let seen = Http::default().send(&request, &Limit::alone(Duration::from_secs(5))).await.unwrap().text();
    assert!(seen.starts_with("PUT /x?a=b+c HTTP/1.1\r\n"), "{seen}");
    for line in ["x-name: value", "content-length: 5", "user-agent: rollsafe/"] {
        assert!(seen.contains(line), "{seen}");
    }
    assert!(!seen.contains("accept-encoding"), "{seen}");
}

#[tokio::test]
async fn a_new_connection_shows_its_phases_and_a_kept_one_does_not() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    let url = server(move |stream, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        for _ in 0..3 {
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
            read_head(stream);
        }
    });
    let url = url.replace("127.0.0.1", "localhost");
    let http = Http::default();
    let limit = Limit::alone(Duration::from_secs(5));
    let first = http.send(&Request::new("GET", &url), &limit).await.unwrap();
    let second = http.send(&Request::new("GET", &url), &limit).await.unwrap();
    assert!(first.phases.lookup.is_some() && first.phases.connect.is_some(), "{:?}", first.phases);
    assert!(first.phases.first_byte <= first.phases.total, "{:?}", first.phases);
    assert_eq!((second.phases.lookup, second.phases.connect), (None, None));
    assert!(second.address.is_some());
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn nobody_listening_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://dana:secret@{}/x?token=abc", listener.local_addr().unwrap());
    drop(listener);
    let error = get(&url).await.unwrap_err();
    assert!(matches!(error, HttpError::Refused { .. }), "{error:?}");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("secret") && !text.contains("token"), "{text}");
}

#[tokio::test]
async fn a_host_without_address_is_told_as_such() {
    let error = get("http://no-such-host.invalid/").await.unwrap_err();
    assert!(matches!(error, HttpError::Lookup { .. }), "{error:?}");
}

#[tokio::test]
async fn what_is_not_a_request_is_invalid_and_tells_no_value() {
    let limit = Limit::alone(Duration::from_secs(5));
    let http = Http::default();
    for request in [
        Request::new("GET", "/no-host"),
        Request::new("GET", "ftp://host/"),
        Request::new("GET IT", "http://127.0.0.1:1/"),
        Request::new("GET", "http://127.0.0.1:1/").header("na me", "x"),
        Request::new("GET", "http://127.0.0.1:1/").header("authorization", "secret\nvalue"),
    ] {
        let error = http.send(&request, &limit).await.unwrap_err();
        assert!(matches!(error, HttpError::Invalid { .. }), "{error:?}");
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
}

#[tokio::test]
async fn a_plain_server_behind_an_https_url_is_no_trusted_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n"));
        std::thread::sleep(Duration::from_secs(1));
    });
    let error = get(&url).await.unwrap_err();
    assert!(matches!(error, HttpError::Tls { .. }), "{error:?}");
}

/// A certificate for `localhost` and `127.0.0.1` that nobody has signed but itself, valid for a hundred years.
const SELF_SIGNED: &str = "
-----BEGIN CERTIFICATE-----
MIIBqjCCAVCgAwIBAgIUWSZMsBM5GWCA9hM2JaIXPFa9Z5IwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSYSB0ZXN0IG9mIHJvbGxzYWZlMCAXDTI2MTEyMTA0MDAyNFoY
DzIxMjYxMDI4MDQwMDI0WjAdMRswGQYDVQQDDBJhIHRlc3Qgb2Ygcm9sbHNhZmUw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARIngt64cg2FDE2S44pFyjCfBEB/dFn
Tp5cuiit6zqFLkcjLPfugAtAQTs5RYYkH7E3BwR681J8dRLmCsviWY1No2wwajAd
BgNVHQ4EFgQUqctMO1wbyMWIoWBEEOrwPBqPj8IwHwYDVR0jBBgwFoAUqctMO1wb
yMWIoWBEEOrwPBqPj8IwGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMAwGA1Ud
EwEB/wQCMAAwCgYIKoZIzj0EAwIDSAAwRQIgbITjBhXpqGma7k98nk+/TkH3Bpjs
P7iCDpeJImmtq8gCIQC6w54TxDPsvxgUXX5O7dS93aiat0mYd/rT5eLmnqg8BA==
-----END CERTIFICATE-----
";

/// A server that speaks TLS with a certificate that nobody trusts. Its key does not even belong to it: a client that
/// gets so far as to see that has trusted the certificate.
fn untrusted_server() -> String {
    use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

    let pkcs8 =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &ring::rand::SystemRandom::new()).unwrap();
    let key = PrivatePkcs8KeyDer::from(pkcs8.as_ref().to_vec()).into();
    let provider = rustls::crypto::ring::default_provider();
    let key = provider.key_provider.load_private_key(key).unwrap();
    let certificate = CertificateDer::from_pem_slice(SELF_SIGNED.as_bytes()).unwrap();
    let certified = rustls::sign::CertifiedKey::new(vec![certificate], key);
    let resolver = rustls::sign::SingleCertAndKey::from(certified);
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(provider));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = Arc::new(config.with_cert_resolver(Arc::new(resolver)));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let connection = rustls::ServerConnection::new(config).unwrap();
        drop(rustls::StreamOwned::new(connection, stream).read(&mut [0; 1024]));
    });
    url
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_is_no_trusted_connection() {
    let error = get(&untrusted_server()).await.unwrap_err();
    let HttpError::Tls { message, .. } = &error else { panic!("{error:?}") };
    let is_refused = message.contains("UnknownIssuer") || message.contains("No CA certificates");
    assert!(is_refused, "{message}");
}

#[tokio::test]
async fn a_server_that_never_answers_ends_at_the_time_of_the_request() {
    let url = server(|_, _| std::thread::sleep(Duration::from_secs(30)));
    let error = get_short(&url).await.unwrap_err();
    assert!(matches!(error, HttpError::Timeout { after, .. } if after == Duration::from_millis(300)), "{error:?}");
    let limit = Limit::alone(Duration::from_millis(100));
    let error = Http::default().send(&Request::new("GET", &url), &limit).await.unwrap_err();
    assert!(matches!(error, HttpError::Timeout { after, .. } if after <= Duration::from_millis(100)), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_does_not_come_up_ends_at_its_own_time() {
    // A listener whose queue is full takes no further connection.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(50)) {
        waiting.push(stream);
    }
    let connect_timeout = Duration::from_millis(200);
    let request = Request { connect_timeout, ..Request::new("GET", format!("http://{address}/")) };
    let error = Http::default().send(&request, &Limit::alone(Duration::from_secs(5))).await.unwrap_err();
    assert!(matches!(error, HttpError::Timeout { after, .. } if after == connect_timeout), "{error:?}");
}

#[tokio::test]
async fn a_run_that_is_stopped_cancels_the_request() {
    let url = server(|_, _| std::thread::sleep(Duration::from_secs(30)));
    let (stop, cancelled) = watch::channel(false);
    let limit = Limit::starting_now(Duration::from_secs(60), cancelled);
    let http = Http::default();
    let request = Request::new("GET", &url);
    let (answered, ()) = tokio::join!(http.send(&request, &limit), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        stop.send(true).unwrap();
    });
    assert!(matches!(answered, Err(HttpError::Cancelled { .. })), "{answered:?}");
}

#[tokio::test]
async fn one_byte_at_a_time_ends_at_the_time_of_the_request() {
    let url = server(|stream, _| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"));
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let error = get_short(&url).await.unwrap_err();
    assert!(matches!(error, HttpError::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn endless_headers_end() {
    let url = server(|stream, _| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\n"));
        while stream.write_all(b"x-more: and more and more and more\r\n").is_ok() {}
    });
    let error = get(&url).await.unwrap_err();
    assert!(matches!(error, HttpError::Broken { .. }), "{error:?}");
}

#[tokio::test]
async fn an_endless_body_is_cut_at_the_cap() {
    let url = server(|stream, _| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"));
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    let request = Request { max_body: 10_000, ..Request::new("GET", &url) };
    let response = Http::default().send(&request, &Limit::alone(Duration::from_secs(5))).await.unwrap();
    assert_eq!((response.body.len(), response.truncated), (10_000, true));
}

#[tokio::test]
async fn a_compressed_body_is_decoded_and_its_headers_stay() {
    let url = server(|stream, _| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&vec![b'x'; 5 << 20]).unwrap();
        let body = encoder.finish().unwrap();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        drop(stream.write_all(&[head.as_bytes(), &body].concat()));
    });
    let response = get(&url).await.unwrap();
    assert_eq!((response.body.len(), response.truncated), (1 << 20, true));
    assert_eq!(response.header("content-encoding"), Some("gzip"));
    assert!(response.header("content-length").is_some());
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_broken() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\nconte",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort",
        "SSH-2.0-OpenSSH_9.6\r\n\r\n",
    ] {
        let error = get(&fixed(answer)).await.unwrap_err();
        assert!(matches!(error, HttpError::Broken { .. }), "{answer}: {error:?}");
    }
}

#[tokio::test]
async fn an_answer_to_head_has_no_body_whatever_its_headers_say() {
    let url = fixed("HTTP/1.1 200 OK\r\ncontent-length: 10\r\ncontent-encoding: gzip\r\n\r\n");
    let request = Request::new("HEAD", &url);
    let response = Http::default().send(&request, &Limit::alone(Duration::from_secs(5))).await.unwrap();
    assert_eq!((response.status, response.body.len()), (200, 0));
}

#[tokio::test]
async fn a_redirect_is_the_answer_unless_asked_to_follow() {
    let url = fixed("HTTP/1.1 307 Temporary Redirect\r\nlocation: /next\r\ncontent-length: 0\r\n\r\n");
    let response = get(&url).await.unwrap();
    assert_eq!((response.status, response.header("location")), (307, Some("/next")));
}

/// A server that redirects `/` to `location` and shows every other request in its answer.
fn redirecting(status: u16, location: impl Fn() -> String + Send + Sync + 'static) -> String {
    server(move |stream, head| {
        let text = if head.split(' ').nth(1) == Some("/") {
            let location = location();
            format!(
                "HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
        } else {
            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{head}", head.len())
        };
        drop(stream.write_all(text.as_bytes()));
    })
}

async fn post_and_follow(url: &str) -> Result<Response, HttpError> {
    let request = Request { redirects: 3, body: b"{}".to_vec(), ..Request::new("POST", format!("{url}/")) }
        .header("authorization", "Bearer abc")
        .header("cookie", "id=1")
        .header("content-type", "application/json");
    Http::default().send(&request, &Limit::alone(Duration::from_secs(5))).await
}

#[tokio::test]
async fn a_followed_redirect_is_recorded_and_keeps_what_its_status_says() {
    for (status, line) in [(303, "GET /next"), (302, "GET /next"), (307, "POST /next"), (308, "POST /next")] {
        let response = post_and_follow(&redirecting(status, || "/next".to_owned())).await.unwrap();
        let seen = response.text();
        assert_eq!(response.hops, [(status, "/next".to_owned())]);
        assert!(seen.starts_with(line) && seen.contains("authorization: Bearer abc"), "{status}: {seen}");
        assert_eq!(seen.contains("content-type"), line.starts_with("POST"), "{status}: {seen}");
        assert!(response.url.ends_with("/next"), "{}", response.url);
    }
}

#[tokio::test]
async fn another_port_of_the_host_gets_no_credentials() {
    let other = redirecting(200, String::new);
    let target = format!("{other}/elsewhere");
    let seen = post_and_follow(&redirecting(307, move || target.clone())).await.unwrap().text();
    assert!(seen.starts_with("POST /elsewhere"), "{seen}");
    assert!(!seen.contains("authorization") && !seen.contains("cookie"), "{seen}");
}

#[tokio::test]
async fn another_host_is_never_followed() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let other = server(move |_, _| {
        counted.fetch_add(1, Ordering::SeqCst);
    });
    let target = other.replace("127.0.0.1", "localhost");
    let response = post_and_follow(&redirecting(302, move || target.clone())).await.unwrap();
    assert_eq!((response.status, response.hops.len()), (302, 0));
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_redirect_loop_ends_at_the_limit() {
    let error = post_and_follow(&redirecting(307, || "/".to_owned())).await.unwrap_err();
    assert!(matches!(error, HttpError::TooManyRedirects { limit: 3, .. }), "{error:?}");
}
