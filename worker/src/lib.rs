//! The mint as an edge worker.

use worker::{Context, Env, Result, event};

#[event(fetch)]
async fn fetch(_request: web_sys::Request, _env: Env, _context: Context) -> Result<web_sys::Response> {
    Ok(web_sys::Response::new_with_opt_str(Some("ok\n"))?)
}
