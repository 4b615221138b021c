//! Any envelope survives its JSON form, and no input does harm.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use queue_message::{MessageEnvelope, MessageError};
use serde_json::{Value, json};

use super::parts;

/// The first and the last second that the form can say: 0000-01-01T00:00:00Z and 9999-12-30T22:00:00Z.
const SECONDS: std::ops::RangeInclusive<i64> = -62_167_219_200..=253_402_207_200;

fn times() -> impl Strategy<Value = SystemTime> {
    let seconds = prop_oneof![
        SECONDS,
        0..=4_000_000_000_i64,
        Just(*SECONDS.start()),
        Just(*SECONDS.end())
    ];
    let nanos = prop_oneof![
        0..1_000_000_000_u32,
        (0..1000_u32).prop_map(|millis| millis * 1_000_000)
    ];
    (seconds, nanos).prop_map(|(seconds, nanos)| {
        let distance = Duration::from_secs(seconds.unsigned_abs());
        let second = match seconds {
            0.. => UNIX_EPOCH + distance,
            _ => UNIX_EPOCH - distance,
        };
        second + Duration::from_nanos(nanos.into())
    })
}

fn durations() -> impl Strategy<Value = Duration> {
    (any::<u64>(), 0..1_000_000_000_u32)
        .prop_map(|(seconds, nanos)| Duration::new(seconds >> (seconds % 64), nanos))
}

/// Any text: of letters, of quotes and controls, or that means something in JSON.
fn texts() -> impl Strategy<Value = String> {
    let awkward = prop::sample::select(vec![
        "",
        "null",
        "\"",
        "\\",
        "\\u0000",
        "\u{0}",
        "\u{2028}",
        "\u{10ffff}",
        "{}",
    ]);
    prop_oneof![
        any::<String>(),
        "[ -~]{0,8}",
        awkward.prop_map(str::to_owned)
    ]
}

fn envelopes() -> impl Strategy<Value = MessageEnvelope> {
    let names = (
        texts(),
        option::of(texts()),
        option::of(texts()),
        option::of(texts()),
    );
    let content = (vec(any::<u8>(), 0..100), btree_map(texts(), texts(), 0..4));
    let counts = prop_oneof![0..3_u32, any::<u32>()];
    let times = (option::of(times()), option::of(durations()), counts);
    (names, content, times).prop_map(|(names, content, times)| {
        let (message_id, trace_id, message_type, reply_to) = names;
        let (message, headers) = content;
        let (sent_time, deliver_after, delivery_count) = times;
        let mut builder = MessageEnvelope::builder()
            .message_id(message_id)
            .message(message);
        if let Some(trace_id) = trace_id {
            builder = builder.trace_id(trace_id);
        }
        if let Some(message_type) = message_type {
            builder = builder.message_type(message_type);
        }
        if let Some(reply_to) = reply_to {
            builder = builder.reply_to(reply_to);
        }
        if let Some(sent_time) = sent_time {
            builder = builder.sent_time(sent_time);
        }
        if let Some(deliver_after) = deliver_after {
            builder = builder.deliver_after(deliver_after);
        }
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        let mut envelope = builder.build();
        envelope.set_delivery_count(delivery_count);
        envelope
    })
}

/// Any JSON.
fn values() -> impl Strategy<Value = Value> {
    let leaves = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts().prop_map(Value::from),
        "[0-9TZ:+.-]{0,30}".prop_map(Value::from),
        "[A-Za-z0-9+/=_-]{0,9}".prop_map(Value::from),
        "P?[0-9TDHMS.]{0,9}".prop_map(Value::from),
    ];
    leaves.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map(texts(), inner, 0..3).prop_map(|members| json!(members)),
        ]
    })
}

const MEMBERS: [&str; 11] = [
    "message_id",
    "trace_id",
    "correlation_id",
    "message_type",
    "sent_time",
    "message",
    "headers",
    "reply_to",
    "deliver_after",
    "delivery_count",
    "something_else",
];

/// It is refused with the error that says so, or it is an envelope, which then survives.
fn is_read_or_refused(json: &[u8]) -> Result<(), TestCaseError> {
    match MessageEnvelope::from_json(json) {
        Ok(envelope) => {
            let again = MessageEnvelope::from_json(envelope.to_json().unwrap()).unwrap();
            prop_assert_eq!(parts(&again), parts(&envelope));
            prop_assert!(serde_json::from_slice::<serde_json::Map<_, _>>(json).is_ok());
        }
        Err(MessageError::Codec(error)) => {
            prop_assert_eq!(error.content_type, "application/json");
            prop_assert!(error.type_name.ends_with("::MessageEnvelope"));
            prop_assert!(error.position.is_some());
        }
        Err(error) => prop_assert!(false, "{error:?}"),
    }
    Ok(())
}

proptest! {
    #[test]
    fn an_envelope_survives(envelope in envelopes()) {
        for json in [envelope.to_json().unwrap(), envelope.to_json_v3().unwrap()] {
            let read = MessageEnvelope::from_json(&json).unwrap();
            prop_assert_eq!(parts(&read), parts(&envelope), "{}", json);
        }
        let value = serde_json::to_value(&envelope).unwrap();
        let read: MessageEnvelope = serde_json::from_value(value).unwrap();
        prop_assert_eq!(parts(&read), parts(&envelope));
    }

    #[test]
    fn what_is_cut_short_is_refused(envelope in envelopes(), at in any::<prop::sample::Index>()) {
        let json = envelope.to_json().unwrap();
        let cut = &json.as_bytes()[..at.index(json.len())];
        prop_assert!(MessageEnvelope::from_json(cut).is_err());
        is_read_or_refused(cut)?;
    }

    #[test]
    fn what_is_altered_does_no_harm(
        envelope in envelopes(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut json = envelope.to_json().unwrap().into_bytes();
        let at = at.index(json.len());
        json[at] = byte;
        is_read_or_refused(&json)?;
    }

    #[test]
    fn any_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..64)) {
        is_read_or_refused(&bytes)?;
    }

    #[test]
    fn any_members_do_no_harm(
        members in vec((prop::sample::select(&MEMBERS[..]), values()), 0..4),
    ) {
        // Written by hand, so that names may be given twice.
        let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        is_read_or_refused(format!("{{{}}}", members.join(",")).as_bytes())?;
    }
}
