//! How the launches of a cell become rows.

use super::delays;
use super::row::{Metric, Row, Verdict};
use crate::contenders::{Contender, OURS, control_of, is_ours, yardstick};
use crate::contract::Contract;
use crate::launch::{Fault, Launch, Plan, Sample};
use crate::limits::Limits;
use crate::run::{Comparison, LAUNCHES};
use crate::schedule;
use crate::statistics::{CONFIDENCE, Estimate, Ratio, are_enough};

/// A rate is ranked if every worker had at least this part of an equal share.
pub(crate) const FAIR_SHARE: f64 = 0.1;

/// The rows of one cell in one mode.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) plan: Plan,
    pub(crate) pinned: bool,
    pub(crate) rows: Vec<Row>,
}

/// The rows of all that took part, in their order, then those that belong to the cell.
///
/// Where a peer has a contract that ours keeps but no queue of ours has as its own, ours
/// gets a second row, with that contract: the ratio's other side.
pub(crate) fn rows(comparison: &Comparison) -> Rows {
    let launches = &comparison.launches;
    Rows {
        plan: comparison.plan.clone(),
        pinned: launches.iter().all(|launch| launch.pinned),
        rows: match comparison.plan.scenario {
            Some(scenario) => delays::rows(comparison, scenario),
            None => rates(comparison),
        },
    }
}

fn rates(comparison: &Comparison) -> Vec<Row> {
    let mut rows = Vec::new();
    for contender in &comparison.contenders {
        rows.push(contenders_row(comparison, contender, contender.contract));
        if contender.is_ours() && fault_of(comparison, contender.name).is_none() {
            for contract in borrowed(comparison, contender) {
                let mut row = contenders_row(comparison, contender, contract);
                let topology = contender.contract.topology;
                let remark = format!("the {topology} queue, which keeps this contract too");
                row.notes = join([row.notes.as_str(), &remark]);
                rows.push(row);
            }
        }
    }
    let ours = comparison.contenders.iter().filter(|c| c.is_ours());
    rows.extend(ours.filter_map(|ours| control(comparison, ours.name)));
    rows.extend(best_peers(comparison));
    rows.extend(limits(comparison));
    rows
}

/// The contracts that this one of ours keeps, without having them as its own, of the peers that are
/// compared with it.
fn borrowed(comparison: &Comparison, ours: &Contender) -> Vec<Contract> {
    let mut contracts = Vec::new();
    for Contender { name, contract, .. } in &comparison.contenders {
        let stronger = yardstick_of(comparison, name) == ours.name
            && ours.contract.topology.implies(contract.topology)
            && ours.contract.order.implies(contract.order)
            && ours.contract.mode == contract.mode;
        if stronger && *contract != ours.contract && !contracts.contains(contract) {
            contracts.push(*contract);
        }
    }
    contracts
}

/// What is the same for every row of a cell.
pub(super) fn blank(comparison: &Comparison, metric: Metric, contender: &str) -> Row {
    let plan = &comparison.plan;
    Row {
        metric,
        cell: plan.name(),
        mode: plan.mode.to_string(),
        producers: plan.cell.producers,
        consumers: plan.cell.consumers,
        channels: plan.cell.channels,
        capacity: plan.cell.capacity.limit(),
        payload_bytes: plan.cell.payload.bytes(),
        payload: plan.cell.payload.to_string(),
        load: plan.cell.load.to_string(),
        oversubscribed: plan.cell.on_threads(plan.mode).is_oversubscribed(),
        contender: contender.to_owned(),
        unit: "msg/s".to_owned(),
        launches: comparison.launches.len(),
        rounds: comparison.launches.len() * plan.rounds,
        slice_ms: plan.slice.as_millis() as u64,
        ..Row::default()
    }
}

/// How a contender failed, if it did; ours, under whichever of its names.
pub(super) fn fault_of<'a>(comparison: &'a Comparison, contender: &str) -> Option<&'a Fault> {
    let mut faults = comparison.faults.iter();
    faults.find(|fault| {
        fault.contender == contender
            || (is_ours(contender) && fault.contender == control_of(contender))
    })
}

