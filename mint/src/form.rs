//! `application/x-www-form-urlencoded`, where a member that stands twice refuses the whole form.

use std::collections::BTreeMap;

use kubemint_core::problem::Reason;

/// The largest form that is read, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// A form by member.
pub struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a form (WHATWG URL §5.1).
    ///
    /// # Errors
    /// [`Reason::RequestMalformed`] for another content type, broken escapes, bytes that are no
    /// UTF-8, more than 64 KiB, or a doubled member (RFC 6749 §3.2).
    pub fn parse(content_type: &str, body: &[u8]) -> Result<Self, Reason> {
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") || body.len() > MAX_BYTES {
            return Err(Reason::RequestMalformed);
        }
        let text = std::str::from_utf8(body).map_err(|_| Reason::RequestMalformed)?;
        let mut members = BTreeMap::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if members.insert(decode(name)?, decode(value)?).is_some() {
                return Err(Reason::RequestMalformed);
            }
        }
        Ok(Self(members))
    }

    /// A member; an empty one counts as absent (RFC 6749 §3.2).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A member that must be there.
    ///
    /// # Errors
    /// [`Reason::ParameterMissing`].
    pub fn need(&self, name: &str) -> Result<&str, Reason> {
        self.get(name).ok_or(Reason::ParameterMissing)
    }
}

fn decode(text: &str) -> Result<String, Reason> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => digit(rest.next())? * 16 + digit(rest.next())?,
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| Reason::RequestMalformed)
}

fn digit(byte: Option<u8>) -> Result<u8, Reason> {
    match byte {
        Some(b @ b'0'..=b'9') => Ok(b - b'0'),
        Some(b @ b'a'..=b'f') => Ok(b - b'a' + 10),
        Some(b @ b'A'..=b'F') => Ok(b - b'A' + 10),
        _ => Err(Reason::RequestMalformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "application/x-www-form-urlencoded; charset=utf-8";

    #[test]
    fn reads_escapes() {
        let form = Form::parse(TYPE, b"a=%7E+b&empty=&c").unwrap();
        assert_eq!((form.get("a"), form.get("empty"), form.get("c")), (Some("~ b"), None, None));
        assert_eq!(form.need("x"), Err(Reason::ParameterMissing));
    }

    #[test]
    fn h57_doubled_members_refuse() {
        let large = [b"a=".as_slice(), &vec![b'x'; MAX_BYTES]].concat();
        for bad in [&b"a=1&a=1"[..], b"a=1&%61=2", b"a=%", b"a=%zz", b"a=%ff", &large] {
            assert!(matches!(Form::parse(TYPE, bad), Err(Reason::RequestMalformed)));
        }
        assert!(Form::parse("application/json", b"a=1").is_err());
    }
}
