//! The proof that these tests can fail.

use crate::weakened::run_weakened;

/// A step of a hand-shake, and a test that misses it. (H16 takes a moment at which nobody receives: a
/// model of loom's has it.)
const KILLS: &[(&str, &str)] = &[
    ("H1", "blocking::two_by_two_over_one_slot"),
    ("H2", "blocking::two_by_two_over_three_slots"),
    ("H3", "closing::the_last_receivers_go"),
    ("H4", "select::slots_given_up_beside_senders"),
    ("H5", "select::slots_given_up_beside_senders"),
    ("H6", "closing::a_close_against_two_by_two"),
    ("H7", "awaiting::a_storm_of_tasks"),
    ("H8", "closing::a_close_wakes_all_who_sleep"),
    ("H9", "closing::a_close_wakes_all_who_sleep"),
    ("H10", "batch::batches_against_singles"),
    ("H11", "batch::batches_against_singles"),
    ("H12", "weighted::three_weights"),
    ("H13", "weighted::the_heavy_give_up_before_the_light"),
    ("H14", "weighted::the_last_receivers_go"),
    ("H15", "select::a_close_against_slots_given_up"),
    ("H17", "awaiting::tasks_that_get_another_waker"),
    ("H18", "awaiting::tasks_that_leave_beside_threads"),
];

#[test]
fn every_step_left_out_is_missed() {
    let survivors: Vec<_> = KILLS
        .iter()
        .filter(|(tag, test)| {
            let (passed, said) = run_weakened(tag, test);
            passed || !said.contains("deadlock!")
        })
        .collect();
    assert!(survivors.is_empty(), "not missed: {survivors:?}");
}

#[test]
fn a_tag_that_does_not_exist_leaves_nothing_out() {
    let (passed, said) = run_weakened("none", "blocking::two_by_two_over_one_slot");
    assert!(passed, "{said}");
}
