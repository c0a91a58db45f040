"""A stranger: makes and reads kubemint's credentials with PyPI's sd-jwt and jwcrypto and nothing of ours.

Reads one JSON object a line from standard input and answers each with one JSON object a line: what was asked for, or
`{"error": …}`. It keeps nothing between two lines: keys go out as JWKs and come back as arguments.

  {"do": "key"}                                          -> {"private": JWK, "public": JWK, "thumbprint": …}
  {"do": "user"}                                         -> {"subject": …, "username": …, "groups": […]}
  {"do": "jwks", "keys": [JWK, …]}                       -> {"keys": […]}, without any private part
  {"do": "grant", "issuer": URL, "audience": URL, "key": JWK, "holder": JWK, "user": {…}}
                                                         -> {"grant": …, "claims": {…}}
     also: "iat_offset", "life", "window" in seconds; "claims", "header": members to set, or with null to leave out
  {"do": "present", "grant": …, "key": JWK, "audience": URL}  -> {"presentation": …, "nonce": …}
     also: "iat_offset" in seconds, "nonce"
  {"do": "verify", "token": …, "jwks": {…}, "issuer": URL, "audience": URL}
                                                         -> {"claims": {…}, "binding": {…} or null}
  {"do": "claims", "token": …}                           -> the claims of a grant, unverified
  {"do": "sign", "header": {…}, "payload": {…} or text, "key": JWK}  -> {"token": …}
  {"do": "read", "token": …, "key": JWK}                 -> {"header": {…}, "payload": {…}}
"""

import json
import secrets
import sys
import time
from base64 import urlsafe_b64decode

import sd_jwt.holder
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

GRANT_TYPE = "kubemint-grant+sd-jwt"
NEEDED = {"iss", "aud", "iat", "exp", "jti", "sub", "username", "groups", "sid", "session_iat", "auth_time", "cnf", "window"}
ALLOWED = NEEDED | {"client_id", "amr", "_sd_alg"}
PUBLIC = {"kty", "crv", "x", "y"}


def random_id():
    return secrets.token_urlsafe(16)


def jwk(value):
    return JWK(**value)


def public(key):
    return {name: value for name, value in key.export_public(as_dict=True).items() if name in PUBLIC}


def members(base, changes):
    """`base` with `changes` on top; a null takes the member away."""
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def key(_):
    made = JWK.generate(kty="EC", crv="P-256")
    return {"private": made.export(as_dict=True), "public": public(made), "thumbprint": made.thumbprint()}


def user(_):
    word = secrets.token_hex(4)
    groups = [f"dev-{secrets.token_hex(3)}" for _ in range(1 + secrets.randbelow(4))]
    return {"subject": f"corp:{secrets.token_hex(8)}", "username": f"{word}@example.com", "groups": groups}


def jwks(ask):
    keys = [jwk(value) for value in ask["keys"]]
    return {"keys": [{**public(one), "kid": one.thumbprint(), "alg": "ES256", "use": "sig"} for one in keys]}


def grant(ask):
    now = int(time.time()) + ask.get("iat_offset", 0)
    who = ask["user"]
    signer = jwk(ask["key"])
    claims = {
        "iss": ask["issuer"],
        "aud": ask["audience"],
        "iat": now,
        "exp": now + ask.get("life", 8 * 3600),
        "jti": random_id(),
        "sub": who["subject"],
        "username": who["username"],
        "groups": who["groups"],
        "sid": random_id(),
        "session_iat": now,
        "auth_time": now,
        "cnf": {"jwk": public(jwk(ask["holder"]))},
        "window": ask.get("window", 60),
    }
    claims = members(claims, ask.get("claims", {}))
    header = members({"alg": "ES256", "typ": GRANT_TYPE, "kid": signer.thumbprint()}, ask.get("header", {}))
    issued = SDJWTIssuer(claims, signer, sign_alg="ES256", extra_header_parameters=header)
    return {"grant": issued.sd_jwt_issuance, "claims": issued.sd_jwt_payload}


def present(ask):
    nonce = ask.get("nonce") or random_id()
    # The library dates a binding by the clock it imported and offers no other way.
    sd_jwt.holder.time = lambda: time.time() + ask.get("iat_offset", 0)
    holder = SDJWTHolder(ask["grant"])
    holder.create_presentation({}, nonce=nonce, aud=ask["audience"], holder_key=jwk(ask["key"]), sign_alg="ES256")
    return {"presentation": holder.sd_jwt_presentation, "nonce": nonce}


def part(text):
    return json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def verify(ask):
    """The library's own verdict on signatures and hash, then the profile and the times, which it leaves to its caller."""
    token, audience = ask["token"], ask["audience"]
    binding_text = token.rpartition("~")[2]
    binding = part(binding_text.split(".")[1]) if binding_text else None
    nonce = binding["nonce"] if binding else None
    keys = {one["kid"]: one for one in ask["jwks"]["keys"]}
    verifier = SDJWTVerifier(
        token, lambda _, header: jwk(keys[header["kid"]]), expected_aud=audience if binding else None, expected_nonce=nonce
    )
    claims = verifier.get_verified_payload()
    now = int(time.time())
    header = part(token.split(".")[0])
    demand(set(header) == {"alg", "typ", "kid"} and header["typ"] == GRANT_TYPE, "header")
    demand(NEEDED <= set(claims) <= ALLOWED, "claims")
    demand(claims["iss"] == ask["issuer"], "iss")
    demand(claims["aud"] == audience, "aud")
    demand(claims["iat"] <= now + 30 and now < claims["exp"], "iat, exp")
    demand(set(claims["cnf"]["jwk"]) == PUBLIC, "cnf")
    if binding:
        demand(part(binding_text.split(".")[0]) == {"alg": "ES256", "typ": "kb+jwt"}, "binding header")
        demand(set(binding) == {"iat", "aud", "nonce", "sd_hash"}, "binding claims")
        demand(-30 <= now - binding["iat"] <= claims["window"] + 30, "binding iat")
    return {"claims": claims, "binding": binding}


def claims(ask):
    return part(ask["token"].split(".")[1])


def sign(ask):
    payload = ask["payload"]
    token = JWS(payload if isinstance(payload, str) else json.dumps(payload))
    token.add_signature(jwk(ask["key"]), alg=ask["header"]["alg"], protected=json.dumps(ask["header"]))
    return {"token": token.serialize(compact=True)}


def read(ask):
    token = JWS()
    token.deserialize(ask["token"], jwk(ask["key"]))
    return {"header": token.jose_header, "payload": json.loads(token.payload)}


def demand(condition, what):
    if not condition:
        raise ValueError(f"not the profile: {what}")


DO = {f.__name__: f for f in (key, user, jwks, grant, present, verify, claims, sign, read)}


def answer(line):
    try:
        ask = json.loads(line)
        return DO[ask["do"]](ask)
    except Exception as error:  # a refusal is an answer, whatever library it came from
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(line)), flush=True)
