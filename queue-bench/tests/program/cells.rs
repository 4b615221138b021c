//! Who takes part where, and what is said of each.

use std::collections::BTreeSet;

use queue_bench::contenders;
use serde_json::{Map, Value};

use crate::support::{queue_bench, rows, text};

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

fn is_ours(row: &Map<String, Value>) -> bool {
    row["contender"].as_str().is_some_and(contenders::is_ours)
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
        if is_ours(row) {
            assert_eq!(row["ratio"], 1.0);
            assert_eq!(row["version"], env!("CARGO_PKG_VERSION"));
        }
        // A ratio's other side is in the same output, under the same contract.
        let is_other_side = |ours: &&&Map<String, Value>| {
            is_ours(ours)
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
    assert_eq!(pairs.len(), 108);
    assert_eq!(
        of_metric("limit")
            .iter()
            .filter(|row| row["contender"] == "fetch-add")
            .count(),
        108
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
            "queue-core fifo/mpmc/try/ring",
            "queue-core-channel fifo/mpmc/try",
            "crossbeam-queue fifo/mpmc/try/ring",
            "crossbeam-channel fifo/mpmc/try",
            "heapless-mpmc fifo/mpmc/try/ring",
        ],
        &["std-mpsc", "rtrb", "tokio", "heapless "],
    );
    has(
        "spsc-1p1c-cap1024-8B",
        "batch64",
        &["rtrb fifo/spsc/batch64/ring", "fibre fifo/mpmc/batch64"],
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
    for mode in ["messages", "messages-current"] {
        let of = |contender: &str| format!("{contender} fifo/mpmc/{mode}");
        let message_queues = ["queue-message", "omniqueue", "omniqueue-fan-out"].map(of);
        let raw = ["raw-channel", "queue-message"].map(|name| of(name) + "/raw");
        let expected: Vec<_> = message_queues
            .iter()
            .chain(&raw)
            .map(String::as_str)
            .collect();
        has(
            "mpmc-4p4c-cap1024-256B",
            mode,
            &expected,
            &["queue-core", "tokio"],
        );
    }
}
