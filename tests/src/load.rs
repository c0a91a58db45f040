//! A load generator for TokenReview over TLS: connections kept alive, HTTP/1.1 or 2, every answer read and looked at.
//!
//! It runs on the thread that calls it and no other, so that whoever measures can keep it off the server's core.

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use tokio_rustls::TlsConnector;

/// Which HTTP is spoken, and how many requests are under way at once.
#[derive(Clone, Copy, Debug)]
pub enum Http {
    /// HTTP/1.1: so many connections, one request at a time on each.
    One(usize),
    /// HTTP/2: one connection with so many streams, as kube-apiserver uses it.
    Two(usize),
}

/// What is sent, and to whom.
pub struct Load<'a> {
    /// The server.
    pub address: SocketAddr,
    /// The authority of its certificate, PEM.
    pub authority: &'a str,
    /// How it is spoken to.
    pub http: Http,
    /// A word every answer must hold.
    pub expected: &'static str,
}

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// When every body was sent once.
    Once,
    /// After this time; the bodies are sent again and again.
    After(Duration),
    /// As [`End::After`], with about so many requests a second.
    Paced(Duration, f64),
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// How long all of it took.
    pub took: Duration,
    /// How long each answer took, sorted.
    pub latencies: Vec<Duration>,
}

impl Outcome {
    /// Answers a second.
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }

    /// The latency that so many of a hundred answers do not exceed.
    pub fn percentile(&self, percent: usize) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(last * percent / 100).copied().unwrap_or_default()
    }
}

impl Load<'_> {
    /// Connects, sends and waits for the end.
    pub fn run(&self, bodies: &[Bytes], end: End) -> Result<Outcome> {
        ensure!(!bodies.is_empty(), "there is nothing to send");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        LocalSet::new().block_on(&runtime, self.send(bodies, end))
    }

    async fn send(&self, bodies: &[Bytes], end: End) -> Result<Outcome> {
        let mut senders = Vec::new();
        match self.http {
            Http::One(connections) => {
                for _ in 0..connections {
                    senders.push(Sender::One(self.connect1().await?));
                }
            }
            Http::Two(streams) => {
                let sender = self.connect2().await?;
                senders.extend((0..streams).map(|_| Sender::Two(sender.clone())));
            }
        }
        let round = Rc::new(Round {
            bodies: bodies.to_vec(),
            next: Cell::new(0),
            end,
            lanes: senders.len(),
            begun: Instant::now(),
        });
        let latencies = Rc::new(RefCell::new(Vec::new()));
        let lanes: Vec<_> = senders
            .into_iter()
            .map(|sender| {
                tokio::task::spawn_local(lane(sender, Rc::clone(&round), Rc::clone(&latencies), self.expected))
            })
            .collect();
        for lane in lanes {
            lane.await??;
        }
        let took = round.begun.elapsed();
        let mut latencies = latencies.take();
        latencies.sort_unstable();
        Ok(Outcome { took, latencies })
    }

    async fn connect1(&self) -> Result<http1::SendRequest<Full<Bytes>>> {
        let (sender, connection) = http1::handshake(self.connect(b"http/1.1").await?).await?;
        tokio::task::spawn_local(connection);
        Ok(sender)
    }

    async fn connect2(&self) -> Result<http2::SendRequest<Full<Bytes>>> {
        let (sender, connection) = http2::handshake(TokioExecutor::new(), self.connect(b"h2").await?).await?;
        tokio::task::spawn_local(connection);
        Ok(sender)
    }

    async fn connect(&self, protocol: &[u8]) -> Result<TokioIo<tokio_rustls::client::TlsStream<TcpStream>>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.authority.as_bytes()).context("the server's authority")?)?;
        let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![protocol.to_vec()];
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let stream = TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost")?, stream).await?;
        ensure!(stream.get_ref().1.alpn_protocol() == Some(protocol), "the server speaks another HTTP");
        Ok(TokioIo::new(stream))
    }
}

/// What the lanes share.
struct Round {
    bodies: Vec<Bytes>,
    next: Cell<usize>,
    end: End,
    lanes: usize,
    begun: Instant,
}

impl Round {
    /// The next body; none at the end.
    fn next(&self) -> Option<Bytes> {
        let n = self.next.replace(self.next.get() + 1);
        match self.end {
            End::Once => self.bodies.get(n).cloned(),
            End::After(limit) | End::Paced(limit, _) if self.begun.elapsed() >= limit => None,
            End::After(_) | End::Paced(..) => self.bodies.get(n % self.bodies.len()).cloned(),
        }
    }

    /// Waits for the lane's turn where there is a pace.
    async fn turn(&self, sent: u32) {
        if let End::Paced(_, rate) = self.end {
            let every = Duration::from_secs_f64(self.lanes as f64 / rate);
            tokio::time::sleep_until((self.begun + every * sent).into()).await;
        }
    }
}

enum Sender {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

impl Sender {
    async fn send(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<Response<Incoming>> {
        match self {
            Self::One(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
            Self::Two(sender) => sender.send_request(request).await,
        }
    }
}

async fn lane(
    mut sender: Sender,
    round: Rc<Round>,
    latencies: Rc<RefCell<Vec<Duration>>>,
    expected: &str,
) -> Result<()> {
    let mut sent = 0;
    while let Some(body) = round.next() {
        round.turn(sent).await;
        sent += 1;
        let begun = Instant::now();
        let request = Request::post("https://localhost/authenticate")
            .header("host", "localhost")
            .header("content-type", "application/json");
        let answer = sender.send(request.body(Full::new(body))?).await?;
        let status = answer.status();
        let answer = answer.into_body().collect().await?.to_bytes();
        latencies.borrow_mut().push(begun.elapsed());
        if status != 200 || !contains(&answer, expected.as_bytes()) {
            bail!("{status}: {}", String::from_utf8_lossy(&answer));
        }
    }
    Ok(())
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|part| part == word)
}