/// The one of ours that a contender is compared with; one of ours, with itself.
fn yardstick_of(comparison: &Comparison, contender: &str) -> &'static str {
    let ours = || comparison.contenders.iter().filter(|c| c.is_ours());
    if let Some(ours) = ours().find(|ours| ours.name == contender) {
        return ours.name;
    }
    let mut all = comparison.contenders.iter();
    let peer = all.find(|c| c.name == contender);
    peer.and_then(|peer| yardstick(&peer.contract, ours()))
        .unwrap_or(OURS)
}

fn contenders_row(comparison: &Comparison, contender: &Contender, contract: Contract) -> Row {
    let mut row = Row {
        version: contender.version.to_owned(),
        contract: contract.to_string(),
        ..blank(comparison, Metric::Throughput, contender.name)
    };
    let mut remarks = vec![contender.notes.to_owned()];
    if let Some(Fault { status, note, .. }) = fault_of(comparison, contender.name) {
        (row.status, row.launches, row.rounds) = (*status, 0, 0);
        remarks.push(note.clone());
    } else {
        measure(&mut row, comparison, contender.name);
        let ours = yardstick_of(comparison, contender.name);
        let ours_failed = fault_of(comparison, ours).is_some();
        let ratio = ratio_of(&comparison.launches, contender.name, ours);
        if let Some(ratio) = ratio.filter(|_| !ours_failed) {
            (row.launch_ratios, row.ratio) = (ratio.ratios, Some(ratio.estimate.mean));
            if row.launch_ratios.len() > 1 {
                row.ratio_lo = Some(ratio.estimate.lo);
                row.ratio_hi = Some(ratio.estimate.hi);
            }
            row.verdict = verdict(&row, &ratio.estimate, comparison);
        }
        if !are_enough(row.launches) {
            remarks.push("too few launches for a 95 % interval of the rate".to_owned());
        }
        if ours_failed {
            remarks.push(format!("no ratio, since {ours} failed"));
        }
    }
    row.notes = join(remarks.iter().map(String::as_str));
    row
}

fn verdict(row: &Row, ratio: &Ratio, comparison: &Comparison) -> Verdict {
    let ours = yardstick_of(comparison, &row.contender);
    if row.contender == ours {
        Verdict::None
    } else if row.launches < LAUNCHES {
        Verdict::TooFewLaunches
    } else if !(is_fair(comparison, &row.contender) && is_fair(comparison, ours)) {
        Verdict::Unfair
    } else if !ratio.is_different() || is_noise(ratio.mean, comparison, ours) {
        Verdict::NoDifference
    } else if ratio.mean > 1.0 {
        Verdict::Faster
    } else {
        Verdict::Slower
    }
}

/// Whether ours differs from itself by as much.
fn is_noise(ratio: f64, comparison: &Comparison, ours: &str) -> bool {
    let floor = ratio_of(&comparison.launches, control_of(ours), ours);
    floor.is_some_and(|floor| (floor.estimate.lo..=floor.estimate.hi).contains(&ratio))
}

/// Whether no worker was starved for its rate.
fn is_fair(comparison: &Comparison, contender: &str) -> bool {
    shares(comparison, contender).is_none_or(|(min, _)| min >= FAIR_SHARE)
}

/// All that a contender's own slices tell.
fn measure(row: &mut Row, comparison: &Comparison, contender: &str) {
    let launches = &comparison.launches;
    let rates = per_launch(launches, |launch| {
        mean(samples(launch, contender).map(|sample| sample.measured.rate))
    });
    if let Some(rate) = Estimate::of(&rates) {
        (row.median, row.lo, row.hi) = (Some(rate.median), rate.lo(), rate.hi());
    }
    let all = || {
        launches
            .iter()
            .flat_map(|launch| samples(launch, contender))
    };
    row.cpu_ns = mean(all().map(|sample| sample.measured.cpu_ns));
    row.switches = mean(all().map(|sample| 1000.0 * sample.measured.switches));
    if let Some((min, max)) = shares(comparison, contender) {
        (row.share_min, row.share_max) = (Some(min), Some(max));
    }
    let waits = launches
        .iter()
        .filter_map(|launch| launch.waits.get(contender));
    row.queue_p50_ns = median(waits.clone().map(|waits| waits.p50));
    row.queue_p99_ns = median(waits.map(|waits| waits.p99));
    let limit = median(launches.iter().filter_map(|launch| launch.limits.lowest()));
    row.percent_of_limit = row
        .median
        .zip(limit)
        .map(|(rate, limit)| 100.0 * rate / limit);
}

