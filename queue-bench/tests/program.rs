//! The program as its users meet it: rows, exit codes, errors in one line.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Map, Value};

/// What every row has; readers rely on these names.
const FIELDS: [&str; 43] = [
    "metric",
    "cell",
    "mode",
    "producers",
    "consumers",
    "channels",
    "capacity",
    "payload_bytes",
    "payload",
    "load",
    "oversubscribed",
    "contender",
    "version",
    "contract",
    "unit",
    "median",
    "lo",
    "hi",
    "ratio",
    "ratio_lo",
    "ratio_hi",
    "launch_ratios",
    "verdict",
    "percent_of_limit",
    "cpu_ns",
    "busy",
    "switches",
    "share_min",
    "share_max",
    "queue_p50_ns",
    "queue_p99_ns",
    "launches",
    "rounds",
    "slice_ms",
    "status",
    "notes",
    "scenario",
    "offered",
    "p50",
    "p90",
    "p99",
    "p999",
    "max",
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

/// The rows behind the first line, which is the environment.
fn rows(output: &Output) -> Vec<Map<String, Value>> {
    let mut lines = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str::<Map<_, _>>(line).expect("an object on each line"));
    let first = lines.next().expect("a first line");
    assert_eq!(first["metric"], "env");
    assert!(first["seed"].is_u64() && first["rustc"].is_string());
    lines.collect()
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
        assert_eq!(row["rounds"], 1);
        let capacity = match &row["capacity"] {
            Value::Null => "unbounded".to_owned(),
            slots => format!("cap{slots}"),
        };
        let of = |key: &str| row[key].as_str().unwrap_or_default();
        let cell = format!(
            "{}p{}c-{capacity}-{}",
            row["producers"],
            row["consumers"],
            of("payload")
        );
        let name = of("cell");
        assert!(name.contains(&cell), "{name}");
        assert!(
            of("load") == "steady" || name.ends_with(of("load")),
            "{name}"
        );
        let is_select = name.starts_with(&format!("select{}-", row["channels"]));
        assert!(is_select || row["channels"] == 1, "{name}");
    }
    let of_metric = |metric: &str| {
        rows.iter()
            .filter(|row| row["metric"] == metric)
            .collect::<Vec<_>>()
    };
    let throughput = of_metric("throughput");
    for row in &throughput {
        assert_eq!(row["unit"], "msg/s");
        assert!(
            row["median"].as_f64().is_some_and(|rate| rate > 0.0),
            "{row:?}"
        );
        if row["contender"] == "queue-core" {
            assert_eq!(row["ratio"], 1.0);
            assert_eq!(row["version"], env!("CARGO_PKG_VERSION"));
        }
        // A ratio's other side is in the same output, under the same contract.
        let is_other_side = |ours: &&&Map<String, Value>| {
            ours["contender"] == "queue-core"
                && ["cell", "mode", "contract"]
                    .iter()
                    .all(|key| ours[*key] == row[*key])
        };
        assert!(
            row["ratio"].is_null() || throughput.iter().any(|ours| is_other_side(&ours)),
            "{row:?}"
        );
    }
    let pairs: BTreeSet<_> = throughput
        .iter()
        .map(|row| (row["cell"].to_string(), row["mode"].to_string()))
        .collect();
    assert_eq!(pairs.len(), 80);
    assert_eq!(
        of_metric("limit")
            .iter()
            .filter(|row| row["contender"] == "fetch-add")
            .count(),
        80
    );
    assert!(!of_metric("control").is_empty());
}

