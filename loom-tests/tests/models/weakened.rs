//! How a test is run where a step, or an ordering, is missing.

use std::process::Command;

/// Runs one test of this program in a process of its own, with `tag` weakened: whether it passed, and what it said.
pub(crate) fn run_weakened(tag: &str, test: &str) -> (bool, String) {
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
