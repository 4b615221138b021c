//! The proof that the models can fail.

use crate::search::TOO_FEW;
use crate::tagged::{assert_every_tag_has_a_model_and_a_row, repository, sources};
use crate::weakened::run_weakened;

/// A step, and the model that fails where it is left out.
const KILLS: &[(&str, &str)] = &[
    ("M1", "delivery::what_came_back_is_received_first"),
    ("M2", "delivery::what_came_back_is_received_first"),
    ("M3", "closing::a_close_wakes_a_receiver_that_waits"),
    ("M4", "closing::a_drain_against_the_last_complete"),
    ("M5", "closing::a_close_wakes_a_drain"),
    ("M6", "closing::a_close_wakes_a_sender_that_waits"),
    ("M7", "closing::a_drain_against_the_last_complete"),
    ("M8", "closing::the_end_of_listening_wakes_an_idle_listener"),
    ("M9", "expiry::an_expiry_wakes_a_receiver_that_waits"),
    ("M10", "expiry::two_deadlines_set_at_once_are_both_kept"),
    (
        "M11",
        "delivery::a_clear_makes_room_of_what_comes_back_meanwhile",
    ),
    ("M12", "clock::an_alarm_that_is_set_while_time_passes"),
    ("M13", "expiry::a_clear_against_a_move_to_full_dead_letters"),
    (
        "M14",
        "expiry::a_clear_against_the_last_expiry_beside_full_dead_letters",
    ),
    ("M15", "cached::one_word_of_news_is_as_good_as_two"),
    (
        "M16",
        "cached::what_one_gets_ahead_reaches_another_that_waits",
    ),
    (
        "M21",
        "request::an_answer_against_a_request_that_is_dropped",
    ),
    ("M22", "request::a_close_wakes_a_request_that_waits"),
];

#[test]
fn every_step_left_out_is_caught() {
    let survivors: Vec<_> = KILLS
        .iter()
        .filter(|(tag, model)| {
            let (passed, said) = run_weakened(tag, model);
            passed || said.contains(TOO_FEW)
        })
        .collect();
    assert!(survivors.is_empty(), "not caught: {survivors:?}");
}

#[test]
fn every_tag_has_a_model_and_a_row() {
    let mut source = sources(&repository().join("queue-message/src"));
    source.retain(|(path, _)| !path.ends_with("src/sync.rs"));
    assert_every_tag_has_a_model_and_a_row(&source, KILLS);
}
