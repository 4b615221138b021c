//! Settings, and queues made by them and by URLs.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use queue_message::{
    ConfigParams, MemoryMessageQueue, MemoryMessageQueueConnection, MessageError, MessageQueue,
};

/// The part that an error names, and the whole error.
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, MessageError>) -> (String, String) {
    match result {
        Err(error) => {
            let text = error.to_string();
            let MessageError::Config { part, .. } = error else {
                panic!("{error:?} is about no setting");
            };
            (part, text)
        }
        Ok(value) => panic!("{value:?} was accepted"),
    }
}

fn assert_refused<T: std::fmt::Debug>(result: Result<T, MessageError>, part: &str, problem: &str) {
    let (named, text) = refused(result);
    assert_eq!(named, part, "{text}");
    assert!(text.contains(problem), "`{text}` does not say `{problem}`");
}

#[test]
fn are_the_same_from_everywhere() {
    let pairs = [("b", "2"), ("a", "1;1"), ("c", "")];
    let params = ConfigParams::from_iter(pairs);
    assert_eq!(params, HashMap::from(pairs).into_iter().collect());
    assert_eq!(params, ConfigParams::from(pairs));
    let mut extended = ConfigParams::from([("b", "1")]);
    extended.extend(pairs);
    assert_eq!(params, extended);
    assert_eq!(params, ConfigParams::from_query("c=&a=1%3B1&&b=2").unwrap());
    assert_eq!(
        params.iter().collect::<Vec<_>>(),
        [("a", "1;1"), ("b", "2"), ("c", "")]
    );

    let line: ConfigParams = " b = 2 ;; c=; a=1=1;".parse().unwrap();
    assert_eq!(
        line.iter().collect::<Vec<_>>(),
        [("a", "1=1"), ("b", "2"), ("c", "")]
    );
    assert!("".parse::<ConfigParams>().unwrap().is_empty());
    assert!(ConfigParams::from_query("").unwrap().is_empty());
}

#[test]
fn are_set_and_taken_out() {
    let mut params = ConfigParams::new();
    params.set("a", "1");
    params.set("a", "2");
    assert_eq!(params.require("a").unwrap(), "2");
    assert_eq!(params.remove("a").as_deref(), Some("2"));
    assert_refused(params.require("a"), "a", "missing");
    assert!(params.is_empty());
}

#[test]
fn that_are_malformed_are_named() {
    let line = |line: &str| line.parse::<ConfigParams>();
    assert_refused(line("a=1; capacity ;b=2"), "capacity", "no `=`");
    assert_refused(line("a=1;=5"), "=5", "no key");
    assert_refused(line("a=1;b=2; a=3"), "a", "twice");

    let query = ConfigParams::from_query;
    assert_refused(query("a=1&capacity"), "capacity", "no `=`");
    assert_refused(query("+=5"), "+=5", "no key");
    assert_refused(query("a=1&%61=2"), "a", "twice");
    assert_refused(query("a=%ff"), "a=%ff", "UTF-8");
}

#[test]
fn that_are_unknown_are_all_named() {
    let params =
        ConfigParams::from_iter([("capcity", "1"), ("locktimeout", "1"), ("capacity", "1")]);
    let only = params.only(&["capacity", "lock_timeout"]);
    assert_refused(only, "capcity, locktimeout", "`capacity`, `lock_timeout`");
    params
        .only(&["capacity", "capcity", "locktimeout"])
        .unwrap();
}

#[test]
fn are_read_as_what_is_wanted() {
    let params = ConfigParams::from_iter([("count", "7"), ("is_on", "true"), ("far", "300")]);
    assert_eq!(params.get_as::<u32>("count").unwrap(), Some(7));
    assert_eq!(params.get_as::<bool>("is_on").unwrap(), Some(true));
    assert_eq!(params.get_as::<u32>("missing").unwrap(), None);
    assert_refused(params.get_as::<u8>("far"), "far=300", "too large");
    assert_refused(params.get_as::<bool>("count"), "count=7", "true");
}

#[test]
fn lengths_of_time_have_units_or_are_milliseconds() {
    let read = |text: &str| ConfigParams::from_iter([("wait", text)]).get_as_duration("wait");
    for (text, milliseconds) in [
        ("0", 0),
        ("1500", 1500),
        ("30s", 30_000),
        ("1m 30s", 90_000),
        ("1m30s", 90_000),
        ("2 hours", 7_200_000),
        ("1.5 seconds", 1500),
        ("250ms", 250),
    ] {
        let expected = Some(Duration::from_millis(milliseconds));
        assert_eq!(read(text).unwrap(), expected, "{text}");
    }
    assert_eq!(
        read("18446744073709551615").unwrap(),
        Some(Duration::from_millis(u64::MAX))
    );
    for text in [
        "",
        " ",
        "-1",
        "-30s",
        "30s ago",
        "+5",
        "30 parsecs",
        "1e3",
        "18446744073709551616",
        "٣",
    ] {
        let (part, problem) = refused(read(text));
        assert_eq!(part, format!("wait={text}"));
        assert!(problem.len() > part.len() + 4, "{problem}");
    }
}

