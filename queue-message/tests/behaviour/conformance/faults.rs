//! What the kit makes of queues with one fault each: it finds the fault, and nothing else.

use std::collections::BTreeSet;

use queue_message::conformance::Kit;

use super::backends::Fault;
use super::kit::{ON_THREAD, report, run};

/// The fault makes these checks fail, and no others.
fn only(fault: Fault, checks: &[&str]) {
    let report = report(fault);
    let names = |names: &[&str]| {
        names
            .iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(names(&report.failed()), names(checks), "{report}");
    assert_eq!(report.skipped(), [ON_THREAD]);
}

/// The fault makes these checks fail, and all others which come across it.
fn also(fault: Fault, checks: &[&str]) {
    let report = report(fault);
    for check in checks {
        assert!(report.failed().contains(check), "{check}\n{report}");
    }
}

macro_rules! faults {
    ($($name:ident: $fault:ident => $how:ident [$($check:ident,)*];)*) => {
        const FOUND: &[&[&str]] = &[$(&[$(stringify!($check)),*]),*];

        $(#[test]
        fn $name() {
            $how(Fault::$fault, &[$(stringify!($check)),*]);
        })*
    };
}

faults! {
    sends_twice: SendsTwice => also [
        a_sent_message_is_received, messages_come_in_the_order_they_were_sent,
        a_delay_of_nothing_delays_nothing, a_message_that_was_not_received_is_not_settled,
        competing_receivers_get_each_message_once, listeners_compete,
    ];
    answers_another_id: AnswersAnotherId => only [
        put_answers_the_id,
    ];
    changes_headers: ChangesHeaders => only [
        objects_are_received_as_they_were_sent, envelopes_are_kept,
        a_dead_letter_is_kept_with_its_reason, abandoned_too_often_is_a_dead_letter,
        expired_too_often_is_a_dead_letter,
    ];
    fills_in_what_is_missing: FillsInWhatIsMissing => only [
        envelopes_are_kept, what_is_missing_stays_missing,
    ];
    refuses_what_was_received: RefusesWhatWasReceived => only [
        a_received_message_can_be_sent_on, a_message_that_is_sent_on_is_counted_anew,
    ];
    forgets_delays: ForgetsDelays => only [
        a_delayed_message_comes_when_it_is_due, a_message_that_is_due_wakes_a_parked_receive,
        a_wait_may_end_before_the_delay, a_delayed_message_holds_nobody_up,
        delayed_messages_come_as_they_are_due, a_delayed_message_is_not_counted,
        a_delayed_message_is_not_shown,
    ];
    hurries_what_came_later: HurriesWhatCameLater => only [
        delayed_messages_keep_their_order,
    ];
    has_no_bound: HasNoBound => only [
        a_dead_letter_without_room_stays_locked, a_dead_letter_without_room_is_not_lost,
        a_full_queue_takes_nothing_more, messages_in_flight_take_room,
        an_abandoned_message_keeps_its_room, an_expired_message_keeps_its_room,
        delayed_messages_take_room, a_dead_letter_makes_room, clear_makes_room,
        close_wakes_a_parked_send, a_dropped_send_sends_nothing,
        a_dropped_send_passes_its_wake_up_on,
    ];
    accepts_after_close: AcceptsAfterClose => only [
        a_closed_queue_refuses_sends, a_closed_queue_delivers_nothing,
    ];
    keeps_what_it_refuses: KeepsWhatItRefuses => only [
        close_wakes_a_parked_send, a_queue_must_be_opened, a_closed_queue_refuses_sends,
        a_closed_queue_delivers_nothing,
    ];
    sends_what_was_dropped: SendsWhatWasDropped => only [
        a_dropped_send_sends_nothing, a_dropped_send_passes_its_wake_up_on,
    ];
    leaks_dropped_sends: LeaksDroppedSends => only [
        a_dropped_send_passes_its_wake_up_on,
    ];
    never_wakes_receivers: NeverWakesReceivers => only [
        a_parked_receive_gets_what_is_sent_then, an_abandon_wakes_a_parked_receive,
        competing_receivers_get_each_message_once, get_waits_for_a_put,
        an_expiry_wakes_a_parked_receive, the_lock_begins_with_the_delivery,
        a_wait_lasts_as_long_as_was_asked, a_wait_without_end_lasts,
        a_message_that_is_due_wakes_a_parked_receive, a_wait_may_end_before_the_delay,
        close_wakes_a_parked_receive, a_listener_hands_messages_over,
        a_message_of_a_failed_receiver_comes_again, a_message_of_a_panicking_receiver_comes_again,
        what_a_receiver_completed_stays_completed, what_a_receiver_abandoned_comes_again,
        what_a_receiver_gave_up_is_a_dead_letter, a_busy_listener_lets_others_run,
        listeners_compete, end_listen_wakes_an_idle_listener,
        a_listener_ends_after_the_message_it_is_at, a_dropped_receive_passes_its_wake_up_on,
    ];
    takes_without_being_polled: TakesWithoutBeingPolled => only [
        an_unpolled_receive_takes_nothing,
    ];
    takes_when_dropped: TakesWhenDropped => only [
        a_dropped_receive_takes_nothing, a_dropped_receive_passes_its_wake_up_on,
        a_dropped_listener_takes_nothing,
    ];
    leaks_dropped_receives: LeaksDroppedReceives => only [
        end_listen_wakes_an_idle_listener, a_dropped_receive_passes_its_wake_up_on,
    ];
    waits_twice_as_long: WaitsTwiceAsLong => only [
        a_wait_lasts_as_long_as_was_asked, a_wait_may_end_before_the_delay,
    ];
    waits_half_as_long: WaitsHalfAsLong => only [
        a_wait_lasts_as_long_as_was_asked,
    ];
    waits_forever_for_nothing: WaitsForeverForNothing => also [
        a_wait_of_nothing_does_not_wait, a_sent_message_is_received, a_locked_message_is_hidden,
    ];
    locks_for_the_wait: LocksForTheWait => only [
        the_lock_lasts_as_long_whatever_the_wait, the_lock_begins_with_the_delivery,
    ];
    locks_for_the_lock_timeout: LocksForTheLockTimeout => only [
        get_hides_for_its_visibility, expired_messages_keep_their_order,
    ];
    locks_forever: LocksForever => only [
        messages_are_counted, peek_batch_shows_the_next_messages, get_hides_for_its_visibility,
        an_expired_message_is_next, expired_messages_keep_their_order,
        an_expired_lock_returns_the_message, each_delivery_is_counted,
        a_message_that_is_sent_on_is_counted_anew, an_expiry_wakes_a_parked_receive,
        the_lock_lasts_as_long_whatever_the_wait, the_lock_begins_with_the_delivery,
        an_expired_lock_is_not_renewed, an_expired_receipt_is_refused,
        a_late_settlement_loses_nothing, a_message_whose_lock_is_lost_is_not_moved,
        expired_too_often_is_a_dead_letter, completed_at_the_last_delivery_is_no_dead_letter,
        a_dead_letter_without_room_is_not_lost, a_message_that_comes_back_is_not_delayed_again,
        an_expired_message_keeps_its_room,
    ];
    forgets_the_count: ForgetsTheCount => only [
        each_delivery_is_counted, an_abandoned_delivery_is_counted,
    ];
    deletes_nothing: DeletesNothing => only [
        complete_removes_the_message, messages_are_counted, clear_removes_all_messages,
        get_takes_and_delete_removes, release_makes_visible, extend_hides_from_now_on,
        a_renewal_for_no_time_ends_the_lock, a_renewed_message_can_be_completed,
        an_expired_receipt_is_refused, a_settled_receipt_is_refused, a_released_receipt_is_refused,
        completing_twice_is_refused, a_late_settlement_loses_nothing,
        a_dead_letter_never_comes_again, completed_at_the_last_delivery_is_no_dead_letter,
        a_full_queue_takes_nothing_more, messages_in_flight_take_room,
        an_abandoned_message_keeps_its_room, an_expired_message_keeps_its_room,
        delayed_messages_take_room, what_is_in_flight_is_settled_after_a_close,
        a_listener_hands_messages_over, a_message_of_a_failed_receiver_comes_again,
        a_message_of_a_panicking_receiver_comes_again, what_a_receiver_completed_stays_completed,
        what_a_receiver_abandoned_comes_again, a_listener_ends_after_the_message_it_is_at,
        a_dropped_send_sends_nothing, a_dropped_send_passes_its_wake_up_on,
        delayed_messages_keep_their_order,
    ];
    is_lost_when_released: IsLostWhenReleased => only [
        abandon_returns_the_message, an_abandon_wakes_a_parked_receive, release_makes_visible,
        an_abandoned_message_is_next, abandoned_messages_keep_their_order,
        returned_messages_are_shown_in_front, an_abandoned_delivery_is_counted,
        a_renewed_message_can_be_abandoned, a_released_receipt_is_refused,
        abandoned_too_often_is_a_dead_letter, an_abandoned_message_keeps_its_room,
        a_message_of_a_failed_receiver_comes_again, a_message_of_a_panicking_receiver_comes_again,
        what_a_receiver_abandoned_comes_again,
    ];
    releases_to_the_back: ReleasesToTheBack => only [
        an_abandoned_message_is_next, abandoned_messages_keep_their_order,
        returned_messages_are_shown_in_front, abandoned_too_often_is_a_dead_letter,
    ];
    releases_nothing: ReleasesNothing => only [
        abandon_returns_the_message, an_abandon_wakes_a_parked_receive, release_makes_visible,
        an_abandoned_message_is_next, abandoned_messages_keep_their_order,
        returned_messages_are_shown_in_front, an_abandoned_delivery_is_counted,
        a_renewed_message_can_be_abandoned, an_expired_receipt_is_refused,
        a_settled_receipt_is_refused, a_released_receipt_is_refused,
        a_receipt_that_was_never_given_is_refused, a_receipt_of_another_queue_is_refused,
        a_late_settlement_loses_nothing, abandoned_too_often_is_a_dead_letter,
        an_abandoned_message_keeps_its_room, a_message_of_a_failed_receiver_comes_again,
        a_message_of_a_panicking_receiver_comes_again, what_a_receiver_abandoned_comes_again,
    ];
    accepts_lost_locks: AcceptsLostLocks => only [
        clear_removes_all_messages, release_makes_visible, extend_hides_from_now_on,
        a_renewal_for_no_time_ends_the_lock, an_expired_lock_is_not_renewed,
        an_expired_receipt_is_refused, a_settled_receipt_is_refused, a_released_receipt_is_refused,
        a_receipt_that_was_never_given_is_refused, a_receipt_of_another_queue_is_refused,
        completing_twice_is_refused, a_late_settlement_loses_nothing,
        a_dead_letter_never_comes_again, what_is_in_flight_is_settled_after_a_close,
    ];
    renews_for_the_lock_timeout: RenewsForTheLockTimeout => only [
        extend_hides_from_now_on, a_renewed_lock_lasts_as_asked_from_now_on,
        a_renewal_may_shorten_the_lock, a_renewal_for_no_time_ends_the_lock,
        a_renewed_message_can_be_abandoned, a_renewed_message_can_be_completed,
    ];
    renews_without_effect: RenewsWithoutEffect => only [
        extend_hides_from_now_on, a_renewed_lock_lasts_as_asked_from_now_on,
        a_renewal_may_shorten_the_lock, a_renewal_for_no_time_ends_the_lock,
        a_lock_is_renewed_again_and_again, a_renewed_message_can_be_abandoned,
        a_renewed_message_can_be_completed, an_expired_lock_is_not_renewed,
        an_expired_receipt_is_refused, a_settled_receipt_is_refused, a_released_receipt_is_refused,
        a_receipt_that_was_never_given_is_refused, a_receipt_of_another_queue_is_refused,
    ];
    renewal_voids_the_receipt: RenewalVoidsTheReceipt => only [
        a_renewed_message_can_be_abandoned, a_renewed_message_can_be_completed,
    ];
    does_not_support_renewals: DoesNotSupportRenewals => only [
        extend_hides_from_now_on, a_renewed_lock_lasts_as_asked_from_now_on,
        a_renewal_may_shorten_the_lock, a_renewal_for_no_time_ends_the_lock,
        a_lock_is_renewed_again_and_again, a_renewed_message_can_be_abandoned,
        a_renewed_message_can_be_completed, an_expired_lock_is_not_renewed,
        an_expired_receipt_is_refused, a_settled_receipt_is_refused, a_released_receipt_is_refused,
        a_receipt_that_was_never_given_is_refused, a_receipt_of_another_queue_is_refused,
    ];
    settles_nothing_after_close: SettlesNothingAfterClose => only [
        what_is_in_flight_is_settled_after_a_close,
    ];
    keeps_the_reference: KeepsTheReference => only [
        complete_removes_the_message, what_is_not_claimed_is_not_supported,
    ];
    dead_letters_are_deleted: DeadLettersAreDeleted => only [
        a_dead_letter_is_kept_with_its_reason, a_dead_letter_wakes_who_waits_for_one,
        a_dead_letter_without_room_stays_locked, what_a_receiver_gave_up_is_a_dead_letter,
    ];
    dead_letters_have_no_reason: DeadLettersHaveNoReason => only [
        a_dead_letter_is_kept_with_its_reason,
    ];
    dead_letters_without_room_are_deleted: DeadLettersWithoutRoomAreDeleted => only [
        a_dead_letter_without_room_stays_locked, a_dead_letter_without_room_is_not_lost,
    ];
    dead_letters_stay: DeadLettersStay => only [
        a_dead_letter_is_kept_with_its_reason, a_dead_letter_never_comes_again,
        a_dead_letter_wakes_who_waits_for_one, a_dead_letter_without_room_stays_locked,
        a_dead_letter_makes_room, what_a_receiver_gave_up_is_a_dead_letter,
    ];
    has_no_limit_of_deliveries: HasNoLimitOfDeliveries => only [
        abandoned_too_often_is_a_dead_letter, expired_too_often_is_a_dead_letter,
        a_dead_letter_without_room_is_not_lost,
    ];
    needs_no_open: NeedsNoOpen => only [
        a_queue_must_be_opened, listening_needs_an_open_queue,
    ];
    open_clears: OpenClears => only [
        opening_twice_does_nothing,
    ];
    closes_nothing: ClosesNothing => only [
        close_wakes_a_parked_send, a_closed_queue_refuses_sends, a_closed_queue_delivers_nothing,
        close_wakes_a_parked_receive, closing_twice_does_nothing, close_wakes_an_idle_listener,
        a_close_before_listening_is_remembered,
    ];
    wakes_nobody_on_close: WakesNobodyOnClose => only [
        close_wakes_a_parked_send, close_wakes_a_parked_receive, close_wakes_an_idle_listener,
    ];
    closes_once: ClosesOnce => only [
        closing_twice_does_nothing,
    ];
    clears_nothing: ClearsNothing => only [
        clear_removes_all_messages, clear_removes_delayed_messages, clear_makes_room,
    ];
    clears_what_is_ready: ClearsWhatIsReady => only [
        clear_removes_all_messages, clear_removes_delayed_messages,
    ];
    counts_what_is_locked: CountsWhatIsLocked => only [
        messages_are_counted,
    ];
    peek_takes: PeekTakes => only [
        peek_leaves_the_message, peek_batch_shows_the_next_messages,
        returned_messages_are_shown_in_front,
        what_is_shown_is_received,
    ];
    shows_the_last_first: ShowsTheLastFirst => only [
        peek_batch_shows_the_next_messages, returned_messages_are_shown_in_front,
        what_is_shown_is_received,
    ];
    forgets_to_end_listeners: ForgetsToEndListeners => only [
        a_listener_hands_messages_over, a_message_of_a_failed_receiver_comes_again,
        a_message_of_a_panicking_receiver_comes_again, what_a_receiver_completed_stays_completed,
        what_a_receiver_abandoned_comes_again, what_a_receiver_gave_up_is_a_dead_letter,
        a_busy_listener_lets_others_run, listeners_compete, end_listen_wakes_an_idle_listener,
        a_listener_ends_after_the_message_it_is_at,
    ];
    interrupts_receivers: InterruptsReceivers => only [
        a_listener_ends_after_the_message_it_is_at,
    ];
    hogs_its_thread: HogsItsThread => only [
        a_busy_listener_lets_others_run,
    ];
    peek_panics: PeekPanics => only [
        peek_leaves_the_message, peek_on_an_empty_queue_gives_nothing,
        peek_batch_shows_the_next_messages, returned_messages_are_shown_in_front,
        a_delayed_message_is_not_shown,
        what_is_shown_is_received,
    ];
    says_that_it_can_do_little: SaysThatItCanDoLittle => also [
        what_is_not_claimed_is_not_supported,
    ];
}

#[test]
fn every_check_finds_a_fault() {
    let found: BTreeSet<&str> = FOUND.iter().copied().flatten().copied().collect();
    let all = run(&Kit::new(), Fault::None, &[]).passed();
    // This one's fault is found below.
    let missing: Vec<_> = all
        .into_iter()
        .filter(|name| *name != ON_THREAD && !found.contains(name))
        .collect();
    assert!(
        missing.is_empty(),
        "no fault is known that these find: {missing:?}"
    );
}
