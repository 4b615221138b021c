//! Criterion groups over all contenders: `uncontended`, `1p1c`, `2p2c`.
//!
//! For watching one's own changes; to compare contenders, the `queue-bench`
//! program pairs them, which criterion cannot. One iteration moves [`BATCH`]
//! checked messages, so that waking the workers is a small part of it.

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use queue_bench::cells::Cell;
use queue_bench::contenders::{self, Contender};
use queue_bench::contract::{Mode, Topology};
use queue_bench::crew::Crew;
use queue_bench::watchdog::Watchdog;

const BATCH: u64 = 10_000;
const CAPACITY: usize = 1024;
const PATIENCE: Duration = Duration::from_secs(120);

/// A push and a pop in turn, on one thread.
fn uncontended(criterion: &mut Criterion) {
    let cell = Cell::new(Topology::Spsc, 1, 1, CAPACITY);
    let mut group = group(criterion, "uncontended", 1);
    each(&cell, |contender, id| {
        group.bench_function(id, |bencher| {
            bencher.iter_custom(|messages| contender.uncontended(&cell, messages));
        });
    });
}

fn one_to_one(criterion: &mut Criterion) {
    transfer(
        criterion,
        "1p1c",
        &Cell::new(Topology::Spsc, 1, 1, CAPACITY),
    );
}

fn two_to_two(criterion: &mut Criterion) {
    transfer(
        criterion,
        "2p2c",
        &Cell::new(Topology::Mpmc, 2, 2, CAPACITY),
    );
}

fn transfer(criterion: &mut Criterion, name: &str, cell: &Cell) {
    let crew = Crew::of(cell, true);
    let mut group = group(criterion, name, BATCH);
    each(cell, |contender, id| {
        group.bench_function(id, |bencher| {
            bencher.iter_custom(|batches| contender.transfer(&crew, cell, batches * BATCH));
        });
    });
}

/// A contender that hangs ends the process instead of the patience of whoever waits.
fn each(cell: &Cell, mut bench: impl FnMut(&Contender, BenchmarkId)) {
    let watchdog = Watchdog::start(PATIENCE, |name| eprintln!("{name} hung"));
    for mode in [Mode::Block, Mode::Try] {
        for contender in contenders::all() {
            if contender.competes(cell, mode) {
                watchdog.watch(contender.name, Duration::ZERO);
                bench(&contender, BenchmarkId::new(contender.name, mode));
            }
        }
    }
}

fn group<'a>(
    criterion: &'a mut Criterion,
    name: &str,
    messages: u64,
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group
        .throughput(Throughput::Elements(messages))
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    group
}

criterion_group!(benches, uncontended, one_to_one, two_to_two);
criterion_main!(benches);
