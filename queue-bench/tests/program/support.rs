//! Runs the program and reads what it says.

use std::process::{Command, Output, Stdio};

use serde_json::{Map, Value};

pub(crate) fn queue_bench(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_queue-bench"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("the output is text")
}

/// The rows behind the first line, which is the environment.
pub(crate) fn rows(output: &Output) -> Vec<Map<String, Value>> {
    let mut lines = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str::<Map<_, _>>(line).expect("an object on each line"));
    let first = lines.next().expect("a first line");
    assert_eq!(first["metric"], "env");
    assert!(first["seed"].is_u64() && first["rustc"].is_string());
    lines.collect()
}

pub(crate) fn with_contender<'a>(
    rows: &'a [Map<String, Value>],
    name: &str,
) -> &'a Map<String, Value> {
    rows.iter()
        .find(|row| row["contender"] == name)
        .unwrap_or_else(|| panic!("a row for {name}"))
}
