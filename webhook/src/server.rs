//! Connections: accepted, put under TLS, served as HTTP/1.1 or 2, and finished in peace at the end.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use hyper::{
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::graceful::{GracefulShutdown, Watcher},
};
use rustls::ServerConfig;
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{host::Host, page};

/// How long a client may take to shake hands.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection may be silent; longer than kube-apiserver keeps one (90 s), so that it is never
/// us who close just as it sends.
const IDLE: Duration = Duration::from_secs(120);
/// How long answers may take to finish once the end was asked for.
const DRAIN: Duration = Duration::from_secs(20);
/// How long to wait when no further connection can be opened, for want of file descriptors say.
const BREATH: Duration = Duration::from_millis(50);
const MAX_HEADER: u32 = 16 * 1024;

/// Certificates are exchanged under new connections only.
pub type Tls = Arc<ArcSwap<ServerConfig>>;

/// Serves until `end` comes, then finishes what was begun.
pub async fn serve(listener: TcpListener, tls: Tls, host: Arc<Host>, end: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let mut end = std::pin::pin!(end);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let connection = Connection { tls: tls.load_full(), host: Arc::clone(&host), watcher: graceful.watcher() };
                    tokio::spawn(connection.serve(stream));
                }
                Err(error) => pause(&error).await,
            },
            () = &mut end => break,
        }
    }
    drop(listener);
    if timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some answers were not finished in time");
    }
}

async fn pause(error: &io::Error) {
    tracing::warn!(%error, "a connection could not be accepted");
    sleep(BREATH).await;
}

struct Connection {
    tls: Arc<ServerConfig>,
    host: Arc<Host>,
    watcher: Watcher,
}

impl Connection {
    /// Serves one connection; its errors are the client's business and end nothing but it.
    async fn serve(self, stream: TcpStream) {
        // Without it an answer may wait for the client's acknowledgement of the last one.
        let _ = stream.set_nodelay(true);
        let Ok(Ok(stream)) = timeout(PATIENCE, TlsAcceptor::from(Arc::clone(&self.tls)).accept(stream)).await else {
            return;
        };
        let requests = Arc::new(AtomicU64::new(0));
        tokio::select! {
            () = self.requests(stream, Arc::clone(&requests)) => {}
            () = idleness(&requests) => {}
        }
    }

    async fn requests(self, stream: TlsStream<TcpStream>, requests: Arc<AtomicU64>) {
        let second = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let (stream, host) = (TokioIo::new(stream), self.host);
        let service = service_fn(move |request| {
            requests.fetch_add(1, Ordering::Relaxed);
            page::answer(Arc::clone(&host), request)
        });
        // An error here is a client that went away or spoke nonsense.
        let _ = if second {
            let connection = http2::Builder::new(TokioExecutor::new())
                .max_header_list_size(MAX_HEADER)
                .serve_connection(stream, service);
            self.watcher.watch(connection).await
        } else {
            let connection = http1::Builder::new().header_read_timeout(None).serve_connection(stream, service);
            self.watcher.watch(connection).await
        };
    }
}

/// Comes when a connection has brought no request for a while: one timer a connection, none a request.
async fn idleness(requests: &AtomicU64) {
    let mut seen = 0;
    loop {
        sleep(IDLE).await;
        let now = requests.load(Ordering::Relaxed);
        if now == seen {
            return;
        }
        seen = now;
    }
}