fn samples<'a>(launch: &'a Launch, contender: &'a str) -> impl Iterator<Item = &'a Sample> {
    let of_contender = move |sample: &&Sample| sample.contender == contender;
    launch.rounds.iter().flatten().filter(of_contender)
}

fn per_launch(launches: &[Launch], value: impl Fn(&Launch) -> Option<f64>) -> Vec<f64> {
    launches.iter().filter_map(value).collect()
}

pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0.0, 0.0), |(count, sum), value| (count + 1.0, sum + value));
    (count > 0.0).then(|| sum / count)
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<_> = values.collect();
    Estimate::of(&values).map(|estimate| estimate.median)
}

/// What the worst and the best worker of either side had in a launch, as parts of an equal share;
/// who they are may change from one launch to the next.
fn shares(comparison: &Comparison, contender: &str) -> Option<(f64, f64)> {
    let producers = comparison.plan.cell.producers;
    let launches = comparison.launches.iter();
    let (least, most): (Vec<_>, Vec<_>) = launches
        .filter_map(|launch| shares_in(producers, samples(launch, contender)))
        .unzip();
    Some((median(least.into_iter())?, median(most.into_iter())?))
}

fn shares_in<'a>(
    producers: usize,
    samples: impl Iterator<Item = &'a Sample>,
) -> Option<(f64, f64)> {
    let mut workers: Vec<u64> = Vec::new();
    for sample in samples {
        workers.resize(sample.measured.shares.len().max(workers.len()), 0);
        for (sum, count) in workers.iter_mut().zip(&sample.measured.shares) {
            *sum += count;
        }
    }
    let (sending, receiving) = workers.split_at_checked(producers)?;
    let parts = [sending, receiving].into_iter().flat_map(|side| {
        let total: u64 = side.iter().sum();
        let equal = total as f64 / side.len() as f64;
        side.iter().map(move |&count| count as f64 / equal)
    });
    let parts: Vec<f64> = parts.filter(|part| part.is_finite()).collect();
    let min = parts.iter().copied().min_by(f64::total_cmp)?;
    let max = parts.iter().copied().max_by(f64::total_cmp)?;
    Some((min, max))
}

/// Ours over the contender, in each launch that has both.
pub(crate) fn launch_ratios(launches: &[Launch], contender: &str, ours: &str) -> Vec<f64> {
    per_launch(launches, |launch| ratio_in(launch, contender, ours))
}

struct LaunchRatios {
    ratios: Vec<f64>,
    estimate: Ratio,
}

fn ratio_of(launches: &[Launch], contender: &str, ours: &str) -> Option<LaunchRatios> {
    let ratios = launch_ratios(launches, contender, ours);
    let estimate = Ratio::of(&ratios, CONFIDENCE)?;
    Some(LaunchRatios { ratios, estimate })
}

/// The geometric mean of the contender's slices, each against the slice of ours beside it.
fn ratio_in(launch: &Launch, contender: &str, ours: &str) -> Option<f64> {
    let logs = launch.rounds.iter().flat_map(|round| {
        let places = (0..round.len()).filter(|&place| round[place].contender == contender);
        places.filter_map(|place| {
            let ours = &round[schedule::partner(round, place, ours)?];
            Some((ours.measured.rate / round[place].measured.rate).ln())
        })
    });
    mean(logs).map(f64::exp)
}

/// How far apart two are that are the same.
fn control(comparison: &Comparison, ours: &str) -> Option<Row> {
    if fault_of(comparison, ours).is_some() {
        return None;
    }
    let ratio = ratio_of(&comparison.launches, control_of(ours), ours)?;
    Some(Row {
        ratio: Some(ratio.estimate.mean),
        ratio_lo: (ratio.ratios.len() > 1).then_some(ratio.estimate.lo),
        ratio_hi: (ratio.ratios.len() > 1).then_some(ratio.estimate.hi),
        launch_ratios: ratio.ratios,
        notes: format!("{ours} against itself: the noise floor"),
        ..blank(comparison, Metric::Control, control_of(ours))
    })
}

