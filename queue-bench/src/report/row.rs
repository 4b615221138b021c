//! Rows, and how a launch's rounds become rows.

use serde::{Deserialize, Serialize};

use crate::contenders::{Contender, OURS};
use crate::contract::{Contract, Topology};
use crate::launch::{Fault, Plan, Sample};
use crate::schedule;
use crate::statistics::{Estimate, are_enough};

/// How a contender came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// Every message arrived.
    Ok,
    /// A slice did not end; the process was ended instead.
    Hung,
    /// It panicked, or lost, altered or misordered messages.
    Panicked,
}

/// One contender's result in one cell and mode.
///
/// The field names are the format's; other programs read them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) cell: String,
    pub(crate) mode: String,
    pub(crate) producers: usize,
    pub(crate) consumers: usize,
    /// How many queues there are; one consumer selects over several.
    pub(crate) channels: usize,
    /// Of each queue; nothing if it is unbounded.
    pub(crate) capacity: Option<usize>,
    pub(crate) payload_bytes: usize,
    pub(crate) contender: String,
    pub(crate) version: String,
    pub(crate) contract: String,
    pub(crate) metric: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) median: Option<f64>,
    pub(crate) lo: Option<f64>,
    pub(crate) hi: Option<f64>,
    pub(crate) ratio: Option<f64>,
    pub(crate) ratio_lo: Option<f64>,
    pub(crate) ratio_hi: Option<f64>,
    pub(crate) rounds: usize,
    pub(crate) status: Status,
    pub(crate) notes: String,
}

/// The rows of one cell in one mode.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) plan: Plan,
    pub(crate) pinned: bool,
    pub(crate) rows: Vec<Row>,
}

/// The rows of these contenders, in their order, out of the rounds that were
/// complete and the contenders that failed.
///
/// Where a peer has a contract that ours keeps but no queue of ours has as its
/// own, ours gets a second row, with that contract: the ratio's other side.
pub(crate) fn rows(
    plan: &Plan,
    contenders: &[Contender],
    rounds: &[Vec<Sample>],
    faults: &[Fault],
) -> Vec<Row> {
    let mut rows = Vec::new();
    for contender in contenders {
        rows.push(row(plan, contender, contender.contract, rounds, faults));
        if contender.is_ours() {
            for contract in borrowed(contender, contenders) {
                let mut row = row(plan, contender, contract, rounds, faults);
                row.notes = join([&row.notes, "the mpmc queue, which keeps this contract too"]);
                rows.push(row);
            }
        }
    }
    rows
}

/// The contracts of the peers that ours keeps without having them as its own.
fn borrowed(ours: &Contender, contenders: &[Contender]) -> Vec<Contract> {
    let mut contracts = Vec::new();
    for Contender { contract, .. } in contenders {
        let stronger = ours.contract.topology == Topology::Mpmc
            && ours.contract.order == contract.order
            && ours.contract.mode == contract.mode;
        if stronger && *contract != ours.contract && !contracts.contains(contract) {
            contracts.push(*contract);
        }
    }
    contracts
}

fn row(
    plan: &Plan,
    contender: &Contender,
    contract: Contract,
    rounds: &[Vec<Sample>],
    faults: &[Fault],
) -> Row {
    let fault = faults
        .iter()
        .find(|fault| fault.contender == contender.name);
    let (rates, ratios) = if fault.is_some() {
        Default::default()
    } else {
        per_round(contender.name, rounds)
    };
    let rate = Estimate::of(&rates);
    let ratio = Estimate::of(&ratios);

    let ours_failed = faults.iter().any(|fault| fault.contender == OURS);
    let range_only = rate
        .filter(|_| !are_enough(rates.len()))
        .map_or_else(String::new, |rate| {
            let per_cent = 100.0 * rate.coverage;
            format!(
                "too few rounds for a 95 % interval: lo and hi are the lowest and the highest ({per_cent:.0} %)"
            )
        });
    let notes = join([
        contender.notes,
        fault.map_or("", |fault| fault.note.as_str()),
        &range_only,
        if fault.is_none() && ours_failed {
            "no ratio, since queue-core failed"
        } else {
            ""
        },
    ]);

    Row {
        cell: plan.cell.to_string(),
        mode: plan.mode.to_string(),
        producers: plan.cell.producers,
        consumers: plan.cell.consumers,
        channels: plan.cell.channels,
        capacity: plan.cell.capacity.limit(),
        payload_bytes: plan.cell.payload_bytes,
        contender: contender.name.to_owned(),
        version: contender.version.to_owned(),
        contract: contract.to_string(),
        metric: "throughput",
        unit: "msg/s",
        median: rate.map(|rate| rate.median),
        lo: rate.map(|rate| rate.lo),
        hi: rate.map(|rate| rate.hi),
        ratio: ratio.map(|ratio| ratio.median),
        ratio_lo: ratio.map(|ratio| ratio.lo),
        ratio_hi: ratio.map(|ratio| ratio.hi),
        rounds: rates.len(),
        status: fault.map_or(Status::Ok, |fault| fault.status),
        notes,
    }
}

