use std::time::Duration;

use super::*;
use crate::cells::Cell;
use crate::contenders::{self, CONTROL, OUR_CHANNEL, OUR_SPSC_RING};
use crate::contract::Mode;
use crate::report::Status;
use crate::slice::Measured;

fn comparison(names: &[&str], launches: Vec<Launch>) -> Comparison {
    let plan = Plan {
        cell: Cell::shaped(4, 1, 64),
        mode: Mode::Block,
        scenario: None,
        contenders: Vec::new(),
        rounds: 1,
        first_round: 0,
        slice: Duration::from_millis(1),
        seed: 0,
        pin: false,
        patience: Duration::from_secs(1),
    };
    let contenders = contenders::all()
        .into_iter()
        .filter(|c| c.competes(&plan.cell, Mode::Block) && names.contains(&c.name));
    Comparison {
        contenders: contenders.collect(),
        plan,
        launches,
        faults: Vec::new(),
    }
}

fn launch(slices: &[(&str, f64)]) -> Launch {
    let round = slices.iter().map(|&(contender, rate)| Sample {
        contender: contender.to_owned(),
        measured: Measured {
            rate,
            shares: vec![10, 10, 10, 10, 40],
            ..Measured::default()
        },
    });
    Launch {
        rounds: vec![round.collect()],
        ..Launch::default()
    }
}

fn row<'a>(rows: &'a Rows, metric: Metric, name: &str) -> &'a Row {
    rows.rows
        .iter()
        .find(|row| row.metric == metric && row.contender == name)
        .unwrap_or_else(|| panic!("no row for {name}"))
}

#[test]
fn a_ratio_is_taken_against_the_neighbour() {
    let launch = launch(&[
        (OURS, 100.0),
        ("flume", 50.0),
        ("kanal", 50.0),
        (OURS, 300.0),
    ]);
    let comparison = comparison(&[OURS, "flume", "kanal"], vec![launch]);
    let rows = rows(&comparison);
    let of = |name| row(&rows, Metric::Throughput, name);
    assert_eq!(of(OURS).median, Some(200.0));
    assert_eq!(of(OURS).ratio, Some(1.0));
    let near = |ratio: Option<f64>, expected: f64| (ratio.unwrap() - expected).abs() < 1e-9;
    assert!(near(of("flume").ratio, 2.0) && near(of("kanal").ratio, 6.0));
    assert_eq!(of("kanal").verdict, Verdict::TooFewLaunches);
    assert_eq!(of("kanal").ratio_lo, None);
}

#[test]
fn a_dozen_launches_give_a_verdict_and_the_best_peer() {
    let launches = (0..12).map(|number| {
        let wobble = 1.0 + 0.01 * f64::from(number % 3);
        launch(&[
            (OURS, 100.0),
            ("flume", 80.0 * wobble),
            ("kanal", 99.0 * wobble),
            (OURS, 100.0),
            (CONTROL, 100.0 * wobble),
        ])
    });
    let rows = rows(&comparison(&[OURS, "flume", "kanal"], launches.collect()));
    let verdict = |name| row(&rows, Metric::Throughput, name).verdict;
    assert_eq!(verdict("flume"), Verdict::Faster);
    assert_eq!(verdict("kanal"), Verdict::NoDifference);
    assert_eq!(verdict(OURS), Verdict::None);
    let best = row(&rows, Metric::BestPeer, "kanal");
    assert_eq!(best.launches, 6);
    assert_eq!(row(&rows, Metric::Control, CONTROL).launch_ratios.len(), 12);
}

#[test]
fn who_starves_a_worker_is_not_ranked() {
    let mut launches = vec![launch(&[(OURS, 100.0), ("kanal", 300.0)]); 12];
    for launch in &mut launches {
        launch.rounds[0][1].measured.shares = vec![100, 100, 100, 1, 301];
    }
    let rows = rows(&comparison(&[OURS, "kanal"], launches));
    let kanal = row(&rows, Metric::Throughput, "kanal");
    assert_eq!(kanal.verdict, Verdict::Unfair);
    assert!(kanal.share_min.unwrap() < 0.02 && kanal.share_max.unwrap() > 1.3);
    assert!(rows.rows.iter().all(|row| row.metric != Metric::BestPeer));
}

