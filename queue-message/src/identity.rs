//! What messages and their deliveries are called by: ids and receipts.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::Deserializer;
use serde::{Deserialize, Serialize, Serializer};

/// The id of a message: 32 hexadecimal digits drawn by chance, or any text that its sender chose. For serde, too, it is
/// text.
///
/// ```
/// use queue_message::MessageId;
///
/// let drawn = MessageId::random();
/// assert_eq!(drawn.to_string().len(), 32);
/// assert_eq!(drawn, drawn.to_string().as_str().into());
/// assert_eq!(MessageId::from("order 7").to_string(), "order 7");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(Id);

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Id {
    /// What is written as 32 lower-case hexadecimal digits, and only that; as bytes, which are not aligned, so that envelopes are smaller.
    Hex([u8; 16]),
    Text(Arc<str>),
}

impl MessageId {
    /// An id that no other message has: 128 bits by chance, from the thread's cryptographic generator.
    #[must_use]
    #[inline]
    pub fn random() -> Self {
        Self(Id::Hex(rand::random::<u128>().to_be_bytes()))
    }
}

impl From<&str> for MessageId {
    fn from(text: &str) -> Self {
        match hex(text, 32) {
            Some(id) => Self(Id::Hex(id.to_be_bytes())),
            None => Self(Id::Text(text.into())),
        }
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Id::Hex(id) => write!(f, "{:032x}", u128::from_be_bytes(*id)),
            Id::Text(text) => f.write_str(text),
        }
    }
}

/// What one delivery of a message is settled with: [`delete`](crate::MessageStore::delete) and its like. It is good until the
/// message is settled, or its lock expires. It is text to whoever passes it on ([`Display`](fmt::Display), [`FromStr`],
/// serde).
///
/// ```
/// use queue_message::Receipt;
///
/// let receipt: Receipt = "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a".parse().unwrap();
/// assert_eq!(receipt.to_string(), "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Receipt(Token);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Token {
    /// What is written as 48 lower-case hexadecimal digits, and only that.
    Words([u64; 3]),
    Text(Arc<str>),
}

impl Receipt {
    /// A receipt of three words, written as 48 hexadecimal digits: cheap to make, to copy and to compare.
    #[must_use]
    #[inline]
    pub const fn from_words(words: [u64; 3]) -> Self {
        Self(Token::Words(words))
    }

    /// The three words, if it has been made of three, or written so.
    #[must_use]
    #[inline]
    pub const fn words(&self) -> Option<[u64; 3]> {
        match self.0 {
            Token::Words(words) => Some(words),
            Token::Text(_) => None,
        }
    }
}

impl From<&str> for Receipt {
    fn from(text: &str) -> Self {
        let words = || {
            Some([
                hex(text.get(..16)?, 16)?,
                hex(text.get(16..32)?, 16)?,
                hex(text.get(32..)?, 16)?,
            ])
        };
        match words() {
            Some([a, b, c]) => Self(Token::Words([a, b, c].map(|word: u128| word as u64))),
            None => Self(Token::Text(text.into())),
        }
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Token::Words([a, b, c]) => write!(f, "{a:016x}{b:016x}{c:016x}"),
            Token::Text(text) => f.write_str(text),
        }
    }
}

/// What both are as text.
macro_rules! text {
    ($name:ident) => {
        impl From<String> for $name {
            fn from(text: String) -> Self {
                text.as_str().into()
            }
        }

        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(text: &str) -> Result<Self, Infallible> {
                Ok(text.into())
            }
        }

        /// The text, in the name's brackets.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.to_string())
            }
        }

        /// As text.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        /// From text.
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }
    };
}

text!(MessageId);
text!(Receipt);

/// `text` as a number, if it is just so many lower-case hexadecimal digits.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let canonical = text.len() == digits
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    canonical
        .then(|| u128::from_str_radix(text, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_what_was_written() {
        for text in [
            "",
            "7",
            "0123456789abcdef0123456789abcdef",
            "0123456789ABCDEF0123456789abcdef",
            "+123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(MessageId::from(text).to_string(), text);
        }
    }

    #[test]
    fn both_are_text_to_others() {
        let id = MessageId::from("0123456789abcdef0123456789abcdef");
        let receipt = Receipt::from_words([1, 2, 3]);
        assert_eq!(
            format!("{:?}", MessageId::from("a\"b")),
            r#"MessageId("a\"b")"#
        );
        assert_eq!(format!("{id:?}"), format!("MessageId(\"{id}\")"));
        assert_eq!(format!("{receipt:?}"), format!("Receipt(\"{receipt}\")"));

        let json = serde_json::to_string(&(&id, &receipt)).unwrap();
        assert_eq!(json, format!(r#"["{id}","{receipt}"]"#));
        let read: (MessageId, Receipt) = serde_json::from_str(&json).unwrap();
        assert_eq!(read, (id.clone(), receipt.clone()));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(Receipt::from(receipt.to_string()), receipt);
    }

    #[test]
    fn receipts_are_what_was_written() {
        let words = Receipt::from_words([1, u64::MAX, 3]);
        assert_eq!(Receipt::from(words.to_string().as_str()), words);
        for text in [
            "",
            "é23456789abcdef0123456789abcdef0123456789abcde",
            &"f".repeat(47),
            &"F".repeat(48),
            &"0".repeat(49),
        ] {
            assert_eq!(Receipt::from(text).to_string(), text);
            assert_eq!(Receipt::from(text).words(), None);
        }
    }
}