#[test]
fn each_cell_has_the_contenders_that_fit_it() {
    let contenders = |cells: &str, mode: &str| {
        let output = queue_bench(&["--check", "--json", "-", "--cells", cells]);
        let mut names = Vec::new();
        let rows = rows(&output);
        let is_asked =
            |row: &&Map<String, Value>| row["mode"] == mode && row["metric"] == "throughput";
        for row in rows.iter().filter(is_asked) {
            let of = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            names.push(format!("{} {}", of("contender"), of("contract")));
        }
        names
    };
    let has = |cells: &str, mode: &str, expected: &[&str], strangers: &[&str]| {
        let names = contenders(cells, mode);
        for name in expected {
            assert!(
                names.iter().any(|other| other == name),
                "{name} in {names:?}"
            );
        }
        for name in strangers {
            assert!(
                names.iter().all(|other| !other.starts_with(name)),
                "{name} in {names:?}"
            );
        }
    };
    has(
        "mpsc-4p1c-cap64-8B",
        "block",
        &[
            "queue-core fifo/mpmc/block",
            "queue-core fifo/mpsc/block",
            "std-mpsc fifo/mpsc/block",
            "fanring per-producer/mpsc/block",
            "tokio fifo/mpsc/block",
        ],
        &["rtrb", "rapidfire"],
    );
    has(
        "mpmc-2p2c-cap1024-8B",
        "try",
        &[
            "queue-core fifo/mpmc/try",
            "crossbeam-queue fifo/mpmc/try",
            "heapless-mpmc fifo/mpmc/try",
        ],
        &["std-mpsc", "rtrb", "tokio", "heapless "],
    );
    has(
        "spsc-1p1c-cap1024-8B",
        "batch64",
        &["rtrb fifo/spsc/batch64", "fibre fifo/mpmc/batch64"],
        &["crossbeam-queue"],
    );
    has(
        "mpmc-2p2c-cap1024-8B",
        "async",
        &["flume fifo/mpmc/async", "crossfire fifo/mpmc/async"],
        &["crossfire-mpsc", "rtrb"],
    );
    has(
        "spsc-1p1c-cap0-8B",
        "block",
        &[
            "queue-core fifo/mpmc/block",
            "queue-core fifo/mpsc/block",
            "std-mpsc fifo/mpsc/block",
        ],
        &["crossfire", "tokio"],
    );
    has(
        "mpmc-2p2c-unbounded-8B",
        "block",
        &[
            "queue-core fifo/mpmc/block",
            "crossfire fifo/mpmc/block",
            "async-channel fifo/mpmc/block",
        ],
        &["std-mpsc"],
    );
    has(
        "select8-2p1c-cap64-8B",
        "block",
        &[
            "queue-core per-channel/mpmc/block",
            "flume per-channel/mpmc/block",
            "crossfire per-channel/mpmc/block",
            "crossfire-spsc per-channel/spsc/block",
        ],
        &["kanal"],
    );
}

