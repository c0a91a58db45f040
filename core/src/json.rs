//! JSON that says one thing only: a member that stands twice refuses the whole document.

use alloc::{string::String, vec::Vec};
use core::{fmt, marker::PhantomData};
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Map, Number, Value};

/// Reads one JSON document; none for bad UTF-8, trailing bytes, more than 128 levels or a member
/// that stands twice, also through `\u` escapes (RFC 8725 §2.4: two readers must not see two tokens).
#[must_use]
pub fn parse(bytes: &[u8]) -> Option<Value> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(value)
}

/// For optional members of wire structs: present means a value, `null` is a refusal.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

/// Reads a wire struct; none for trailing bytes, unknown or doubled members, or an array of its
/// values, which serde's structs would take for the object: one token must not have two spellings.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = object(&mut reader).ok()?;
    reader.end().ok()?;
    Some(value)
}

/// For wire structs inside wire structs: an object, never an array of its values.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<T, D::Error> {
    d.deserialize_map(Object(PhantomData))
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}

/// A member that is a string, if it is there and is one.
#[must_use]
pub fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.get(member)?.as_str()
}

/// An array of strings and nothing else.
#[must_use]
pub fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|v| v.as_str().map(String::from)).collect()
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(Strict)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let value = access.next_value_seed(Strict)?;
            if members.insert(name, value).is_some() {
                return Err(de::Error::custom("a member stands twice"));
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h35_members_that_stand_twice_refuse() {
        assert!(parse(br#"{"a":1,"a":1}"#).is_none());
        assert!(parse(br#"{"a":1,"\u0061":1}"#).is_none());
        assert!(parse(br#"{"x":[{"a":1,"a":2}]}"#).is_none());
        assert!(parse(br#"{"a":1,"b":{"a":1}}"#).is_some());
    }

    #[test]
    fn h18_h35_structs_are_objects_only() {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Outer {
            #[serde(deserialize_with = "object")]
            inner: Inner,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Inner {
            a: u8,
        }
        assert_eq!(read::<Outer>(br#"{"inner":{"a":1}}"#).unwrap().inner.a, 1);
        for bad in [r#"{"inner":[1]}"#, r#"[{"a":1}]"#, r#"{"inner":{"a":1,"a":1}}"#, r#"{"inner":{"a":1}} x"#, "null"]
        {
            assert!(read::<Outer>(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    #[test]
    fn h36_depth_ends() {
        let deep = "[".repeat(100_000);
        assert!(parse(deep.as_bytes()).is_none());
    }

    #[test]
    fn h37_bytes_that_are_not_one_document_refuse() {
        for bytes in [&b"\xff"[..], b"{}x", b"\xef\xbb\xbf{}", br#""\ud800""#, b"", b"1e999"] {
            assert!(parse(bytes).is_none(), "{bytes:?}");
        }
    }
}
