//! `serve`: puts the parts together, answers, and listens to signals.

use std::{net::SocketAddr, sync::Arc, thread, time::Duration};

use arc_swap::{ArcSwap, ArcSwapOption};
use kubemint_core::deny::Deny;
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
    signal::unix::{SignalKind, signal},
};

use crate::{
    command::Serve,
    config::Config,
    deny::{DenyFile, Problem, Reading},
    failure::Failure,
    host::Host,
    log,
    metrics::Metrics,
    poller::{Bell, Poller},
    reload,
    server::{self, Tls},
    state::State,
    trust::Trust,
};

/// How often the deny file is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Serves until SIGTERM or SIGINT.
pub fn run(options: &Serve) -> Result<(), Failure> {
    let config = Config::load(&options.config)?;
    let tls: Tls = Arc::new(ArcSwap::new(config.tls.load().map_err(|error| unserved(&error))?));
    let state = State::open(&config.state).map_err(|error| {
        let what = format!("the state folder {} cannot be written: {error}", config.state.display());
        Failure::refusal(
            what,
            "name a folder of the webhook's own as `state`: it holds the keys to start with when the mint is away",
        )
    })?;
    log::start(options.verbose);

    let mut deny_file = DenyFile::default();
    let first = deny_file.look(config.deny.as_deref());
    if let Some(Problem::Unreadable(why)) = &first.problem {
        return Err(undenied(why));
    }
    let trust = Arc::new(Trust::new(
        config.authenticator(),
        state.load(&config.source.issuer),
        first.deny.clone().unwrap_or_default(),
    ));
    let host = Arc::new(host(config, trust));
    heed(&host, first);

    let runtime = runtime()?;
    let listener = runtime.block_on(listen(host.config.load().listen))?;
    poll(&host, state)?;
    watch(&host, deny_file)?;
    runtime.block_on(answer(listener, tls, host, options.config.clone()))
}

fn host(config: Config, trust: Arc<Trust>) -> Host {
    Host {
        config: ArcSwap::from_pointee(config),
        trust,
        metrics: Arc::new(Metrics::new()),
        bell: Bell::default(),
        deny_problem: ArcSwapOption::empty(),
        reload_problem: ArcSwapOption::empty(),
    }
}

/// One worker a core: a verdict is pure computing, more would only take turns.
fn runtime() -> Result<Runtime, Failure> {
    Builder::new_multi_thread().enable_all().build().map_err(|error| unstarted(&error))
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::refusal(
            format!("cannot listen on {address}: {error}"),
            "is another webhook running? change `listen` here and in kube-apiserver's kubeconfig",
        )
    })
}

fn poll(host: &Host, state: State) -> Result<(), Failure> {
    let source = host.config.load().source.clone();
    let poller = Poller { source, state, trust: Arc::clone(&host.trust), metrics: Arc::clone(&host.metrics) };
    poller.start(&host.bell).map_err(|error| unstarted(&error))
}

/// Looks at the deny file for as long as the process lives.
fn watch(host: &Arc<Host>, mut file: DenyFile) -> Result<(), Failure> {
    let host = Arc::clone(host);
    let look = move || {
        loop {
            thread::sleep(LOOK);
            let reading = file.look(host.config.load().deny.as_deref());
            heed(&host, reading);
        }
    };
    thread::Builder::new().name("deny".into()).spawn(look).map(drop).map_err(|error| unstarted(&error))
}

/// Puts a look at the deny file into force and says what is new about it.
fn heed(host: &Host, reading: Reading) {
    if let Some(deny) = reading.deny {
        let empty = deny == Deny::default();
        host.trust.denied_are(deny);
        tracing::info!(empty, "the deny list is in force");
    }
    if host.deny_problem.load().as_deref() != reading.problem.as_ref() {
        if let Some(problem) = &reading.problem {
            tracing::error!("{problem}");
        }
        host.deny_problem.store(reading.problem.map(Arc::new));
    }
}

async fn answer(listener: TcpListener, tls: Tls, host: Arc<Host>, path: std::path::PathBuf) -> Result<(), Failure> {
    let heard = |kind| signal(kind).map_err(|error| unstarted(&error));
    let (mut terminate, mut interrupt, mut hangup) =
        (heard(SignalKind::terminate())?, heard(SignalKind::interrupt())?, heard(SignalKind::hangup())?);
    let end = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("finishing what was begun");
    };
    let (reloaded_tls, reloaded_host) = (Arc::clone(&tls), Arc::clone(&host));
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            reload::reload(&reloaded_host, &reloaded_tls, &path);
        }
    });
    if let Ok(address) = listener.local_addr() {
        tracing::info!(%address, "answering");
    }
    server::serve(listener, tls, host, end).await;
    Ok(())
}

fn unserved(error: &crate::tls::TlsError) -> Failure {
    Failure::refusal(error.to_string(), "`kubemint-webhook init` makes a certificate and its key")
}

/// Later the last list stays in force; at the start there is none, and whom the file shuts out would be let in.
fn undenied(why: &str) -> Failure {
    Failure::refusal(
        format!("the deny file cannot be read: {why}"),
        "bring it back, or make an empty one, which shuts nobody out",
    )
}

fn unstarted(error: &std::io::Error) -> Failure {
    Failure::refusal(format!("cannot start: {error}"), "are there enough threads and file descriptors?")
}
