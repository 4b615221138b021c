//! Envelopes that the family's own Python packages have written and read: `ci/golden` makes them do it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use queue_message::codec::Json;
use queue_message::{CONTENT_TYPE, Headers, MessageEnvelope};
use serde::Deserialize;
use serde_json::Value;

/// What `golden/envelopes/cases.json` says of an envelope. Of each case every other file there has a line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    message_id: String,
    trace_id: Option<String>,
    message_type: Option<String>,
    sent_time: Option<Time>,
    message: Message,
    #[serde(default)]
    headers: Headers,
    reply_to: Option<String>,
    deliver_after: Option<(u64, u32)>,
    #[serde(default)]
    delivery_count: u32,
}

#[derive(Debug, Deserialize)]
struct Time {
    unix: i64,
    nanos: u32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Message {
    Text(String),
    Hex(String),
    Object(Value),
}

impl Case {
    fn all() -> Vec<Self> {
        serde_json::from_str(&read("cases.json")).expect("the cases are as `Case` says")
    }

    fn sent_time(&self) -> Option<SystemTime> {
        self.sent_time.as_ref().map(|time| {
            let seconds = Duration::from_secs(time.unix.unsigned_abs());
            let start = match time.unix {
                0.. => UNIX_EPOCH + seconds,
                _ => UNIX_EPOCH - seconds,
            };
            start + Duration::from_nanos(time.nanos.into())
        })
    }

    fn envelope(&self) -> MessageEnvelope {
        let mut builder = MessageEnvelope::builder().message_id(self.message_id.as_str());
        if let Some(trace_id) = &self.trace_id {
            builder = builder.trace_id(trace_id);
        }
        if let Some(message_type) = &self.message_type {
            builder = builder.message_type(message_type.clone());
        }
        if let Some(sent_time) = self.sent_time() {
            builder = builder.sent_time(sent_time);
        }
        builder = match &self.message {
            Message::Text(text) => builder.message(text.clone()),
            Message::Hex(hex) => builder.message(bytes_of(hex)),
            Message::Object(value) => builder.message_as_object(&Json, value).unwrap(),
        };
        for (name, value) in &self.headers {
            builder = builder.header(name.clone(), value);
        }
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to);
        }
        if let Some((seconds, nanos)) = self.deliver_after {
            builder = builder.deliver_after(Duration::new(seconds, nanos));
        }
        let mut envelope = builder.build();
        envelope.set_delivery_count(self.delivery_count);
        envelope
    }

    /// Whether Python can write it, and writes the same each time.
    fn is_written_by_python(&self) -> bool {
        let is_empty = matches!(&self.message, Message::Hex(hex) if hex.is_empty());
        let microseconds = |time: &Time| time.nanos.is_multiple_of(1000);
        !is_empty && self.sent_time.as_ref().is_some_and(microseconds)
    }

    /// What all of the family know of it.
    fn assert_is(&self, envelope: &MessageEnvelope) {
        let name = &self.name;
        assert_eq!(envelope.message_id().to_string(), self.message_id, "{name}");
        assert_eq!(envelope.trace_id(), self.trace_id.as_deref(), "{name}");
        assert_eq!(
            envelope.message_type(),
            self.message_type.as_deref(),
            "{name}"
        );
        assert_eq!(envelope.sent_time(), self.sent_time(), "{name}");
        match &self.message {
            Message::Text(text) => {
                assert_eq!(envelope.message_as_string().unwrap(), text, "{name}");
            }
            Message::Hex(hex) => assert_eq!(envelope.message()[..], bytes_of(hex), "{name}"),
            Message::Object(object) => {
                let value: Value = envelope.message_as_object(&Json).unwrap();
                assert_eq!(&value, object, "{name}");
            }
        }
    }

    /// What only we know of it.
    fn assert_has_the_rest(&self, envelope: &MessageEnvelope) {
        let name = &self.name;
        let mut headers = envelope.headers().clone();
        if matches!(self.message, Message::Object(_)) {
            let content_type = headers.remove(CONTENT_TYPE);
            assert_eq!(content_type.as_deref(), Some("application/json"), "{name}");
        }
        assert_eq!(headers, self.headers, "{name}");
        assert_eq!(envelope.reply_to(), self.reply_to.as_deref(), "{name}");
        let deliver_after = self
            .deliver_after
            .map(|(seconds, nanos)| Duration::new(seconds, nanos));
        assert_eq!(envelope.deliver_after(), deliver_after, "{name}");
        assert_eq!(envelope.delivery_count(), self.delivery_count, "{name}");
    }
}

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "golden", "envelopes"]
        .iter()
        .collect()
}