/// Ours against the fastest peer of each contract that ours keeps; its own contract comes first.
fn best_peers(comparison: &Comparison) -> Vec<Row> {
    let counts = |ours: &&Contender| {
        ours.is_ours()
            && comparison.launches.len() >= LAUNCHES
            && fault_of(comparison, ours.name).is_none()
            && is_fair(comparison, ours.name)
    };
    let ours = comparison.contenders.iter().filter(counts);
    ours.flat_map(|ours| {
        let borrowed = borrowed(comparison, ours);
        let contracts = [ours.contract].into_iter().chain(borrowed);
        contracts.filter_map(|contract| best_peer(comparison, ours, contract))
    })
    .collect()
}

/// Who is fastest is decided by two of every four launches, and how much by the others: the same noise
/// must not both make a peer the best and measure it. (Two that follow each other may be the halves
/// of an ABBA.)
fn best_peer(comparison: &Comparison, ours: &Contender, contract: Contract) -> Option<Row> {
    let [choosing, comparing] = [0, 1].map(|half| -> Vec<Launch> {
        let launches = comparison.launches.iter().enumerate();
        let of_half = launches.filter(|(number, _)| number / 2 % 2 == half);
        of_half.map(|(_, launch)| launch.clone()).collect()
    });
    let peers = comparison.contenders.iter();
    let (best, _) = peers
        .filter(|peer| !peer.is_ours() && peer.contract == contract)
        .filter(|peer| is_fair(comparison, peer.name))
        .filter(|peer| fault_of(comparison, peer.name).is_none())
        .filter_map(|peer| {
            Some((
                peer,
                ratio_of(&choosing, peer.name, ours.name)?.estimate.mean,
            ))
        })
        .min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    let ratio = ratio_of(&comparing, best.name, ours.name)?;
    Some(Row {
        version: best.version.to_owned(),
        contract: contract.to_string(),
        ratio: Some(ratio.estimate.mean),
        ratio_lo: Some(ratio.estimate.lo),
        ratio_hi: Some(ratio.estimate.hi),
        launches: ratio.ratios.len(),
        launch_ratios: ratio.ratios,
        notes:
            "the best peer of this contract in one half of the launches, compared in the other half"
                .to_owned(),
        ..blank(comparison, Metric::BestPeer, best.name)
    })
}

/// A limit's name, its unit, and how to read it.
type Limit = (&'static str, &'static str, fn(&Limits) -> Option<f64>);

const LINE_RTT: Limit = ("line-rtt", "ns", |limits| limits.line_rtt_ns);

fn limits(comparison: &Comparison) -> Vec<Row> {
    let of: [Limit; 4] = [
        LINE_RTT,
        ("cas", "msg/s", |limits| limits.cas),
        ("fetch-add", "msg/s", |limits| limits.fetch_add),
        ("memcpy", "msg/s", |limits| limits.memcpy),
    ];
    of.into_iter()
        .filter_map(|limit| limit_row(comparison, limit))
        .collect()
}

/// What no delay between two cores can be below.
pub(super) fn line_rtt(comparison: &Comparison) -> Option<Row> {
    limit_row(comparison, LINE_RTT)
}

fn limit_row(comparison: &Comparison, (name, unit, read): Limit) -> Option<Row> {
    let values = per_launch(&comparison.launches, |launch| read(&launch.limits));
    let estimate = Estimate::of(&values)?;
    Some(Row {
        unit: unit.to_owned(),
        median: Some(estimate.median),
        lo: estimate.lo(),
        hi: estimate.hi(),
        ..blank(comparison, Metric::Limit, name)
    })
}

pub(super) fn join<'a>(notes: impl IntoIterator<Item = &'a str>) -> String {
    let notes: Vec<_> = notes.into_iter().filter(|note| !note.is_empty()).collect();
    notes.join("; ")
}

#[cfg(test)]
mod tests;
