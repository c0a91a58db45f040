//! TokenReview: a body in, the answer's body out, through the whole authenticator.

use kubemint_core::{jws::Verifier, problem::Reason, review};
use serde_json::{Value, json};

use crate::{
    identity,
    input::{Fault, Input, unfit},
};

/// What a host does with a body; a body that is no review has no version to answer in.
pub(crate) fn answer<V: Verifier>(input: &Input<'_>, verifier: &V) -> Result<Value, Fault> {
    let request = review::Request::parse(&input.bytes("body")?)?;
    let verdict = match identity::identity(input, &request.token, verifier) {
        Ok(identity) => request.audiences(&input.strings("api_audiences")?).map(|audiences| (identity, audiences)),
        Err(Fault::Refused(name)) => Err(reason(&name)?),
        Err(fault) => return Err(fault),
    };
    let body = review::answer(request.version, &verdict);
    let document: Value = serde_json::from_slice(&body).map_err(|_| unfit("body"))?;
    // The refusal's own name beside the answer, which tells it only where time can cure it.
    Ok(match verdict {
        Ok(_) => json!({ "answer": document }),
        Err(reason) => json!({ "answer": document, "because": reason.as_str() }),
    })
}

fn reason(name: &Value) -> Result<Reason, Fault> {
    let found = Reason::ALL.iter().find(|reason| name == reason.as_str());
    found.copied().ok_or_else(|| Fault::Refused(name.clone()))
}
