//! Descriptors: five parts, and what they match.

use proptest::prelude::*;
use queue_message::Descriptor;

use crate::config::refused;

fn descriptor(text: &str) -> Descriptor {
    text.parse().unwrap()
}

#[test]
fn have_five_parts() {
    let queue = descriptor("pip-services:message-queue:memory:my_queue:1.0");
    assert_eq!(queue.group(), "pip-services");
    assert_eq!(queue.component_type(), "message-queue");
    assert_eq!(queue.kind(), "memory");
    assert_eq!(queue.name(), "my_queue");
    assert_eq!(queue.version(), "1.0");
    assert!(queue.is_complete());
    assert!(!descriptor("a:b:c:*:1.0").is_complete());
}

#[test]
fn match_where_both_say_the_same_or_one_says_any() {
    let queue = descriptor("a:b:c:d:1.0");
    for other in [
        "a:b:c:d:1.0",
        "*:b:c:d:1.0",
        "a:*:c:*:1.0",
        "a:b:c:d:*",
        "*:*:*:*:*",
    ] {
        assert!(queue.matches(&descriptor(other)), "{other}");
        assert!(descriptor(other).matches(&queue), "{other}");
    }
    for other in [
        "x:b:c:d:1.0",
        "a:x:*:*:*",
        "a:b:x:d:1.0",
        "*:*:*:x:*",
        "a:b:c:d:2.0",
        "a:b:c:d*:1.0",
    ] {
        assert!(!queue.matches(&descriptor(other)), "{other}");
        assert!(!descriptor(other).matches(&queue), "{other}");
    }
    assert!(descriptor("a:*:c:d:1").matches(&descriptor("*:b:c:d:1")));
}

#[test]
fn that_are_malformed_name_the_part() {
    for (text, problem) in [
        ("", "1 parts, not the 5 of `group:type:kind:name:version`"),
        ("a:b:c:d", "4 parts"),
        ("a:b:c:d:1.0:x", "6 parts"),
        (":b:c:d:1.0", "1st part, the group, is empty"),
        ("a::c:d:1.0", "2nd part, the type, is empty"),
        ("a:b::d:1.0", "3rd part, the kind, is empty"),
        ("a:b:c::1.0", "4th part, the name, is empty"),
        ("a:b:c:d:", "5th part, the version, is empty"),
        ("a:b:c: *:1.0", "4th part, the name, has blanks"),
        ("a:b:c:d:1.0\n", "5th part, the version, has blanks"),
    ] {
        let (part, error) = refused(text.parse::<Descriptor>());
        assert_eq!(part, text);
        assert!(
            error.contains(problem),
            "`{error}` does not say `{problem}`"
        );
    }
    let (part, error) = refused(Descriptor::new("a", "b", "c", "d:e", "1.0"));
    assert_eq!(
        (part.as_str(), error.as_str()),
        ("d:e", "d:e: the name holds a `:`")
    );
    let (part, _) = refused(Descriptor::new("a", "b", "", "d", "1.0"));
    assert_eq!(part, "a:b::d:1.0");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn are_read_as_they_are_shown(parts in prop::collection::vec("[^:\\s]([^:]*[^:\\s])?", 5)) {
        let [group, kind, of, name, version] = parts.iter().map(String::as_str).collect::<Vec<_>>().try_into().unwrap();
        let made = Descriptor::new(group, kind, of, name, version).unwrap();
        prop_assert_eq!(made.to_string(), parts.join(":"));
        prop_assert_eq!(made.to_string().parse::<Descriptor>().unwrap(), made);
    }

    #[test]
    fn any_text_is_read_as_it_is_or_refused(text in "([a*: \n]|\\PC){0,20}") {
        match text.parse::<Descriptor>() {
            Ok(read) => prop_assert_eq!(read.to_string(), text),
            Err(error) => prop_assert!(error.to_string().starts_with(&text), "{}", error),
        }
    }

    #[test]
    fn match_both_ways_or_neither(one in "[ab*](:[ab*]){4}", other in "[ab*](:[ab*]){4}") {
        let (one, other) = (descriptor(&one), descriptor(&other));
        prop_assert_eq!(one.matches(&other), other.matches(&one));
        prop_assert!(one.matches(&one));
    }
}
