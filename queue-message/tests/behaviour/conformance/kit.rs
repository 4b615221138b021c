//! What the kit does beside its checks: it reports, skips, and is not held up.

use std::time::Duration;

use async_trait::async_trait;
use pollster::block_on;
use queue_message::BoxError;
use queue_message::conformance::{Backend, Feature, Kit, Made, Report, Setup, Verdict};

use super::backends::{Fault, FaultyMemory};

pub(super) const ON_THREAD: &str = "begin_listen_listens_on_a_thread";

/// What the kit makes of a fault. A listener on a thread may be woken from there, so that the kit would have to
/// wait for it: that is left out, but where it is looked for.
pub(super) fn report(fault: Fault) -> Report {
    run(&Kit::new(), fault, &[Feature::ListenOnThread])
}

pub(super) fn run(kit: &Kit, fault: Fault, disclaims: &[Feature]) -> Report {
    block_on(kit.run(&FaultyMemory {
        memory: Default::default(),
        fault,
        disclaims: disclaims.to_vec(),
    }))
}

/// What a check says of a fault.
fn failure(report: &Report, name: &str) -> String {
    let check = report.checks().iter().find(|check| check.name == name);
    match &check.expect("it is a check").verdict {
        Verdict::Failed(failure) => failure.clone(),
        other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn a_listener_that_never_begins_is_given_up() {
    let kit = Kit::new().only(ON_THREAD).limit(Duration::from_millis(10));
    let report = run(&kit, Fault::BeginsNoListener, &[]);
    assert_eq!(
        failure(&report, ON_THREAD),
        "expected the message `ABC` to be handed to the receiver; came none: it was given up after 10ms"
    );
}

#[test]
fn a_check_that_nobody_will_wake_is_found_at_once() {
    let name = "a_parked_receive_gets_what_is_sent_then";
    let kit = Kit::new().only(name).limit(Duration::MAX);
    let report = run(&kit, Fault::NeverWakesReceivers, &[]);
    assert_eq!(
        failure(&report, name),
        "expected a receive to be woken, after a message was sent; came none: nobody is left who would wake it"
    );
}

#[test]
fn a_panic_fails_its_check_and_the_others_still_run() {
    let report = report(Fault::PeekPanics);
    assert_eq!(
        failure(&report, "peek_leaves_the_message"),
        "expected no panic, came one: peek panics"
    );
    assert!(
        report
            .passed()
            .contains(&"a_dropped_send_passes_its_wake_up_on")
    );
}

#[test]
fn a_claimed_capability_that_is_not_supported_fails() {
    let report = report(Fault::DoesNotSupportRenewals);
    let failure = failure(&report, "a_lock_is_renewed_again_and_again");
    assert!(
        failure.contains("`renew_lock`: expected to succeed, came the error"),
        "{failure}"
    );
    assert!(failure.contains("does not support `extend`"), "{failure}");
}

#[test]
fn a_failure_says_what_was_expected_and_what_came() {
    let report = report(Fault::ReleasesToTheBack);
    assert_eq!(
        failure(&report, "an_abandoned_message_is_next"),
        "`receive` after A was abandoned, before B and C: expected the message `A`, came the message `B` (delivery 1)"
    );
}

#[test]
fn futures_that_take_several_polls_conform() {
    let report = run(&Kit::new(), Fault::Hops, &[]);
    report.assert();
    assert!(report.skipped().is_empty());
}

#[test]
fn a_queue_that_does_not_wait_for_room_conforms() {
    let report = report(Fault::DoesNotWaitForRoom);
    report.assert();
    let of_waiting = [
        "close_wakes_a_parked_send",
        ON_THREAD,
        "a_dropped_send_sends_nothing",
        "a_dropped_send_passes_its_wake_up_on",
    ];
    assert_eq!(report.skipped(), of_waiting);
}

#[test]
fn what_is_not_claimed_is_skipped_with_its_reason() {
    let report = report(Fault::CanDoLittle);
    report.assert();
    for (check, feature) in [
        ("messages_are_counted", "message_count"),
        ("abandon_returns_the_message", "abandon"),
        ("peek_leaves_the_message", "peek"),
        ("peek_batch_shows_the_next_messages", "peek_batch"),
        ("a_lock_is_renewed_again_and_again", "renew_lock"),
        ("a_dead_letter_never_comes_again", "dead_letter"),
        ("clear_removes_all_messages", "clear"),
        (ON_THREAD, "listening on a thread"),
    ] {
        let line = format!("skipped  {check}: the backend does not claim `{feature}`");
        assert!(report.to_string().contains(&line), "{line}\n{report}");
    }
    assert!(
        report
            .passed()
            .contains(&"what_is_not_claimed_is_not_supported")
    );
}

#[test]
fn what_is_disclaimed_is_skipped() {
    let disclaims = [Feature::DeliveryCount, Feature::ListenOnThread];
    let report = run(&Kit::new(), Fault::ForgetsTheCount, &disclaims);
    report.assert();
    let counts = [
        "each_delivery_is_counted",
        "an_abandoned_delivery_is_counted",
        "a_message_that_is_sent_on_is_counted_anew",
    ];
    for check in counts {
        assert!(report.skipped().contains(&check), "{report}");
    }
    assert_eq!(report.skipped().len(), counts.len() + 1);
}

/// A backend that is out of order.
struct Broken;

#[async_trait]
impl Backend for Broken {
    async fn make(&self, _: &Setup) -> Result<Made, BoxError> {
        Err("out of order".into())
    }

    async fn advance(&self, _: Duration) {}
}

#[test]
fn a_backend_that_makes_no_queue_fails_every_check() {
    let report = block_on(Kit::new().run(&Broken));
    assert_eq!(report.failed().len(), report.checks().len());
    assert!(
        report
            .to_string()
            .contains("expected one, came out of order"),
        "{report}"
    );
}

#[test]
#[should_panic(
    expected = "FAILED   closing_twice_does_nothing: closing a closed queue is no error"
)]
fn a_report_with_a_failure_is_not_asserted() {
    report(Fault::ClosesOnce).assert();
}

#[test]
#[should_panic(expected = "0 passed, 0 failed, 0 skipped")]
fn a_report_without_checks_is_not_asserted() {
    run(&Kit::new().only("no such check"), Fault::None, &[]).assert();
}

#[test]
fn a_run_can_be_moved_between_threads() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    let kit = Kit::new().only("a_sent_message_is_received");
    let backend = FaultyMemory {
        memory: Default::default(),
        fault: Fault::None,
        disclaims: Vec::new(),
    };
    block_on(send(kit.run(&backend))).assert();
}
