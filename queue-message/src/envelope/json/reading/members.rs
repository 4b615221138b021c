//! The members of the object, one by one: what each may be, with errors that name it.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, Unexpected, Visitor};

use crate::BoxError;
use crate::envelope::Headers;

/// A member, or `null`.
pub(super) struct OrNull<S>(pub(super) S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for OrNull<S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for OrNull<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member of a message envelope, or null")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}

/// A member of this name that is text, and what its text says.
pub(super) struct Text<T>(
    pub(super) &'static str,
    pub(super) fn(&str) -> Result<T, BoxError>,
);

impl<'de, T> DeserializeSeed<'de> for Text<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, T> Visitor<'de> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` to be text or null", self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.1)(text).map_err(|error| E::custom(format_args!("{}: {error}", self.0)))
    }
}

/// The headers. One that is `null` is none.
pub(super) struct HeadersMember;

impl<'de> DeserializeSeed<'de> for HeadersMember {
    type Value = Headers;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Headers, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for HeadersMember {
    type Value = Headers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`headers` to be an object or null")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
        let mut headers = Headers::new();
        while let Some(name) = map.next_key::<String>()? {
            match map.next_value_seed(OrNull(Text("headers", |text| Ok(text.into()))))? {
                Some(value) => headers.insert(name.into(), value),
                None => headers.remove(name.as_str()),
            };
        }
        Ok(headers)
    }
}

/// How often the message has been delivered.
pub(super) struct CountMember;

impl<'de> DeserializeSeed<'de> for CountMember {
    type Value = u32;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u32, D::Error> {
        deserializer.deserialize_u32(self)
    }
}

impl Visitor<'_> for CountMember {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = u32::MAX;
        write!(
            f,
            "`delivery_count` to be a whole number up to {most}, or null"
        )
    }

    fn visit_u64<E: Error>(self, count: u64) -> Result<u32, E> {
        let too_large = |_| E::invalid_value(Unexpected::Unsigned(count), &self);
        count.try_into().map_err(too_large)
    }
}