#[test]
fn a_budget_that_is_none_is_refused_before_anything_is_counted() {
    for file in ["/no/such/file.toml", "Cargo.toml"] {
        let output = queue_bench(&["instructions", "--budget", file]);
        assert_eq!(output.status.code(), Some(2));
        let complaint = text(&output.stderr);
        assert!(complaint.contains(file), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
    }
    let both = queue_bench(&["instructions", "--budget", "x", "--contenders", "*"]);
    assert_eq!(both.status.code(), Some(2));
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
    let complaints = text(&output.stderr);
    assert!(
        complaints.lines().all(|line| line.starts_with("warning: ")),
        "no progress off a terminal: {complaints}"
    );

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
        &["--quick", "--full"],
        &["--launches", "0"],
        &["--html", "/nowhere/at/all.html"],
        &["run", "--csv", "/nowhere/at/all.csv"],
        &["latency", "--rates", "0"],
        &["latency", "--contenders", "nobody"],
        &["compare", "/nowhere/a.jsonl", "/nowhere/b.jsonl"],
        &["compare", "one"],
        &["report", "/nowhere/a.jsonl", "--html", "/nowhere/a.html"],
        &["report", "a.jsonl"],
        &[
            "report",
            "a.jsonl",
            "--figures",
            "a.md",
            "--check",
            "--csv",
            "a.csv",
        ],
        &["list", "--cells", "nothing-like-this"],
        &["--seed", "7", "list"],
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
fn a_refused_command_leaves_every_file_as_it_was() {
    const RECORD: &str = "{\"metric\":\"control\",\"cell\":\"a\",\"ratio\":1.0}\n";
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/refused");
    std::fs::create_dir_all(folder).expect("it can be made");
    let path = |name: &str| format!("{folder}/{name}");
    let old = path("old.jsonl");
    let again = path("../refused/./old.jsonl");
    let new = path("new.csv");
    let document = path("unmarked.md");
    std::fs::write(&document, "no marks\n").expect("it can be written");
    for arguments in [
        &["--json", &old, "--csv", &old][..],
        &["--json", &old, "--html", &again],
        &["latency", "--csv", &new, "--html", &new],
        &["report", &old, "--csv", &old],
        &["report", &old, "--html", &again],
        &["report", &old, "--csv", &new, "--html", &new],
        &["report", &old, "--csv", &document, "--figures", &document],
        // Nothing is cleared for a command that is refused for another reason.
        &["--json", &old, "--html", "/nowhere/at/all.html"],
        &["--json", &old, "--cells", "nothing-like-this"],
        &["report", &document, "--csv", &old],
        &["report", &old, "--csv", &new, "--figures", "/nowhere/a.md"],
    ] {
        std::fs::write(&old, RECORD).expect("it can be written");
        let output = queue_bench(arguments);
        let complaint = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {complaint}");
        assert!(complaint.starts_with("error: "), "{arguments:?}");
        assert_eq!(complaint.lines().count(), 1, "{arguments:?}: {complaint}");
        let kept = std::fs::read_to_string(&old).expect("it is there");
        assert_eq!(kept, RECORD, "{arguments:?}");
        let kept = std::fs::read_to_string(&document).expect("it is there");
        assert_eq!(kept, "no marks\n", "{arguments:?}");
        assert!(!std::path::Path::new(&new).exists(), "{arguments:?}");
    }
}

#[test]
fn help_and_version_are_answers() {
    let help = queue_bench(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(text(&help.stdout).contains("Exit codes:"));
    for word in [
        "--quick",
        "--full",
        "latency",
        "compare",
        "report",
        "selfcheck",
        "env",
        "list",
    ] {
        assert!(text(&help.stdout).contains(word), "{word}");
    }
    assert!(!text(&help.stdout).contains("faulty") && !text(&help.stdout).contains("  launch "));

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
fn a_contender_that_hangs_and_silences_its_process_is_reported_too() {
    let output = queue_bench(&[
        "--check",
        "--json",
        "-",
        "--cells",
        "spsc-*-cap64-8B",
        "--faulty",
        "--contenders",
        "faulty-mute",
        "--patience-ms",
        "2000",
    ]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let rows = rows(&output);
    let hung = with_contender(&rows, "faulty-mute");
    assert_eq!(hung["status"], "hung");
    let notes = hung["notes"].as_str().unwrap_or_default();
    assert!(notes.contains("did not say so"), "{notes}");
    assert_eq!(with_contender(&rows, "queue-core")["status"], "ok");
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
    let output = queue_bench(&[
        "--check",
        "--json",
        "-",
        "--cells",
        "spsc-*-cap64-*",
        "--faulty",
        "--contenders",
        "faulty-{panic,lose,abort,babble}",
    ]);
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

#[test]
fn a_record_becomes_a_page_a_table_and_the_figures_of_a_document() {
    let path = |name: &str| format!("{}/{name}", env!("CARGO_TARGET_TMPDIR"));
    let record = path("record.jsonl");
    let output = queue_bench(&[
        "--check",
        "--cells",
        "spsc-*-cap64-8B",
        "--contenders",
        "{kanal,crossbeam-queue}",
        "--json",
        &record,
        "--html",
        &path("page.html"),
        "--csv",
        &path("table.csv"),
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let read = |name: &str| std::fs::read_to_string(path(name)).expect("it was written");
    assert!(read("page.html").contains("crossbeam-queue"));
    assert!(read("table.csv").lines().count() > 5);

    std::fs::write(
        path("document.md"),
        "head\n<!-- figures: begin -->\n<!-- figures: end -->\ntail\n",
    )
    .expect("it can be written");
    let figures = |check: &[&str]| {
        let document = path("document.md");
        let arguments = [&["report", &record, "--figures", &document], check].concat();
        queue_bench(&arguments).status.code()
    };
    let empty = read("document.md");
    assert_eq!(figures(&["--check"]), Some(1));
    assert_eq!(read("document.md"), empty);
    assert_eq!(figures(&[]), Some(0));
    assert_eq!(figures(&["--check"]), Some(0));
    let document = read("document.md");
    assert!(document.starts_with("head") && document.ends_with("tail\n"));
    assert!(document.contains("`spsc-1p1c-cap64-8B`"), "{document}");

    let output = queue_bench(&["compare", &record, &record]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("kanal"));
}

#[test]
fn delays_have_rows_of_their_own() {
    let output = queue_bench(&[
        "latency",
        "--contenders",
        "kanal",
        "--launches",
        "1",
        "--slice-ms",
        "10",
        "--rates",
        "20000",
        "--json",
        "-",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let rows = rows(&output);
    let scenarios: BTreeSet<_> = rows
        .iter()
        .filter_map(|row| row["scenario"].as_str())
        .collect();
    let mut expected: BTreeSet<_> = ["idle", "open-loop", "ping-pong", "wake-up"].into();
    // On one core, who is to be frozen cannot be told from who is to measure it.
    if queue_bench::cells::cores() > 1 {
        expected.insert("frozen-peer");
    }
    assert_eq!(scenarios, expected);
    for row in rows.iter().filter(|row| row["metric"] == "latency") {
        let figure = |name: &str| row[name].as_f64().expect("a figure");
        assert!(
            figure("p50") <= figure("p99") && figure("p99") <= figure("max"),
            "{row:?}"
        );
        let notes = row["notes"].as_str().expect("notes");
        let is_frozen = row["scenario"] == "frozen-peer";
        assert_eq!(notes.contains("stalls above"), is_frozen, "{row:?}");
    }
}
