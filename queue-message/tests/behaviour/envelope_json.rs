//! The JSON form of a message.

mod golden;
mod properties;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use queue_message::{
    CodecError, Headers, MessageEnvelope, MessageError, MessageId, Position, Receipt,
};
use serde::{Deserialize, Serialize};

/// 2026-03-01T12:34:56Z
const NOON: Duration = Duration::from_secs(1_772_368_496);

type Parts<'a> = (
    &'a MessageId,
    [Option<&'a str>; 3],
    Option<SystemTime>,
    &'a [u8],
    &'a Headers,
    Option<Duration>,
    u32,
);

/// All that is written of an envelope.
fn parts(envelope: &MessageEnvelope) -> Parts<'_> {
    (
        envelope.message_id(),
        [
            envelope.trace_id(),
            envelope.message_type(),
            envelope.reply_to(),
        ],
        envelope.sent_time(),
        envelope.message(),
        envelope.headers(),
        envelope.deliver_after(),
        envelope.delivery_count(),
    )
}

fn read(json: &str) -> MessageEnvelope {
    MessageEnvelope::from_json(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn refused(json: &str) -> CodecError {
    match MessageEnvelope::from_json(json) {
        Err(MessageError::Codec(error)) => error,
        other => panic!("{json}: {other:?}"),
    }
}

#[test]
fn what_is_missing_is_null_empty_or_left_out() {
    for json in [
        "{}",
        r#"{"trace_id":null,"message_type":null,"sent_time":null,"message":null,"headers":null,"reply_to":null,
            "deliver_after":null,"delivery_count":null,"message_id":null,"correlation_id":null}"#,
        r#"{"trace_id":"","correlation_id":"","message_type":"","message":"","headers":{},"delivery_count":0}"#,
    ] {
        let envelope = read(json);
        let other = read(json);
        let none = MessageEnvelope::builder()
            .message_id(envelope.message_id().clone())
            .build();
        assert_eq!(parts(&envelope), parts(&none));
        assert_eq!(envelope.message_id().to_string().len(), 32);
        assert_ne!(envelope.message_id(), other.message_id());
    }
}

#[test]
fn what_is_missing_is_written_as_null_or_not_at_all() {
    let envelope = MessageEnvelope::builder().message_id("7").build();
    assert_eq!(
        envelope.to_json().unwrap(),
        r#"{"message_id":"7","trace_id":null,"message_type":null,"sent_time":null,"message":""}"#
    );
    assert_eq!(
        envelope.to_json_v3().unwrap(),
        r#"{"message_id":"7","correlation_id":null,"message_type":null,"sent_time":null,"message":""}"#
    );
}

#[test]
fn the_trace_id_goes_before_the_correlation_id() {
    for (json, trace_id) in [
        (r#"{"trace_id":"4","correlation_id":"3"}"#, Some("4")),
        (r#"{"correlation_id":"3","trace_id":"4"}"#, Some("4")),
        (r#"{"trace_id":null,"correlation_id":"3"}"#, Some("3")),
        (r#"{"trace_id":"","correlation_id":"3"}"#, Some("3")),
        (r#"{"trace_id":"4","correlation_id":null}"#, Some("4")),
        (r#"{"trace_id":"4"}"#, Some("4")),
        (r#"{"correlation_id":"3"}"#, Some("3")),
    ] {
        assert_eq!(read(json).trace_id(), trace_id, "{json}");
    }
}

#[test]
fn the_last_of_one_name_counts_and_unknown_ones_are_passed_over() {
    let envelope = read(
        r#"{"message_type":"a","lock":{"a":[1,{"message_type":"c"}]},"message_type":"b","reply_to":"r","reply_to":null,
            "headers":{"a":"1","b":"2","b":null,"a":"3"},"reference":"1","sent_time":null}"#,
    );
    assert_eq!(envelope.message_type(), Some("b"));
    assert_eq!(envelope.reply_to(), None);
    assert_eq!(envelope.header("a"), Some("3"));
    assert_eq!(envelope.headers().len(), 1);
    assert_eq!(envelope.reference(), None);
}

#[test]
fn the_reference_is_not_written() {
    let mut envelope = MessageEnvelope::new(None, "order", "42");
    let json = envelope.to_json().unwrap();
    envelope.set_reference(Some(Receipt::from_words([1, 2, 3])));
    assert_eq!(envelope.to_json().unwrap(), json);
}

#[test]
fn times_of_every_notation_are_read() {
    let noon = UNIX_EPOCH + NOON;
    for (text, time) in [
        ("2026-03-01T12:34:56Z", noon),
        ("2026-03-01T12:34:56", noon),
        ("2026-03-01 12:34:56", noon),
        ("2026-03-01t12:34:56z", noon),
        ("2026-03-01T12:34:56.000", noon),
        ("2026-03-01T12:34:56+00:00", noon),
        ("2026-03-01T12:34:56-00:00", noon),
        ("2026-03-01T18:04:56+05:30", noon),
        ("2026-03-01T09:04:56-0330", noon),
        ("2026-03-01T12:35:26+00:00:30", noon),
        (
            "2026-03-01T12:34:56.1234567Z",
            noon + Duration::from_nanos(123_456_700),
        ),
        (
            "2026-03-01T12:34:56.123456789Z",
            noon + Duration::from_nanos(123_456_789),
        ),
        (
            "1969-12-31T23:59:59.999999999Z",
            UNIX_EPOCH - Duration::from_nanos(1),
        ),
        (
            "0000-01-01T00:00:00Z",
            UNIX_EPOCH - Duration::from_secs(62_167_219_200),
        ),
        (
            "9999-12-30T22:00:00Z",
            UNIX_EPOCH + Duration::from_secs(253_402_207_200),
        ),
    ] {
        let envelope = read(&format!(r#"{{"sent_time":"{text}"}}"#));
        assert_eq!(envelope.sent_time(), Some(time), "{text}");
    }
}

#[test]
fn what_is_no_time_is_refused_by_name() {
    for text in [
        "",
        "noon",
        "2026-03-01",
        "12:34:56",
        "2026-02-29T12:34:56Z",
        "2026-03-01T24:00:01Z",
        "2026-03-01T12:34:56+99:99",
        "2026-03-01T12:34:56Z and more",
        "2026-03-01T12:34:56[Europe/Berlin]",
        "2026-03-01T12:34:56+01:00[Europe/Berlin]",
        "-000001-12-31T23:59:59Z",
        "0000-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59Z",
        "+010000-01-01T00:00:00Z",
        "1772368496",
    ] {
        let error = refused(&format!(r#"{{"sent_time":"{text}"}}"#));
        assert!(error.to_string().contains("sent_time: "), "{text}: {error}");
    }
}

#[test]
fn a_time_that_has_no_form_is_refused_and_not_left_out() {
    let first = UNIX_EPOCH - Duration::from_secs(62_167_219_200);
    let last = UNIX_EPOCH + Duration::new(253_402_207_200, 999_999_999);
    let envelope = |time| MessageEnvelope::builder().sent_time(time).build();
    for time in [first, last] {
        let json = envelope(time).to_json().unwrap();
        assert_eq!(read(&json).sent_time(), Some(time), "{json}");
    }
    for time in [
        first - Duration::from_nanos(1),
        last + Duration::from_nanos(1),
    ] {
        let envelope = envelope(time);
        for result in [envelope.to_json(), envelope.to_json_v3()] {
            let Err(MessageError::Codec(error)) = result else {
                panic!("{result:?}");
            };
            assert!(error.type_name.ends_with("::MessageEnvelope"));
            assert_eq!(error.position, None);
            assert!(error.to_string().contains("sent_time: "), "{error}");
        }
    }
}

#[test]
fn base64_is_read_with_and_without_padding() {
    for (text, message) in [
        ("", &b""[..]),
        ("/w==", b"\xff"),
        ("/w", b"\xff"),
        ("\\/w==", b"\xff"),
        ("++8=", b"\xfb\xef"),
        ("++8", b"\xfb\xef"),
        ("QUJD", b"ABC"),
        ("QUJDRA", b"ABCD"),
    ] {
        let envelope = read(&format!(r#"{{"message":"{text}"}}"#));
        assert_eq!(envelope.message()[..], *message, "{text}");
    }
}

#[test]
fn what_is_no_base64_is_refused_by_name() {
    for text in [
        "Q",
        "QUJD!",
        "_w==",
        "QU JD",
        "/x==",
        "=",
        "QUJD=",
        "ABC\\u00e9",
    ] {
        let error = refused(&format!(r#"{{"message":"{text}"}}"#));
        assert!(error.to_string().contains("message: "), "{text}: {error}");
    }
}

#[test]
fn a_member_of_the_wrong_type_is_refused_by_name() {
    for name in [
        "message_id",
        "trace_id",
        "correlation_id",
        "message_type",
        "sent_time",
        "message",
        "reply_to",
        "deliver_after",
        "headers",
        "delivery_count",
    ] {
        for value in ["1.5", "true", "[]", "-1", "5000000000"] {
            let error = refused(&format!("{{\n  \"{name}\": {value}}}"));
            assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
            assert!(
                matches!(error.position, Some(Position::Text { line: 2, .. })),
                "{error}"
            );
        }
    }
    let error = refused(r#"{"headers":{"a":1}}"#);
    assert!(error.to_string().contains("`headers`"), "{error}");
    for text in ["", "1", "PT", "-PT1S", "P1Y", "PT99999999999999999999S"] {
        let error = refused(&format!(r#"{{"deliver_after":"{text}"}}"#));
        assert!(error.to_string().contains("deliver_after: "), "{error}");
    }
}

#[test]
fn what_is_no_object_is_refused() {
    let deep = "[".repeat(100_000);
    for json in [
        "",
        " ",
        "null",
        "1",
        "\"\"",
        "[]",
        "{",
        "{}}",
        "{\"message\"}",
        "{'a':1}",
        &deep,
    ] {
        let error = refused(json);
        assert_eq!(error.content_type, "application/json");
        assert!(error.type_name.ends_with("::MessageEnvelope"));
        assert!(error.position.is_some(), "{json}: {error}");
    }
    let nested = format!(r#"{{"unknown":{}"#, "[".repeat(100_000));
    refused(&nested);
    assert!(MessageEnvelope::from_json(b"{\"message_type\":\"\xff\"}").is_err());
}

#[test]
fn an_error_says_where() {
    let error = refused("{\"message_id\": \"7\",\n \"message\": \"Q!\"}");
    let Some(Position::Text { line: 2, column }) = error.position else {
        panic!("{error}");
    };
    assert!((13..=16).contains(&column), "{error}");
}

#[test]
fn it_is_embedded_in_other_values() {
    #[derive(Serialize, Deserialize)]
    struct Entry {
        number: u32,
        message: MessageEnvelope,
    }
    // serde buffers what it reads for this one.
    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Line {
        Number(u32),
        Entry(Entry),
    }

    let message = MessageEnvelope::builder()
        .trace_id("trace 1")
        .sent_time(UNIX_EPOCH + NOON)
        .deliver_after(Duration::from_millis(1500))
        .header("a", "b")
        .message("x")
        .build();
    let entry = Line::Entry(Entry { number: 7, message });
    let json = serde_json::to_string(&[Line::Number(1), entry]).unwrap();
    let lines: Vec<Line> = serde_json::from_str(&json).unwrap();
    let [Line::Number(1), Line::Entry(entry)] = &lines[..] else {
        panic!("{json}");
    };
    assert_eq!(entry.number, 7);
    assert_eq!(entry.message.trace_id(), Some("trace 1"));
    assert_eq!(entry.message.sent_time(), Some(UNIX_EPOCH + NOON));
    assert_eq!(
        entry.message.deliver_after(),
        Some(Duration::from_millis(1500))
    );
    assert_eq!(entry.message.header("a"), Some("b"));
    assert_eq!(entry.message.message_as_string().unwrap(), "x");
    assert!(json.contains(r#""deliver_after":"PT1.5S""#), "{json}");
}
