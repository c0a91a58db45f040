//! What one client sends must not cost another its answer, nor the process its memory.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::{
    fs,
    io::{Read as _, Write as _},
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use support::{client::Http, mint::Mint, tokens, until, webhook::Webhook};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn pair() -> (Mint, Webhook) {
    let mint = Mint::start(&[&tokens::key(1)]);
    let webhook = Webhook::start(&mint);
    (mint, webhook)
}

fn resident_kib(webhook: &Webhook) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", webhook.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn assert_answers(mint: &Mint, webhook: &Webhook) {
    let token = tokens::alice(&mint.issuer, &tokens::key(1));
    let answer = webhook.client().review(Http::Two, tokens::review("v1", &token).to_string());
    assert_eq!(answer.json()["status"]["authenticated"], true);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Sends 100 MiB in pieces until the server has had enough, and gives back how it put that.
async fn flood(webhook: &Webhook, head: &str, chunked: bool) -> String {
    let mut stream = webhook.client().connect(Http::One).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let piece = vec![b'a'; 64 * 1024];
    for _ in 0..1600 {
        let size = format!("{:x}\r\n", piece.len());
        let parts: [&[u8]; 3] = if chunked { [size.as_bytes(), &piece, b"\r\n"] } else { [b"", &piece, b""] };
        if stream.write_all(&parts.concat()).await.is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn h66_a_body_of_100_mib_is_never_kept() {
    let (mint, webhook) = pair();
    let head = "POST /authenticate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    let announced = runtime().block_on(flood(&webhook, &format!("{head}Content-Length: 104857600\r\n\r\n"), false));
    let unannounced = runtime().block_on(flood(&webhook, &format!("{head}Transfer-Encoding: chunked\r\n\r\n"), true));
    for answer in [announced, unannounced] {
        // The connection may be reset before the answer is read; a verdict it must never be.
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413"), "{answer}");
    }
    assert_answers(&mint, &webhook);
    assert!(resident_kib(&webhook) < 64 * 1024, "{} KiB", resident_kib(&webhook));
}

#[test]
fn h66_ten_thousand_at_once() {
    let (mint, webhook) = pair();
    let good = Bytes::from(tokens::review("v1beta1", &tokens::alice(&mint.issuer, &tokens::key(1))).to_string());
    let bad = Bytes::from(tokens::review("v1", "a.b.c~d.e.f").to_string());
    let (admitted, refused) = runtime().block_on(async {
        let mut tasks = Vec::new();
        for _ in 0..20 {
            let stream = TokioIo::new(webhook.client().connect(Http::Two).await.unwrap());
            let (sender, connection) =
                http2::handshake::<_, _, Full<Bytes>>(TokioExecutor::new(), stream).await.unwrap();
            tokio::spawn(connection);
            for n in 0..500 {
                let (mut sender, body) = (sender.clone(), if n % 2 == 0 { good.clone() } else { bad.clone() });
                tasks.push(tokio::spawn(async move {
                    let request =
                        Request::post("https://localhost/authenticate").header("content-type", "application/json");
                    let response = sender.send_request(request.body(Full::new(body)).unwrap()).await.unwrap();
                    assert_eq!(response.status(), 200);
                    let body = response.into_body().collect().await.unwrap().to_bytes();
                    serde_json::from_slice::<serde_json::Value>(&body).unwrap()["status"]["authenticated"] == true
                }));
            }
        }
        let mut verdicts = (0, 0);
        for task in tasks {
            if task.await.unwrap() { verdicts.0 += 1 } else { verdicts.1 += 1 }
        }
        verdicts
    });
    assert_eq!((admitted, refused), (5000, 5000));
    assert!(resident_kib(&webhook) < 256 * 1024, "{} KiB", resident_kib(&webhook));
}

#[test]
fn connections_that_say_nothing_cost_others_nothing() {
    let (mint, webhook) = pair();
    let mut silent = Vec::new();
    for n in 0..100 {
        let mut stream = webhook.dial();
        match n % 3 {
            0 => {}
            1 => stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap(),
            _ => stream.write_all(&[0x16, 0x03, 0x01, 0xff, 0xff]).unwrap(),
        }
        silent.push(stream);
    }
    assert_answers(&mint, &webhook);
}

#[test]
fn plain_http_is_no_answer() {
    let (_mint, webhook) = pair();
    let mut stream = webhook.dial();
    stream.write_all(b"POST /authenticate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[test]
fn sigterm_finishes_what_was_begun() {
    let (mint, mut webhook) = pair();
    let body = tokens::review("v1", &tokens::alice(&mint.issuer, &tokens::key(1))).to_string();
    let head = format!(
        "POST /authenticate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let runtime = runtime();
    let mut stream = runtime.block_on(async {
        let mut stream = webhook.client().connect(Http::One).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).await.unwrap();
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n", "it waits for the body");
        stream
    });
    webhook.signal("-TERM");
    until("the door is shut", || webhook.try_dial().is_err().then_some(()));
    let answer = runtime.block_on(async {
        stream.write_all(body.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    });
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"authenticated\":true"), "{answer}");
    assert!(webhook.ended().success());
}
