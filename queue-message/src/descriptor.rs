//! How the parts of a program are asked for: by descriptors.

use std::fmt;
use std::str::FromStr;

use crate::{MessageError, Result};

/// What stands for any.
const ANY: &str = "*";

/// What the five parts are called, in order.
const PARTS: [&str; 5] = ["group", "type", "kind", "name", "version"];

/// Five parts, `group:type:kind:name:version`, by which a component is asked for or found: whose it is, what it does,
/// how, what it is called, and the version of its contract. A `*` stands for any.
///
/// ```
/// use queue_message::Descriptor;
///
/// let queue: Descriptor = "pip-services:message-queue:memory:my_queue:1.0".parse()?;
/// assert_eq!((queue.kind(), queue.name()), ("memory", "my_queue"));
///
/// let all = Descriptor::new("pip-services", "message-queue", "memory", "*", "1.0")?;
/// assert!(all.matches(&queue) && queue.is_complete() && !all.is_complete());
/// assert_eq!(all.to_string(), "pip-services:message-queue:memory:*:1.0");
///
/// let error = "pip-services:message-queue::my_queue:1.0".parse::<Descriptor>().unwrap_err();
/// assert_eq!(error.to_string(), "pip-services:message-queue::my_queue:1.0: its 3rd part, the kind, is empty");
/// # queue_message::Result::<()>::Ok(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Descriptor([Box<str>; 5]);

impl Descriptor {
    /// A descriptor of these parts.
    ///
    /// # Errors
    /// [`Config`](MessageError::Config): a part is empty, holds a `:`, or has blanks at its ends.
    pub fn new(
        group: &str,
        component_type: &str,
        kind: &str,
        name: &str,
        version: &str,
    ) -> Result<Self> {
        let parts = [group, component_type, kind, name, version];
        for (index, part) in parts.iter().enumerate() {
            if part.contains(':') {
                return Err(MessageError::config(
                    *part,
                    format!("the {} holds a `:`", PARTS[index]),
                ));
            }
        }
        Self::of(parts, || parts.join(":"))
    }

    fn of(parts: [&str; 5], whole: impl Fn() -> String) -> Result<Self> {
        for (index, part) in parts.iter().enumerate() {
            let problem = match () {
                () if part.is_empty() => "is empty",
                () if part.trim() != *part => "has blanks at its ends",
                () => continue,
            };
            let ordinal = ["1st", "2nd", "3rd", "4th", "5th"][index];
            let problem = format!("its {ordinal} part, the {}, {problem}", PARTS[index]);
            return Err(MessageError::config(whole(), problem));
        }
        Ok(Self(parts.map(Box::from)))
    }

    /// Whose it is: `pip-services`.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.0[0]
    }

    /// What it does: `message-queue`.
    #[must_use]
    pub fn component_type(&self) -> &str {
        &self.0[1]
    }

    /// How it does it: `memory`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.0[2]
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0[3]
    }

    /// The version of its contract.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0[4]
    }

    /// Whether every part is the same in both, or any in one of them.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0
            .iter()
            .zip(&other.0)
            .all(|(one, other)| one == other || **one == *ANY || **other == *ANY)
    }

    /// Whether no part is `*`.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.0.iter().all(|part| **part != *ANY)
    }
}

impl FromStr for Descriptor {
    type Err = MessageError;

    fn from_str(text: &str) -> Result<Self> {
        let parts: Vec<_> = text.split(':').collect();
        let count = parts.len();
        let parts = parts.try_into().map_err(|_| {
            let wanted = PARTS.join(":");
            MessageError::config(text, format!("{count} parts, not the 5 of `{wanted}`"))
        })?;
        Self::of(parts, || text.to_owned())
    }
}

impl fmt::Display for Descriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [group, component_type, kind, name, version] = &self.0;
        write!(f, "{group}:{component_type}:{kind}:{name}:{version}")
    }
}
