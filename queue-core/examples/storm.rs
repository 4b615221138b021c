//! Sixty-four tasks on two threads pass ten million messages, and drop their futures at random polls.
//!
//! ```text
//! cargo run --release -p queue-core --example storm -- [ROUNDS]
//! ```
//!
//! Every future is polled as often as chance says, by itself too, and if it has not come to its end by then
//! it is dropped: a send gives its message back, and a receive has taken none. After every round
//! the number and the sum of what arrived must be exact. Exits with 1 if they are not, or if nothing arrives for a minute.

use std::fmt;
use std::future::Future;
use std::io::{self, Write};
use std::pin::{Pin, pin};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use queue_core::{Receiver, Sender, bounded, unbounded};

const TASKS: u64 = 32;
const MESSAGES: u64 = 10_000_000;
/// The sum of the numbers from zero, each sent once.
const SUM: u64 = MESSAGES * (MESSAGES - 1) / 2;
/// One per round, in turn; `None` is without limit.
const CAPACITIES: [Option<usize>; 5] = [Some(1), Some(2), Some(64), None, Some(0)];
const PATIENCE: Duration = Duration::from_secs(60);

/// What has arrived in all rounds; a static, as the watchdog outlives every round.
static ARRIVED: AtomicU64 = AtomicU64::new(0);

/// Numbers that are hard to foresee, for one task.
struct Chance(u64);

impl Chance {
    /// xorshift64, Marsaglia 2003.
    fn draw(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

/// Polls a future so many times at most.
struct Abandoned<'a, F> {
    future: Pin<&'a mut F>,
    polls: u64,
    wakes_itself: bool,
}

impl<F: Future> Future for Abandoned<'_, F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        if let Poll::Ready(output) = self.future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        if self.wakes_itself {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

fn abandoned<'a, F>(future: Pin<&'a mut F>, chance: &mut Chance) -> Abandoned<'a, F> {
    Abandoned {
        future,
        polls: chance.draw(4),
        wakes_itself: chance.draw(4) == 0,
    }
}

async fn produce(sender: Sender<u64>, task: u64, mut chance: Chance) {
    for number in (task..MESSAGES).step_by(TASKS as usize) {
        let mut message = number;
        loop {
            let mut sending = pin!(sender.send_async(message));
            match abandoned(sending.as_mut(), &mut chance).await {
                Some(sent) => break sent.expect("there are receivers"),
                None => match sending.take_back() {
                    Some(back) => message = back,
                    None => break,
                },
            }
            // Others are to have their turn.
            tokio::task::yield_now().await;
        }
    }
}

async fn consume(receiver: Receiver<u64>, mut chance: Chance) -> (u64, u64) {
    let (mut count, mut sum) = (0, 0);
    loop {
        let received = {
            let receiving = pin!(receiver.recv_async());
            abandoned(receiving, &mut chance).await
        };
        match received {
            Some(Ok(number)) => {
                (count, sum) = (count + 1, sum + number);
                if count % 1024 == 0 {
                    ARRIVED.fetch_add(1024, Ordering::Relaxed);
                }
            }
            Some(Err(_)) => return (count, sum),
            None => tokio::task::yield_now().await,
        }
    }
}

fn main() {
    let rounds = match rounds() {
        Ok(rounds) => rounds,
        Err(message) => finish(2, format_args!("storm: {message}")),
    };
    thread::spawn(watch);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .map(Arc::new)
        .unwrap_or_else(|error| finish(1, format_args!("storm: no runtime: {error}")));
    let begin = Instant::now();
    for round in 0..rounds {
        let capacity = CAPACITIES[round as usize % CAPACITIES.len()];
        let (count, sum) = runtime.block_on(storm(capacity, round));
        if (count, sum) != (MESSAGES, SUM) {
            let found = format_args!(
                "round {} is wrong: {count} messages of sum {sum}, not {MESSAGES} of {SUM}",
                round + 1
            );
            finish(1, found);
        }
        let seconds = begin.elapsed().as_secs_f64();
        say(
            &mut io::stdout(),
            format_args!("{} rounds exact after {seconds:.1} s", round + 1),
        );
    }
}

async fn storm(capacity: Option<usize>, round: u64) -> (u64, u64) {
    let (sender, receiver) = capacity.map_or_else(unbounded, bounded);
    let chance = |task: u64| Chance((round + 1) * 1_000_003 + task * 7_919 + 1);
    let consumers: Vec<_> = (0..TASKS)
        .map(|task| tokio::spawn(consume(receiver.clone(), chance(TASKS + task))))
        .collect();
    drop(receiver);
    for task in 0..TASKS {
        tokio::spawn(produce(sender.clone(), task, chance(task)));
    }
    drop(sender);
    let (mut count, mut sum) = (0, 0);
    for consumer in consumers {
        match consumer.await {
            Ok(theirs) => (count, sum) = (count + theirs.0, sum + theirs.1),
            Err(error) => finish(1, format_args!("storm: {error}")),
        }
    }
    (count, sum)
}

fn rounds() -> Result<u64, String> {
    let mut arguments = std::env::args().skip(1);
    let rounds = arguments.next().map_or(Ok(10), |rounds| {
        rounds
            .parse()
            .map_err(|_| format!("the number of rounds is a number, not {rounds:?}"))
    });
    match arguments.next() {
        Some(more) => Err(format!("unexpected argument {more:?}")),
        None => rounds,
    }
}

/// Ends the process where nothing arrives any more.
fn watch() {
    let mut before = 0;
    loop {
        thread::sleep(PATIENCE);
        let now = ARRIVED.load(Ordering::Relaxed);
        if now == before {
            finish(
                1,
                format_args!("storm: nothing has arrived for {PATIENCE:?}, after {now} messages"),
            );
        }
        before = now;
    }
}

fn finish(code: i32, message: fmt::Arguments<'_>) -> ! {
    say(&mut io::stderr(), message);
    process::exit(code)
}

/// Whoever reads may be gone.
fn say(to: &mut impl Write, message: fmt::Arguments<'_>) {
    let _ = writeln!(to, "{message}");
}
