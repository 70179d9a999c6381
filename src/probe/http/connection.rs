//! Watching a connection come up: how long the name lookup and the connection took, and the limit on both.
//!
//! The client calls the connector inside the task of the request that asked for it, so the trace of the request is
//! found as a task-local value. A request on a kept connection never reaches this place, and its trace stays empty.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tower::{BoxError, Layer, Service};

use crate::model::Elapsed;
use crate::probe::clock::instant;

tokio::task_local! {
    /// The trace of the request that runs in this task.
    pub(super) static TRACE: Arc<Trace>;
}

/// What was seen while a connection came up.
#[derive(Debug)]
pub(super) struct Trace {
    timeout: Duration,
    times: Mutex<Times>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Times {
    lookup: Option<Duration>,
    connect: Option<Duration>,
}

impl Trace {
    /// A trace of a request whose connection may take this long.
    pub(super) fn new(timeout: Duration) -> Arc<Self> {
        Arc::new(Self { timeout, times: Mutex::default() })
    }

    /// The time of the name lookup, and that of the connection without it.
    pub(super) fn times(&self) -> (Option<Elapsed>, Option<Elapsed>) {
        let times = *self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let lookup = times.lookup.unwrap_or_default();
        (times.lookup.map(Elapsed::from), times.connect.map(|whole| whole.saturating_sub(lookup).into()))
    }

    fn looked_up(&self, since: Instant) {
        self.times.lock().unwrap_or_else(PoisonError::into_inner).lookup = Some(instant() - since);
    }

    fn connected(&self, since: Instant) {
        self.times.lock().unwrap_or_else(PoisonError::into_inner).connect = Some(instant() - since);
    }
}

/// No connection within its time.
#[derive(Debug, thiserror::Error)]
#[error("no connection within {}", Elapsed::from(*after))]
pub(super) struct ConnectTimedOut {
    /// The time.
    pub(super) after: Duration,
}

/// The system knows no address for a host.
#[derive(Debug, thiserror::Error)]
#[error("no address")]
pub(super) struct LookupFailed {
    /// What the system said, if it said anything.
    #[source]
    source: Option<std::io::Error>,
}

/// Asks the system for addresses, and takes the time.
#[derive(Debug)]
pub(super) struct Lookup;

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        let trace = TRACE.try_with(Arc::clone).ok();
        Box::pin(async move {
            let started = instant();
            let found = addresses(name.as_str()).await?;
            if let Some(trace) = trace {
                trace.looked_up(started);
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// All addresses of a host, at least one.
async fn addresses(host: &str) -> Result<Vec<SocketAddr>, LookupFailed> {
    let found = tokio::net::lookup_host((host, 0)).await;
    let found: Vec<_> = found.map_err(|source| LookupFailed { source: Some(source) })?.collect();
    if found.is_empty() { Err(LookupFailed { source: None }) } else { Ok(found) }
}

/// Puts a [`Timed`] around the connector of the client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing;

impl<Connector> Layer<Connector> for Timing {
    type Service = Timed<Connector>;

    fn layer(&self, connector: Connector) -> Timed<Connector> {
        Timed { connector }
    }
}

/// A connector that takes the time and ends when its time is over.
#[derive(Clone, Debug)]
pub(super) struct Timed<Connector> {
    connector: Connector,
}

impl<Connector, Destination> Service<Destination> for Timed<Connector>
where
    Connector: Service<Destination, Error = BoxError>,
    Connector::Future: Send + 'static,
{
    type Response = Connector::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, destination: Destination) -> Self::Future {
        let connecting = self.connector.call(destination);
        let Ok(trace) = TRACE.try_with(Arc::clone) else { return Box::pin(connecting) };
        Box::pin(async move {
            let started = instant();
            let Ok(connected) = tokio::time::timeout(trace.timeout, connecting).await else {
                return Err(BoxError::from(ConnectTimedOut { after: trace.timeout }));
            };
            trace.connected(started);
            connected
        })
    }
}
