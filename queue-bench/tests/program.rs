//! The program as its users meet it: rows, exit codes, errors in one line.

use std::collections::BTreeSet;
use std::process::{Command, Output, Stdio};

use serde_json::{Map, Value};

const FIELDS: [&str; 21] = [
    "cell",
    "mode",
    "producers",
    "consumers",
    "channels",
    "capacity",
    "payload_bytes",
    "contender",
    "version",
    "contract",
    "metric",
    "unit",
    "median",
    "lo",
    "hi",
    "ratio",
    "ratio_lo",
    "ratio_hi",
    "rounds",
    "status",
    "notes",
];

fn queue_bench(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_queue-bench"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("the output is text")
}

fn rows(output: &Output) -> Vec<Map<String, Value>> {
    text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object on each line"))
        .collect()
}

fn with_contender<'a>(rows: &'a [Map<String, Value>], name: &str) -> &'a Map<String, Value> {
    rows.iter()
        .find(|row| row["contender"] == name)
        .unwrap_or_else(|| panic!("a row for {name}"))
}

#[test]
fn every_contender_passes_the_check_in_every_cell() {
    let output = queue_bench(&["--check", "--json", "-", "--seed", "1"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));

    let rows = rows(&output);
    for row in &rows {
        assert_eq!(
            row.keys().map(String::as_str).collect::<BTreeSet<_>>(),
            FIELDS.into()
        );
        assert_eq!(row["status"], "ok");
        assert_eq!(row["metric"], "throughput");
        assert_eq!(row["unit"], "msg/s");
        assert_eq!(row["payload_bytes"], 8);
        assert_eq!(row["rounds"], 1);
        for figure in ["median", "lo", "hi", "ratio", "ratio_lo", "ratio_hi"] {
            assert!(
                row[figure].as_f64().is_some_and(|figure| figure > 0.0),
                "{row:?}"
            );
        }
        let capacity = match &row["capacity"] {
            Value::Null => "unbounded".to_owned(),
            slots => format!("cap{slots}"),
        };
        let cell = format!(
            "{}p{}c-{capacity}-{}B",
            row["producers"], row["consumers"], row["payload_bytes"]
        );
        let name = row["cell"].as_str().expect("a name");
        assert!(name.ends_with(&cell), "{name}");
        let is_select = name.starts_with(&format!("select{}-", row["channels"]));
        assert!(is_select || row["channels"] == 1, "{name}");
        if row["contender"] == "queue-core" {
            assert_eq!(row["ratio"], 1.0);
            assert_eq!(row["version"], env!("CARGO_PKG_VERSION"));
        }
        // A ratio's other side is in the same output, under the same contract.
        assert!(rows.iter().any(|ours| {
            ours["contender"] == "queue-core"
                && ["cell", "mode", "contract"]
                    .iter()
                    .all(|key| ours[*key] == row[*key])
        }));
    }

    let pairs: BTreeSet<_> = rows
        .iter()
        .map(|row| (row["cell"].to_string(), row["mode"].to_string()))
        .collect();
    assert_eq!(pairs.len(), 18);
}

#[test]
fn each_cell_has_the_contenders_that_fit_it() {
    let contenders = |cells: &str, mode: &str| {
        let output = queue_bench(&["--check", "--json", "-", "--cells", cells]);
        let mut names = Vec::new();
        for row in rows(&output).iter().filter(|row| row["mode"] == mode) {
            let of = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            names.push(format!("{} {}", of("contender"), of("contract")));
        }
        names
    };
    assert_eq!(
        contenders("mpsc-4p1c-cap64-8B", "block"),
        [
            "queue-core fifo/mpmc/block",
            "queue-core fifo/mpsc/block",
            "crossbeam-channel fifo/mpmc/block",
            "std-mpsc fifo/mpsc/block",
            "flume fifo/mpmc/block",
            "kanal fifo/mpmc/block",
            "crossfire fifo/mpmc/block",
            "mutex-condvar fifo/mpmc/block",
        ]
    );
    assert_eq!(
        contenders("mpmc-2p2c-cap1024-8B", "try"),
        [
            "queue-core fifo/mpmc/try",
            "crossbeam-queue fifo/mpmc/try",
            "crossbeam-channel fifo/mpmc/try",
            "flume fifo/mpmc/try",
            "kanal fifo/mpmc/try",
            "crossfire fifo/mpmc/try",
            "rapidfire fifo/mpmc/try",
            "mutex-condvar fifo/mpmc/try",
        ]
    );
    assert_eq!(
        contenders("spsc-1p1c-cap0-8B", "block"),
        [
            "queue-core fifo/mpmc/block",
            "queue-core fifo/mpsc/block",
            "crossbeam-channel fifo/mpmc/block",
            "std-mpsc fifo/mpsc/block",
            "flume fifo/mpmc/block",
            "kanal fifo/mpmc/block",
        ]
    );
    assert_eq!(
        contenders("mpmc-2p2c-unbounded-8B", "block"),
        [
            "queue-core fifo/mpmc/block",
            "crossbeam-channel fifo/mpmc/block",
            "flume fifo/mpmc/block",
            "kanal fifo/mpmc/block",
            "crossfire fifo/mpmc/block",
        ]
    );
    assert_eq!(
        contenders("select8-2p1c-cap64-8B", "block"),
        [
            "queue-core per-channel/mpmc/block",
            "crossbeam-channel per-channel/mpmc/block",
            "flume per-channel/mpmc/block",
            "crossfire per-channel/mpmc/block",
        ]
    );
}

