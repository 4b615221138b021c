//! How schedules are drawn, and what the threads in them pass to each other.

use std::sync::Arc;
use std::time::Instant;

use queue_core_shuttle::{Receiver, Sender, bounded, unbounded};
use shuttle::scheduler::{PctScheduler, RandomScheduler, ReplayScheduler, Scheduler};
use shuttle::thread::JoinHandle;
use shuttle::{Config, MaxSteps, Runner};

/// Any number would do: the schedules are the same in every run, unless `SHUTTLE_RANDOM_SEED` is another.
const SEED: u64 = 1;
/// In how many places a schedule of the second kind is forced, the start included.
const DEPTH: usize = 4;
/// A model that takes more steps runs in circles: none takes a tenth of them.
const STEPS: usize = 200_000;

/// Says how many schedules were drawn, also where the last one failed.
struct Report {
    schedules: usize,
    seed: String,
    start: Instant,
}

impl Drop for Report {
    fn drop(&mut self) {
        println!(
            "{}: {} schedules by chance and as many of depth {DEPTH}, seed {}, {:.1} s",
            std::thread::current().name().unwrap_or("model"),
            self.schedules,
            self.seed,
            self.start.elapsed().as_secs_f64(),
        );
    }
}

/// Runs `model` with so many schedules in which the next thread is drawn at every step, and with as many in which
/// threads have priorities, which chance draws and changes in few places.
pub(crate) fn sample(schedules: usize, model: impl Fn() + Send + Sync + 'static) {
    let model = Arc::new(model);
    if let Ok(schedule) = std::env::var("QUEUE_SCHEDULE") {
        run(ReplayScheduler::new_from_encoded(&schedule), &model);
        return;
    }
    let times = std::env::var("QUEUE_TIMES").map_or(1, |times| times.parse().unwrap());
    let schedules = schedules * times;
    let _report = Report {
        schedules,
        seed: std::env::var("SHUTTLE_RANDOM_SEED").unwrap_or_else(|_| SEED.to_string()),
        start: Instant::now(),
    };
    run(RandomScheduler::new_from_seed(SEED, schedules), &model);
    run(PctScheduler::new_from_seed(SEED, DEPTH, schedules), &model);
}

fn run(
    scheduler: impl Scheduler + 'static,
    model: &Arc<impl Fn() + Send + Sync + 'static + ?Sized>,
) {
    let mut config = Config::new();
    config.silence_warnings = true;
    config.max_steps = MaxSteps::FailAfter(STEPS);
    config
        .ungraceful_shutdown_config
        .immediately_return_on_panic = true;
    // Messages of a panic are formatted on it.
    config.stack_size = 1 << 18;
    let model = Arc::clone(model);
    Runner::new(scheduler, config).run(move || model());
}

/// The channels that every model is run with; the last has no limit.
pub(crate) const CAPACITIES: [Option<usize>; 4] = [Some(0), Some(1), Some(3), None];

pub(crate) fn open(capacity: Option<usize>) -> (Sender<Message>, Receiver<Message>) {
    capacity.map_or_else(unbounded, bounded)
}

/// A message, known by its number, and counted as long as it lives.
#[derive(Debug)]
pub(crate) struct Message {
    number: u32,
    _alive: Arc<()>,
}

/// So many messages at most come from one producer, and all from so many producers.
const EACH: u32 = 8;
const PRODUCERS: usize = 8;

/// Makes messages.
#[derive(Clone, Default)]
pub(crate) struct Mint(Arc<()>);

impl Mint {
    pub(crate) fn message(&self, producer: u32, number: u32) -> Message {
        assert!(number < EACH);
        Message {
            number: producer * EACH + number,
            _alive: Arc::clone(&self.0),
        }
    }

    /// The first so many of a producer.
    pub(crate) fn messages(&self, producer: u32, count: u32) -> impl Iterator<Item = Message> {
        (0..count).map(move |number| self.message(producer, number))
    }

    /// Each message has been dropped, and once.
    pub(crate) fn assert_all_gone(self) {
        assert_eq!(Arc::strong_count(&self.0), 1, "a message is left behind");
    }
}

/// The messages that somebody has got from one channel: those of one producer in order.
#[derive(Debug, Default)]
pub(crate) struct Receipts {
    seen: u64,
    newest: [Option<u32>; PRODUCERS],
}

impl Receipts {
    pub(crate) fn note(&mut self, message: Message) {
        let newest = &mut self.newest[(message.number / EACH) as usize];
        assert!(
            *newest < Some(message.number),
            "{} after {newest:?}",
            message.number
        );
        *newest = Some(message.number);
        self.seen |= 1 << message.number;
    }

    pub(crate) fn noted(messages: impl IntoIterator<Item = Message>) -> Self {
        let mut receipts = Self::default();
        messages
            .into_iter()
            .for_each(|message| receipts.note(message));
        receipts
    }

    /// These and those of another channel: between them there is no order.
    pub(crate) fn and(self, other: Self) -> Self {
        assert_eq!(self.seen & other.seen, 0, "received twice");
        Self {
            seen: self.seen | other.seen,
            newest: [None; PRODUCERS],
        }
    }

    pub(crate) fn count(&self) -> u32 {
        self.seen.count_ones()
    }
}

/// Waits for all.
pub(crate) fn finish(threads: impl IntoIterator<Item = JoinHandle<()>>) {
    for thread in threads {
        thread.join().unwrap();
    }
}

/// What all of them have got: nothing twice.
pub(crate) fn joined(threads: impl IntoIterator<Item = JoinHandle<Receipts>>) -> u64 {
    union(threads.into_iter().map(|thread| thread.join().unwrap()))
}

pub(crate) fn union(all: impl IntoIterator<Item = Receipts>) -> u64 {
    all.into_iter()
        .fold(Receipts::default(), Receipts::and)
        .seen
}

/// The first `count` messages of each of the first `producers`.
pub(crate) fn all_of(producers: u32, count: u32) -> u64 {
    (0..producers).fold(0, |all, producer| {
        all | ((1 << count) - 1) << (producer * EACH)
    })
}