#[test]
fn make_a_queue() {
    let params = "name=orders;capacity=10;lock_timeout=1m 30s"
        .parse()
        .unwrap();
    let queue = MemoryMessageQueue::from_config(&params).unwrap();
    assert_eq!((queue.name(), queue.capacity()), ("orders", 10));
    assert_eq!(queue.lock_timeout(), Duration::from_secs(90));
    assert!(!queue.is_open());

    let plain = MemoryMessageQueue::from_config(&ConfigParams::from_iter([("name", "orders")]));
    let (plain, default) = (plain.unwrap(), MemoryMessageQueue::new("orders"));
    assert_eq!(plain.capacity(), default.capacity());
    assert_eq!(plain.lock_timeout(), default.lock_timeout());
}

#[test]
fn that_make_no_queue_are_named() {
    let make = |line: &str| MemoryMessageQueue::from_config(&line.parse().unwrap());
    assert_refused(make(""), "name", "missing");
    assert_refused(make("name="), "name", "empty");
    assert_refused(make("name=a\u{7}b"), "a\\u{7}b", "control characters");
    assert_refused(
        make("name=a;capcity=1"),
        "capcity",
        "known are `name`, `capacity`",
    );
    assert_refused(make("name=a;capacity=0"), "capacity", "0 is not in 1 to");
    assert_refused(
        make("name=a;capacity=5000000000"),
        "capacity",
        "5000000000 is not in 1 to",
    );
    assert_refused(make("name=a;capacity=ten"), "capacity=ten", "invalid digit");
    assert_refused(make("name=a;capacity=-1"), "capacity=-1", "invalid digit");
    assert_refused(
        make("name=a;lock_timeout=0"),
        "lock_timeout=0",
        "for a while",
    );
    assert_refused(
        make("name=a;lock_timeout=30x"),
        "lock_timeout=30x",
        "milliseconds",
    );
    assert_refused(make("name=a;max_deliveries=0"), "max_deliveries", "nothing");
    assert_refused(
        make("name=a;max_deliveries=5"),
        "max_deliveries",
        "dead letters",
    );
    assert_refused(
        make("name=a;dead_letter=b"),
        "dead_letter=b",
        "needs a connection",
    );
}

#[test]
fn are_checked_in_builders_too() {
    let builder = MemoryMessageQueue::builder("a").lock_timeout(Duration::ZERO);
    assert_refused(builder.build(), "lock_timeout", "for a while");
}

#[test]
fn urls_name_a_queue_and_its_settings() {
    let queue = |url: &str| MemoryMessageQueue::from_url(url).unwrap();
    let orders = queue("memory://orders?capacity=10&lock_timeout=1m%2030s");
    assert_eq!((orders.name(), orders.capacity()), ("orders", 10));
    assert_eq!(orders.lock_timeout(), Duration::from_secs(90));
    assert_eq!(
        queue("memory://orders?lock_timeout=1m 30s")
            .lock_timeout()
            .as_secs(),
        90
    );
    assert_eq!(
        queue("memory://orders?lock_timeout=1500")
            .lock_timeout()
            .as_millis(),
        1500
    );

    for (url, name) in [
        ("memory://Orders", "Orders"),
        ("MEMORY://orders?", "orders"),
        ("memory://or%20ders", "or ders"),
        ("memory://gr%C3%B6%C3%9Fe", "größe"),
        ("memory://größe", "größe"),
        ("memory://a%2Fb%3Ac%40d%23e%3Ff%5Bg%5D", "a/b:c@d#e?f[g]"),
        ("memory://100%25", "100%"),
        ("memory://orders.2_eu-west", "orders.2_eu-west"),
        ("memory://127.0.0.1", "127.0.0.1"),
        ("memory://a+b", "a+b"),
    ] {
        assert_eq!(queue(url).name(), name, "{url}");
    }
}

