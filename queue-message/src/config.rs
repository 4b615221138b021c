//! Settings as text, and what is read from them.

mod address;
mod memory;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::fmt::friendly::SpanParser;

pub(crate) use memory::check_name;

use crate::{MessageError, Result};

/// Settings by their keys, all of them text, in the order of the keys.
///
/// They come from a map, an array or any iterator of pairs ([`FromIterator`], [`From`]), from a line `key=value;key=value` ([`FromStr`]),
/// or from the query of a URL ([`from_query`](Self::from_query)). What reads them says which keys it
/// [knows](Self::only), so that a misspelt one is an error. All errors are [`Config`](MessageError::Config), and name
/// the key as it was written.
///
/// ```
/// use queue_message::ConfigParams;
/// use std::time::Duration;
///
/// let params: ConfigParams = "name=orders; capacity=10; lock_timeout=1m 30s".parse()?;
/// assert_eq!(params, ConfigParams::from([("lock_timeout", "1m 30s"), ("capacity", "10"), ("name", "orders")]));
///
/// assert_eq!(params.get("name"), Some("orders"));
/// assert_eq!(params.get_as::<usize>("capacity")?, Some(10));
/// assert_eq!(params.get_as_duration("lock_timeout")?, Some(Duration::from_secs(90)));
///
/// let error = params.get_as::<usize>("name").unwrap_err();
/// assert_eq!(error.to_string(), "name=orders: invalid digit found in string");
/// let error = params.only(&["name", "capacity"]).unwrap_err();
/// assert_eq!(error.to_string(), "lock_timeout: unknown; known are `name`, `capacity`");
/// # queue_message::Result::<()>::Ok(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigParams(BTreeMap<String, String>);

impl ConfigParams {
    /// No settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The settings in the query of a URL, without its `?`: `key=value&key=value`, percent-encoded, with `+` for a
    /// space.
    ///
    /// # Errors
    /// A key without `=` or without a name, one that is given twice, and text that is not UTF-8 once it is decoded.
    ///
    /// ```
    /// use queue_message::ConfigParams;
    ///
    /// let params = ConfigParams::from_query("capacity=10&dead_letter=orders%2Fdead&lock_timeout=1m+30s")?;
    /// assert_eq!(params.get("dead_letter"), Some("orders/dead"));
    /// assert_eq!(params.get("lock_timeout"), Some("1m 30s"));
    /// # queue_message::Result::<()>::Ok(())
    /// ```
    pub fn from_query(query: &str) -> Result<Self> {
        let mut params = Self::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = split(pair)?;
            let decoded = |text: &str| address::decoded(&text.replace('+', " "), pair);
            params.add(pair, decoded(key)?, decoded(value)?)?;
        }
        Ok(params)
    }

    /// Sets a value, in place of one of the same key.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.insert(key.into(), value.into());
    }

    /// Takes a setting out.
    pub fn remove(&mut self, key: &str) -> Option<String> {
        self.0.remove(key)
    }

    /// Whether there is no setting.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All settings, in the order of the keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// A value.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// A value that must be there.
    ///
    /// # Errors
    /// It is not.
    pub fn require(&self, key: &str) -> Result<&str> {
        self.get(key)
            .ok_or_else(|| MessageError::config(key, "missing"))
    }

    /// A value of any type that is read from text.
    ///
    /// # Errors
    /// The text is no such value.
    pub fn get_as<T: FromStr<Err: fmt::Display>>(&self, key: &str) -> Result<Option<T>> {
        let read = |value: &str| {
            value
                .parse()
                .map_err(|error: T::Err| wrong(key, value, error.to_string()))
        };
        self.get(key).map(read).transpose()
    }

    /// A length of time: with its units, as in `30s`, `1m 30s`, `250ms` or `1.5 hours`, or a whole number of
    /// milliseconds.
    ///
    /// # Errors
    /// The text is neither, is negative, or is more than a [`Duration`] holds.
    ///
    /// ```
    /// use queue_message::ConfigParams;
    /// use std::time::Duration;
    ///
    /// let params = ConfigParams::from([("wait", "1500"), ("lock_timeout", "30 parsecs")]);
    /// assert_eq!(params.get_as_duration("wait")?, Some(Duration::from_millis(1500)));
    /// assert_eq!(params.get_as_duration("interval")?, None);
    /// let error = params.get_as_duration("lock_timeout").unwrap_err();
    /// assert!(error.to_string().starts_with("lock_timeout=30 parsecs: "), "{error}");
    /// # queue_message::Result::<()>::Ok(())
    /// ```
    pub fn get_as_duration(&self, key: &str) -> Result<Option<Duration>> {
        let read = |value: &str| {
            if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
                let milliseconds = value.parse().map(Duration::from_millis);
                return milliseconds.map_err(|error| wrong(key, value, error.to_string()));
            }
            let duration = SpanParser::new().parse_unsigned_duration(value);
            duration.map_err(|error| {
                let wanted = "is neither like `1m 30s` nor a whole number of milliseconds";
                wrong(key, value, format!("{wanted}: {error}"))
            })
        };
        self.get(key).map(read).transpose()
    }

    /// Sees to it that there are no settings but those of these keys.
    ///
    /// # Errors
    /// There are others: it names them all.
    pub fn only(&self, known: &[&str]) -> Result<()> {
        let unknown = self.0.keys().filter(|key| !known.contains(&key.as_str()));
        let unknown: Vec<_> = unknown.map(String::as_str).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let known = known.join("`, `");
        Err(MessageError::config(
            unknown.join(", "),
            format!("unknown; known are `{known}`"),
        ))
    }

    /// Adds a setting, written as `pair`, that must have a key, which must be new.
    fn add(&mut self, pair: &str, key: String, value: String) -> Result<()> {
        if key.trim().is_empty() {
            return Err(MessageError::config(pair, "has no key before its `=`"));
        }
        match self.0.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(value);
                Ok(())
            }
            Entry::Occupied(there) => Err(MessageError::config(there.key(), "given twice")),
        }
    }
}

/// `key=value;key=value`, as the family writes settings. Blanks around keys and values are left out, as are empty
/// settings; a value cannot hold a `;`.
impl FromStr for ConfigParams {
    type Err = MessageError;

    fn from_str(line: &str) -> Result<Self> {
        let mut params = Self::new();
        for pair in line.split(';').map(str::trim) {
            if !pair.is_empty() {
                let (key, value) = split(pair)?;
                params.add(pair, key.trim().to_owned(), value.trim().to_owned())?;
            }
        }
        Ok(params)
    }
}

/// Of several values of one key, the last is taken.
impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for ConfigParams {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter();
        Self(
            pairs
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        )
    }
}

/// As from an iterator.
impl<K: Into<String>, V: Into<String>, const N: usize> From<[(K, V); N]> for ConfigParams {
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().collect()
    }
}

/// Sets each of them, in place of one of the same key.
impl<K: Into<String>, V: Into<String>> Extend<(K, V)> for ConfigParams {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        for (key, value) in pairs {
            self.set(key, value);
        }
    }
}

/// A key and its value.
fn split(pair: &str) -> Result<(&str, &str)> {
    pair.split_once('=')
        .ok_or_else(|| MessageError::config(pair, "has no value: there is no `=`"))
}

/// A value that is wrong.
fn wrong(key: &str, value: &str, problem: impl Into<String>) -> MessageError {
    MessageError::config(format!("{key}={value}"), problem)
}