#[test]
fn who_starves_a_worker_beats_nobody() {
    let mut launches = vec![launch(&[(OURS, 300.0), ("kanal", 100.0)]); 12];
    for launch in &mut launches {
        launch.rounds[0][0].measured.shares = vec![100, 100, 100, 1, 301];
    }
    let rows = rows(&comparison(&[OURS, "kanal"], launches));
    let kanal = row(&rows, Metric::Throughput, "kanal");
    assert_eq!(kanal.verdict, Verdict::Unfair);
    assert!(rows.rows.iter().all(|row| row.metric != Metric::BestPeer));
}

#[test]
fn what_is_not_beyond_the_noise_floor_is_no_difference() {
    let launches = (0..12).map(|number| {
        let wobble = if number % 2 == 0 { 0.9 } else { 1.15 };
        launch(&[
            (OURS, 100.0),
            ("kanal", 99.0),
            ("flume", 50.0),
            (OURS, 100.0),
            (CONTROL, 100.0 * wobble),
        ])
    });
    let rows = rows(&comparison(&[OURS, "flume", "kanal"], launches.collect()));
    let verdict = |name| row(&rows, Metric::Throughput, name).verdict;
    assert_eq!(verdict("kanal"), Verdict::NoDifference);
    assert_eq!(verdict("flume"), Verdict::Faster);
}

#[test]
fn ours_fails_under_the_name_of_the_control_too() {
    let launches = vec![launch(&[(OURS, 100.0), ("kanal", 50.0)]); 12];
    let mut comparison = comparison(&[OURS, "kanal"], launches);
    comparison.faults.push(Fault {
        contender: CONTROL.to_owned(),
        status: Status::Hung,
        note: "a slice did not end".to_owned(),
    });
    let rows = rows(&comparison);
    let ours = row(&rows, Metric::Throughput, OURS);
    assert_eq!((ours.status, ours.median), (Status::Hung, None));
    assert_eq!(row(&rows, Metric::Throughput, "kanal").ratio, None);
    let others = |row: &Row| row.metric == Metric::Control || row.metric == Metric::BestPeer;
    assert!(!rows.rows.iter().any(others));
}

#[test]
fn who_starves_another_worker_in_each_launch_is_not_ranked_either() {
    let mut launches = vec![launch(&[(OURS, 100.0), ("kanal", 300.0)]); 12];
    for (number, launch) in launches.iter_mut().enumerate() {
        let mut shares = vec![100, 100, 100, 100, 301];
        shares[number % 4] = 1;
        launch.rounds[0][1].measured.shares = shares;
    }
    let rows = rows(&comparison(&[OURS, "kanal"], launches));
    assert_eq!(
        row(&rows, Metric::Throughput, "kanal").verdict,
        Verdict::Unfair
    );
}

#[test]
fn in_try_a_channel_is_compared_with_our_channel() {
    let slices = [
        (OURS, 100.0),
        ("crossbeam-queue", 50.0),
        (OUR_CHANNEL, 60.0),
        ("kanal", 30.0),
    ];
    let mut comparison = comparison(&[], vec![launch(&slices); 12]);
    comparison.plan.mode = Mode::Try;
    let takes_part = |contender: &Contender| {
        contender.competes(&comparison.plan.cell, Mode::Try)
            && slices.iter().any(|(name, _)| *name == contender.name)
    };
    comparison.contenders = contenders::all().into_iter().filter(takes_part).collect();
    let rows = rows(&comparison);
    let ratio = |name| row(&rows, Metric::Throughput, name).ratio.unwrap();
    assert!((ratio("crossbeam-queue") - 2.0).abs() < 1e-9);
    assert!((ratio("kanal") - 2.0).abs() < 1e-9);
    let best = rows
        .rows
        .iter()
        .filter(|row| row.metric == Metric::BestPeer);
    let best: Vec<_> = best
        .map(|row| (row.contract.as_str(), row.contender.as_str()))
        .collect();
    assert_eq!(
        best,
        [
            ("fifo/mpmc/try/ring", "crossbeam-queue"),
            ("fifo/mpmc/try", "kanal")
        ]
    );
}

