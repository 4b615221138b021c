//! The proof that these tests can fail.

use std::process::Command;

/// A step of a hand-shake, and a test that fails where it is left out.
const KILLS: &[(&str, &str)] = &[
    ("H1", "blocking::two_by_two_over_one_slot"),
    ("H18", "awaiting::tasks_that_leave_beside_threads"),
];

/// Runs one test in a process of its own, as queue-core reads the variable once.
fn run_weakened(tag: &str, test: &str) -> (bool, String) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("QUEUE_WEAKEN", tag)
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("running 1 test"), "no test {test}: {said}");
    (output.status.success(), said)
}

#[test]
fn a_step_that_is_left_out_is_missed() {
    for (tag, test) in KILLS {
        let (passed, said) = run_weakened(tag, test);
        assert!(!passed, "{test} does not miss {tag}");
        assert!(said.contains("deadlock!"), "{tag}, {test}: {said}");
    }
}
