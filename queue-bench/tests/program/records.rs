//! What becomes of a record, and delays.

use std::collections::BTreeSet;

use crate::support::{queue_bench, rows, text};

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

    let other = path("another-cell.jsonl");
    let lines = read("record.jsonl").replace("spsc-1p1c-cap64-8B", "spsc-1p1c-cap2-8B");
    std::fs::write(&other, lines).expect("it can be written");
    let output = queue_bench(&["compare", &record, &other]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let complaint = text(&output.stderr);
    assert!(complaint.contains("no cell in common"), "{complaint}");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
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