#[test]
fn tables_are_on_stdout_and_json_in_its_file() {
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/rows.jsonl");
    let output = queue_bench(&["--check", "--cells", "spsc-*-cap64-*", "--json", file]);
    assert_eq!(output.status.code(), Some(0));
    let tables = text(&output.stdout);
    assert!(tables.contains("spsc-1p1c-cap64-8B  try"), "{tables}");
    assert!(
        tables.contains("crossbeam-queue") && tables.contains("M/s"),
        "{tables}"
    );
    assert!(!tables.contains('\u{1b}'), "no colours off a terminal");
    assert!(output.stderr.is_empty(), "no progress off a terminal");

    let lines = std::fs::read_to_string(file).expect("the file is there");
    assert!(lines.lines().count() > 10);
    assert!(
        lines
            .lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok())
    );
}

#[test]
fn an_error_is_one_line_and_exit_code_2() {
    for arguments in [
        &["--unknown"][..],
        &["unknown"],
        &["--rounds", "many"],
        &["--rounds", "0"],
        &["--slice-ms", "0"],
        &["--seed", "-1"],
        &["--json"],
        &["--check", "--rounds", "2"],
        &["--cells", "nothing-like-this"],
        &["--cells", "["],
        &["--contenders", "nobody"],
        &["--contenders", "std-*", "--cells", "mpmc-*"],
        &["--json", "/nowhere/at/all.jsonl"],
        &["--json", env!("CARGO_TARGET_TMPDIR")],
        &["--json", ""],
    ] {
        let output = queue_bench(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let complaint = text(&output.stderr);
        assert_eq!(complaint.lines().count(), 1, "{arguments:?}: {complaint}");
        assert!(
            complaint.starts_with("error: "),
            "{arguments:?}: {complaint}"
        );
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_and_version_are_answers() {
    let help = queue_bench(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(text(&help.stdout).contains("Exit codes:"));
    for cells in ["*cap0*", "*unbounded*", "select8*"] {
        assert!(text(&help.stdout).contains(cells));
    }
    assert!(!text(&help.stdout).contains("faulty") && !text(&help.stdout).contains("launch"));

    let version = queue_bench(&["--version"]);
    assert_eq!(version.status.code(), Some(0));
    assert_eq!(
        text(&version.stdout),
        concat!("queue-bench ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn a_contender_that_hangs_is_reported_and_the_others_are_measured() {
    let output = queue_bench(&[
        "--check",
        "--json",
        "-",
        "--cells",
        "spsc-*-cap64-*",
        "--faulty",
        "--contenders",
        "{flume,faulty-hang}",
        "--patience-ms",
        "3000",
    ]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let rows = rows(&output);
    let hung = with_contender(&rows, "faulty-hang");
    assert_eq!(hung["status"], "hung");
    assert!(hung["median"].is_null() && hung["ratio"].is_null());
    for name in ["queue-core", "flume"] {
        assert_eq!(with_contender(&rows, name)["status"], "ok");
    }
    assert!(text(&output.stderr).contains("faulty-hang hung"));
}

#[test]
fn a_contender_that_panics_or_loses_a_message_is_reported() {
    let output = queue_bench(&[
        "--check",
        "--json",
        "-",
        "--cells",
        "spsc-*-cap64-*",
        "--faulty",
        "--contenders",
        "faulty-{panic,lose}",
    ]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let rows = rows(&output);
    for (name, note) in [
        ("faulty-panic", "out of patience"),
        ("faulty-lose", "received"),
    ] {
        let row = with_contender(&rows, name);
        assert_eq!(row["status"], "panicked");
        assert!(row["ratio"].is_null());
        assert!(
            row["notes"]
                .as_str()
                .is_some_and(|notes| notes.contains(note)),
            "{row:?}"
        );
    }
    assert_eq!(with_contender(&rows, "queue-core")["status"], "ok");
}