fn read(file: &str) -> String {
    let path = folder().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Each case, and its line in `file`.
fn lines(file: &str) -> Vec<(Case, String)> {
    let text = read(file);
    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
    let cases = Case::all();
    assert_eq!(lines.len(), cases.len(), "{file}");
    cases.into_iter().zip(lines).collect()
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    digits
        .map(|digits| u8::from_str_radix(str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect()
}

fn python_writes_and_we_read(file: &str) {
    let mut count = 0;
    for (case, line) in lines(file) {
        if case.is_written_by_python() {
            case.assert_is(&MessageEnvelope::from_json(&line).unwrap());
            count += 1;
        } else {
            assert_eq!(line, "null", "{}", case.name);
        }
    }
    assert!(count > 20, "only {count}");
}

#[test]
fn what_version_3_writes_is_read() {
    python_writes_and_we_read("v3.jsonl");
}

#[test]
fn what_version_4_writes_is_read() {
    python_writes_and_we_read("v4.jsonl");
}

type ToJson = fn(&MessageEnvelope) -> queue_message::Result<String>;

fn we_write_and_python_reads(file: &str, to_json: ToJson) {
    if std::env::var_os("QUEUE_GOLDEN_UPDATE").is_some() {
        let lines = Case::all()
            .into_iter()
            .map(|case| to_json(&case.envelope()).unwrap() + "\n");
        fs::write(folder().join(file), lines.collect::<String>()).unwrap();
    }
    for (case, line) in lines(file) {
        let json = to_json(&case.envelope()).unwrap();
        assert_eq!(json, line, "{}", case.name);
        let read = MessageEnvelope::from_json(json).unwrap();
        case.assert_is(&read);
        case.assert_has_the_rest(&read);
    }
}

#[test]
fn version_3_has_read_what_we_write() {
    we_write_and_python_reads("rust-v3.jsonl", MessageEnvelope::to_json_v3);
}

#[test]
fn version_4_has_read_what_we_write() {
    we_write_and_python_reads("rust-v4.jsonl", MessageEnvelope::to_json);
}

/// But for the notation of the time, and for the spaces within an object.
fn we_write_as_python_does(file: &str, to_json: ToJson) {
    for (case, line) in lines(file) {
        if !case.is_written_by_python() {
            continue;
        }
        let mut ours = members(&to_json(&case.envelope()).unwrap());
        let mut theirs = members(&line);
        for known_to_us in ["headers", "reply_to", "deliver_after", "delivery_count"] {
            ours.remove(known_to_us);
        }
        assert!(ours.keys().eq(theirs.keys()), "{}", case.name);
        for members in [&mut ours, &mut theirs] {
            members.remove("sent_time");
            if matches!(case.message, Message::Object(_)) {
                members.remove("message");
            }
            // Version 4 makes an empty trace id of none.
            members.retain(|name, value| name != "trace_id" || value != "");
            members.retain(|_, value| !value.is_null());
        }
        assert_eq!(ours, theirs, "{}", case.name);
    }
}

fn members(json: &str) -> BTreeMap<String, Value> {
    serde_json::from_str(json).unwrap()
}

#[test]
fn our_form_of_version_3_is_theirs() {
    we_write_as_python_does("v3.jsonl", MessageEnvelope::to_json_v3);
}

#[test]
fn our_form_of_version_4_is_theirs() {
    we_write_as_python_does("v4.jsonl", MessageEnvelope::to_json);
}