#[test]
fn a_ring_for_two_threads_is_compared_with_ours_for_two_threads() {
    let slices = [
        (OURS, 30.0),
        ("crossbeam-queue", 60.0),
        (OUR_SPSC_RING, 400.0),
        ("rtrb", 200.0),
    ];
    let mut comparison = comparison(&[], vec![launch(&slices); 12]);
    (comparison.plan.mode, comparison.plan.cell) = (Mode::Try, Cell::shaped(1, 1, 64));
    for launch in &mut comparison.launches {
        for sample in &mut launch.rounds[0] {
            sample.measured.shares = vec![1, 1];
        }
    }
    let takes_part = |contender: &Contender| {
        contender.competes(&comparison.plan.cell, Mode::Try)
            && slices.iter().any(|(name, _)| *name == contender.name)
    };
    comparison.contenders = contenders::all().into_iter().filter(takes_part).collect();
    let rows = rows(&comparison);
    let ratio = |name| row(&rows, Metric::Throughput, name).ratio.unwrap();
    assert!((ratio("crossbeam-queue") - 0.5).abs() < 1e-9);
    assert!((ratio("rtrb") - 2.0).abs() < 1e-9);
    let of = |metric| rows.rows.iter().filter(move |row| row.metric == metric);
    let best: Vec<_> = of(Metric::BestPeer)
        .map(|row| (row.contract.as_str(), row.contender.as_str()))
        .collect();
    assert_eq!(
        best,
        [
            ("fifo/mpmc/try/ring", "crossbeam-queue"),
            ("fifo/spsc/try/ring", "rtrb")
        ]
    );
    let ours = of(Metric::Throughput).filter(|row| row.contender == OURS);
    assert_eq!(
        ours.count(),
        1,
        "nobody is compared with what it only keeps too"
    );
}

#[test]
fn the_best_peer_is_one_of_the_same_contract() {
    let slices = [
        (OURS, 100.0),
        ("kanal", 50.0),
        ("std-mpsc", 90.0),
        (OURS, 100.0),
        ("fanring", 200.0),
    ];
    let names = slices.map(|(name, _)| name);
    let rows = rows(&comparison(&names, vec![launch(&slices); 12]));
    let best = rows
        .rows
        .iter()
        .filter(|row| row.metric == Metric::BestPeer);
    let best: Vec<_> = best
        .map(|row| (row.contract.as_str(), row.contender.as_str()))
        .collect();
    assert_eq!(
        best,
        [
            ("fifo/mpmc/block", "kanal"),
            ("fifo/mpsc/block", "std-mpsc"),
            ("per-producer/mpsc/block", "fanring"),
        ]
    );
}

#[test]
fn a_peer_with_a_weaker_contract_brings_a_row_of_ours_with_it() {
    let launch = launch(&[(OURS, 100.0), ("std-mpsc", 50.0)]);
    let rows = rows(&comparison(&[OURS, "std-mpsc"], vec![launch])).rows;
    let contracts: Vec<_> = rows
        .iter()
        .filter(|row| row.metric == Metric::Throughput)
        .map(|row| (row.contender.as_str(), row.contract.as_str()))
        .collect();
    assert_eq!(
        contracts,
        [
            (OURS, "fifo/mpmc/block"),
            (OURS, "fifo/mpsc/block"),
            ("std-mpsc", "fifo/mpsc/block"),
        ]
    );
    assert_eq!(rows[0].median, rows[1].median);
    assert!(rows[1].notes.contains("keeps this contract too"));
}

#[test]
fn a_failed_contender_has_no_figures() {
    let mut comparison = comparison(&[OURS, "kanal"], vec![launch(&[(OURS, 100.0)])]);
    comparison.faults.push(Fault {
        contender: "kanal".to_owned(),
        status: Status::Hung,
        note: "no end in time".to_owned(),
    });
    let rows = rows(&comparison);
    let failed = row(&rows, Metric::Throughput, "kanal");
    assert_eq!(failed.status, Status::Hung);
    assert_eq!(
        (failed.median, failed.ratio, failed.rounds),
        (None, None, 0)
    );
    assert_eq!(failed.notes, "no end in time");
}

#[test]
fn if_ours_fails_the_others_have_rates_but_no_ratios() {
    let mut comparison = comparison(&[OURS, "flume"], vec![launch(&[("flume", 50.0)])]);
    comparison.faults.push(Fault {
        contender: OURS.to_owned(),
        status: Status::Panicked,
        note: String::new(),
    });
    let rows = rows(&comparison).rows;
    assert_eq!((rows[0].median, rows[0].status), (None, Status::Panicked));
    assert_eq!((rows[1].median, rows[1].ratio), (Some(50.0), None));
}