/// A contender's rate in each round, and queue-core's beside it over that.
///
/// Ours has several slices in a round, of which the mean is taken.
fn per_round(contender: &str, rounds: &[Vec<Sample>]) -> (Vec<f64>, Vec<f64>) {
    let mut rates = Vec::new();
    let mut ratios = Vec::new();
    for round in rounds {
        let places: Vec<usize> = (0..round.len())
            .filter(|&place| round[place].contender == contender)
            .collect();
        let count = places.len() as f64;
        let sum: f64 = places.iter().map(|&place| round[place].rate).sum();
        rates.push(sum / count);
        let paired: Option<f64> = places
            .iter()
            .map(|&place| Some(round[schedule::partner(round, place)?].rate / round[place].rate))
            .sum();
        ratios.extend(paired.map(|sum| sum / count));
    }
    (rates, ratios)
}

fn join<'a>(notes: impl IntoIterator<Item = &'a str>) -> String {
    let notes: Vec<_> = notes.into_iter().filter(|note| !note.is_empty()).collect();
    notes.join("; ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cells::Cell;
    use crate::contenders;
    use crate::contract::Mode;

    fn plan() -> Plan {
        Plan {
            cell: Cell::new(Topology::Mpsc, 4, 1, 64),
            mode: Mode::Block,
            contenders: Vec::new(),
            rounds: 6,
            slice: Duration::from_millis(1),
            seed: 0,
            pin: false,
            patience: Duration::from_secs(1),
        }
    }

    fn blocking(names: &[&str]) -> Vec<Contender> {
        contenders::all()
            .into_iter()
            .filter(|c| c.competes(&plan().cell, Mode::Block) && names.contains(&c.name))
            .collect()
    }

    fn round(slices: &[(&str, f64)]) -> Vec<Sample> {
        slices
            .iter()
            .map(|&(contender, rate)| Sample {
                contender: contender.to_owned(),
                rate,
            })
            .collect()
    }

    #[test]
    fn a_ratio_is_taken_against_the_neighbour() {
        let rounds = [round(&[
            (OURS, 100.0),
            ("flume", 50.0),
            ("kanal", 50.0),
            (OURS, 300.0),
        ])];
        let rows = rows(&plan(), &blocking(&[OURS, "flume", "kanal"]), &rounds, &[]);
        let of = |name| rows.iter().find(|row| row.contender == name).unwrap();
        assert_eq!(of(OURS).median, Some(200.0));
        assert_eq!(of(OURS).ratio, Some(1.0));
        assert_eq!(of("flume").ratio, Some(2.0));
        assert_eq!(of("kanal").ratio, Some(6.0));
    }

    #[test]
    fn a_peer_with_a_weaker_contract_brings_a_row_of_ours_with_it() {
        let rounds = [round(&[(OURS, 100.0), ("std-mpsc", 50.0)])];
        let rows = rows(&plan(), &blocking(&[OURS, "std-mpsc"]), &rounds, &[]);
        let contracts: Vec<_> = rows
            .iter()
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
        let fault = Fault {
            contender: "kanal".to_owned(),
            status: Status::Hung,
            note: "no end in time".to_owned(),
        };
        let rounds = [round(&[(OURS, 100.0)])];
        let rows = rows(&plan(), &blocking(&[OURS, "kanal"]), &rounds, &[fault]);
        let failed = rows.last().unwrap();
        assert_eq!(failed.status, Status::Hung);
        assert_eq!(
            (failed.median, failed.ratio, failed.rounds),
            (None, None, 0)
        );
        assert_eq!(failed.notes, "no end in time");
    }

    #[test]
    fn if_ours_fails_the_others_have_rates_but_no_ratios() {
        let fault = Fault {
            contender: OURS.to_owned(),
            status: Status::Panicked,
            note: String::new(),
        };
        let rounds = [round(&[("flume", 50.0)])];
        let rows = rows(&plan(), &blocking(&[OURS, "flume"]), &rounds, &[fault]);
        assert_eq!((rows[0].median, rows[0].status), (None, Status::Panicked));
        assert_eq!((rows[1].median, rows[1].ratio), (Some(50.0), None));
    }
}
