//! Contenders that go wrong, and runs that end early.

use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::process::{Child, Command, Output, Stdio};

use crate::support::{queue_bench, rows, text, with_contender};

/// A short run in these cells beside contenders that are wrong on purpose, its rows on standard output.
fn check_beside(cells: &str, contenders: &str, more: &[&str]) -> Output {
    let choice = ["--check", "--json", "-", "--faulty"];
    let names = ["--cells", cells, "--contenders", contenders];
    queue_bench(&[&choice, &names, more].concat())
}

#[test]
fn a_contender_that_hangs_is_reported_and_the_others_are_measured() {
    let output = check_beside(
        "spsc-*-cap64-*",
        "{flume,faulty-hang}",
        &["--patience-ms", "3000"],
    );
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
fn a_contender_that_hangs_and_silences_its_process_is_reported_too() {
    let output = check_beside("spsc-*-cap64-8B", "faulty-mute", &["--patience-ms", "2000"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let rows = rows(&output);
    let hung = with_contender(&rows, "faulty-mute");
    assert_eq!(hung["status"], "hung");
    let notes = hung["notes"].as_str().unwrap_or_default();
    assert!(notes.contains("did not say so"), "{notes}");
    assert_eq!(with_contender(&rows, "queue-core")["status"], "ok");
}

#[test]
fn what_goes_wrong_among_tasks_is_reported_and_the_others_are_measured() {
    for mode in ["tokio", "tokio-current"] {
        let output = check_beside(
            "spsc-*-cap64-8B",
            "{tokio,faulty-*}",
            &["--modes", mode, "--patience-ms", "2000"],
        );
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        let rows = rows(&output);
        for (name, status, note) in [
            ("faulty-hang", "hung", "did not end"),
            ("faulty-mute", "hung", "did not say so"),
            ("faulty-oversleep", "hung", "did not end"),
            ("faulty-panic", "panicked", "out of patience"),
            ("faulty-lose", "panicked", "received"),
            ("faulty-abort", "panicked", "its process ended"),
        ] {
            let row = with_contender(&rows, name);
            let notes = row["notes"].as_str().unwrap_or_default();
            assert_eq!(row["status"], status, "{row:?}");
            assert!(notes.contains(note) && row["median"].is_null(), "{row:?}");
        }
        for name in ["queue-core", "tokio", "faulty-babble"] {
            let row = with_contender(&rows, name);
            assert_eq!((&row["status"], &row["mode"]), (&"ok".into(), &mode.into()));
            assert!(row["median"].is_f64(), "{row:?}");
        }
    }
}

#[test]
fn a_launch_that_hangs_before_its_first_slice_is_an_error() {
    let output = queue_bench(&[
        "--check",
        "--cells",
        "spsc-*-cap64-8B",
        "--contenders",
        "flume",
        "--patience-ms",
        "1",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let error = text(&output.stderr).lines().last().unwrap_or_default();
    assert!(
        error.starts_with("error: ") && error.contains("limits did not end"),
        "{error}"
    );
}

#[test]
fn a_contender_that_panics_aborts_or_loses_a_message_is_reported() {
    let output = check_beside("spsc-*-cap64-*", "faulty-{panic,lose,abort,babble}", &[]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let rows = rows(&output);
    for (name, note) in [
        ("faulty-panic", "out of patience"),
        ("faulty-lose", "received"),
        ("faulty-abort", "its process ended"),
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
    for name in ["queue-core", "faulty-babble"] {
        let row = with_contender(&rows, name);
        assert_eq!(row["status"], "ok");
        assert!(row["median"].is_f64(), "{row:?}");
    }
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_reports_what_it_has_measured() {
    let (run, mut lines) = begun(env!("CARGO_BIN_EXE_queue-bench"), &["--launches", "1000"]);
    let kill = Command::new("kill")
        .args(["-INT", &run.id().to_string()])
        .status();
    assert!(kill.expect("it can be sent a signal").success());
    assert!(lines.any(|line| line.starts_with("interrupted: ")));

    let output = run.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    assert_has_measured(&output, 1..1000);
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_that_cannot_go_on_reports_what_it_has_measured() {
    let table = concat!(env!("CARGO_TARGET_TMPDIR"), "/broken-off.csv");
    let (run, lines) = begun(
        env!("CARGO_BIN_EXE_queue-bench"),
        &["--launches", "1000", "--csv", table],
    );
    // No pipe can be opened any more, and so no child started.
    let prlimit = Command::new("prlimit")
        .args(["--nofile=3:3", "--pid", &run.id().to_string()])
        .status();
    assert!(prlimit.expect("it can be limited").success());
    let complaints: Vec<_> = lines.filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(complaints.len(), 1, "{complaints:?}");

    let output = run.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(2));
    assert_has_measured(&output, 1..1000);
    let table = std::fs::read_to_string(table).expect("the file is there");
    assert!(table.contains("faulty-babble"), "{table}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_goes_on_after_its_program_was_replaced() {
    let program = concat!(env!("CARGO_TARGET_TMPDIR"), "/replaced");
    let _ = std::fs::remove_file(program);
    std::fs::hard_link(env!("CARGO_BIN_EXE_queue-bench"), program).expect("it can be linked");
    let (run, lines) = begun(program, &["--launches", "8"]);
    std::fs::remove_file(program).expect("it can be removed");
    std::fs::write(program, "not a program").expect("it can be written");

    let complaints: Vec<_> = lines.filter(|line| line.starts_with("error: ")).collect();
    let output = run.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{complaints:?}");
    assert_has_measured(&output, 8..9);
}

/// A run of a cell, that is in its second launch, and what else it will say.
#[cfg(unix)]
fn begun(program: &str, arguments: &[&str]) -> (Child, impl Iterator<Item = String> + use<>) {
    let mut run = Command::new(program)
        .args(["--cells", "spsc-*-cap64-8B"])
        .args(["--slice-ms", "1", "--rounds", "1", "--json", "-"])
        .args(["--faulty", "--contenders", "faulty-babble"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // When the second launch speaks, the first is complete.
    let stderr = run.stderr.take().expect("it is piped");
    let mut lines = BufReader::new(stderr).lines().map_while(Result::ok);
    let launches = lines
        .by_ref()
        .filter(|line| line == "faulty-babble was here");
    assert_eq!(launches.take(2).count(), 2);
    (run, lines)
}

/// That it has rows of so many launches.
#[cfg(unix)]
fn assert_has_measured(output: &Output, launches: Range<u64>) {
    let rows = rows(output);
    for name in ["queue-core", "faulty-babble"] {
        let row = with_contender(&rows, name);
        assert_eq!(row["status"], "ok");
        assert!(row["median"].as_f64().is_some_and(|rate| rate > 0.0));
        let number = row["launches"].as_u64();
        assert!(
            number.is_some_and(|number| launches.contains(&number)),
            "{row:?}"
        );
    }
}