#[test]
fn urls_that_are_wrong_are_named_by_the_part() {
    for (url, part, problem) in [
        ("", "the URL", "begins with `memory://`"),
        ("orders", "orders", "scheme is not `memory`"),
        ("redis://orders", "redis", "scheme is not `memory`"),
        ("memory:orders", "memory:orders", "begin with `memory://`"),
        ("memory:/orders", "memory:/orders", "begin with `memory://`"),
        ("memory://", "memory://", "names no queue"),
        (
            "memory://?capacity=5",
            "memory://?capacity=5",
            "names no queue",
        ),
        ("memory://anna@orders", "anna@", "no user"),
        ("memory://anna:secret@orders", "anna:***@", "no user"),
        ("memory://@orders", "@", "no user"),
        ("memory://orders:80", ":80", "no port"),
        ("memory://orders:", ":", "no port"),
        ("memory://orders:a:b", ":a:b", "no port"),
        ("memory://orders/", "/", "no path"),
        ("memory://orders/new?capacity=1", "/new", "no path"),
        ("memory:///orders", "/orders", "no path"),
        ("memory://orders#new", "#new", "no fragment"),
        ("memory://[::1]", "[::1]", "%5B"),
        ("memory://a b", "a b", "invalid"),
        ("memory://a%FF", "a%FF", "UTF-8"),
        ("memory://a%0Ab", "a\\nb", "control characters"),
        ("memory://a\nb", "memory://a\\nb", "line breaks"),
        (" memory://a", " memory://a", "blanks"),
        ("memory://orders?capcity=5", "capcity", "unknown"),
        ("memory://orders?name=other", "name", "unknown"),
        ("memory://orders?capacity", "capacity", "no `=`"),
        ("memory://orders?capacity=5&capacity=6", "capacity", "twice"),
        ("memory://orders?capacity=0", "capacity", "0 is not in 1 to"),
        (
            "memory://orders?capacity=many",
            "capacity=many",
            "invalid digit",
        ),
        (
            "memory://orders?lock_timeout=0s",
            "lock_timeout=0s",
            "for a while",
        ),
        (
            "memory://orders?max_deliveries=3",
            "max_deliveries",
            "dead letters",
        ),
        (
            "memory://orders?dead_letter=dead",
            "dead_letter=dead",
            "needs a connection",
        ),
    ] {
        let (named, text) = refused(MemoryMessageQueue::from_url(url));
        assert_eq!(named, part, "of {url:?}: {text}");
        assert!(
            text.contains(problem),
            "of {url:?}: `{text}` does not say `{problem}`"
        );
    }
}

#[test]
fn passwords_are_not_in_errors() {
    let (_, text) = refused(MemoryMessageQueue::from_url(
        "memory://anna:se:cr@et@orders",
    ));
    assert!(text.starts_with("anna:***@"), "{text}");
    assert!(!text.contains("cr"), "{text}");
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_in_a_query_is_read(pairs in prop::collection::btree_map(".*", ".*", 0..5)) {
        let written: BTreeMap<_, _> = pairs.into_iter().filter(|(key, _)| !key.trim().is_empty()).collect();
        let query = written.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value)));
        let params = ConfigParams::from_query(&query.collect::<Vec<_>>().join("&")).unwrap();
        prop_assert_eq!(params, written.into_iter().collect());
    }

    #[test]
    fn what_is_written_in_a_line_is_read(
        pairs in prop::collection::btree_map(
            "[^;=\\s]([^;=]*[^;=\\s])?",
            "([^;\\s]([^;]*[^;\\s])?)?",
            0..5,
        ),
    ) {
        let line = pairs.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(" ; ");
        prop_assert_eq!(line.parse::<ConfigParams>().unwrap(), pairs.into_iter().collect());
    }

    #[test]
    fn whatever_a_queue_is_called_its_url_names_it(name in "\\PC{1,20}", capacity in 1_usize..1000) {
        let url = format!("memory://{}?capacity={capacity}", encoded(&name));
        let queue = MemoryMessageQueue::from_url(&url).unwrap();
        prop_assert_eq!(queue.name(), name);
        prop_assert_eq!(queue.capacity(), capacity);
    }

    /// A queue of another name than the one that was written would be worse than an error.
    #[test]
    fn a_url_is_read_as_written_or_refused(name in "[ -~äß\t\n]{0,8}") {
        let url = format!("memory://{name}");
        if let Ok(queue) = MemoryMessageQueue::from_url(&url) {
            let written = name.strip_suffix('?').unwrap_or(&name);
            let decoded = percent_encoding::percent_decode_str(written).decode_utf8().unwrap();
            prop_assert_eq!(queue.name(), decoded);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in ".*", parameters in "[a-z_]{0,16}(=\\PC*)?") {
        let connection = MemoryMessageQueueConnection::new();
        for url in [
            text.clone(),
            format!("memory:{text}"),
            format!("memory://{text}"),
            format!("memory://a?{text}"),
            format!("memory://a?{parameters}"),
        ] {
            if let Err(error) = MemoryMessageQueue::from_url(&url) {
                prop_assert!(matches!(error, MessageError::Config { .. }), "{error}");
            }
        }
        let _ = ConfigParams::from_query(&text);
        if let Ok(params) = text.parse::<ConfigParams>() {
            let _ = MemoryMessageQueue::from_config(&params);
        }
        let _ = connection.create(&text, &ConfigParams::new());
        for value in [text, parameters] {
            let params = ConfigParams::from_iter([("key", value)]);
            let _ = (params.get_as_duration("key"), params.get_as::<u32>("key"));
        }
    }

    #[test]
    fn lengths_of_time_are_read_as_they_are_printed(duration: Duration) {
        let printed = jiff::fmt::friendly::SpanPrinter::new().unsigned_duration_to_string(&duration);
        let params = ConfigParams::from_iter([("wait", printed)]);
        prop_assert_eq!(params.get_as_duration("wait").unwrap(), Some(duration));
    }
}
