//! The example programs, as their users run them.

use std::path::PathBuf;
use std::process::{Command, Output};

fn run(example: &str, arguments: &[&str]) -> Output {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).expect("target/PROFILE/deps/this");
    let program: PathBuf = profile.join(format!(
        "examples/{example}{}",
        std::env::consts::EXE_SUFFIX
    ));
    assert!(
        program.is_file(),
        "no {}: run the whole `cargo test -p queue-core`, which builds it",
        program.display()
    );
    Command::new(program).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The number before `word`.
fn number_before(text: &str, word: &str) -> u64 {
    let before = text.split(word).next().unwrap();
    before.split_whitespace().last().unwrap().parse().unwrap()
}

#[test]
fn telemetry_accounts_for_every_reading() {
    let output = run("telemetry", &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    let (shown, displaced) = (
        number_before(said, "shown"),
        number_before(said, "displaced"),
    );
    assert_eq!(shown + displaced, number_before(said, "readings"));
    assert!(displaced > 0, "the display is slower than the sensor");
}

#[test]
fn batched_log_writes_every_line_once_and_those_of_a_thread_in_order() {
    let output = run("batched_log", &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let mut next = [0; 4];
    for line in text(&output.stdout).lines() {
        let words: Vec<_> = line.split(' ').collect();
        let &["thread", thread, "line", number] = words.as_slice() else {
            panic!("{line}");
        };
        let thread: usize = thread.parse().unwrap();
        assert_eq!(number.parse(), Ok(next[thread]), "thread {thread}");
        next[thread] += 1;
    }
    assert_eq!(next, [25_000; 4]);
    let said = text(&output.stderr);
    assert_eq!(number_before(said, "lines"), 100_000);
    assert!(number_before(said, "batches") < 100_000, "{said}");
}

#[test]
fn batched_log_says_what_it_cannot_write_to() {
    let output = run("batched_log", &["/nonexistent/folder/log"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr).lines().count(), 1);
    assert!(text(&output.stderr).starts_with("batched_log: /nonexistent/folder/log: "));
}

#[test]
fn realtime_accounts_for_every_period() {
    let output = run("realtime", &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    let sent = number_before(said, "sent");
    assert_eq!(number_before(said, "blocks recorded"), sent);
    assert!(sent > 0);
}
