//! What is answered at which address.
//!
//! Every verdict is HTTP 200. Nothing here ever answers 429 or sends Retry-After: kube-apiserver would
//! ask thirty-one times for one kubectl command.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Body as _, Incoming},
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue},
};
use kubemint_core::{problem::Reason, review};

use crate::{clock, host::Host};

/// How long a client may take to send a body.
const PATIENCE: Duration = Duration::from_secs(10);

/// More than kube-apiserver can send: the headers it takes a token from are at most 1 MiB.
const MAX_DISCARDED: usize = 2 * 1024 * 1024;

type Page = Response<Full<Bytes>>;

/// Answers one request; never fails.
pub async fn answer(host: Arc<Host>, request: Request<Incoming>) -> Result<Page, std::convert::Infallible> {
    let (get, head) = (request.method() == Method::GET, request.method() == Method::HEAD);
    let mut page = match request.uri().path() {
        "/authenticate" if request.method() == Method::POST => authenticate(&host, request).await,
        "/authenticate" => other_method(&host, "POST"),
        "/healthz" if get => text(StatusCode::OK, "ok\n"),
        "/readyz" if get => readiness(&host),
        "/metrics" if get => metrics(&host),
        "/healthz" | "/readyz" | "/metrics" => other_method(&host, "GET"),
        _ => unheard(&host, StatusCode::NOT_FOUND),
    };
    if head {
        // HTTP/2 has no one below us to leave it out (RFC 9110 §9.3.2).
        *page.body_mut() = Full::default();
    }
    Ok(page)
}

async fn authenticate(host: &Host, request: Request<Incoming>) -> Page {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some("application/json") {
        return unheard(host, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let body = match read(request.into_body()).await {
        Ok(body) => body,
        Err(status) => return unheard(host, status),
    };
    let started = Instant::now();
    let (verdict, page) = match review::Request::parse(&body) {
        Ok(question) => {
            let verdict = host.judge(&question, clock::now());
            let refusal = verdict.as_ref().err().copied();
            (refusal, json(review::answer(question.version, &verdict)))
        }
        Err(reason) => (Some(reason), text(StatusCode::BAD_REQUEST, reason.sentence())),
    };
    host.metrics.judged(verdict, started.elapsed());
    log(verdict);
    page
}

/// The whole body, if it is no longer than a TokenReview may be; of a longer one nothing is kept.
async fn read(mut body: Incoming) -> Result<Bytes, StatusCode> {
    let whole = async {
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if announced <= review::MAX_BODY {
            match Limited::new(&mut body, review::MAX_BODY).collect().await {
                Ok(body) => return Ok(body.to_bytes()),
                Err(error) if error.is::<LengthLimitError>() => {}
                Err(_) => return Err(StatusCode::BAD_REQUEST),
            }
        }
        discard(&mut body).await;
        Err(StatusCode::PAYLOAD_TOO_LARGE)
    };
    tokio::time::timeout(PATIENCE, whole).await.unwrap_or(Err(StatusCode::REQUEST_TIMEOUT))
}

/// Lets the rest of a long body pass by. A client that is cut off while it still writes sees a reset
/// connection instead of the answer, and kube-apiserver, which sends what any stranger's token makes
/// long, would try four times more.
async fn discard(body: &mut Incoming) {
    let mut left = MAX_DISCARDED;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        if length > left {
            return;
        }
        left -= length;
    }
}

/// Whoever runs the cluster asks for these lines with `--verbose`: anybody can cause them.
fn log(refusal: Option<Reason>) {
    match refusal {
        None => tracing::debug!("admitted"),
        Some(reason) => tracing::debug!(reason = reason.as_str(), "refused"),
    }
}

fn readiness(host: &Host) -> Page {
    let problems = host.problems();
    if problems.is_empty() {
        return text(StatusCode::OK, "ok\n");
    }
    text(StatusCode::SERVICE_UNAVAILABLE, &(problems.join("\n") + "\n"))
}

fn metrics(host: &Host) -> Page {
    host.take_stock(clock::now());
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    page(StatusCode::OK, kind, host.metrics.render().into())
}

fn other_method(host: &Host, allowed: &'static str) -> Page {
    let mut page = unheard(host, StatusCode::METHOD_NOT_ALLOWED);
    page.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    page
}

fn unheard(host: &Host, status: StatusCode) -> Page {
    host.metrics.unheard();
    text(status, status.canonical_reason().unwrap_or_default())
}

fn json(body: Vec<u8>) -> Page {
    page(StatusCode::OK, HeaderValue::from_static("application/json"), body.into())
}

fn text(status: StatusCode, body: &str) -> Page {
    page(status, HeaderValue::from_static("text/plain; charset=utf-8"), Bytes::copy_from_slice(body.as_bytes()))
}

fn page(status: StatusCode, kind: HeaderValue, body: Bytes) -> Page {
    let mut page = Response::new(Full::new(body));
    *page.status_mut() = status;
    page.headers_mut().insert(CONTENT_TYPE, kind);
    page.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    page
}
