//! The proof that the models can fail, and that nothing is left unproved.
//!
//! Every ordering stronger than relaxed, and every step of a hand-shake, has a
//! tag in queue-core's source, a row in [`KILLS`] and a row in VERIFICATION.md.

use std::path::PathBuf;

use crate::search::TOO_FEW;
use crate::tagged::{assert_every_tag_has_a_model_and_a_row, repository, sources};
use crate::weakened::run_weakened;

/// A tag, and the model that fails where it is weakened or left out.
const KILLS: &[(&str, &str)] = &[
    ("R1", "ring::two_producers_one_consumer_capacity_2"),
    ("R2", "ring::two_producers_one_consumer_capacity_2"),
    ("R3", "ring::two_producers_one_consumer_capacity_1"),
    ("R4", "ring::two_producers_one_consumer_capacity_1"),
    (
        "R5",
        "batch::a_batch_against_the_pops_that_make_room_for_it",
    ),
    ("R6", "batch::two_pushes_against_a_batch"),
    ("E1", "ring::a_ring_that_is_never_full_is_never_found_so"),
    ("E2", "ring::a_ring_that_is_never_empty_is_never_found_so"),
    ("E3", "ring::counts_are_of_one_moment"),
    ("V1", "ring::of_two_full_verdicts_one_is_wrong"),
    ("V2", "ring::of_two_empty_verdicts_one_is_wrong"),
    ("C1", "channel::the_end_synchronises_with_the_senders"),
    (
        "C2",
        "channel::a_refused_send_synchronises_with_the_receivers",
    ),
    ("C3", "channel::the_end_synchronises_with_the_senders"),
    (
        "D1",
        "channel::the_last_of_two_senders_closes_after_both_have_sent",
    ),
    ("D2", "channel::send_against_the_last_receiver"),
    ("D3", "weak::a_weak_handle_against_both_ends"),
    ("W1", "channel::a_parked_receiver_is_woken"),
    ("W2", "channel::a_parked_receiver_is_woken"),
    ("H1", "channel::a_parked_receiver_is_woken"),
    ("H2", "channel::disconnect_wakes_a_parked_receiver"),
    ("H3", "channel::disconnect_wakes_a_parked_sender"),
    (
        "H4",
        "select::a_parked_receiver_is_woken_by_the_end_of_a_grant",
    ),
    ("H5", "select::a_parked_sender_is_woken_by_a_grant_given_up"),
    ("H6", "rendezvous::disconnect_wakes_a_receiver"),
    ("H7", "rendezvous::an_observer_sees_a_sender"),
    ("H8", "close::close_wakes_a_parked_receiver"),
    ("H9", "close::close_wakes_a_parked_sender"),
    ("H10", "batch::a_parked_receiver_is_woken_by_a_batch"),
    ("H11", "batch::a_parked_sender_is_woken_by_a_batch"),
    ("H12", "weighted::a_receive_lets_a_sender_in"),
    ("H13", "weighted::one_who_gives_up_lets_those_behind_in"),
    ("H14", "weighted::the_last_receiver_wakes_a_sender"),
    (
        "H15",
        "close::the_end_of_a_grant_after_the_close_wakes_everyone",
    ),
    ("H16", "close::force_send_uncovers_a_slot_given_up"),
    ("H17", "awaiting::a_task_is_woken_by_its_last_waker"),
    (
        "H18",
        "awaiting::a_receive_given_up_passes_on_what_it_was_told",
    ),
    (
        "H19",
        "awaiting::a_receive_given_up_behind_an_unfinished_send",
    ),
    ("H20", "overtaking::newcomers_go_on_where_nobody_goes_first"),
    (
        "H21",
        "overtaking::newcomers_go_on_where_one_that_goes_first_was_forgotten",
    ),
    ("H22", "slots::a_parked_sender_is_woken_by_a_release"),
    ("H23", "slots::a_slot_given_up_behind_one_that_is_read"),
    (
        "H24",
        "overtaking::who_stands_back_keeps_no_words_from_others",
    ),
    ("H25", "lone::a_receive_behind_one_that_was_forgotten"),
    ("W3", "rendezvous::send_meets_recv"),
    (
        "G1",
        "select::a_parked_receiver_is_woken_by_the_end_of_a_grant",
    ),
    ("G2", "select::a_slot_given_up_is_used_again"),
    (
        "G3",
        "select::a_parked_receiver_is_woken_by_the_end_of_a_grant",
    ),
    ("G4", "select::a_slot_given_up_is_used_again"),
    ("G5", "select::a_grant_given_up_against_the_pop_before_it"),
    ("G6", "slots::a_parked_sender_is_woken_by_a_release"),
    ("G7", "slots::a_push_beside_a_slot_that_is_written"),
    (
        "G8",
        "slots::a_slot_that_is_read_against_the_push_that_waits_for_it",
    ),
    ("B1", "unbounded::two_producers_hand_over"),
    ("B2", "unbounded::two_consumers_hand_over"),
    ("B3", "unbounded::a_message_is_never_counted_twice"),
    (
        "B4",
        "unbounded::a_channel_that_is_never_empty_is_never_found_so",
    ),
    ("B5", "close::close_against_close_of_blocks"),
    ("B6", "unbounded::drop_with_messages_inside"),
    ("B7", "unbounded::a_block_is_freed_after_its_last_reader"),
    ("B8", "unbounded::a_block_is_used_again"),
    ("S1", "spsc::three_messages_capacity_1"),
    ("S2", "spsc::three_messages_capacity_1"),
    ("S3", "spsc::three_messages_capacity_1"),
    ("S4", "spsc::three_messages_capacity_1"),
    ("S5", "spsc::both_ends_go_with_messages_inside"),
    ("S6", "spsc::what_an_end_did_before_it_went_is_seen"),
    ("V3", "unbounded::of_two_empty_verdicts_one_is_wrong"),
];

