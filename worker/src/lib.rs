//! The mint on Cloudflare Workers, or any workerd: the host that holds the signing keys.
//!
//! The raw event is taken, the body read once, the answer made from bytes. Nothing is kept between sign-in and grant;
//! configuration and keys are read once for each isolate.

mod binding;
mod bucket;
mod host;
mod inbound;
mod isolate;
mod log;
mod outbound;
mod webcrypto;

use worker::{Context, Env, Result, event};

#[event(fetch)]
async fn fetch(request: web_sys::Request, environment: Env, _context: Context) -> Result<web_sys::Response> {
    let request = inbound::receive(&request).await?;
    let answer = match isolate::current(&environment).await {
        Ok(isolate) => isolate.handle(&environment, &request).await,
        Err(unready) => unready.answer(),
    };
    Ok(inbound::respond(&answer)?)
}
