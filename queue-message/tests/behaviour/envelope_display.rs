//! How a message is shown.

use queue_message::MessageEnvelope;

fn shown(message: impl Into<Vec<u8>>) -> String {
    let message = message.into();
    let text = MessageEnvelope::builder()
        .message(message)
        .build()
        .to_string();
    let shown = text
        .strip_prefix("[---,---,")
        .and_then(|text| text.strip_suffix(']'));
    shown.unwrap_or_else(|| panic!("{text}")).to_owned()
}

#[test]
fn what_is_missing_is_dashes() {
    assert_eq!(
        MessageEnvelope::builder().build().to_string(),
        "[---,---,---]"
    );
    let traced = MessageEnvelope::builder().trace_id("1").build();
    assert_eq!(traced.to_string(), "[1,---,---]");
    assert_eq!(
        MessageEnvelope::new(None, "t", "m").to_string(),
        "[---,t,m]"
    );
}

#[test]
fn what_is_empty_is_missing() {
    let message = MessageEnvelope::new(Some(""), "", "");
    assert_eq!(message.to_string(), "[---,---,---]");
    assert_eq!((message.trace_id(), message.message_type()), (None, None));
}

#[test]
fn the_trace_id_is_shown_once() {
    assert_eq!(
        MessageEnvelope::new(Some("123"), "t", "m").to_string(),
        "[123,t,m]"
    );
}

#[test]
fn fifty_characters_are_shown_not_fifty_bytes() {
    for letter in ["a", "é", "界", "🦀", "\u{0}"] {
        for length in [1, 49, 50] {
            assert_eq!(shown(letter.repeat(length)), letter.repeat(length));
        }
        for length in [51, 52, 200] {
            assert_eq!(shown(letter.repeat(length)), letter.repeat(50));
        }
        for before in 46..=51 {
            let text = "a".repeat(before) + &letter.repeat(5);
            let expected: String = text.chars().take(50).collect();
            assert_eq!(shown(text), expected);
        }
    }
}

#[test]
fn what_is_no_text_is_shown_as_replacements() {
    assert_eq!(shown(*b"a\xffb"), "a\u{fffd}b");
    assert_eq!(shown([0xff; 50]), "\u{fffd}".repeat(50));
    assert_eq!(shown([0xff; 51]), "\u{fffd}".repeat(50));
    // A character that is cut short at the end, before and behind the fiftieth.
    assert_eq!(
        shown(["a".repeat(49).as_bytes(), b"\xf0\x9f"].concat()),
        "a".repeat(49) + "\u{fffd}"
    );
    assert_eq!(
        shown(["a".repeat(50).as_bytes(), b"\xf0\x9f"].concat()),
        "a".repeat(50)
    );
}
