//! Flags, files and streams.

use serde_json::Value;

use crate::support::{queue_bench, text};

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
    assert!(
        tables.contains("spsc-1p1c-cap64-8B  try  (1 launch of 1 round of 1 ms slices"),
        "{tables}"
    );
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
    const MARKED: &str = "<!-- figures: begin -->\nfigures\n<!-- figures: end -->\n";
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/refused");
    std::fs::create_dir_all(folder).expect("it can be made");
    let path = |name: &str| format!("{folder}/{name}");
    let old = path("old.jsonl");
    let again = path("../refused/./old.jsonl");
    let new = path("new.csv");
    let document = path("unmarked.md");
    std::fs::write(&document, "no marks\n").expect("it can be written");
    let marked = path("marked.md");
    std::fs::write(&marked, MARKED).expect("it can be written");
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
        &["report", &old, "--figures", &marked],
        &["report", &old, "--figures", &marked, "--csv", &new],
        &["report", &old, "--figures", &marked, "--check"],
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
        let kept = std::fs::read_to_string(&marked).expect("it is there");
        assert_eq!(kept, MARKED, "{arguments:?}");
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