#[test]
fn every_weakened_ordering_and_every_step_left_out_is_caught() {
    let survivors: Vec<_> = KILLS
        .iter()
        .filter(|(tag, model)| {
            let (passed, said) = run_weakened(tag, model);
            // A model that only no longer looks as far as it did has caught nothing.
            passed || said.contains(TOO_FEW)
        })
        .collect();
    assert!(survivors.is_empty(), "not caught: {survivors:?}");
}

#[test]
fn a_tag_that_does_not_exist_weakens_nothing() {
    let (passed, said) = run_weakened("none", "channel::the_end_synchronises_with_the_senders");
    assert!(passed, "{said}");
}

/// queue-core's source but for the facade, which defines the tags' macros.
fn queue_core_source() -> Vec<(PathBuf, String)> {
    let folder = repository().join("queue-core/src");
    let mut source = sources(&folder);
    source.retain(|(path, _)| {
        !path.starts_with(folder.join("sync")) && !path.ends_with("src/sync.rs")
    });
    source
}

#[test]
fn every_tag_has_a_model_and_a_row() {
    assert_every_tag_has_a_model_and_a_row(&queue_core_source(), KILLS);
}

/// Every ordering in the source is either tagged, or relaxed; and each has its
/// reason in a comment before it.
#[test]
fn every_ordering_says_why() {
    for (path, text) in queue_core_source() {
        let lines: Vec<_> = text.lines().collect();
        let mut last_reason = None;
        for (number, line) in lines.iter().enumerate() {
            let place = format!("{}:{}", path.display(), number + 1);
            if line.trim_start().starts_with("// ORDERING(") {
                last_reason = Some(number);
                continue;
            }
            let code = line.split("//").next().unwrap();
            for strong in ["Acquire", "Release", "AcqRel", "SeqCst"] {
                assert!(
                    !code.contains(&format!("Ordering::{strong}")),
                    "{place}: {strong} without a tag"
                );
            }
            if code.contains("Ordering::Relaxed")
                || code.contains("order!(") && !code.contains("use ")
            {
                let near = last_reason.is_some_and(|reason| number - reason <= 12);
                assert!(near, "{place}: no ORDERING comment above");
            }
        }
    }
}

/// `sync.rs` is the only door: what bypassed it would not be modelled.
#[test]
fn nothing_bypasses_the_facade() {
    for (path, text) in queue_core_source() {
        for bypass in [
            "sync::atomic",
            "cell::UnsafeCell",
            "std::sync::",
            "std::thread",
        ] {
            let found = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .any(|line| line.contains(bypass));
            assert!(!found, "{} names {bypass}", path.display());
        }
    }
}
